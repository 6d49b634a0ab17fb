"""Argument kinds: what one cell may hold, what is wrong with it when it does not, and which Excel error that is."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import numbers
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from clv_xl.worksheet.cells import FIRST_COM_ERROR, LAST_COM_ERROR, Cell, com_error, is_visible, plain
from clv_xl.worksheet.dates import EXCEL_1900, DateSystem, from_serial, from_serials, to_datetime64, to_serial
from clv_xl.worksheet.errors import NA, NUM, VALUE, CellError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EXACT = 2.0**53
"""Up to here a float tells every whole number from its neighbours."""

Gaps: TypeAlias = dict[int, CellError | None]
"""What stands at the places of a range that have no value: an error, or None for a blank."""


@dataclass(frozen=True)
class Kind:
    """What one cell of an argument may hold. Complaints start with a verb: the argument's name goes before them."""

    def accept(self, cell: Cell, system: DateSystem) -> Any:
        """The value of a plain cell that is neither blank nor an error, or a CellError."""
        raise NotImplementedError

    def read(self, raw: Any, system: DateSystem = EXCEL_1900) -> Any:
        """The value of a cell as a host delivers it; None for a blank, a CellError for what cannot be."""
        cell = plain(raw)
        return cell if cell is None or isinstance(cell, CellError) else self.accept(cell, system)

    @property
    def fitting(self) -> tuple[float, float]:
        """The lowest and the highest float that is a value as it stands; none, where every float needs a look."""
        return math.inf, -math.inf

    def read_many(self, raws: Sequence[Any], system: DateSystem = EXCEL_1900) -> tuple[NDArray[Any], Gaps]:
        """An array of values, and the places that have none."""
        import numpy as np

        values = np.empty(len(raws), dtype=object)
        gaps: Gaps = {}
        for i, raw in enumerate(raws):
            value = self.read(raw, system)
            if value is None or isinstance(value, CellError):
                gaps[i] = value
            else:
                values[i] = value
        return values, gaps


@dataclass(frozen=True)
class Number(Kind):
    """A finite number within bounds. Text, also text that looks like a number, and logicals are refused.

    A date is the number that its cell holds: which format a number has changes nothing.
    """

    minimum: float = -math.inf
    maximum: float = math.inf
    above: float = -math.inf
    below: float = math.inf
    whole: bool = False

    def read(self, raw: Any, system: DateSystem = EXCEL_1900) -> Any:
        if type(raw) is not float:
            raw = plain(raw)
            if raw is None or type(raw) is CellError:
                return raw
            if type(raw) is not float:
                return self.accept(raw, system)
        if self.minimum <= raw <= self.maximum and self.above < raw < self.below and not self.whole:
            return raw
        return self.accept(raw, system)

    def accept(self, cell: Cell, system: DateSystem) -> Any:
        cell = _without_format(cell, system)
        if not isinstance(cell, float):
            return CellError(VALUE, f"must be a number, got {_described(cell)}")
        if not math.isfinite(cell):
            return CellError(NUM, f"must be a finite number, got {cell}")
        if not self.minimum <= cell <= self.maximum or not self.above < cell < self.below:
            return CellError(NUM, f"must be {self.domain}, got {cell:.15g}{self.remedy(cell)}")
        if self.whole and not cell.is_integer():
            return CellError(NUM, f"must be a whole number, got {cell:.15g}")
        return cell

    @property
    def fitting(self) -> tuple[float, float]:
        if self.whole:
            return super().fitting
        low = max(self.minimum, math.nextafter(self.above, math.inf), -sys.float_info.max)
        return low, min(self.maximum, math.nextafter(self.below, -math.inf), sys.float_info.max)

    @property
    def domain(self) -> str:
        """The bounds in words."""
        if self.below < math.inf:
            return f"above {self.above:g} and below {self.below:g}"
        if self.above > -math.inf:
            return f"above {self.above:g}"
        if self.minimum > -math.inf and self.maximum < math.inf:
            return f"from {self.minimum:g} to {self.maximum:g}"
        if self.maximum < math.inf:
            return f"at most {self.maximum:g}"
        return f"{self.minimum:g} or more" if self.minimum > -math.inf else "a number"

    def remedy(self, number: float) -> str:
        """What to write instead, where that can be guessed from the number."""
        return ""

    def read_many(self, raws: Sequence[Any], system: DateSystem = EXCEL_1900) -> tuple[NDArray[Any], Gaps]:
        import numpy as np

        values = _all_numbers(raws)
        gaps: Gaps = {}
        if values is None:
            cells = [_without_format(plain(raw), system) for raw in raws]
            gaps = {i: c if isinstance(c, CellError) else None for i, c in enumerate(cells) if type(c) is not float}
            gaps |= {i: self.accept(cells[i], system) for i, g in gaps.items() if g is None and cells[i] is not None}
            values = np.array([c if type(c) is float else math.nan for c in cells], dtype=float)
        gaps |= {int(i): self.accept(float(values[i]), system) for i in self._outside(values) if int(i) not in gaps}
        return values, gaps

    def _outside(self, values: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        inside = (values >= self.minimum) & (values <= self.maximum) & (values > self.above) & np.isfinite(values)
        if self.below < math.inf:
            inside &= values < self.below
        if self.whole:
            inside &= values == np.floor(values)
        return np.flatnonzero(~inside)


@dataclass(frozen=True)
class Money(Number):
    """An amount in the user's currency."""


@dataclass(frozen=True)
class Count(Number):
    """How many: customers, orders. Averages are welcome, so fractions are allowed."""

    minimum: float = 0.0


@dataclass(frozen=True)
class Periods(Number):
    """A length of time in periods."""

    minimum: float = 0.0


@dataclass(frozen=True)
class Ratio(Number):
    """A pure number."""


@dataclass(frozen=True)
class _Percentage(Number):
    def remedy(self, number: float) -> str:
        return f"; write {number:.15g}% or {number / 100:.15g}" if 1 < number <= 100 else ""


@dataclass(frozen=True)
class Share(_Percentage):
    """A part of a whole, from 0 to 1."""

    minimum: float = 0.0
    maximum: float = 1.0


@dataclass(frozen=True)
class Margin(_Percentage):
    """Profit as a part of revenue: at most 1, negative where a customer loses money."""

    maximum: float = 1.0


@dataclass(frozen=True)
class Rate(Number):
    """Growth or discount per period, above -1 (-100 %)."""

    above: float = -1.0


@dataclass(frozen=True)
class DiscountRate(Rate):
    """A discount rate per period: below 3 (300 %), as no one means a higher one, but many type 10 for 10 %."""

    below: float = 3.0

    def remedy(self, number: float) -> str:
        return f"; write {number:.15g}% or {number / 100:.15g}" if self.below <= number <= 100 else ""


@dataclass(frozen=True)
class Text(Kind):
    """A label: text, or a number, which stays one. Customers have numbers, and who looks one up needs the number."""

    def accept(self, cell: Cell, system: DateSystem) -> Any:
        cell = _without_format(cell, system)
        if isinstance(cell, float) and not math.isfinite(cell):
            return CellError(NUM, f"must be text or a finite number, got {cell}")
        return cell if isinstance(cell, str | float) else CellError(VALUE, f"must be text, got {_described(cell)}")

    def read(self, raw: Any, system: DateSystem = EXCEL_1900) -> Any:
        value = super().read(raw, system)
        if (
            type(raw) is float
            or not isinstance(raw, numbers.Integral | decimal.Decimal)
            or not isinstance(value, float)
        ):
            return value
        # Integers come from Python only: no cell holds so many digits, and none must be lost.
        return value if raw != int(raw) or int(value) == int(raw) else str(int(raw))

    def read_many(self, raws: Sequence[Any], system: DateSystem = EXCEL_1900) -> tuple[NDArray[Any], Gaps]:
        import numpy as np

        if set(map(type, raws)) == {str} and not any(map(_may_be_no_label, set(raws))):
            return np.array(raws, dtype=object), {}
        numbers = _all_numbers(raws)
        if numbers is not None and (np.abs(numbers) < _EXACT).all():
            return numbers, {}
        return _read_distinct(self, raws, system) or super().read_many(raws, system)


@dataclass(frozen=True)
class Logical(Kind):
    """TRUE or FALSE."""

    def accept(self, cell: Cell, system: DateSystem) -> Any:
        return cell if isinstance(cell, bool) else CellError(VALUE, f"must be TRUE or FALSE, got {_described(cell)}")


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words, upper or lower case."""

    options: tuple[str, ...] = ()

    def accept(self, cell: Cell, system: DateSystem) -> Any:
        wanted = cell.strip().casefold() if isinstance(cell, str) else None
        for option in self.options:
            if option.casefold() == wanted:
                return option
        listed = ", ".join(f'"{option}"' for option in self.options)
        return CellError(VALUE, f"must be one of {listed}, got {_described(cell)}")


@dataclass(frozen=True)
class Date(Kind):
    """A day, or a moment: a date cell, a serial number, or ISO text such as 2026-03-31.

    Dates written in words or in a local order (31.3.26, 3/4/26) are refused: they mean different days to different
    readers.
    """

    def accept(self, cell: Cell, system: DateSystem) -> Any:
        if isinstance(cell, dt.datetime):
            return cell.replace(tzinfo=None)
        if isinstance(cell, float):
            moment = from_serial(cell, system) if math.isfinite(cell) else None
            return moment or CellError(NUM, f"must be a date, and no day has the serial number {cell:.15g}")
        if isinstance(cell, str):
            try:
                return dt.datetime.fromisoformat(cell.strip()).replace(tzinfo=None)
            except ValueError:
                pass
        return CellError(VALUE, f"must be a date, got {_described(cell)}; use a date cell or write it as 2026-03-31")

    def read_many(self, raws: Sequence[Any], system: DateSystem = EXCEL_1900) -> tuple[NDArray[Any], Gaps]:
        """An array of datetime64[us], NaT where there is no value."""
        import numpy as np

        numbers = _all_numbers(raws)
        if numbers is not None:
            moments = from_serials(numbers, system)
            wrong = np.flatnonzero(np.isnat(moments)).tolist()
            return moments, {i: self.accept(float(numbers[i]), system) for i in wrong}
        if set(map(type, raws)) == {dt.datetime} and all(raw.tzinfo is None for raw in raws):
            return to_datetime64(raws), {}
        values, gaps = _read_distinct(self, raws, system) or super().read_many(raws, system)
        return to_datetime64(values.tolist()), gaps


def missing(name: str) -> CellError:
    """The error for a blank where a value is required."""
    return CellError(NA, f"{name} is blank; enter a value")


def _all_numbers(raws: Sequence[Any]) -> NDArray[Any] | None:
    """The array at once where every cell is a plain number, as in most ranges."""
    import numpy as np

    types = set(map(type, raws))
    if types == {float}:
        return np.array(raws, dtype=float)
    if types <= {float, int}:
        try:
            values = np.array(raws, dtype=float)
        except OverflowError:
            return None
        suspicious = ((values >= FIRST_COM_ERROR) & (values <= LAST_COM_ERROR)).any()
        return None if suspicious and any(type(raw) is int and com_error(raw) for raw in raws) else values
    return None


def _without_format(cell: Cell, system: DateSystem) -> Cell:
    """The number in a cell that is shown as a date; all other cells as they are."""
    return to_serial(cell, system) if isinstance(cell, dt.datetime) else cell


def _read_distinct(kind: Kind, raws: Sequence[Any], system: DateSystem) -> tuple[NDArray[Any], Gaps] | None:
    """Every different cell read once, as customers and days recur in a log; None where cells may not be told apart.

    1 and 1.0 are one key of a dictionary, and so are an error number of COM and the same number typed by a user.
    """
    import numpy as np

    types = set(map(type, raws))
    if not (types <= {str, float, type(None)} or types <= {str, int, type(None)}):
        return None
    read = {raw: kind.read(raw, system) for raw in set(raws)}
    values = np.empty(len(raws), dtype=object)
    values[:] = [read[raw] for raw in raws]
    without = {raw for raw, value in read.items() if value is None or isinstance(value, CellError)}
    if not without:
        return values, {}
    gaps: Gaps = {i: read[raw] for i, raw in enumerate(raws) if raw in without}
    values[list(gaps)] = None
    return values, gaps


def _may_be_no_label(text: str) -> bool:
    """Whether a text is blank, or may be the code of an error."""
    return text[0:1] == "#" or not is_visible(text)


def _described(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, str):
        return f'the text "{cell if len(cell) <= 40 else cell[:39] + "…"}"'
    if isinstance(cell, dt.datetime):
        return f"the date {cell:%Y-%m-%d}"
    return f"{cell:.15g}" if isinstance(cell, float) else "a blank"
