"""Logs that are valid cell by cell but extreme in every way never end in a fault."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call

ODD = ["A", "B", "nan", "None", "NaN", "<NA>", "Total"]
NAMES = st.one_of(st.sampled_from(ODD), st.text(min_size=1), st.floats(0, 9))
DATES = st.one_of(st.datetimes(), st.floats(1, 2958465.99), st.sampled_from([dt.datetime.min, dt.datetime.max]))
AMOUNTS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-3, 3).map(float))
LINES = st.lists(st.tuples(NAMES, DATES, AMOUNTS, NAMES), min_size=1, max_size=8)
PERIODS = st.sampled_from(["day", "week", "month", "quarter", "year"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("name", ["RFM", "RFM_SUMMARY", "COHORT_TABLE", "CLV_BY_GROUP", "CLV_SUMMARY", "MRR_MOVEMENTS"])
@given(lines=LINES, period=PERIODS, day=st.none() | DATES)
def test_no_log_is_a_fault(name: str, lines: list[Any], period: str, day: Any) -> None:
    customers, dates, amounts, groups = ([[cell] for cell in cells] for cells in zip(*lines, strict=True))
    rest: dict[str, list[Any]] = {
        "RFM": [day],
        "RFM_SUMMARY": [day],
        "COHORT_TABLE": ["cumulative value", period, 3.0],
        "CLV_SUMMARY": [day, period],
        "CLV_BY_GROUP": [[["A", 1e308], ["B", 1e308]]],
    }
    first = [groups] if name == "CLV_BY_GROUP" else []
    money = [[abs(a)] for (a,) in amounts] if name == "MRR_MOVEMENTS" else amounts
    result = call(REGISTRY[name], [*first, customers, dates, money, *rest.get(name, [])])
    for error in result.errors.values():
        assert error.message
        assert "please report" not in error.message
    for cell in (cell for row in result.rows for cell in row):
        assert type(cell) in (float, str, bool, dt.datetime)
        assert not isinstance(cell, float) or math.isfinite(cell)
