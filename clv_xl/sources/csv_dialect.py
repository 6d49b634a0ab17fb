"""How a CSV file is written: its delimiter, its quotes, and where its header stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from clv_xl.core.column_names import NAMES, plain_name
from clv_xl.sources.csv_records import Dialect, Malformed, lines, records
from clv_xl.sources.errors import SourceError
from clv_xl.sources.header_rows import distinct, header_row
from clv_xl.sources.survey import DELIMITERS
from clv_xl.sources.tables import check_header

_ROWS = 1000
"""Records by which a delimiter is judged."""
_SEPARATOR = re.compile('"?sep=(.)"?\r?\n', re.IGNORECASE)
"""The first line by which Excel is told the delimiter."""
_KNOWN = frozenset(plain_name(name) for names in NAMES.values() for name in names.split())


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file is written: the names as shown, which of them came again, and the lines that its header takes."""

    dialect: Dialect
    names: tuple[str, ...]
    repeated: tuple[str, ...]
    first: int
    last: int
    skipped: int
    """Lines above the header that hold something else than the delimiter."""


@dataclass(frozen=True, slots=True)
class _Try:
    """The first records as one dialect has them, blank lines left out: number of the first line, fields."""

    dialect: Dialect
    rows: list[tuple[int, list[str]]]
    whole: bool
    place: int

    @property
    def width(self) -> int:
        return len(self.rows[self.place][1]) if self.rows else 0

    @property
    def rank(self) -> tuple[object, ...]:
        """Best is what gives names that are known, can be read, has as many fields in every row, and skips little."""
        if self.width < 2:
            return (False, False, 0.0, 0, self.width)
        known = sum(plain_name(name) in _KNOWN for name in self.rows[self.place][1])
        body = self.rows[self.place + 1 :]
        share = sum(len(fields) == self.width for _, fields in body) / len(body) if body else 1.0
        return (known >= 2, self.whole, round(share, 2), -self.place, self.width)


def layout(text: str, path: Path) -> Layout:
    """What the beginning of a file shows. Raises SourceError for one without a header, or with a single column."""
    said = _SEPARATOR.match(text)
    given = said[1] if said else None
    if said:
        text = "\n" + text[said.end() :]  # lines keep their numbers
    found = max((_tried(text, sign) for sign in given or DELIMITERS), key=lambda t: t.rank)
    if found.width < 2 and given is None and (spaced := _tried(text, " ")).rank[0]:
        found = spaced
    if not found.rows:
        raise SourceError(f"{path} is empty.")
    first, fields = found.rows[found.place]
    names, repeated = distinct(fields)
    check_header(names, str(path))
    if len(names) == 1:
        raise SourceError(f'{path} has only one column, "{names[0]}"; separate columns by commas, semicolons or tabs.')
    last = first + sum(field.count("\n") for field in fields)
    return Layout(found.dialect, tuple(names), tuple(repeated), first, last, first - 1 - bool(said))


def _tried(text: str, delimiter: str) -> _Try:
    header = next((line for line in text.split("\n") if line.strip()), "")
    single = re.fullmatch(rf"'[^']*'(?:{re.escape(delimiter)}'[^']*')*\r?", header)
    found = _read(text, Dialect(delimiter, "'" if single else '"'))
    if not found.whole and '\\"' in text:
        escaped = _read(text, Dialect(delimiter, escape="\\"))
        return escaped if escaped.whole else found
    return found


def _read(text: str, dialect: Dialect) -> _Try:
    rows: list[tuple[int, list[str]]] = []
    whole = True
    try:
        for number, _, fields in records(lines([text]), dialect):
            if fields and any(field.strip() for field in fields):
                rows.append((number, fields))
            if len(rows) == _ROWS:
                break
    except Malformed as error:
        whole = error.at_end  # the beginning of a file may end within a record
    return _Try(dialect, rows, whole, header_row([fields for _, fields in rows]))
