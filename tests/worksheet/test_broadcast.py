"""Ranges in elementwise functions: the same as one call per element, in Excel's shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.core.undefined import DivisionByZero, OutOfDomain, Undefined, answer_each, refuse
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import CODES
from clv_xl.worksheet.kinds import Choice, Count, Money, Periods, Share
from clv_xl.worksheet.registry import Argument, Example, Function


def formula(amount: Any, parts: Any, weight: Any, sign: str) -> Any:
    refuse(parts == 0, DivisionByZero, "parts is 0 for {amount:g}", amount=amount)
    refuse((amount < 0) & (weight == 1), OutOfDomain, "{amount:g} is below 0", amount=amount)
    return amount / parts * weight * (1 if sign == "plus" else -1)


def argument(name: str, kind: Any, **fields: Any) -> Argument:
    return Argument(name, kind, unit="unit", help="Help.", **fields)


RECORD = Function(
    name="TOY",
    family="Toys",
    summary="A function to test with.",
    arguments=(
        argument("amount", Money()),
        argument("parts", Count()),
        argument("weight", Share(), default=1.0),
        argument("sign", Choice(options=("plus", "minus")), default="plus"),
    ),
    core="toys:toy",
    formula="none",
    source="none",
    examples=(Example("=TOY(1)", 1.0),),
)
RECORD.__dict__["compute"] = formula

ANY_CELL = st.one_of(
    st.none(),
    st.floats(-5, 5).map(lambda x: round(x, 1)),
    st.integers(-3, 3),
    st.sampled_from(["", "text", "plus", "minus", "PLUS", True, False, 1e308, float("nan"), *CODES, "#CALC!"]),
)


@st.composite
def ranges(draw: st.DrawFn) -> Any:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return draw(
        st.lists(st.lists(ANY_CELL, min_size=columns, max_size=columns), min_size=rows, max_size=rows) | ANY_CELL
    )


def element(range_: Any, row: int, column: int) -> Any:
    """Excel's rule, written the slow way: what one element of the result takes from a range; a tuple is nothing."""
    if not isinstance(range_, list):
        return range_
    row = 0 if len(range_) == 1 else row
    column = 0 if len(range_[0]) == 1 else column
    return range_[row][column] if row < len(range_) and column < len(range_[0]) else ()


@settings(max_examples=500)
@given(st.lists(ranges(), min_size=2, max_size=4))
def test_a_range_gives_what_a_loop_over_its_elements_gives(cells: list[Any]) -> None:
    result = call(RECORD, cells)
    height = max(len(c) if isinstance(c, list) else 1 for c in cells)
    width = max(len(c[0]) if isinstance(c, list) else 1 for c in cells)
    assert (len(result.rows), len(result.rows[0])) == (height, width)
    for r in range(height):
        for c in range(width):
            parts = [element(cell, r, c) for cell in cells]
            if () in parts:
                assert result.rows[r][c] in CODES
                continue
            alone = call(RECORD, parts)
            assert result.rows[r][c] == alone.value
            assert result.errors.get((r, c)) == alone.error


def test_shapes(toys: Any) -> None:
    record = toys.function(lambda a, b: a + b, toys.argument("first"), toys.argument("second"))
    column, row, block = [[1.0], [2.0], [3.0]], [[10.0, 20.0]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert call(record, [column, 1.0]).rows == [[2.0], [3.0], [4.0]]
    assert call(record, [row, 1.0]).rows == [[11.0, 21.0]]
    assert call(record, [column, row]).rows == [[11.0, 21.0], [12.0, 22.0], [13.0, 23.0]]
    assert call(record, [block, row]).rows == [[11.0, 22.0], [13.0, 24.0], [15.0, 26.0]]
    assert call(record, [block, column]).rows == [[2.0, 3.0], [5.0, 6.0], [8.0, 9.0]]


def test_beyond_the_end_of_a_shorter_range_is_na(toys: Any) -> None:
    record = toys.function(lambda a, b: a + b, toys.argument("first"), toys.argument("second"))
    result = call(record, [[[1.0], [2.0], [3.0]], [[10.0], [20.0]]])
    assert result.rows == [[11.0], [22.0], ["#N/A"]]
    assert "second has only 2 by 1 cells" in result.errors[2, 0].message
    assert call(record, [[[1.0, 2.0]], [[1.0, 2.0, 3.0]]]).rows == [[2.0, 4.0, "#N/A"]]


def test_a_formula_spilled_over_a_longer_range_ends_in_empty_text(toys: Any) -> None:
    record = toys.function(lambda a, b: a + b, toys.argument("first"), toys.argument("second"))
    assert call(record, [[[1.0], [None], [""]], [[2.0], [None], [None]]]).rows == [[3.0], [""], [""]]


def test_the_formula_runs_once_for_each_reason_to_refuse_and_never_per_element(toys: Any) -> None:
    sizes: list[int] = []

    def counted(amount: Any, parts: Any) -> Any:
        sizes.append(np.size(amount))
        refuse(parts == 0, DivisionByZero, "parts is 0")
        refuse(amount < 0, OutOfDomain, "amount is negative")
        return amount / parts

    record = toys.function(counted, toys.argument("amount"), toys.argument("parts"))
    amounts = [[float(i % 7 - 1)] for i in range(10_000)]
    parts = [[float(i % 5)] for i in range(10_000)]
    result = call(record, [amounts, parts])
    assert len(sizes) == 3
    assert result.rows[0] == ["#DIV/0!"]
    assert result.rows[7] == ["#NUM!"]
    assert result.rows[8] == [0.0]
    assert len(result.errors) == 2000 + sum(1 for i in range(10_000) if i % 5 and i % 7 == 0)


def test_answer_each_refuses_everything_when_a_shared_value_is_wrong() -> None:
    answers, refused = answer_each(lambda a, b: formula(a, b, 1.0, "plus"), [np.array([1.0, 2.0]), 0.0], 2)
    assert np.isnan(answers).all()
    assert [str(refused[i]) for i in range(2)] == ["parts is 0 for 1", "parts is 0 for 2"]


def test_a_refusal_of_many_names_the_first_and_counts_the_rest() -> None:
    with pytest.raises(Undefined) as raised:
        formula(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 0.0]), 1.0, "plus")
    assert str(raised.value) == "parts is 0 for 2 (and 1 more)"
    assert isinstance(raised.value, ZeroDivisionError)
    assert str(raised.value.at(2)) == "parts is 0 for 3"


def test_a_whole_column_of_one_hundred_thousand() -> None:
    column = [[i] for i in range(100_000)]
    result = call(RECORD, [column, [[2.0]]])
    assert result.rows[99_999] == [49999.5]
    assert not result.errors


def test_refused_words(toys: Any) -> None:
    def rating(amount: Any) -> Any:
        refuse(amount < 0, OutOfDomain, "amount is {amount:g}", amount=amount)
        return np.where(amount > 1, "high", "low")

    record = toys.function(rating, toys.argument("amount"))
    assert call(record, [[[0.0, 5.0, -1.0]]]).rows == [["low", "high", "#NUM!"]]


def test_too_large_results_are_errors_each_alone(toys: Any) -> None:
    record = toys.function(lambda a, n: a * n, toys.argument("amount"), toys.argument("periods", Periods()))
    result = call(record, [[[1e308], [1.0]], 10.0])
    assert result.rows == [["#NUM!"], [10.0]]
