"""A whole workbook: every formula cell, with what the engine lacks made up for."""

from __future__ import annotations

import contextlib
import re
from typing import Any, NamedTuple

import formualizer

from clv_xl.engine.calculator import Calculator, plain_reason, spell_out
from clv_xl.engine.errors import WorkbookError
from clv_xl.engine.package import Package, row_and_column
from clv_xl.engine.values import BEYOND_ENGINE, UNREADABLE, Value, value_of

_OTHER_FILE = re.compile(r"(?<!\w)\[[^\[\]]+\][^\[\]'!,()]*!|'[^']*\[[^\[\]']+\][^']*'!")
_LOAD_LIMITS = {"max_part_bytes": 1 << 30, "max_expanded_bytes": 2 << 30}
"""Bytes that the engine unpacks: a sheet of as many rows as Excel holds is larger than its own limits."""


def calculate(workbook: bytes) -> dict[str, dict[str, Value]]:
    """The value of every formula cell of an .xlsx file, by sheet title and address.

    A formula that the engine cannot carry out, as one that reads another file, is left out of the result; formulas that
    read its cell are calculated with the value stored there.
    """
    package = Package(workbook)
    try:
        calculator = Calculator(formualizer.Workbook.from_bytes(workbook, load_limits=_LOAD_LIMITS))
    except (*UNREADABLE, OSError) as error:  # the words of the engine's reader are of no use to anybody
        raise WorkbookError("The workbook is damaged: the calculation engine cannot open it.") from error
    book = calculator.book
    try:
        for table in package.tables:
            book.add_table(table.name, table.sheet, table.area, list(table.columns), totals_row=table.has_totals)
        found = [
            _FormulaCell(title, address, *row_and_column(address), formula, stored)
            for title in package.sheets
            for address, formula, stored in package.formulas(title)
        ]
        for cell in found:
            spelled = package.in_addresses(spell_out("=" + cell.formula), cell.address)
            if spelled != "=" + cell.formula:
                with contextlib.suppress(*UNREADABLE):  # it stays as it stands, and is left out below
                    book.set_formula(*cell.place, spelled)
        left_out = _evaluate_all(book, found)
    except (*UNREADABLE, *BEYOND_ENGINE, OSError) as error:
        raise WorkbookError(f"The workbook cannot be calculated: {plain_reason(error)}.") from error
    values: dict[str, dict[str, Value]] = {title: {} for title in package.sheets}
    for cell in found:
        if cell.place not in left_out:
            value = calculator.explained(value_of(book.get_value(*cell.place)), cell.formula)
            values[cell.sheet][cell.address] = value
    return values


class _FormulaCell(NamedTuple):
    sheet: str
    address: str
    row: int
    column: int
    formula: str
    stored: Any

    @property
    def place(self) -> tuple[str, int, int]:
        """As the engine asks for it."""
        return self.sheet, self.row, self.column


def _evaluate_all(book: Any, cells: list[_FormulaCell]) -> set[tuple[str, int, int]]:
    """Evaluate, and say which cells are beyond the engine; these hold their stored values afterwards.

    What reads such a cell fails with it. So all that fail get their stored values, and each is tried once more by
    itself: those that fail then are the causes.
    """
    causes = {cell.place for cell in cells if _reads_other_files(book, cell)}
    for cell in cells:
        if cell.place in causes:
            book.set_value(*cell.place, cell.stored)
    try:
        book.evaluate_all()
        failing = [cell for cell in cells if _is_beyond(book.get_value(*cell.place))]
    except BEYOND_ENGINE:
        failing = [cell for cell in cells if cell.place not in causes and _fails(book, cell)]
    formulas = [book.get_formula(*cell.place) for cell in failing]
    for cell in failing:
        book.set_value(*cell.place, cell.stored)
    for cell, formula in zip(failing, formulas, strict=True):
        if _fails(book, cell, formula or "="):
            book.set_value(*cell.place, cell.stored)
            causes.add(cell.place)
    if failing:
        book.evaluate_all()
    return causes


def _reads_other_files(book: Any, cell: _FormulaCell) -> bool:
    formula = cell.formula or book.get_formula(*cell.place) or ""
    return "]" in formula and "!" in formula and bool(_OTHER_FILE.search(re.sub(r'"[^"]*"', '""', formula)))


def _fails(book: Any, cell: _FormulaCell, formula: str = "") -> bool:
    try:
        if formula:
            book.set_formula(*cell.place, formula)
        book.evaluate_cell(*cell.place)
    except (*UNREADABLE, *BEYOND_ENGINE):
        return True
    return _is_beyond(book.get_value(*cell.place))


def _is_beyond(value: Any) -> bool:
    """Whether this is what the engine answers to a formula it cannot read, or has not learnt to carry out."""
    return isinstance(value, dict) and value.get("kind") in ("NImpl", "Error")
