"""Mending the names of our functions in workbooks, so that Excel and every version of LibreOffice know them.

LibreOffice 7 saves =CAC(A1,B1) as =ORG.CLVXL.CUSTOMERVALUEIMPL.CAC(A1,B1) in .xlsx, which Excel answers with #NAME?.
Excel itself saves =[1]!CAC(A1,B1) or =_xll.CAC(A1,B1) where an add-in file brought the function, which LibreOffice does
not know. The bare name is understood by both.
"""

from __future__ import annotations

import codecs
import copy
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape

from clv_xl.hosts.libreoffice import names
from clv_xl.writing.atomic import put_in_place

MAX_PARTS = 10_000
MAX_UNCOMPRESSED = 512 * 1024 * 1024

_MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_ROOTS = ("worksheet", "workbook", "table")
# Formulas of charts are left alone: Excel allows no function there, only references.
_FORMULAS = {
    f"{space} {name}"
    for space in (*_MAIN, "http://schemas.microsoft.com/office/excel/2006/main")
    for name in ("f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula")
}
_WORKBOOK_TYPE = re.compile(rb"(?:spreadsheetml|ms-excel)\.[\w.]+\.main\+xml")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_UNIT = re.compile(r"&([^;]*);|.", re.DOTALL)
_BRACKETS = r"\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"


class CannotRepair(Exception):
    """A workbook was not mended. The text is one sentence that says why."""


def repair(source: Path, target: Path, functions: Iterable[str]) -> int:
    """Write a copy of the workbook with bare names of these functions, and say how many formulas changed.

    Where nothing is to be done (0), nothing is written. Cell formulas, defined names, conditional formats, validations
    and columns of tables are mended; every other byte of every part, the stored values too, stays as it is. So does a
    link to the add-in file that the functions came from in Excel, since other formulas may use it. The target is
    replaced whole or not at all, and may be the source.
    """
    archive = _opened(source)
    spelling = _Spelling(functions)
    parts: dict[str, bytes] = {}
    formulas = 0
    for entry in archive.infolist():
        if entry.filename.lower().endswith(".xml"):
            part = _unpacked(archive, entry, source)
            edits = [*_edits(part, spelling, f"{source}: its part {entry.filename}")]
            if edits:
                parts[entry.filename] = _edited(part, edits)
                formulas += len(edits)
    if formulas:
        _put_in_place(source, target, archive, parts)
    return formulas


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        if source.stat().st_size > MAX_UNCOMPRESSED:
            raise CannotRepair(f"{source} is too large: more than {MAX_UNCOMPRESSED >> 20} MB.")
        data = source.read_bytes()
    except OSError as error:
        raise CannotRepair(f"{source} cannot be read: {error.strerror}.") from error
    if data.startswith(_OLE):
        raise CannotRepair(
            f"{source} is protected with a password, or of the old kind .xls; save it as .xlsx without a password."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise CannotRepair(f"{source} is not an Excel workbook, or it is damaged.") from error
    _require_a_workbook(archive, source)
    return archive


def _require_a_workbook(archive: zipfile.ZipFile, source: Path) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_PARTS:
        raise CannotRepair(f"{source} has too many parts: {len(entries)}, where {MAX_PARTS} are allowed.")
    if sum(entry.file_size for entry in entries) > MAX_UNCOMPRESSED:
        raise CannotRepair(f"{source} unpacks to more than {MAX_UNCOMPRESSED >> 20} MB, which is too large.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise CannotRepair(f"{source} is encrypted; save it without a password first.")
    known = {entry.filename: entry for entry in entries}
    if len(known) < len(entries):
        raise CannotRepair(f"{source} is damaged: one of its parts stands twice in it.")
    types = known.get("[Content_Types].xml")
    if types is None or not _WORKBOOK_TYPE.search(_unpacked(archive, types, source)):
        raise CannotRepair(f"{source} is not an .xlsx or .xlsm workbook.")
    if any(name.startswith("_xmlsignatures/") for name in known):
        raise CannotRepair(f"{source} is signed, and any change would break the signature; remove the signature first.")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: Path) -> bytes:
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise CannotRepair(f"{source} is damaged: its part {entry.filename} cannot be unpacked.") from error


class _Spelling:
    """How functions may be spelled in a file, and how they should be."""

    def __init__(self, functions: Iterable[str]) -> None:
        bare = [function.upper() for function in functions]
        self._bare = {names.programmatic(name): name for name in bare} | {name: name for name in bare}
        long, short = (
            "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
            for found in ([names.programmatic(name) for name in bare], bare)
        )
        wrong = rf"(?:\[\d+\]!|_xll\.)+(?:{long}|{short})|(?:{long})"
        self._wrong = re.compile(rf"(?:{wrong})(?=\s*\()", re.IGNORECASE)
        # Whatever else a name may stand in is taken as a whole, so that it is passed over.
        self._token = re.compile(
            rf"""
              "(?:[^"]|"")*" | '(?:[^']|'')*'
            | (?P<wrong>{self._wrong.pattern})
            | (?:[^\W\d]|\\)[\w.\\]*(?:{_BRACKETS})? | {_BRACKETS} | \d[\w.]* | .
            """,
            re.VERBOSE | re.DOTALL | re.IGNORECASE,
        )

    def corrected(self, stored: str) -> str:
        """A formula as it stands in XML, corrected there."""
        if not self._wrong.search(stored):
            return stored
        if "<" in stored:  # a comment or CDATA inside a formula: nobody writes it, so it is written anew
            return self._applied(escape(_content(stored)))
        return self._applied(stored)

    def _applied(self, stored: str) -> str:
        units = [*_UNIT.finditer(stored)] if "&" in stored else None
        plain = stored if units is None else "".join(_character(unit) for unit in units)
        for match in reversed([m for m in self._token.finditer(plain) if m["wrong"]]):
            start, end = match.span()
            if units is not None:
                start, end = units[start].start(), units[end - 1].end()
            name = re.sub(r"\[\d+\]!|_xll\.", "", match.group(), flags=re.IGNORECASE).upper()
            stored = stored[:start] + self._bare[name] + stored[end:]
        return stored


def _character(unit: re.Match[str]) -> str:
    entity = unit[1]
    if entity is None:
        return unit.group()
    if entity.startswith("#"):
        return chr(int(entity[2:], 16) if entity[1] == "x" else int(entity[1:]))
    return _ENTITIES[entity]


def _content(stored: str) -> str:
    """The text of an element that holds more than text."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = found.append
    parser.Parse(f"<f>{stored}</f>", True)
    return "".join(found)


def _edits(part: bytes, spelling: _Spelling, what: str) -> Iterator[tuple[int, int, bytes]]:
    """Where a part changes: from byte to byte, and what stands there instead."""
    scan = _Scan(part, what)
    for start, end in scan.formulas:
        stored = part[start:end].decode(scan.encoding)
        corrected = spelling.corrected(stored)
        if corrected != stored:
            yield start, end, corrected.encode(scan.encoding)


def _edited(part: bytes, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
    pieces, done = [], 0
    for start, end, text in edits:
        pieces += [part[done:start], text]
        done = end
    return b"".join([*pieces, part[done:]])


class _Scan:
    """Finds the formulas of a part by the bytes that they stand at. No entity is resolved, none may be declared."""

    def __init__(self, part: bytes, what: str) -> None:
        self.formulas: list[tuple[int, int]] = []
        self.encoding = "utf-8"
        for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
            if part.startswith(mark):
                self.encoding = encoding
        self._what = what
        self._is_root = True
        self._start: int | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._opening
        try:
            self._parser.Parse(part, True)
        except expat.ExpatError as error:
            raise CannotRepair(f"{what} is not well-formed XML (line {error.lineno}).") from error
        except _NotSought:
            self.formulas = []

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and not self.encoding.startswith("utf-16"):
            self.encoding = encoding

    def _refuse(self, *_: object) -> NoReturn:
        raise CannotRepair(f"{self._what} has a document type definition, which no workbook needs.")

    def _opening(self, name: str, attributes: object) -> None:
        if self._is_root:
            space, _, local = name.rpartition(" ")
            if space not in _MAIN or local not in _ROOTS:
                raise _NotSought
            self._is_root = False
        if name in _FORMULAS:
            self._start = None
            self._parser.CharacterDataHandler = self._parser.StartCdataSectionHandler = self._content
            self._parser.EndElementHandler = self._closing

    def _content(self, text: str = "") -> None:
        if self._start is None:
            self._start = self._parser.CurrentByteIndex

    def _closing(self, name: str) -> None:
        if self._start is not None:
            self.formulas.append((self._start, self._parser.CurrentByteIndex))
        self._parser.CharacterDataHandler = self._parser.StartCdataSectionHandler = None
        self._parser.EndElementHandler = None


class _NotSought(Exception):
    """The part holds no formulas."""


def _put_in_place(source: Path, target: Path, archive: zipfile.ZipFile, parts: dict[str, bytes]) -> None:
    """Write the target whole or not at all."""
    try:
        with put_in_place(target, force=True) as temporary, temporary.open("wb") as file:
            _pack(file, source, archive, parts)
    except OSError as error:
        raise CannotRepair(f"{target} cannot be written: {error.strerror}.") from error


def _pack(file: io.BufferedIOBase, source: Path, archive: zipfile.ZipFile, parts: dict[str, bytes]) -> None:
    """The same parts in the same order, packed in the same way, with the same attributes."""
    with zipfile.ZipFile(file, "w") as packed:
        packed.comment = archive.comment
        for entry in archive.infolist():
            content = parts.get(entry.filename)
            if content is None:
                content = _unpacked(archive, entry, source)
            packed.writestr(copy.copy(entry), content)
