"""Rules on inputs: guarded, unlocked, with a source, and used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from clv_xl.audit.cells import Cell
from clv_xl.audit.findings import Problem, Severity, in_workbook, rule, shown
from clv_xl.audit.formula import Area
from clv_xl.audit.reads import Filled, Place, Resolver, Used, read_by_others, reads_values
from clv_xl.audit.workbook import Sheet, Table, Validation, Workbook

_PASSWORD = re.compile(r"password$|hashvalue$", re.IGNORECASE)
_SOURCE = re.compile(
    r"(?:sources?|notes?|basis|remarks?|comments?|evidence)(?: ?(?:or|and|/|,|&) ?(?:sources?|notes?|basis|remarks?))*",
    re.IGNORECASE,
)


@rule(20, "Every input is validated", Severity.WARNING)
def validated(book: Workbook) -> Iterator[Problem]:
    """Every cell in input style has a data validation with a rule, a prompt and an error text, both switched on."""
    for sheet in book.grids:
        for cell in sheet.inputs:
            watching = [v for v in sheet.validations if any(area.holds(cell.row, cell.column) for area in v.areas)]
            lacks = _lacks(watching[0]) if watching else ["data validation"]
            if lacks:
                message = (
                    f"the input {_named(cell)} has no {' and no '.join(lacks)}; add it under Data > Data Validation"
                )
                yield sheet.problem(message, cell)


def _lacks(validation: Validation) -> list[str]:
    return [
        what
        for what, there in (
            ("validation rule", validation.kind != "none"),
            ("prompt that is shown", validation.prompt and validation.shows_prompt),
            ("error text that is shown", validation.error and validation.shows_error),
        )
        if not there
    ]


def _named(cell: Cell) -> str:
    if isinstance(cell.value, str):
        return f'"{shown(cell.value)}"'
    if isinstance(cell.value, float):
        return f"{cell.value:.15g}"
    return "(empty)" if cell.value is None else shown(cell.value)


@rule(21, "Inputs unlocked, formulas locked, no password", Severity.WARNING)
def protection(book: Workbook) -> Iterator[Problem]:
    """Protection need not be switched on (tables grow only without it), but switching it on must do the right thing."""
    for sheet in book.grids:
        for cell in sheet.inputs:
            if sheet.look(cell).locked:
                yield sheet.problem(f"the input {_named(cell)} is locked; unlock it (Format Cells > Protection)", cell)
        for cell in sheet.formulas:
            if not sheet.look(cell).locked:
                yield sheet.problem(f"the formula ={shown(cell.formula)} is not locked; lock it", cell)
    for sheet in book.sheets:
        if any(_password(element) for element in sheet.elements("sheetProtection")):
            yield sheet.problem("the sheet is protected with a password; remove the password, a reviewer must see all")
    if any(_password(e) for name in ("workbookProtection", "fileSharing") for e in book.root.iter(f"{{*}}{name}")):
        yield in_workbook("the workbook is protected with a password; remove it, a reviewer must see all")


def _password(element: etree._Element) -> bool:
    return any(value and _PASSWORD.search(str(name)) for name, value in element.attrib.items())


@rule(23, "Inputs have a source and are used; nothing reads blanks", Severity.WARNING)
def sourced(book: Workbook) -> Iterator[Problem]:
    """Every input has a source or note, something uses it, and no formula reads only empty cells.

    A source stands on the input's row under a header such as "Source" or "Note", or as a comment on the cell; for a
    table also as a line directly above its header. An input is used when a formula, chart, validation or conditional
    format reads it; texts in the first column of a table name their rows and need no reader. A formula may read blanks
    where it asks for them (ISBLANK, COUNT…, a comparison with "").
    """
    resolver, used = Resolver(book), Used()
    yield from _blank_reads(book, resolver, used)
    for place in read_by_others(book, resolver):
        used.add(place)
    used.merge()
    for sheet in book.grids:
        headers = _source_headers(sheet)
        for cell in sheet.inputs:
            table = sheet.table_at(cell)
            if not _has_source(sheet, cell, table, headers):
                yield sheet.problem(f"the input {_named(cell)} has no source or note; say where it comes from", cell)
            if not used.holds(sheet, cell) and not _row_label(cell, table):
                yield sheet.problem(f"nothing uses the input {_named(cell)}; delete it or refer to it", cell)


def _blank_reads(book: Workbook, resolver: Resolver, used: Used) -> Iterator[Problem]:
    blanks = _Blanks(book)
    with_inputs = {sheet.index for sheet in book.grids if sheet.inputs}
    for sheet in book.grids:
        for facts, cells in book.patterns(sheet):
            for reference, places_at in resolver.reads(facts, sheet):
                matters = reads_values(reference) and not facts.tests_for_blanks
                for cell in cells:
                    for place in places_at(cell.row, cell.column):
                        if place[0].index in with_inputs:
                            used.add(place)
                        if matters and blanks.hold(place):
                            what = f"{place[0].title}!{place[1]}, which is empty"
                            message = f"the formula ={shown(cell.formula)} reads {what}; fill or correct it"
                            yield sheet.problem(message, cell)


class _Blanks:
    """Which places are empty, each looked up once."""

    def __init__(self, book: Workbook) -> None:
        self._filled = {sheet.index: Filled(sheet) for sheet in book.grids}
        self._known: dict[tuple[int, Area], bool] = {}

    def hold(self, place: Place) -> bool:
        """Whether nothing stands in any cell of the place."""
        sheet, area = place
        key = (sheet.index, area)
        if key not in self._known:
            self._known[key] = sheet.index in self._filled and not self._filled[sheet.index].any_in(area)
        return self._known[key]


def _source_headers(sheet: Sheet) -> list[Cell]:
    found = (c for c in sheet.cells.values() if c.is_text and _SOURCE.fullmatch(str(c.value).strip().rstrip(":")))
    return sorted(found, key=lambda cell: -cell.row)


def _has_source(sheet: Sheet, cell: Cell, table: Table | None, headers: list[Cell]) -> bool:
    if (cell.row, cell.column) in sheet.commented:
        return True
    if table is not None and _table_source(sheet, cell, table):
        return True
    own = (h for h in headers if table is None or table.area.holds(h.row, h.column))
    above = next((h for h in own if h.row < cell.row), None)
    source = sheet.cells.get((cell.row, above.column)) if above else None
    return source is not None and not source.blank


def _table_source(sheet: Sheet, cell: Cell, table: Table) -> bool:
    top, left, _, right = table.area
    if (top, cell.column) in sheet.commented:
        return True
    above = (c for c in sheet.rows.get(top - 1, []) if left <= c.column <= right)
    return any(isinstance(c.value, str) and (c.row, c.column) != (1, 1) for c in above)


def _row_label(cell: Cell, table: Table | None) -> bool:
    return table is not None and cell.column == table.area.first_column and isinstance(cell.value, str)
