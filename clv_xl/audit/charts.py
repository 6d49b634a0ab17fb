"""The rule on charts. Their XML is read directly: openpyxl drops part of it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from clv_xl.audit.findings import Problem, Severity, rule, shown
from clv_xl.audit.package import CHART, DRAWING, PLACED, RELATIONSHIP, local, number_of
from clv_xl.audit.styles import is_colour
from clv_xl.audit.workbook import Sheet, Workbook

PALETTE = ("0072B2", "E69F00", "009E73", "CC79A7", "56B4E9", "D55E00", "F0E442", "000000")
"""The colours of Okabe and Ito, which colour-blind readers can tell apart."""
_GREY_SPREAD = 12
AXES = ("catAx", "valAx", "dateAx", "serAx")
_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
# How a chart's drawing colours are named, against the names in the theme.
_SCHEME = {"tx1": "dk1", "tx2": "dk2", "bg1": "lt1", "bg2": "lt2"}


@rule(27, "Charts speak for themselves", Severity.FORM)
def charts(book: Workbook) -> Iterator[Problem]:
    """Every chart has a title, titles on all axes that are shown, alt text, and series in the palette or in grey.

    Pictures need alt text too. A pie has no axes; its slices are coloured one by one.
    """
    for sheet in book.sheets:
        for drawing in book.package.related(sheet.part, "drawing"):
            root = book.package.xml(drawing)
            for anchor in root if root is not None else []:
                if local(anchor) in _ANCHORS:
                    yield from _anchored(book, sheet, drawing, anchor)


def _anchored(book: Workbook, sheet: Sheet, drawing: str, anchor: etree._Element) -> Iterator[Problem]:
    start = anchor.find(PLACED + "from")
    ends = (start.findtext(PLACED + end) if start is not None else None for end in ("row", "col"))
    row, column = (int(number_of(end)) + 1 for end in ends)
    for properties in anchor.iter(PLACED + "cNvPr"):
        decorative = any(local(e) == "decorative" and e.get("val") == "1" for e in properties.iter())
        if _is_picture(properties) and not (properties.get("descr") or "").strip() and not decorative:
            message = f'"{properties.get("name")}" has no alt text; say in one sentence what it shows'
            yield sheet.problem(message, (row, column))
    links = book.package.relationships(drawing)
    for element in anchor.iter(CHART + "chart"):
        link = links.get(element.get(RELATIONSHIP + "id") or "")
        root = book.package.xml(link.target) if link else None
        for message in _chart(book, root) if root is not None else ():
            yield sheet.problem(message, (row, column))


def _is_picture(properties: etree._Element) -> bool:
    parent = properties.getparent()
    return parent is not None and local(parent) in ("nvGraphicFramePr", "nvPicPr")


def _chart(book: Workbook, root: etree._Element) -> Iterator[str]:
    chart = root.find(CHART + "chart")
    if chart is None:
        return
    title = _title(chart)
    called = f'the chart "{shown(title)}"' if title else "the chart"
    if not title:
        yield "the chart has no title; say what it shows"
    for axis in (e for e in chart.iter() if local(e) in AXES):
        deleted = axis.find(CHART + "delete")
        if deleted is not None and deleted.get("val", "1") in ("1", "true"):
            continue
        if not _title(axis):
            kind = "value" if local(axis) == "valAx" else "category"
            yield f"the {kind} axis of {called} has no title; name the quantity and its unit"
    for number, series in enumerate(chart.iter(CHART + "ser"), 1):
        yield from (f"series {number} of {called} {message}" for message in _colours(book, series))


def _title(element: etree._Element) -> str:
    title = element.find(CHART + "title")
    if title is None:
        return ""
    typed = "".join(text.text or "" for text in title.iter(DRAWING + "t"))
    return (typed or "".join(title.findtext(f".//{CHART}strRef/{CHART}f") or "")).strip()


def _colours(book: Workbook, series: etree._Element) -> Iterator[str]:
    """What is wrong with the colours of a series: those of its shape and line, its points and markers."""
    shapes = [series.find(CHART + "spPr")]
    shapes += [point.find(CHART + "spPr") for point in series.iter(CHART + "dPt", CHART + "marker")]
    drawn = [shape for shape in shapes if shape is not None]
    found = [colour for shape in drawn for colour in _fills(shape)]
    if not found and not any(shape.find(DRAWING + "noFill") is not None for shape in drawn):
        yield "has no colour of its own; set one of the palette, which colour-blind readers can tell apart"
    for element in found:
        rgb = _rgb(book, element)
        if rgb not in PALETTE and not _grey(rgb):
            yield f"is coloured {'#' + rgb if rgb else element.get('val')}; use one of #{', #'.join(PALETTE)}"


def _fills(shape: etree._Element) -> Iterator[etree._Element]:
    for fill in shape.iter(DRAWING + "solidFill"):
        yield from (colour for colour in fill if isinstance(colour.tag, str))


def _rgb(book: Workbook, element: etree._Element) -> str:
    value = element.get("lastClr") or element.get("val") or ""
    if local(element) == "schemeClr":
        return book.styles.theme.get(_SCHEME.get(value, value), "")
    return value.upper()


def _grey(rgb: str) -> bool:
    if not is_colour(rgb):
        return False
    parts = [int(rgb[i : i + 2], 16) for i in (0, 2, 4)]
    return max(parts) - min(parts) <= _GREY_SPREAD
