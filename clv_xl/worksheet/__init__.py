"""The border between cells and values: argument kinds, errors, the registry, the one way a call goes.

Knows cells, not customers: nothing in this room mentions a metric.
"""
