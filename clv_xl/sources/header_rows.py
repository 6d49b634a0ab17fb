"""Where the header of a table stands: exports put titles, periods and blank rows above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

from clv_xl.core.column_names import NAMES, plain_name

LOOKED_AT = 60
"""Rows in which a header is looked for: no export puts more above its table."""

_KNOWN = frozenset(plain_name(name) for names in NAMES.values() for name in names.split())
_DATA = re.compile(r"^[-+]?[\d.,]+$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$")


def is_data(cell: Any) -> bool:
    """Whether a cell of a would-be header is a number or a date."""
    return (cell is not None and not isinstance(cell, str)) or (isinstance(cell, str) and bool(_DATA.match(cell)))


def header_row(rows: Sequence[Sequence[Any]]) -> int:
    """The place of the header among the first rows; 0 where nothing speaks for another one.

    It is the first row that is as wide as the table and names at least two known columns; failing that, the first one
    that is as wide as the table, where what stands above is narrower. As wide as the table: filled cells as in most
    rows below, or more.
    """
    filled = [sum(cell not in (None, "") for cell in row) for row in rows[:LOOKED_AT]]
    if not filled:
        return 0
    wide = _usual_width(filled)
    # Blank names count here: programs leave the one above their row numbers out.
    named = (i for i, row in enumerate(rows[:LOOKED_AT]) if len(row) >= wide and _names(row) >= min(2, wide))
    header = next((i for i in named if not any(map(is_data, rows[i]))), None)
    if header is not None:
        return header
    first = next((i for i, n in enumerate(filled) if n >= wide and n > 1), 0)
    titled = all(filled[i] < filled[first] for i in range(first)) and not any(map(is_data, rows[first]))
    return first if titled else 0


def _names(row: Sequence[Any]) -> int:
    return sum(isinstance(cell, str) and plain_name(cell) in _KNOWN for cell in row)


def _usual_width(filled: Sequence[int]) -> int:
    """Filled cells in most rows, the wider one where two are as frequent."""
    often = {n: filled.count(n) for n in filled if n}
    return max(often, key=lambda n: (often[n], n)) if often else 0


def distinct(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names as they are, blanks numbered, repeated ones numbered too; and which ones were repeated."""
    found: list[str] = []
    repeated: list[str] = []
    for position, given in enumerate(names, 1):
        name = given.strip() or f"column {position}"
        if name in found:
            if name not in repeated:
                repeated.append(name)
            name = next(n for k in count(2) if (n := f"{name} ({k})") not in found)
        found.append(name)
    return found, repeated
