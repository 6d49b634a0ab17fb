"""The share of the best customers, and of those who come back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call

PARETO, REPEAT = REGISTRY["PARETO_SHARE"], REGISTRY["REPEAT_RATE"]
VALUES = st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any)


def share(values: list[Any], top: Any = None) -> Any:
    return call(PARETO, [[[float(v)] for v in values], top]).value


def slow_share(values: list[int], top: Fraction) -> Fraction:
    """Each customer in a hundred equal slices, the best slices taken."""
    slices = sorted((Fraction(v, 100) for v in values for _ in range(100)), reverse=True)
    return sum(slices[: int(top * len(slices))], Fraction()) / sum(values)


@given(VALUES, st.integers(0, 100))
def test_the_share_equals_a_count_of_slices(values: list[int], percent: int) -> None:
    assert share(values, percent / 100) == pytest.approx(float(slow_share(values, Fraction(percent, 100))), abs=1e-12)


@given(VALUES, st.randoms())
def test_the_order_of_customers_does_not_matter(values: list[int], random: Any) -> None:
    mixed = list(values)
    random.shuffle(mixed)
    assert share(values) == share(mixed)
    assert share(values) >= 0.2 - 1e-12
    assert share(values, 1.0) == 1.0
    assert share([7 * v for v in values]) == pytest.approx(share(values))


def test_equal_customers_have_equal_shares() -> None:
    assert share([5] * 7) == pytest.approx(0.2)
    assert share([5] * 7, 0.5) == pytest.approx(0.5)


def test_several_tops_at_once() -> None:
    assert call(PARETO, [[[70.0], [10.0], [10.0], [5.0], [5.0]], [[0.2, 0.3, 1.0, 20.0]]]).rows == [
        [0.7, 0.75, 1.0, "#NUM!"]
    ]


def test_refunds_are_the_bottom() -> None:
    assert share([100, 20, -20], 1 / 3) == pytest.approx(1.0)
    assert share([100, -50], 0.5) == 2.0


@pytest.mark.parametrize(
    ("cells", "code", "says"),
    [
        ([[[0.0], [0.0]]], "#DIV/0!", "add up to 0"),
        ([[[0.1], [0.2], [-0.3]]], "#DIV/0!", "add up to 0"),
        ([[[1.0], [-3.0]]], "#NUM!", "add up to -2; shares need a total above 0"),
        ([[[1.0]], 20.0], "#NUM!", "top must be from 0 to 1, got 20; write 20% or 0.2"),
        ([[[None], [None]]], "#N/A", "values: no values"),
        ([[[1.0], [True]]], "#VALUE!", "values, row 2 of the range, must be a number, got TRUE"),
    ],
)
def test_shares_that_do_not_exist(cells: list[Any], code: str, says: str) -> None:
    result = call(PARETO, cells)
    assert result.value == code
    assert result.error is not None
    assert says in result.error.message


@given(st.lists(st.sampled_from(["A", "b", " B", "C ", "c", 7.0, 7, "7.0", "07"]), min_size=1))
def test_repeat_customers_are_counted(customers: list[Any]) -> None:
    numbers = [not isinstance(c, str) or c.isdecimal() for c in customers]
    if len(customers) > 1 and not numbers[0] and all(numbers[1:]) and str(customers[0]).strip().isalpha():
        customers = customers[1:]  # text over numbers is a heading
    names = ["7" if c in (7, 7.0, "7.0") else str(c).strip().lower() for c in customers]
    expected = sum(names.count(name) > 1 for name in set(names)) / len(set(names))
    assert call(REPEAT, [[[c] for c in customers]]).value == pytest.approx(expected)


def test_repeat_rate_of_nobody() -> None:
    assert call(REPEAT, [[[None], [""]]]).value == "#N/A"
