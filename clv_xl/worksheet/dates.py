"""Dates as spreadsheets count them: days since the end of 1899, or of 1903 in the Macintosh date system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LAST_SERIAL_1900 = 2958466  # the day after 9999-12-31
_LAST_SERIAL_1904 = 2957004
_LEAP_DAY_THAT_NEVER_WAS = 60  # Excel counts 1900-02-29, a bug kept from Lotus 1-2-3


def from_serial(serial: float, date1904: bool = False) -> dt.datetime | None:
    """The date and time of a serial number, or None where no such day exists."""
    if date1904:
        return dt.datetime(1904, 1, 1) + dt.timedelta(days=serial) if 0 <= serial < _LAST_SERIAL_1904 else None
    if not 1 <= serial < _LAST_SERIAL_1900 or _LEAP_DAY_THAT_NEVER_WAS <= serial < _LEAP_DAY_THAT_NEVER_WAS + 1:
        return None
    epoch = dt.datetime(1899, 12, 31 if serial < _LEAP_DAY_THAT_NEVER_WAS else 30)
    return _to_the_millisecond(epoch + dt.timedelta(days=serial))


def from_serials(serials: NDArray[Any], date1904: bool = False) -> NDArray[Any]:
    """The dates of many serial numbers as datetime64[us], to the same microsecond; NaT where no such day exists."""
    import numpy as np

    first, last = (0, _LAST_SERIAL_1904) if date1904 else (1, _LAST_SERIAL_1900)
    valid = (serials >= first) & (serials < last)
    if not date1904:
        valid &= np.floor(serials) != _LEAP_DAY_THAT_NEVER_WAS
    part_of_day, days = np.modf(np.where(valid, serials, 1.0))
    part_of_second, seconds = np.modf(part_of_day * 86400.0)  # in these steps, because timedelta rounds in them
    micros = days.astype("int64") * 86_400_000_000
    micros += seconds.astype("int64") * 1_000_000 + np.rint(part_of_second * 1e6).astype("int64")
    if date1904:
        moments = np.datetime64("1904-01-01", "us") + micros.astype("timedelta64[us]")
    else:
        micros[serials < _LEAP_DAY_THAT_NEVER_WAS] += 86_400_000_000
        end = (_LAST_SERIAL_1900 - 1) * 86_400_000_000 + 86_399_999_500  # rounding up would leave the year 9999
        micros = np.where(micros < end, (micros + 500) // 1000 * 1000, micros)
        moments = np.datetime64("1899-12-30", "us") + micros.astype("timedelta64[us]")
    moments[~valid] = np.datetime64("NaT")
    return moments


def to_datetime64(moments: Sequence[dt.datetime | None]) -> NDArray[Any]:
    """Dates as datetime64[us], NaT for None. numpy's own conversion takes many times as long."""
    import numpy as np

    epoch, no_time = dt.datetime(1970, 1, 1), int(np.iinfo(np.int64).min)
    spans = (None if moment is None else moment - epoch for moment in moments)
    micros = (no_time if s is None else s.days * 86_400_000_000 + s.seconds * 1_000_000 + s.microseconds for s in spans)
    return np.fromiter(micros, dtype="int64", count=len(moments)).view("datetime64[us]")


def to_serial(moment: dt.datetime, date1904: bool = False) -> float:
    """The serial number of a date and time; the time zone, which a cell cannot hold, is left off."""
    moment = moment.replace(tzinfo=None)
    if date1904:
        return (moment - dt.datetime(1904, 1, 1)) / dt.timedelta(days=1)
    days = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    return days if days > _LEAP_DAY_THAT_NEVER_WAS else days - 1


def _to_the_millisecond(moment: dt.datetime) -> dt.datetime:
    """A serial holds time to about a microsecond of noise; Excel itself shows milliseconds."""
    try:
        rounded = moment + dt.timedelta(microseconds=500)
    except OverflowError:  # the last half millisecond of the year 9999
        return moment
    return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
