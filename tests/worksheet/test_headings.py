"""Whether the first row is a heading or data: a known name, or text over values that was not meant as one."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call
from clv_xl.worksheet.kinds import Date, Text
from clv_xl.worksheet.meant_values import means_a_date, means_a_value

CLTV, RFM, REPEAT, MRR, GROUPS = (
    REGISTRY[name] for name in ("CLTV", "RFM", "REPEAT_RATE", "MRR_MOVEMENTS", "CLV_BY_GROUP")
)
DAY = 45_000.0


def column(*cells: Any) -> list[list[Any]]:
    return [[cell] for cell in cells]


def message(result: Any) -> str:
    assert result.error is not None, result.rows
    return str(result.error.message)


MEANT = (  # noqa: SIM905
    "5 years|unknown|½|Unknown.|ten|about 5|approx. 5|~5|<5|5+|5 or 6|R$ 5|US$5|US $5|NT$ 500|Rs. 500|kr 50|five years|"
    "twenty-five|five (5)|3x|3 times|20 percent|5 yrs.|N/A|n.a.|-|???|none|not available|no data|k.A.|keine Angabe|"
    "unbekannt|zwölf|五|五年|١٢|๕|Ⅳ|１２|12,50|1.234,56|12€|(5)|-20%|1e3|1st|2000 customers|2024 EUR|31.3.26|12/2024|"
    "unknown (ask Bob)|missing|pending|free|…|5 visits per week|at least 5|5 Jahre|5 ans|5 yıl|date unknown|ไม่ทราบ|"
    "未知|"
    "minus 5|- five|half|half a year|one hundred and five|inf|R 50|Fr. 50|fünfzig|zweiunddreißig|hundert|vingt|mille|"
    "quatre-vingt-dix|uno|quarantadue|cien|treinta y cinco|twee|vijfentwintig|yirmi beş|ห้าสิบ|a dozen|two-thirds|"
    "several|cancelled|refunded|storniert|no|never|once|still active|n.v.t.|k. A.|(blank)|(null)|<NA>|[unknown]|"
    "not stated|nicht bekannt|to be confirmed|error 5|fifty EUR|取消"
).split("|")
HEADINGS = (  # noqa: SIM905
    "Spend|Spend (EUR)|Q1 2024|Jan 2024|2024 revenue|2024/25 revenue|Σ|Umsatz|客單價|No.|One-time buyers|Free shipping|"
    "Guest orders|Revenue 2024|S1 spend|US 2024|Half-year revenue|Visits|Column1|Error rate|Area m²|一月營收|Tutar|"
    "ยอดขาย|FY24|KW 12|Spend in USD|Months kept|\u200bSpend\u200b|"
    "Lifetime|Refunds|Open orders|Einzig|Quanti|Number of orders|Half-day visits|Centre|Nombre"
).split("|")


@pytest.mark.parametrize("top", MEANT)
def test_text_that_was_meant_as_a_value_is_an_error_that_names_the_row(top: str) -> None:
    result = call(CLTV, [column(top, 8.0, 4.0), column("Visits", 3.0, 5.0), 20.0, 52.0])
    assert result.value == "#VALUE!"
    assert f'purchase_values, row 1 of the range, must be a number, got the text "{top}"' in message(result)


@pytest.mark.parametrize("top", HEADINGS)
def test_headings_over_numbers(top: str) -> None:
    assert call(CLTV, [column(top, 8.0), column(top, 3.0), 1.0, 1.0]).value == 24.0


@pytest.mark.parametrize(
    "top", ["Jan 2024", "31.3.26", "3/4/26", "yesterday", "Monday", "5 January", "March", "2024", "tbd", "heute", "¾"]
)
def test_a_day_in_words_over_dates_is_an_error(top: str) -> None:
    result = call(RFM, [column("Ann", "Ben"), column(top, DAY), column("Total", 5.0)])
    assert result.value == "#VALUE!"
    assert f'dates, row 1 of the range, must be a date, got the text "{top}"' in message(result)


@pytest.mark.parametrize(
    "top", ["Date", "Order date (UTC+1)", "Datum", "When", "วันที่", "日期", "Last seen", "Sipariş Tarihi"]
)
def test_headings_over_dates(top: str) -> None:
    rows = call(RFM, [column("Anybody", "Ben"), column(top, DAY), column("Total", 5.0)]).rows
    assert [row[0] for row in rows] == ["customer", "Ben"]


@pytest.mark.parametrize(
    "top", ["customer", "Customer ID", "CUSTOMER_NO", "Customers", "Kundennr.", "E-Mail", "müşteri", "顧客", "ลูกค้า"]
)
def test_a_known_name_is_a_heading_over_names(top: str) -> None:
    assert call(REPEAT, [column(top, "Ann", "Ben", "Ann", "Eve")]).value == pytest.approx(1 / 3)


def test_a_name_over_names_is_a_customer() -> None:
    assert call(REPEAT, [column("Ann", "Ben", "Ann")]).value == 0.5
    assert call(REPEAT, [column("C1", 17850.0, 17850.0)]).value == 0.5


@pytest.mark.parametrize("top", ["Nummer der Firma", "Who"])
@pytest.mark.parametrize(
    "ids",
    [
        (17850.0, 17850.0, 3.0),
        (17850, None, 3, 17850.0, ""),
        ("17850", "17850", "00003"),
        (dt.datetime(1948, 11, 13), 17850.0, 3.0),
        (np.int64(17850), np.float64(17850), Decimal(3)),
    ],
)
def test_text_over_numbers_in_any_form_is_a_heading_of_customers(top: str, ids: tuple[Any, ...]) -> None:
    assert call(REPEAT, [column(top, *ids)]).value == 0.5


@pytest.mark.parametrize("top", ["unknown", "guest", "n/a", "C536", "17851", "½"])
def test_what_may_be_a_customer_over_numbers_is_one(top: str) -> None:
    assert call(REPEAT, [column(top, 17850.0, 17850.0, 3.0)]).value == pytest.approx(1 / 3)


def test_a_heading_is_one_in_all_columns() -> None:
    log = [column("Whoever", "Ann", "Ben"), column("", DAY, DAY + 1), column("Amount", 5.0, 6.0)]
    assert [row[0] for row in call(RFM, log).rows] == ["customer", "Ben", "Ann"]
    assert len(call(MRR, log).rows) == 2


def test_a_row_with_a_hole_is_no_heading_without_a_named_column() -> None:
    assert call(RFM, [column("Ann", "Ann"), column(None, DAY), column("refund", 2.0)]).value == "#N/A"
    assert call(CLTV, [column("refund", 5.0), column(None, 1.0), 1.0]).value in ("#VALUE!", "#N/A")


def test_blank_rows_above_a_heading_change_nothing() -> None:
    for above in ([None], ["", " ", "\u200b"]):
        assert call(REPEAT, [column(*above, "Customer", "Ann", "Ben", "Ann")]).value == 0.5
        assert call(REPEAT, [column(*above, "Who", 17850.0, 17850.0, 3.0)]).value == 0.5
        log = [column(*above, "Customer", "Ann"), column(*above, "When", DAY), column(*above, "Total", 5.0)]
        assert [row[0] for row in call(RFM, log).rows] == ["customer", "Ann"]
    wrong = call(RFM, [column(None, "Whoever", "Ann"), column(None, "Day", DAY), column(None, "5 EUR", 6.0)])
    assert "dates, row 2 of the range" in message(wrong)
    apart = call(RFM, [column(None, "Client", "Ann"), column(None, DAY, DAY), column(None, 5.0, 6.0)])
    assert 'customers, row 2 of the range, is the heading "Client"' in message(apart)


@pytest.mark.parametrize(
    ("function", "cells", "says"),
    [
        (
            RFM,
            [column("Customer", "Ann"), column(DAY, DAY + 1), column(5.0, 6.0)],
            'customers, row 1.*"Customer", but dates',
        ),
        (RFM, [column("Client", "Ann"), column("Date", DAY), column(5.0, 6.0)], '"Client", but amounts holds a value'),
        (
            RFM,
            [column("Client", "Ann"), column("Date", DAY), column("n/a", 6.0)],
            '"Client", but amounts holds a value',
        ),
        (
            GROUPS,
            [column("Channel", "ads"), column("a", "b"), column(DAY, DAY), column(5.0, 6.0)],
            'groups, row 1.*"Channel"',
        ),
    ],
)
def test_ranges_that_are_a_row_apart_are_refused(function: Any, cells: list[Any], says: str) -> None:
    """Every customer would be counted with the date and the amount of another line."""
    result = call(function, cells)
    assert result.value == "#VALUE!"
    assert re.search(says, message(result))
    assert "choose the same rows" in message(result)


def test_a_name_that_comes_again_is_no_heading() -> None:
    """A customer may be called Client; a heading stands there once."""
    log = [column("Client", "Ann", "Client"), column(DAY, DAY + 1, DAY + 2), column(5.0, 6.0, 7.0)]
    assert [row[:4] for row in call(RFM, log).rows[1:]] == [["Client", 0.0, 2.0, 12.0], ["Ann", 1.0, 1.0, 6.0]]


@pytest.mark.parametrize(
    ("cells", "rate"),
    [
        (["Client", "Ann", "Client", "Bob", "Ann"], 2 / 3),
        (["Customer", "Customer", "Ann", "Ben"], 1 / 3),
        (["Shop", "Shop", 5.0, 6.0], 1 / 3),
    ],
)
def test_nor_is_it_one_where_no_other_column_speaks(cells: list[Any], rate: float) -> None:
    assert call(REPEAT, [column(*cells)]).value == pytest.approx(rate)


@pytest.mark.parametrize(
    "top",
    ["Name", "Full name", "Kundenname", "Company", "Shopper", "E-mail address", "Customer code", "Nom du client"],
)
def test_customers_go_by_many_names(top: str) -> None:
    assert call(REPEAT, [column(top, "Ann", "Ben", "Ann")]).value == 0.5


def test_words_of_an_export_over_a_customer_who_comes_again_are_no_heading() -> None:
    result = call(RFM, [column("Ann", "Ann", "Ben"), column("x?", DAY, DAY), column("y?", 1.0, 2.0)])
    assert "dates, row 1 of the range, must be a date" in message(result)


def test_a_table_says_what_it_took_for_a_heading() -> None:
    note = "note: row 1 of the range was taken for its heading: Whoever, Seen, Worth"
    guessed = [column("Whoever", "Ann"), column("Seen", DAY), column("Worth", 5.0)]
    assert note in call(RFM, guessed).rows[0]
    known = [column("Whoever", "Ann"), column("Date", DAY), column("Worth", 5.0)]
    assert not [cell for cell in call(RFM, known).rows[0] if "heading" in cell]
    log = [column("ads"), column("x"), column(1.0), column(10.0)]
    head = call(GROUPS, [*log, [["Woher", "Wieviel"], ["ads", 5.0]]]).rows[0]
    assert head[-1] == "note: row 1 of the range was taken for its heading: Woher, Wieviel"


def test_a_table_argument_follows_the_same_rule() -> None:
    log = [column("ads"), column("x"), column(1.0), column(10.0)]
    for heading in (["Kanal", "Kosten"], ["Group", "Spend"], ["gr\u200boup", " SPEND "]):
        assert call(GROUPS, [*log, [heading, ["ads", 5.0]]]).rows[1][5] == 5.0
    wrong = call(GROUPS, [*log, [["ads", "5 EUR"], ["tv", 3.0]]])
    assert 'spend, row 1 of the range, must be a number, got the text "5 EUR"' in message(wrong)


def test_what_a_word_stands_for_does_not_hang_on_its_letters_case_or_form() -> None:
    assert all(means_a_value(text.upper()) for text in MEANT if text.isascii())
    assert not any(means_a_value(text.upper()) for text in HEADINGS)
    assert means_a_date("MÄRZ")
    assert not means_a_date("Bestelldatum")


def test_toy_columns_of_names_only_keep_their_first_row(toys: Any) -> None:
    record = toys.function(
        lambda a, b: float(len(a)),
        toys.argument("who", Text(), shape="column"),
        toys.argument("day", Date(), shape="column"),
    )
    assert call(record, [column("Ann", "Ben"), column("2024-01-01", "2024-01-02")]).value == 2.0
    assert call(record, [column("Ann", "Ben"), column("Day", "2024-01-02")]).value == 1.0
