"""A workbook of the engine that knows our functions, under every name that workbooks call them by."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import formualizer

from clv_xl.catalogue import REGISTRY
from clv_xl.engine.package import row_and_column
from clv_xl.engine.values import OMITTED, UNREADABLE, Value, argument_of, error_for_engine, value_of
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import NAME, CellError
from clv_xl.worksheet.excel_names import BUILT_IN
from clv_xl.worksheet.registry import Function

NAMESPACE = "CLV"
"""The namespace of our functions in xlwings Server: there, =CLV.CAC(…) is what a user types."""
SPELLINGS = ("{}", "_xldudf_" + NAMESPACE + "_{}", "_xldudf_{}", NAMESPACE + ".{}", "_xll.{}")
"""How workbooks spell a call: by the bare name, by the two kinds of Office.js token, by namespace, as an XLL."""
_GAPS = {("Func Open", "Sep Arg"), ("Sep Arg", "Sep Arg"), ("Sep Arg", "Func Close")}


@dataclass(frozen=True)
class Complaint:
    """What one of our functions had to say about a call that failed, wherever in the formula it stood."""

    function: str
    error: CellError


class Calculator:
    """A formualizer workbook that knows our functions and remembers what they complained about."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.complaints: list[Complaint] = []
        self._last_errors: dict[tuple[int, int], CellError] = {}
        book.set_temporal_egress("serial")
        for function in REGISTRY:
            for spelling in SPELLINGS:
                book.register_function(spelling.format(function.name), self._answering(function))

    def _answering(self, function: Function) -> Callable[..., Any]:
        def answer(*cells: Any) -> Any:
            result = call(function, [argument_of(cell) for cell in cells])
            self._last_errors = dict(result.errors)
            self.complaints += [Complaint(function.name, error) for error in result.errors.values()]
            rows = [
                [error_for_engine(result.errors[r, c].code) if (r, c) in result.errors else cell for c, cell in line]
                for r, line in enumerate(map(enumerate, result.rows))
            ]
            return rows[0][0] if result.single else rows

        return answer

    def block(self, sheet: str, formula: str) -> list[list[Value]]:
        """What the formula in A1 gives: its own cell, or everything that it spills."""
        spill = self.book.inspect_cell(f"{sheet}!A1").cell.spill
        _, _, last = (spill.extent if spill is not None else "A1").rpartition(":")
        rows, columns = row_and_column(last.rpartition("!")[2])
        return [[self._cell(sheet, r, c, formula) for c in range(columns)] for r in range(rows)]

    def _cell(self, sheet: str, row: int, column: int, formula: str) -> Value:
        cell = value_of(self.book.get_value(sheet, row + 1, column + 1))
        here = self._last_errors.get((row, column))
        if isinstance(cell, CellError) and here is not None and here.code == cell.code:
            return here
        return self.explained(cell, formula)

    def explained(self, cell: Value, formula: str) -> Value:
        """The cell; an error with what our functions in its formula said, where they said one thing only."""
        if not isinstance(cell, CellError) or cell.message:
            return cell
        called = {function.name for function in REGISTRY if function.name in formula.upper()}
        heard = {c.error.message for c in self.complaints if c.function in called and c.error.code == cell.code}
        message = heard.pop() if len(heard) == 1 else ""
        if not message and cell.code == NAME:
            message = "; ".join(
                f"{name} is not a function known here (names are those of an English Excel)"
                for name in _unknown_functions(formula)
            )
        return CellError(cell.code, message)


def spell_out(formula: str) -> str:
    """The formula with a mark for every omitted argument of ours: the engine would hand over a zero instead."""
    if not re.search(r"[,(]\s*,|,\s*\)", formula):
        return formula
    try:
        tokens = [token for token in formualizer.Tokenizer(formula) if token is not None]
    except UNREADABLE:
        return formula
    out, ours, before = ["="], [False], ""
    for token in tokens:
        here = f"{token.token_type} {token.subtype}"
        if ours[-1] and (before, here) in _GAPS:
            out.append(f'"{OMITTED}"')
        if here.endswith("Open"):
            ours.append(here.startswith("Func") and _is_ours(token.value[:-1]))
        elif here.endswith("Close"):
            ours.pop()
        before = before if here.startswith("Whitespace") else here
        out.append(token.value)
    return "".join(out)


def _is_ours(name: str) -> bool:
    return re.sub(rf"^(_xldudf_({NAMESPACE}_)?|{NAMESPACE}\.|_xll\.)", "", name, flags=re.IGNORECASE) in REGISTRY


def _unknown_functions(formula: str) -> list[str]:
    called = re.findall(r"([A-Za-z_][\w.]*)\(", re.sub(r'"[^"]*"', '""', formula))
    names = {name.upper().replace("_XLFN.", "").replace("_XLWS.", ""): name for name in called}
    return [name for upper, name in names.items() if upper not in BUILT_IN and not _is_ours(name)]


def plain_reason(error: Exception) -> str:
    """The engine's own words, without its prefix and without what only its programmers can read."""
    reason = re.sub(r"^.*?Error at position \d+: ", "", str(error))
    reason = re.sub(r"(,? got|,? found| at position \d+)?:? ?(TokenSpan|InvalidReference)\b.*", "", reason)
    return reason[:1].lower() + reason[1:].rstrip(".: ")
