"""What makes Excel offer a repair, in the workbook and its styles: sheets, names, formats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from clv_xl.audit.findings import Problem, in_workbook, shown
from clv_xl.audit.formula_storage import Known, storage_faults
from clv_xl.audit.names import cell_like
from clv_xl.audit.package import MAIN, local
from clv_xl.audit.workbook import DefinedName, Workbook

MAX_TITLE = 31
MAX_NAME = 255
MAX_FORMATS = 65_490
FIRST_OWN_FORMAT = 164
_ORDER = """
    fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences
    definedNames calcPr oleSize customWorkbookViews pivotCaches webPublishing fileRecoveryPr webPublishObjects extLst
    """.split()  # noqa: SIM905
_STYLE_ORDER = """
    numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst
    """.split()  # noqa: SIM905


def workbook_faults(book: Workbook, known: Known) -> Iterator[Problem]:
    """Everything that is wrong with the workbook part and the styles."""
    checks = (_sheet_faults(book), _view_faults(book), _name_faults(book, known), _style_faults(book))
    for messages in checks:
        yield from (in_workbook(message) for message in messages)
    yield from (in_workbook(f"workbook: {message}") for message in order_faults(book.root, _ORDER))


def order_faults(root: etree._Element, order: list[str]) -> Iterator[str]:
    """Elements that stand after one they should precede; elements unknown to the order are passed over."""
    highest = -1
    for child in root:
        at = order.index(local(child)) if local(child) in order else -1
        if 0 <= at < highest:
            yield f"<{local(child)}> stands after <{order[highest]}>; Excel reads them only in their fixed order"
            return
        highest = max(highest, at)


def _sheet_faults(book: Workbook) -> Iterator[str]:
    titles: set[str] = set()
    ids: set[str] = set()
    for element in book.root.iterfind(f"{MAIN}sheets/{MAIN}sheet"):
        title, number = element.get("name") or "", element.get("sheetId") or ""
        if _bad_title(title):
            yield f'the sheet name "{shown(title)}" is not allowed; use 1 to {MAX_TITLE} characters without []:*?/\\'
        if title.casefold() in titles:
            yield f'the sheet name "{title}" is used twice; rename one'
        if not number.isdecimal() or number in ids or number == "0":
            yield f'the sheet "{title}" has the id "{number}", which is used twice or is no number above 0'
        titles.add(title.casefold())
        ids.add(number)
    parts = [sheet.part for sheet in book.sheets]
    yield from (f"two sheets share the part {part}" for part in sorted({p for p in parts if parts.count(p) > 1}))
    if all(sheet.state != "visible" for sheet in book.sheets):
        yield "no sheet is visible; show at least one"


def _bad_title(title: str) -> bool:
    forbidden = re.search(r"[\[\]:*?/\\\x00-\x1f]", title)
    quoted = title.startswith("'") or title.endswith("'")
    return not 1 <= len(title) <= MAX_TITLE or bool(forbidden) or quoted or title.casefold() == "history"


def _view_faults(book: Workbook) -> Iterator[str]:
    for view in book.root.iter(MAIN + "workbookView"):
        for attribute in ("activeTab", "firstSheet"):
            number = view.get(attribute) or "0"
            if not number.isdecimal() or int(number) >= len(book.sheets):
                yield f"{attribute} is {number}, but there are {len(book.sheets)} sheets"


def _name_faults(book: Workbook, known: Known) -> Iterator[str]:
    seen: set[tuple[str, int | None]] = set()
    elements = list(book.root.iter(MAIN + "definedName"))
    for name, element in zip(book.names, elements, strict=True):
        if reason := bad_name(name.name):
            yield f'Excel does not allow the name "{shown(name.name)}": {reason}'
        key = (name.name.casefold(), name.sheet)
        if key in seen:
            yield f"the name {name.name} is defined twice"
        seen.add(key)
        if name.sheet is None and name.name.casefold() in known.tables:
            yield f"the name {name.name} equals the name of a table"
        if name.sheet is not None and name.sheet >= len(book.sheets):
            yield f"the name {name.name} belongs to sheet number {name.sheet}, which does not exist"
        if len(element.get("comment") or "") > MAX_NAME:
            yield f"the comment of the name {name.name} has more than {MAX_NAME} characters"
        yield from (f"the name {name.name}: {fault}" for fault in storage_faults(name.formula, known))
        yield from _print_name_faults(book, name)


def _print_name_faults(book: Workbook, name: DefinedName) -> Iterator[str]:
    """A print area or titles that lie on another sheet make Excel drop them."""
    if name.name.lower() in ("_xlnm.print_area", "_xlnm.print_titles") and name.sheet is not None:
        own = book.sheets[name.sheet].title if name.sheet < len(book.sheets) else ""
        titles = {sheet.title for sheet, _ in book.cells_of(name)}
        if titles - {own}:
            yield f'the name {name.name} of the sheet "{own}" refers to the sheet "{min(titles - {own})}"'


def bad_name(name: str) -> str:
    """Why Excel would refuse a defined name or table name; empty where it would not."""
    if name.lower().startswith("_xlnm."):
        return ""
    if not 1 <= len(name) <= MAX_NAME:
        return f"it must have 1 to {MAX_NAME} characters"
    if not re.match(r"[^\W\d]|\\", name):
        return "it must start with a letter, an underscore or a backslash"
    if not re.fullmatch(r"[\w.\\?]+", name):
        return "it may hold letters, digits, points and underscores only"
    if cell_like(name):
        return "it looks like a cell address"
    return "it is a logical value" if name.upper() in ("TRUE", "FALSE") else ""


def _style_faults(book: Workbook) -> Iterator[str]:
    part = next(iter(book.package.related(book.package.workbook, "styles")), None)
    root = book.package.xml(part) if part else None
    if root is None:
        return
    yield from (f"styles: {message}" for message in order_faults(root, _STYLE_ORDER))
    for code in book.styles.number_formats:
        if _bad_format(code):
            yield f'the number format "{shown(code)}" is none; check its quotes, brackets and at most four sections'
    for colour in root.iter("{*}color", "{*}fgColor", "{*}bgColor"):
        rgb = colour.get("rgb")
        if rgb is not None and not re.fullmatch(r"[0-9A-Fa-f]{8}", rgb):
            yield f'the colour "{rgb}" in the styles is none; write eight hexadecimal digits'
    yield from _index_faults(root)


def _bad_format(code: str) -> bool:
    bare = re.sub(r"\\.|_.|\*.", "", code)
    unquoted = re.sub(r'"[^"]*"', "", bare)
    unbalanced = bare.count('"') % 2 or unquoted.count("[") != unquoted.count("]")
    return bool(unbalanced) or not code or len(unquoted.split(";")) > 4 or len(code) > 255


def _index_faults(root: etree._Element) -> Iterator[str]:
    counts = {local(group): len(group) for group in root}
    own = {f.get("numFmtId") for f in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")}
    if counts.get("cellXfs", 0) > MAX_FORMATS:
        yield f"there are {counts['cellXfs']:,} cell formats; Excel reads at most {MAX_FORMATS:,}"
    groups = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
    for xf in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf"):
        for attribute, group in groups.items():
            index = xf.get(attribute) or "0"
            if index != "0" and (not index.isdecimal() or int(index) >= counts.get(group, 0)):
                yield f"a cell format refers to {attribute} {index}, of {counts.get(group, 0)} in the file"
        number = xf.get("numFmtId") or "0"
        if number.isdecimal() and int(number) >= FIRST_OWN_FORMAT and number not in own:
            yield f"a cell format refers to number format {number}, which is not defined"
    for style in root.iterfind(f"{MAIN}cellStyles/{MAIN}cellStyle"):
        index = style.get("xfId") or "0"
        if not index.isdecimal() or int(index) >= max(1, counts.get("cellStyleXfs", 0)):
            yield f'the cell style "{style.get("name")}" refers to format {index}, which does not exist'
