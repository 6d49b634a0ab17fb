"""The one way of a call: bind, read, broadcast, compute, present. Nothing else converts a value."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from clv_xl.worksheet import result
from clv_xl.worksheet.cells import RANGE, only_cell
from clv_xl.worksheet.columns import read_ranges
from clv_xl.worksheet.dates import EXCEL_1900, DateSystem
from clv_xl.worksheet.errors import VALUE, CellError
from clv_xl.worksheet.kinds import missing
from clv_xl.worksheet.registry import REQUIRED, Argument, Function
from clv_xl.worksheet.result import Result

_log = logging.getLogger("clv_xl")


def call(function: Function, cells: Sequence[Any], system: DateSystem = EXCEL_1900) -> Result:
    """Call a worksheet function with arguments as a host delivers them: cells, or rows of cells.

    Omitted arguments may be left off at the end or be None. Never raises: whatever goes wrong is in the result.
    """
    try:
        outcome = _call(function, cells, system)
    except ArithmeticError as refusal:
        outcome = result.as_error(refusal)
    except Exception:
        # The border's promise is that no traceback reaches a cell; the log keeps it for whoever mends the fault.
        _log.exception("%s failed unexpectedly", function.name)
        outcome = CellError(VALUE, f"{function.name} could not work with these cells; please report this as a fault")
    return result.one(outcome) if isinstance(outcome, CellError) else outcome


def _call(function: Function, cells: Sequence[Any], system: DateSystem) -> Result | CellError:
    arguments = function.arguments
    if len(cells) > len(arguments):
        return CellError(VALUE, f"{function.name} takes {len(arguments)} arguments, got {len(cells)}")
    if not cells:
        return missing(arguments[0].name)
    if len(cells) < len(arguments):
        cells = [*cells, *[None] * (len(arguments) - len(cells))]
    if function.is_elementwise:
        fitting = _fitting(function, cells)
        if fitting is not None:
            return result.one(function.compute(*fitting))
        singles = [only_cell(cell) for cell in cells]
        if RANGE in singles:
            return _block(function, cells, {}, system)
        values = _read_singles(arguments, singles, system)
        if values is None:
            return result.one("")
        return values if isinstance(values, CellError) else result.one(function.compute(*values))
    return _with_columns(function, cells, system)


def _fitting(function: Function, cells: Sequence[Any]) -> list[Any] | None:
    """The values where every cell is a float within bounds or omitted: most calls, and what a whole sheet waits for.

    None where anything needs a closer look.
    """
    values = []
    for cell, (low, high, default) in zip(cells, function.fitting, strict=True):
        if type(cell) is float and low <= cell <= high:
            values.append(cell)
        elif cell is None and default is not REQUIRED:
            values.append(default)
        else:
            return None
    return values


def _read_singles(
    arguments: Sequence[Argument], cells: Sequence[Any], system: DateSystem
) -> list[Any] | CellError | None:
    """The values of one-cell arguments; None where every required cell is blank; or the first thing wrong."""
    values = []
    first: CellError | None = None
    blanks = filled = 0
    for argument, cell in zip(arguments, cells, strict=True):
        value = None if cell is None else argument.kind.read(cell, system)
        if value is None:
            value = argument.default
            if value is REQUIRED:
                blanks += 1
                first = first or missing(argument.name)
        elif isinstance(value, CellError):
            first = first or named(argument, value)
            filled += 1
        elif argument.default is REQUIRED:
            filled += 1
        values.append(value)
    return None if blanks and not filled else first or values


def _with_columns(function: Function, cells: Sequence[Any], system: DateSystem) -> Result | CellError:
    """A function that consumes columns, or answers with a table."""
    ranges = read_ranges(function, cells, system)
    if isinstance(ranges, CellError):
        return ranges
    columns = ranges.values
    each = [(a, cell) for a, cell in zip(function.arguments, cells, strict=True) if a.shape == "each"]
    singles = [only_cell(cell) for _, cell in each]
    if RANGE in singles:
        if function.result == "each":
            return _block(function, cells, columns, system)
        return CellError(VALUE, f"{each[singles.index(RANGE)][0].name} must be one cell, got a range")
    found = _read_singles([a for a, _ in each], singles, system)
    if isinstance(found, CellError):
        return found
    if found is None:
        blank_is_fine = not columns or (function.result == "each" and not function.needs_ranges)
        return result.one("") if blank_is_fine else missing(next(a.name for a, _ in each if a.required))
    values = dict(zip((a.name for a, _ in each), found, strict=True)) | columns
    answer = function.compute(*(values[a.name] for a in function.arguments))
    if function.result != "table":
        return result.one(answer)
    head, *rows = answer
    return result.table([[*head, *ranges.notes], *rows])


def _block(function: Function, cells: Sequence[Any], columns: dict[str, Any], system: DateSystem) -> Result | CellError:
    from clv_xl.worksheet.broadcast import answer_block  # numpy loads at a first call, not at Excel's start

    return answer_block(function, cells, columns, system)


def named(argument: Argument, error: CellError) -> CellError:
    """A complaint about a cell, with the argument's name before it."""
    return CellError(error.code, f"{argument.name} {error.message or f'holds {error.code}'}")
