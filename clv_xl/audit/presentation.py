"""Rules on what is seen: layout, print, numbers and colours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clv_xl.audit.cells import Cell
from clv_xl.audit.findings import Problem, Severity, rule, shown
from clv_xl.audit.formula import area_of
from clv_xl.audit.package import MAIN, flag
from clv_xl.audit.styles import Look, contrast
from clv_xl.audit.workbook import Sheet, Workbook

MIN_CONTRAST = 4.5
DATA_ROWS, DATA_COLUMNS = 20, 3
PAGE_ROWS = 45
_NUMBER_TEXT = re.compile(
    r"[-+(]?\s?[$€£¥]?\s?(?:\d{1,3}(?:[,'\u00a0\u202f]\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?\s?%?\)?"
)
_LEADING_ZERO = re.compile(r"0\d")
_IDENTIFIER = re.compile(
    r"\b(?:id|ids|code|customer|client|account|version|sku|number|no|nr|ref|reference|phone|zip|postcode|key|name|label"
    r"|year|period|order|step)s?\b|#",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"\[(?:red|color\s?\d+|black|blue|cyan|green|magenta|white|yellow)\]", re.IGNORECASE)
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


@rule(7, "No merged cells", Severity.WARNING)
def merged(book: Workbook) -> Iterator[Problem]:
    """Merged cells break sorting, filtering, selecting and screen readers."""
    for sheet in book.grids:
        for element in sheet.elements("mergeCell"):
            reference = element.get("ref") or "A1"
            message = f"{reference} is merged; unmerge it (Center Across Selection looks the same)"
            yield sheet.problem(message, area_of(reference)[:2])


@rule(8, "Data sheets keep their headers in view", Severity.FORM)
def frozen(book: Workbook) -> Iterator[Problem]:
    """Panes are frozen on sheets with a table, or with more than 20 rows that hold three numbers or more."""
    for sheet in book.grids:
        wide = sum(1 for row in sheet.rows.values() if _numbers(row) >= DATA_COLUMNS)
        if not sheet.tables and wide <= DATA_ROWS:
            continue
        if not any((pane.get("state") or "").startswith("frozen") for pane in sheet.elements("pane")):
            what = f"the table {sheet.tables[0].name}" if sheet.tables else f"{wide} rows of numbers"
            yield sheet.problem(
                f"the sheet holds {what} but no frozen panes; freeze its header row (View > Freeze Panes)"
            )


def _numbers(row: list[Cell]) -> int:
    return sum(1 for cell in row if type(cell.value) is float)


@rule(9, "Print set-up", Severity.FORM)
def printing(book: Workbook) -> Iterator[Problem]:
    """Every sheet sets orientation, fit to page, a print area and a page number in the footer.

    Sheets of more than 45 rows repeat their title rows on every page.
    """
    local_names = {(n.sheet, n.name.lower()): n for n in book.names if n.built_in}
    for sheet in book.grids:
        lacks = _print_gaps(sheet)
        if (sheet.index, "_xlnm.print_area") not in local_names:
            lacks.append("print area")
        titles = local_names.get((sheet.index, "_xlnm.print_titles"))
        repeats = titles is not None and re.search(r"\$\d+:\$\d+", titles.formula)
        if sheet.last_row > PAGE_ROWS and not repeats:
            lacks.append(f"title rows repeated on each page (it has {sheet.last_row} rows)")
        if lacks:
            yield sheet.problem(f"the print set-up lacks {', '.join(lacks)}; set it under Page Layout")


def _print_gaps(sheet: Sheet) -> list[str]:
    setup, footer = sheet.element("pageSetup"), sheet.element("oddFooter")
    orientation = setup.get("orientation") if setup is not None else None
    gaps = [] if orientation in ("portrait", "landscape") else ["orientation"]
    if not flag(sheet.element("pageSetUpPr"), "fitToPage"):
        gaps.append("fit to page")
    if footer is None or "&P" not in (footer.text or ""):
        gaps.append("page number in the footer")
    return gaps


@rule(28, "No numbers stored as text", Severity.WARNING)
def text_numbers(book: Workbook) -> Iterator[Problem]:
    """No text constant reads as a number, unless it identifies something.

    Identifiers are texts with leading zeros, headers of tables, and texts below or beside a word such as id, code,
    customer or version.
    """
    for sheet in book.grids:
        tops: dict[tuple[int, int], Cell] = {}
        for place in sorted(sheet.cells):
            cell = sheet.cells[place]
            if cell.blank:
                continue
            top = tops.setdefault(place, tops.get((place[0] - 1, place[1]), cell))
            text = str(cell.value).strip() if cell.is_text else ""
            if _NUMBER_TEXT.fullmatch(text) and not _LEADING_ZERO.match(text) and not _identifies(sheet, cell, top):
                message = f'the number "{shown(text)}" is stored as text, so sums leave it out; convert it to a number'
                yield sheet.problem(message, cell)


def _identifies(sheet: Sheet, cell: Cell, top: Cell) -> bool:
    table = sheet.table_at(cell)
    if table is not None:
        header = table.columns[cell.column - table.area.first_column : cell.column - table.area.first_column + 1]
        return cell.row == table.area.first_row or bool(_IDENTIFIER.search("".join(header)))
    left = [c for c in sheet.rows[cell.row] if c.column < cell.column and c.is_text]
    labels = ([top] if top is not cell else []) + left[-1:]
    return any(label.is_text and _IDENTIFIER.search(str(label.value)) for label in labels)


@rule(29, "Negatives not by colour alone", Severity.FORM)
def negatives(book: Workbook) -> Iterator[Problem]:
    """A number format that colours negative numbers also gives them a minus sign or brackets."""
    for sheet in book.grids:
        for cell in sheet.cells.values():
            code = sheet.look(cell).number_format
            if not cell.blank and _colour_only(code):
                message = f"the number format {code} shows negatives by colour alone; add a minus sign or brackets"
                yield sheet.problem(message, cell)


def _colour_only(code: str) -> bool:
    if ";" not in code or "[" not in code:
        return False
    sections = code.split(";")
    bare = _NOT_SHOWN.sub("", sections[1])
    signs = sections[1] if any(sign in sections[1] for sign in "-−–(▼↓") else ""
    return bool(_COLOUR.search(sections[1])) and bool(re.search(r"[0#?]", bare)) and not signs


@rule(30, "Text can be read against its background", Severity.FORM)
def contrasts(book: Workbook) -> Iterator[Problem]:
    """Text has a contrast of 4.5:1 or more with its fill, also where a conditional format sets both.

    Cells without a fill of their own in a styled table are left out: the table's style colours both.
    """
    ratios: dict[int, float | None] = {}
    for sheet in book.grids:
        styled = [t for t in sheet.tables if t.style]
        for cell in sheet.cells.values():
            if cell.blank:
                continue
            if cell.style not in ratios:
                ratios[cell.style] = _ratio(sheet.look(cell))
            ratio, look = ratios[cell.style], sheet.look(cell)
            if ratio is None or (look.fill is None and any(t.area.holds(cell.row, cell.column) for t in styled)):
                continue
            fill = look.fill or "FFFFFF"
            message = (
                f"#{look.font} on #{fill} has a contrast of {ratio:.1f}:1; darken one until it is {MIN_CONTRAST}:1"
            )
            yield sheet.problem(message, cell)
        yield from _conditional(book, sheet)


def _ratio(look: Look) -> float | None:
    """The contrast where it is too low."""
    if look.font is None or not look.plain_fill:
        return None
    ratio = contrast(look.font, look.fill or "FFFFFF")
    return ratio if ratio < MIN_CONTRAST else None


def _conditional(book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    for group in sheet.elements("conditionalFormatting"):
        place = area_of((group.get("sqref") or "A1").split()[0])[:2] if group.get("sqref") else None
        for element in group.iterfind(MAIN + "cfRule"):
            index = element.get("dxfId") or ""
            known = index.isdecimal() and int(index) < len(book.styles.differential)
            font, fill = book.styles.differential[int(index)] if known else (None, None)
            if font and fill and (ratio := contrast(font, fill)) < MIN_CONTRAST:
                message = f"the conditional format shows #{font} on #{fill}, a contrast of {ratio:.1f}:1; darken one"
                yield sheet.problem(message, place)
