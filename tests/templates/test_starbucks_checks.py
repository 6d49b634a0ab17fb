"""The Starbucks workbook says FAIL, on the right line and on the cover, whatever is done to it."""

import io
import re

import openpyxl
import pytest

from clv_xl.worksheet.errors import CellError

BAD = [
    ("in_lifespan_from", "years"), ("in_lifespan_from", None), ("in_lifespan_from", 1),
    ("in_lifespan", 0), ("in_lifespan", -1), ("in_lifespan", 1001), ("in_lifespan", "20 years"), ("in_lifespan", None),
    ("in_churn", 0), ("in_churn", -0.05), ("in_churn", 1.01), ("in_churn", 5), ("in_churn", "#N/A"), ("in_churn", None),
    ("in_weeks", 0), ("in_weeks", 54), ("in_weeks", "52"), ("in_weeks", None),
    ("in_margin", -0.01), ("in_margin", 21.3), ("in_margin", "21 %"), ("in_margin", None),
    ("in_retention", -0.01), ("in_retention", 1), ("in_retention", 75), ("in_retention", "75 %"),
    ("in_retention", None),
    ("in_discount", -0.01), ("in_discount", 10), ("in_discount", "10 %"), ("in_discount", None),
    ("in_tolerance", -1e-9), ("in_tolerance", 0.001), ("in_tolerance", 1000), ("in_tolerance", "x"),
    ("in_tolerance", None),
    ("in_spend_changes", -1), ("in_spend_changes", -1.5), ("in_spend_changes", "-20 %"), ("in_spend_changes", None),
    ("in_visit_changes", -1), ("in_visit_changes", "low"), ("in_visit_changes", None), ("in_visit_changes", "#NUM!"),
]  # fmt: skip
BAD_CUSTOMERS = [
    ({"A": None}, "customer"), ({"A": "x" * 101}, "customer"),
    ({"B": None}, "spend"), ({"B": -4.0}, "spend"), ({"B": "4.00"}, "spend"), ({"B": "#VALUE!"}, "spend"),
    ({"C": None}, "visits"), ({"C": -1}, "visits"), ({"C": 1001}, "visits"), ({"C": "often"}, "visits"),
]  # fmt: skip
GOOD = [
    {"in_lifespan": 0.5, "in_churn": 1, "in_weeks": 1, "in_margin": 0, "in_retention": 0, "in_discount": 0},
    {"in_lifespan": 1000, "in_churn": 0.001, "in_weeks": 53, "in_margin": 1, "in_retention": 0.999, "in_discount": 1},
    {"in_tolerance": 1e-6, "in_spend_changes": -0.99, "in_visit_changes": 10, "in_lifespan_from": "churn"},
    {"first": {"A": 17, "B": 0, "C": 1000}},
]


def assert_fails(found: dict[str, object], *checks: str) -> None:
    for check in (*checks, "check_master"):
        assert found[check] is False, check
    assert str(found["cover"]).startswith("FAIL")


def failing(found: dict[str, object]) -> set[str]:
    return {name for name, holds in found.items() if holds is not True} - {"cover"}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_input_fails_its_own_check(starbucks, engine, look, name, value):
    data = look.changed(starbucks, **{name: value})
    assert_fails(look.verdicts(data, engine(data)), f"check_{name}")


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_input_fails_its_own_check_in_formulon(native, formulon_values, look, name, value):
    data = look.changed(native, **{name: value})
    assert_fails(look.verdicts(data, formulon_values(data)), f"check_{name}")


@pytest.mark.parametrize(("cells", "column"), BAD_CUSTOMERS)
def test_a_bad_customer_fails_the_check_of_the_column(starbucks, native, engine, formulon_values, look, cells, column):
    for book, recalculated in ((starbucks, engine), (native, formulon_values)):
        data = look.changed(book, first=cells)
        assert_fails(look.verdicts(data, recalculated(data)), f"check_customers_{column}")


def test_bad_inputs_in_libreoffice(native, libreoffice, look):
    """One bad value for every input at once, since LibreOffice takes seconds to start."""
    one_each = {name: value for name, value in reversed(BAD) if value is not None}
    data = look.changed(native, first={"A": None, "B": "4.00", "C": -1}, **one_each)
    columns = [f"check_customers_{column}" for column in ("customer", "spend", "visits")]
    assert_fails(look.verdicts(data, libreoffice(data)), *(f"check_{name}" for name in one_each), *columns)


def test_blank_inputs_in_libreoffice(native, libreoffice, look):
    blank = dict.fromkeys(name for name, _ in BAD)
    data = look.changed(native, **blank)
    assert_fails(look.verdicts(data, libreoffice(data)), *(f"check_{name}" for name in blank))


@pytest.mark.parametrize("inputs", GOOD)
def test_inputs_on_the_edge_of_what_is_allowed_pass(starbucks, native, engine, formulon_values, look, inputs):
    for book, recalculated in ((starbucks, engine), (native, formulon_values)):
        data = look.changed(book, **inputs)
        assert failing(look.verdicts(data, recalculated(data))) == set()


@pytest.mark.parametrize("inputs", GOOD[2:])
def test_inputs_on_the_edge_pass_in_libreoffice(native, libreoffice, look, inputs):
    data = look.changed(native, **inputs)
    assert failing(look.verdicts(data, libreoffice(data))) == set()


def test_every_input_has_a_check_and_a_sentence_beside_it(starbucks):
    book = openpyxl.load_workbook(io.BytesIO(starbucks))
    inputs = [name for name in book.defined_names if name.startswith("in_")]
    assert len(inputs) == 10
    for name in inputs:
        _, address = book.defined_names[f"check_{name}"].attr_text.split("!")
        assert str(book["Checks"][f"G{address.rpartition('$')[2]}"].value).endswith(".")


def test_nobody_ever_leaves_and_nothing_is_discounted(starbucks, native, engine, libreoffice, look):
    for book, recalculated in ((starbucks, engine), (native, libreoffice)):
        data = look.changed(book, in_retention=1, in_discount=0)
        values = recalculated(data)
        found = look.verdicts(data, values)
        assert_fails(found, "check_in_retention", "check_errors_calculation", "check_errors_results")
        assert found["check_in_discount"] is True
        assert values["Results", "A46"] == "Who keeps 100 % of customers a year keeps one for ever."
        sheet = openpyxl.load_workbook(io.BytesIO(data))["Checks"]
        beside = {sheet[f"A{row}"].value: sheet[f"G{row}"].value for row in range(1, sheet.max_row + 1)}
        assert (
            beside["Customers kept a year"] == "A share from 0 % to below 100 %. At 100 % nobody leaves: 1 ÷ 0 years."
        )


@pytest.mark.parametrize("sheet", ["Calculation", "Results"])
@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#NAME?"])
def test_an_error_among_the_figures_fails(starbucks, native, engine, formulon_values, look, sheet, error):
    for built, recalculated in ((starbucks, engine), (native, formulon_values)):
        book = openpyxl.load_workbook(io.BytesIO(built))
        book[sheet]["B7"] = error
        data = saved(book)
        assert_fails(look.verdicts(data, recalculated(data)), f"check_errors_{sheet.lower()}")


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_function_cell(data: bytes, value: object) -> bytes:
    """The workbook with something else in the cell that calls CLTV for the customer value a year."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert "CLTV(" in book["Calculation"]["D10"].value
    book["Calculation"]["D10"] = value
    return saved(book)


@pytest.mark.parametrize(
    "shown",
    [
        "#NUM! periods_per_year must be above 0", "not compared", "add-in not loaded: it seems", "1263.6", "1,263.60",
        "", "#NUM!", "#NAME?", 1263.61, None, True,
    ],
)  # fmt: skip
def test_a_function_that_fails_or_differs_fails_its_check(starbucks, engine, look, shown):
    data = with_function_cell(starbucks, shown)
    values = engine(data)
    found = look.verdicts(data, values)
    assert_fails(found, "check_year")
    assert found["check_cltv"] is True
    assert values["Checks", "F13"] == "FAIL"


def test_a_function_that_fails_as_text_fails_in_libreoffice(starbucks, libreoffice, look):
    """Where the others are not compared, since the add-in is not there."""
    data = with_function_cell(starbucks, "#NUM! periods_per_year must be above 0")
    values = libreoffice(data)
    assert_fails(look.verdicts(data, values), "check_year")
    assert (values["Checks", "F12"], values["Checks", "F13"]) == ("not compared", "FAIL")


def test_exactly_the_words_for_an_absent_add_in_are_not_compared(starbucks, engine, look):
    data = with_function_cell(starbucks, "add-in not loaded")
    values = engine(data)
    assert failing(look.verdicts(data, values)) == set()
    assert values["Checks", "F13"] == "not compared"
    assert values["Checks", "G6"] == "1 of the checks wait for the add-in."


@pytest.mark.parametrize(
    ("answer", "loaded"),
    [
        ("CAC(1,1)", True), ("NOSUCHFUNCTION(1,1)", False),
        ('"#VALUE! Python cannot be started"', True), ("NA()", True), ("1/0", True), ('""', True),
    ],
)  # fmt: skip
def test_status_and_sentence_agree_and_only_an_unknown_function_is_absent(
    starbucks, engine, formulon_values, look, answer, loaded
):
    book = openpyxl.load_workbook(io.BytesIO(starbucks))
    book["Functions"]["B5"] = book["Functions"]["B5"].value.replace("CAC(1,1)", answer)
    values = (engine if "CAC" in answer else formulon_values)(saved(book))
    assert values["Functions", "B5"] is loaded
    assert str(values["Functions", "C5"]).startswith("Loaded:" if loaded else "Not loaded:")


@pytest.mark.parametrize("edition", ["starbucks", "native"])
@pytest.mark.parametrize(
    "below", [{"A": "Customer 6"}, {"B": 10.0, "C": 2.5}, {"A": "Customer 6", "B": 10.0, "C": 2.5}]
)
def test_a_customer_below_the_table_fails_with_what_to_do(edition, below, engine, look, request):
    data = look.changed(request.getfixturevalue(edition), below)
    values = engine(data)
    assert failing(look.verdicts(data, values)) == {"check_below_customers", "check_master"}
    assert values["Results", "B7"] == pytest.approx(25272)
    last = openpyxl.load_workbook(io.BytesIO(data))["Checks"]
    said = str(last[f"G{last.max_row}"].value)
    assert "Excel: drag" in said
    assert "LibreOffice: insert a row" in said


def test_a_customer_below_the_table_in_libreoffice(native, libreoffice, look):
    data = look.changed(native, {"A": "Customer 6", "B": 10.0, "C": 2.5})
    assert failing(look.verdicts(data, libreoffice(data))) == {"check_below_customers", "check_master"}


def test_a_customer_far_below_the_table_fails_too(starbucks, engine, look):
    book = openpyxl.load_workbook(io.BytesIO(starbucks))
    book["Inputs"]["A4000"] = "Customer 6"
    data = saved(book)
    assert_fails(look.verdicts(data, engine(data)), "check_below_customers")


def texts(values: dict[tuple[str, str], object]) -> str:
    assert not [place for place, value in values.items() if isinstance(value, CellError)]
    return " ".join(value for value in values.values() if isinstance(value, str))


@pytest.mark.parametrize(
    ("inputs", "sentences"),
    [
        ({}, ["keeps 75 %", "for 4 years.", "Contradicts the", "That contradicts the lifespan used, 20 years."]),
        ({"in_retention": 0.95}, ["keeps 95 %", "for 20 years.", "Agrees with", "agrees with the lifespan used, 20 "]),
        ({"in_lifespan": 4}, ["keeps 75 %", "for 4 years.", "Agrees with", "agrees with the lifespan used, 4 "]),
        ({"in_lifespan_from": "churn", "in_churn": 0.143, "in_retention": 0.857}, ["85.7 %", "7 years.", "Agrees"]),
        ({"in_retention": 0.5, "in_lifespan": 2.5}, ["keeps 50 %", "for 2 years.", "Contradicts", "used, 2.5 years"]),
    ],
)  # fmt: skip
def test_sentences_follow_the_inputs(starbucks, native, engine, formulon_values, look, inputs, sentences):
    for book, recalculated in ((starbucks, engine), (native, formulon_values)):
        said = texts(recalculated(look.changed(book, **inputs)))
        assert [sentence for sentence in sentences if sentence not in said] == []
        assert ("Agrees with" in said) is not ("Contradicts" in said)


def test_texts_that_state_inputs_say_that_they_are_as_published(starbucks):
    """All others are formulas, which follow."""
    book = openpyxl.load_workbook(io.BytesIO(starbucks))
    cells = (cell for title in ("Cover", "Inputs", "Results", "Calculation") for row in book[title] for cell in row)
    stating = [
        str(c.value) for c in cells if c.data_type == "s" and re.search(r"\b(75|20|5) ?(%|years)|[Ff]ive cust", c.value)
    ]
    assert stating
    assert [text for text in stating if "s published" not in text and "Not in the study" not in text] == []
