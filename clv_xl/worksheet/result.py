"""What a call gives back: plain cells that every host can take, and the message behind every error."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from clv_xl.core.rows import MAX_COLUMNS, rows_from
from clv_xl.core.undefined import DivisionByZero, Missing, Undefined
from clv_xl.worksheet.errors import DIV0, NA, NUM, VALUE, CellError, sendable

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
    given = [row if isinstance(row, list) else list(row) for row in rows]
    width = max(map(len, given), default=0)
    if not width:
        return Result([[""]])
    if width > MAX_COLUMNS:
        too_wide = f"the table would have {width:,} columns, and a worksheet has {MAX_COLUMNS:,}; ask for less"
        return one(CellError(NUM, too_wide))
    head, body = given[:1], given[1:]
    if len(set(map(len, body))) > 1:
        head, body = given, []
    result = Result([[_cell(value) for value in row] + [""] * (width - len(row)) for row in head])
    special = [(r, c) for r, row in enumerate(result.rows) for c, value in enumerate(row) if _is_special(value)]
    if body:
        columns = [_column(column) for column in zip(*body, strict=True)]
        special += [(r + 1, c) for c, column in enumerate(columns) for r in _specials(column)]
        blanks = [[""] * len(body)] * (width - len(columns))
        result.rows += rows_from([*columns, *blanks])
    for r, c in sorted(special):
        value = result.rows[r][c]
        if isinstance(value, CellError):
            result.errors[r, c] = value
            result.rows[r][c] = value.code
        else:
            result.has_dates = True
    return result


def _column(values: Sequence[Any]) -> Sequence[Any]:
    """`_cell` of every value under a header, at once where all are of one plain type, as in most tables."""
    types = set(map(type, values))
    if types == {str}:
        together = "".join(values)
        return values if together.isascii() or sendable(together) == together else list(map(sendable, values))
    if types == {float} and all(map(math.isfinite, values)):
        return values
    if types == {int}:
        with suppress(OverflowError):
            return list(map(float, values))
    return [_cell(value) for value in values]


def _specials(column: Sequence[Any]) -> list[int]:
    if set(map(type, column)) <= {str, float, bool}:
        return []
    return [r for r, value in enumerate(column) if _is_special(value)]


def _is_special(value: Any) -> bool:
    return isinstance(value, CellError | dt.datetime)


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
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, bool | CellError):
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
