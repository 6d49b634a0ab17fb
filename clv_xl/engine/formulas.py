"""One formula that needs no workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass

import formualizer

from clv_xl.engine.calculator import Calculator, Complaint, plain_reason, spell_out
from clv_xl.engine.errors import FormulaError
from clv_xl.engine.values import UNREADABLE, Value
from clv_xl.worksheet.errors import CellError

_ADDRESS = re.compile(r"[!\[]|^\$?[A-Z]{1,3}\$?[0-9]+$|:", re.IGNORECASE)


@dataclass(frozen=True)
class Evaluation:
    """What a formula gives: the rows of its result, errors as CellError with the message of the function at fault."""

    rows: list[list[Value]]
    complaints: tuple[Complaint, ...] = ()

    @property
    def single(self) -> bool:
        """Whether the result is one cell."""
        return len(self.rows) == 1 and len(self.rows[0]) == 1

    @property
    def value(self) -> Value:
        """The top left cell: the result, where it is one cell."""
        return self.rows[0][0]

    @property
    def errors(self) -> dict[tuple[int, int], CellError]:
        """The cells that hold an error, by row and column from 0."""
        return {
            (r, c): cell for r, row in enumerate(self.rows) for c, cell in enumerate(row) if isinstance(cell, CellError)
        }


def evaluate(formula: str) -> Evaluation:
    """Calculate one formula that needs no workbook, as `=CLTV({3.5;8.5},{4;3},20,52)*2`."""
    formula = "=" + formula.strip().removeprefix("=").strip()
    if formula == "=":
        raise FormulaError("The formula is empty.")
    _refuse_other_spellings(formula)
    calculator = Calculator(formualizer.Workbook())
    calculator.book.add_sheet("Sheet")
    try:
        formualizer.parse(formula)  # the workbook itself takes a formula that cannot be read, and answers #VALUE!
        calculator.book.set_formula("Sheet", 1, 1, spell_out(formula))
        calculator.book.evaluate_cell("Sheet", 1, 1)
    except UNREADABLE as error:
        raise FormulaError(_sentence(error)) from error
    return Evaluation(calculator.block("Sheet", formula), tuple(calculator.complaints))


def _refuse_other_spellings(formula: str) -> None:
    """Say in words what else would come out as an error without any: local separators, cells, bare words."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}', "0", formula)
    if ";" in bare:
        raise FormulaError(
            "Write the formula as in an English Excel: commas between arguments, and a point in numbers, as 49.90."
        )
    try:
        tokens = [token for token in formualizer.Tokenizer(formula) if token is not None]
    except UNREADABLE as error:
        raise FormulaError(_sentence(error)) from error
    local_names = re.search(r"\b(LET|LAMBDA)\(", bare, re.IGNORECASE)
    for token in tokens:
        if str(token.subtype) != "Range":
            continue
        if _ADDRESS.search(token.value):
            raise FormulaError(f"{token.value} is a cell, and there is no workbook here; write its value instead.")
        if not local_names:
            raise FormulaError(f'{token.value} is neither a number nor a function; write text in quotes, as "words".')


def _sentence(error: Exception) -> str:
    place = re.search(r"at position (\d+)", str(error))
    where = f", at character {place[1]}" if place else ""
    hint = " (arguments are separated by commas)" if "Sep" in str(error) else ""
    return f"The formula cannot be read{where}: {plain_reason(error)}{hint}."
