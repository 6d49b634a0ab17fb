"""The declarations against the formulas they name, against each other, and against what a user reads."""

import inspect
import re
import subprocess
import sys

import formualizer
import pytest

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import CODES
from clv_xl.worksheet.kinds import Choice, Number, Text
from clv_xl.worksheet.registry import Table

EXPECTED = {
    "Lifetime value": [
        "LTV",
        "CLV",
        "CLTV",
        "CLTV_STEPS",
        "CUSTOMER_VALUE",
        "APV",
        "APF",
        "ACL",
        "LIFESPAN",
        "CLV_RETENTION",
        "CLV_SENSITIVITY",
        "CLV_UPSELL",
    ],
    "Acquisition": ["CAC", "LTV_CAC_RATIO", "LTV_CAC_RATING", "CAC_MAX", "CAC_PAYBACK"],
    "Subscription": ["ARPU", "CHURN_RATE", "RETENTION_RATE", "LTV_SUBSCRIPTION", "NRR", "GRR", "QUICK_RATIO"],
    "Segments and orders": [
        "RFM",
        "RFM_SEGMENT",
        "RFM_SUMMARY",
        "RFM_MAP",
        "PARETO_SHARE",
        "REPEAT_RATE",
        "COHORT_TABLE",
        "CLV_BY_GROUP",
        "CLV_SUMMARY",
        "MRR_MOVEMENTS",
    ],
}
FAMILIES = [f for family in EXPECTED for f in REGISTRY.families().get(family, [])]
EXAMPLES = [pytest.param(f, e, id=e.formula) for f in FAMILIES for e in f.examples]

functions = pytest.mark.parametrize("function", FAMILIES, ids=lambda f: f.name)


def typed_arguments(formula):
    """The cells of a formula made of literals and column constants, as a host delivers them."""

    def literal(text):
        if text.startswith("{"):
            return [[literal(cell)] for cell in text[1:-1].split(";")]
        return text[1:-1] if text.startswith('"') else float(text) if text else None

    return [literal(text) for text in formula[formula.index("(") + 1 : -1].split(",")]


def test_the_families_are_complete_and_in_order():
    found = {family: [f.name for f in declared] for family, declared in REGISTRY.families().items()}
    assert list(found)[: len(EXPECTED)] == list(EXPECTED)
    assert {family: found[family] for family in EXPECTED} == EXPECTED


@functions
def test_the_formula_takes_exactly_the_declared_arguments(function):
    parameters = inspect.signature(function.compute).parameters.values()
    assert [p.name for p in parameters] == [a.name for a in function.arguments]
    for parameter, argument in zip(parameters, function.arguments, strict=True):
        assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        assert (parameter.default is parameter.empty) == argument.required
        if not argument.required:
            assert parameter.default == argument.default, argument.name


@functions
def test_defaults_are_values_that_a_user_could_have_typed(function):
    for argument in function.arguments:
        if isinstance(argument.kind, Table):
            assert argument.default is None or argument.default in argument.kind.names
        elif not argument.required and not argument.default_text:
            assert argument.kind.read(argument.default) == argument.default


@functions
def test_texts_are_written_for_the_reader(function):
    assert function.summary.endswith(".")
    for text in [*function.notes, *(a.help for a in function.arguments)]:
        assert text.endswith(".")
        assert "  " not in text
    for argument in function.arguments:
        if isinstance(argument.kind, Choice):
            assert all(option in f"{argument.unit} {argument.help}" for option in argument.kind.options)
        if not argument.required:
            assert "omitted" in argument.help, f"{argument.name} must say what is assumed"


def test_lengths_of_time_and_rates_called_retention_are_told_apart():
    for name in ("LTV", "CLV"):
        retention = next(a for a in REGISTRY[name].arguments if a.name == "retention")
        assert retention.unit == "periods"
        assert "Not a retention rate" in retention.help
    retention = next(a for a in REGISTRY["CLV_RETENTION"].arguments if a.name == "retention")
    assert "not a number of periods" in retention.help


@pytest.mark.parametrize(("function", "example"), EXAMPLES)
def test_an_example_gives_the_result_that_it_shows(function, example, arguments_of):
    cells = arguments_of(example.formula)
    required = sum(a.required for a in function.arguments)
    assert required <= len(cells) <= len(function.arguments)
    result = call(function, cells)
    assert not result.errors
    shown = example.result if function.result == "table" else ((example.result,),)
    assert len(result.rows) == len(shown)
    for row, shown_row in zip(result.rows, shown, strict=True):
        assert [type(cell) for cell in row] == [type(cell) for cell in shown_row]
        for cell, shown_cell in zip(row, shown_row, strict=True):
            assert cell == (pytest.approx(shown_cell, rel=1e-12) if isinstance(cell, float) else shown_cell)


@functions
def test_every_example_stays_plain_for_all_hosts(function):
    assert function.examples
    for example in function.examples:
        assert "%" not in example.formula
        assert " " not in re.sub('"[^"]*"', "", example.formula)


@pytest.mark.parametrize(
    ("function", "example"), [p for p in EXAMPLES if p.values[0].native and "{" not in p.values[1].formula]
)
def test_the_native_formula_agrees_by_an_engine_of_others(function, example):
    cells = typed_arguments(example.formula)
    cells += [None] * (len(function.arguments) - len(cells))
    given = {a.name: a.default if c is None else c for a, c in zip(function.arguments, cells, strict=True)}
    assert evaluated(function.native, {name: [[value]] for name, value in given.items()}) == pytest.approx(
        example.result, rel=1e-9
    )


@pytest.mark.parametrize("name", ["CLTV", "CUSTOMER_VALUE", "ACL"])
def test_the_native_formula_over_columns_agrees_by_an_engine_of_others(name):
    function = REGISTRY[name]
    cells = typed_arguments(function.examples[0].formula)
    given = {a.name: c if isinstance(c, list) else [[c]] for a, c in zip(function.arguments, cells, strict=True)}
    assert evaluated(function.native, given) == pytest.approx(function.examples[0].result, rel=1e-9)


def evaluated(native, given):
    """The value of a native formula, each argument standing in a column of its own."""
    workbook = formualizer.Workbook()
    sheet = workbook.add_sheet("S") or "S"
    for column, (name, rows) in enumerate(sorted(given.items(), key=lambda item: -len(item[0])), start=2):
        for row, (value,) in enumerate(rows, start=1):
            workbook.set_value("S", row, column, value)
        letter = chr(ord("A") + column - 1)
        native = replace_name(native, name, f"{letter}1:{letter}{len(rows)}" if len(rows) > 1 else f"{letter}1")
    workbook.set_formula("S", 1, 1, "=" + native)
    assert sheet
    return workbook.evaluate_cell("S", 1, 1)


def replace_name(formula, name, reference):
    return re.sub(rf"\b{name}\b", reference, formula)


@functions
def test_blanks_and_text_never_give_a_number(function):
    if any(not isinstance(a.kind, Text) for a in function.arguments):
        text = call(function, ["x"] * len(function.arguments))
        assert text.value in CODES
    if any(a.required for a in function.arguments):
        blank = call(function, [None] * len(function.arguments))
        assert blank.value in ("", "#N/A")
    numbers = [a for a in function.arguments if isinstance(a.kind, Number) and a.required]
    for argument in numbers:
        cells = [1.0 if a is not argument else None for a in function.arguments if a.required]
        if len(cells) > 1:
            assert call(function, cells).value == "#N/A"


def test_declarations_load_no_formula_and_no_numpy():
    code = (
        "import sys, clv_xl.catalogue\n"
        "loaded = [m for m in sys.modules if m.split('.')[0] in ('numpy', 'pandas', 'scipy', 'openpyxl')"
        " or m.startswith('clv_xl.core.') and m != 'clv_xl.core.undefined']\n"
        "print(*loaded)"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout.split() == []
