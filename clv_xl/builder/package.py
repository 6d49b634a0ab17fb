"""The last step of a build: what openpyxl does not write, or not in the order or with the bytes that we need."""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lxml import etree
from openpyxl.utils import get_column_letter, range_boundaries

from clv_xl.builder.charts import Placed
from clv_xl.engine import Value
from clv_xl.worksheet.errors import CellError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKED = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_PLACED = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_PROPERTIES = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
_TERMS = "{http://purl.org/dc/terms/}"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_FONT_ORDER = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u"),
    *("vertAlign", "sz", "color", "name", "family", "charset", "scheme"),
)
"""The children of a font in the order of ECMA-376."""


def finish(
    data: bytes,
    values: Mapping[str, Mapping[str, Value]],
    charts: Mapping[str, Sequence[Placed]],
    cell: Callable[[str, str], Any],
    released: dt.date,
    maker: str,
) -> bytes:
    """The package with cached values in cells and charts, shared texts, words for charts, fonts in order, fixed dates.

    Parts are stored, not compressed: compression differs between zlib builds, and the same version of a template
    should have the same bytes everywhere. Excel compresses the file when it saves it.
    """
    source = zipfile.ZipFile(io.BytesIO(data))
    parts = {name: source.read(name) for name in source.namelist()}
    texts: dict[str, int] = {}
    for title, part in _sheet_parts(parts).items():
        parts[part] = _with_values_and_texts(parts[part], values.get(title, {}), texts)
        if title in charts:
            drawing = next(target for target in _targets(parts, part).values() if "/drawings/" in target)
            parts[drawing] = _with_alt_texts(parts[drawing], charts[title])
            for chart in _targets(parts, drawing).values():
                parts[chart] = _with_points(parts[chart], cell)
    _add_texts(parts, texts)
    parts["xl/styles.xml"] = _with_fonts_in_order(parts["xl/styles.xml"])
    parts["docProps/app.xml"] = _with_maker(parts["docProps/app.xml"], maker)
    parts["docProps/core.xml"] = _with_date(parts["docProps/core.xml"], released)
    return _zipped(parts)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        first = ("[Content_Types].xml", "_rels/.rels")
        for name in sorted(parts, key=lambda name: (name not in first, name)):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, parts[name])
    return stream.getvalue()


def _sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    targets = _targets(parts, "xl/workbook.xml")
    sheets = etree.fromstring(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")
    return {str(sheet.get("name")): targets[str(sheet.get(f"{_REL}id"))] for sheet in sheets}


def _targets(parts: Mapping[str, bytes], part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    relations = etree.fromstring(parts[f"{folder}/_rels/{name}.rels"])
    return {
        str(r.get("Id")): posixpath.normpath(posixpath.join("/" + folder, str(r.get("Target")))).lstrip("/")
        for r in relations
    }


def _with_values_and_texts(sheet: bytes, values: Mapping[str, Value], texts: dict[str, int]) -> bytes:
    """The sheet with a value in every formula cell, and its texts moved to the shared ones, as Excel keeps them."""
    root = etree.fromstring(sheet)
    for cell in root.iter(f"{_MAIN}c"):
        if cell.find(f"{_MAIN}f") is not None:
            _cache(cell, values[str(cell.get("r"))])
        elif cell.get("t") == "inlineStr":
            text = "".join(map(str, cell.itertext()))
            cell[:] = []
            cell.set("t", "s")
            etree.SubElement(cell, f"{_MAIN}v").text = str(texts.setdefault(text, len(texts)))
    return _serialised(root)


def _add_texts(parts: dict[str, bytes], texts: Mapping[str, int]) -> None:
    """The part with the shared texts, and the two entries that make it known."""
    parts["xl/sharedStrings.xml"] = _shared(texts)
    relations = etree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    kind, number = f"{_REL[1:-1]}/sharedStrings", f"rId{len(relations) + 1}"
    etree.SubElement(relations, f"{_PACKED}Relationship", Type=kind, Target="sharedStrings.xml", Id=number)
    parts["xl/_rels/workbook.xml.rels"] = _serialised(relations)
    types = etree.fromstring(parts["[Content_Types].xml"])
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    etree.SubElement(types, f"{_TYPES}Override", PartName="/xl/sharedStrings.xml", ContentType=content)
    parts["[Content_Types].xml"] = _serialised(types)


def _shared(texts: Mapping[str, int]) -> bytes:
    root = etree.fromstring(f'<sst xmlns="{_MAIN[1:-1]}" uniqueCount="{len(texts)}"/>')
    for text in texts:
        item = etree.SubElement(etree.SubElement(root, f"{_MAIN}si"), f"{_MAIN}t")
        item.text = text
        if text != text.strip():
            item.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return _serialised(root)


def _cache(cell: Any, value: Value) -> None:
    kind, text = _stored(value)
    cell.attrib.pop("t", None)
    if kind:
        cell.set("t", kind)
    stored = cell.find(f"{_MAIN}v")
    if stored is None:
        stored = etree.SubElement(cell, f"{_MAIN}v")
    stored.text = text


def _stored(value: Value) -> tuple[str, str]:
    """Type and text of a cached value. Numbers keep Excel's 15 digits: beyond those, processors disagree."""
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, CellError):
        return "e", value.code
    if isinstance(value, str):
        return "str", value
    return "", f"{value or 0:.15g}"


def _with_alt_texts(drawing: bytes, charts: Sequence[Placed]) -> bytes:
    root = etree.fromstring(drawing)
    frames = list(root.iter(f"{_PLACED}cNvPr"))
    for frame, placed in zip(frames, charts, strict=True):
        frame.set("name", placed.name)
        frame.set("descr", placed.alt_text)
    return _serialised(root)


def _with_points(chart: bytes, cell: Callable[[str, str], Any]) -> bytes:
    """The chart with the values that it draws, for readers that do not look them up in the sheets."""
    root = etree.fromstring(chart)
    for source in (*root.iter(f"{_CHART}numRef"), *root.iter(f"{_CHART}strRef")):
        numeric = source.tag == f"{_CHART}numRef"
        sheet, _, area = str(source.findtext(f"{_CHART}f")).rpartition("!")
        sheet = sheet.strip("'").replace("''", "'")
        cells = [cell(sheet, address) for address in _addresses(area)]
        cache = etree.SubElement(source, f"{_CHART}{'num' if numeric else 'str'}Cache")
        if numeric:
            etree.SubElement(cache, f"{_CHART}formatCode").text = "General"
        etree.SubElement(cache, f"{_CHART}ptCount", val=str(len(cells)))
        for number, value in enumerate(cells):
            point = etree.SubElement(cache, f"{_CHART}pt", idx=str(number))
            etree.SubElement(point, f"{_CHART}v").text = f"{value:.15g}" if numeric else str(value)
    return _serialised(root)


def _addresses(area: str) -> list[str]:
    first_column, first_row, last_column, last_row = range_boundaries(area)
    return [
        f"{get_column_letter(column)}{row}"
        for row in range(int(first_row or 0), int(last_row or 0) + 1)
        for column in range(int(first_column or 0), int(last_column or 0) + 1)
    ]


def _with_fonts_in_order(styles: bytes) -> bytes:
    """The children of each font in the order of the schema, which openpyxl does not keep."""
    root = etree.fromstring(styles)
    for font in root.iter(f"{_MAIN}font"):
        font[:] = sorted(font, key=lambda child: _FONT_ORDER.index(etree.QName(child).localname))
    return _serialised(root)


def _with_date(core: bytes, released: dt.date) -> bytes:
    """The properties dated by the release, not by the clock that openpyxl looks at."""
    root = etree.fromstring(core)
    for name in ("created", "modified"):
        stamp = root.find(f"{_TERMS}{name}")
        if stamp is not None:
            stamp.text = f"{released:%Y-%m-%d}T00:00:00Z"
    return _serialised(root)


def _with_maker(app: bytes, maker: str) -> bytes:
    """The program that wrote the file: not Excel, as openpyxl says.

    LibreOffice recalculates texts and logicals on opening a file unless its maker is known to it.
    """
    root = etree.fromstring(app)
    program = root.find(f"{_PROPERTIES}Application")
    if program is not None:
        program.text = maker
    return _serialised(root)


def _serialised(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
