"""The rule on units: what a number counts stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.styles.numbers import is_date_format

from clv_xl.audit.cells import Cell
from clv_xl.audit.findings import Problem, Severity, rule
from clv_xl.audit.formula import Area
from clv_xl.audit.workbook import Sheet, Workbook

MIN_FORMULA_ROWS = 3
_HEADER = re.compile(r"units?(?: of measure)?", re.IGNORECASE)
_NOTE = re.compile(
    r"(?:all )?(?:units?|amounts?|figures?|values?)\b.*\b(?:in|are|unless)\b|units?:\s*\S", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"[(\[][^)\]]+[)\]]|%|\bin [A-Z]{3}\b")


@rule(22, "A units column, filled on every numeric row", Severity.FORM)
def units(book: Workbook) -> Iterator[Problem]:
    """Under a header "Unit", down to the next blank row, every row with a number in the header's block has its unit.

    A sheet with numeric inputs, or with three or more rows of numeric formulas, must have such a header. Tables and
    grids may carry units in their headers instead, as "Spend per visit (USD)", and a line "Units: …" serves a whole
    sheet. Dates need no unit.
    """
    for sheet in book.grids:
        headers = [c for c in sheet.cells.values() if c.is_text and _HEADER.fullmatch(str(c.value).strip().rstrip(":"))]
        for header in headers:
            yield from _unfilled(book, sheet, header)
        if not headers and not any(c.is_text and _NOTE.match(str(c.value).strip()) for c in sheet.cells.values()):
            yield from _without_header(book, sheet)


def _unfilled(book: Workbook, sheet: Sheet, header: Cell) -> Iterator[Problem]:
    block = _block(sheet, header)
    own_table = sheet.table_at(header)
    for row in range(block.first_row, block.last_row + 1):
        inside = [c for c in sheet.rows.get(row, []) if block.holds(c.row, c.column)]
        numbers = [c for c in inside if _is_number(book, sheet, c) and sheet.table_at(c) is own_table]
        unit = sheet.cells.get((row, header.column))
        if numbers and (unit is None or unit.blank):
            message = f"row {row} holds numbers ({numbers[0].address}) but no unit; fill in the unit column"
            yield sheet.problem(message, (row, header.column))


def _block(sheet: Sheet, header: Cell) -> Area:
    """The columns of the header row that touch the header, down to the table's end or the next blank row."""
    if table := sheet.table_at(header):
        return table.data
    filled = {cell.column for cell in sheet.rows.get(header.row, [])}
    left = right = header.column
    while left - 1 in filled:
        left -= 1
    while right + 1 in filled:
        right += 1
    last = header.row
    while last + 1 in sheet.rows:
        last += 1
    return Area(header.row + 1, left, last, right)


def _is_number(book: Workbook, sheet: Sheet, cell: Cell) -> bool:
    value = book.result(sheet, cell) if cell.formula is not None else cell.value
    return type(value) is float and not is_date_format(sheet.look(cell).number_format)


def _without_header(book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    inputs = [cell for cell in sheet.inputs if _needs_unit(book, sheet, cell)]
    rows: dict[int, Cell] = {}
    for cell in sheet.formulas if not inputs else []:
        if len(rows) < MIN_FORMULA_ROWS and _needs_unit(book, sheet, cell):
            rows.setdefault(cell.row, cell)
    if inputs or len(rows) >= MIN_FORMULA_ROWS:
        first = inputs[0] if inputs else next(iter(rows.values()))
        message = f'the sheet holds numbers (as in {first.address}) but no column "Unit"; add one and fill it in'
        yield sheet.problem(message)


def _needs_unit(book: Workbook, sheet: Sheet, cell: Cell) -> bool:
    if not _is_number(book, sheet, cell) or sheet.table_at(cell) is not None:
        return False
    header = sheet.column_headers.get((cell.row, cell.column))
    return header is None or not _IN_BRACKETS.search(str(header.value))
