"""Rules on single formulas, and on formulas that should be alike."""

from __future__ import annotations

from collections.abc import Iterator

from clv_xl.audit.cells import Cell
from clv_xl.audit.findings import Problem, Severity, in_workbook, rule, shown
from clv_xl.audit.formula import Facts
from clv_xl.audit.workbook import Sheet, Workbook

ALLOWED_LITERALS = frozenset((0.0, 1.0, 12.0, 52.0, 100.0, 365.0, 1000.0))
MAX_LENGTH = 120
MAX_IF_DEPTH = 2
_VOLATILE = frozenset(("OFFSET", "INDIRECT", "TODAY", "NOW", "RAND", "RANDBETWEEN", "RANDARRAY"))
_REACHING_OUT = frozenset(("WEBSERVICE", "IMAGE", "RTD", "CALL", "REGISTER", "REGISTER.ID", "EXEC", "EVALUATE", "DDE"))
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _patterns(book: Workbook) -> Iterator[tuple[Sheet, Facts, list[Cell]]]:
    """Each formula once a sheet, with the cells that it was filled to."""
    for sheet in book.grids:
        for facts, cells in book.patterns(sheet):
            yield sheet, facts, cells


@rule(11, "Input style means constant", Severity.WARNING)
def input_style(book: Workbook) -> Iterator[Problem]:
    """A cell in input style (a named style "Input…", or a blue font on an unlocked cell) holds no formula."""
    for sheet in book.grids:
        for cell in sheet.inputs:
            if cell.formula is not None or cell.spilled:
                message = f"the formula ={shown(cell.formula)} wears the input style; give it the style of a formula"
                yield sheet.problem(message, cell)


@rule(12, "No numbers written into formulas", Severity.WARNING)
def literals(book: Workbook) -> Iterator[Problem]:
    """Formulas hold no numbers but 0, 1, 12, 52, 100, 365 and 1000; numbers within text do not count."""
    for sheet, facts, cells in _patterns(book):
        odd = sorted({text for text in facts.literals if float(text) not in ALLOWED_LITERALS})
        for cell in cells if odd else []:
            message = f"the formula ={shown(cell.formula)} holds {', '.join(odd)}; put the number in an input cell"
            yield sheet.problem(message, cell)


@rule(14, "Formulas are short", Severity.WARNING)
def length(book: Workbook) -> Iterator[Problem]:
    """At most 120 characters as the user sees them, without the equals sign and storage prefixes."""
    for sheet, facts, cells in _patterns(book):
        for cell in cells if facts.length > MAX_LENGTH else []:
            message = f"the formula has {facts.length} characters (={shown(cell.formula)}); split it into steps"
            yield sheet.problem(message, cell)


@rule(15, "IF within IF at most once", Severity.WARNING)
def nesting(book: Workbook) -> Iterator[Problem]:
    """An IF may stand in an IF, but no third one in that."""
    for sheet, facts, cells in _patterns(book):
        for cell in cells if facts.if_depth > MAX_IF_DEPTH else []:
            message = (
                f"IF is nested {facts.if_depth - 1} times in ={shown(cell.formula)}; split it or use a lookup table"
            )
            yield sheet.problem(message, cell)


@rule(16, "No volatile functions, no bare NPV", Severity.WARNING)
def volatile(book: Workbook) -> Iterator[Problem]:
    """No OFFSET, INDIRECT, TODAY, NOW, RAND…, and no NPV: it silently takes the first payment as a period away."""
    for sheet, facts, cells in _patterns(book):
        for function in sorted(facts.functions & (_VOLATILE | {"NPV"})):
            yield from (sheet.problem(f"{_why_not(function)} (={shown(c.formula)})", c) for c in cells)
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


@rule(32, "Outside data never becomes a formula", Severity.WARNING)
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
    for sheet, facts, cells in _patterns(book):
        if reason := _reaches_outside(facts):
            yield from (sheet.problem(f"={shown(c.formula)} {reason}; replace it by the value", c) for c in cells)


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
