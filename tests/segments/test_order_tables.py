"""Cohorts, groups and the summary for models: by hand, against the library lifetimes, and unhappy paths."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.core import columns
from clv_xl.worksheet.call import call

COHORTS, GROUPS, CLV_SUMMARY = REGISTRY["COHORT_TABLE"], REGISTRY["CLV_BY_GROUP"], REGISTRY["CLV_SUMMARY"]


# What decides whether names are compared as numbers: their length, characters beyond ASCII, and NUL.
LETTERS = st.sampled_from(["A", "B", "a", "1", " ", "\t", "\x7f", "\0", "\u00a0", "é", "\U0001f600"])
SHORT = st.text(st.sampled_from("AB1 ~\x01"), max_size=8)


@settings(max_examples=300)
@given(st.lists(SHORT, max_size=20, unique=True) | st.lists(st.text(LETTERS, max_size=10), max_size=20, unique=True))
def test_names_are_in_the_order_of_their_characters(names: list[str]) -> None:
    assert [names[place] for place in columns._alphabetical(names)] == sorted(names)


@settings(max_examples=300)
@given(st.lists(st.text(LETTERS, max_size=10) | st.integers(0, 20) | st.none(), min_size=1, max_size=20))
def test_customers_are_numbered_by_their_trimmed_names(names: list[Any]) -> None:
    numbers, different = columns._numbered(names)
    expected = ["" if name is None else str(name).strip(" \t") for name in names]
    assert different.tolist() == sorted(set(expected) - {""})
    assert ["" if number != number else different[int(number)] for number in numbers] == expected


def column(*cells: Any) -> list[list[Any]]:
    return [[cell] for cell in cells]


NAMES = column("Ann", "Ben", "Ann", "Eve", "Ben")
DATES = column("2024-01-31", "2024-01-02", "2024-03-01", "2024-02-29", "2024-03-31")
AMOUNTS = column(10.0, 20.0, 30.0, 40.0, -5.0)
JANUARY, FEBRUARY = dt.datetime(2024, 1, 1), dt.datetime(2024, 2, 1)


@pytest.mark.parametrize(
    ("measure", "january", "february"),
    [
        ("customers", [2.0, 0.0, 1.0], [1.0, 0.0, ""]),
        ("retention", [1.0, 0.0, 0.5], [1.0, 0.0, ""]),
        ("revenue", [30.0, 0.0, 25.0], [40.0, 0.0, ""]),
        ("average order", [15.0, "", 25.0], [40.0, "", ""]),
        ("cumulative value", [15.0, 15.0, 27.5], [40.0, 40.0, ""]),
    ],
)
def test_measures_of_cohorts_by_hand(measure: str, january: list[Any], february: list[Any]) -> None:
    assert call(COHORTS, [NAMES, DATES, AMOUNTS, measure]).rows == [
        ["cohort", "customers", 0.0, 1.0, 2.0],
        [JANUARY, 2.0, *january],
        [FEBRUARY, 1.0, *february],
    ]


def test_payback_is_the_first_period_that_earns_the_cost_back() -> None:
    table = call(COHORTS, [NAMES, DATES, AMOUNTS, "customers", None, 20.0, 0.8]).rows
    assert [row[:3] for row in table] == [["cohort", "customers", "payback"], [JANUARY, 2.0, 2.0], [FEBRUARY, 1.0, 0.0]]
    assert [row[2] for row in call(COHORTS, [NAMES, DATES, AMOUNTS, None, None, 100.0]).rows[1:]] == ["", ""]


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("day", ["2024-01-02", "2024-01-31", "2024-02-29"]),
        ("week", ["2024-01-01", "2024-01-29", "2024-02-26"]),
        ("month", ["2024-01-01", "2024-02-01"]),
        ("quarter", ["2024-01-01"]),
        ("year", ["2024-01-01"]),
    ],
)
def test_periods_of_the_calendar(period: str, starts: list[str]) -> None:
    rows = call(COHORTS, [NAMES, DATES, None, None, period]).rows
    assert [f"{row[0]:%Y-%m-%d}" for row in rows[1:]] == starts


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 500), st.integers(1, 999)), min_size=1, max_size=40),
    st.sampled_from(["week", "month", "quarter", "year"]),
)
def test_cohorts_lose_nothing(lines: list[tuple[str, int, int]], period: str) -> None:
    log = [
        column(*(name for name, _, _ in lines)),
        column(*(dt.datetime(2023, 3, 5) + dt.timedelta(days=day) for _, day, _ in lines)),
        column(*(float(amount) for _, _, amount in lines)),
    ]
    revenue = call(COHORTS, [*log, "revenue", period]).rows[1:]
    assert sum(cell for row in revenue for cell in row[2:] if cell != "") == sum(line[2] for line in lines)
    assert sum(row[1] for row in revenue) == len({line[0] for line in lines})
    for row in call(COHORTS, [*log, "retention", period]).rows[1:]:
        assert row[2] == 1.0
        assert all(0 <= cell <= 1 for cell in row[2:] if cell != "")


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ([NAMES, DATES, None, "revenue"], "#N/A", 'the measure "revenue" needs amounts'),
        ([NAMES, DATES, None, None, None, 5.0], "#N/A", "the payback period needs amounts"),
        ([NAMES, DATES, AMOUNTS, "loyalty"], "#VALUE!", 'measure must be one of "customers"'),
        ([NAMES, DATES, AMOUNTS, None, "fortnight"], "#VALUE!", 'period must be one of "day"'),
        ([NAMES, DATES, AMOUNTS, None, None, -1.0], "#NUM!", "cac must be 0 or more"),
        ([NAMES, DATES, AMOUNTS, None, None, 1.0, 40.0], "#NUM!", "margin must be at most 1, got 40; write 40% or 0.4"),
        (
            [column(*map(str, range(2000))), column(*range(9000, 49000, 20)), None, None, "day"],
            "#NUM!",
            "choose longer",
        ),
        ([NAMES, column(*["2024-01-01"] * 5), column(*[-1.0] * 5)], "#NUM!", "every amount is zero or negative"),
    ],
)
def test_cohorts_that_cannot_be(given: list[Any], code: str, says: str) -> None:
    result = call(COHORTS, given)
    assert result.value == code
    assert result.error is not None
    assert says in result.error.message


def test_customers_won_by_advertising_are_worth_1000_and_by_referral_5000() -> None:
    """The field's standard example: one channel brings many customers, the other valuable ones."""
    groups = column(*["advertising"] * 4, *["referral"] * 4)
    names = column("a", "a", "b", "b", "r", "r", "s", "s")
    dates = column(*["2025-01-10", "2025-02-10"] * 4)
    amounts = column(400.0, 600.0, 500.0, 500.0, 2000.0, 3000.0, 1000.0, 4000.0)
    spend = [["spend", "group"], [300.0, "advertising"], [200.0, "referral"], [700.0, "advertising"]]
    assert call(GROUPS, [groups, names, dates, amounts, spend]).rows == [
        ["group", "customers", "orders", "revenue", "CLTV", "spend", "CAC", "LTV:CAC", "payback"],
        ["referral", 2.0, 4.0, 10000.0, 5000.0, 200.0, 100.0, 50.0, 0.0],
        ["advertising", 2.0, 4.0, 2000.0, 1000.0, 1000.0, 500.0, 2.0, 1.0],
        ["Total", 4.0, 8.0, 12000.0, 3000.0, 1200.0, 300.0, 10.0, 0.0],
    ]
    halved = call(GROUPS, [groups, names, dates, amounts, None, 0.5]).rows
    assert [row[4] for row in halved] == ["CLTV", 2500.0, 500.0, 1500.0]


def test_a_customer_belongs_to_the_group_of_the_first_order() -> None:
    table = call(GROUPS, [column("b", "a", "c"), column("x", "x", "x"), column(3, 1, 2), column(1.0, 2.0, 3.0)]).rows
    assert [row[:4] for row in table[1:]] == [["a", 1.0, 3.0, 6.0], ["Total", 1.0, 3.0, 6.0]]
    tied = call(GROUPS, [column("b", "a"), column("x", "x"), column(1, 1), column(1.0, 2.0)]).rows
    assert tied[1][0] == "a"


def test_groups_without_spend_without_customers_and_for_free() -> None:
    spend = [["ads", 0.0], ["tv", 50.0]]
    result = call(GROUPS, [column("ads", "shop"), column("x", "y"), column(1, 2), column(10.0, 20.0), spend])
    rows = {row[0]: row[4:] for row in result.rows[1:]}
    assert rows == {
        "shop": [20.0, "#N/A", "#N/A", "#N/A", "#N/A"],
        "ads": [10.0, 0.0, 0.0, "#DIV/0!", 0.0],
        "tv": ["#DIV/0!", 50.0, "#DIV/0!", "#DIV/0!", "#DIV/0!"],
        "Total": [15.0, "#N/A", "#N/A", "#N/A", "#N/A"],
    }
    said = {error.message for error in result.errors.values()}
    assert "the spend table has no row for shop; enter 0 if it cost nothing" in said
    assert "tv has no customers in the log" in said
    assert "ads cost nothing, so there is no ratio of value to cost" in said


def test_spend_that_cannot_be_read() -> None:
    log = [column("ads"), column("x"), column(1), column(10.0)]
    error = call(GROUPS, [*log, [["ads", -5.0]]]).error
    assert error is not None
    assert "spend: spend, row 1 of the range, must be 0 or more" in error.message
    assert call(GROUPS, [*log, [["ads"]]]).value == "#VALUE!"


def cdnow(sample: bool) -> list[tuple[str, dt.datetime, float]]:
    datasets = pytest.importorskip("lifetimes.datasets")
    file = Path(datasets.__file__).parent / ("CDNOW_sample.txt" if sample else "CDNOW_master.txt")
    rows = [line.split() for line in file.read_text().splitlines() if line.strip()]
    return [(row[-4], dt.datetime.strptime(row[-3], "%Y%m%d"), float(row[-1])) for row in rows]


@pytest.mark.parametrize("period", ["day", "week"])
def test_the_summary_equals_that_of_lifetimes_on_cdnow(period: str) -> None:
    """The end is a Sunday: lifetimes also counts orders after the end, if they lie in its week."""
    utils = pytest.importorskip("lifetimes.utils")
    pandas = pytest.importorskip("pandas")
    lines = cdnow(sample=True)
    end = dt.datetime(1997, 9, 28)
    frame = pandas.DataFrame(lines, columns=["customer", "date", "amount"])
    expected = utils.summary_data_from_transaction_data(
        frame, "customer", "date", "amount", observation_period_end=end, freq=period[0].upper()
    )
    given = [column(*cells) for cells in zip(*lines, strict=True)]
    head, *rows = call(CLV_SUMMARY, [*given, end, period]).rows
    assert head[:5] == ["customer", "frequency", "recency", "age", "value"]
    assert [row[0] for row in rows] == list(expected.index)
    assert len(rows) == 2357
    for place, name in enumerate(["frequency", "recency", "T", "monetary_value"], start=1):
        assert [row[place] for row in rows] == pytest.approx(expected[name].tolist(), rel=1e-9, abs=1e-9)


def test_a_summary_without_amounts_counts_every_day_with_a_line() -> None:
    assert call(CLV_SUMMARY, [NAMES, DATES]).rows == [
        ["customer", "frequency", "recency", "age"],
        ["Ann", 1.0, 30.0, 60.0],
        ["Ben", 1.0, 89.0, 89.0],
        ["Eve", 0.0, 0.0, 31.0],
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 60), st.integers(1, 99)), min_size=1, max_size=30))
def test_a_summary_equals_a_slow_count(lines: list[tuple[str, int, int]]) -> None:
    by_day: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for name, day, amount in lines:
        by_day[name][day] += amount
    end = max(day for _, day, _ in lines)
    expected = []
    for name, days in sorted(by_day.items()):
        first, *later = sorted(days)
        value = sum(days[day] for day in later) / len(later) if later else 0.0
        expected.append([name, len(later), max(days) - first, end - first, pytest.approx(value)])
    given = [
        column(*(name for name, _, _ in lines)),
        column(*(40_000 + day for _, day, _ in lines)),
        column(*(float(amount) for _, _, amount in lines)),
    ]
    assert call(CLV_SUMMARY, given).rows[1:] == expected


def test_an_end_before_every_order() -> None:
    result = call(CLV_SUMMARY, [NAMES, DATES, AMOUNTS, "2023-01-01"])
    assert result.value == "#NUM!"
    assert result.error is not None
    assert "After the last day that counts: 5 lines" in result.error.message
