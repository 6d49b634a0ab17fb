"""What a workbook would take to read, found out before it is read: a file of 2 kB can ask for terabytes."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from clv_xl.sources.errors import SourceError

CELLS = 30_000_000
"""Cells of the rectangle around all values that are always read: 26 columns down to the last row."""

_SPARSE = 10
"""A larger rectangle is read where at least one of so many cells holds a value."""

_PARTS = 10_000
_UNPACKED, _RATIO = 1 << 25, 200
"""Parts that unpack to more than this, and to more than so many times the file, are made to harm."""

_CHUNK = 1 << 20
_REFERENCE = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})")
_CELL = re.compile(rb'<c r="([A-Z]{1,7})([0-9]{1,10})"')
_UNCOMMON = re.compile(rb'<c(?! r="[A-Z]{1,7}[0-9]{1,10}")[\s/>]')
_PREFIXED = re.compile(rb":c[\s/>]")
_HIDDEN = re.compile(rb'<row [^>]*hidden="(?:1|true)"')
_NOT_CALCULATED = re.compile(rb"</f>(?:<v ?/>|<v></v>|</c>)|<f [^>]*/>(?:<v ?/>|<v></v>|</c>)")
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"


@dataclass(slots=True)
class Extent:
    """Where the cells of a sheet stand, and what is notable about them."""

    values: int = 0
    top: int = 1 << 40
    bottom: int = 0
    left: int = 1 << 40
    right: int = 0
    far: str = ""
    hidden_rows: int = 0
    errors: int = 0
    not_calculated: int = 0

    @property
    def area(self) -> int:
        """Cells of the rectangle around all."""
        return max(self.bottom - self.top + 1, 0) * max(self.right - self.left + 1, 0)

    @property
    def too_far(self) -> bool:
        """Whether the rectangle is too large for the values that it holds."""
        return self.area > max(CELLS, _SPARSE * self.values)

    def take(self, columns: Iterable[bytes], rows: Iterable[bytes]) -> None:
        """Let the rectangle hold cells in these columns and rows."""
        for name in set(columns):
            column = _column(name.decode())
            self.left, self.right = min(self.left, column), max(self.right, column)
        numbers = [int(row) for row in set(rows)]
        self.top, self.bottom = min(self.top, *numbers, 1 << 40), max(self.bottom, *numbers, 0)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def extents(path: Path) -> dict[str, Extent]:
    """The extent of each sheet of an .xlsx file; empty for other kinds of workbooks.

    Raises SourceError for a file that unpacks to far more than a workbook does, or is damaged.
    """
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as book:
        _check(book, path)
        there = {name.lower(): name for name in book.namelist()}
        if _WORKBOOK not in there or _RELATIONS not in there:
            return {}
        found = {}
        for name, part in _sheets(book, there):
            found[name] = _extent(book, part)
        return found


def _check(book: zipfile.ZipFile, path: Path) -> None:
    parts = book.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _UNPACKED and unpacked > _RATIO * path.stat().st_size:
        raise SourceError(
            f"{path} would unpack to {unpacked:,} bytes, over {_RATIO} times its size, which no workbook with values "
            "does; save the sheet as CSV in the program that made it."
        )
    if len(parts) > _PARTS or len({part.filename.lower() for part in parts}) < len(parts):
        raise SourceError(f"{path} is no sound workbook: its parts are too many, or have the same names.")


def _sheets(book: zipfile.ZipFile, there: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The names of the sheets and of the parts that hold them."""
    relations = ElementTree.fromstring(book.read(there[_RELATIONS]))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in ElementTree.fromstring(book.read(there[_WORKBOOK])).iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        target = targets.get(sheet.get(f"{_OFFICE}id") or sheet.get(f"{_STRICT}id"), "")
        whole = target.lstrip("/") if target.startswith(("/", "xl/")) else posixpath.normpath(f"xl/{target}")
        if whole.lower() in there:
            yield sheet.get("name", ""), there[whole.lower()]


def _extent(book: zipfile.ZipFile, part: str) -> Extent:
    """By a quick look at all cells, and only where that is not enough by one that knows which of them hold values."""
    with book.open(part) as sheet:
        found = _rectangle(sheet)
    if found is not None and not found.too_far:
        return found
    with book.open(part) as sheet:
        return _of_values(sheet)


def _rectangle(sheet: IO[bytes]) -> Extent | None:
    """The rectangle around all cells, with or without a value; None where cells are written in an uncommon way."""
    found = Extent()
    rest = b""
    while chunk := sheet.read(_CHUNK):
        piece = rest + chunk
        end = max(piece.rfind(b"<c "), 0) or max(piece.rfind(b"<"), 0)
        piece, rest = piece[:end], piece[end:]
        if not _look(piece, found):
            return None
    return found if _look(rest, found) else None


def _look(piece: bytes, found: Extent) -> bool:
    """Take in the cells of a piece of a sheet; False where some are written in an uncommon way."""
    if _UNCOMMON.search(piece) or _PREFIXED.search(piece):
        return False
    if cells := _CELL.findall(piece):
        found.take(*zip(*cells, strict=True))
    found.hidden_rows += len(_HIDDEN.findall(piece)) if b"hidden=" in piece else 0
    found.errors += piece.count(b' t="e"')
    found.not_calculated += len(_NOT_CALCULATED.findall(piece)) if b"<f" in piece else 0
    return True


def _of_values(sheet: IO[bytes]) -> Extent:
    """The rectangle around all cells with a value, by a reader of XML."""
    found = Extent()
    values = _Values(found)
    reader = expat.ParserCreate()
    reader.StartElementHandler = values.element
    reader.StartDoctypeDeclHandler = _no_doctype
    while chunk := sheet.read(_CHUNK):
        reader.Parse(chunk)
        values.settle()
    reader.Parse(b"", True)
    return found


def _no_doctype(*_: object) -> None:
    raise SourceError("A sheet declares entities, which no workbook does; save the sheet as CSV.")


class _Values:
    """Follows the elements of a sheet: which cells hold a value. Cells may leave out where they stand."""

    def __init__(self, found: Extent) -> None:
        self.found = found
        self.row, self.column = 0, 0
        self.cells: list[tuple[int, int]] = []
        self.farthest = 0

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = name.rpartition(":")[2]
        if name in ("v", "is"):
            self.cells.append((self.row, self.column))
        elif name == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            if reference:
                self.row, self.column = int(reference[2]), _column(reference[1])
            else:
                self.column += 1
            self.found.errors += attributes.get("t") == "e"
        elif name == "row":
            number = attributes.get("r", "")
            self.row, self.column = int(number) if number.isdecimal() else self.row + 1, 0
            self.found.hidden_rows += attributes.get("hidden") in ("1", "true")

    def settle(self) -> None:
        """Let the rectangle hold the values seen since."""
        if not self.cells:
            return
        rows, columns = zip(*self.cells, strict=True)
        found = self.found
        found.values += len(rows)
        found.top, found.bottom = min(found.top, *rows), max(found.bottom, *rows)
        found.left, found.right = min(found.left, *columns), max(found.right, *columns)
        row, column = max(self.cells, key=lambda cell: cell[0] * cell[1])
        if row * column > self.farthest:
            self.farthest, found.far = row * column, f"{_letters(column)}{row}"
        self.cells.clear()


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
