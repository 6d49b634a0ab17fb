"""The Starbucks workbook: published figures, editions, and that the same version gives the same bytes."""

import io
import os
import re
import subprocess
import sys

import openpyxl
import pytest

from clv_xl.templates import TEMPLATES

EDITIONS = ("classic", "office", "lite", "native")


def values_of(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


def labelled(sheet, label: str, column: int = 2):
    """The value beside a label, which may be numbered."""
    for row in sheet.iter_rows(max_col=1):
        if isinstance(row[0].value, str) and re.sub(r"^\d? *", "", row[0].value) == label:
            return sheet.cell(row[0].row, column).value
    raise AssertionError(f"{sheet.title} has no line {label}")


# KISSmetrics, Starbucks case study; recomputed, printed as 5.90, 4.2, 24.30, 1,263.60, 25,272, 5,489, 11,535, 14,099.
PUBLISHED = {
    "Average purchase value (APV)": 5.9,
    "Average purchase frequency (APF)": 4.2,
    "Customer value": 24.3,
    "Customer value a year": 1263.6,
    "Lifespan that follows from churn": 20,
    "Lifespan used": 20,
    "Customer lifetime value (CLTV)": 25272,
    "Product of the two averages": 24.78,
    "Covariance of spend and visits": -0.48,
    "Custom formula": 5489.2656,
    "Margin over the lifetime (m)": 5382.936,
    "Traditional formula": 11534.862857142857,
    "Mean of the three": 14098.709485714285,
    "Lifetime that retention implies": 4,
}


@pytest.mark.parametrize("edition", EDITIONS)
def test_published_figures_stand_in_the_file(edition):
    sheet = values_of(TEMPLATES["starbucks"].build(edition).data)["Calculation"]
    for label, figure in PUBLISHED.items():
        assert labelled(sheet, label) == pytest.approx(figure, rel=1e-12), label


def test_the_functions_give_the_same_figures(starbucks):
    sheet = values_of(starbucks)["Calculation"]
    by_function = {label: labelled(sheet, label, 4) for label in PUBLISHED}
    compared = {label for label, value in by_function.items() if value not in (None, "")}
    assert len(compared) == 8
    for label in compared:
        assert by_function[label] == pytest.approx(PUBLISHED[label], rel=1e-12), label


def test_cltv_shows_exactly_25272(starbucks):
    book = values_of(starbucks)
    assert labelled(book["Results"], "Customer lifetime value (CLTV)") == 25272
    assert book["Cover"]["B4"].value == 25272


def test_the_mean_of_products_is_used_not_the_product_of_means(starbucks):
    assert labelled(values_of(starbucks)["Results"], "A week, mean of all customers") == pytest.approx(24.3)


def test_results_name_best_and_lowest_customer(starbucks):
    sheet = values_of(starbucks)["Results"]
    assert (labelled(sheet, "A week, best customer"), labelled(sheet, "A week, best customer", 4)) == (39, "Customer 4")
    assert (labelled(sheet, "A week, lowest customer"), labelled(sheet, "A week, lowest customer", 4)) == (
        14,
        "Customer 1",
    )


def test_results_warn_in_plain_words(starbucks):
    texts = " ".join(str(c.value) for row in values_of(starbucks)["Results"].iter_rows() for c in row if c.value)
    for warning in (
        "adds a revenue (CLTV) to two profits",
        "the margin of a whole lifetime",
        "75 % of customers a year",
    ):
        assert warning in texts


def test_summary_and_checks_for_the_terminal():
    built = TEMPLATES["starbucks"].build()
    assert [shown for _, shown in built.summary] == [
        "     5.90 $ a visit",
        "     4.20 visits a week",
        "    24.30 $ a week",
        " 1,263.60 $ a year",
        "25,272.00 $ over the lifespan",
    ]
    assert set(built.checks.values()) == {"PASS"}
    assert "check_master" in built.checks
    assert "check_cltv" in built.checks


def test_native_edition_compares_nothing_with_functions():
    checks = TEMPLATES["starbucks"].build("native").checks
    assert "check_cltv" not in checks
    assert set(checks.values()) == {"PASS"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_formula_cell_carries_its_value(edition):
    data = TEMPLATES["starbucks"].build(edition).data
    plain, shown = openpyxl.load_workbook(io.BytesIO(data)), values_of(data)
    formulas = [(s.title, c.coordinate) for s in plain for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert len(formulas) > 70
    assert [place for place in formulas if shown[place[0]][place[1]].value is None] == []


@pytest.mark.parametrize(
    ("edition", "token"), [("classic", "CLTV("), ("office", "_xldudf_CLV_CLTV("), ("lite", "_xldudf_CLTV(")]
)
def test_function_cells_are_spelled_for_their_host(edition, token):
    book = openpyxl.load_workbook(io.BytesIO(TEMPLATES["starbucks"].build(edition).data))
    texts = [c.value for row in book["Calculation"].iter_rows() for c in row if c.data_type == "f"]
    calls = [text for text in texts if "CLTV(" in text]
    assert len(calls) == 2
    assert all(text.startswith(f"=IF(Functions!$B$5,{token}") for text in calls)
    assert f"ERROR.TYPE({token.replace('CLTV', 'CAC')}1,1))" in book["Functions"]["B5"].value


def test_native_edition_calls_no_function_of_ours():
    from clv_xl.catalogue import REGISTRY

    book = openpyxl.load_workbook(io.BytesIO(TEMPLATES["starbucks"].build("native").data))
    formulas = " ".join(str(c.value) for s in book for row in s.iter_rows() for c in row if c.data_type == "f")
    assert not set(re.findall(r"[A-Z][A-Z0-9_.]+(?=\()", formulas)) & {f.name for f in REGISTRY}
    assert "_xldudf" not in formulas


def test_an_unknown_edition_is_named_with_those_there_are():
    with pytest.raises(ValueError, match='no edition "mac"; choose one of classic, office, lite, native'):
        TEMPLATES["starbucks"].build("mac")


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_second_build_gives_the_same_bytes(edition):
    assert TEMPLATES["starbucks"].build(edition).data == TEMPLATES["starbucks"].build(edition).data


def test_another_process_gives_the_same_bytes(starbucks):
    script = """import sys; from clv_xl.templates import TEMPLATES
sys.stdout.buffer.write(TEMPLATES["starbucks"].build().data)"""
    surroundings = {**os.environ, "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711", "LC_ALL": "C"}
    run = subprocess.run([sys.executable, "-c", script], env=surroundings, capture_output=True, check=True, timeout=120)
    assert run.stdout == starbucks


def test_the_file_in_workbooks_is_current(starbucks, repository):
    path = repository / "workbooks" / "starbucks.xlsx"
    command = "clv-xl build starbucks -o workbooks --force"
    assert path.exists(), f"workbooks/starbucks.xlsx is missing; run: {command}"
    assert path.read_bytes() == starbucks, f"workbooks/starbucks.xlsx is stale; run: {command}"


def test_listing_templates_loads_no_openpyxl():
    script = "import sys, clv_xl.templates; print(*{'openpyxl', 'formualizer'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", script], check=True, timeout=60, capture_output=True, text=True)
    assert shown.stdout.split() == []


def test_formulas_follow_the_table_not_addresses(starbucks):
    sheet = openpyxl.load_workbook(io.BytesIO(starbucks))["Calculation"]
    assert labelled(sheet, "Average purchase value (APV)") == "=AVERAGE(Customers[Spend])"
    assert labelled(sheet, "Customer value") == "=SUMPRODUCT(Customers[Spend]*Customers[Visits])/ROWS(Customers[Spend])"


def test_inputs_is_open_so_that_its_table_can_grow_and_the_rest_is_protected(starbucks):
    book = openpyxl.load_workbook(io.BytesIO(starbucks))
    assert {s.title: s.protection.sheet for s in book} == {
        "Cover": True, "Inputs": False, "Calculation": True, "Results": True, "Checks": True, "Functions": True,
    }  # fmt: skip
    assert all(s.protection.password is None for s in book)
    table = book["Inputs"].tables["Customers"]
    assert table.tableColumns[3].calculatedColumnFormula.attr_text == (
        "Customers[[#This Row],[Spend]]*Customers[[#This Row],[Visits]]"
    )


def test_the_chart_draws_the_table_and_has_words_for_who_cannot_see_it(starbucks):
    import zipfile

    parts = zipfile.ZipFile(io.BytesIO(starbucks))
    drawing = parts.read("xl/drawings/drawing1.xml").decode()
    chart = parts.read("xl/charts/chart1.xml").decode()
    book = openpyxl.load_workbook(io.BytesIO(starbucks))
    last = int(re.sub(r"\D", "", book["Inputs"].tables["Customers"].ref.split(":")[1]))
    assert f"$D${last - 4}:$D${last}" in chart
    assert 'descr="Columns: what each customer' in drawing
