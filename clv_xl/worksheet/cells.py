"""From what a host hands over to plain cells: None, bool, float, str, datetime or CellError.

Every host spells blanks and errors its own way; after this module there is one spelling.
"""

from __future__ import annotations

import datetime as dt
import decimal
import numbers
from collections.abc import Sequence
from typing import Any, TypeAlias

from clv_xl.worksheet.errors import CODES, NEWER_CODES, NUM, VALUE, CellError

Cell: TypeAlias = bool | float | str | dt.datetime | CellError | None
"""One cell in plain form; None is a blank."""

_FROM_TEXT = {code: CellError(code) for code in CODES}
_FROM_TEXT |= {code: CellError(VALUE, f"holds {code}") for code in NEWER_CODES}

FIRST_COM_ERROR, LAST_COM_ERROR = -2146828288, -2146762753
_NUMBERED = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: "#VALUE!",
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
}
COM_ERRORS = {FIRST_COM_ERROR + number: code for number, code in _NUMBERED.items()}
"""How COM spells an error cell: 0x800A0000 + the error's number, as a signed integer. Other numbers are newer errors.

Cells that hold numbers never arrive as integers over COM.
"""

OFFICE_JS_ERRORS = {
    "Null": "#NULL!",
    "Div0": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "NotAvailable": "#N/A",
}
"""How Excel's JavaScript names the type of an error object that a function can return."""

_NEWER_OFFICE_JS_ERRORS = {code.strip("#!").replace("_", "").casefold(): code for code in NEWER_CODES}
"""The other types, without upper case: Spill, Calc, GettingData."""


def plain(cell: Any) -> Cell:
    """The plain form of one cell as any host may deliver it."""
    if type(cell) is float or cell is None or isinstance(cell, bool | CellError):
        return cell
    if isinstance(cell, str):
        return _FROM_TEXT.get(cell, cell) if is_visible(cell) else None
    if isinstance(cell, int):
        return com_error(cell) or _as_float(cell)
    if isinstance(cell, dt.datetime):
        return cell if cell == cell else None  # pandas' NaT passes for a datetime; it means a missing value
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)
    return _foreign(cell)


def is_visible(text: str) -> bool:
    """Whether a text shows anything: spaces and characters without width do not."""
    if text.isascii():
        return bool(text.strip())
    if text[0].isalnum() or text[-1].isalnum():  # as nearly all names
        return True
    from clv_xl.core.labels import key  # not for Excel's start

    return bool(key(text))


def com_error(number: int) -> CellError | None:
    """The error that an integer stands for over COM; None for any other number."""
    if not FIRST_COM_ERROR <= number <= LAST_COM_ERROR:
        return None
    code = COM_ERRORS.get(number)
    newer = CellError(VALUE, f"holds an error, number {number - FIRST_COM_ERROR} of Excel's")
    return newer if code is None else _FROM_TEXT[code]


def _foreign(cell: Any) -> Cell:
    """Numbers of other libraries, Office.js objects; anything else is an error that names its type."""
    if isinstance(cell, dict):
        return _office_js_object(cell)
    if type(cell).__name__ == "JsNull":  # how Pyodide spells JavaScript's null, an empty cell
        return None
    if isinstance(cell, numbers.Real | decimal.Decimal):
        return _as_float(cell)
    if isinstance(cell, dt.time):  # a part of a day, as readers of workbooks show a number below 1 with a date's format
        cell = dt.datetime.combine(dt.date.min, cell) - dt.datetime.min
    if isinstance(cell, dt.timedelta):
        return cell / dt.timedelta(days=1)
    if isinstance(cell, list | tuple):
        return CellError(VALUE, "must be one value, got a list")
    if type(cell).__name__ == "NAType":  # pandas' NA, a missing value
        return None
    if hasattr(cell, "item") and not getattr(cell, "ndim", 1):  # numpy scalars, among them np.bool_ and np.datetime64
        value = cell.item()
        if not hasattr(value, "item"):
            return plain(value)
    return CellError(VALUE, f"must be a value that a cell can hold, got a {type(cell).__name__}")


def _office_js_object(cell: dict[Any, Any]) -> Cell:
    if cell.get("type") == "Error":
        kind = str(cell.get("errorType"))
        code = cell.get("basicValue") or OFFICE_JS_ERRORS.get(kind) or _NEWER_OFFICE_JS_ERRORS.get(kind.casefold())
        return _FROM_TEXT.get(code, _FROM_TEXT[VALUE]) if isinstance(code, str) else _FROM_TEXT[VALUE]
    value = cell.get("basicValue")
    if value is None or isinstance(value, dict | list):
        return CellError(VALUE, "must be a value, got an object")
    # A number is one here, where only COM would mean an error.
    return _as_float(value) if isinstance(value, int) and not isinstance(value, bool) else plain(value)


def _as_float(number: Any) -> Cell:
    try:
        return float(number)
    except (OverflowError, ValueError):
        return CellError(NUM, "the number is too large")
    except TypeError:
        return CellError(VALUE, f"must be a value that a cell can hold, got a {type(number).__name__}")


class _Range:
    def __repr__(self) -> str:
        return "RANGE"


RANGE = _Range()


_MOST_CELLS = frozenset({float, str, type(None)})


def only_cell(argument: Any) -> Any:
    """The cell of a one-cell argument as the host delivered it, or RANGE where there are several cells."""
    if type(argument) in _MOST_CELLS:
        return argument
    for _ in range(2):
        if isinstance(argument, list | tuple):
            if len(argument) > 1:
                return RANGE
            argument = argument[0] if argument else None
    if hasattr(argument, "to_numpy"):
        argument = argument.to_numpy()
    if getattr(argument, "ndim", False):
        return argument.item() if argument.size == 1 else RANGE
    return argument


def rows_of(argument: Any) -> Sequence[Sequence[Any]] | CellError:
    """The rows of a range, cells as the host delivered them. An empty range is one blank.

    One dimension is a row, as in an array constant; a pandas Series is the column that it is in its frame.
    """
    if hasattr(argument, "to_numpy"):
        argument = argument.to_numpy()
        argument = argument.reshape(-1, 1) if argument.ndim == 1 else argument
    if hasattr(argument, "tolist"):
        if argument.dtype.kind == "M":
            argument = argument.astype("datetime64[us]")  # finer ones become numbers in a list
        if argument.dtype.kind in "iu" and ((argument >= FIRST_COM_ERROR) & (argument <= LAST_COM_ERROR)).any():
            argument = argument.astype(float)  # numbers here, where only COM would mean errors
        argument = argument.tolist()
    if not isinstance(argument, list | tuple):
        return [[argument]]
    if not argument:
        return [[None]]
    types = set(map(type, argument))
    if not types & {list, tuple}:
        return [list(argument)]
    rows = argument if types <= {list, tuple} else [r if isinstance(r, list | tuple) else [r] for r in argument]
    if len(set(map(len, rows))) > 1:
        return CellError(VALUE, "the rows of the range are not equally long")
    return rows if len(rows[0]) else [[None]]
