"""Cohorts, groups and the summary for models: by hand, against the library lifetimes, and unhappy paths."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call

COHORTS, GROUPS, CLV_SUMMARY = REGISTRY["COHORT_TABLE"], REGISTRY["CLV_BY_GROUP"], REGISTRY["CLV_SUMMARY"]


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
            "the dates span 39,981 days, more than a table can show (16,384 columns, a million cells); "
            'choose the period "quarter"',
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
        ["group", "customers", "orders", "revenue", "value so far", "spend", "CAC", "payback"],
        ["referral", 2.0, 4.0, 10000.0, 5000.0, 200.0, 100.0, 0.0],
        ["advertising", 2.0, 4.0, 2000.0, 1000.0, 1000.0, 500.0, 1.0],
        ["Total", 4.0, 8.0, 12000.0, 3000.0, 1200.0, 300.0, 0.0],
    ]
    halved = call(GROUPS, [groups, names, dates, amounts, None, 0.5]).rows
    assert [row[4] for row in halved] == ["value so far", 2500.0, 500.0, 1500.0]


def test_value_is_compared_with_cost_only_where_it_is_profit() -> None:
    log = [column("ads", "tv"), column("x", "y"), column(1, 2), column(100.0, 50.0), [["ads", 20.0], ["tv", 25.0]]]
    assert "LTV:CAC" not in call(GROUPS, log).rows[0]
    head, *rows = call(GROUPS, [*log, 0.5]).rows
    assert [row[head.index("LTV:CAC")] for row in rows] == [2.5, 1.0, 37.5 / 22.5]
    assert call(GROUPS, [*log, 1.0]).rows[1][head.index("LTV:CAC")] == 5.0


def test_a_customer_belongs_to_the_group_of_the_first_order() -> None:
    table = call(GROUPS, [column("b", "a", "c"), column("x", "x", "x"), column(3, 1, 2), column(1.0, 2.0, 3.0)]).rows
    assert [row[:4] for row in table[1:]] == [["a", 1.0, 3.0, 6.0], ["Total", 1.0, 3.0, 6.0]]
    tied = call(GROUPS, [column("b", "a"), column("x", "x"), column(1, 1), column(1.0, 2.0)]).rows
    assert tied[1][0] == "a"


def test_groups_without_spend_without_customers_and_for_free() -> None:
    spend = [["ads", 0.0], ["tv", 50.0]]
    result = call(GROUPS, [column("ads", "shop"), column("x", "y"), column(1, 2), column(10.0, 20.0), spend, 1.0])
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


@pytest.mark.parametrize(
    ("amounts", "frequency", "value"),
    [
        ([10.0, 20.0, -5.0], 1.0, 15.0),
        ([100.0, 60.0, -10.0, 50.0], 2.0, 50.0),
        ([100.0, -10.0], 0.0, 0.0),
        ([-10.0, 100.0, 60.0], 1.0, 60.0),
        ([100.0, -80.0, 60.0], 1.0, -20.0),
        ([100.0, 60.0, -200.0], 1.0, -140.0),
    ],
)
def test_a_refund_is_taken_off_on_whatever_day_it_stands(amounts: list[float], frequency: float, value: float) -> None:
    dates = column(*(45_000.0 + day for day in range(len(amounts))))
    row = call(CLV_SUMMARY, [column(*["A"] * len(amounts)), dates, column(*amounts)]).rows[1]
    assert [row[1], row[4]] == [frequency, value]


def test_a_refund_in_the_period_of_the_first_order_belongs_to_it() -> None:
    dates = column("2024-01-05", "2024-01-20", "2024-02-03", "2024-03-01")
    row = call(CLV_SUMMARY, [column(*"AAAA"), dates, column(50.0, -20.0, 30.0, -4.0), None, "month"]).rows[1]
    assert row == ["A", 1.0, 1.0, 2.0, 26.0]


LAST_DAY = 2_958_465.0


@pytest.mark.parametrize("end", [None, LAST_DAY, "9999-12-31"])
def test_the_last_day_of_the_calendar_counts_like_any_day(end: Any) -> None:
    log = [column("A", "A", "B"), column(LAST_DAY - 1, LAST_DAY + 0.75, LAST_DAY), column(1.0, 2.0, 4.0)]
    rows = call(REGISTRY["RFM"], [*log, end]).rows
    assert [row[:4] for row in rows[1:]] == [["B", 0.0, 1.0, 4.0], ["A", 0.0, 2.0, 3.0]]
    assert call(CLV_SUMMARY, [*log, end]).rows[1:] == [["A", 1.0, 1.0, 1.0, 2.0], ["B", 0.0, 0.0, 0.0, 0.0]]
    assert call(COHORTS, log).rows[1] == [dt.datetime(9999, 12, 1), 2.0, 1.0]
    assert call(GROUPS, [column("x", "x", "y"), *log]).rows[-1][:4] == ["Total", 2.0, 3.0, 7.0]
    assert call(REGISTRY["MRR_MOVEMENTS"], log).rows[1][-1] == 7.0


@pytest.mark.parametrize(
    ("days", "period", "fits"),
    [
        (16_381, "day", True),
        (16_382, "day", False),
        (16_380, "day", True),
    ],
)
def test_a_table_as_wide_as_a_worksheet(days: int, period: str, fits: bool) -> None:
    """Cohort, customers, and a column for each day from the first to the last."""
    result = call(COHORTS, [column("A", "A"), column(30_000.0, 30_000.0 + days), None, None, period])
    if fits:
        assert len(result.rows[0]) == days + 3
    else:
        assert result.value == "#NUM!"
        assert result.error is not None
        assert 'choose the period "week"' in result.error.message
        assert len(call(COHORTS, [column("A", "A"), column(30_000.0, 30_000.0 + days), None, None, "week"]).rows) == 2


def test_a_payback_column_counts_as_well() -> None:
    log = [column("A", "A"), column(30_000.0, 46_381.0), column(1.0, 1.0), None, "day"]
    assert len(call(COHORTS, log).rows[0]) == 16_384
    assert call(COHORTS, [*log, 5.0]).value == "#NUM!"


def test_only_orders_make_a_table_wide() -> None:
    """A refund long before the first order is no cohort."""
    rows = call(COHORTS, [column("A", "A"), column(10_000.0, 45_000.0), column(-1.0, 5.0), None, "day"]).rows
    assert len(rows[0]) == 3


def test_customers_are_shown_as_spelled_in_their_earliest_order() -> None:
    names = column("ANN", "Ann ", "ann", "Ben", "ben\u200b", "José", "Jose\u0301")
    dates = column(45_002.0, 45_001.0, 45_003.0, 45_002.0, 45_002.0, 45_005.0, 45_004.0)
    head, *rows = call(REGISTRY["RFM"], [names, dates, column(*[1.0] * 7)]).rows
    assert {row[0]: row[2] for row in rows} == {"Ann": 3.0, "Ben": 1.0, "Jose\u0301": 2.0}
    assert 'note: 3 customers are spelled in several ways and counted as one each, for example "ANN" and "Ann"' in head
    assert [row[0] for row in call(CLV_SUMMARY, [names, dates]).rows[1:]] == ["Ann", "Ben", "Jose\u0301"]


def test_the_earliest_order_is_no_refund_and_not_left_out() -> None:
    names, dates = column("ANN", "Ann", "ann"), column(45_000.0, 45_001.0, 45_002.0)
    assert call(REGISTRY["RFM"], [names, dates, column(-1.0, 5.0, 5.0)]).rows[1][0] == "Ann"
    assert call(REGISTRY["RFM"], [names, dates, column(0.0, -1.0, 5.0)]).rows[1][0] == "ann"


def test_numbers_of_customers_and_groups_come_back_as_numbers() -> None:
    names = column(17850.0, "17850", 13047, 12583.0)
    log = [names, column(45_001.0, 45_000.0, 45_002.0, 45_002.0), column(1.0, 2.0, 4.0, 3.0)]
    head, *rows = call(REGISTRY["RFM"], log).rows
    assert [row[0] for row in rows] == [13047.0, 12583.0, "17850"]
    assert "note: 1 of the customers is spelled in several ways" in head[9]
    assert [row[0] for row in call(CLV_SUMMARY, log).rows[1:]] == [12583.0, 13047.0, "17850"]
    groups = call(GROUPS, [column(2024.0, 2025.0, "2024", 2025), *log, [["2024", 1.0], [2025.0, 2.0]], 1.0]).rows
    assert [row[0] for row in groups[1:]] == [2024.0, 2025.0, "Total"]
    assert [row[5] for row in groups[1:]] == [1.0, 2.0, 3.0]


def test_numbers_with_more_digits_than_a_cell_holds_are_said() -> None:
    head = call(REGISTRY["RFM"], [column(1e15, 5.0), column(45_000.0, 45_001.0), column(1.0, 2.0)]).rows[0]
    assert any("more than 15 digits" in str(cell) for cell in head)


def test_notes_stand_behind_the_headers_of_every_table() -> None:
    log = [column("Ann", "ann", "Ben"), column(45_000.0, 45_001.0, 45_002.0), column(5.0, 6.0, -1.0)]
    for record, cells in [(COHORTS, log), (GROUPS, [column("x", "X", "x"), *log]), (CLV_SUMMARY, log)]:
        head = [str(cell) for cell in call(record, cells).rows[0]]
        assert "note: Customers without an order: 1 rows left out: 1 customers with refunds or free items only" in head
        assert any("spelled in several ways" in cell for cell in head)
    mrr = call(REGISTRY["MRR_MOVEMENTS"], [log[0], log[1], column(5.0, 6.0, 0.0)])
    assert "spelled in several ways" in mrr.rows[0][-1]
    assert [row[2] for row in mrr.rows[1:]] == [11.0]
    assert call(REGISTRY["REPEAT_RATE"], [log[0]]).value == 0.5


def test_integers_that_a_float_cannot_tell_apart_are_two_customers() -> None:
    """From Python only: the first two are one float."""
    ids = [2**53, 2**53 + 1, 2**53 + 1]
    for names in (ids, np.array(ids), [Decimal(i) for i in ids]):
        assert call(REGISTRY["REPEAT_RATE"], [names]).value == 0.5


def test_of_spellings_on_one_moment_the_least_is_shown_without_characters_of_no_width() -> None:
    names = column("ben", "\u200bBen", "BEN\u200b", "Ann")
    assert [row[0] for row in call(CLV_SUMMARY, [names, column(*[45_000.0] * 4)]).rows[1:]] == ["Ann", "BEN"]


def test_customers_stand_in_the_order_of_the_names_that_are_shown() -> None:
    names = column("ann", "ANN", "Bob")
    assert [row[0] for row in call(CLV_SUMMARY, [names, column(1.0, 2.0, 3.0)]).rows[1:]] == ["Bob", "ann"]


def test_the_notes_count_for_the_width_of_a_cohort_table() -> None:
    """Two columns before, 16,382 days: as wide as a worksheet, and with a note one too many."""
    dates = column(1000.0, 1000.0 + 16_381)
    assert len(call(COHORTS, [column("Ann", "Ann"), dates, None, None, "day"]).rows[0]) == 16_384
    refused = call(COHORTS, [column("Ann", "ann"), dates, None, None, "day"])
    assert refused.error is not None
    assert 'choose the period "week"' in refused.error.message


def test_many_customers_of_few_cohorts_fit_on_a_sheet() -> None:
    """1,200 customers who all began on the first of 1,200 days are one cohort."""
    names = column(*[f"c{i}" for i in range(1200)] * 2)
    dates = column(*[45_000.0] * 1200, *[45_000.0 + i for i in range(1200)])
    rows = call(COHORTS, [names, dates, None, None, "day"]).rows
    assert [len(rows), len(rows[0])] == [2, 1202]


def test_a_value_that_pandas_lacks_is_a_blank() -> None:
    log = [["Ann", "Ben", pd.NA], [45_000.0, 45_001.0, pd.NA], [1.0, 2.0, pd.NA]]
    assert [row[0] for row in call(REGISTRY["RFM"], log).rows[1:]] == ["Ben", "Ann"]
    log[1][1] = pd.NA
    wrong = call(REGISTRY["RFM"], log)
    assert wrong.error is not None
    assert wrong.error.message.startswith("dates, row 2 of the range, is blank")
