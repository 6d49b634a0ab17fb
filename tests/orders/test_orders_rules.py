"""Each rule for messy logs, by hand-made logs in every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from clv_xl.core.orders import (
    Cleaned,
    Columns,
    OrderRules,
    OrdersError,
    clean,
    cohort_table,
    customer_summary,
    group_summary,
    kpis,
    rows,
)

Engine = Callable[[dict[str, list[Any]]], Any]
Row = tuple[str | None, str | None, Any]
PLAIN = Columns("who", "when", "money")
TODAY = dt.date(2025, 6, 30)


def log(engine: Engine, *lines: Row) -> Any:
    return engine({name: [line[i] for line in lines] for i, name in enumerate(("who", "when", "money"))})


def cleaned(engine: Engine, *lines: Row, **rules: Any) -> Cleaned:
    result = clean(log(engine, *lines), PLAIN, OrderRules(today=TODAY, **rules))
    assert result.report.reconciles
    return result


def left_out(result: Cleaned) -> dict[str, tuple[int, float]]:
    return {row.step: (row.lines, round(row.amount, 9)) for row in result.report.left_out}


def notes(result: Cleaned) -> dict[str, tuple[int, float]]:
    return {row.step: (row.lines, row.amount) for row in result.report.rows if row.role == "note"}


def customers(result: Cleaned) -> dict[Any, tuple[int, float]]:
    found = rows(customer_summary(result.orders, result.as_of))
    return {row["customer"]: (row["orders"], round(row["revenue"], 9)) for row in found}


MESSY: list[Row] = [
    ("ann", "2025-01-05", 10.0),
    ("ann", "2025-01-05", 5.0),
    ("ann", "2025-01-05", 5.0),
    ("ann", "2025-02-01", -8.0),
    ("bob ", "2025-03-01", 20.0),
    ("cec", "2025-03-02", -4.0),
    ("dan", "2025-03-03", 0.0),
    (None, "2025-03-04", 7.0),
    ("  ", "2025-03-04", 1.0),
    ("ann", "not a date", 3.0),
    ("ann", None, 2.0),
    ("ann", "2025-02-30", 6.0),
    ("bob", "2031-01-01", 9.0),
    ("bob", "2025-03-05", None),
]


class TestTheReport:
    def test_every_line_has_its_place(self, engine: Engine) -> None:
        result = cleaned(engine, *MESSY)
        assert result.as_of == dt.date(2025, 3, 3)
        assert left_out(result) == {
            "Amount missing or unreadable": (1, 0.0),
            "Date missing or unreadable": (3, 11.0),
            "Customer missing": (2, 8.0),
            "After the last day that counts": (1, 9.0),
            "Customers without an order": (2, -4.0),
        }
        assert (result.report.row("total").lines, result.report.row("total").amount) == (14, 56.0)
        kept = result.report.row("kept")
        assert (kept.lines, kept.amount, kept.orders) == (5, 32.0, 2)
        assert notes(result) == {
            "Refunds (negative lines)": (1, -8.0),
            "Duplicates": (1, 5.0),
        }
        assert customers(result) == {"ann": (1, 12.0), "bob": (1, 20.0)}

    def test_what_could_not_be_read_is_shown(self, engine: Engine) -> None:
        done = {row.step: row.done for row in cleaned(engine, *MESSY).report.left_out}
        assert '"not a date"' in done["Date missing or unreadable"]
        assert '"2025-02-30"' in done["Date missing or unreadable"]


class TestRules:
    def test_refunds_left_out(self, engine: Engine) -> None:
        result = cleaned(engine, *MESSY[:5], refunds="leave out")
        assert left_out(result) == {"Refunds (negative lines)": (1, -8.0)}
        assert customers(result)["ann"] == (1, 20.0)

    def test_refunds_refused(self, engine: Engine) -> None:
        with pytest.raises(OrdersError, match=r"1 lines have a negative amount, -8\.00"):
            cleaned(engine, *MESSY[:5], refunds="refuse")

    def test_an_order_whose_lines_cancel_is_no_order(self, engine: Engine) -> None:
        result = cleaned(
            engine,
            ("a", "2025-01-01", 0.1),
            ("a", "2025-01-01", 0.2),
            ("a", "2025-01-01", -0.3),
            ("a", "2025-01-02", 1.0),
        )
        assert customers(result) == {"a": (1, 1.0)}

    def test_free_orders_count_when_asked(self, engine: Engine) -> None:
        lines: list[Row] = [("a", "2025-01-01", 0.0), ("a", "2025-01-02", 1.0)]
        assert customers(cleaned(engine, *lines)) == {"a": (1, 1.0)}
        assert customers(cleaned(engine, *lines, free="order")) == {"a": (2, 1.0)}

    def test_duplicates_dropped(self, engine: Engine) -> None:
        result = cleaned(engine, *MESSY[:5], duplicates="drop")
        assert left_out(result) == {"Duplicates: equal in every column": (1, 5.0)}
        assert customers(result)["ann"] == (1, 7.0)

    def test_each_line_an_order(self, engine: Engine) -> None:
        assert customers(cleaned(engine, *MESSY[:5], lines="each"))["ann"] == (3, 12.0)

    def test_as_of_is_included_whole(self, engine: Engine) -> None:
        result = cleaned(
            engine, ("a", "2025-01-31 23:59:59", 1.0), ("a", "2025-02-01", 2.0), as_of=dt.date(2025, 1, 31)
        )
        assert left_out(result) == {"After the last day that counts": (1, 2.0)}


class TestTextDates:
    FORMS: ClassVar = {
        "2025-02-03": dt.datetime(2025, 2, 3),
        "2025/2/4": dt.datetime(2025, 2, 4),
        "20250205": dt.datetime(2025, 2, 5),
        " 2025-02-06T04:05:06.789 ": dt.datetime(2025, 2, 6, 4, 5, 6),
        "2025-02-07 04:05Z": dt.datetime(2025, 2, 7, 4, 5),
        "2024-02-29": dt.datetime(2024, 2, 29),
        "13.2.2025 8:26": dt.datetime(2025, 2, 13, 8, 26),
        "14/2/2025 12:05 AM": dt.datetime(2025, 2, 14, 0, 5),
        "15/2/2025 8:26 pm": dt.datetime(2025, 2, 15, 20, 26),
        "16/2/25": dt.datetime(2025, 2, 16),
        "17.2.25 8:26": dt.datetime(2025, 2, 17, 8, 26),
        "3 Apr 2021": dt.datetime(2021, 4, 3),
        "04-APR-21": dt.datetime(2021, 4, 4),
        "April 5, 2021": dt.datetime(2021, 4, 5),
        "Apr 06 2021 14:05": dt.datetime(2021, 4, 6, 14, 5),
        "7th august 2021, 2:05 PM": dt.datetime(2021, 8, 7, 14, 5),
        "Sept. 8th, 2021 12:05 am": dt.datetime(2021, 9, 8, 0, 5),
        "09OCT2021": dt.datetime(2021, 10, 9),
        "2021-Nov-10T23:59:58.5": dt.datetime(2021, 11, 10, 23, 59, 58),
        "29 Feb 2020 08:00Z": dt.datetime(2020, 2, 29, 8),
        "1 May 69": dt.datetime(1969, 5, 1),
        "2 June 99": dt.datetime(1999, 6, 2),
        "3 July 00": dt.datetime(2000, 7, 3),
    }
    RUBBISH = (
        "2023-02-29",
        "2025-13-01",
        "1/2/5",
        "1/2/025",
        "29 Feb 2021",
        "31 Apr 21",
        "Apr 2021",
        "3 Avx 2021",
        "3 Mayor 2021",
        "3 Apr 2021 25:00",
        "today",
        "2025-01-01 25:00",
        "31/4/2025",
        "",
        "2025-01",
        "0000-01-01",
    )

    def test_forms_that_are_read_and_forms_that_are_not(self, engine: Engine) -> None:
        result = cleaned(engine, *(("a", text, 1.0) for text in (*self.FORMS, *self.RUBBISH)))
        assert {row["moment"] for row in rows(result.orders)} == set(self.FORMS.values())
        assert left_out(result) == {"Date missing or unreadable": (len(self.RUBBISH), float(len(self.RUBBISH)))}

    def test_what_the_log_proves_is_taken_and_said(self, engine: Engine) -> None:
        days_first = cleaned(engine, ("a", "3/4/2025", 1.0), ("a", "13/4/2025", 1.0))
        assert min(row["moment"] for row in rows(days_first.orders)) == dt.datetime(2025, 4, 3)
        assert any("read day-first, as 1 dates" in remark for remark in days_first.report.remarks)
        months_first = cleaned(engine, ("a", "3/4/2025", 1.0), ("a", "4/13/2025", 1.0))
        assert min(row["moment"] for row in rows(months_first.orders)) == dt.datetime(2025, 3, 4)

    def test_nothing_is_guessed(self, engine: Engine) -> None:
        with pytest.raises(OrdersError, match="nothing in the log says which"):
            cleaned(engine, ("a", "3/4/2025", 1.0))
        with pytest.raises(OrdersError, match="the log has both"):
            cleaned(engine, ("a", "13/4/2025", 1.0), ("a", "4/13/2025", 1.0))
        stated = cleaned(engine, ("a", "3/4/2025", 1.0), date_order="month-first")
        assert [row["moment"] for row in rows(stated.orders)] == [dt.datetime(2025, 3, 4)]

    def test_years_of_two_digits_follow_the_same_rule(self, engine: Engine) -> None:
        def moments(*texts: str, **rules: Any) -> list[dt.datetime]:
            return sorted(row["moment"] for row in rows(cleaned(engine, *((t, t, 1.0) for t in texts), **rules).orders))

        assert moments("3/4/21", "13/4/21") == [dt.datetime(2021, 4, 3), dt.datetime(2021, 4, 13)]
        assert moments("3/4/21", "4/13/21") == [dt.datetime(2021, 3, 4), dt.datetime(2021, 4, 13)]
        assert moments("3/4/69", date_order="month-first") == [dt.datetime(1969, 3, 4)]
        with pytest.raises(OrdersError, match="nothing in the log says which"):
            moments("3/4/21")
        with pytest.raises(OrdersError, match="nothing in the log says which"):
            moments("3/4/21", "13 Apr 2021")
        assert moments("3 Apr 21", "Apr 4 2021") == [dt.datetime(2021, 4, 3), dt.datetime(2021, 4, 4)]

    def test_years_of_two_digits_are_said(self, engine: Engine) -> None:
        said = cleaned(engine, ("a", "3 Apr 21", 1.0), ("a", "13/4/70", 1.0), ("a", "3 Apr 2021", 1.0)).report.remarks
        assert "2 dates have a year of two digits, read as one of 1969 to 2068: 69 to 99 are 19xx." in said
        plain = cleaned(engine, ("a", "3 Apr 2021", 1.0)).report.remarks
        assert not any("two digits" in remark for remark in plain)

    def test_the_year_after_the_name_of_october_is_no_zone(self, engine: Engine) -> None:
        result = cleaned(engine, ("a", "03-OCT-2021", 1.0), time_zone="Europe/Paris")
        assert [row["moment"] for row in rows(result.orders)] == [dt.datetime(2021, 10, 3)]

    def test_the_last_year_of_the_pivot_is_2068(self, engine: Engine) -> None:
        found = cleaned(engine, ("a", "31 Dec 68", 1.0), ("a", "1 Jan 69", 1.0), as_of=dt.date(2070, 1, 1))
        assert {row["moment"].year for row in rows(found.orders)} == {2068, 1969}

    def test_whole_numbers_are_year_month_day(self, engine: Engine) -> None:
        frame = engine({"who": ["a", "a"], "when": [20250203, 7], "money": [1.0, 2.0]})
        result = clean(frame, PLAIN, OrderRules(today=TODAY))
        assert [row["moment"] for row in rows(result.orders)] == [dt.datetime(2025, 2, 3)]
        assert left_out(result) == {"Date missing or unreadable": (1, 2.0)}


class TestTextAmounts:
    FORMS: ClassVar = {
        ".": {"1,234.56": 1234.56, "$ 12.50": 12.5, "12.5 EUR": 12.5, ".5": 0.5, "1e3": 1000.0, "1,234,567": 1234567.0},
        ",": {"1.234,56": 1234.56, "1'234,56": 1234.56, "12,5 €": 12.5, "7": 7.0},
    }

    @pytest.mark.parametrize("decimal", [".", ","])
    def test_forms_that_are_read(self, engine: Engine, decimal: str) -> None:
        forms = self.FORMS[decimal]
        lines: list[Row] = [(f"c{number}", "2025-01-01", text) for number, text in enumerate(forms)]
        expected = {f"c{number}": (1, amount) for number, amount in enumerate(forms.values())}
        assert customers(cleaned(engine, *lines, decimal=decimal)) == expected

    def test_negative_forms_and_rubbish(self, engine: Engine) -> None:
        lines = [("a", "2025-01-01", t) for t in ("100", "(12.00)", "5-", "-1", "12,50", "free", "", "nan", "1-2")]
        result = cleaned(engine, *lines, decimal=".")
        assert customers(result) == {"a": (1, 82.0)}
        assert left_out(result) == {"Amount missing or unreadable": (5, 0.0)}


class TestCurrencies:
    COLUMNS = Columns("who", "when", "money", currency="unit")

    def frame(self, engine: Engine) -> Any:
        when = dt.datetime(2025, 1, 1)
        return engine({"who": ["a", "b"], "when": [when, when], "money": [10.0, 20.0], "unit": ["EUR", "USD"]})

    def test_several_are_refused(self, engine: Engine) -> None:
        with pytest.raises(OrdersError, match=r"2 currencies \(EUR, USD\)"):
            clean(self.frame(engine), self.COLUMNS)

    def test_one_is_chosen(self, engine: Engine) -> None:
        result = clean(self.frame(engine), self.COLUMNS, OrderRules(currency="USD"))
        assert customers(result) == {"b": (1, 20.0)}
        assert left_out(result) == {"In another currency, or none stated": (1, 10.0)}
        with pytest.raises(OrdersError, match="No line is in GBP; there are: EUR, USD"):
            clean(self.frame(engine), self.COLUMNS, OrderRules(currency="GBP"))

    def test_rates_convert(self, engine: Engine) -> None:
        result = clean(self.frame(engine), self.COLUMNS, OrderRules(rates={"EUR": 1.0, "USD": 0.9}))
        assert customers(result) == {"a": (1, 10.0), "b": (1, 18.0)}
        with pytest.raises(OrdersError, match="no rate for USD"):
            clean(self.frame(engine), self.COLUMNS, OrderRules(rates={"EUR": 1.0}))

    def test_a_line_without_a_currency_cannot_be_converted(self, engine: Engine) -> None:
        when = dt.datetime(2025, 1, 1)
        log = engine({"who": ["a", "b"], "when": [when, when], "money": [10.0, 20.0], "unit": ["USD", None]})
        result = clean(log, self.COLUMNS, OrderRules(rates={"USD": 0.9}))
        assert customers(result) == {"a": (1, 9.0)}
        assert left_out(result) == {"In another currency, or none stated": (1, 20.0)}


class TestTimeZones:
    def test_moments_become_clock_times_of_the_stated_zone(self) -> None:
        import duckdb
        import pandas as pd
        import polars as pl

        late = dt.datetime(2025, 1, 1, 23, 30, tzinfo=dt.UTC)
        parts = {"who": ["a"], "when": [late], "money": [1.0]}
        relation = duckdb.connect().sql("SELECT 'a' AS who, TIMESTAMPTZ '2025-01-01 23:30:00+00' AS when, 1.0 AS money")
        for frame in (pd.DataFrame(parts), pl.DataFrame(parts), relation):
            result = clean(frame, PLAIN, OrderRules(time_zone="Europe/Paris"))
            assert [row["moment"] for row in rows(result.orders)] == [dt.datetime(2025, 1, 2, 0, 30)]
            with pytest.raises(OrdersError, match='"Mars" is no time zone'):
                clean(frame, PLAIN, OrderRules(time_zone="Mars"))

    def test_on_spark(self, spark: Any) -> None:
        frame = spark.sql("SELECT 'a' who, TIMESTAMP '2025-01-01 23:30:00 UTC' when, CAST(1 AS DOUBLE) money")
        result = clean(frame, PLAIN, OrderRules(time_zone="Europe/Paris"))
        assert [row["moment"] for row in rows(result.orders)] == [dt.datetime(2025, 1, 2, 0, 30)]


class TestWrongUse:
    def test_each_says_what_is_wrong(self, engine: Engine) -> None:
        frame = log(engine, *MESSY)
        with pytest.raises(OrdersError, match='no column "x" for the customer; there are: who, when, money'):
            clean(frame, Columns("x", "when", "money"))
        with pytest.raises(
            OrdersError, match=r"No line can be used\. Date missing or unreadable: 13 lines, for example blank"
        ):
            clean(frame, Columns("who", "who", "money"))
        with pytest.raises(OrdersError, match="No line is a sale"):
            clean(log(engine, ("a", "2025-01-01", -1.0)), PLAIN)

    def test_without_a_frame(self) -> None:
        with pytest.raises(OrdersError, match=r"not builtins\.list"):
            clean([1], PLAIN)
        with pytest.raises(OrdersError, match="quantity and one for the price"):
            Columns("who", "when", quantity="n")
        with pytest.raises(OrdersError, match='refunds is "maybe"; choose from: net, leave out, refuse'):
            OrderRules(refunds="maybe")  # type: ignore[arg-type]


class TestQuantities:
    def test_amount_is_quantity_times_price(self, engine: Engine) -> None:
        when = [dt.datetime(2025, 1, 1), dt.datetime(2025, 1, 2)]
        frame = engine({"who": [1, 1], "when": when, "n": [3, -1], "each": [2.5, 2.5]})
        result = clean(frame, Columns("who", "when", quantity="n", price="each"))
        assert customers(result) == {1: (1, 5.0)}

    def test_numbers_of_customers_stay_numbers(self) -> None:
        import pandas as pd

        when = [dt.datetime(2025, 1, 1)] * 3
        frame = pd.DataFrame({"who": [12346.0, None, 7.0], "when": when, "money": [1.0, 2.0, 3.0]})
        assert customers(clean(frame, PLAIN)) == {12346: (1, 1.0), 7: (1, 3.0)}

    def test_mixed_cells_of_a_sheet(self) -> None:
        import pandas as pd

        when = [dt.datetime(2025, 1, 1), dt.date(2025, 1, 2), dt.datetime(2025, 1, 3)]
        frame = pd.DataFrame({"who": [536365.0, "C1", None], "when": when, "money": [1, 2.5, "3"]}, dtype=object)
        assert customers(clean(frame, PLAIN)) == {"536365": (1, 1.0), "C1": (1, 2.5)}


class TestTables:
    """The field's standard example, and a cohort by hand."""

    def test_value_by_channel(self, engine: Engine) -> None:
        when = [dt.datetime(2025, 1, 1), dt.datetime(2025, 2, 1), dt.datetime(2025, 3, 1), dt.datetime(2025, 1, 1)]
        by = ["advertising", "referral", "advertising", "referral"]
        frame = engine({"who": ["a", "b", "a", "c"], "when": when, "money": [400.0, 5000.0, 600.0, 5000.0], "by": by})
        orders = clean(frame, Columns("who", "when", "money", channel="by")).orders
        referral, advertising, radio = group_summary(orders, {"advertising": 500.0, "referral": 1000.0, "radio": 50.0})
        assert (referral.group, referral.customers, referral.cltv) == ("referral", 2, 5000.0)
        assert (referral.cac, referral.ratio, referral.payback) == (500.0, 10.0, 0)
        assert (advertising.group, advertising.customers, advertising.cltv) == ("advertising", 1, 1000.0)
        assert (advertising.ratio, advertising.payback) == (2.0, 2)
        assert (radio.group, radio.customers, radio.cac) == ("radio", 0, None)

    def test_a_cohort_by_hand(self, engine: Engine) -> None:
        lines: list[Row] = [("a", "2025-01-10", 10.0), ("b", "2025-01-20", 30.0), ("a", "2025-02-01", 20.0)]
        orders = cleaned(engine, *lines, ("c", "2025-03-05", 40.0)).orders
        table = cohort_table(orders, "month", "retention")
        assert table.cohorts == (dt.date(2025, 1, 1), dt.date(2025, 3, 1))
        assert table.sizes == (2, 1)
        assert table.values == ((1.0, 0.5, 0.0), (1.0, None, None))
        value = cohort_table(orders, "month", "cumulative value", cac=25.0)
        assert value.values == ((20.0, 30.0, 30.0), (40.0, None, None))
        assert value.payback == (1, 0)
        assert cohort_table(orders, "month", "average order").values[0] == (20.0, 20.0, None)
        assert cohort_table(orders, "week", "customers").cohorts[0] == dt.date(2025, 1, 6)
        assert kpis(orders).top_share == pytest.approx(0.6 * 0.4)  # 0.6 of the best of three customers
        with pytest.raises(OrdersError, match='period is "fortnight"'):
            cohort_table(orders, "fortnight")


class TestCdnow:
    """The published definition of a customer summary, on the published log."""

    @pytest.mark.parametrize(("period", "frequency"), [("day", "D"), ("week", "W")])
    @pytest.mark.parametrize("name", ["pandas", "duckdb"])
    def test_equals_lifetimes(self, period: str, frequency: str, name: str) -> None:
        import duckdb
        import numpy as np
        import pandas as pd
        from lifetimes.datasets import load_dataset
        from lifetimes.utils import summary_data_from_transaction_data

        names = ["customer", "date", "cds", "amount"]
        data = load_dataset("CDNOW_master.txt", sep=r"\s+", names=names, skiprows=1, dtype={"customer": str})
        data["date"] = pd.to_datetime(data["date"], format="%Y%m%d")
        peer = summary_data_from_transaction_data(data, "customer", "date", "amount", freq=frequency)
        frame = data if name == "pandas" else duckdb.connect().from_df(data)
        result = clean(frame, Columns("customer", "date", "amount"), OrderRules(free="order"))
        found = {row["customer"]: row for row in rows(customer_summary(result.orders, result.as_of, period))}
        assert len(found) == len(peer) == 23570
        ours = np.array([[found[c][k] for k in ("x", "t_x", "t")] for c in peer.index], float)
        assert (ours == peer[["frequency", "recency", "T"]].to_numpy()).all()
        value = np.array([found[c]["repeat_value"] for c in peer.index])
        assert np.allclose(value, peer["monetary_value"].to_numpy(), rtol=1e-9, atol=1e-9)
