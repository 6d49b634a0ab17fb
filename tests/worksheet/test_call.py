"""The way of a call: binding, blanks, columns, tables, refusals, presentation."""

from __future__ import annotations

import datetime as dt
import logging
import math
from typing import Any

import numpy as np
import pytest

from clv_xl.core.undefined import DivisionByZero, OutOfDomain, refuse
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import CODES
from clv_xl.worksheet.kinds import Choice, Count, Date, Money, Periods, Share, Text
from clv_xl.worksheet.registry import Table


def quotient(amount: Any, parts: Any) -> Any:
    refuse(parts == 0, DivisionByZero, "parts is 0, so {amount:g} cannot be shared", amount=amount)
    return amount / parts


@pytest.fixture
def share_out(toys: Any) -> Any:
    return toys.function(quotient, toys.argument("amount"), toys.argument("parts", Count(), default=2.0))


def message(result: Any) -> str:
    return result.error.message


def test_omitted_and_blank_arguments_take_the_default(share_out: Any) -> None:
    for cells in ([10.0], [10.0, None], [10.0, ""], [[[10.0]], [[None]]], ((10.0,), ((None,),))):
        assert call(share_out, cells).value == 5.0


def test_a_blank_where_a_value_is_required(toys: Any) -> None:
    both = toys.function(quotient, toys.argument("amount"), toys.argument("parts", Count()))
    result = call(both, [10.0, None])
    assert result.value == "#N/A"
    assert message(result) == "parts is blank; enter a value"
    assert call(both, [None, None]).value == ""
    assert message(call(both, [])) == "amount is blank; enter a value"
    assert call(both, ["#REF!", None]).value == "#REF!"
    assert call(both, [None, "#REF!"]).value == "#N/A"


def test_too_many_arguments(share_out: Any) -> None:
    result = call(share_out, [1.0, 2.0, 3.0])
    assert result.value == "#VALUE!"
    assert "takes 2 arguments, got 3" in message(result)


@pytest.mark.parametrize("code", CODES)
def test_every_error_that_goes_in_comes_out(share_out: Any, code: str) -> None:
    assert call(share_out, [code, 2.0]).value == code
    assert call(share_out, [1.0, code]).value == code
    assert message(call(share_out, [1.0, code])) == f"parts holds {code}"
    assert call(share_out, [[[1.0], [code]], 2.0]).rows == [[0.5], [code]]


def test_refusals_become_excel_errors(share_out: Any) -> None:
    result = call(share_out, [10.0, 0.0])
    assert result.value == "#DIV/0!"
    assert message(result) == "parts is 0, so 10 cannot be shared"


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (np.float64(1.5), 1.5),
        (np.int64(3), 3.0),
        (7, 7.0),
        (np.bool_(True), True),
        (None, ""),
        ("words", "words"),
        (math.inf, "#NUM!"),
        (math.nan, "#NUM!"),
        (np.float64(np.nan), "#NUM!"),
        (10**400, "#NUM!"),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), dt.datetime(2026, 1, 2)),
        (object(), "#VALUE!"),
        (OutOfDomain("no"), "#NUM!"),
    ],
)
def test_only_plain_cells_come_out(toys: Any, answer: Any, shown: Any) -> None:
    value = call(toys.function(lambda a: answer, toys.argument("amount")), [1.0]).value
    assert value == shown
    assert type(value) is type(shown)


def test_tables_are_squared_and_their_errors_kept(toys: Any) -> None:
    rows = [["Step", "Value"], ["one", np.float64(1.0)], ["two"], ["three", DivisionByZero("nothing to divide by")]]
    result = call(toys.function(lambda a: rows, toys.argument("amount"), result="table"), [1.0])
    assert result.rows == [["Step", "Value"], ["one", 1.0], ["two", ""], ["three", "#DIV/0!"]]
    assert result.errors[3, 1].message == "nothing to divide by"
    assert not result.single


def test_a_fault_of_ours_is_logged_and_never_raised(toys: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(amount: float) -> float:
        raise RuntimeError("a fault")

    with caplog.at_level(logging.ERROR, logger="clv_xl"):
        result = call(toys.function(broken, toys.argument("amount")), [1.0])
    assert result.value == "#VALUE!"
    assert "please report" in message(result)
    assert "a fault" in caplog.text


@pytest.mark.parametrize(
    ("raised", "code"), [(ZeroDivisionError(), "#DIV/0!"), (OverflowError(), "#NUM!"), (FloatingPointError(), "#NUM!")]
)
def test_arithmetic_that_slips_through_is_still_the_right_error(toys: Any, raised: Exception, code: str) -> None:
    def slip(amount: float) -> float:
        raise raised

    assert call(toys.function(slip, toys.argument("amount")), [1.0]).value == code


@pytest.fixture
def mean_product(toys: Any) -> Any:
    return toys.function(
        lambda v, f, n: float((v * f).mean()) * n,
        toys.argument("values", shape="column"),
        toys.argument("counts", Count(), shape="column"),
        toys.argument("periods", Periods(), default=1.0),
    )


def test_columns_rows_single_cells_and_headers(mean_product: Any) -> None:
    assert call(mean_product, [[[2.0], [4.0]], [[1.0], [3.0]]]).value == 7.0
    assert call(mean_product, [[[2.0, 4.0]], [[1.0], [3.0]], 10.0]).value == 70.0
    assert call(mean_product, [5.0, 2.0]).value == 10.0
    assert call(mean_product, [[["Spend"], [2.0], [4.0]], [["Visits"], [1.0], [3.0]]]).value == 7.0


@pytest.mark.parametrize(
    "top",
    [
        "12",
        "3.5",
        "3,50",
        "-20%",
        "(5)",
        "1e3",
        "€ 12",
        "12 EUR",
        "USD 5",
        "2k",
        "n/a",
        "NA",
        "-",
        "–",
        "none",
        "?",
        "NULL",
    ],
)
def test_a_value_typed_as_text_is_never_taken_for_a_header(mean_product: Any, top: str) -> None:
    result = call(mean_product, [[[top], [8.0]], [[top], [3.0]]])
    assert result.value == "#VALUE!"
    assert f'values, row 1 of the range, must be a number, got the text "{top}"' in message(result)


@pytest.mark.parametrize(
    "top", ["Spend", "Spend (EUR)", "Q1 2024", "Jan 2024", "2024 revenue", "Σ", "Umsatz", "客單價", "No."]
)
def test_headings_of_many_kinds(mean_product: Any, top: str) -> None:
    assert call(mean_product, [[[top], [8.0]], [[top], [3.0]]]).value == 24.0


def test_a_list_has_no_header(toys: Any) -> None:
    record = toys.function(lambda a: float(len(a)), toys.argument("changes", shape="list"))
    assert call(record, [[["Changes"], [0.1]]]).value == "#VALUE!"


def test_a_whole_column_is_read_down_to_its_last_cell(mean_product: Any) -> None:
    empty = [[None]] * 200_000
    assert call(mean_product, [[["Spend"], [2.0], [4.0], *empty], [["Visits"], [1.0], [3.0], *empty]]).value == 7.0
    assert call(mean_product, [empty, empty]).value == "#N/A"


def test_rows_blank_in_every_column_are_left_out(mean_product: Any) -> None:
    assert call(mean_product, [[[None], [2.0], [""], [4.0], [None]], [[None], [1.0], [None], [3.0], [None]]]).value == 7


@pytest.mark.parametrize(
    ("cells", "code", "says"),
    [
        ([[[2.0], [4.0]], [[1.0], [None]]], "#N/A", "counts, row 2 of the range, is blank"),
        ([[["Spend"], [2.0], [None]], [["Visits"], [1.0], [3.0]]], "#N/A", "values, row 3 of the range, is blank"),
        (
            [[[2.0], ["n/a"]], [[1.0], [2.0]]],
            "#VALUE!",
            'values, row 2 of the range, must be a number, got the text "n/a"',
        ),
        ([[[2.0], [4.0]], [[1.0], [-2.0]]], "#NUM!", "counts, row 2 of the range, must be 0 or more, got -2"),
        ([[[2.0], ["#REF!"]], [[1.0], [2.0]]], "#REF!", "values, row 2 of the range, holds #REF!"),
        ([[[2.0], [True]], [[1.0], [2.0]]], "#VALUE!", "got TRUE"),
        (
            [[["Spend"], [2.0]], [[1.0], [2.0]]],
            "#VALUE!",
            'values, row 1 of the range, must be a number, got the text "Sp',
        ),
        ([[[2.0], [4.0], [6.0]], [[1.0], [2.0]]], "#N/A", "values has 3, counts has 2"),
        (
            [[[2.0, 4.0], [6.0, 8.0]], [[1.0], [2.0]]],
            "#VALUE!",
            "values must be one column or one row, got 2 rows by 2",
        ),
        ([[[None], [None]], [[None], [None]]], "#N/A", "no values"),
        ([[["Spend"], [None]], [["Visits"], [None]]], "#N/A", "no values"),
        ([None, None], "#N/A", "no values"),
        ([[[1.0], [2.0, 3.0]], [[1.0], [2.0]]], "#VALUE!", "not equally long"),
        ([[[2.0]], [[1.0]], "soon"], "#VALUE!", "periods must be a number"),
    ],
)
def test_what_can_be_wrong_with_columns(mean_product: Any, cells: list[Any], code: str, says: str) -> None:
    result = call(mean_product, cells)
    assert result.value == code
    assert says in message(result)


def test_the_first_wrong_row_is_named_whichever_column_it_is_in(mean_product: Any) -> None:
    result = call(mean_product, [[[1.0], [2.0], ["x"]], [[1.0], [-1.0], [1.0]]])
    assert "counts, row 2" in message(result)


def test_columns_with_an_argument_that_is_a_range(mean_product: Any) -> None:
    result = call(mean_product, [[[2.0], [4.0]], [[1.0], [3.0]], [[1.0, 10.0, None, -1.0]]])
    assert result.rows == [[7.0, 70.0, 7.0, "#NUM!"]]


def test_a_table_result_takes_single_cells_only(toys: Any) -> None:
    record = toys.function(lambda a: [[a]], toys.argument("amount"), result="table")
    result = call(record, [[[1.0], [2.0]]])
    assert (result.value, message(result)) == ("#VALUE!", "amount must be one cell, got a range")


def test_a_column_of_text_keeps_its_first_row(toys: Any) -> None:
    record = toys.function(lambda names: float(len(names)), toys.argument("names", Text(), shape="column"))
    assert call(record, [[["Anna"], ["Ben"], ["Chris"]]]).value == 3.0


def test_text_beside_numbers_knows_its_header(toys: Any) -> None:
    record = toys.function(
        lambda names, days, amounts: float(len(names)),
        toys.argument("names", Text(), shape="column"),
        toys.argument("days", Date(), shape="column"),
        toys.argument("amounts", shape="column"),
    )
    rows = [["Customer", "Day", "Amount"], ["Anna", "2026-01-01", 5.0], [17850.0, 46023.0, 6.0]]
    assert call(record, [[[r[i]] for r in rows] for i in range(3)]).value == 2.0
    assert call(record, [[[r[i]] for r in rows[1:]] for i in range(3)]).value == 2.0


def test_lists_stand_alone(toys: Any) -> None:
    record = toys.function(
        lambda a, rows, columns: float(len(rows) * 10 + (0 if columns is None else len(columns))),
        toys.argument("amount"),
        toys.argument("rows", shape="list"),
        toys.argument("columns", shape="list", default=None),
    )
    assert call(record, [1.0, [[1.0], [2.0], [None]], [[1.0, 2.0, 3.0]]]).value == 23.0
    assert call(record, [1.0, [[1.0], [2.0]]]).value == 20.0


@pytest.fixture
def spend_table(toys: Any) -> Any:
    columns = (
        toys.argument("channel", Text()),
        toys.argument("spend", Money()),
        toys.argument("new_customers", Count(), default=None),
    )

    def compute(table: dict[str, Any]) -> list[list[Any]]:
        customers = table["new_customers"]
        return [[*table["channel"]], [*table["spend"]], [] if customers is None else [*customers]]

    return toys.function(compute, toys.argument("costs", Table(columns=columns), shape="table"), result="table")


def test_a_table_is_read_by_its_headers_in_any_order(spend_table: Any) -> None:
    rows = [["Spend", "Note", "New customers", "Channel"], [10.0, "x", 2.0, "Ads"], [20.0, None, 3.0, "Mail"]]
    assert call(spend_table, [rows]).rows == [["Ads", "Mail"], [10.0, 20.0], [2.0, 3.0]]


def test_a_table_without_headers_is_read_by_position(spend_table: Any) -> None:
    assert call(spend_table, [[["Ads", 10.0], ["Mail", 20.0]]]).rows == [["Ads", "Mail"], [10.0, 20.0], ["", ""]]


@pytest.mark.parametrize(
    ("rows", "code", "says"),
    [
        ([["Ads"], ["Mail"]], "#VALUE!", "costs must have the columns channel, spend, [new_customers]; missing: spend"),
        ([["Channel", "Spend"], ["Ads", "ten"]], "#VALUE!", "costs: spend, row 2 of the range, must be a number"),
        ([["Channel", "Spend"], ["Ads", None]], "#N/A", "costs: spend, row 2 of the range, is blank"),
        (None, "#N/A", "costs is blank"),
        ([["Channel", "Spend"]], "#N/A", "no values"),
    ],
)
def test_what_can_be_wrong_with_a_table(spend_table: Any, rows: Any, code: str, says: str) -> None:
    result = call(spend_table, [rows])
    assert result.value == code
    assert says in message(result)


def test_choices_reach_the_formula_as_words(toys: Any) -> None:
    seen: list[Any] = []

    def compute(amount: Any, timing: str) -> Any:
        seen.append(timing)
        return amount * {"now": 1.0, "later": 10.0}[timing]

    timing = toys.argument("timing", Choice(options=("now", "later")), default="now")
    record = toys.function(compute, toys.argument("amount"), timing)
    assert call(record, [[[1.0], [2.0], [3.0]], [["NOW", "later", None, "never"]]]).rows == [
        [1.0, 10.0, 1.0, "#VALUE!"],
        [2.0, 20.0, 2.0, "#VALUE!"],
        [3.0, 30.0, 3.0, "#VALUE!"],
    ]
    assert sorted(seen) == ["later", "now"]


def test_a_share_is_told_how_to_be_written(toys: Any) -> None:
    result = call(toys.function(lambda c: c, toys.argument("churn", Share())), [5.0])
    assert message(result) == "churn must be from 0 to 1, got 5; write 5% or 0.05"
