"""Several sheets as one table: columns by their names, and lines that stand on more than one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clv_xl.core.column_names import plain_name
from clv_xl.sources.errors import SourceError
from clv_xl.sources.guess import guess_columns
from clv_xl.sources.header_rows import is_known
from clv_xl.sources.sheets import Sheet

Rows = list[list[Any]]


def differing(sheets: Sequence[Sheet]) -> str:
    """What is wrong where a column that an order log is known by stands on some of the sheets only; else nothing."""
    for sheet in sheets:
        for other in sheets:
            lacking = [name for name in sheet.names if is_known(name) and plain_name(name) not in other.columns]
            if lacking:
                return f'The column "{lacking[0]}" stands on the sheet {sheet.shown} and not on {other.shown}'
    return ""


def line_up(sheets: Sequence[Sheet]) -> tuple[list[str], list[Rows]]:
    """The names of all columns, and the rows of each sheet under them. What a sheet does not have is missing."""
    names = {_key(name): name for sheet in reversed(sheets) for name in reversed(sheet.names)}
    order = dict.fromkeys(_key(name) for sheet in sheets for name in sheet.names)
    found = []
    for sheet in sheets:
        at = {_key(name): position for position, name in enumerate(sheet.names)}
        if list(at) == list(order):
            found.append(list(sheet.rows()))
            continue
        places = [at.get(key) for key in order]
        found.append([[None if p is None else row[p] for p in places] for row in sheet.rows()])
    return [names[key] for key in order], found


def _key(name: str) -> str:
    return plain_name(name) or name


def repeats(names: Sequence[str], rows: Sequence[Rows]) -> list[str]:
    """A note on lines that stand, equal in every column, on an earlier sheet too, with their money."""
    seen: set[int] = set()
    again: Rows = []
    for part in rows:
        keys = [hash(tuple(row)) for row in part]
        again += [row for row, key in zip(part, keys, strict=True) if key in seen]
        seen.update(keys)
    if not again:
        return []
    return [
        f"{len(again):,} lines stand on an earlier sheet too, equal in every column{_money(names, again)}, and are "
        "counted again; --duplicates drop counts equal lines once."
    ]


def _money(names: Sequence[str], rows: Rows) -> str:
    """What the lines are worth by the columns recognised, where these are numbers."""
    try:
        found = guess_columns(names, customer=names[0], date=names[0])
    except SourceError:
        return ""
    columns = [found.amount] if found.amount else [found.quantity, found.price]
    factors = [[row[list(names).index(str(name))] for row in rows] for name in columns]
    if not all(isinstance(value, int | float) for values in factors for value in values):
        return ""
    total = sum(values[0] * values[-1] if len(values) > 1 else values[0] for values in zip(*factors, strict=True))
    return f", worth {total:,.2f} by {' × '.join(str(name) for name in columns)}"
