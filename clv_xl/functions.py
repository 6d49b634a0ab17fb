"""The module that Excel loads: every declared function as an xlwings worksheet function.

One module serves classic xlwings (`UDF Modules: clv_xl.functions`), xlwings Server and xlwings Lite
(`from clv_xl.functions import *`), and plain Python. It imports neither numpy nor openpyxl itself: the formulas load
at their first call, so that Excel starts as fast with the add-in as without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from clv_xl.catalogue import REGISTRY
from clv_xl.hosts.xlwings import expose

__all__ = [function.name for function in REGISTRY]

globals().update({function.name: expose(function) for function in REGISTRY})

if TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Any]: ...
