"""Rules on single formulas, and on formulas that should be alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from clv_xl.audit.cells import Cell
from clv_xl.audit.findings import Problem, in_workbook, rule, shown
from clv_xl.audit.formula import Facts
from clv_xl.audit.workbook import Sheet, Workbook

ALLOWED_LITERALS = frozenset((0.0, 1.0, 12.0, 52.0, 100.0, 365.0, 1000.0))
MAX_LENGTH = 120
MAX_IF_DEPTH = 2
MIN_RUN = 3
_VOLATILE = frozenset(("OFFSET", "INDIRECT", "TODAY", "NOW", "RAND", "RANDBETWEEN", "RANDARRAY"))
_REACHING_OUT = frozenset(("WEBSERVICE", "IMAGE", "RTD", "CALL", "REGISTER", "REGISTER.ID", "EXEC", "EVALUATE", "DDE"))
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _per_formula(book: Workbook) -> Iterator[tuple[Sheet, Cell, Facts]]:
    for sheet in book.grids:
        for cell in sheet.formulas:
            yield sheet, cell, book.facts(cell)


@rule(11, "Input style means constant")
def input_style(book: Workbook) -> Iterator[Problem]:
    """A cell in input style (a named style "Input…", or a blue font on an unlocked cell) holds no formula."""
    for sheet in book.grids:
        for cell in sheet.inputs:
            if cell.formula is not None or cell.spilled:
                message = f"the formula ={shown(cell.formula)} wears the input style; give it the style of a formula"
                yield sheet.problem(message, cell)


@rule(12, "No numbers written into formulas")
def literals(book: Workbook) -> Iterator[Problem]:
    """Formulas hold no numbers but 0, 1, 12, 52, 100, 365 and 1000; numbers within text do not count."""
    for sheet, cell, facts in _per_formula(book):
        odd = sorted({text for text in facts.literals if float(text) not in ALLOWED_LITERALS})
        if odd:
            message = f"the formula ={shown(cell.formula)} holds {', '.join(odd)}; put the number in an input cell"
            yield sheet.problem(message, cell)


@rule(13, "One formula per row")
def one_formula_per_row(book: Workbook) -> Iterator[Problem]:
    """Of three or more formulas side by side whose results are of one kind, all are the same when filled across.

    A cell that agrees with the formula above or below belongs to a column that was filled down, as does a cell in a
    table, whose columns are compared from top to bottom. Only deviating cells are named.
    """
    for sheet in book.grids:
        for run in _runs(book, sheet):
            yield from _deviations(book, sheet, run)
        yield from _table_columns(book, sheet)


def _runs(book: Workbook, sheet: Sheet) -> Iterator[list[Cell]]:
    run: list[Cell] = []
    interiors = [table.data for table in sheet.tables]
    outside = (c for c in sheet.formulas if not any(area.holds(c.row, c.column) for area in interiors))
    cells = sorted(outside, key=lambda c: (c.row, c.column))
    for cell in cells:
        last = run[-1] if run else None
        follows = last is not None and (last.row, last.column + 1) == (cell.row, cell.column)
        if not follows or _kind(book, sheet, last) is not _kind(book, sheet, cell):
            yield from [run] if len(run) >= MIN_RUN else []
            run = []
        run.append(cell)
    yield from [run] if len(run) >= MIN_RUN else []


def _kind(book: Workbook, sheet: Sheet, cell: Cell | None) -> type:
    return type(book.result(sheet, cell)) if cell else type(None)


def _deviations(book: Workbook, sheet: Sheet, run: list[Cell]) -> Iterator[Problem]:
    forms = [book.facts(cell).form for cell in run]
    usual, times = Counter(forms).most_common(1)[0]
    if times == len(run):
        return
    usual = usual if times * 2 > len(run) else ""
    for cell, form in zip(run, forms, strict=True):
        if form != usual and not _filled_down(book, sheet, cell, form):
            message = f"={shown(cell.formula)} differs from the formulas beside it; use one formula for the whole row"
            yield sheet.problem(message, cell)


def _filled_down(book: Workbook, sheet: Sheet, cell: Cell, form: str) -> bool:
    neighbours = (sheet.cells.get((cell.row + step, cell.column)) for step in (-1, 1))
    return any(n is not None and n.formula is not None and book.facts(n).form == form for n in neighbours)


def _table_columns(book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    columns: dict[tuple[int, int], list[Cell]] = {}
    for cell in sheet.formulas:
        for number, table in enumerate(sheet.tables):
            if table.data.holds(cell.row, cell.column):
                columns.setdefault((number, cell.column), []).append(cell)
    for cells in columns.values():
        usual, times = Counter(book.facts(cell).form for cell in cells).most_common(1)[0]
        for cell in cells if len(cells) >= MIN_RUN and times * 2 > len(cells) else []:
            if book.facts(cell).form != usual:
                message = f"={shown(cell.formula)} differs from the rest of its table column; fill the column down"
                yield sheet.problem(message, cell)


@rule(14, "Formulas are short")
def length(book: Workbook) -> Iterator[Problem]:
    """At most 120 characters as the user sees them, without the equals sign and storage prefixes."""
    for sheet, cell, facts in _per_formula(book):
        if facts.length > MAX_LENGTH:
            message = f"the formula has {facts.length} characters (={shown(cell.formula)}); split it into steps"
            yield sheet.problem(message, cell)


@rule(15, "IF within IF at most once")
def nesting(book: Workbook) -> Iterator[Problem]:
    """An IF may stand in an IF, but no third one in that."""
    for sheet, cell, facts in _per_formula(book):
        if facts.if_depth > MAX_IF_DEPTH:
            message = (
                f"IF is nested {facts.if_depth - 1} times in ={shown(cell.formula)}; split it or use a lookup table"
            )
            yield sheet.problem(message, cell)


@rule(16, "No volatile functions, no bare NPV")
def volatile(book: Workbook) -> Iterator[Problem]:
    """No OFFSET, INDIRECT, TODAY, NOW, RAND…, and no NPV: it silently takes the first payment as a period away."""
    for sheet, cell, facts in _per_formula(book):
        for function in sorted(facts.functions & (_VOLATILE | {"NPV"})):
            yield sheet.problem(f"{_why_not(function)} (={shown(cell.formula)})", cell)
    for name in book.names:
        functions = {t.text.upper() for t in name.tokens if t.kind == "function"}
        for function in sorted(functions & (_VOLATILE | {"NPV"})):
            yield in_workbook(f"the name {name.name}: {_why_not(function)}")


def _why_not(function: str) -> str:
    if function == "NPV":
        return "NPV leaves open when the first payment falls; write the discount factors out, or use XNPV with dates"
    if function in ("OFFSET", "INDIRECT"):
        return f"{function} hides what it reads from Excel's arrows; use INDEX or a direct reference"
    return f"{function} changes with every calculation; put the value in an input cell"


@rule(32, "Outside data never becomes a formula")
def injected(book: Workbook) -> Iterator[Problem]:
    """Text that starts with = + - @, tab or return carries the text prefix (quotePrefix); no formula reaches outside.

    A lone sign, as "-" for "none", is harmless. Formulas that start programs (DDE), fetch from the web, or link to an
    address that is not in this workbook are findings.
    """
    for sheet in book.grids:
        for cell in sheet.cells.values():
            dangerous = cell.is_text and str(cell.value).startswith(_STARTS_FORMULA) and len(str(cell.value)) > 1
            if dangerous and not sheet.look(cell).quote_prefix:
                message = f'the text "{shown(cell.value)}" becomes a formula when edited; set its text prefix'
                yield sheet.problem(f"{message} (quotePrefix)", cell)
    for sheet, cell, facts in _per_formula(book):
        if reason := _reaches_outside(facts):
            yield sheet.problem(f"={shown(cell.formula)} {reason}; replace it by the value", cell)


def _reaches_outside(facts: Facts) -> str:
    if any(token.kind == "dde" for token in facts.tokens):
        return "starts another program (DDE)"
    if found := facts.functions & _REACHING_OUT:
        return f"calls {min(found)}, which reaches outside the workbook"
    for before, token in zip(facts.tokens, facts.tokens[2:], strict=False):
        inside = token.kind == "string" and token.text.startswith('"#')
        if before.kind == "function" and before.text.upper() == "HYPERLINK" and not inside:
            return "links to an address that is not written as a place in this workbook"
    return ""
