"""Values and errors on their way to the engine and back."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import formualizer

from clv_xl.worksheet.errors import DIV0, NA, NAME, NULL, NUM, REF, VALUE, CellError

Value: TypeAlias = float | str | bool | CellError | None
UNREADABLE = (formualizer.ParserError, formualizer.TokenizerError, RuntimeError, ValueError)
"""What the engine raises for a formula or a file that it cannot read."""
BEYOND_ENGINE = (formualizer.ExcelEvaluationError,)
"""What it raises for a formula that it can read and not carry out."""
OMITTED = "\u2063omitted\u2063"
"""Stands in a formula for an argument that was left out."""
_KIND_OF_CODE = {NULL: "Null", DIV0: "Div", VALUE: "Value", REF: "Ref", NAME: "Name", NUM: "Num", NA: "Na"}
_CODE_OF_KIND = {kind: code for code, kind in _KIND_OF_CODE.items()} | {"Spill": "#SPILL!", "Calc": "#CALC!"}


def argument_of(cell: Any) -> Any:
    """From the engine to the border: errors as their codes, an omitted argument as a blank."""
    if isinstance(cell, list):
        return [argument_of(item) for item in cell]
    if isinstance(cell, dict):
        return _CODE_OF_KIND.get(cell.get("kind", ""), VALUE)
    return None if cell == OMITTED else cell


def error_for_engine(code: str) -> dict[str, str]:
    """The error as the engine takes it from a function or a cell."""
    return {"type": "Error", "kind": _KIND_OF_CODE.get(code, "Value")}


def value_of(cell: Any) -> Value:
    """From the engine to us: plain floats, errors as CellError."""
    if isinstance(cell, dict):
        kind = cell.get("kind", "")
        if kind == "Circ":
            return CellError(REF, "the formula refers to itself")
        return CellError(_CODE_OF_KIND.get(kind, VALUE))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return CellError(NUM, "the number is too large")
    return cell if cell is None or isinstance(cell, float | str | bool) else str(cell)
