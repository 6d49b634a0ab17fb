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


def is_known(name: Any) -> bool:
    """Whether a heading names a part of an order log."""
    return isinstance(name, str) and plain_name(name) in _KNOWN


def header_row(rows: Sequence[Sequence[Any]]) -> int:
    """The place of the header among the first rows; 0 where nothing speaks for another one.

    It stands above the first row of data, and is at least half as wide as the table: titles are narrower. Among such
    rows one that names known columns goes before one that does not, and one as wide as the table before a narrower one
    (above it, groups of columns may have headings of their own). As wide as the table: filled cells as in most rows.
    """
    head = rows[:LOOKED_AT]
    filled = [sum(cell not in (None, "") for cell in row) for row in head]
    wide = _usual_width(filled)
    data = [any(map(is_data, row)) for row in head]
    first = next((i for i, n in enumerate(filled) if n >= wide > 0 and data[i]), None)
    above = [i for i, n in enumerate(filled[:first]) if n and 2 * n >= wide and not data[i]]
    named = [i for i in above if sum(map(is_known, head[i])) >= min(2, wide)]
    for candidates in (named, above):
        if candidates:
            return next((i for i in candidates if filled[i] >= wide), candidates[0])
    return first or 0


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
