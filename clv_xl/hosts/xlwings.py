"""xlwings: the classic add-in for Windows, xlwings Server and xlwings Lite, and plain Python.

xlwings decides at its import which of them it serves; one process serves one host. A declared function becomes a
Python function of the same name and signature, without type hints, which classic xlwings would read as converters.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import inspect
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import xlwings as xw
from xlwings.conversion import Accessor, Converter, Pipeline

from clv_xl.worksheet.call import call
from clv_xl.worksheet.cells import COM_ERRORS, LAST_COM_ERROR, OFFICE_JS_ERRORS
from clv_xl.worksheet.dates import EXCEL_1900, EXCEL_1904, DateSystem, to_serial
from clv_xl.worksheet.errors import VALUE, CellError
from clv_xl.worksheet.kinds import Date
from clv_xl.worksheet.registry import Function
from clv_xl.worksheet.result import Result

CATEGORY = "Customer value"

OFFICE_JS = xw.func.__module__ == "xlwings.pro.udfs_officejs"
"""Whether this process serves xlwings Server or xlwings Lite."""

CLASSIC = xw.func.__module__ == "xlwings.udfs"
"""Whether this process serves Excel on Windows through COM."""

if OFFICE_JS and sys.platform != "emscripten" and importlib.util.find_spec("pyodide") is None:
    # Outside the browser xlwings 0.37.8 searches for pyodide anew for every argument, 0.1 ms each time. None is
    # Python's own way to say that a module is absent: the search ends at once.
    sys.modules.setdefault("pyodide", None)  # type: ignore[arg-type]

_log = logging.getLogger("clv_xl")
_COM_NUMBERS = {code: number for number, code in COM_ERRORS.items()}
_ERROR_TYPES = {code: name for name, code in OFFICE_JS_ERRORS.items()}
_HAS_ERROR_OBJECTS = 1.4
"""The version of Excel's custom functions runtime that first takes errors and dates as objects."""


def expose(function: Function) -> Callable[..., Any]:
    """The function as xlwings registers it. Where xlwings serves no Excel, a plain Python function."""

    signature = _signature(function)
    takes_dates = any(isinstance(argument.kind, Date) for argument in function.arguments)

    def worksheet_function(*cells: Any, **named: Any) -> Any:
        if named:  # only from Python: no host names its arguments
            bound = signature.bind(*cells, **named)
            bound.apply_defaults()
            cells = bound.args
        system = _date_system(cells) if CLASSIC and takes_dates else EXCEL_1900
        if CLASSIC:
            cells = tuple(cell.api.Value2 if isinstance(cell, ExcelRange) else cell for cell in cells)
        return show(function.name, call(function, cells, system))

    worksheet_function.__name__ = worksheet_function.__qualname__ = function.name
    worksheet_function.__module__ = "clv_xl.functions"
    worksheet_function.__doc__ = function.summary
    worksheet_function.__annotations__ = {}
    worksheet_function.__signature__ = signature  # type: ignore[attr-defined]
    udf = worksheet_function
    reading = {"convert": OfficeJsCells if OFFICE_JS else ClassicCells}
    for argument in function.arguments:
        udf = xw.arg(argument.name, doc=argument.help, **reading)(udf)
    if OFFICE_JS:
        udf = xw.ret(convert=OfficeJsCells)(udf)
    decorated: Callable[..., Any] = xw.func(category=CATEGORY)(udf)
    return decorated


def _signature(function: Function) -> inspect.Signature:
    """Optional arguments default to None, which means "the default": an empty cell arrives as None too."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature(
        [
            inspect.Parameter(a.name, kind, default=inspect.Parameter.empty if a.required else None)
            for a in function.arguments
        ]
    )


def show(name: str, result: Result) -> Any:
    """The result as the host of this process carries it best; where it fails, the error with its message.

    A failing single cell can be an exception of the kind from which the host makes a real error and shows the
    message. In a range an error is one cell of many: its code stands in its place.
    """
    if result.errors:
        place, error = min(result.errors.items())
        _log.info("%s: row %d, column %d of %d errors: %s", name, place[0] + 1, place[1] + 1, len(result.errors), error)
        if result.single and CLASSIC:
            raise _com_error(error)
        if result.single and OFFICE_JS and error.code == VALUE and error.message:
            # Answered as status 400: #VALUE! with the message on hover. Excel shows no other error with a text.
            raise xw.XlwingsError(error.message)
    if OFFICE_JS:
        return result
    return result.value if result.single else result.rows


def _com_error(error: CellError) -> Exception:
    """Classic: VBA sees the Excel error's own number (2042 for #N/A), from which its wrapper makes a real error.

    xlwings' stock wrapper shows the description as text instead, so that begins with the error's name.
    """
    from win32com.server.exception import COMException

    exception: Exception = COMException(description=str(error), scode=_COM_NUMBERS[error.code])
    return exception


@dataclass(frozen=True)
class ExcelRange:
    """A range as Excel's own object; to ask it for anything is a call into Excel."""

    api: Any


def _date_system(cells: tuple[Any, ...]) -> DateSystem:
    """How the workbook counts days in which the arguments stand."""
    first = next((cell for cell in cells if isinstance(cell, ExcelRange)), None)
    return EXCEL_1904 if first is not None and first.api.Worksheet.Parent.Date1904 else EXCEL_1900


class ClassicCells(Accessor):
    """Cells as COM has them: ranges as Excel's own objects, of which `Value2` is read, everything else as it came.

    xlwings reads `Value`, which rounds a number in a currency format to four places, and makes a moment of every number
    in a date format. Which format a number has must change nothing.
    """

    @staticmethod
    def reader(options: Any) -> Any:
        """What xlwings does with an argument."""
        pipeline: Any = Pipeline()
        return pipeline.append_stage(ClassicCells._keep_range)

    @staticmethod
    def _keep_range(context: Any) -> None:
        if context.range is not None:
            context.value = ExcelRange(context.range.api)


class OfficeJsCells(Converter):
    """Cells as Excel's JavaScript has them. `worksheet` reads every spelling, so nothing is converted twice.

    xlwings' own conversion looks at each cell several times, which for a long column takes most of the call.
    """

    base_type = "raw"  # type: ignore[assignment]  # xlwings declares None here

    @staticmethod
    def read_value(value: Any, options: Any) -> Any:
        """The argument as it came, but for whole numbers that would be errors over COM, and are numbers here."""
        rows = value if isinstance(value, list) else [value]
        cells = chain.from_iterable(row if isinstance(row, list) else [row] for row in rows)
        if any(type(cell) is int and cell <= LAST_COM_ERROR for cell in cells):
            return _with_floats(value)
        return value

    @staticmethod
    def write_value(result: Result, options: Any) -> list[list[Any]]:
        """Rows of cells for JSON: errors and dates as objects where the runtime knows them."""
        rows = result.rows
        has_objects = float(options["runtime"]) >= _HAS_ERROR_OBJECTS
        if has_objects:
            for (r, c), error in result.errors.items():
                rows[r][c] = {"type": "Error", "errorType": _ERROR_TYPES[error.code]}
        if result.has_dates:
            form = options.get("date_format") if has_objects else None
            rows = [[_date(cell, form) if isinstance(cell, dt.datetime) else cell for cell in row] for row in rows]
        return rows


def _with_floats(cells: Any) -> Any:
    """Cells or rows of them with whole numbers as floats."""
    if isinstance(cells, list):
        return [_with_floats(cell) for cell in cells]
    return float(cells) if type(cells) is int else cells


def _date(moment: dt.datetime, form: str | None) -> Any:
    serial = to_serial(moment)
    return {"type": "FormattedNumber", "basicValue": serial, "numberFormat": form} if form else serial
