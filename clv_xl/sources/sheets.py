"""One sheet of a workbook as a table: titles above the header, headings in two rows, merged cells, empty columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from clv_xl.core.column_names import NAMES, plain_name
from clv_xl.sources.header_rows import LOOKED_AT, distinct, header_row, is_known

Range = tuple[tuple[int, int], tuple[int, int]]

_NEEDED = {
    part: frozenset(plain_name(name) for source in sources for name in NAMES[source].split())
    for part, sources in {"customer": ["customer"], "date": ["date"], "amount": ["amount", "price"]}.items()
}


@dataclass(slots=True)
class Sheet:
    """A sheet with its header found. `header` is the number of its row, from 1; `names` are distinct."""

    name: str
    hidden: bool
    names: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    header: int = 0
    merged: int = 0
    _cells: Any = None
    _begin: int = 0
    _columns: list[int] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """Its name for a sentence."""
        return f'"{self.name}"' + (" (hidden)" if self.hidden else "")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing on it."""
        return not self.names

    @property
    def is_table(self) -> bool:
        """Whether rows of several columns follow a header."""
        return len(self.names) > 1 and next(self.rows(), None) is not None

    @property
    def parts(self) -> int:
        """How many of customer, date and amount its header names."""
        plain = {plain_name(name) for name in self.names}
        return sum(bool(known & plain) for known in _NEEDED.values())

    @property
    def columns(self) -> frozenset[str]:
        """Its columns, in any order and spelling."""
        return frozenset(plain_name(name) or name for name in self.names)

    def rows(self) -> Iterator[list[Any]]:
        """The rows below the header that hold anything."""
        for row in islice(self._cells.iter_rows(), self._begin, None):
            kept = [row[position] for position in self._columns]
            if any(not _blank(cell) for cell in kept):
                yield kept


def _blank(cell: Any) -> bool:
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())


def sheet(name: str, hidden: bool, cells: Any) -> Sheet:
    """Find the header among the first rows of `cells`, a sheet of calamine."""
    if cells.start is None:
        return Sheet(name, hidden)
    top, left = cells.start
    head = [["" if _blank(cell) else cell for cell in row] for row in islice(cells.iter_rows(), LOOKED_AT)]
    merged = [_moved(area, top, left) for area in cells.merged_cell_ranges or ()]
    _fill_down(head, merged)
    skipped = next((i for i, row in enumerate(head) if any(cell != "" for cell in row)), 0)
    position = skipped + header_row(head[skipped:])
    last = max((low for (high, _), (low, _) in merged if high <= position <= low), default=position)
    headings = [str(cell).strip() for cell in head[position]] if head else []
    groups = _filled_right(head[position - 1], position - 1, merged) if position else []
    joined = _with_groups(headings, groups)
    held = _held(cells, last + 1, joined)
    names, repeated = distinct(joined)
    return Sheet(
        name,
        hidden,
        names=[names[i] for i in held],
        repeated=repeated,
        joined=[new for new, old in zip(joined, headings, strict=True) if new != old],
        header=top + position + 1,
        merged=sum(high > last and low > high for (high, _), (low, _) in merged),
        _cells=cells,
        _begin=last + 1,
        _columns=held,
    )


def _moved(area: Range, top: int, left: int) -> Range:
    (a, b), (c, d) = area
    return (a - top, b - left), (c - top, d - left)


def _fill_down(head: list[list[Any]], merged: Sequence[Range]) -> None:
    """A heading that is merged over several rows stands in the last of them too. Data is left as it is."""
    for (high, left), (low, _) in merged:
        if 0 <= high < low < len(head) and 0 <= left < len(head[high]) and isinstance(head[high][left], str):
            for row in range(high + 1, low + 1):
                head[row][left] = head[row][left] or head[high][left]


def _filled_right(row: Sequence[Any], position: int, merged: Sequence[Range]) -> list[str]:
    """Headings of groups over each of their columns."""
    found = [str(cell).strip() if isinstance(cell, str) else "" for cell in row]
    for (high, left), (low, right) in merged:
        if high <= position <= low and 0 <= left < len(found):
            found[left : right + 1] = [found[left]] * len(found[left : right + 1])
    return found


def _with_groups(headings: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Headings, with that of their group where only both together say what it is: “Name” under “Customer”."""
    found = list(headings)
    for position, group in enumerate(groups):
        heading = headings[position]
        if not group or group == heading:
            continue
        both = f"{group} {heading}".strip()
        if not heading or headings.count(heading) > 1 or (is_known(both) and not is_known(heading)):
            found[position] = both
    return found


def _held(cells: Any, begin: int, headings: Sequence[str]) -> list[int]:
    """The columns that have a heading or hold anything below it."""
    held = {position for position, heading in enumerate(headings) if heading}
    nameless = set(range(len(headings))) - held
    if nameless:
        for row in islice(cells.iter_rows(), begin, None):
            found = {position for position in nameless if not _blank(row[position])}
            held |= found
            nameless -= found
            if not nameless:
                break
    return sorted(held)
