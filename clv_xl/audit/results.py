"""Rules on values: checks hold, nothing is an error, and what is stored is complete."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clv_xl.audit.cells import Cell, Value
from clv_xl.audit.findings import Problem, Severity, in_workbook, rule, shown
from clv_xl.audit.formula import Area
from clv_xl.audit.names import our_functions
from clv_xl.audit.workbook import DefinedName, Sheet, Workbook
from clv_xl.worksheet.errors import NAME, CellError
from clv_xl.worksheet.excel_names import BUILT_IN

MASTER = "check_master"
_VERDICT = re.compile(r"(pass|fail|ok|not compared)\b", re.IGNORECASE)
# What calculation engines answer when they do not know one of Excel's functions.
_UNKNOWN_TO_ENGINE = frozenset((NAME, "#N/IMPL!", "#UNKNOWN!"))


@rule(24, "All checks hold and say so", Severity.ERROR)
def checks(book: Workbook) -> Iterator[Problem]:
    """The name check_master exists; every cell named check_… is TRUE after recalculation.

    In the row of each check a cell says PASS or FAIL in words ("OK" and "not compared" are understood too).
    """
    if MASTER not in book.named:
        message = f"there is no name {MASTER}; name the cell that says whether all checks hold"
        yield in_workbook(message).milder(Severity.WARNING)
    for key, name in book.named.items():
        if not key.startswith("check_"):
            continue
        places = book.cells_of(name)
        if not places:
            yield in_workbook(f"the check {name.name} points at no cell; let it point at the cell with its result")
        for sheet, area in places:
            yield from _check(book, name, sheet, area)


def _check(book: Workbook, name: DefinedName, sheet: Sheet, area: Area) -> Iterator[Problem]:
    for row in range(area.first_row, min(area.last_row, sheet.last_row + 1) + 1):
        for column in range(area.first_column, area.last_column + 1):
            cell = sheet.cells.get((row, column))
            value = book.result(sheet, cell) if cell else None
            if value is not True:
                message = f"the check {name.name} is {_spoken(value)}, not TRUE; find out why the figures disagree"
                yield sheet.problem(message, (row, column))
        verdicts = [v for v in (book.result(sheet, c) for c in sheet.rows.get(row, [])) if isinstance(v, str)]
        if not any(_VERDICT.match(verdict.strip()) for verdict in verdicts):
            message = f"no cell in the row of {name.name} says PASS or FAIL; colour alone does not reach everyone"
            yield sheet.problem(message, (row, area.first_column)).milder(Severity.FORM)


def _spoken(value: Value) -> str:
    if value is None:
        return "empty"
    return str(value).upper() if isinstance(value, bool) else shown(value)


@rule(25, "No error values", Severity.ERROR)
def errors(book: Workbook) -> Iterator[Problem]:
    """No cell is an error value after recalculation, and recalculation succeeds.

    Cells that could not be recalculated are named, for they may hide anything; cells that read them are calculated with
    the values stored there. An answer that only says that the calculation engine lacks one of Excel's functions does
    not count where Excel's own stored value is no error.
    """
    if book.calculation_failure and not book.package.damaged:  # if it is, the rule on repair says it
        yield in_workbook(f"could not be recalculated: {book.calculation_failure}")
    for sheet in book.grids:
        yield from _not_recalculated(book, sheet)
        for cell in sheet.cells.values():
            value = book.result(sheet, cell) if cell.formula is not None else cell.value
            if isinstance(value, CellError) and not _engine_gap(book, cell, value):
                what = (
                    f"={shown(cell.formula)} gives {value}" if cell.formula is not None else f"the cell holds {value}"
                )
                yield sheet.problem(f"{what}; mend what it reads, or say what to show instead with IFERROR", cell)


def _not_recalculated(book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    """The stored value stands in for these, and nobody has looked whether it is right."""
    fresh = book.calculated.get(sheet.title)
    for cell in sheet.formulas:
        if fresh is not None and cell.formula and cell.address not in fresh and not isinstance(cell.value, CellError):
            message = f"={shown(cell.formula)} could not be recalculated{_kept(cell)}; verify it in Excel"
            yield sheet.problem(message, cell).milder(Severity.WARNING)


def _kept(cell: Cell) -> str:
    if cell.value is None:
        return ", and no value is stored"
    value = f"{cell.value:.15g}" if isinstance(cell.value, float) else _spoken(cell.value)
    return f", so its value {value} is taken on trust"


def _engine_gap(book: Workbook, cell: Cell, value: CellError) -> bool:
    stored = cell.cached and not isinstance(cell.value, CellError)
    if cell.formula is None or value.code not in _UNKNOWN_TO_ENGINE or not stored:
        return False
    facts = book.facts(cell)
    names = (t.text.casefold() for t in facts.tokens if t.kind == "name")
    known = all(name in book.named or name in book.tables or name.startswith("_xl") for name in names)
    return known and all(f in BUILT_IN or _ours(f) or f.casefold() in book.named for f in facts.functions)


def _ours(function: str) -> bool:
    """Whether it is one of our functions, with or without the namespace that some hosts put before it."""
    return any(function == name or function.endswith((f".{name}", f"_{name}")) for name in our_functions())


@rule(26, "Every formula carries its value", Severity.WARNING)
def cached_values(book: Workbook) -> Iterator[Problem]:
    """Every formula cell has a stored value, since previews, Protected View and readers show nothing else."""
    for sheet in book.grids:
        for cell in sheet.formulas:
            if not cell.cached:
                message = f"the formula ={shown(cell.formula)} has no stored value; calculate and save the workbook"
                yield sheet.problem(message, cell)
