"""Dates as spreadsheets count them: days since the end of 1899, or of 1903 in the Macintosh date system."""

from __future__ import annotations

import datetime as dt

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
