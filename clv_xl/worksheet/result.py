"""What a call gives back: plain cells that every host can take, and the message behind every error."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clv_xl.core.undefined import DivisionByZero, Missing, Undefined
from clv_xl.worksheet.errors import DIV0, NA, NUM, VALUE, CellError

NOT_FINITE = CellError(NUM, "the result is too large to be a number")


@dataclass(slots=True)
class Result:
    """Rows of floats, text, logicals and dates. Where an error stands, `rows` holds its code as text, `errors` all."""

    rows: list[list[Any]]
    errors: dict[tuple[int, int], CellError] = field(default_factory=dict)
    has_dates: bool = False

    @property
    def single(self) -> bool:
        """Whether the result is one cell."""
        return len(self.rows) == 1 and len(self.rows[0]) == 1

    @property
    def value(self) -> Any:
        """The top left cell."""
        return self.rows[0][0]

    @property
    def error(self) -> CellError | None:
        """The error of the top left cell."""
        return self.errors.get((0, 0))


def one(value: Any) -> Result:
    """The result of one cell."""
    if type(value) is float and math.isfinite(value):
        return Result([[value]])
    return table([[value]])


def table(rows: Iterable[Iterable[Any]]) -> Result:
    """The result of a table, its short rows filled with blanks."""
    cells = [[_cell(value) for value in row] for row in rows]
    width = max((len(row) for row in cells), default=0)
    result = Result([row + [""] * (width - len(row)) for row in cells] if width else [[""]])
    for r, row in enumerate(result.rows):
        for c, value in enumerate(row):
            if isinstance(value, CellError):
                result.errors[r, c] = value
                row[c] = value.code
            elif isinstance(value, dt.datetime):
                result.has_dates = True
    return result


def as_error(undefined: ArithmeticError) -> CellError:
    """The Excel error for a formula that refuses."""
    if isinstance(undefined, OverflowError):
        return NOT_FINITE
    if isinstance(undefined, Missing):
        return CellError(NA, str(undefined))
    code = DIV0 if isinstance(undefined, DivisionByZero | ZeroDivisionError) else NUM
    return CellError(code, str(undefined) if isinstance(undefined, Undefined) else "division by zero")


def _cell(value: Any) -> Any:
    """The plain form of one result: no numpy scalar, no inf or nan, no integer, no time zone."""
    if hasattr(value, "item") and not getattr(value, "ndim", 0):
        value = value.item()
    if isinstance(value, bool | str | CellError):
        return value
    if value is None:
        return ""
    if isinstance(value, int | float):
        return _finite(value)
    if isinstance(value, ArithmeticError):
        return as_error(value)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return CellError(VALUE, f"a cell cannot show a {type(value).__name__}")


def _finite(value: float) -> float | CellError:
    try:
        value = float(value)
    except OverflowError:
        return NOT_FINITE
    return value if math.isfinite(value) else NOT_FINITE
