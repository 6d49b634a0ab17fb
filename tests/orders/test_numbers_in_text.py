"""Amounts in text: what proves the decimal sign, what is refused, and every way to write a number, in every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest

from clv_xl.core.orders import Cleaned, Columns, OrderRules, OrdersError, clean, rows

Engine = Callable[[dict[str, list[Any]]], Any]
TODAY = dt.date(2025, 6, 30)


def cleaned(engine: Engine, *amounts: str | None, **rules: Any) -> Cleaned:
    """A log of these amounts, one a customer; refunds are kept as orders of their own."""
    count = len(amounts)
    frame = engine({"who": [str(n) for n in range(count)], "when": ["2025-01-15"] * count, "money": list(amounts)})
    result = clean(frame, Columns("who", "when", "money"), OrderRules(today=TODAY, lines="each", **rules))
    assert result.report.reconciles
    return result


def total(engine: Engine, *amounts: str | None, **rules: Any) -> float:
    """What the log holds, refunds of customers without an order included."""
    return round(cleaned(engine, *amounts, **rules).report.row("total").amount, 9)


def refused(engine: Engine, *amounts: str, **rules: Any) -> str:
    with pytest.raises(OrdersError) as caught:
        cleaned(engine, *amounts, **rules)
    return str(caught.value)


class TestProof:
    @pytest.mark.parametrize(
        ("amounts", "expected"),
        [
            (("1.234", "980", "2.500", "12,50"), 4726.5),
            (("1.234,56", "980,00"), 2214.56),
            (("1,234.56", "5,000"), 6234.56),
            (("1,234", "12.50"), 1246.5),
            (("12.345", "7.5"), 19.845),
            (("1.234.567", "1.000"), 1235567.0),
            (("1,234,567", "1,000"), 1235567.0),
            (("1,23,456.78", "1,000"), 124456.78),
            (("12,34,567", "1,000"), 1235567.0),
            (("0.123", "1.500"), 1.623),
            (("0,500", "1.500"), 1500.5),
            (("1234.500", "1.500"), 1236.0),
            (("1 234,567", "1.500"), 2734.567),
            (("1'234.567", "1.500"), 1236.067),
            ((".50", "1.500"), 2.0),
            (("1.5e3", "1.500"), 1501.5),
            (("1,234E+03", "2"), 1236.0),
            (("1e3", "7"), 1007.0),
            (("1234", "5", None, ""), 1239.0),
        ],
    )
    def test_one_value_decides_for_all(self, engine: Engine, amounts: tuple[str | None, ...], expected: float) -> None:
        assert total(engine, *amounts) == pytest.approx(expected, rel=1e-12)

    def test_a_comma_is_said_with_what_proved_it(self, engine: Engine) -> None:
        remarks = cleaned(engine, "1.234", "12,50").report.remarks
        assert "The amount was read with a decimal comma, as 1 value proves, for example 12,50." in remarks

    def test_plain_numbers_are_not_worth_a_word(self, engine: Engine) -> None:
        assert not any("decimal" in remark for remark in cleaned(engine, "12.50", "-3", "980").report.remarks)

    def test_both_signs_as_decimal_are_refused(self, engine: Engine) -> None:
        message = refused(engine, "12.50", "12,50", "7")
        assert "decimal point (12.50)" in message
        assert "decimal comma (12,50)" in message
        assert "--decimal ." in message
        assert total(engine, "12.50", "12,50", "7", decimal=".") == 19.5
        assert total(engine, "12.50", "12,50", "7", decimal=",") == 19.5

    @pytest.mark.parametrize("amounts", [("96.990", "139.990", "5.000"), ("R$ 96.990", "R$139.990", "R$ 5.000")])
    def test_openness_is_refused_with_both_readings(self, engine: Engine, amounts: tuple[str, ...]) -> None:
        message = refused(engine, *amounts)
        for part in ("139.990 is 139.99", "241.98", "139,990", "241,980", "--decimal .", "--decimal ,"):
            assert part in message
        assert total(engine, *amounts, decimal=",") == 241980.0
        assert total(engine, *amounts, decimal=".") == pytest.approx(241.98)

    def test_a_group_without_proof_is_open_too(self, engine: Engine) -> None:
        assert "1,234 is 1,234" in refused(engine, "1,234", "980")
        assert total(engine, "1,234", "980", decimal=".") == 2214.0

    def test_what_is_no_number_proves_nothing(self, engine: Engine) -> None:
        assert "--decimal" in refused(engine, "1.234", "13.01.2025", "v1.5", "5,5 kg")

    def test_typed_numbers_are_never_asked(self, engine: Engine) -> None:
        frame = engine({"who": ["a"], "when": ["2025-01-15"], "money": [96.99]})
        assert clean(frame, Columns("who", "when", "money")).report.row("kept").amount == 96.99


class TestSeveralColumns:
    COLUMNS = Columns("who", "when", quantity="n", price="each")

    def total(self, engine: Engine, n: list[Any], each: list[Any], **rules: Any) -> Cleaned:
        frame = engine({"who": ["a"] * len(n), "when": ["2025-01-15"] * len(n), "n": n, "each": each})
        return clean(frame, self.COLUMNS, OrderRules(today=TODAY, **rules))

    def test_an_open_column_takes_what_another_one_proves(self, engine: Engine) -> None:
        result = self.total(engine, ["1.000", "2"], ["12,50", "3"])
        assert result.report.row("kept").amount == 12506.0
        assert any("The quantity was read with a decimal comma" in r and "price" in r for r in result.report.remarks)

    def test_each_goes_by_its_own_proof(self, engine: Engine) -> None:
        assert self.total(engine, ["1.5", "2"], ["12,50", "3"]).report.row("kept").amount == 24.75

    def test_without_any_proof_they_are_open(self, engine: Engine) -> None:
        with pytest.raises(OrdersError, match=r"The price 1\.500 is 1\.5"):
            self.total(engine, [1, 2], ["1.500", "3"])


class TestSpellings:
    """All in one log each, whose column for the currency answers what its marks would raise."""

    COLUMNS = Columns("who", "when", "money", currency="unit")
    COATS: ClassVar = {
        "\u221212.00": -12.0,
        "\u201312.00": -12.0,
        "\uff0d12.00": -12.0,
        "12.00-": -12.0,
        "12.00 \u2212": -12.0,
        "(12.00)": -12.0,
        "($ 12.00)": -12.0,
        "-$12.00": -12.0,
        "$-12.00": -12.0,
        "12.00- EUR": -12.0,
        "CHF 12.\u2013": 12.0,
        "12.-": 12.0,
        "12,-": 12.0,
        "12:- kr": 12.0,
        "1\u202f234.50": 1234.5,
        "1\u2009234.50": 1234.5,
        "1\u00a0234.50": 1234.5,
        "1’234.50": 1234.5,
        "R$ 12.50": 12.5,
        "12.50 r$": 12.5,
        "₹1,23,456.50": 123456.5,
        "Rs.500.25": 500.25,
        "12.50 zł": 12.5,
        "12.50 ZŁ": 12.5,
        "kr. 12.50": 12.5,
        "12.50kr": 12.5,
        "Fr. 12.50": 12.5,
        "NT$1,200.00": 1200.0,
        "usd 12.50": 12.5,
        "12.50USD": 12.5,
        "$12.50 USD": 12.5,
        "US$ 12.50": 12.5,
        "฿12.50": 12.5,
        "S/. 12.50": 12.5,
        "$.50": 0.5,
        "12.50 руб.": 12.5,
        "12.50 KČ": 12.5,
    }
    RUBBISH = ("12 MIO", "10k", "1.5M", "12 Tsd", "5%", "12 kg", "free", "nan", "1-2", "--5")

    def cleaned(self, engine: Engine, amounts: Sequence[str]) -> Cleaned:
        count = len(amounts)
        parts = {
            "who": [f"c{n}" for n in range(count)],
            "when": ["2025-01-15"] * count,
            "money": list(amounts),
            "unit": ["EUR"] * count,
        }
        return clean(engine(parts), self.COLUMNS, OrderRules(today=TODAY, lines="each"))

    def test_a_number_in_many_coats(self, engine: Engine) -> None:
        positive = {coat: value for coat, value in self.COATS.items() if value > 0}
        found = rows(self.cleaned(engine, list(positive)).orders)
        by_customer = {row["customer"]: row["amount"] for row in found}
        assert {coat: by_customer.get(f"c{n}") for n, coat in enumerate(positive)} == positive

    def test_a_negative_number_in_many_coats(self, engine: Engine) -> None:
        negative = [coat for coat, value in self.COATS.items() if value < 0]
        assert self.cleaned(engine, [*negative, "1000.00"]).report.row("total").amount == 1000 - 12 * len(negative)

    def test_what_is_no_amount_stays_unread(self, engine: Engine) -> None:
        result = self.cleaned(engine, [*self.RUBBISH, "100.00"])
        assert result.report.row("kept").amount == 100.0
        assert [row.lines for row in result.report.left_out] == [len(self.RUBBISH)]


class TestMarks:
    def test_one_currency_is_said(self, engine: Engine) -> None:
        result = cleaned(engine, "R$ 12.000,50", "5,00 BRL", "3")
        assert result.report.row("kept").amount == 12008.5
        assert "Amounts are marked BRL or R$, taken as one currency." in result.report.remarks

    @pytest.mark.parametrize(
        "amounts", [("$5.00", "USD 5.00"), ("$5.00", "usd 5.00"), ("€5.00", "5.00 eur"), ("5.00 kr", "SEK 5.00")]
    )
    def test_a_mark_and_its_code_are_one(self, engine: Engine, amounts: tuple[str, str]) -> None:
        assert total(engine, *amounts) == 10.0

    @pytest.mark.parametrize(
        ("amounts", "named"),
        [
            (("$5.00", "€7.00"), "2 currencies (EUR, USD)"),
            (("$5.00", "CA$7.00"), "2 currencies (CAD, USD)"),
            (("5.00 PLN", "7.00 kr"), "2 currencies (PLN, SEK)"),
        ],
    )
    def test_several_are_refused(self, engine: Engine, amounts: tuple[str, str], named: str) -> None:
        message = refused(engine, *amounts)
        assert named in message
        assert "--currency" in message

    def test_one_is_chosen_in_any_spelling(self, engine: Engine) -> None:
        for name in ("USD", "usd", "$"):
            result = cleaned(engine, "$5.00", "usd 7.00", "€9.00", "11.00", currency=name)
            assert result.report.row("kept").amount == 12.0
            (out,) = result.report.left_out
            assert (out.step, out.lines) == ("In another currency, or none stated", 2)

    def test_rates_convert_marks(self, engine: Engine) -> None:
        assert total(engine, "$5.00", "€10.00", rates={"USD": 1.0, "eur": 1.5}) == 20.0
        with pytest.raises(OrdersError, match="Two rates are given for EUR"):
            cleaned(engine, "$5.00", "€10.00", rates={"USD": 1.0, "eur": 1.5, "EUR": 2.0})
        with pytest.raises(OrdersError, match="--rate needs a column for the currency"):
            cleaned(engine, "5.00", rates={"USD": 1.0})

    def test_a_dollar_is_the_one_that_was_named(self, engine: Engine) -> None:
        assert total(engine, "$5.00", "$7.00", currency="CAD") == 12.0
        assert cleaned(engine, "$5.00", "CA$7.00", currency="CAD").report.row("kept").amount == 7.0
        assert "No line is in EUR; there are: USD" in refused(engine, "$5.00", currency="EUR")

    def test_a_column_for_the_currency_in_any_case(self, engine: Engine) -> None:
        columns = Columns("who", "when", "money", currency="unit")
        frame = engine(
            {
                "who": ["a", "b", "c", "d"],
                "when": ["2025-01-15"] * 4,
                "money": [1.0, 2.0, 4.0, 8.0],
                "unit": ["eur", "EUR", "€", "usd"],
            }
        )
        assert clean(frame, columns, OrderRules(currency="EUR")).report.row("kept").amount == 7.0
        assert clean(frame, columns, OrderRules(rates={"EUR": 2.0, "USD": 1.0})).report.row("kept").amount == 22.0
        with pytest.raises(OrdersError, match=r"2 currencies \(EUR, USD\)"):
            clean(frame, columns)

    def test_an_amount_and_its_cost_in_two_currencies(self, engine: Engine) -> None:
        frame = engine({"who": ["a"], "when": ["2025-01-15"], "money": ["$5.00"], "spent": ["€3.00"]})
        with pytest.raises(OrdersError, match=r"amount is in USD, but another one is in EUR"):
            clean(frame, Columns("who", "when", "money", cost="spent"))
