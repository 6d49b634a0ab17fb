"""Dates that cannot be meant are refused, in every engine, with the option that says that they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from clv_xl.core.orders import Cleaned, Columns, OrderRules, OrdersError, clean

Engine = Callable[[dict[str, list[Any]]], Any]
COLUMNS = Columns("who", "when", "money")


def cleaned(engine: Engine, dates: list[Any], amounts: list[Any] | None = None, **rules: Any) -> Cleaned:
    frame = engine({"who": ["a"] * len(dates), "when": dates, "money": amounts or [1.0] * len(dates)})
    return clean(frame, COLUMNS, OrderRules(**{"today": dt.date(2025, 12, 31)} | rules))


def refused(engine: Engine, dates: list[Any], amounts: list[Any] | None = None, **rules: Any) -> str:
    with pytest.raises(OrdersError) as caught:
        cleaned(engine, dates, amounts, **rules)
    return str(caught.value)


class TestWhatExcelMade:
    def test_years_as_days(self, engine: Engine) -> None:
        days = [dt.datetime(1905, 7, 13), dt.datetime(1905, 7, 14)]
        assert "1905" in refused(engine, days)
        assert "--as-of 1905-12-31" in refused(engine, days)
        assert "1905" in refused(engine, days, as_of=dt.date(2025, 1, 1))
        assert cleaned(engine, days, as_of=dt.date(1905, 12, 31)).report.row("kept").lines == 2
        assert "1905" in refused(engine, ["1905-07-13", "2025-01-05"])

    def test_old_dates_are_dates(self, engine: Engine) -> None:
        assert cleaned(engine, ["1899-01-01", "1905-01-13"]).report.row("kept").lines == 2

    def test_months_as_days(self, engine: Engine) -> None:
        months = [dt.date(2454, 2, 24), dt.date(2454, 2, 25)]
        assert "--as-of 2454-02-25" in refused(engine, months)
        assert cleaned(engine, months, as_of=dt.date(2454, 2, 25)).report.row("kept").lines == 2

    @pytest.mark.parametrize(("english", "order"), [("{d}/{m}/2025", "day-first"), ("{m}/{d}/2025", "month-first")])
    def test_days_turned_round(self, engine: Engine, english: str, order: str) -> None:
        left = [english.format(d=d, m=m) for d, m in ((13, 4), (25, 1), (31, 3))]
        damaged = ["2025-03-04 00:00:00", "2025-12-01 00:00:00", *left]
        message = refused(engine, damaged)
        assert "3 are " + order in message
        assert f"--date-order {order}" in message
        assert cleaned(engine, damaged, date_order=order).report.row("kept").lines == 5
        assert cleaned(engine, [*damaged, "2025-03-14"]).report.row("kept").lines == 6
        assert cleaned(engine, [*damaged, english.format(d=2, m=3)]).report.row("kept").lines == 6

    def test_names_of_months_are_not_turned_round(self, engine: Engine) -> None:
        assert cleaned(engine, ["3 Apr 2025", "13/4/2025"]).report.row("kept").lines == 2


class TestOtherCalendars:
    def test_buddhist_years(self, engine: Engine) -> None:
        message = refused(engine, ["05/01/2568", "15/02/2568"])
        assert "Buddhist" in message
        assert "--as-of 2568-02-15" in message
        assert cleaned(engine, ["2568-02-15"], as_of=dt.date(2568, 12, 31)).report.row("kept").lines == 1

    def test_a_slip_is_left_out_and_said(self, engine: Engine) -> None:
        report = cleaned(engine, ["2025-01-05"] * 20 + ["2568-01-05"]).report
        assert [(row.step, row.lines) for row in report.left_out] == [("After the last day that counts", 1)]


class TestNumbers:
    @pytest.mark.parametrize(
        ("numbers", "words"),
        [
            ([2021, 2022], "years without a month"),
            ([202401, 202402], "months without a day"),
            ([45662, 45663], "numbers of days, as Excel"),
            ([12.5, 30.25], "--date and --amount"),
        ],
    )
    def test_numbers_that_are_no_days(self, engine: Engine, numbers: list[Any], words: str) -> None:
        message = refused(engine, numbers)
        assert words in message
        assert "--date" in message

    def test_date_and_amount_exchanged(self, engine: Engine) -> None:
        for dates in (["12.50", "30.25"], ["R$ 12,50", "-3"]):
            message = refused(engine, dates, ["2025-01-05", "2025-01-06"])
            assert "name both: --date and --amount" in message
        assert "--date and --amount" in refused(engine, ["12.50"], [dt.datetime(2025, 1, 5)])
