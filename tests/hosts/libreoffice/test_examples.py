"""Every example of the catalogue, and every kind of cell, in LibreOffice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from clv_xl.catalogue import REGISTRY
from clv_xl.core import concentration
from clv_xl.worksheet.call import call
from clv_xl.worksheet.dates import to_serial
from clv_xl.worksheet.errors import CODES, CellError

EXAMPLES = [(f, e) for f in REGISTRY for e in f.examples]
TWO_WAYS = ["convert", "convert_by_worker"]


def as_cell(value: Any) -> Any:
    """What stands in a cell for a value of ours: dates as their numbers, an empty text for a blank."""
    return to_serial(value) if isinstance(value, dt.datetime) else "" if value is None else value


def as_rows(result: Any) -> list[list[Any]]:
    rows = result if isinstance(result, list | tuple) else ((result,),)
    return [[as_cell(cell) for cell in row] for row in rows]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with each example on a sheet of its own, as Excel stores it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, (function, example) in enumerate(EXAMPLES):
        sheet = book.create_sheet(str(number))
        if function.result == "table":
            corner = f"{get_column_letter(len(example.result[0]))}{len(example.result)}"
            sheet["A1"] = ArrayFormula(f"A1:{corner}", example.formula)
        else:
            sheet["A1"] = example.formula
    path = tmp_path_factory.mktemp("examples") / "examples.xlsx"
    book.save(path)
    return path


@pytest.fixture(scope="module", params=TWO_WAYS)
def calculated(request: pytest.FixtureRequest, examples: Path) -> Any:
    """The workbook as LibreOffice saves it."""
    return openpyxl.load_workbook(request.getfixturevalue(request.param)(examples), data_only=True)


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[e.formula for _, e in EXAMPLES])
def test_every_example(calculated: Any, number: int, same_cells: Callable[[Any, Any], None]) -> None:
    expected = as_rows(EXAMPLES[number][1].result)
    cells = calculated[str(number)].iter_rows(max_row=len(expected), max_col=len(expected[0]), values_only=True)
    same_cells([[as_cell(cell) for cell in row] for row in cells], expected)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("=LIFESPAN(25)", "#NUM!"),
        ("=CAC(100;0)", "#DIV/0!"),
        ('=CAC("plenty";10)', "#VALUE!"),
        ("=CAC(100)", "#N/A"),
        ("=CAC(;10)", "#N/A"),
    ],
)
def test_an_error_is_a_real_error(sheet: Any, formula: str, code: str) -> None:
    assert sheet.entered(formula) == CellError(code)
    assert sheet.entered("=ISERROR(A1)", "B1") == 1.0
    assert sheet.entered("=IFERROR(A1;-7)", "B1") == -7.0
    assert sheet.entered(f"=IFERROR({formula[1:]};-7)", "B1") == -7.0
    assert sheet.entered("=ISNA(A1)", "B1") == float(code == "#N/A")


def test_errors_inside_arrays_are_real_errors_too(sheet: Any) -> None:
    rows = sheet.entered('=CAC({1000|100|"x"|5};{50|0|1|""})', over="A1:A4")
    assert rows == [[20.0], [CellError("#DIV/0!")], [CellError("#VALUE!")], [CellError("#N/A")]]
    assert sheet.entered("=LIFESPAN({0.5;25})", over="C1:D1") == [[2.0, CellError("#NUM!")]]
    assert sheet.entered("=SUM(IFERROR(A1:A4;1))", over="F1:F1") == [[23.0]]


GIVE = {
    "#NULL!": "=#NULL!",
    "#DIV/0!": "=1/0",
    "#VALUE!": '=1+"x"',
    "#REF!": '=INDIRECT("no such cell")',
    "#NAME?": "=NO_SUCH_FUNCTION()",
    "#NUM!": "=10^400",
    "#N/A": "=NA()",
}


@pytest.mark.parametrize("code", CODES)
def test_an_error_in_a_cell_is_passed_on(sheet: Any, code: str) -> None:
    assert sheet.entered(GIVE[code]) == CellError(code)
    assert sheet.entered("=CAC(A1;10)", "A2") == CellError(code)
    assert sheet.entered("=CAC(10;A1)", "A3") == CellError(code)


@pytest.mark.parametrize("code", CODES)
def test_an_error_cell_inside_a_range_gives_libreoffices_own_error(sheet: Any, code: str) -> None:
    """LibreOffice does not call an add-in then; it says that a parameter is wrong."""
    sheet.entered(GIVE[code])
    sheet.set("A2", [[100.0]])
    assert sheet.entered("=CAC(A1:A2;10)", over="B1:B2") == [[CellError("Err:504")]] * 2


def test_blanks(sheet: Any) -> None:
    sheet.set("A1:B4", [[1000.0, 50.0], [None, None], [None, 5.0], [10.0, None]])
    answer = sheet.entered("=CAC(A1:A4;B1:B4)", over="C1:C4")
    assert answer == [[20.0], [""], [CellError("#N/A")], [CellError("#N/A")]]
    assert sheet.entered("=CAC(A2:A2;5)", "D1") == CellError("#N/A")
    assert sheet.entered("=CAC(A2;5)", "D1") == 0.0  # LibreOffice hands a lone blank cell over as 0
    assert sheet.entered("=CAC()", "D1") == ""
    assert sheet.entered("=APV(A1:A4;4)", over="E1:E4")[1] == [CellError("#N/A")]
    assert sheet.entered("=ACL(A1:A4)", "F1") == 505.0


@pytest.mark.parametrize("null_date", [(1899, 12, 30), (1900, 1, 1), (1904, 1, 1)])
def test_dates_count_from_the_documents_null_date(sheet: Any, same_cells: Any, null_date: tuple[int, ...]) -> None:
    assert sheet.null_date(*null_date) == list(null_date)
    days = [dt.datetime(2025, 1, 5), dt.datetime(2025, 1, 20), dt.datetime(2025, 2, 10), dt.datetime(2025, 3, 1)]
    customers, amounts = ["Ann", "Ben", "Ann", "Eve"], [50.0, 20.0, 70.0, 10.0]
    numbers = [float((day - dt.datetime(*null_date)).days) for day in days]
    sheet.set("A1:C4", [list(row) for row in zip(customers, numbers, amounts, strict=True)])

    columns = [[[cell] for cell in column] for column in (customers, days, amounts)]
    rows = call(REGISTRY["CLV_SUMMARY"], columns).rows
    corner = f"{get_column_letter(4 + len(rows[0]))}{len(rows)}"
    same_cells(sheet.entered("=CLV_SUMMARY(A1:A4;B1:B4;C1:C4)", over=f"E1:{corner}"), as_rows(rows))

    months = sheet.entered("=COHORT_TABLE(A1:A4;B1:B4)", over="L1:M3")
    first = [[float((dt.datetime(2025, month, 1) - dt.datetime(*null_date)).days)] for month in (1, 3)]
    assert [row[:1] for row in months[1:]] == first


def test_a_column_of_100000_rows(sheet: Any) -> None:
    values = np.random.default_rng(1).exponential(100.0, 100_000).round(2)
    sheet.set("A1:A100000", [[float(value)] for value in values])
    share = concentration.pareto_share(values, 0.2)
    assert sheet.entered("=PARETO_SHARE(A1:A100000)", "B1") == pytest.approx(share, rel=1e-12)
    assert sheet.entered("=PARETO_SHARE(A:A)", "B2") == pytest.approx(share, rel=1e-12)
    spent = sheet.entered("=CAC(A1:A100000;2)", over="C1:C100000")
    assert [row[0] for row in spent] == pytest.approx(list(values / 2), rel=1e-12)


FORMS = {
    "=PARETO_SHARE(spending)": 0.7,
    "=PARETO_SHARE(Data!A:A)": 0.7,
    "=PARETO_SHARE(Data!A1:A5,)": 0.7,
    "=PARETO_SHARE({70;10;10;5;5},0.3)": 0.75,
    "=PARETO_SHARE({70,10,10,5,5},0.3)": 0.75,
    "=pareto_share(Data!$A$1:$A$5, 30%)": 0.75,
    "=CLV_RETENTION(100,0.8,0.1,,5)": call(REGISTRY["CLV_RETENTION"], [100.0, 0.8, 0.1, None, 5.0]).value,
    "=LTV_SUBSCRIPTION(100,0.8,0.05,0,5,,\"amount\")": 3120.0,
    "=CAC(TRUE,2)": 0.5,
    "=CAC(9007199254740993,1)": 9007199254740992.0,
    "=CAC(1E+300,1E-300)": "#NUM!",
    "=CAC(-1,2)*-1": "#NUM!",
    "=CAC(CAC(400,2),2)+SUM(CAC(10,1),1)": 111.0,
    "=IF(CAC(400,2)>100,\"dear\",\"cheap\")&\" CAC(1,2)\"": "dear CAC(1,2)",
    "=TEXT(CAC(10,4),\"0.00\")": "2.50",
    "=ROUND(CAC(10,3),1)": 3.3,
}  # fmt: skip


@pytest.fixture(scope="module")
def forms(convert: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    book = openpyxl.Workbook()
    data = book.create_sheet("Data")
    for row, value in enumerate((70, 10, 10, 5, 5), 1):
        data.cell(row, 1, value)
    book.defined_names["spending"] = DefinedName("spending", attr_text="Data!$A$1:$A$5")
    for row, formula in enumerate(FORMS, 1):
        book.active.cell(row, 1, formula)
    path = tmp_path_factory.mktemp("forms") / "forms.xlsx"
    book.save(path)
    sheet = openpyxl.load_workbook(convert(path), data_only=True).worksheets[0]
    return [cell.value for cell in sheet["A"]]


@pytest.mark.parametrize("number", range(len(FORMS)), ids=list(FORMS))
def test_arguments_in_every_form(forms: list[Any], same_cells: Any, number: int) -> None:
    same_cells(forms[number], list(FORMS.values())[number])
