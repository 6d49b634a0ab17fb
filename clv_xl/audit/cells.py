"""The cells of one sheet, read from its XML in a single pass; faults of storage are noted on the way."""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from clv_xl.audit.formula import Area, Facts, Token, address, area_of, column_number, scan, shifted
from clv_xl.audit.package import (
    MAIN,
    PARSER_OPTIONS,
    NotAWorkbook,
    Package,
    damaged,
    decoded,
    flag,
    number_of,
    refuse_entities,
)
from clv_xl.worksheet.errors import CODES, NEWER_CODES, CellError

MAX_CELLS = 5_000_000
MAX_TEXT = 32_767
MAX_ROW_HEIGHT = 409.5

Value: TypeAlias = float | str | bool | CellError | None

_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_KNOWN_ERRORS = frozenset(CODES) | frozenset(NEWER_CODES)
_TYPES = frozenset(("n", "s", "str", "b", "e", "inlineStr", "d"))


@dataclass(slots=True)
class Cell:
    """One stored cell: a constant, or a formula with its cached value."""

    row: int
    column: int
    style: int
    value: Value = None
    formula: str | None = None
    """As stored, without an equals sign."""
    cached: bool = False
    """Whether a value is stored with the formula."""
    spilled: bool = False
    """Whether an array formula in another cell fills this one."""
    facts: Facts | None = None
    """What the formula says, once it was looked at."""

    @property
    def tokens(self) -> list[Token]:
        """The pieces of the formula. Not kept: a hundred thousand formulas would fill the memory."""
        return scan(self.formula or "")

    @property
    def address(self) -> str:
        """As C5."""
        return address(self.row, self.column)

    @property
    def is_text(self) -> bool:
        """Whether it is a text constant with something in it."""
        return isinstance(self.value, str) and self.formula is None and not self.spilled and bool(self.value)

    @property
    def is_number(self) -> bool:
        """Whether it is a number constant."""
        return type(self.value) is float and self.formula is None and not self.spilled

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return self.formula is None and (self.value is None or self.value == "")


@dataclass(frozen=True)
class ArrayFormula:
    """A formula that fills a rectangle."""

    anchor: tuple[int, int]
    area: Area | None
    dynamic: bool


@dataclass
class SheetData:
    """All that the streaming pass collects."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    arrays: list[ArrayFormula] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    faults: list[tuple[tuple[int, int], str]] = field(default_factory=list)
    metadata: dict[tuple[int, int], int] = field(default_factory=dict)
    """Index into the cell metadata, for cells that carry one."""


def stream(package: Package, part: str, tag: str) -> Iterator[etree._Element]:
    """Each element of one tag, emptied once the consumer has seen it; the rest of the tree is kept in the package."""
    try:
        with package.open(part) as source:
            context = etree.iterparse(source, events=("end",), tag=MAIN + tag, **PARSER_OPTIONS)
            for _, element in context:
                yield element
                element.clear(keep_tail=False)
                while (done := element.getprevious()) is not None:
                    done.getparent().remove(done)
        refuse_entities(context.root, part)
        package.forget(part, context.root)
    except etree.XMLSyntaxError as error:
        package.broken(part, error)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise damaged(f"its part {part} cannot be unpacked") from error


def read_strings(package: Package) -> list[str]:
    """The shared strings, formatting and phonetic hints left out."""
    part = next(iter(package.related(package.workbook, "sharedStrings")), None)
    return [rich_text(item) for item in stream(package, part, "si")] if part else []


def rich_text(item: etree._Element) -> str:
    """The text of a string item, whose runs may be formatted differently."""
    runs = (child.text if child.tag == MAIN + "t" else child.findtext(MAIN + "t") for child in item)
    kept = (text for child, text in zip(item, runs, strict=True) if child.tag in (MAIN + "t", MAIN + "r"))
    return decoded("".join(text or "" for text in kept))


class SheetReader:
    """Reads the cells of one sheet."""

    def __init__(self, strings: list[str], budget: int = MAX_CELLS) -> None:
        self._strings = strings
        self._budget = budget
        self._shared: dict[str, tuple[int, int, list[Token]]] = {}
        self.data = SheetData()

    def read(self, package: Package, part: str) -> SheetData:
        """Everything in the sheet's rows."""
        last = 0
        for row in stream(package, part, "row"):
            number = _whole(row.get("r")) or last + 1
            if number <= last:
                self._fault(number, 1, f"row {number} stands after row {last}; rows must ascend")
            last = max(last, number)
            if number_of(row.get("ht")) > MAX_ROW_HEIGHT:
                self._fault(number, 1, f"the row is {row.get('ht')} points high; at most {MAX_ROW_HEIGHT} are allowed")
            if flag(row, "hidden") or row.get("ht") == "0":
                self.data.hidden_rows.append(number)
            self._read_row(row, number)
        self._mark_spills()
        return self.data

    def _read_row(self, row: etree._Element, number: int) -> None:
        last = 0
        for element in row:
            if element.tag != MAIN + "c":
                continue
            place = element.get("r")
            match = _ADDRESS.fullmatch(place) if place else None
            column = column_number(match[1]) if match else last + 1
            if place and (match is None or int(match[2]) != number):
                self._fault(number, column, f'the cell is addressed "{place}" but stands in row {number}')
            if column <= last:
                self._fault(number, column, f"the cell {place} is out of order or stands twice in its row")
            last = max(last, column)
            self.data.cells[number, column] = self._cell(element, number, column)
        if len(self.data.cells) > self._budget:
            raise NotAWorkbook(f"The workbook has more than the {self._budget:,} cells that are read.")

    def _cell(self, element: etree._Element, row: int, column: int) -> Cell:
        cell = Cell(row, column, _whole(element.get("s")) or 0)
        kind = element.get("t") or "n"
        text: str | None = None
        for child in element:
            if child.tag == MAIN + "v":
                text = child.text or ""
                # An empty element is a value only where it says that it is a text.
                cell.cached = bool(text) or kind == "str"
            elif child.tag == MAIN + "f":
                self._formula(child, cell, element.get("cm"))
            elif child.tag == MAIN + "is":
                text = rich_text(child)
        if text is not None:
            cell.value = self._value(kind, text, row, column)
        if kind not in _TYPES:
            self._fault(row, column, f'the cell type "{kind}" does not exist')
        if meta := element.get("cm"):
            self.data.metadata[row, column] = _whole(meta) or 0
        return cell

    def _value(self, kind: str, text: str, row: int, column: int) -> Value:
        read = _READERS.get(kind)
        if kind == "s":
            index = _whole(text)
            if index is None or index >= len(self._strings):
                self._fault(row, column, f"the cell refers to text number {text}, of {len(self._strings)} in the file")
                return None
            return self._checked(self._strings[index], row, column)
        if read is None or not text:
            return self._checked(text, row, column) if kind in ("str", "inlineStr", "d") else None
        value = read(text)
        if value is None:
            self._fault(row, column, f'"{text[:40]}" is stored as a {_KIND_WORDS[kind]} but is none')
        return value

    def _checked(self, text: str, row: int, column: int) -> str:
        if len(text) > MAX_TEXT:
            self._fault(row, column, f"the text has {len(text):,} characters; a cell holds at most {MAX_TEXT:,}")
        return text

    def _formula(self, element: etree._Element, cell: Cell, metadata: str | None) -> None:
        kind, text = element.get("t"), element.text or ""
        if kind == "shared" and not text:
            self._shared_formula(element.get("si") or "", cell)
            return
        if text.startswith("="):
            self._fault(cell.row, cell.column, f'the formula is stored with its "=" ({text[:40]}); store it without')
        elif not text.strip() and kind != "dataTable":
            self._fault(cell.row, cell.column, "the formula is empty; store the formula or remove its element")
        cell.formula = text.lstrip("=")
        if kind == "shared":
            self._shared[element.get("si") or ""] = (cell.row, cell.column, scan(cell.formula))
        if kind == "array":
            self._array(element.get("ref"), cell, dynamic=metadata is not None)

    def _shared_formula(self, index: str, cell: Cell) -> None:
        if index not in self._shared:
            self._fault(cell.row, cell.column, f"the cell shares formula {index}, which no cell before it holds")
            cell.formula = ""
            return
        row, column, tokens = self._shared[index]
        cell.formula = shifted(tokens, cell.row - row, cell.column - column)

    def _array(self, reference: str | None, cell: Cell, dynamic: bool) -> None:
        if not reference:
            self._fault(cell.row, cell.column, "the array formula does not say which cells it fills (ref)")
        area = area_of(reference) if reference else None
        self.data.arrays.append(ArrayFormula((cell.row, cell.column), area, dynamic))

    def _mark_spills(self) -> None:
        for array in self.data.arrays:
            if array.area is None or array.area.single:
                continue
            for cell in self._inside(array.area):
                cell.spilled = (cell.row, cell.column) != array.anchor

    def _inside(self, area: Area) -> Iterator[Cell]:
        cells = self.data.cells
        if area.size > len(cells):
            return (cell for place, cell in cells.items() if area.holds(*place))
        rows, columns = range(area.first_row, area.last_row + 1), range(area.first_column, area.last_column + 1)
        return (cells[row, column] for row in rows for column in columns if (row, column) in cells)

    def _fault(self, row: int, column: int, message: str) -> None:
        self.data.faults.append(((row, column), message))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 12 else None


def _number(text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _logical(text: str) -> Value:
    return {"0": False, "1": True, "false": False, "true": True}.get(text)


def _error(text: str) -> Value:
    return CellError(text) if text in _KNOWN_ERRORS else None


_READERS: dict[str, Callable[[str], Value]] = {"n": _number, "b": _logical, "e": _error}
_KIND_WORDS = {"n": "number", "b": "logical value", "e": "error value"}
