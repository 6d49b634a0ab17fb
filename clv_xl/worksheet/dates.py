"""Dates as spreadsheets count them: days since the end of 1899, of 1903 in the Macintosh date system, or of any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_END = dt.datetime(9999, 12, 31) + dt.timedelta(days=1, microseconds=-1)
_LEAP_DAY_THAT_NEVER_WAS = 60  # Excel counts 1900-02-29, a bug kept from Lotus 1-2-3


@dataclass(frozen=True)
class DateSystem:
    """How a workbook numbers its days: the day of number 0, and the lowest number that is a day."""

    epoch: dt.datetime
    first: int
    has_false_leap_day: bool = False

    @property
    def end(self) -> int:
        """The number after that of the last day, 9999-12-31."""
        return (_END - self.epoch).days + 1


EXCEL_1900 = DateSystem(dt.datetime(1899, 12, 30), 1, has_false_leap_day=True)
EXCEL_1904 = DateSystem(dt.datetime(1904, 1, 1), 0)
_GREGORIAN = dt.datetime(1582, 10, 15)


def counted_from(day: dt.datetime) -> DateSystem:
    """Days counted without a gap from a document's null date, also backwards, as LibreOffice counts them."""
    return DateSystem(day, (_GREGORIAN - day).days)


def from_serial(serial: float, system: DateSystem = EXCEL_1900) -> dt.datetime | None:
    """The date and time of a serial number, or None where no such day exists."""
    if not system.first <= serial < system.end:
        return None
    epoch = system.epoch
    if system.has_false_leap_day and serial < _LEAP_DAY_THAT_NEVER_WAS + 1:
        if serial >= _LEAP_DAY_THAT_NEVER_WAS:
            return None
        epoch += dt.timedelta(days=1)
    return _to_the_millisecond(epoch, dt.timedelta(days=serial))


def from_serials(serials: NDArray[Any], system: DateSystem = EXCEL_1900) -> NDArray[Any]:
    """The dates of many serial numbers as datetime64[us], to the same microsecond; NaT where no such day exists."""
    import numpy as np

    valid = (serials >= system.first) & (serials < system.end)
    if system.has_false_leap_day:
        valid &= np.floor(serials) != _LEAP_DAY_THAT_NEVER_WAS
    part_of_day, days = np.modf(np.where(valid, serials, float(system.first)))
    part_of_second, seconds = np.modf(part_of_day * 86400.0)  # in these steps, because timedelta rounds in them
    micros = days.astype("int64") * 86_400_000_000
    micros += seconds.astype("int64") * 1_000_000 + np.rint(part_of_second * 1e6).astype("int64")
    if system.has_false_leap_day:
        micros[serials < _LEAP_DAY_THAT_NEVER_WAS] += 86_400_000_000
    last = system.end * 86_400_000_000 - 500  # rounding up would leave the year 9999
    micros = np.where(micros < last, (micros + 500) // 1000 * 1000, micros)
    moments: NDArray[Any] = np.datetime64(system.epoch, "us") + micros.astype("timedelta64[us]")
    moments[~valid] = np.datetime64("NaT")
    return moments


def to_datetime64(moments: Sequence[dt.datetime | None]) -> NDArray[Any]:
    """Dates as datetime64[us], NaT for None. numpy's own conversion takes many times as long."""
    import numpy as np

    epoch, no_time = dt.datetime(1970, 1, 1), int(np.iinfo(np.int64).min)
    spans = (None if moment is None else moment - epoch for moment in moments)
    micros = (no_time if s is None else s.days * 86_400_000_000 + s.seconds * 1_000_000 + s.microseconds for s in spans)
    return np.fromiter(micros, dtype="int64", count=len(moments)).view("datetime64[us]")


def to_serial(moment: dt.datetime, system: DateSystem = EXCEL_1900) -> float:
    """The serial number of a date and time; the time zone, which a cell cannot hold, is left off."""
    days = (moment.replace(tzinfo=None) - system.epoch) / dt.timedelta(days=1)
    return days - 1 if system.has_false_leap_day and days <= _LEAP_DAY_THAT_NEVER_WAS else days


def _to_the_millisecond(epoch: dt.datetime, span: dt.timedelta) -> dt.datetime:
    """A serial holds time to about a microsecond of noise; Excel itself shows milliseconds."""
    moment = epoch + span
    try:
        rounded = moment + dt.timedelta(microseconds=500)
    except OverflowError:  # the last half millisecond of the year 9999
        return moment
    return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
