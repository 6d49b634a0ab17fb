"""Rules on what formulas reach: links to other files, and the names of the workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from clv_xl.audit.findings import Problem, Severity, in_workbook, rule, shown
from clv_xl.audit.formula import MAX_COLUMN, MAX_ROW, base_name, column_number
from clv_xl.audit.workbook import DefinedName, Workbook
from clv_xl.worksheet.excel_names import BUILT_IN

_R1C1 = re.compile(r"R\d*(?:C\d*)?|C\d*|R\d*C\d*", re.IGNORECASE)
_CELL = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_OUTSIDE = {
    "externalLink": "a link to another workbook; copy the values in and break the link (Data > Edit Links)",
    "externalLinkPath": "a link to another workbook; copy the values in and break the link (Data > Edit Links)",
    "vbaProject": "macros; save it as .xlsx, which holds none",
    "xlMacrosheet": "a macro sheet; delete it",
    "connections": "a connection to outside data; copy the values in and delete it (Data > Queries & Connections)",
}


@cache
def our_functions() -> frozenset[str]:
    """The names of the functions that this package adds to Excel."""
    from clv_xl.catalogue import REGISTRY  # late: the audit must load where no function is declared

    return frozenset(function.name for function in REGISTRY)


def cell_like(name: str) -> bool:
    """Whether Excel would read the name as a cell."""
    match = _CELL.fullmatch(name)
    inside = match is not None and column_number(match[1]) <= MAX_COLUMN and 1 <= int(match[2]) <= MAX_ROW
    return inside or _R1C1.fullmatch(name) is not None


@rule(17, "No links to other files, no macros", Severity.WARNING)
def outside(book: Workbook) -> Iterator[Problem]:
    """No external workbooks, connections or macros in the file, and no formula or name that refers to another file."""
    kinds = {r.type for part in ("", book.package.workbook) for r in book.package.relationships(part).values()}
    found = {_OUTSIDE[kind] for kind in kinds if kind in _OUTSIDE}
    if any(name.lower().endswith("vbaproject.bin") for name in book.package.names):
        found.add(_OUTSIDE["vbaProject"])
    yield from (in_workbook(f"the workbook holds {what}") for what in sorted(found))
    for sheet in book.grids:
        for facts, cells in book.patterns(sheet):
            for token in facts.tokens:
                if token.kind == "sheet" and "[" in token.text:
                    message = f"the formula refers to another file ({shown(token.text)}); copy its values into this one"
                    yield from (sheet.problem(message, cell) for cell in cells)
    for name in book.names:
        if any(token.kind == "sheet" and "[" in token.text for token in name.tokens):
            yield in_workbook(f"the name {name.name} refers to another file ({shown(name.formula)}); delete it")


@rule(18, "Names are few and safe", Severity.WARNING)
def names(book: Workbook) -> Iterator[Problem]:
    """Names belong to the workbook, are absolute, look like no cell and equal no function.

    Only inputs have names (in_…, which point at input cells) and checks (check_…). Excel's own names are left alone.
    """
    functions = BUILT_IN | our_functions()
    for name in book.names:
        if not name.built_in:
            for message in _bad_name(book, name, functions):
                yield in_workbook(f"the name {name.name} {message}")


def _bad_name(book: Workbook, name: DefinedName, functions: frozenset[str]) -> Iterator[str]:
    if name.sheet is not None:
        yield "belongs to one sheet; define it for the whole workbook"
    if base_name(name.name) in functions:
        function = base_name(name.name)
        yield f"equals the function {function}, which can stop working; rename it, as in_{name.name.lower()}"
    if cell_like(name.name):
        yield "looks like a cell address; rename it"
    relative = [t.text for t in name.tokens if t.kind == "area" and not _absolute(t.text)]
    if relative:
        yield f"is relative ({relative[0]}), so it means another cell in every place; write it with dollar signs"
    lower = name.name.lower()
    if not lower.startswith(("in_", "check_")):
        yield "is neither an input (in_…) nor a check (check_…); rename it or refer to the cells themselves"
    elif not relative and not book.cells_of(name):
        yield f"stands for {shown(name.formula) or 'nothing'}, not for cells; let it point at a cell"
    elif lower.startswith("in_"):
        yield from _no_input(book, name)


def _absolute(text: str) -> bool:
    return all(re.fullmatch(r"\$[A-Za-z]{1,3}\$\d+|\$[A-Za-z]{1,3}|\$\d+", part) for part in text.split(":"))


def _no_input(book: Workbook, name: DefinedName) -> Iterator[str]:
    for sheet, area in book.cells_of(name):
        inside = [c for c in sheet.inputs if area.holds(c.row, c.column)]
        if not inside or (area.single and len(inside) != 1):
            yield f"points at {sheet.title}!{area}, which is no input cell; let it point at one, or delete it"
