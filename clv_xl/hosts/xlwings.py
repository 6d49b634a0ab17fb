"""xlwings: the classic add-in for Windows, xlwings Server and xlwings Lite, and plain Python.

xlwings decides at its import which of them it serves; one process serves one host. A declared function becomes a
Python function of the same name and signature, without type hints (classic xlwings reads hints as converters), whose
arguments arrive as rows of cells with errors as text.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

import xlwings as xw

from clv_xl.worksheet.call import call
from clv_xl.worksheet.cells import COM_ERRORS
from clv_xl.worksheet.errors import VALUE, CellError
from clv_xl.worksheet.registry import Function
from clv_xl.worksheet.result import Result

CATEGORY = "Customer value"

_log = logging.getLogger("clv_xl")
_COM_NUMBERS = {code: number for number, code in COM_ERRORS.items()}


def expose(function: Function) -> Callable[..., Any]:
    """The function as xlwings registers it. Where xlwings serves no Excel, a plain Python function."""

    def worksheet_function(*cells: Any) -> Any:
        result = call(function, cells)
        if result.errors:
            return _show_errors(function.name, result)
        return result.value if result.single else result.rows

    worksheet_function.__name__ = worksheet_function.__qualname__ = function.name
    worksheet_function.__module__ = "clv_xl.functions"
    worksheet_function.__doc__ = function.summary
    worksheet_function.__signature__ = _signature(function)  # type: ignore[attr-defined]
    udf = worksheet_function
    for argument in function.arguments:
        udf = xw.arg(argument.name, ndim=2, err_to_str=True, doc=argument.help)(udf)
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


def _show_errors(name: str, result: Result) -> Any:
    """A result with errors, as the host of this process carries them best.

    In a range, error codes go as text: xlwings Server and Lite make them real errors. A failing single cell can do
    better: an exception of the right kind carries the message too.
    """
    place, error = min(result.errors.items())
    _log.info("%s: row %d, column %d of %d errors: %s", name, place[0] + 1, place[1] + 1, len(result.errors), error)
    if not result.single:
        return result.rows
    host = xw.func.__module__
    if host == "xlwings.udfs":
        raise _com_error(error)
    if host == "xlwings.pro.udfs_officejs" and error.code == VALUE and error.message:
        # Answered as status 400: Excel shows #VALUE! with the message on hover. It knows no other error with a text.
        raise xw.XlwingsError(error.message)
    return error.code


def _com_error(error: CellError) -> Exception:
    """Classic: VBA sees the Excel error's own number (2042 for #N/A), from which its wrapper makes a real error.

    xlwings' stock wrapper shows the description as text instead, so that begins with the error's name.
    """
    from win32com.server.exception import COMException

    exception: Exception = COMException(description=str(error), scode=_COM_NUMBERS[error.code])
    return exception
