"""The file as a package of parts: opened with limits, parsed without entities, faults noted instead of raised."""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from lxml import etree

MAX_PARTS = 10_000
MAX_UNCOMPRESSED = 512 * 1024 * 1024
MAX_TREE = 32 * 1024 * 1024

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PLACED = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_STRICT = "{http://purl.oclc.org/ooxml/"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 1 << 20
# Surrogates are left as they stand: half a character cannot be printed.
_ESCAPED = re.compile(r"_x((?![dD][89a-fA-F])[0-9A-Fa-f]{4})_")
PARSER_OPTIONS: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class NotAWorkbook(ValueError):
    """The file cannot be audited, since it is no .xlsx workbook or an unsafe one."""


@dataclass(frozen=True)
class Relationship:
    """A link from one part to another, or to an address outside."""

    id: str
    type: str
    """The last word of the type's address, as "worksheet"."""
    target: str
    external: bool


class Package:
    """The parts of a workbook file by name."""

    def __init__(self, data: bytes) -> None:
        self._zip = _opened(data)
        self.names = [name for name in self._zip.namelist() if not name.endswith("/")]
        self.faults: list[str] = []
        """What was found wrong while reading, for the rule on repair."""
        self._by_lower = {name.lower(): name for name in self.names}
        self._trees: dict[str, etree._Element | None] = {}
        self._relationships: dict[str, dict[str, Relationship]] = {}
        self.workbook = self._workbook_part()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._by_lower

    def open(self, part: str) -> IO[bytes]:
        """A part as a stream, its head checked for a document type definition."""
        name = self._by_lower[part.lower()]
        with self._zip.open(name) as stream:
            _refuse_document_type(stream.read(_HEAD), part)
        return self._zip.open(name)

    def xml(self, part: str) -> etree._Element | None:
        """The root of a part; None where it is absent or not well-formed, which is noted as a fault."""
        if part not in self._trees:
            self._trees[part] = self._parsed(part) if part in self else None
        return self._trees[part]

    def forget(self, part: str, root: etree._Element) -> None:
        """Keep this root for a part that was read by other means, as sheets are."""
        self._trees[part] = root

    def broken(self, part: str, error: etree.XMLSyntaxError) -> None:
        """Note a part that cannot be parsed."""
        line, column = error.position
        place = f"line {line}, column {column}"
        self.faults.append(f"{part} is cut off or not well-formed XML ({place}); save the workbook again from Excel")
        self._trees[part] = None

    def _parsed(self, part: str) -> etree._Element | None:
        try:
            with self.open(part) as stream:
                tree = etree.parse(stream, etree.XMLParser(**PARSER_OPTIONS))
        except etree.XMLSyntaxError as error:
            self.broken(part, error)
            return None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise damaged(f"its part {part} cannot be unpacked") from error
        refuse_entities(tree.getroot(), part)
        return tree.getroot()

    def relationships(self, part: str) -> dict[str, Relationship]:
        """The relationships of a part ("" for the package) by id."""
        if part not in self._relationships:
            folder, base = posixpath.split(part)
            root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
            found = [_relationship(element, folder) for element in (root if root is not None else [])]
            self._relationships[part] = {r.id: r for r in found}
        return self._relationships[part]

    @property
    def bases(self) -> list[str]:
        """The parts that have relationships; "" for the package."""
        return [n.replace("_rels/", "")[: -len(".rels")] for n in self.names if n.endswith(".rels")]

    @property
    def damaged(self) -> bool:
        """Whether a part cannot be read, or is missing."""
        links = (link for base in self.bases for link in self.relationships(base).values() if not link.external)
        missing = any(not link.target.startswith("#") and link.target not in self for link in links)
        return bool(self.faults) or missing or any(self.dangling())

    def parse_all(self) -> None:
        """Look at every part, so that all damage is known."""
        for part in self._parsable((".xml", ".rels")):
            self.xml(part)

    def _parsable(self, endings: tuple[str, ...]) -> list[str]:
        """Parts that are small enough to be kept, or were read before piece by piece; pivots can be huge."""
        small = {i.filename for i in self._zip.infolist() if i.file_size <= MAX_TREE}
        return [n for n in self.names if n.endswith(endings) and (n in small or n in self._trees)]

    def dangling(self) -> Iterator[str]:
        """Where a part refers to a relationship that it does not have."""
        for part in self._parsable((".xml",)):
            root, known = self.xml(part), self.relationships(part)
            for element in root.iter() if root is not None else ():
                for attribute, value in ((str(a), str(v)) for a, v in element.attrib.items()):
                    if attribute.startswith(RELATIONSHIP) and value and value not in known:
                        yield f"{part}: <{local(element)}> refers to the relationship {value}, which does not exist"

    def related(self, part: str, kind: str) -> list[str]:
        """The existing parts that a part points at with one type of relationship."""
        links = self.relationships(part).values()
        return [r.target for r in links if r.type == kind and not r.external and r.target in self]

    def _workbook_part(self) -> str:
        found = self.related("", "officeDocument")
        part = found[0] if found else "xl/workbook.xml"
        if part.endswith(".bin") or "xl/workbook.bin" in self:
            raise NotAWorkbook("The file is a binary workbook (.xlsb); save it as Excel Workbook (.xlsx).")
        root = self.xml(part)
        if root is not None and str(root.tag).startswith(_STRICT):
            raise NotAWorkbook("The file is a Strict Open XML workbook; save it as Excel Workbook (.xlsx).")
        if part in self and (root is None or not found):
            cause = f"its part {part} is not well-formed" if root is None else "it does not say which part comes first"
            raise damaged(cause)
        if root is None or root.tag != MAIN + "workbook" or root.find(MAIN + "sheets") is None:
            raise NotAWorkbook("The file is a zip archive, but no Excel workbook stands in it.")
        return part


def damaged(what: str) -> NotAWorkbook:
    """The refusal of a file of which too much is missing to judge the rest."""
    return NotAWorkbook(f"The workbook is damaged: {what}; let Excel repair it (File > Open > Open and Repair).")


def _opened(data: bytes) -> zipfile.ZipFile:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise NotAWorkbook("The workbook is encrypted; save it without a password to open.")
        raise NotAWorkbook("The file is an old Excel workbook (.xls); save it as Excel Workbook (.xlsx).")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        what = "is cut off or damaged" if data.startswith(b"PK") else "is no Excel workbook (.xlsx)"
        raise NotAWorkbook(f"The file {what}; open it in Excel and save it again.") from error
    entries = archive.infolist()
    if len(entries) > MAX_PARTS:
        raise NotAWorkbook(f"The file has {len(entries):,} parts, more than the {MAX_PARTS:,} that are read.")
    size = sum(entry.file_size for entry in entries)
    if size > MAX_UNCOMPRESSED:
        limit = MAX_UNCOMPRESSED >> 20
        raise NotAWorkbook(f"The file unpacks to {size >> 20:,} MB, more than the {limit:,} MB that are read.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise NotAWorkbook("The file is a zip archive with a password; save the workbook without one.")
    return archive


def _refuse_document_type(head: bytes, part: str) -> None:
    """A DTD may name files to read or entities that swell; no program writes one into a workbook."""
    if b"<!DOCTYPE" in head.replace(b"\0", b""):
        raise NotAWorkbook(f"The part {part} declares XML entities or a document type, which no workbook needs.")


def refuse_entities(root: etree._Element, part: str) -> None:
    """The same once more on the parsed tree, whatever encoding hid the declaration."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotAWorkbook(f"The part {part} declares XML entities or a document type, which no workbook needs.")


def _relationship(element: etree._Element, folder: str) -> Relationship:
    target = element.get("Target") or ""
    external = element.get("TargetMode") == "External"
    if not external and not target.startswith("#"):
        target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    kind = (element.get("Type") or "").rsplit("/", 1)[-1]
    return Relationship(element.get("Id") or "", kind, target, external)


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def number_of(text: str | None, default: float = 0.0) -> float:
    """The number in an attribute; the default where there is none, or something else."""
    try:
        number = float(text or default)
    except ValueError:
        return default
    return number if math.isfinite(number) else default


def decoded(text: str) -> str:
    """Text as Excel shows it: _x000D_ and the like stand for characters that XML cannot hold."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def inner_text(element: etree._Element) -> str:
    """All text within an element."""
    return "".join(str(text) for text in element.itertext())


def flag(element: etree._Element | None, name: str, default: bool = False) -> bool:
    """A yes-or-no attribute."""
    text = None if element is None else element.get(name)
    return default if text is None else text in ("1", "true", "on")
