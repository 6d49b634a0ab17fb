"""Columns and tables: whole ranges consumed at once, their rows belonging together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from clv_xl.core.column_names import plain_name
from clv_xl.worksheet.cells import RANGE, only_cell, plain, rows_of
from clv_xl.worksheet.dates import DateSystem
from clv_xl.worksheet.errors import NA, VALUE, CellError
from clv_xl.worksheet.headings import has_heading, is_known
from clv_xl.worksheet.kinds import Choice, missing
from clv_xl.worksheet.registry import Argument, Function, Table


@dataclass
class Ranges:
    """The values of every column, list and table of a call, by argument; what a reader of the result must know."""

    values: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_ranges(function: Function, cells: Sequence[Any], system: DateSystem) -> Ranges | CellError:
    """What the ranges of a call hold; or the first thing wrong."""
    found = Ranges()
    for group in _groups(function):
        read = _read_columns(group, [cells[function.arguments.index(a)] for a in group], system, found.notes)
        if isinstance(read, CellError):
            return read
        found.values |= read
    for argument, cell in zip(function.arguments, cells, strict=True):
        if argument.shape == "table":
            table = _read_table(argument, cell, system, found.notes)
            if isinstance(table, CellError):
                return table
            found.values[argument.name] = table
    return found


def _groups(function: Function) -> list[list[Argument]]:
    """The arguments whose rows belong together: all columns; every list by itself."""
    columns = [a for a in function.arguments if a.shape == "column"]
    lists = [[a] for a in function.arguments if a.shape == "list"]
    return [columns, *lists] if columns else lists


def _read_columns(
    arguments: Sequence[Argument],
    cells: Sequence[Any],
    system: DateSystem,
    notes: list[str],
    header: bool | None = None,
) -> dict[str, Any] | CellError:
    """One array for each argument, None for an omitted optional one; or the first thing wrong, by row.

    A header row is dropped; unless the caller knows better, `headings` tells whether there is one, and a note tells the
    reader where no column was known by its name. Rows that are blank in every column are left out; a row that is blank
    in some is an error.
    """
    given: list[tuple[Argument, list[Any]]] = []
    for argument, cell in zip(arguments, cells, strict=True):
        if not argument.required and _is_omitted(cell):
            continue
        column = _column(argument, cell)
        if isinstance(column, CellError):
            return column
        given.append((argument, column))
    values = _aligned(given, system, notes, header) if given else []
    if isinstance(values, CellError):
        return values
    found = {argument.name: array for (argument, _), array in zip(given, values, strict=True)}
    return {argument.name: found.get(argument.name) for argument in arguments}


def _read_table(
    argument: Argument, cell: Any, system: DateSystem, notes: list[str]
) -> dict[str, Any] | str | CellError | None:
    """The columns of a table by name, None for an absent optional one; or the name of a table that is known by it.

    For an omitted optional table, its default.
    """
    assert isinstance(argument.kind, Table)
    if _is_omitted(cell):
        return argument.default if not argument.required else missing(argument.name)
    lone = only_cell(cell)
    if argument.kind.names and lone is not RANGE:
        name: str | CellError = Choice(options=argument.kind.names).read(lone)
        if isinstance(name, CellError) and name.message:
            return CellError(name.code, f"{argument.name} {name.message}; or choose the cells of a table")
        return name if isinstance(name, str) else CellError(name.code, f"{argument.name} holds {name.code}")
    rows = rows_of(cell)
    if isinstance(rows, CellError):
        return CellError(rows.code, f"{argument.name}: {rows.message}")
    columns = argument.kind.columns
    places = _headers(columns, rows[0])
    header = bool(places) or None
    places = places or {c.name: i for i, c in enumerate(columns) if i < len(rows[0])}
    absent = [c.name for c in columns if c.required and c.name not in places]
    if absent:
        wanted = ", ".join(c.name if c.required else f"[{c.name}]" for c in columns)
        return CellError(VALUE, f"{argument.name} must have the columns {wanted}; missing: {', '.join(absent)}")
    cells = [[[row[places[c.name]]] for row in rows] if c.name in places else None for c in columns]
    read = _read_columns(columns, cells, system, notes, header)
    return CellError(read.code, f"{argument.name}: {read.message}") if isinstance(read, CellError) else read


def _headers(columns: Sequence[Argument], top: Sequence[Any]) -> dict[str, int]:
    """Where each column stands by the names in the first row; empty where that row names none."""
    names = [plain_name(cell) if isinstance(cell, str) else "" for cell in map(plain, top)]
    known = {c.name: plain_name(c.name) for c in columns}
    return {name: names.index(plain) for name, plain in known.items() if plain in names}


def _is_omitted(cell: Any) -> bool:
    lone = only_cell(cell)
    return lone is not RANGE and plain(lone) is None


def _column(argument: Argument, cell: Any) -> list[Any] | CellError:
    rows = rows_of(cell)
    if isinstance(rows, CellError):
        return CellError(rows.code, f"{argument.name}: {rows.message}")
    if len(rows) == 1 or len(rows[0]) == 1:
        return list(chain.from_iterable(rows))
    return CellError(
        VALUE, f"{argument.name} must be one column or one row, got {len(rows)} rows by {len(rows[0])} columns"
    )


def _aligned(
    given: list[tuple[Argument, list[Any]]], system: DateSystem, notes: list[str], has_header: bool | None
) -> list[Any] | CellError:
    import numpy as np

    lengths = {len(column) for _, column in given}
    if len(lengths) > 1:
        listed = ", ".join(f"{a.name} has {len(column)}" for a, column in given)
        return CellError(NA, f"the columns must have equally many rows: {listed}")
    length = lengths.pop()
    above = 0 if has_header else _blank_above(given, length)
    found = has_header if has_header is not None else length > above + 1 and has_heading(given, above, system)
    if isinstance(found, CellError):
        return found
    if found and has_header is None and not is_known(given, above):
        names = ", ".join(str(column[above]) for _, column in given if plain(column[above]) is not None)
        notes.append(f"note: row {above + 1} of the range was taken for its heading: {names}")
    header = above + 1 if found else 0
    size = min(length, max(header + 1, *(_filled(column) for _, column in given)))
    given = [(argument, column[:size]) for argument, column in given]
    read = [(a, *a.kind.read_many(column[header:], system)) for a, column in given]
    size -= header
    blank = set.intersection(*({i for i, gap in gaps.items() if gap is None} for _, _, gaps in read))
    wrong = [(i, a, gap) for a, _, gaps in read for i, gap in gaps.items() if i not in blank]
    if wrong:
        row, argument, gap = min(wrong, key=lambda w: w[0])
        return _complaint(row + header + 1, argument, gap)
    if len(blank) >= size:
        return CellError(NA, f"{' and '.join(a.name for a, _, _ in read)}: no values; choose cells that hold some")
    if not blank:
        return [values for _, values, _ in read]
    kept = np.setdiff1d(np.arange(size), np.fromiter(blank, dtype=int))
    return [values[kept] for _, values, _ in read]


def _blank_above(given: list[tuple[Argument, list[Any]]], length: int) -> int:
    """How many rows there are above the first one that is not blank in every column."""
    for row in range(length):
        if any(plain(column[row]) is not None for _, column in given):
            return row
    return 0


def _filled(column: list[Any]) -> int:
    """How many cells there are down to the last one that is not empty: whole columns are mostly empty."""
    size = len(column)
    while size and (column[size - 1] is None or (isinstance(column[size - 1], str) and not column[size - 1])):
        size -= 1
    return size


def _complaint(row: int, argument: Argument, gap: CellError | None) -> CellError:
    name = f"{argument.name}, row {row} of the range,"
    if gap is None:
        error = missing(name)
        return CellError(error.code, f"{error.message}, or leave the whole row blank")
    return CellError(gap.code, f"{name} {gap.message or f'holds {gap.code}'}")
