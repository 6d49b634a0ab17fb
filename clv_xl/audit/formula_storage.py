"""Whether a formula is written the way Excel stores it: otherwise Excel offers a repair, or shows #NAME?."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from clv_xl.audit.findings import shown
from clv_xl.audit.formula import Token, area_of, base_name, scan, unquoted
from clv_xl.audit.reads import structured_items
from clv_xl.audit.workbook import Workbook
from clv_xl.worksheet.excel_names import BUILT_IN, STORED_WITH_PREFIX

MAX_FORMULA = 8192
MAX_STRING = 255
MAX_ARGUMENTS = 255
MAX_NESTING = 64
_TYPOGRAPHIC = frozenset("“”„‘’‚«»")
_WITHOUT_ARGUMENTS = frozenset(
    ("COLUMN", "FALSE", "NA", "NOW", "PI", "RAND", "RANDARRAY", "ROW", "SHEET", "SHEETS", "TODAY", "TRUE")
)
_DOUBLE_PREFIX = frozenset(("FILTER", "SORT"))
_REFERENCES = frozenset(("area", "name", "table", "error"))
_OPERANDS = _REFERENCES | {"string", "number"}
_CONSTANTS = frozenset(("string", "number", "error", "comma", "semicolon", "space", "operator", "name"))
_LOGICALS = frozenset(("TRUE", "FALSE"))


@dataclass
class Known:
    """What a formula may refer to, all in lower case."""

    sheets: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    tables: dict[str, frozenset[str]] = field(default_factory=dict)


def known_to(book: Workbook) -> Known:
    """The sheets, names and tables of a workbook."""
    return Known(
        frozenset(book.by_title),
        frozenset(name.name.casefold() for name in book.names),
        {key: frozenset(c.casefold() for c in table.columns) for key, (_, table) in book.tables.items()},
    )


def storage_faults(formula: str, known: Known, *, tables_allowed: bool = True) -> Iterator[str]:
    """What is wrong with a stored formula, without its place."""
    if not formula.strip():
        yield "the formula is empty"
        return
    if formula.startswith("="):
        yield f'the formula is stored with its "=" ({shown(formula)}); store it without'
        formula = formula[1:]
    if len(formula) > MAX_FORMULA:
        yield f"the formula has {len(formula):,} characters; Excel reads at most {MAX_FORMULA:,}"
    tokens = scan(formula)
    for faults in (_display_syntax, _strings, _brackets, _grammar, _functions, _array_constants):
        yield from (f"{fault} (={shown(formula)})" for fault in faults(tokens))
    yield from (f"{fault} (={shown(formula)})" for fault in _targets(tokens, known))
    yield from (f"{fault} (={shown(formula)})" for fault in _parameters(tokens, known))
    if not tables_allowed and any(token.kind == "table" for token in tokens):
        yield f"a table reference cannot stand here (={shown(formula)}); write the cells' addresses"


def _display_syntax(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if (token.kind, token.text) == ("operator", "@"):
            yield '"@" is how Excel shows it; store _xlfn.SINGLE(…)'
        elif (token.kind, token.text) == ("operator", "#"):
            yield 'the spill sign "#" is how Excel shows it; store _xlfn.ANCHORARRAY(…)'
        elif token.kind == "table" and "[@" in token.text:
            yield f'"{shown(token.text)}" is how Excel shows it; store [[#This Row],[column]]'
        elif token.kind == "table" and "[_xlpm." in token.text:
            yield "an optional LAMBDA parameter is stored as _xlop.name, without brackets"
        elif token.kind == "other" and token.text in _TYPOGRAPHIC:
            yield f"the typographic quote {token.text} is no part of a formula; use straight quotes"
        elif token.kind == "other":
            yield f'"{token.text}" is no part of a formula'


def _strings(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        length = len(token.text[1:-1].replace('""', '"')) if token.kind == "string" else 0
        if length > MAX_STRING:
            yield f"a text in the formula has {length} characters; at most {MAX_STRING} fit, join several with &"


def _brackets(tokens: Sequence[Token]) -> Iterator[str]:
    commas = [0]
    deepest = 0
    for token in tokens:
        if token.kind == "open":
            commas.append(0)
            deepest = max(deepest, len(commas) - 1)
        elif token.kind == "close":
            if len(commas) == 1:
                yield 'a bracket ")" closes nothing'
                return
            if commas.pop() >= MAX_ARGUMENTS:
                yield f"a function has more than {MAX_ARGUMENTS} arguments"
        elif token.kind == "comma":
            commas[-1] += 1
    if len(commas) > 1:
        yield 'a bracket "(" is not closed'
    if deepest > MAX_NESTING:
        yield f"functions are nested {deepest} deep; Excel allows {MAX_NESTING}"


def _grammar(tokens: Sequence[Token]) -> Iterator[str]:
    """Operands and operators must take turns; a space between references means their intersection."""
    complete, spaced, in_braces = False, False, False
    before = Token("", "")
    for token in tokens:
        if token.kind == "space":
            spaced = True
            continue
        if token.kind == "brace":
            in_braces, complete = token.text == "{", token.text == "}"
        elif not in_braces:
            if fault := _out_of_turn(before, token, complete, spaced):
                yield fault
                return
            complete = _completes(token, complete)
        before, spaced = token, False
    if not complete:
        yield f'the formula ends after "{before.text}", where something must follow'


def _completes(token: Token, complete: bool) -> bool:
    if token.kind == "operator" and token.text in ("%", "#"):
        return complete
    return token.kind in _OPERANDS or token.kind == "close"


def _out_of_turn(before: Token, token: Token, complete: bool, spaced: bool) -> str:
    if token.kind == "semicolon":
        return '";" separates nothing here; arguments are stored with commas'
    if token.kind == "operator":
        sign = token.text in ("+", "-", "@")
        return "" if complete or sign else f'before "{token.text}" something is missing'
    if token.kind in ("comma", "close"):
        dangling = before.kind in ("operator", "sheet") and before.text not in ("%", "#")
        return f'after "{before.text}" something is missing' if dangling else ""
    if token.kind == "open" and before.kind == "function":
        return ""
    if complete and token.kind in _OPERANDS | {"function", "open", "sheet", "dde"}:
        intersects = spaced and token.kind not in ("string", "number") and before.kind in _REFERENCES | {"close"}
        called = token.kind == "open" and before.kind == "close" and not spaced  # LAMBDA(…)(…)
        cut_reference = before.kind == "error" and token.kind == "area"
        missing = f'between "{shown(before.text)}" and "{shown(token.text)}" an operator is missing'
        return "" if intersects or cut_reference or called else missing
    return ""


def _functions(tokens: Sequence[Token]) -> Iterator[str]:
    for at, token in enumerate(tokens):
        if token.kind != "function":
            continue
        name, stored = base_name(token.text), token.text.lower()
        if name in STORED_WITH_PREFIX and not stored.startswith("_xlfn."):
            yield f"{name} is stored without its prefix, so Excel shows #NAME?; store _xlfn.{name}"
        elif name in _DOUBLE_PREFIX and not stored.startswith("_xlfn._xlws."):
            yield f"{name} is stored as {token.text}; store _xlfn._xlws.{name}"
        elif stored.startswith("_xlfn.") and name in BUILT_IN and name not in STORED_WITH_PREFIX | _DOUBLE_PREFIX:
            yield f"{name} is stored with the prefix _xlfn., which only newer functions have"
        arguments = [t for t in tokens[at + 1 : at + 4] if t.kind != "space"][:2]
        if [t.kind for t in arguments] == ["open", "close"] and name in BUILT_IN - _WITHOUT_ARGUMENTS:
            yield f"{name} has no arguments"


def _array_constants(tokens: Sequence[Token]) -> Iterator[str]:
    rows: list[int] = []
    inside = False
    for token in tokens:
        if token.kind == "brace":
            if inside and token.text == "{":
                yield "array constants cannot be nested"
            elif inside and len(set(rows)) > 1:
                yield "the rows of an array constant differ in length"
            inside, rows = token.text == "{", [1]
        elif inside:
            foreign = token.kind not in _CONSTANTS or (token.kind == "operator" and token.text not in "+-")
            if foreign or (token.kind == "name" and token.text.upper() not in _LOGICALS):
                yield f'an array constant holds "{shown(token.text)}"; only constants may stand in it'
            elif token.kind == "semicolon":
                rows.append(1)
            elif token.kind == "comma":
                rows[-1] += 1
    if inside:
        yield 'a brace "{" is not closed'


def _targets(tokens: Sequence[Token], known: Known) -> Iterator[str]:
    for token in tokens:
        if token.kind == "sheet" and "[" not in token.text:
            title = unquoted(token.text[:-1])
            missing = [] if title.casefold() in known.sheets else title.split(":")
            yield from (f'there is no sheet "{part}"' for part in missing if part.casefold() not in known.sheets)
        elif token.kind == "area" and not area_of(token.text).inside_grid and token.text.casefold() not in known.names:
            yield f"{token.text} lies outside the grid"
        elif token.kind == "table" and "[@" not in token.text and "[_xlpm." not in token.text:
            yield from _table_target(token.text, known)


def _table_target(text: str, known: Known) -> Iterator[str]:
    name, _, inner = text.partition("[")
    columns = known.tables.get(name.casefold())
    if columns is None:
        yield f'there is no table "{name}"' if name else f'"{shown(text)}" names no table'
        return
    for item in structured_items("[" + inner):
        if not item.startswith("#") and item.casefold() not in columns:
            yield f'the table {name} has no column "{item}"'


def _parameters(tokens: Sequence[Token], known: Known) -> Iterator[str]:
    if not any(t.kind == "function" and base_name(t.text) in ("LET", "LAMBDA") for t in tokens):
        return
    for before, token in pairwise([Token("", ""), *tokens]):
        free = token.kind == "name" and token.text.upper() not in _LOGICALS and before.kind != "sheet"
        prefixed = token.text.lower().startswith(("_xlpm.", "_xlop."))
        if free and not prefixed and token.text.casefold() not in known.names | known.tables.keys():
            yield f'"{token.text}" must be stored as _xlpm.{token.text}, if it is a parameter'
