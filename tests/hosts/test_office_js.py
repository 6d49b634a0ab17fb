"""xlwings Server and xlwings Lite: xlwings' own metadata and call code, in a process of that mode."""

from __future__ import annotations

from typing import Any

import pytest

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.errors import CODES

EXAMPLES = [(f.name, e) for f in REGISTRY for e in f.examples]
ERROR_TYPES = {
    "#NULL!": "Null",
    "#DIV/0!": "Div0",
    "#VALUE!": "Value",
    "#REF!": "Ref",
    "#NAME?": "Name",
    "#NUM!": "Num",
    "#N/A": "NotAvailable",
}


def as_matrix(argument: Any) -> Any:
    """Excel hands over every argument as rows of cells; null for an omitted one."""
    return argument if argument is None or isinstance(argument, list) else [[argument]]


def call(session: Any, name: str, *arguments: Any, **options: Any) -> Any:
    count = len(REGISTRY[name].arguments)
    args = [as_matrix(a) for a in arguments] + [None] * (count - len(arguments))
    return session.ask(do="call", name=name, args=args, **options)


def cells(answer: Any) -> Any:
    """The rows of an answer, errors by their code."""
    codes = {v: k for k, v in ERROR_TYPES.items()}
    return [
        [codes[c["errorType"]] if isinstance(c, dict) and c["type"] == "Error" else c for c in row]
        for row in answer["result"]
    ]


@pytest.fixture(scope="module")
def meta(office_js: Any) -> dict[str, Any]:
    return {f["name"]: f for f in office_js.ask(do="meta")["functions"]}


def test_metadata_lists_every_function_and_nothing_else(meta: dict[str, Any]) -> None:
    assert sorted(meta) == sorted(f.name for f in REGISTRY)
    assert {"CLV", "CLTV", "CAC", "LTV_CAC_RATIO"} <= set(meta)


@pytest.mark.parametrize("name", [f.name for f in REGISTRY])
def test_metadata_carries_summary_and_help_for_every_argument(meta: dict[str, Any], name: str) -> None:
    record, listed = REGISTRY[name], meta[name]
    assert listed["description"] == record.summary
    assert [p["name"] for p in listed["parameters"]] == [a.name for a in record.arguments]
    assert [p["description"] for p in listed["parameters"]] == [a.help for a in record.arguments]
    assert [p.get("optional", False) for p in listed["parameters"]] == [not a.required for a in record.arguments]
    assert all(p["dimensionality"] == "matrix" for p in listed["parameters"])


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[e.formula for _, e in EXAMPLES])
def test_every_example(office_js: Any, arguments_of: Any, same_cells: Any, name: str, example: Any) -> None:
    answer = call(office_js, name, *arguments_of(example.formula))
    expected = example.result if isinstance(example.result, list | tuple) else [[example.result]]
    same_cells(cells(answer), expected)


def test_whole_numbers_arrive_as_json_integers(office_js: Any) -> None:
    assert cells(call(office_js, "CAC", 1000, 50)) == [[20.0]]


def test_ranges_spill(office_js: Any) -> None:
    answer = call(office_js, "CAC", [[1000], [500], ["x"], [None], [0]], [[50], [0], [1], [None], [10]])
    assert cells(answer) == [[20.0], ["#DIV/0!"], ["#VALUE!"], [""], [0.0]]
    assert cells(call(office_js, "LTV_CAC_RATIO", [[150, 300]], [[50], [100]])) == [[3.0, 6.0], [1.5, 3.0]]


def test_blanks_and_omitted_arguments(office_js: Any) -> None:
    assert cells(call(office_js, "CLV", 50, 4, 5, 0.4, [[""]], [[None]])) == cells(
        call(office_js, "CLV", 50, 4, 5, 0.4)
    )
    assert cells(call(office_js, "CLV", 50, 4, 5, None)) == [["#N/A"]]
    assert cells(call(office_js, "CLV", [[None]], [[""]], None, None)) == [[""]]


@pytest.mark.parametrize("code", CODES)
def test_error_cells_come_out_as_the_same_real_error(office_js: Any, code: str) -> None:
    error = {"type": "Error", "errorType": ERROR_TYPES[code], "basicValue": code, "basicType": "Error"}
    ranged = call(office_js, "CAC", [[error], [100]], 10)
    assert ranged["result"][0][0] == {"type": "Error", "errorType": ERROR_TYPES[code]}
    assert ranged["result"][1][0] == 10.0
    alone = call(office_js, "CAC", [[error]], 10)
    if code == "#VALUE!":
        assert alone == {"xlwings_error": "spend holds #VALUE!"}
    else:
        assert alone["result"] == [[{"type": "Error", "errorType": ERROR_TYPES[code]}]]


@pytest.mark.parametrize(
    "name", ["Spill", "Calc", "GettingData", "Field", "Blocked", "Connect", "Unknown", "Busy", "Python"]
)
@pytest.mark.parametrize("spelled", [True, False])
def test_newer_errors_are_errors(office_js: Any, name: str, spelled: bool) -> None:
    code = "#GETTING_DATA" if name == "GettingData" else f"#{name.upper()}!"
    error = {"type": "Error", "errorType": name} | ({"basicValue": code} if spelled else {})
    assert call(office_js, "CAC", [[error]], 10) == {"xlwings_error": f"spend holds {code}"}
    ranged = call(office_js, "CAC", [[error], [100]], 10)
    assert cells(ranged) == [["#VALUE!"], [10.0]]
    assert code in call(office_js, "RFM", [["A"], [error]], [[45000], [45001]], [[1], [2]])["xlwings_error"]


def test_a_number_that_would_be_an_error_over_com_is_a_number(office_js: Any) -> None:
    assert cells(call(office_js, "APV", [[-2146826246], [-2146826243]], 2)) == [[-1073413123.0], [-1073413121.5]]
    table = cells(call(office_js, "RFM", [["A"], ["A"]], [[45000], [45001]], [[-2146826246], [3000000000]]))
    assert table[1][3] == 853173754.0
    assert cells(call(office_js, "REPEAT_RATE", [[-2146826246], [-2146826246], [5]])) == [[0.5]]


def test_a_format_changes_nothing(office_js: Any) -> None:
    def formatted(value: float, form: str) -> dict[str, Any]:
        return {"type": "FormattedNumber", "basicValue": value, "numberFormat": form}

    spend = [[formatted(0.123456, "€#,##0.00")], [formatted(45000, "yyyy-mm-dd")]]
    assert cells(call(office_js, "CAC", spend, 10)) == [[0.0123456], [4500.0]]
    log = [[[formatted(45000, "d/m/yy")], [17850]], [[44000], [formatted(44001, "d/m/yy")]], [[1], [2]]]
    assert [row[0] for row in cells(call(office_js, "RFM", *log))[1:]] == [17850.0, 45000.0]


def test_halves_of_characters_neither_break_the_answer_nor_split_a_customer(office_js: Any) -> None:
    """Text cut in the middle of an emoji. The server's encoder refuses it: the whole call would be a status 500."""
    half = "\ud83d"
    log = [[[f"Ann{half}"], ["Ann"], [f"{half}Ben"]], [[45000], [45001], [45002]], [[1], [2], [4]]]
    rows = cells(call(office_js, "RFM", *log))
    assert [row[:4] for row in rows[1:]] == [["Ben", 0.0, 1.0, 4.0], ["Ann", 1.0, 2.0, 3.0]]
    groups = cells(call(office_js, "CLV_BY_GROUP", [[f"ads{half}"], ["ads"], ["tv"]], *log))
    assert [row[:2] for row in groups[1:]] == [["tv", 1.0], ["ads", 1.0], ["Total", 2.0]]
    wrong = call(office_js, "CAC", f"x{half}", 1)
    assert wrong == {"xlwings_error": 'spend must be a number, got the text "x\ufffd"'}
    assert "now\ufffd" in call(office_js, "CLV_RETENTION", 1, 1, 1, f"now{half}")["xlwings_error"]
    bands = [[r, 0, 5, f"R{r}{half}"] for r in range(1, 6)]
    assert cells(call(office_js, "RFM_SEGMENT", [[2], [3]], 1, 1, bands)) == [["R2\ufffd"], ["R3\ufffd"]]
    assert cells(call(office_js, "REPEAT_RATE", [["\ud83d\ude00"], [f"{half}\u200b\ude00"]])) == [[0.0]]


def test_wrong_input_says_what_to_do(office_js: Any) -> None:
    answer = call(office_js, "CAC", "plenty", 10)
    assert answer == {"xlwings_error": 'spend must be a number, got the text "plenty"'}


def test_older_runtimes_get_error_codes_as_text(office_js: Any) -> None:
    assert call(office_js, "CAC", 100, 0, runtime="1.1")["result"] == [["#DIV/0!"]]


def test_no_input_is_a_fault_of_the_server(office_js: Any) -> None:
    odd = ["text", True, 1e308, -1, 0, "#N/A", [[None]], [[1, 2], [3, 4]], [["a", 1]], 1e-320]
    for record in REGISTRY:
        for cell in odd:
            answer = call(office_js, record.name, *[cell] * len(record.arguments))
            assert "fault" not in answer, (record.name, cell, answer)
