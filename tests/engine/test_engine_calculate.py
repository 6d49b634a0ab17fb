"""A whole workbook: every formula cell, tables, names, our functions in every spelling, errors both ways."""

import io
import re
import zipfile

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from clv_xl.engine import WorkbookError, calculate
from clv_xl.worksheet.errors import CellError


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def values_of(*formulas: str) -> list[object]:
    book = openpyxl.Workbook()
    for row, formula in enumerate(formulas, 1):
        book.active.cell(row, 1).value = formula
    found = calculate(saved(book))["Sheet"]
    return [found[f"A{row}"] for row in range(1, len(formulas) + 1)]


@pytest.fixture
def customers() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "The data"
    sheet.append(["Customer", "Spend", "Value"])
    for name, spend in (("Ann", 2.0), ("Bob", 3.0)):
        sheet.append([name, spend, "=Customers[[#This Row],[Spend]]*10"])
    sheet.add_table(Table(displayName="Customers", ref="A1:C3"))
    book.defined_names["in_rate"] = DefinedName("in_rate", attr_text="'The data'!$E$1")
    sheet["E1"] = 0.5
    return book


def test_table_columns_and_rows(customers):
    sheet = customers["The data"]
    sheet["G1"] = "=SUM(Customers[Value])*in_rate"
    sheet["G2"] = "=INDEX(Customers[Customer],MATCH(30,Customers[Value],0))"
    sheet["G3"] = "=ROWS(customers[spend])"
    found = calculate(saved(customers))["The data"]
    assert found == {"C2": 20.0, "C3": 30.0, "G1": 25.0, "G2": "Bob", "G3": 2.0}


def test_a_sheet_of_more_bytes_than_the_engine_reads_by_itself():
    """As one with a million rows: 5,000 texts of the greatest length are quicker to make."""
    book = openpyxl.Workbook(write_only=True)
    long = book.create_sheet("Long")
    for _ in range(5_000):
        long.append([1, "x" * 32_767])
    book.create_sheet("Sum").append(["=SUM(Long!A:A)"])
    assert calculate(saved(book))["Sum"] == {"A1": 5000.0}


def test_a_row_of_totals_is_no_data(customers):
    sheet = customers["The data"]
    sheet["A4"], sheet["B4"] = "Total", "=SUBTOTAL(109,Customers[Spend])"
    table = sheet.tables["Customers"]
    table.ref, table.totalsRowCount = "A1:C4", 1
    sheet["G1"] = "=SUM(Customers[Spend])"
    assert calculate(saved(customers))["The data"]["G1"] == 5.0


def test_functions_in_every_spelling():
    spellings = ("CAC", "_xldudf_CLV_CAC", "_xldudf_CAC", "_xll.CAC", "CLV.CAC")
    assert values_of(*(f"={name}(10,4)" for name in spellings)) == [2.5] * len(spellings)


def test_ranges_reach_our_functions_with_blanks_as_blanks():
    book = openpyxl.Workbook()
    for row in ((1.0, 2.0), (None, None), (3.0, 4.0)):
        book.active.append(row)
    book.active["D1"] = "=CUSTOMER_VALUE(A1:A3,B1:B3)"
    assert calculate(saved(book))["Sheet"]["D1"] == 7.0  # the mean of 2 and 12: the blank pair is left out


def test_errors_both_ways():
    failed, caught, passed_on, unknown, missing = values_of(
        "=CAC(1,0)", "=IFERROR(A1,5)", "=CAC(A1,1)", "=NOPE(1)", "=CAC(NA(),1)"
    )
    assert caught == 5.0
    assert [error.code for error in (failed, passed_on, unknown, missing)] == ["#DIV/0!", "#DIV/0!", "#NAME?", "#N/A"]
    assert unknown.message == "NOPE is not a function known here (names are those of an English Excel)"


def test_the_message_of_a_cell_is_never_that_of_another():
    """Two calls of one function that fail in two ways: no message is better than the wrong one."""
    first, second = values_of("=CAC(1,-1)", "=CAC(1,-2)")
    assert first == second == CellError("#NUM!", "")
    assert "new_customers must be" in values_of("=CAC(1,-1)")[0].message


def test_text_logicals_and_empty_text():
    assert values_of('="a"&1', "=1=1", '=""', "=ISTEXT(A3)", "=LTV_CAC_RATING(3)") == [
        "a1", True, "", True, "3 or more: healthy",
    ]  # fmt: skip


def test_omitted_arguments_in_a_file():
    expected = 100 * sum((0.8 / 1.1) ** n for n in range(1, 6))
    assert values_of("=CLV_RETENTION(100,0.8,0.1,,5)") == [pytest.approx(expected, rel=1e-12)]


def test_a_formula_that_refers_to_itself_says_so():
    assert values_of("=A1+1") == [CellError("#REF!", "the formula refers to itself")]


def with_stored(data: bytes, **stored: float) -> bytes:
    """The workbook with values stored in formula cells, as Excel leaves them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for cell, value in stored.items() if name.endswith("sheet1.xml") else ():
                pattern = rf'(<c r="{cell}"[^>]*>(?:<f>[^<]*</f>))<v ?(?:/>|></v>)'
                text, times = re.subn(pattern, rf"\g<1><v>{value}</v>", text.decode())
                assert times == 1
                text = text.encode()
            new.writestr(name, text)
    return stream.getvalue()


@pytest.mark.parametrize(
    "beyond",
    [
        "=[1]Prices!A1",
        "=SUM('C:\\data\\[Book2.xlsx]Prices'!A1:A3)",
        "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)(3)",
        "=1+",
        "=cmd|'/c calc'!A0",
        "=CLV_RETENTION(1,,",
    ],
)
def test_a_formula_beyond_the_engine_leaves_the_rest_alone(beyond):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["A2"], sheet["A3"], sheet["A4"] = beyond, "=A1*2", "=1/0", '="[1]Prices!A1"'
    found = calculate(with_stored(saved(book), A1=21))["Sheet"]
    assert found == {"A2": 42.0, "A3": CellError("#DIV/0!"), "A4": "[1]Prices!A1"}


def test_a_repeated_formula_that_reads_another_file_is_left_out_everywhere():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["C1"] = "=[1]P!A1", "=1", "=A1+B1"
    data = with_stored(saved(book), A1=3, B1=4)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    sheet = sheet.replace(b"<f>[1]P!A1</f>", b'<f t="shared" ref="A1:B1" si="0">[1]P!A1</f>')
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"<f>1</f>", b'<f t="shared" si="0"/>')
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert calculate(stream.getvalue())["Sheet"] == {"C1": 7.0}


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_a_damaged_workbook_is_refused_without_the_words_of_a_library(part):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(openpyxl.Workbook()))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text[: len(text) // 2] if name == part else text)
    with pytest.raises(WorkbookError, match=r"^The workbook is damaged: the calculation engine cannot open it\.$"):
        calculate(stream.getvalue())


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_what_is_no_workbook_is_refused_in_a_sentence(data):
    with pytest.raises(WorkbookError, match=r"^This is not an \.xlsx workbook\.$"):
        calculate(data)
