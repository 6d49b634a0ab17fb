"""Text and dates by the hundred thousand take a quick way to the same values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clv_xl.worksheet.cells import rows_of
from clv_xl.worksheet.dates import (
    EXCEL_1900,
    EXCEL_1904,
    DateSystem,
    counted_from,
    from_serial,
    from_serials,
    to_datetime64,
)
from clv_xl.worksheet.kinds import Date, Text

SERIALS = st.one_of(
    st.floats(-120000, 2958470), st.floats(), st.integers(-3, 2958470).map(float), st.just(2958465.9999999999)
)
SYSTEMS = [EXCEL_1900, EXCEL_1904, counted_from(dt.datetime(1899, 12, 30))]


@given(st.lists(SERIALS, min_size=1), st.sampled_from(SYSTEMS))
def test_many_serial_numbers_are_the_same_dates(serials: list[float], system: DateSystem) -> None:
    alone = [from_serial(s, system) if np.isfinite(s) else None for s in serials]
    assert from_serials(np.array(serials), system).tolist() == alone


@given(st.lists(st.one_of(st.none(), st.datetimes()), min_size=1))
def test_many_dates_become_the_same_moments(moments: list[dt.datetime | None]) -> None:
    assert to_datetime64(moments).tolist() == moments


@pytest.mark.parametrize(
    ("cells", "gaps"),
    [
        ([45351.0, 45352.5], {}),
        ([45351, 45352.5], {}),
        (["2024-02-29", "2024-03-01T12:00"], {}),
        ([dt.datetime(2024, 2, 29), dt.datetime(2024, 3, 1, 12)], {}),
        ([dt.datetime(2024, 2, 29, tzinfo=dt.UTC), dt.datetime(2024, 3, 1, 12)], {}),
        ([45351.0, None, "2024-03-01T12:00"], {1: None}),
    ],
)
def test_dates_of_every_spelling(cells: list[Any], gaps: dict[int, Any]) -> None:
    values, missing = Date().read_many(cells)
    assert values.dtype == np.dtype("datetime64[us]")
    assert missing == gaps
    assert values[~np.isnat(values)].tolist() == [dt.datetime(2024, 2, 29), dt.datetime(2024, 3, 1, 12)]


@given(st.lists(st.one_of(st.none(), st.integers(), st.sampled_from(["", " ", "#N/A", "#x", "A", "a"])), min_size=1))
def test_numbers_and_names_of_customers(cells: list[Any]) -> None:
    values, gaps = Text().read_many(cells)
    for i, cell in enumerate(cells):
        alone = Text().read(cell)
        assert (gaps[i] if i in gaps else values[i]) == alone


@pytest.mark.parametrize("unit", ["D", "s", "us", "ns"])
def test_dates_of_numpy_and_pandas_in_any_unit(unit: str) -> None:
    days = np.array(["2024-02-29", "NaT"], dtype=f"datetime64[{unit}]")
    assert [Date().read(cell) for cell in rows_of(days)[0]] == [dt.datetime(2024, 2, 29), None]


def test_an_error_number_of_com_is_no_customer() -> None:
    values, gaps = Text().read_many([-2146826246, 17850])
    assert gaps[0] is not None
    assert gaps[0].code == "#N/A"
    assert values[1] == 17850.0
    assert Text().read_many([-2146826246.0])[0][0] == -2146826246.0
