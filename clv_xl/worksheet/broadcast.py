"""Ranges in elementwise functions: one result a cell, shapes stretched as Excel stretches its own arrays.

One cell goes with every element, a row with every row, a column with every column; a row against a column gives a
block. Where a range is too short for the others, the elements beyond it are #N/A. The formula runs on whole arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clv_xl.core.undefined import answer_each
from clv_xl.worksheet.cells import RANGE, only_cell, rows_of
from clv_xl.worksheet.dates import DateSystem
from clv_xl.worksheet.errors import NA, CellError, sendable
from clv_xl.worksheet.kinds import Choice, missing
from clv_xl.worksheet.registry import Argument, Function
from clv_xl.worksheet.result import NOT_FINITE, Result, as_error


@dataclass
class _Range:
    """One argument's values in its own shape, and the places without a value (an error, or None for a blank)."""

    argument: Argument
    rows: int
    columns: int
    values: NDArray[Any]
    gaps: dict[int, CellError | None]

    @property
    def is_single(self) -> bool:
        return self.rows == self.columns == 1

    def positions(self, rows: int, columns: int) -> NDArray[np.intp]:
        """For each element of the result, in one line, the place in this range that it takes; -1 beyond its end."""
        places = np.full((rows, columns), -1, dtype=np.intp)
        own = np.arange(self.rows * self.columns, dtype=np.intp).reshape(self.rows, self.columns)
        places[: rows if self.rows == 1 else self.rows, : columns if self.columns == 1 else self.columns] = own
        return places.ravel()


def answer_block(
    function: Function, cells: Sequence[Any], columns: dict[str, Any], system: DateSystem
) -> Result | CellError:
    """Answer an elementwise call in which at least one argument is a range. `columns` are read already."""
    ranges: dict[str, _Range] = {}
    for argument, cell in zip(function.arguments, cells, strict=True):
        if argument.shape == "each":
            read = _read(argument, cell, system)
            if isinstance(read, CellError):
                return read
            ranges[argument.name] = read
    rows, width = max(r.rows for r in ranges.values()), max(r.columns for r in ranges.values())
    values, errors, blank = _stretch(list(ranges.values()), rows, width)
    if function.needs_ranges:
        errors |= {int(i): missing(_first_required(ranges)) for i in np.flatnonzero(blank)}
        blank[:] = False
    given = [columns[a.name] if a.name in columns else values[a.name] for a in function.arguments]
    shared = [a.name in columns for a in function.arguments]
    askable = ~blank
    askable[list(errors)] = False
    answers = _answer(function, given, shared, np.flatnonzero(askable), rows * width, errors)
    return _in_rows(answers, errors, rows, width)


def _first_required(ranges: dict[str, _Range]) -> str:
    return next(name for name, r in ranges.items() if r.argument.required)


def _read(argument: Argument, cell: Any, system: DateSystem) -> _Range | CellError:
    lone = only_cell(cell)
    rows = [[lone]] if lone is not RANGE else rows_of(cell)
    if isinstance(rows, CellError):
        return CellError(rows.code, f"{argument.name}: {rows.message}")
    flat = rows[0] if len(rows) == 1 else list(chain.from_iterable(rows))
    values, gaps = argument.kind.read_many(flat, system)
    if not argument.required:
        blanks = [i for i, gap in gaps.items() if gap is None]
        values[blanks] = argument.default
        gaps = {i: gap for i, gap in gaps.items() if gap is not None}
    return _Range(argument, len(rows), len(rows[0]), values, gaps)


def _stretch(
    ranges: list[_Range], rows: int, columns: int
) -> tuple[dict[str, Any], dict[int, CellError], NDArray[np.bool_]]:
    """Values by argument, errors by element (of the first argument that has one), elements blank in all required."""
    values: dict[str, Any] = {}
    errors: dict[int, CellError] = {}
    blank = np.full(rows * columns, any(r.argument.required for r in ranges))
    for r in ranges:
        if r.is_single and not r.gaps:
            values[r.argument.name] = r.values.item()
            if r.argument.required:
                blank[:] = False
            continue
        places = r.positions(rows, columns)
        values[r.argument.name] = r.values[places]
        own_gap = np.zeros(r.values.size + 1, dtype=bool)  # the last place stands for "beyond the end"
        own_gap[[*r.gaps, -1]] = True
        own_blank = np.zeros(r.values.size + 1, dtype=bool)
        own_blank[[i for i, gap in r.gaps.items() if gap is None]] = True
        blank &= own_blank[places] if r.argument.required else ~own_gap[places]
        for element in np.flatnonzero(own_gap[places]).tolist():
            if element not in errors:
                errors[element] = _gap_error(r, int(places[element]))
    for element in np.flatnonzero(blank).tolist():
        del errors[element]
    return values, errors, blank


def _gap_error(r: _Range, place: int) -> CellError:
    name = r.argument.name
    if place < 0:
        return CellError(NA, f"{name} has only {r.rows} by {r.columns} cells; choose ranges of equal size")
    gap = r.gaps[place]
    return missing(name) if gap is None else CellError(gap.code, f"{name} {gap.message or f'holds {gap.code}'}")


def _answer(
    function: Function,
    given: list[Any],
    shared: list[bool],
    askable: NDArray[np.intp],
    size: int,
    errors: dict[int, CellError],
) -> NDArray[Any]:
    """The answers of all elements, in one line; refusals are added to `errors`."""
    out = np.full(size, "", dtype=object)
    for places, arguments in _by_choice(function, given, shared, askable):
        columns = {i for i, is_shared in enumerate(shared) if is_shared}

        def formula(*per_element: Any, columns: set[int] = columns, arguments: list[Any] = arguments) -> Any:
            remaining = iter(per_element)
            return function.compute(*(arguments[i] if i in columns else next(remaining) for i in range(len(arguments))))

        asked = [a for i, a in enumerate(arguments) if i not in columns]
        answers, refused = answer_each(formula, asked, places.size)
        words = answers.dtype.kind != "f"
        out[places] = [sendable(a) if isinstance(a, str) else a for a in answers.tolist()] if words else answers
        errors |= {int(places[i]): as_error(undefined) for i, undefined in refused.items()}
        if not words:
            errors |= {int(places[i]): NOT_FINITE for i in np.flatnonzero(~np.isfinite(answers)) if i not in refused}
    return out


def _by_choice(
    function: Function, given: list[Any], shared: list[bool], askable: NDArray[np.intp]
) -> list[tuple[NDArray[np.intp], list[Any]]]:
    """Split the elements so that a choice is one word in each part: formulas take words, not arrays of them."""
    parts = [(askable, [g if s or not _is_array(g) else g[askable] for g, s in zip(given, shared, strict=True)])]
    for position, argument in enumerate(function.arguments):
        if isinstance(argument.kind, Choice) and _is_array(given[position]):
            parts = [finer for part in parts for finer in _split(part, position, shared)]
    return [part for part in parts if part[0].size]


def _split(
    part: tuple[NDArray[np.intp], list[Any]], position: int, shared: list[bool]
) -> list[tuple[NDArray[np.intp], list[Any]]]:
    places, arguments = part
    finer = []
    for word in dict.fromkeys(arguments[position].tolist()):
        chosen = arguments[position] == word
        kept = [a if s or not _is_array(a) else a[chosen] for a, s in zip(arguments, shared, strict=True)]
        kept[position] = word
        finer.append((places[chosen], kept))
    return finer


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def _in_rows(answers: NDArray[Any], errors: dict[int, CellError], rows: int, columns: int) -> Result:
    for place, error in errors.items():
        answers[place] = error.code
    return Result(answers.reshape(rows, columns).tolist(), {divmod(i, columns): e for i, e in errors.items()})
