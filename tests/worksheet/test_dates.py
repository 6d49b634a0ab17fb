"""Serial numbers in both date systems."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clv_xl.worksheet.dates import EXCEL_1900, EXCEL_1904, DateSystem, counted_from, from_serial, to_serial

# Excel's own: DATE(2024,2,29) = 45351; the first day is 1; there is no 29 February 1900, which Excel counts as 60.
KNOWN = [
    (1.0, dt.datetime(1900, 1, 1)),
    (59.0, dt.datetime(1900, 2, 28)),
    (61.0, dt.datetime(1900, 3, 1)),
    (45351.0, dt.datetime(2024, 2, 29)),
    (45351.75, dt.datetime(2024, 2, 29, 18)),
    (2958465.0, dt.datetime(9999, 12, 31)),
]


@pytest.mark.parametrize(("serial", "moment"), KNOWN)
def test_known_days(serial: float, moment: dt.datetime) -> None:
    assert from_serial(serial) == moment
    assert to_serial(moment) == serial


@pytest.mark.parametrize("serial", [0.0, 0.5, -1.0, 60.0, 60.5, 2958466.0, 1e12])
def test_days_that_never_were(serial: float) -> None:
    assert from_serial(serial) is None


def test_the_1904_system_is_1462_days_apart() -> None:
    assert from_serial(45351.0 - 1462, system=EXCEL_1904) == dt.datetime(2024, 2, 29)
    assert to_serial(dt.datetime(2024, 2, 29), system=EXCEL_1904) == 45351.0 - 1462
    assert from_serial(0.0, system=EXCEL_1904) == dt.datetime(1904, 1, 1)
    assert from_serial(2957004.0, system=EXCEL_1904) is None


def test_days_counted_from_a_documents_null_date() -> None:
    # LibreOffice's own: with its default 1899-12-30 it counts no 29 February 1900, so that 60 is the 28th.
    default = counted_from(dt.datetime(1899, 12, 30))
    assert from_serial(60.0, default) == dt.datetime(1900, 2, 28)
    assert from_serial(-1.0, default) == dt.datetime(1899, 12, 29)
    assert from_serial(45351.0, default) == from_serial(45351.0)
    assert to_serial(dt.datetime(2024, 2, 29), counted_from(dt.datetime(1900, 1, 1))) == 45351.0 - 2
    assert from_serial(0.0, counted_from(dt.datetime(1900, 1, 1))) == dt.datetime(1900, 1, 1)
    assert from_serial(to_serial(dt.datetime(1582, 10, 14), default), default) is None


SYSTEMS = [EXCEL_1900, EXCEL_1904, counted_from(dt.datetime(1899, 12, 30)), counted_from(dt.datetime(1900, 1, 1))]


@given(st.datetimes(min_value=dt.datetime(1904, 1, 1), max_value=dt.datetime(9999, 12, 31)), st.sampled_from(SYSTEMS))
def test_there_and_back_to_the_millisecond(moment: dt.datetime, system: DateSystem) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert abs(from_serial(to_serial(moment, system), system) - moment) <= dt.timedelta(milliseconds=1)  # type: ignore[operator]


def test_the_last_instant_of_the_calendar() -> None:
    assert from_serial(math.nextafter(2958466.0, 0.0)) is not None
