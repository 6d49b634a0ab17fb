"""The parts of an .xlsx file that the engine does not read by itself: tables, and which cells hold formulas."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from clv_xl.engine.errors import WorkbookError
from clv_xl.engine.values import error_for_engine

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_IN_TABLE = re.compile(
    r"(?<![\w.])([^\W\d][\w.]*)\[(?:(?P<row>\[#This Row\],\[)(?P<cell>[^\[\]]+)\]|(?P<column>[^\[\]#@]+))\]",
    re.IGNORECASE,
)
_FORMULA_TAG = re.compile(rb"<(?:\w+:)?f[\s/>]")


@dataclass(frozen=True)
class Table:
    """A table of a sheet, as the engine wants to be told of it."""

    name: str
    sheet: str
    area: tuple[int, int, int, int]
    columns: tuple[str, ...]
    has_totals: bool

    @property
    def first_row(self) -> int:
        """The first row of data, below the headings."""
        return self.area[0] + 1

    @property
    def last_row(self) -> int:
        """The last row of data, above a row of totals."""
        return self.area[2] - self.has_totals


class Package:
    """The parts of an .xlsx file that the engine does not read by itself: tables, and which cells hold formulas."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            workbook = self._xml("xl/workbook.xml")
            targets = dict(self._relations("xl/workbook.xml"))
        except (zipfile.BadZipFile, WorkbookError) as error:
            raise WorkbookError("This is not an .xlsx workbook.") from error
        self.sheets = {
            sheet.get("name", ""): targets[sheet.get(f"{_REL}id", "")]
            for sheet in workbook.iter(f"{_MAIN}sheet")
            if "worksheets/" in targets.get(sheet.get(f"{_REL}id", ""), "")
        }
        self.tables = [table for title in self.sheets for table in self._tables(title)]

    def formulas(self, title: str) -> Iterator[tuple[str, str, Any]]:
        """Address, formula and stored value of each formula cell; no text where a shared formula is repeated."""
        if not self._may_hold_formulas(self.sheets[title]):
            return
        for cell in self._xml(self.sheets[title]).iter(f"{_MAIN}c"):
            formula = cell.find(f"{_MAIN}f")
            if formula is not None:
                yield cell.get("r", ""), formula.text or "", _stored(cell.get("t", "n"), cell.findtext(f"{_MAIN}v"))

    def _may_hold_formulas(self, part: str) -> bool:
        """Looks at the text, since the tree of a million rows of plain data would fill the memory."""
        try:
            return bool(_FORMULA_TAG.search(self._zip.read(part)))
        except (KeyError, zipfile.BadZipFile) as error:
            raise WorkbookError(f"The workbook is damaged: its part {part} cannot be read.") from error

    def in_addresses(self, formula: str, address: str) -> str:
        """The formula with `T[Column]` and `T[[#This Row],[Column]]` as addresses.

        The engine knows them, but not inside INDEX, and in a formula of the table itself it calls them circular.
        """
        return _IN_TABLE.sub(lambda match: self._addresses(match, address) or match[0], formula)

    def _addresses(self, match: re.Match[str], address: str) -> str | None:
        heading = match["cell"] or match["column"]
        for table in self.tables:
            if table.name.casefold() != match[1].casefold() or heading not in table.columns:
                continue
            column = _letters(table.area[1] + table.columns.index(heading))
            sheet = "'" + table.sheet.replace("'", "''") + "'!"
            if match["row"]:
                return f"{sheet}${column}{row_and_column(address)[0]}"
            return f"{sheet}${column}${table.first_row}:${column}${table.last_row}"
        return None

    def _tables(self, title: str) -> Iterator[Table]:
        for _, target in self._relations(self.sheets[title]):
            if "/tables/" not in target:
                continue
            root = self._xml(target)
            first, _, last = root.get("ref", "A1").partition(":")
            area = (*row_and_column(first), *row_and_column(last or first))
            columns = tuple(column.get("name", "") for column in root.iter(f"{_MAIN}tableColumn"))
            totals = root.get("totalsRowCount", "0") != "0"
            yield Table(root.get("displayName", ""), title, area, columns, totals)

    def _relations(self, part: str) -> Iterator[tuple[str, str]]:
        folder, name = posixpath.split(part)
        path = f"{folder}/_rels/{name}.rels"
        if path not in self._zip.namelist():
            return
        for relation in self._xml(path):
            target = relation.get("Target", "")
            if relation.get("TargetMode") != "External":
                yield relation.get("Id", ""), posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")

    def _xml(self, part: str) -> Any:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            return etree.fromstring(self._zip.read(part), parser)
        except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
            raise WorkbookError(f"The workbook is damaged: its part {part} cannot be read.") from error


def _stored(kind: str, text: str | None) -> Any:
    """A stored value as the engine takes it."""
    if not text or kind == "str":
        return text if kind == "str" else None
    if kind == "e":
        return error_for_engine(text)
    try:
        return text == "1" if kind == "b" else float(text)
    except ValueError:
        return text


def row_and_column(address: str) -> tuple[int, int]:
    """The numbers of an address such as $B$7, from 1. Raises WorkbookError for what is none."""
    found = re.fullmatch(r"([A-Z]+)([0-9]+)", address.replace("$", ""))
    if found is None:
        raise WorkbookError(f'The workbook names a cell "{address}", which is not an address.')
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
