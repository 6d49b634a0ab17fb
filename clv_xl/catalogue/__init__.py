"""What people type: every worksheet function, declared once, by family. Computes nothing itself."""

from clv_xl.catalogue import acquisition, lifetime, orders, retention, segments, subscription
from clv_xl.worksheet.registry import Registry

__all__ = ["REGISTRY"]

REGISTRY = Registry()
"""All functions, in the order in which they are listed everywhere."""

for _family in (lifetime, retention, acquisition, subscription, segments, orders):
    for _function in _family.FUNCTIONS:
        REGISTRY.declare(_function)
