"""The rule on formulas that should be alike, and on numbers typed over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from clv_xl.audit.cells import Cell
from clv_xl.audit.findings import Problem, Severity, rule, shown
from clv_xl.audit.formula import Facts
from clv_xl.audit.workbook import Sheet, Table, Workbook

MIN_RUN = 3
MAX_GAP = 3
"""So many numbers in a row may have been typed over formulas; more of them are rather data."""
_ACROSS, _DOWN = (0, 1), (1, 0)

Place = tuple[int, int]


@rule(13, "One formula per row", Severity.ERROR)
def one_formula_per_row(book: Workbook) -> Iterator[Problem]:
    """Of three or more formulas side by side whose results are of one kind, all are the same when filled across.

    A cell that agrees with the formula above or below belongs to a column that was filled down, as does a cell in a
    table, whose columns are compared from top to bottom. Only deviating cells are named.

    A number that stands between cells with one and the same formula, in a row or in a column, was typed over it; in a
    table column of formulas any number was. A first number, as an opening balance, may start a row or a column. So may
    the same number once more, where a block is repeated; numbers in input style, and whole rows or columns of numbers
    between formulas, are inputs.
    """
    for sheet in book.grids:
        for run in _runs(book, sheet):
            yield from _deviations(book, sheet, run)
        yield from _table_columns(book, sheet)
        yield from _typed_over(book, sheet)


def _runs(book: Workbook, sheet: Sheet) -> Iterator[list[Cell]]:
    """Formulas side by side that are not all alike, as far as their results are of one kind."""
    for neighbours in _neighbours(sheet):
        if len({book.facts(cell) for cell in neighbours}) == 1:
            continue
        run: list[Cell] = []
        for cell in neighbours:
            if run and _kind(book, sheet, run[-1]) is not _kind(book, sheet, cell):
                yield from [run] if len(run) >= MIN_RUN else []
                run = []
            run.append(cell)
        yield from [run] if len(run) >= MIN_RUN else []


def _neighbours(sheet: Sheet) -> Iterator[list[Cell]]:
    run: list[Cell] = []
    outside = (c for c in sheet.formulas if not _in_table(sheet, c)) if sheet.tables else iter(sheet.formulas)
    for cell in sorted(outside, key=lambda c: (c.row, c.column)):
        if run and (run[-1].row, run[-1].column + 1) != (cell.row, cell.column):
            yield from [run] if len(run) >= MIN_RUN else []
            run = []
        run.append(cell)
    yield from [run] if len(run) >= MIN_RUN else []


def _in_table(sheet: Sheet, cell: Cell) -> bool:
    return any(table.data.holds(cell.row, cell.column) for table in sheet.tables)


def _kind(book: Workbook, sheet: Sheet, cell: Cell) -> type:
    return type(book.result(sheet, cell))


def _deviations(book: Workbook, sheet: Sheet, run: list[Cell]) -> Iterator[Problem]:
    forms = [book.facts(cell) for cell in run]
    usual, times = Counter(forms).most_common(1)[0]
    if times == len(run):
        return
    for cell, form in zip(run, forms, strict=True):
        deviates = form is not usual or times * 2 <= len(run)
        if deviates and not _filled_down(book, sheet, cell, form):
            message = f"={shown(cell.formula)} differs from the formulas beside it; use one formula for the whole row"
            yield sheet.problem(message, cell)


def _filled_down(book: Workbook, sheet: Sheet, cell: Cell, form: Facts) -> bool:
    return any(_form(book, sheet, (cell.row + step, cell.column)) is form for step in (-1, 1))


def _form(book: Workbook, sheet: Sheet, place: Place) -> Facts | None:
    cell = sheet.cells.get(place)
    return book.facts(cell) if cell is not None and cell.formula is not None else None


def _table_columns(book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    for table in sheet.tables:
        columns: dict[int, list[Cell]] = {}
        for cell in sheet.formulas:
            if table.data.holds(cell.row, cell.column):
                columns.setdefault(cell.column, []).append(cell)
        for cells in columns.values():
            yield from _table_column(book, sheet, table, cells)


def _table_column(book: Workbook, sheet: Sheet, table: Table, formulas: list[Cell]) -> Iterator[Problem]:
    column = formulas[0].column
    places = ((row, column) for row in range(table.data.first_row, min(table.data.last_row, sheet.last_row) + 1))
    numbers = [cell for cell in map(sheet.cells.get, places) if cell is not None and cell.is_number]
    usual, times = Counter(book.facts(cell) for cell in formulas).most_common(1)[0]
    if times * 2 <= len(formulas) + len(numbers):
        return
    for cell in formulas if len(formulas) >= MIN_RUN else []:
        if book.facts(cell) is not usual:
            message = f"={shown(cell.formula)} differs from the rest of its table column; fill the column down"
            yield sheet.problem(message, cell)
    for cell in numbers:
        yield _overwritten(sheet, cell, usual)


def _overwritten(sheet: Sheet, cell: Cell, usual: Facts) -> Problem:
    expected = f"={shown(usual.filled_to(cell.row, cell.column))}"
    message = f"the number {cell.value:.15g} stands where its neighbours have a formula; restore {expected}"
    return sheet.problem(f"{message}, or make the number an input", cell)


def _typed_over(book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    found: dict[Place, tuple[Cell, Facts]] = {}
    for step in (_DOWN, _ACROSS):
        gaps: dict[Place, tuple[Cell, Facts]] = {}
        for cell in sheet.formulas:
            for gap in _gap_after(book, sheet, cell, step):
                gaps[gap.row, gap.column] = (gap, book.facts(cell))
        found |= {place: gap for place, gap in gaps.items() if not _is_line(sheet, gaps, place, step[::-1])}
    yield from (_overwritten(sheet, cell, usual) for cell, usual in found.values())


def _gap_after(book: Workbook, sheet: Sheet, cell: Cell, step: Place) -> list[Cell]:
    """The numbers between a formula and the next cell with the same one, where they look typed over."""
    gap: list[Cell] = []
    place = (cell.row + step[0], cell.column + step[1])
    while len(gap) <= MAX_GAP and (number := sheet.cells.get(place)) is not None and number.is_number:
        gap.append(number)
        place = (place[0] + step[0], place[1] + step[1])
    form = book.facts(cell) if gap else None
    if not gap or len(gap) > MAX_GAP or _form(book, sheet, place) is not form:
        return []
    before, opening = _flank(book, sheet, cell, (-step[0], -step[1]))
    after, _ = _flank(book, sheet, sheet.cells[place], step)
    alone = max(before, after) < 2 or before + after <= len(gap)
    repeated = opening is not None and opening.is_number and opening.value == gap[-1].value
    return [] if alone or repeated else [n for n in gap if not _is_input(sheet, n)]


def _flank(book: Workbook, sheet: Sheet, cell: Cell, step: Place) -> tuple[int, Cell | None]:
    """How many cells in a direction have the same formula, and what stands after them."""
    form, length = book.facts(cell), 0
    place = (cell.row, cell.column)
    while _form(book, sheet, place) is form:
        length += 1
        place = (place[0] + step[0], place[1] + step[1])
    return length, sheet.cells.get(place)


def _is_input(sheet: Sheet, cell: Cell) -> bool:
    return sheet.look(cell).is_input or _in_table(sheet, cell)


def _is_line(sheet: Sheet, gaps: dict[Place, tuple[Cell, Facts]], place: Place, step: Place) -> bool:
    """Whether such numbers stand side by side with no formula at either end: an input row, or an input column."""
    length = 1
    for sign in (-1, 1):
        at = (place[0] + sign * step[0], place[1] + sign * step[1])
        while at in gaps:
            length += 1
            at = (at[0] + sign * step[0], at[1] + sign * step[1])
        end = sheet.cells.get(at)
        if end is not None and end.formula is not None:
            return False
    return length > 1
