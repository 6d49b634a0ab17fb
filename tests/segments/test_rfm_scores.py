"""Scores and tables of RFM: small logs by hand, an independent slow count, and what must not change anything."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.core.scores import ascending, fewer_scores, score, significant
from clv_xl.core.segments import rfm_segment
from clv_xl.worksheet.call import call

RFM, SUMMARY = REGISTRY["RFM"], REGISTRY["RFM_SUMMARY"]
VALUES = st.lists(st.integers(-50, 50), min_size=1, max_size=60)


def day(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1) + dt.timedelta(days=number)


LINES = st.lists(
    st.tuples(st.sampled_from("ABCDEFGHIJ"), st.integers(0, 400), st.integers(1, 100_000)), min_size=1, max_size=60
)


def cells(lines: list[tuple[str, int, int]], unit: float = 1.0) -> list[Any]:
    return [
        [[name] for name, _, _ in lines],
        [[day(number)] for _, number, _ in lines],
        [[amount * unit] for _, _, amount in lines],
    ]


@given(st.lists(st.sampled_from([0.0, -0.0, 1.5, -2.0, float("inf"), float("-inf"), float("nan")]), max_size=40))
def test_equal_values_keep_their_order(values: list[float]) -> None:
    numbers = np.array(values, dtype=float)
    assert ascending(numbers).tolist() == np.argsort(numbers, kind="stable").tolist()


def slow_score(values: list[Any], value: Any, scores: int) -> int:
    """How many whole fifths of the population are strictly worse, counted one by one in exact fractions."""
    worse = Fraction(sum(other < value for other in values), len(values))
    return 1 + sum(worse >= Fraction(mark, scores) for mark in range(1, scores))


def slow_rfm(lines: list[tuple[str, int, int]]) -> dict[str, tuple[Any, ...]]:
    end = max(number for _, number, _ in lines)
    measures = {}
    for name in {name for name, _, _ in lines}:
        own = [(number, amount) for who, number, amount in lines if who == name]
        visits = {number for number, _ in own}
        measures[name] = (end - max(visits), len(visits), sum(amount for _, amount in own))
    marks = {}
    for name, (recency, frequency, monetary) in measures.items():
        r = slow_score([-m[0] for m in measures.values()], -recency, 5)
        f = slow_score([m[1] for m in measures.values()], frequency, 5)
        m = slow_score([m[2] for m in measures.values()], monetary, 5)
        marks[name] = (recency, frequency, monetary, r, f, m, f"{r}{f}{m}", rfm_segment(r, f, m))
    return marks


@given(VALUES, st.integers(2, 10))
def test_a_score_counts_the_fifths_that_are_worse(values: list[int], scores: int) -> None:
    assert score(np.array(values), scores).tolist() == [slow_score(values, value, scores) for value in values]


@given(VALUES, st.integers(2, 10))
def test_ties_share_a_score_and_better_is_never_lower(values: list[int], scores: int) -> None:
    marks = dict(zip(values, score(np.array(values), scores).tolist(), strict=True))
    ordered = [marks[value] for value in sorted(marks)]
    assert ordered == sorted(ordered)
    assert score(np.array(values), scores).tolist() == [marks[value] for value in values]
    assert ordered[0] == 1
    assert ordered[-1] <= scores


def test_a_hundred_different_values_make_equal_fifths() -> None:
    assert np.bincount(score(np.arange(100)))[1:].tolist() == [20] * 5


def test_many_one_time_buyers_share_the_lowest_score() -> None:
    orders = np.array([1] * 7 + [2, 3, 4])
    marks = score(orders)
    assert marks.tolist() == [1] * 7 + [4, 5, 5]
    assert fewer_scores("frequency", orders, marks, 5) == (
        "note: frequency has 4 different values among 10 customers, so only the scores 1, 4, 5 occur"
    )
    assert fewer_scores("x", np.arange(5), score(np.arange(5)), 5) == ""


def test_sums_in_another_order_are_the_same_amount() -> None:
    a, b = significant(np.array([0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1]))
    assert a == b
    assert significant(np.array([0.0, 1.0, -12.34, 1e308])).tolist() == [0.0, 1.0, -12.34, 1e308]


@settings(max_examples=40, deadline=None)
@given(LINES)
def test_rfm_equals_a_slow_count(lines: list[tuple[str, int, int]]) -> None:
    table = call(RFM, cells(lines)).rows
    assert table[0][:9] == ["customer", "recency", "frequency", "monetary", "R", "F", "M", "score", "segment"]
    assert {row[0]: tuple(row[1:9]) for row in table[1:]} == slow_rfm(lines)


@settings(max_examples=25, deadline=None)
@given(LINES, st.randoms())
def test_the_order_of_the_lines_changes_nothing(lines: list[tuple[str, int, int]], random: Any) -> None:
    mixed = list(lines)
    random.shuffle(mixed)
    assert call(RFM, cells(lines)).rows == call(RFM, cells(mixed)).rows


@settings(max_examples=25, deadline=None)
@given(LINES, st.sampled_from([0.01, 3.0, 1000.0]))
def test_another_currency_changes_no_segment(lines: list[tuple[str, int, int]], unit: float) -> None:
    def segments(table: Any) -> Any:
        return {row[0]: row[4:9] for row in table[1:]}

    assert segments(call(RFM, cells(lines)).rows) == segments(call(RFM, cells(lines, unit)).rows)


@settings(max_examples=25, deadline=None)
@given(LINES, st.sampled_from(["bands", "complete-125"]))
def test_a_summary_adds_up_to_the_log(lines: list[tuple[str, int, int]], name: str) -> None:
    _, *rows, total = call(SUMMARY, [*cells(lines), None, None, name]).rows
    assert len(rows) == 11
    for column, whole in ((1, len({line[0] for line in lines})), (3, sum(line[2] for line in lines)), (2, 1), (4, 1)):
        assert sum(row[column] for row in rows) == pytest.approx(whole, rel=1e-12)
        assert total[column] == pytest.approx(whole, rel=1e-12)
    listed = call(RFM, [*cells(lines), None, None, name]).rows[1:]
    for row in rows:
        assert row[1] == sum(customer[8] == row[0] for customer in listed)
        assert row[5] == ("" if not row[1] else pytest.approx(row[3] / row[1]))
        assert row[6]


def test_one_customer_only() -> None:
    head, row = call(RFM, [[["Ann"]], [[day(0)]], [[5.0]]]).rows
    assert row[:9] == ["Ann", 0.0, 1.0, 5.0, 1.0, 1.0, 1.0, "111", "Lost"]
    assert head[9:] == [
        f"note: {what} has 1 different value among 1 customers, so only the scores 1 occur"
        for what in ("recency", "frequency", "monetary")
    ]


def test_customers_who_are_all_equal_share_everything() -> None:
    table = call(RFM, [[["A"], ["B"], ["C"]], [[day(0)]] * 3, [[5.0]] * 3]).rows
    assert [row[7] for row in table[1:]] == ["111"] * 3
    assert [row[0] for row in table[1:]] == ["A", "B", "C"]


def test_refunds_are_taken_off_and_are_no_orders() -> None:
    log = [
        [["A"], ["A"], ["B"], ["B"], ["C"]],
        [[day(i)] for i in (0, 9, 1, 2, 3)],
        [[50.0], [-80.0], [9.0], [1.0], [0.0]],
    ]
    head, *rows = call(RFM, log).rows
    assert [row[:4] for row in rows] == [["B", 7.0, 2.0, 10.0], ["A", 9.0, 1.0, -30.0]]
    assert "Customers without an order: 1 rows left out" in head[9]
    assert call(SUMMARY, log).rows[-1][:6] == ["Total", 2.0, 1.0, -20.0, "", -10.0]


def test_lines_of_one_day_are_one_order_and_of_two_times_two() -> None:
    same = call(RFM, [[["A"], ["A"]], [[day(0)], [day(0)]], [[1.0], [2.0]]]).rows[1]
    assert same[1:4] == [0.0, 1.0, 3.0]
    times = [[day(0).replace(hour=9)], [day(0).replace(hour=17)]]
    assert call(RFM, [[["A"], ["A"]], times, [[1.0], [2.0]]]).rows[1][1:4] == [0.0, 2.0, 3.0]


def test_as_of_leaves_later_lines_out_and_says_so() -> None:
    log = [[["A"], ["B"], ["A"]], [[day(0)], [day(1)], [day(5)]], [[1.0], [2.0], [4.0]]]
    head, *rows = call(RFM, [*log, day(2)]).rows
    assert [row[:4] for row in rows] == [["B", 1.0, 1.0, 2.0], ["A", 2.0, 1.0, 1.0]]
    assert head[9] == "note: After the last day that counts: 1 rows left out"
    assert [row[1] for row in call(RFM, [*log, day(10)]).rows[1:]] == [5.0, 9.0]


def test_other_numbers_of_scores_need_a_map_of_their_own() -> None:
    log = [[["A"], ["B"], ["C"], ["D"]], [[day(i)] for i in range(4)], [[float(i + 1)] for i in range(4)]]
    assert [row[4:9] for row in call(RFM, [*log, None, 4.0]).rows[1:]] == [
        [4.0, 1.0, 4.0, "414", "no map for 4 scores"],
        [3.0, 1.0, 3.0, "313", "no map for 4 scores"],
        [2.0, 1.0, 2.0, "212", "no map for 4 scores"],
        [1.0, 1.0, 1.0, "111", "no map for 4 scores"],
    ]
    own = [[float(r), 0.0, 4.0, f"R{r}"] for r in range(1, 5)]
    assert [row[8] for row in call(RFM, [*log, None, 4.0, own]).rows[1:]] == ["R4", "R3", "R2", "R1"]
    refused = call(SUMMARY, [*log, None, 4.0])
    assert refused.value == "#NUM!"
    assert refused.error is not None
    assert 'the map "bands" is made for 5 scores, not for 4' in refused.error.message
    ten = call(RFM, [*log, None, 10.0]).rows[1]
    assert ten[7] == "8-1-8"


@pytest.mark.parametrize("function", [RFM, SUMMARY], ids=lambda f: f.name)
@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ([[["A"]], [[day(0)]], [["x"]]], "#VALUE!", "amounts, row 1 of the range, must be a number"),
        ([[["A"], ["B"]], [[day(0)], [None]], [[1.0], [2.0]]], "#N/A", "dates, row 2 of the range, is blank"),
        ([[["A"], ["B"]], [[day(0)]], [[1.0]]], "#N/A", "equally many rows"),
        ([[["A"]], [["31.3.26"]], [[1.0]]], "#VALUE!", "write it as 2026-03-31"),
        ([[["A"]], [[day(0)]], [[-1.0]]], "#NUM!", "every amount is zero or negative"),
        ([[["A"]], [[day(9)]], [[1.0]], day(3)], "#NUM!", "After the last day that counts"),
        ([[["A"]], [[day(9)]], [[1.0]], None, 1.0], "#NUM!", "scores must be from 2 to 10, got 1"),
        ([[["A"]], [[day(9)]], [[1.0]], None, 2.5], "#NUM!", "scores must be a whole number"),
        ([[["A"]], [[day(9)]], [[1.0]], None, None, [[1.0, 0.0, 5.0, "x"]]], "#NUM!", "the scores 211 no segment"),
        ([None, None, None], "#N/A", "no values"),
    ],
)
def test_what_cannot_be_answered(function: Any, given: list[Any], code: str, says: str) -> None:
    result = call(function, given)
    assert result.value == code
    assert result.error is not None
    assert says in result.error.message


def test_a_header_row_and_blank_rows_are_no_customers() -> None:
    log = [[["customer"], ["A"], [None]], [["date"], [day(0)], [None]], [["amount"], [1.0], [None]]]
    assert [row[0] for row in call(RFM, log).rows] == ["customer", "A"]


def test_a_range_of_300_000_rows() -> None:
    rng = np.random.default_rng(3)
    names = [[f"C{i}"] for i in rng.integers(0, 60_000, 300_000).tolist()]
    dates = [[serial] for serial in rng.integers(44_000, 45_500, 300_000).astype(float).tolist()]
    amounts = [[amount] for amount in rng.gamma(2, 20, 300_000).tolist()]
    table = call(RFM, [names, dates, amounts])
    assert not table.errors
    assert len(table.rows) == 1 + len({name for (name,) in names})
    assert sum(row[3] for row in table.rows[1:]) == pytest.approx(sum(amount for (amount,) in amounts), rel=1e-9)


def slow_rfm_of_means(lines: list[tuple[str, int, int]]) -> dict[str, tuple[Any, ...]]:
    """Monetary value per order, and its score, counted one by one."""
    means = {}
    for name in {name for name, _, _ in lines}:
        own = [(number, amount) for who, number, amount in lines if who == name]
        means[name] = Fraction(sum(amount for _, amount in own), len({number for number, _ in own}))
    return {name: (mean, slow_score(list(means.values()), mean, 5)) for name, mean in means.items()}


@settings(max_examples=30, deadline=None)
@given(LINES)
def test_the_monetary_value_may_be_the_mean_per_order(lines: list[tuple[str, int, int]]) -> None:
    given = [*cells(lines), None, None, None]
    _, *rows = call(RFM, [*given, "mean"]).rows
    expected = slow_rfm_of_means(lines)
    assert {row[0]: row[6] for row in rows} == {name: mark for name, (_, mark) in expected.items()}
    assert {row[0]: row[3] for row in rows} == pytest.approx(
        {name: float(mean) for name, (mean, _) in expected.items()}
    )
    assert [row[3] for row in rows] == sorted((row[3] for row in rows), reverse=True)
    summary = call(SUMMARY, [*given, "mean"]).rows[1:-1]
    assert sum(row[3] for row in summary) == pytest.approx(sum(line[2] for line in lines))
    assert {r[0]: r[1] for r in summary if r[1]} == {n: sum(row[8] == n for row in rows) for n in {r[8] for r in rows}}
    assert call(RFM, [*given, "sum"]).rows == call(RFM, given).rows


def test_segments_that_are_numbers_stay_numbers() -> None:
    own = [[float(r), 0.0, 5.0, 10.0 * r] for r in range(1, 6)]
    log = [[["A"], ["B"]], [[day(0)], [day(9)]], [[1.0], [2.0]]]
    assert [row[8] for row in call(RFM, [*log, None, None, own]).rows[1:]] == [30.0, 10.0]
    assert [row[0] for row in call(SUMMARY, [*log, None, None, own]).rows[1:]] == [
        10.0,
        20.0,
        30.0,
        40.0,
        50.0,
        "Total",
    ]
    assert call(REGISTRY["RFM_SEGMENT"], [2.0, 1.0, 1.0, own]).value == 20.0
