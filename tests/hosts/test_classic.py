"""Classic xlwings on Windows: its own VBA generator and its own call code, with stand-ins for Windows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.errors import CODES

MISSING = -2147352572  # what VBA passes for an omitted argument
COM = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
}
EXAMPLES = [(f.name, e) for f in REGISTRY for e in f.examples]


def call(session: Any, name: str, *arguments: Any) -> Any:
    count = len(REGISTRY[name].arguments)
    return session.ask(do="call", name=name, args=[*arguments, *[MISSING] * (count - len(arguments))])


@pytest.fixture(scope="module")
def vba(classic: Any) -> str:
    return str(classic.ask(do="vba", workbook="clv_xl.xlam"))


def test_vba_has_every_function_with_its_arguments(vba: str) -> None:
    functions = dict(re.findall(r"^Function (\w+)\(([^)]*)\)", vba, re.M))
    assert sorted(functions) == sorted(f.name for f in REGISTRY)
    for record in REGISTRY:
        expected = ", ".join(a.name if a.required else f"Optional {a.name}" for a in record.arguments)
        assert functions[record.name] == expected


def test_vba_calls_this_module(vba: str) -> None:
    assert 'CLV = XLPy.CallUDF("clv_xl.functions", "CLV", Array(average_sale, transactions,' in vba
    assert "ActiveWorkbook" in vba


def test_the_function_wizard_gets_texts_for_everything(classic: Any) -> None:
    registered = classic.ask(do="registration")
    for record in REGISTRY:
        listed = registered[record.name]
        assert listed["description"] == record.summary
        assert listed["arguments"] == [a.help for a in record.arguments]
        assert listed["optional"] == [not a.required for a in record.arguments]
        assert listed["category"] == "Customer value"


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[e.formula for _, e in EXAMPLES])
def test_every_example(classic: Any, arguments_of: Any, same_cells: Any, name: str, example: Any) -> None:
    arguments = [MISSING if a is None else a for a in arguments_of(example.formula)]
    result = call(classic, name, *arguments)["result"]
    expected = example.result if isinstance(example.result, list | tuple) else [[example.result]]
    same_cells(result, expected)


def test_ranges_and_blanks(classic: Any) -> None:
    answer = call(classic, "CAC", [[1000.0], [500.0], [None], [""]], [[50.0], [0.0], [None], [1.0]])
    assert answer["result"] == [[20.0], ["#DIV/0!"], [""], ["#N/A"]]
    assert call(classic, "CAC", None, "")["result"] == [[""]]


@pytest.mark.parametrize("code", CODES)
def test_an_error_cell_raises_the_same_error_for_vba(classic: Any, code: str) -> None:
    """Err.Number is the low word of the code: 2042 for #N/A, Excel's own xlErrNA."""
    answer = call(classic, "CAC", COM[code], 10.0)
    assert answer == {"com_error": f"{code} spend holds {code}", "scode": COM[code]}
    assert (answer["scode"] & 0xFFFF) in (2000, 2007, 2015, 2023, 2029, 2036, 2042)


def test_an_error_cell_in_a_range_stays_in_its_place(classic: Any) -> None:
    answer = call(classic, "CAC", [[COM["#N/A"]], [100.0]], 10.0)
    assert answer["result"] == [["#N/A"], [10.0]]


def test_a_failing_cell_shows_the_error_and_what_to_do_never_a_traceback(classic: Any) -> None:
    answer = call(classic, "LIFESPAN", 25.0)
    assert answer["com_error"] == "#NUM! churn_rate must be from 0 to 1, got 25; write 25% or 0.25"
    answer = call(classic, "CAC", "plenty", 10.0)
    assert answer["com_error"] == '#VALUE! spend must be a number, got the text "plenty"'
    assert "Traceback" not in answer["com_error"]
