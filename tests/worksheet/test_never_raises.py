"""No input whatever raises past the border, and nothing but plain cells comes out of it."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import CODES

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.floats(0, 1),
    st.integers(0, 5),
    st.text(max_size=8),
    st.sampled_from([*CODES, "#SPILL!", 10**400, -(10**400), -2146826246, "counted", "end", "churn", "1e5", "=1+1"]),
    st.dates(),
    st.datetimes(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.binary(max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from([{"type": "Error"}, {"type": "Error", "errorType": "Num"}, {"basicValue": 3}, object(), ..., type]),
)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner), max_leaves=12)
NAMES = [function.name for function in REGISTRY]


def assert_plain(cell: Any) -> None:
    assert type(cell) in (float, str, bool, dt.datetime), type(cell)
    assert not isinstance(cell, float) or math.isfinite(cell)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(ANYTHING, max_size=9))
def test_anything_at_all(name: str, cells: list[Any]) -> None:
    result = call(REGISTRY[name], cells)
    assert len({len(row) for row in result.rows}) == 1
    for row in result.rows:
        for cell in row:
            assert_plain(cell)
    for (row, column), error in result.errors.items():
        assert result.rows[row][column] == error.code
        assert error.message
        assert error.code in CODES
        assert "please report" not in error.message


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", CODES)
def test_an_error_in_the_first_argument_comes_out_of_every_function(name: str, code: str) -> None:
    record = REGISTRY[name]
    cells: list[Any] = [code] + [None] * (len(record.arguments) - 1)
    assert call(record, cells).value == code
