"""Formulas as they are stored: tokens, what they refer to, and their form relative to the cell they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from openpyxl.utils import get_column_letter

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
_COLUMNS = r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}"
_ROWS = r"\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6}"
_INNER = r"\[(?:[^\[\]']|'.)*\]"
_TOKEN = re.compile(
    rf"""
      (?P<string>"(?:[^"]|"")*")
    | (?P<error>\#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!
        |BUSY!|UNKNOWN!|EXTERNAL!|PYTHON!|TIMEOUT!))
    | (?P<dde>[\w.]+\|(?:'[^']*'|[^!'()]*)!)
    | (?P<sheet>'(?:[^']|'')+'! | \[[^\[\]]+\][^\W\d]?[\w.]*! | [^\W\d][\w.]*(?::[^\W\d][\w.]*)?!)
    | (?P<table>(?:[^\W\d]|\\)?[\w.\\]*\[(?:[^\[\]']|'.|{_INNER})*\])
    | (?P<function>[A-Za-z_\\][\w.\\]*(?=\())
    | (?P<area>(?:{_CELL}:{_CELL}|{_CELL}|{_COLUMNS}|{_ROWS})(?![\w.(\[\\?]))
    | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![^\W\d]))
    | (?P<name>(?:[^\W\d]|\\)[\w.\\?]*)
    | (?P<open>\() | (?P<close>\)) | (?P<brace>[{{}}]) | (?P<comma>,) | (?P<semicolon>;)
    | (?P<operator><>|<=|>=|[-+*/^&=<>:%@\#])
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,7})")
_PREFIXES = re.compile(r"_xlfn\.|_xlws\.|_xlpm\.|_xlop\.|_xldudf_|_xll\.")


class Token(NamedTuple):
    """A piece of a formula: one of the kinds above, and its text."""

    kind: str
    text: str


class Area(NamedTuple):
    """A rectangle of cells."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return self.first_row == self.last_row and self.first_column == self.last_column

    def overlaps(self, other: Area) -> bool:
        """Whether both have a cell in common."""
        rows = self.first_row <= other.last_row and other.first_row <= self.last_row
        return rows and self.first_column <= other.last_column and other.first_column <= self.last_column

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies inside."""
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column

    @property
    def size(self) -> int:
        """How many cells it has."""
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)

    @property
    def inside_grid(self) -> bool:
        """Whether Excel has such cells."""
        return (
            1 <= self.first_row <= self.last_row <= MAX_ROW and 1 <= self.first_column <= self.last_column <= MAX_COLUMN
        )

    def __str__(self) -> str:
        first = address(self.first_row, self.first_column)
        return first if self.single else f"{first}:{address(self.last_row, self.last_column)}"


class Reference(NamedTuple):
    """What a formula reads: cells of a sheet (None for its own), or a name, or columns of a table."""

    kind: str
    """As "area", "name" or "table"."""
    sheet: str | None
    text: str
    within: str
    """The function whose argument it is; empty outside of any."""


def address(row: int, column: int) -> str:
    """A cell's address, as C5."""
    return f"{get_column_letter(column)}{row}" if 1 <= column <= 18_278 else f"R{row}C{column}"


@lru_cache(maxsize=1 << 15)
def column_number(letters: str) -> int:
    """The number of a column: A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class End(NamedTuple):
    """One end of a reference: a cell, a whole column (row 0) or a whole row (column 0)."""

    letters: str
    column: int
    row: int
    column_fixed: bool
    row_fixed: bool

    def moved(self, rows: int, columns: int) -> tuple[int, int]:
        """Row and column as they are when the formula is filled so far; what has a dollar stays."""
        row = self.row if self.row_fixed or not self.row else self.row + rows
        return row, self.column if self.column_fixed or not self.column else self.column + columns

    def text(self, rows: int, columns: int) -> str:
        """As it is written then."""
        row, column = self.moved(rows, columns)
        letters = self.letters if column == self.column else get_column_letter(max(1, min(MAX_COLUMN, column)))
        return f"{'$' * self.column_fixed}{letters}{'$' * self.row_fixed}{row or ''}"

    def relative(self, row: int, column: int) -> str:
        """In R1C1 terms, seen from a cell."""
        r = "" if not self.row else f"R{self.row}" if self.row_fixed else f"R[{self.row - row}]"
        if not self.column:
            return r
        return r + (f"C{self.column}" if self.column_fixed else f"C[{self.column - column}]")


@lru_cache(maxsize=1 << 15)
def ends_of(text: str) -> tuple[End, ...]:
    """The one or two ends of A1, A1:B2, A:B or 1:2."""
    return tuple(_end(part) for part in text.split(":"))


def _end(part: str) -> End:
    match = _PART.fullmatch(part)
    if match is None:
        return End("", 0, 0, False, False)
    first, letters, second, digits = match.groups()
    # In $1 the dollar is taken by the first group.
    row_fixed = bool(second or (first and not letters))
    return End(letters, column_number(letters), int(digits or 0), bool(first and letters), row_fixed)


def area_at(ends: tuple[End, ...], rows: int = 0, columns: int = 0) -> Area:
    """The rectangle between the ends, in a formula filled so far; dollars do not matter otherwise."""
    if len(ends) == 1 and ends[0].row and ends[0].column:
        row, column = ends[0].moved(rows, columns)
        return Area(row, column, row, column)
    found = [end.moved(rows, columns) for end in ends]
    whole_columns, whole_rows = found[0][0] == 0, found[0][1] == 0
    return Area(
        1 if whole_columns else min(row for row, _ in found),
        1 if whole_rows else min(column for _, column in found),
        MAX_ROW if whole_columns else max(row for row, _ in found),
        MAX_COLUMN if whole_rows else max(column for _, column in found),
    )


@lru_cache(maxsize=1 << 15)
def area_of(text: str) -> Area:
    """The rectangle that A1, A1:B2, A:B or 1:2 stands for."""
    return area_at(ends_of(text))


def areas_of(text: str) -> list[Area]:
    """The rectangles of a list of references separated by blanks, as validations and formats hold it."""
    return [area_of(part) for part in text.split() if re.fullmatch(f"{_CELL}:{_CELL}|{_CELL}|{_COLUMNS}|{_ROWS}", part)]


def scan(formula: str) -> list[Token]:
    """The tokens of a stored formula, nothing left out."""
    return [Token(match.lastgroup or "other", match.group()) for match in _TOKEN.finditer(formula)]


def relative(tokens: Sequence[Token], row: int, column: int) -> str:
    """The formula in R1C1 terms: the same text for two cells that were filled from one another."""
    return "".join(
        ":".join([end.relative(row, column) for end in ends_of(t.text)]) if t.kind == "area" else t.text for t in tokens
    )


def shifted(tokens: Sequence[Token], rows: int, columns: int) -> str:
    """The formula as it reads when filled to a cell so many rows and columns away, as shared formulas are stored."""
    return "".join(
        ":".join([end.text(rows, columns) for end in ends_of(t.text)]) if t.kind == "area" else t.text for t in tokens
    )


def references(tokens: Sequence[Token]) -> Iterator[Reference]:
    """What the formula reads, in order."""
    sheet: str | None = None
    before = Token("", "")
    calls: list[str] = []
    for token in tokens:
        if token.kind in ("area", "name", "table"):
            yield Reference(token.kind, sheet, token.text, calls[-1] if calls else "")
        elif token.kind == "open":
            calls.append(base_name(before.text) if before.kind == "function" else calls[-1] if calls else "")
        elif token.kind == "close" and calls:
            calls.pop()
        sheet = unquoted(token.text[:-1]) if token.kind == "sheet" else None
        before = token


def unquoted(sheet: str) -> str:
    """A sheet's name without the quotes that a formula needs around it."""
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


def base_name(function: str) -> str:
    """A function's name as a user types it: capitals, storage prefixes removed."""
    return _PREFIXES.sub("", function).upper()


def displayed(formula: str) -> str:
    """The formula about as a user sees it, without storage prefixes outside strings."""
    return "".join(t.text if t.kind == "string" else _PREFIXES.sub("", t.text) for t in scan(formula))


@dataclass(frozen=True, eq=False)
class Facts:
    """What does not depend on the cell, computed once for all cells filled from one formula."""

    tokens: tuple[Token, ...]
    form: str
    """The formula in R1C1 terms."""
    row: int = 1
    column: int = 1
    """The cell that it was read in."""

    def filled_to(self, row: int, column: int) -> str:
        """The formula as it reads in another cell."""
        return shifted(self.tokens, row - self.row, column - self.column)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """What it reads, as written in the cell that it was read in."""
        return tuple(references(self.tokens))

    @cached_property
    def text(self) -> str:
        """The formula as stored."""
        return "".join(token.text for token in self.tokens)

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions called, without prefixes."""
        return frozenset(base_name(t.text) for t in self.tokens if t.kind == "function")

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The numbers written into the formula."""
        return tuple(t.text for t in self.tokens if t.kind == "number")

    @cached_property
    def if_depth(self) -> int:
        """How deep IF stands within IF; 1 for a plain IF."""
        calls: list[bool] = []
        deepest = 0
        before = Token("", "")
        for token in self.tokens:
            if token.kind == "open":
                calls.append(before.kind == "function" and base_name(before.text) == "IF")
                deepest = max(deepest, sum(calls))
            elif token.kind == "close" and calls:
                calls.pop()
            before = token
        return deepest

    @cached_property
    def length(self) -> int:
        """Characters as the user sees them, without the equals sign."""
        return sum(len(t.text if t.kind == "string" else _PREFIXES.sub("", t.text)) for t in self.tokens)

    @cached_property
    def tests_for_blanks(self) -> bool:
        """Whether the formula expects blank cells: it asks for them, or counts what is there."""
        if self.functions & {"ISBLANK", "COUNTA", "COUNT", "COUNTBLANK"}:
            return True
        significant = [t for t in self.tokens if t.kind != "space"]
        pairs = pairwise(significant)
        return any(a.text in ("=", "<>") and b.text == '""' for a, b in pairs)
