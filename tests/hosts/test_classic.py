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


def in_cells(value2: Any, value: Any = "a format's doing", **fields: Any) -> Any:
    """A range of Excel: what its cells hold, and what `Value` would make of them."""
    return {"value2": value2, "value": value, **fields}


def test_a_format_changes_nothing(classic: Any) -> None:
    """`Value` rounds currency to four places and makes moments of numbers in a date's format; `Value2` does neither."""
    spend = in_cells([[0.123456], [45000.0]], [[0.1235], ["2023-03-15"]])
    assert call(classic, "CAC", spend, in_cells(10.0))["result"] == [[0.0123456], [4500.0]]
    log = [[["A"], ["B"]], in_cells([[45000.0], [45001.5]]), in_cells([[1.00005], [2.0]])]
    table = call(classic, "RFM", *log)["result"]
    assert [row[:4] for row in table[1:]] == [["B", 0.0, 1.0, 2.0], ["A", 1.0, 1.0, 1.00005]]
    ids = [in_cells([[45000.0], [17850.0]]), [[44000.0], [44001.0]], [[1.0], [2.0]]]
    assert [row[0] for row in call(classic, "RFM", *ids)["result"][1:]] == [17850.0, 45000.0]


def test_dates_are_counted_as_the_workbook_counts_them(classic: Any) -> None:
    log = [[["A"]], in_cells([[43889.0]], date1904=True), [[1.0]], "2024-03-01"]
    assert call(classic, "RFM", *log)["result"][1][1] == 1.0
    assert call(classic, "COHORT_TABLE", *log[:2])["result"][1][0] == "2024-02-01T00:00:00"


NEWER = {
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
    2051: "number 2051",
    2222: "number 2222",
}


@pytest.mark.parametrize(("number", "name"), NEWER.items())
def test_newer_errors_are_errors_and_no_numbers(classic: Any, number: int, name: str) -> None:
    """They arrive as integers from -2146828288 upwards, and Excel takes no error back but the first seven."""
    cell = -2146828288 + number
    answer = call(classic, "CAC", cell, 10.0)
    assert answer["scode"] == COM["#VALUE!"]
    assert name in answer["com_error"]
    assert call(classic, "CAC", in_cells([[cell], [100.0]]), 10.0)["result"] == [["#VALUE!"], [10.0]]
    for customers, amounts in (([["A"], [cell]], [[1.0], [2.0]]), ([["A"], ["B"]], [[1.0], [cell]])):
        answer = call(classic, "RFM", customers, [[45000.0], [45001.0]], amounts)
        assert answer["scode"] == COM["#VALUE!"]
        assert "row 2 of the range" in answer["com_error"]
    assert call(classic, "CLTV", [[cell], [2.0]], [[1.0], [2.0]], 1.0)["scode"] == COM["#VALUE!"]


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
