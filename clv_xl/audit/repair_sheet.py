"""What makes Excel offer a repair, on a sheet: cells, arrays, merges, columns, validations, formats, page set-up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from clv_xl.audit.findings import MAX_PLACES, Problem, shown
from clv_xl.audit.formula import MAX_COLUMN, Area, area_of, areas_of
from clv_xl.audit.formula_storage import Known, storage_faults
from clv_xl.audit.package import MAIN, RELATIONSHIP, number_of
from clv_xl.audit.repair_workbook import order_faults
from clv_xl.audit.workbook import Sheet, Validation, Workbook

_ORDER = """
    sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios
    autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations
    hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches
    ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls
    webPublishItems tableParts extLst
    """.split()  # noqa: SIM905
_VALIDATION_LIMITS = {"error": 255, "prompt": 255, "errorTitle": 32, "promptTitle": 32}
_MAX_LIST, _MAX_VALIDATION_FORMULA = 255, 255
_HEADERS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_MAX_HEADER = 255
_MAX_WIDTH = 255
_NEED_FORMULA = ("cellIs", "expression")


def sheet_faults(book: Workbook, sheet: Sheet, known: Known) -> Iterator[Problem]:
    """Everything that is wrong with one sheet."""
    yield from (sheet.problem(message, place) for place, message in sheet.data.faults)
    yield from _cell_faults(book, sheet)
    yield from _formula_faults(book, sheet, known)
    yield from _merge_faults(sheet)
    yield from _validation_faults(sheet, known)
    yield from _conditional_faults(book, sheet, known)
    for messages in (_column_faults(sheet), _page_faults(sheet), _link_faults(sheet), _comment_faults(sheet)):
        yield from (sheet.problem(message) for message in messages)
    if sheet.root is not None:
        yield from (sheet.problem(message) for message in order_faults(sheet.root, _ORDER))


def overlapping(areas: Iterable[Area]) -> Iterator[tuple[Area, Area]]:
    """Pairs of rectangles that have a cell in common; the first few are enough to mend them."""
    return islice(_overlapping(sorted(areas)), MAX_PLACES)


def _overlapping(areas: list[Area]) -> Iterator[tuple[Area, Area]]:
    for at, area in enumerate(areas):
        for other in areas[at + 1 :]:
            if other.first_row > area.last_row:
                break
            if area.overlaps(other):
                yield area, other


def _cell_faults(book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    formats = len(book.styles.looks)
    for cell in sheet.cells.values():
        if cell.style >= formats:
            yield sheet.problem(f"the cell has format number {cell.style}, of {formats} in the file", cell)
    metadata = _metadata_count(book)
    for place, index in sheet.data.metadata.items():
        if index > metadata:
            yield sheet.problem(f"the cell refers to metadata {index} (cm), of {metadata} in the file", place)


def _metadata_count(book: Workbook) -> int:
    part = next(iter(book.package.related(book.package.workbook, "sheetMetadata")), None)
    root = book.package.xml(part) if part else None
    return sum(len(group) for group in root.iter(MAIN + "cellMetadata")) if root is not None else 0


def _formula_faults(book: Workbook, sheet: Sheet, known: Known) -> Iterator[Problem]:
    for facts, cells in book.patterns(sheet):
        if facts.text.strip():
            for message in storage_faults(facts.text, known):
                yield from (sheet.problem(message, cell) for cell in cells)


def _merge_faults(sheet: Sheet) -> Iterator[Problem]:
    merges = [area_of(e.get("ref") or "A1") for e in sheet.elements("mergeCell")]
    for area in merges:
        if area.single:
            yield sheet.problem(f"the merge {area} is a single cell; remove it", area[:2])
    for first, second in overlapping(merges):
        yield sheet.problem(f"the merged ranges {first} and {second} overlap; unmerge one", second[:2])
    arrays = [array.area for array in sheet.data.arrays if array.area is not None]
    for merge in merges:
        for array in arrays:
            if merge.overlaps(array):
                yield sheet.problem(f"the array formula {array} lies in the merge {merge}; unmerge it", array[:2])
    for first, second in overlapping(arrays):
        yield sheet.problem(f"the array formulas {first} and {second} overlap", second[:2])


def _column_faults(sheet: Sheet) -> Iterator[str]:
    last = 0
    for column in sheet.elements("col"):
        first, end = (int(number_of(column.get(name))) for name in ("min", "max"))
        if not last < first <= end <= MAX_COLUMN:
            yield f"the column widths from {first} to {end} overlap or are out of order"
        if number_of(column.get("width")) > _MAX_WIDTH:
            yield f"column {first} is {column.get('width')} wide; at most {_MAX_WIDTH} are allowed"
        last = max(last, end)


def _page_faults(sheet: Sheet) -> Iterator[str]:
    for setup in sheet.elements("pageSetup"):
        scale = setup.get("scale") or "100"
        if not scale.isdecimal() or not 10 <= int(scale) <= 400:
            yield f"the print scale is {scale}; it must be from 10 to 400"
    for name in _HEADERS:
        for element in sheet.elements(name):
            if len(element.text or "") > _MAX_HEADER:
                yield f"{name} has {len(element.text or '')} characters; at most {_MAX_HEADER} are allowed"


def _link_faults(sheet: Sheet) -> Iterator[str]:
    for link in sheet.elements("hyperlink"):
        if not areas_of(link.get("ref") or ""):
            yield f'a hyperlink stands at "{shown(link.get("ref"))}", which is no cell'
        elif not link.get("location") and not link.get(RELATIONSHIP + "id"):
            yield f"the hyperlink at {link.get('ref')} leads nowhere"


def _comment_faults(sheet: Sheet) -> Iterator[str]:
    for part in sheet.package.related(sheet.part, "comments"):
        root = sheet.package.xml(part)
        if root is None:
            continue
        if sheet.element("legacyDrawing") is None:
            yield "the sheet has comments but no drawing of their boxes (legacyDrawing)"
        authors = sum(1 for _ in root.iter(MAIN + "author"))
        seen: set[str] = set()
        for comment in root.iter(MAIN + "comment"):
            reference, author = comment.get("ref") or "", comment.get("authorId") or "0"
            if not author.isdecimal() or int(author) >= authors:
                yield f"the comment at {reference} has author number {author}, of {authors} in the file"
            if reference in seen:
                yield f"there are two comments at {reference}"
            seen.add(reference)


def _validation_faults(sheet: Sheet, known: Known) -> Iterator[Problem]:
    for group in sheet.elements("dataValidations"):
        count = group.get("count")
        if count and count != str(len(group)):
            yield sheet.problem(f"the count of data validations is {count}, but there are {len(group)}")
    for validation in sheet.validations:
        place = validation.areas[0][:2] if validation.areas else None
        yield from (sheet.problem(f"data validation: {m}", place) for m in _validation_messages(validation, known))
    areas = [area for validation in sheet.validations for area in validation.areas]
    for first, second in overlapping(areas):
        yield sheet.problem(f"the data validations of {first} and {second} overlap; Excel keeps one a cell", second[:2])


def _validation_messages(validation: Validation, known: Known) -> Iterator[str]:
    if not validation.areas:
        yield "it watches no cells"
    for attribute, most in _VALIDATION_LIMITS.items():
        length = len(validation.element.get(attribute) or "")
        if length > most:
            yield f"{attribute} has {length} characters; at most {most} are allowed"
    if validation.kind not in ("none", "") and not validation.formulas:
        yield f'the kind is "{validation.kind}" but no limit is given'
    for formula in validation.formulas:
        if validation.kind == "list" and formula.startswith('"'):
            if len(formula) - 2 > _MAX_LIST:
                yield f"the list has {len(formula) - 2} characters; at most {_MAX_LIST} are allowed, list them in cells"
            continue
        if len(formula) > _MAX_VALIDATION_FORMULA:
            yield f"the formula has {len(formula)} characters; at most {_MAX_VALIDATION_FORMULA} are allowed"
        yield from storage_faults(formula, known, tables_allowed=False)


def _conditional_faults(book: Workbook, sheet: Sheet, known: Known) -> Iterator[Problem]:
    formats = len(book.styles.differential)
    for group in sheet.elements("conditionalFormatting"):
        areas = areas_of(group.get("sqref") or "".join(e.text or "" for e in group.iterfind("{*}sqref")))
        place = areas[0][:2] if areas else None
        if not areas:
            yield sheet.problem("a conditional format applies to no cells")
        for rule in group.iterfind(MAIN + "cfRule"):
            index, formulas = rule.get("dxfId"), [e.text or "" for e in rule.iterfind(MAIN + "formula")]
            if index is not None and (not index.isdecimal() or int(index) >= formats):
                yield sheet.problem(f"the conditional format uses style {index}, of {formats} in the file", place)
            if not re.fullmatch(r"[1-9]\d*", rule.get("priority") or ""):
                yield sheet.problem("the conditional format has no priority", place)
            if rule.get("type") in _NEED_FORMULA and not formulas:
                yield sheet.problem("the conditional format has no formula", place)
            for message in (m for formula in formulas for m in storage_faults(formula, known, tables_allowed=False)):
                yield sheet.problem(f"conditional format: {message}", place)
