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
_FROM_TEXT |= {code: CellError(VALUE, f"the cell holds {code}") for code in NEWER_CODES}

COM_ERRORS = {
    -2146826288: "#NULL!",
    -2146826281: "#DIV/0!",
    -2146826273: "#VALUE!",
    -2146826265: "#REF!",
    -2146826259: "#NAME?",
    -2146826252: "#NUM!",
    -2146826246: "#N/A",
}
"""How COM spells an error cell: 0x800A0000 + xlErr…, as a signed integer. Numbers never arrive as int over COM."""

OFFICE_JS_ERRORS = {
    "Null": "#NULL!",
    "Div0": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "NotAvailable": "#N/A",
}
"""How Excel's JavaScript names the type of an error object."""


def plain(cell: Any) -> Cell:
    """The plain form of one cell as any host may deliver it."""
    if type(cell) is float or cell is None or isinstance(cell, bool | CellError):
        return cell
    if isinstance(cell, str):
        return _FROM_TEXT.get(cell, cell) if cell.strip() else None
    if isinstance(cell, int):
        return _FROM_TEXT[COM_ERRORS[cell]] if cell in COM_ERRORS else _as_float(cell)
    if isinstance(cell, dt.datetime):
        return cell if cell == cell else None  # pandas' NaT passes for a datetime; it means a missing value
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)
    return _foreign(cell)


def _foreign(cell: Any) -> Cell:
    """Numbers of other libraries, Office.js objects; anything else is an error that names its type."""
    if isinstance(cell, dict):
        return _office_js_object(cell)
    if type(cell).__name__ == "JsNull":  # how Pyodide spells JavaScript's null, an empty cell
        return None
    if isinstance(cell, numbers.Real | decimal.Decimal):
        return _as_float(cell)
    if isinstance(cell, list | tuple):
        return CellError(VALUE, "a cell cannot hold a list")
    if hasattr(cell, "item") and not getattr(cell, "ndim", 1):  # numpy scalars, among them np.bool_ and np.datetime64
        value = cell.item()
        if not hasattr(value, "item"):
            return plain(value)
    return CellError(VALUE, f"a cell cannot hold a {type(cell).__name__}")


def _office_js_object(cell: dict[Any, Any]) -> Cell:
    if cell.get("type") == "Error":
        code = cell.get("basicValue") or OFFICE_JS_ERRORS.get(cell.get("errorType") or "", VALUE)
        return _FROM_TEXT.get(code, _FROM_TEXT[VALUE]) if isinstance(code, str) else _FROM_TEXT[VALUE]
    value = cell.get("basicValue")
    if value is None or isinstance(value, dict | list):
        return CellError(VALUE, "a cell cannot hold an object")
    return plain(value)


def _as_float(number: Any) -> Cell:
    try:
        return float(number)
    except (OverflowError, ValueError):
        return CellError(NUM, "the number is too large")


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
