"""A table argument that may also be given by a name, and functions whose only range is such a table."""

from __future__ import annotations

from typing import Any

import pytest

from clv_xl.core.undefined import Missing
from clv_xl.worksheet.call import call
from clv_xl.worksheet.kinds import Money
from clv_xl.worksheet.registry import Argument, BadRecord, Registry, Table


@pytest.fixture
def rates(toys: Any) -> Argument:
    kind = Table(columns=(toys.argument("rate"),), names=("low", "high"))
    argument: Argument = toys.argument("rates", kind, default="low", shape="table")
    return argument


@pytest.fixture
def toy(toys: Any, rates: Argument) -> Any:
    def rate(price: Any, rates: Any = "low") -> Any:
        return price * ({"low": 1.0, "high": 2.0}[rates] if isinstance(rates, str) else rates["rate"].sum())

    return toys.function(rate, toys.argument("price"), rates)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ([3.0], 3.0),
        ([3.0, None], 3.0),
        ([3.0, "High"], 6.0),
        ([3.0, [["high"]]], 6.0),
        ([3.0, [["rate"], [5.0]]], 15.0),
        ([3.0, [[4.0], [5.0]]], 27.0),
    ],
)
def test_a_name_a_table_or_nothing(toy: Any, given: list[Any], value: float) -> None:
    assert call(toy, given).value == value


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (
            "middle",
            "#VALUE!",
            'rates must be one of "low", "high", got the text "middle"; or choose the cells of a table',
        ),
        (5.0, "#VALUE!", "got 5"),
        (True, "#VALUE!", "got TRUE"),
        ("#REF!", "#REF!", "rates holds #REF!"),
    ],
)
def test_other_single_cells_are_refused(toy: Any, given: Any, code: str, says: str) -> None:
    error = call(toy, [1.0, given]).error
    assert error is not None
    assert error.code == code
    assert says in error.message


def test_a_blank_element_stays_blank_beside_an_optional_table(toy: Any) -> None:
    assert call(toy, [None]).rows == [[""]]
    assert call(toy, [[[1.0], [None], [2.0]], "high"]).rows == [[2.0], [""], [4.0]]


def test_the_default_must_be_a_name(toys: Any) -> None:
    kind = Table(columns=(toys.argument("rate", Money()),), names=("low",))
    with pytest.raises(BadRecord, match="the default of rates is not one of its names"):
        Registry().declare(toys.function(None, toys.argument("rates", kind, default="high", shape="table")))


def test_a_formula_that_misses_an_input_is_not_available(toys: Any) -> None:
    def refusing(price: Any) -> Any:
        raise Missing("it needs {what}", what="amounts")

    result = call(toys.function(refusing, toys.argument("price")), [1.0])
    assert result.value == "#N/A"
    assert result.error is not None
    assert result.error.message == "it needs amounts"
