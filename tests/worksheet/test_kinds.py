"""What each kind takes, what it says of the rest, and that one cell and many cells are read alike."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clv_xl.worksheet.dates import EXCEL_1904
from clv_xl.worksheet.errors import CODES, CellError
from clv_xl.worksheet.kinds import (
    Choice,
    Count,
    Date,
    DiscountRate,
    Kind,
    Logical,
    Margin,
    Money,
    Periods,
    Rate,
    Ratio,
    Share,
    Text,
)


@pytest.mark.parametrize(
    ("kind", "cell", "code", "says"),
    [
        (Share(), 25.0, "#NUM!", "must be from 0 to 1, got 25; write 25% or 0.25"),
        (Share(), -0.1, "#NUM!", "must be from 0 to 1, got -0.1"),
        (Share(), 250.0, "#NUM!", "must be from 0 to 1, got 250"),
        (Margin(), 40.0, "#NUM!", "must be at most 1, got 40; write 40% or 0.4"),
        (Rate(), -1.0, "#NUM!", "must be above -1, got -1"),
        (Count(), -3.0, "#NUM!", "must be 0 or more, got -3"),
        (Periods(whole=True), 2.5, "#NUM!", "must be a whole number, got 2.5"),
        (Ratio(above=0), 0.0, "#NUM!", "must be above 0, got 0"),
        (Money(), math.inf, "#NUM!", "must be a finite number, got inf"),
        (Money(), math.nan, "#NUM!", "must be a finite number, got nan"),
        (Money(), "12", "#VALUE!", 'must be a number, got the text "12"'),
        (Money(), "1.234,56 €", "#VALUE!", 'got the text "1.234,56 €"'),
        (Money(), True, "#VALUE!", "must be a number, got TRUE"),
        (Logical(), dt.datetime(2026, 1, 2), "#VALUE!", "got the date 2026-01-02"),
        (Share(), dt.datetime(2026, 1, 2), "#NUM!", "must be from 0 to 1, got 46024"),
        (Text(), math.nan, "#NUM!", "finite"),
        (DiscountRate(), 3.0, "#NUM!", "must be above -1 and below 3, got 3; write 3% or 0.03"),
        (DiscountRate(), 10.0, "#NUM!", "write 10% or 0.1"),
        (DiscountRate(), 250.0, "#NUM!", "must be above -1 and below 3, got 250"),
        (DiscountRate(), -1.0, "#NUM!", "must be above -1"),
        (Money(), "x" * 100, "#VALUE!", "…"),
        (Money(), 10**400, "#NUM!", "too large"),
        (Logical(), 1.0, "#VALUE!", "must be TRUE or FALSE, got 1"),
        (Text(), True, "#VALUE!", "must be text, got TRUE"),
        (
            Choice(options=("counted", "end")),
            "sometimes",
            "#VALUE!",
            'must be one of "counted", "end", got the text "some',
        ),
        (Choice(options=("counted", "end")), 1.0, "#VALUE!", "got 1"),
        (Date(), "31.3.26", "#VALUE!", "write it as 2026-03-31"),
        (Date(), "3/4/2026", "#VALUE!", "write it as 2026-03-31"),
        (Date(), 60.0, "#NUM!", "serial number 60"),
        (Date(), False, "#VALUE!", "must be a date, got FALSE"),
    ],
)
def test_refusals(kind: Kind, cell: Any, code: str, says: str) -> None:
    error = kind.read(cell)
    assert isinstance(error, CellError)
    assert error.code == code
    assert says in error.message


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Share(), 0.25, 0.25),
        (Share(), 1, 1.0),
        (Margin(), -0.5, -0.5),
        (Rate(), -0.99, -0.99),
        (Count(), 4.2, 4.2),
        (Periods(whole=True), 12.0, 12.0),
        (Money(), -7, -7.0),
        (Text(), "Anna", "Anna"),
        (Text(), 17850.0, 17850.0),
        (Text(), 17850, 17850.0),
        (Text(), "017850", "017850"),
        (Text(), dt.datetime(2026, 1, 2), 46024.0),
        (Text(), 12345678901234567, "12345678901234567"),
        (Text(), 2**53 + 1, "9007199254740993"),
        (Text(), 2**53, 2.0**53),
        (Text(), np.int64(2**53 + 1), "9007199254740993"),
        (Text(), Decimal("12345678901234567"), "12345678901234567"),
        (Text(), Decimal("0.1"), 0.1),
        (Money(), dt.datetime(2026, 1, 2, 12), 46024.5),
        (Money(), dt.time(6), 0.25),
        (Money(), dt.timedelta(days=2, hours=12), 2.5),
        (Money(), Decimal("12.3456"), 12.3456),
        (DiscountRate(), 2.99, 2.99),
        (DiscountRate(), -0.99, -0.99),
        (Logical(), True, True),
        (Choice(options=("counted", "end")), " Counted", "counted"),
        (Date(), 45351.0, dt.datetime(2024, 2, 29)),
        (Date(), "2024-02-29", dt.datetime(2024, 2, 29)),
        (Date(), "2024-02-29T12:30", dt.datetime(2024, 2, 29, 12, 30)),
        (Date(), dt.datetime(2024, 2, 29, tzinfo=dt.UTC), dt.datetime(2024, 2, 29)),
    ],
)
def test_values(kind: Kind, cell: Any, value: Any) -> None:
    assert kind.read(cell) == value


def test_dates_of_a_1904_workbook() -> None:
    assert Date().read(43889.0, system=EXCEL_1904) == dt.datetime(2024, 2, 29)


KINDS = [
    Money(),
    Money(minimum=0),
    Count(),
    Share(),
    Margin(),
    Rate(),
    DiscountRate(),
    Periods(whole=True),
    Text(),
    Date(),
    Logical(),
]
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.floats(0, 1),
    st.text(max_size=5),
    st.sampled_from(
        [*CODES, "#SPILL!", "", " ", -2146826246, 10**400, {"type": "Error", "errorType": "Num"}, b"", [1]]
    ),
    st.datetimes(),
    st.dates(),
)


@given(st.sampled_from(KINDS), st.lists(CELLS, max_size=30))
def test_many_cells_are_read_as_one_cell_is(kind: Kind, cells: list[Any]) -> None:
    values, gaps = kind.read_many(cells)
    assert len(values) == len(cells)
    for i, cell in enumerate(cells):
        alone = kind.read(cell)
        if alone is None or isinstance(alone, CellError):
            assert gaps[i] == alone
        else:
            assert i not in gaps
            assert values[i] == alone


@given(st.lists(st.one_of(st.floats(), st.integers()), max_size=30))
def test_plain_numbers_take_the_quick_way_to_the_same_answer(cells: list[float]) -> None:
    _, gaps = Share().read_many(cells)
    assert gaps == {i: e for i, c in enumerate(cells) if isinstance(e := Share().read(c), CellError)}


NUMBERS = [Share(), Margin(), Rate(), Count(), Money(), Ratio(above=0), Periods(whole=True), Periods(maximum=1200)]
NEAR = [math.nextafter(b, d) for b in (-1.0, 0.0, 1.0, 1200.0) for d in (-math.inf, math.inf)]


@given(st.sampled_from(NUMBERS), st.floats() | st.sampled_from(NEAR) | st.sampled_from([-1.0, 0.0, 1.0, 1200.0]))
def test_what_fits_is_what_needs_no_look(kind: Kind, number: float) -> None:
    low, high = kind.fitting
    read = kind.read(number)
    if low <= number <= high:
        assert read == number
    elif low <= high:  # otherwise every number of the kind needs a look
        assert isinstance(read, CellError)


@pytest.mark.parametrize("kind", [Text(), Logical(), Choice(options=("a",)), Date(), Periods(whole=True)])
def test_nothing_fits_where_every_cell_needs_a_look(kind: Kind) -> None:
    low, high = kind.fitting
    assert not low <= high
