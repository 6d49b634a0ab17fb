"""Serves clv_xl.functions through xlwings' real classic (Windows) UDF code on any system.

Only what Windows itself would provide is replaced: the pywin32 modules, the COM loop and Excel's caller range.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import io
import json
import sys
import types
from typing import Any
from unittest.mock import MagicMock


class ExcelRange:
    """A range as Excel's own object: `Value2` is what the cells hold, `Value` what their formats make of it."""

    def __init__(self, value: Any, value2: Any, date1904: bool = False) -> None:
        self.Value, self.Value2 = value, value2
        workbook = types.SimpleNamespace(Date1904=date1904)
        self.Worksheet = types.SimpleNamespace(Parent=workbook)


class COMException(Exception):
    """pywin32's exception, as far as a COM server's caller sees it."""

    def __init__(self, description: str | None = None, scode: int | None = None) -> None:
        super().__init__(description)
        self.description, self.scode = description, scode


SERVER = ["", ".exception", ".util", ".dispatcher", ".policy"]
PYWIN32 = [
    *("pythoncom", "pywintypes", "winreg", "win32com", "win32com.client", "win32com.universal"),
    *(f"win32{part}" for part in ("api", "con", "gui", "process", "timezone")),
    *(f"win32com.server{part}" for part in SERVER),
]


def install_windows() -> None:
    """Put stand-ins where xlwings imports pywin32 from, then import xlwings' classic UDF module for real."""
    for name in PYWIN32:
        module = MagicMock(name=name)
        module.__name__, module.__path__ = name, []
        sys.modules[name] = module
    sys.modules["pywintypes"].com_error = type("com_error", (Exception,), {})
    sys.modules["pywintypes"].TimeType = type("TimeType", (), {})
    sys.modules["win32com.server.exception"].COMException = COMException
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass"):
        setattr(sys.modules["win32com.client"], name, type(name, (), {}))
    sys.modules["win32timezone"].TimeZoneInfo.utc = lambda: dt.UTC
    sys.modules["pythoncom"].__file__ = "pythoncom.dll"
    for name in ("PyDLL", "windll", "oledll"):
        setattr(ctypes, name, MagicMock())

    import xlwings
    from xlwings import udfs

    xlwings.func, xlwings.arg, xlwings.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret
    windows: Any = importlib.import_module("xlwings._xlwindows")
    xlwings._xlwindows = windows
    xlwings.engines.add(xlwings.Engine(impl=windows.engine))
    windows.is_range_instance = lambda argument: isinstance(argument, ExcelRange)
    windows.Range = lambda xl=None: xl
    udfs.Range = lambda impl=None: MagicMock(name="caller" if impl is None else "range", api=impl)
    com_server = types.ModuleType("xlwings.com_server")
    com_server.loop = None  # only asynchronous functions use it
    sys.modules["xlwings.com_server"] = com_server


install_windows()
from xlwings import udfs  # noqa: E402 - after the stand-ins

import clv_xl.functions as module  # noqa: E402


def vba(workbook: str) -> str:
    text = io.StringIO()
    udfs.generate_vba_wrapper(module.__name__, module, text, types.SimpleNamespace(Name=workbook))
    return text.getvalue()


def registration() -> dict[str, Any]:
    """What xlwings hands to Excel's MacroOptions for each function."""
    records = {name: getattr(module, name).__xlfunc__ for name in module.__all__}
    return {
        name: {
            "description": record["ret"]["doc"][:255],
            "category": record["category"],
            "arguments": [argument["doc"][:255] for argument in record["args"]],
            "optional": ["optional" in argument for argument in record["args"]],
        }
        for name, record in records.items()
    }


def plain(value: Any) -> str:
    """A date as COM would take it, for JSON."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    raise TypeError(value)


def as_com(cells: Any) -> Any:
    """Values arrive over COM as tuples of tuples, ranges as objects."""
    if isinstance(cells, dict):
        return ExcelRange(as_com(cells["value"]), as_com(cells["value2"]), cells.get("date1904", False))
    return tuple(map(as_com, cells)) if isinstance(cells, list) else cells


def answer(question: dict[str, Any]) -> Any:
    if question["do"] == "vba":
        return vba(question["workbook"])
    if question["do"] == "registration":
        return registration()
    try:
        arguments = tuple(as_com(argument) for argument in question["args"])
        return {"result": udfs.call_udf(module.__name__, question["name"], arguments)}
    except COMException as error:
        return {"com_error": error.description, "scode": error.scode}
    except Exception as error:  # what Excel would show as a traceback in the cell
        return {"fault": repr(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), allow_nan=False, default=plain), flush=True)
