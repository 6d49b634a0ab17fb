"""LibreOffice's values to cells of `worksheet.call`, and results back to what LibreOffice can show.

A cell arrives as a float or as text, a range as rows of them, an omitted argument as None. LibreOffice knows no logical
values, only numbers shown as TRUE, and hands over a single blank cell as 0 (in a range it is empty text).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from clv_xl.worksheet.call import call
from clv_xl.worksheet.cells import only_cell
from clv_xl.worksheet.dates import EXCEL_1900, DateSystem, counted_from, to_serial
from clv_xl.worksheet.kinds import Choice, Date, Logical
from clv_xl.worksheet.registry import Argument, Function, Table
from clv_xl.worksheet.result import Result

Answer: TypeAlias = tuple[list[list[float | str]], list[tuple[int, int, str]], str]
"""Rows of numbers and text, where errors stand among them (row, column, code), and the message of the first error."""


def answering(functions: Iterable[Function]) -> Callable[[str, Sequence[Any], Sequence[int] | None], Answer]:
    """What answers a call: the function's name, its arguments, and the document's null date (year, month, day)."""
    known = {function.name: (function, _readings(function.arguments)) for function in functions}

    def answer(name: str, cells: Sequence[Any], null_date: Sequence[int] | None = None) -> Answer:
        function, readings = known[name]
        system = counted_from(dt.datetime(*null_date)) if null_date else EXCEL_1900  # type: ignore[arg-type]
        if readings:
            cells = [*cells]
            for place, reading in readings:
                if place < len(cells) and type(lone := only_cell(cells[place])) is float:
                    cells[place] = reading(lone)
        return _shown(name, call(function, cells, system), system)

    return answer


def _readings(arguments: Sequence[Argument]) -> list[tuple[int, Callable[[float], Any]]]:
    """The places of arguments that hold no number, and what a number there means."""
    found: list[tuple[int, Callable[[float], Any]]] = []
    for place, argument in enumerate(arguments):
        if isinstance(argument.kind, Logical):
            found.append((place, _as_logical))
        elif isinstance(argument.kind, Choice | Table) or (
            isinstance(argument.kind, Date) and argument.shape == "each"
        ):
            found.append((place, _blank_if_zero))
    return found


def _as_logical(number: float) -> bool | float:
    return bool(number) if number in (0.0, 1.0) else number


def _blank_if_zero(number: float) -> float | None:
    """A blank cell, as 0 is no word, no table and no day that anybody means."""
    return number or None


def _shown(name: str, result: Result, system: DateSystem) -> Answer:
    if not result.errors and result.single and type(result.value) is float:
        return result.rows, [], ""
    rows = result.rows
    if not {type(cell) for row in rows for cell in row} <= {float, str}:
        rows = [[_cell(cell, system) for cell in row] for row in rows]
    if not result.errors:
        return rows, [], ""
    (row, column), first = min(result.errors.items())
    where = "" if result.single else f"row {row + 1}, column {column + 1} of {len(result.errors)} errors: "
    return rows, [(r, c, error.code) for (r, c), error in result.errors.items()], f"{name}: {where}{first}"


def _cell(cell: Any, system: DateSystem) -> float | str:
    if isinstance(cell, dt.datetime):
        return to_serial(cell, system)
    return float(cell) if isinstance(cell, bool) else cell
