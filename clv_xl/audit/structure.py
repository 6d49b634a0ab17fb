"""Rules on the workbook as a document: cover, properties, links, sheets, tables, names, calculation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clv_xl.audit.cells import Cell
from clv_xl.audit.findings import Problem, Severity, in_workbook, rule, shown
from clv_xl.audit.formula import area_of, scan, unquoted
from clv_xl.audit.package import MAIN, RELATIONSHIP, flag, number_of
from clv_xl.audit.workbook import Sheet, Workbook

COVER_LABELS = {
    "purpose": r"purpose",
    "version": r"version",
    "author": r"authors?",
    "date": r"date",
    "change log": r"change ?log|changes|revision history",
    "colour key": r"colou?r (?:key|code|legend)",
    "limitations": r"limitations?",
}
MAX_TITLE = 31
_DEFAULT_SHEET = re.compile(
    r"(?:sheet|tabelle|feuil|feuille|hoja|foglio|blad|planilha|plan|folha|ark|arkusz|munka\d*|list|taul|taulukko|sayfa"
    r"|лист|工作表|シート|chart|diagramm|graphique|gráfico|grafico)\s?\d+",
    re.IGNORECASE,
)
_DEFAULT_TABLE = re.compile(
    r"(?:table|tabelle|tableau|tabla|tabella|tabel|tabela|таблица|表|テーブル)_?\d+", re.IGNORECASE
)
_DEFAULT_COLUMN = re.compile(r"(?:column|spalte|colonne|columna|colonna|kolom|coluna)\s?\d+", re.IGNORECASE)


@rule(1, "Cover says what the workbook is", Severity.FORM)
def cover(book: Workbook) -> Iterator[Problem]:
    """The first sheet has the labels purpose, version, author, date, change log, colour key and limitations.

    A label is a text cell that starts with the word; its content stands in the same cell, to its right or below. One
    finding lists all that is missing.
    """
    if not book.grids or book.sheets[0] is not book.grids[0]:
        yield in_workbook("the first sheet holds no cells; make the first sheet a cover")
        return
    sheet = book.sheets[0]
    absent: list[str] = []
    empty: list[Cell] = []
    texts = [cell for cell in sheet.cells.values() if cell.is_text]
    for label, pattern in COVER_LABELS.items():
        wanted = re.compile(rf"(?:{pattern})\b", re.IGNORECASE)
        cells = [cell for cell in texts if wanted.match(_words(cell))]
        if not cells:
            absent.append(label)
        elif not any(_has_content(sheet, cell, pattern) for cell in cells):
            empty.append(cells[0])
    if absent or empty:
        yield sheet.problem(_cover_gaps(absent, empty), None if absent else empty[0])


def _cover_gaps(absent: list[str], empty: list[Cell]) -> str:
    unsaid = ", ".join(f'"{shown(cell.value)}"' for cell in empty)
    parts = [f"the cover does not say: {', '.join(absent)}; add each as a label with what it stands for"] * bool(absent)
    parts += [f"nothing stands beside or below {unsaid}; fill it in"] * bool(empty)
    return "; ".join(parts)


def _words(cell: Cell) -> str:
    return str(cell.value).strip()


def _has_content(sheet: Sheet, cell: Cell, pattern: str) -> bool:
    rest = re.sub(rf"^(?:{pattern})\b", "", _words(cell), flags=re.IGNORECASE)
    if rest.strip(" :.-–"):
        return True
    beside = any(c.column > cell.column for c in sheet.rows.get(cell.row, []))
    below = sheet.cells.get((cell.row + 1, cell.column))
    return beside or (below is not None and not below.blank)


@rule(2, "Document properties are filled in", Severity.FORM)
def properties(book: Workbook) -> Iterator[Problem]:
    """Title, creator and description (File > Info) are not empty."""
    part = next(iter(book.package.related("", "core-properties")), "docProps/core.xml")
    root = book.package.xml(part)
    texts = {n: root.findtext(f"{{*}}{n}") if root is not None else "" for n in ("title", "creator", "description")}
    if empty := [name for name, text in texts.items() if not (text or "").strip()]:
        yield in_workbook(f"document properties are empty: {', '.join(empty)}; fill them in under File > Info")


@rule(3, "Cover links to every sheet", Severity.FORM)
def links(book: Workbook) -> Iterator[Problem]:
    """The first sheet links to every other one, by hyperlink or HYPERLINK("#…") formula, and no link leads nowhere."""
    if not book.sheets:
        return
    cover = book.sheets[0]
    reached = set()
    for place, target in _link_targets(book, cover):
        sheet = _sheet_of(book, target)
        if sheet is None:
            yield cover.problem(f'the link to "{shown(target)}" leads to no sheet; correct or remove it', place)
        else:
            reached.add(sheet.index)
    if missed := [f'"{sheet.title}"' for sheet in book.sheets[1:] if sheet.index not in reached]:
        yield cover.problem(f"the cover has no link to {shown(', '.join(missed), 200)}; link to the cell A1 of each")


def _link_targets(book: Workbook, cover: Sheet) -> Iterator[tuple[tuple[int, int], str]]:
    relationships = book.package.relationships(cover.part)
    for element in cover.elements("hyperlink"):
        place = area_of(element.get("ref") or "A1")[:2]
        link = relationships.get(element.get(RELATIONSHIP + "id") or "")
        if location := element.get("location"):
            if link is None or not link.target:
                yield place, location
        elif link is not None and link.target.startswith("#"):
            yield place, link.target[1:]
    for cell in cover.formulas:
        if match := re.match(r'HYPERLINK\("#((?:[^"]|"")*)"', cell.formula or "", re.IGNORECASE):
            yield (cell.row, cell.column), match[1].replace('""', '"')


def _sheet_of(book: Workbook, target: str) -> Sheet | None:
    prefix = next((t.text for t in scan(target) if t.kind == "sheet"), "")
    if prefix:
        return book.by_title.get(unquoted(prefix[:-1]).casefold())
    name = book.named.get(target.casefold())
    places = book.cells_of(name) if name else []
    return places[0][0] if places else None


@rule(4, "Nothing is hidden", Severity.WARNING)
def hidden(book: Workbook) -> Iterator[Problem]:
    """No hidden sheets, rows or columns; a width or height of zero hides as well."""
    for sheet in book.sheets:
        if sheet.state != "visible":
            yield sheet.problem(f"the sheet is hidden ({sheet.state}); show it or delete it")
        for row in sheet.data.hidden_rows:
            yield sheet.problem(f"row {row} is hidden; show it or delete it", (row, 1))
        for column in sheet.elements("col"):
            if flag(column, "hidden") or column.get("width") in ("0", "0.0"):
                first = int(number_of(column.get("min"), 1))
                yield sheet.problem("the column is hidden; show it or delete it", (1, first))
        if flag(sheet.element("sheetFormatPr"), "zeroHeight"):
            yield sheet.problem("all rows without content are hidden (zeroHeight); show them")


@rule(5, "Sheets have names of their own", Severity.FORM)
def sheet_names(book: Workbook) -> Iterator[Problem]:
    """No Sheet1, Tabelle1, Feuil1 and the like; at most 31 characters."""
    for sheet in book.sheets:
        if _DEFAULT_SHEET.fullmatch(sheet.title):
            yield sheet.problem(f'"{sheet.title}" is a default name; name the sheet after what stands on it')
        if len(sheet.title) > MAX_TITLE:
            yield sheet.problem(f'the name "{sheet.title}" has {len(sheet.title)} characters; use at most {MAX_TITLE}')


@rule(6, "A1 holds the sheet's title", Severity.FORM)
def titles(book: Workbook) -> Iterator[Problem]:
    """A1 of every sheet is a text, or a formula that gives one."""
    for sheet in book.grids:
        cell = sheet.cells.get((1, 1))
        value = book.result(sheet, cell) if cell else None
        if not isinstance(value, str) or not value.strip():
            what = "is empty" if value in (None, "") else f"holds {shown(value)}, not a text"
            yield sheet.problem(f"A1 {what}; write the sheet's title there", (1, 1))


@rule(10, "Tables have good headers and names", Severity.FORM)
def tables(book: Workbook) -> Iterator[Problem]:
    """Every table has a header row with unique names that mean something, and a name that is not Table1."""
    for sheet in book.grids:
        for table in sheet.tables:
            place = table.area[:2]
            if _DEFAULT_TABLE.fullmatch(table.name):
                yield sheet.problem(f'"{table.name}" is a default table name; name it after what it lists', place)
            if not table.header:
                yield sheet.problem(f"the table {table.name} shows no header row; switch it on", place)
            for message in _bad_headers(table.columns):
                yield sheet.problem(f"table {table.name}: {message}", place)


def _bad_headers(columns: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number, column in enumerate(columns, 1):
        key = column.strip().casefold()
        if not key or _DEFAULT_COLUMN.fullmatch(key):
            yield f'column {number} is headed "{column}"; give it a header that says what it holds'
        if key and key in seen:
            yield f'the header "{column}" stands twice; make headers unique'
        seen.add(key)


@rule(19, "Excel calculates by itself, in full on load", Severity.WARNING)
def calculation(book: Workbook) -> Iterator[Problem]:
    """Calculation is automatic, iteration is off, and the workbook calculates in full when it is opened."""
    settings = book.root.find(MAIN + "calcPr")
    mode = "auto" if settings is None else settings.get("calcMode") or "auto"
    if mode != "auto":
        yield in_workbook(f'the calculation mode is "{mode}"; set it to automatic (Formulas > Calculation Options)')
    if flag(settings, "iterate"):
        yield in_workbook("iterative calculation is on, which hides circular references; switch it off")
    if not flag(settings, "fullCalcOnLoad"):
        message = "the workbook does not calculate in full on load; set fullCalcOnLoad"
        yield in_workbook(message).milder(Severity.FORM)
