"""Whether the first row of some columns is their heading, or data.

Data dropped as a heading, and a heading counted as data, both change a result without a word. So a first row is a
heading only where something speaks for it and nothing against it, in all columns of a call: a known name of the column,
or text over values of another type, unless it is text that was meant as a value ("5 years", "unknown", "½").
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from clv_xl.core.column_names import headings, plain_name
from clv_xl.worksheet.cells import plain
from clv_xl.worksheet.dates import DateSystem
from clv_xl.worksheet.errors import VALUE, CellError
from clv_xl.worksheet.kinds import Date, Text
from clv_xl.worksheet.registry import Argument


def has_heading(given: Sequence[tuple[Argument, list[Any]]], row: int, system: DateSystem) -> bool | CellError:
    """Whether a row on top of columns, whose rows belong together, is a heading: in all of them, or in none.

    `row` is the first one that is not blank throughout.

    An error where a column of names begins with its heading and another column with a value: the ranges are chosen a
    row apart, and everything would be counted against the wrong row.
    """
    if any(argument.shape == "list" for argument, _ in given):
        return False
    found = [_speaks(argument, column, row, system) for argument, column in given]
    if "value" in found:
        return _apart(given, found, row)
    if "name" in found:
        return True
    if any(plain(column[row]) is None or _comes_again(argument, column, row) for argument, column in given):
        return False  # data that lacks a value, or that a name stands in twice, unless a column is named on it
    names = (column for (_, column), speaks in zip(given, found, strict=True) if speaks == "text")
    return "heading" in found or any(_over_numbers(column, row) for column in names)


def is_known(given: Sequence[tuple[Argument, list[Any]]], row: int) -> bool:
    """Whether a heading in that row names one of the columns, and was not only guessed by the types below it."""
    tops = ((argument, plain(column[row])) for argument, column in given)
    return any(isinstance(top, str) and _is_named(top, argument) for argument, top in tops)


def _speaks(argument: Argument, column: list[Any], row: int, system: DateSystem) -> str:
    """What the cell in that row says of its row: "value", "name" (of the column), "heading", nothing ("").

    "text" stands for a name of anybody that is a heading only where numbers follow.
    """
    # Its patterns take some time to be made, which the start of Excel must not wait for.
    from clv_xl.worksheet.meant_values import has_digits, means_a_date, means_a_value

    top = plain(column[row])
    if top is None:
        return ""
    if not isinstance(top, str):
        return "value"
    if _is_named(top, argument) and not _comes_again(argument, column, row):
        return "name"
    if isinstance(argument.kind, Text):
        return "" if means_a_value(top) or has_digits(top) else "text"
    accepted = not isinstance(argument.kind.read(top, system), CellError)
    failed = means_a_date(top) if isinstance(argument.kind, Date) else means_a_value(top)
    return "value" if accepted or failed else "heading"


def _apart(given: Sequence[tuple[Argument, list[Any]]], found: Sequence[str], row: int) -> bool | CellError:
    """An error where a column of names is named in a row in which another column holds a value."""
    for (argument, column), speaks in zip(given, found, strict=True):
        if speaks == "name" and isinstance(argument.kind, Text):
            other = given[found.index("value")][0].name
            return CellError(
                VALUE,
                f'{argument.name}, row {row + 1} of the range, is the heading "{plain(column[row])}", but {other} '
                "holds a value there; choose the same rows for all columns",
            )
    return False


def _comes_again(argument: Argument, column: list[Any], row: int) -> bool:
    """Whether the name in that row is one of the names below it: a heading stands there once."""
    return isinstance(argument.kind, Text) and column[row] in column[row + 1 :]


def _over_numbers(column: list[Any], row: int) -> bool:
    """Whether below that row there are numbers and nothing else, in whatever form: as dates, as text of digits."""
    below = [cell for cell in map(plain, column[row + 1 :]) if cell is not None]
    return bool(below) and all(
        isinstance(cell, float | dt.datetime) or (isinstance(cell, str) and cell.strip().isdecimal()) for cell in below
    )


def _is_named(top: str, argument: Argument) -> bool:
    own = plain_name(argument.name)
    known = headings(argument.headings) | {own, own.removesuffix("s")}
    return bool({plain_name(top), plain_name(re.sub(r"[(\[].*?[)\]]", "", top))} & known)
