"""Tables of results: columns at once, or cell by cell, the same."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clv_xl.core.undefined import DivisionByZero
from clv_xl.worksheet.errors import CellError
from clv_xl.worksheet.result import one, table

VALUES = st.one_of(
    st.text(max_size=3),
    st.floats(),
    st.integers(),
    st.integers(10**308, 10**310),
    st.booleans(),
    st.none(),
    st.just(dt.datetime(2024, 1, 2)),
    st.just(CellError("#N/A")),
    st.just(DivisionByZero("nobody")),
    st.just(np.float64(1.5)),
    st.just(np.int64(3)),
    st.just([1]),
)


@st.composite
def columns_of_a_kind(draw: Any) -> list[list[Any]]:
    """Rows as most tables have them, a column of one type each, and now and then another value in one."""
    kinds = [st.text(max_size=3), st.floats(), st.floats(0, 9), st.integers(), st.booleans(), VALUES]
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    columns = [draw(st.lists(draw(st.sampled_from(kinds)), min_size=height, max_size=height)) for _ in range(width)]
    return [draw(st.lists(VALUES, max_size=6)), *map(list, zip(*columns, strict=True))]


@given(rows=columns_of_a_kind() | st.lists(st.lists(VALUES, max_size=4), max_size=5))
def test_a_table_holds_each_value_as_a_cell_of_its_own_would(rows: list[list[Any]]) -> None:
    found = table(rows)
    width = max(map(len, rows), default=0)
    cells = {(r, c): one(value) for r, row in enumerate(rows) for c, value in enumerate(row)}
    assert [len(row) for row in found.rows] == ([width] * len(rows) if width else [1])
    for r, row in enumerate(found.rows):
        for c, value in enumerate(row):
            alone = cells.get((r, c))
            assert value == (alone.value if alone else "")
            assert type(value) is type(alone.value if alone else "")
            assert not isinstance(value, float) or math.isfinite(value)
    assert found.errors == {place: alone.error for place, alone in cells.items() if alone.error}
    assert list(found.errors) == sorted(found.errors)
    assert found.has_dates == any(alone.has_dates for alone in cells.values())
