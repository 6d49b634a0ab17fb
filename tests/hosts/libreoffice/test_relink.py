"""Files of Excel's, whose bare names LibreOffice 7 does not look up by itself: cells, names, formats, validations."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

from clv_xl.worksheet.errors import CellError

CALL = "ORG.CLVXL.CUSTOMERVALUEIMPL.CAC("
"""How LibreOffice shows, in its formulas for programs, a call that it knows. An unknown one is in lower case."""
RED = PatternFill("solid", bgColor="FF0000")
NAME_ERROR = CellError("#NAME?")


def make(path: Path, protected: bool = False) -> Path:
    """A workbook that calls CAC wherever a formula may stand. Its data give 50, 100, 150."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "T"
    for row, cells in enumerate([("spend", "new", "cac"), (100, 2), (300, 3), (300, 2)], 1):
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column, value)
    for row in (2, 3, 4):
        sheet.cell(row, 3, "=CAC(Tbl[[#This Row],[spend]],Tbl[[#This Row],[new]])")
    sheet.add_table(Table(displayName="Tbl", ref="A1:C4"))
    sheet["E1"] = '=IF(CAC(A2,B2)>40,"CAC(1,2)","no")'
    sheet["E2"] = "=my_cac+own_cac"
    sheet["E3"] = "=NO_SUCH(A2)"
    sheet["E4"] = "=SUM(C2,CAC(A2,B2))"
    sheet["E5"] = "=SUM(Tbl[cac])"
    sheet["G1"] = ArrayFormula("G1:G3", "=CAC(Tbl[spend],Tbl[new])")
    sheet["H1"] = ArrayFormula("H1:I2", "=CLTV_STEPS({3.5;8.5},{4;3},20,52)")
    sheet["J3"], sheet["J4"] = "=beside", "=own_cac*2"
    sheet["K1"] = ArrayFormula("K1:K2", "=amounts*1")
    book.defined_names["my_cac"] = DefinedName("my_cac", attr_text="CAC(T!$A$2,T!$B$2)")
    book.defined_names["beside"] = DefinedName("beside", attr_text="CAC(T!$A1,T!$B1)")  # of the row it is used in
    book.defined_names["amounts"] = DefinedName("amounts", attr_text="T!$A$2:$A$4")
    book.defined_names["foreign"] = DefinedName("foreign", attr_text="NO_SUCH(T!$A$2)")
    sheet.defined_names["own_cac"] = DefinedName("own_cac", attr_text="CAC(T!$A$3,T!$B$3)")
    sheet.conditional_formatting.add("A2:A4", FormulaRule(formula=["CAC($A2,B2)>40"], fill=RED))
    sheet.conditional_formatting.add("B2:B4", CellIsRule("between", ["CAC($A2,1)", "CAC(B2,2)*3"], fill=RED))
    rule = DataValidation("custom", formula1="CAC($A2,B$2)>C2")
    rule.add("A2:A4")
    rule.add("M1")
    sheet.add_data_validation(rule)
    if protected:
        sheet.protection.enable()
        sheet.protection.password = "secret"
    book.save(path)
    return path


def with_values(path: Path, values: dict[str, object], manual: bool = False) -> Path:
    """The workbook as Excel would have stored it: with values in its formula cells, whatever they are."""
    result = path.with_name(f"cached {path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(result, "w") as stored:
        for entry in source.infolist():
            text = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                for cell, value in values.items():
                    empty = rf'(<c r="{cell}"[^>]*><f[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)'.encode()
                    text, count = re.subn(empty, rb"\g<1><v>%s</v>" % str(value).encode(), text)
                    assert count == 1
            if manual and entry.filename == "xl/workbook.xml":
                text = re.sub(rb"<calcPr[^>]*/>", b'<calcPr calcId="191029" calcMode="manual"/>', text)
            if entry.filename == "docProps/app.xml":
                text = text.replace(b"openpyxl", b"Microsoft Excel")
            stored.writestr(entry, text)
    return result


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("relink") / "calls.xlsx")


@pytest.fixture(params=["ALWAYS", "NEVER", "PROMPT"])
def recalculating(request: pytest.FixtureRequest, calc: Any, office: Any) -> Any:
    """LibreOffice under each setting for what it recalculates on loading."""
    calc.recalculates(getattr(office, request.param))
    yield calc
    calc.recalculates(office.NEVER)


def assert_calculated(document: Any) -> None:
    assert document.rows("C2:C4") == [[50.0], [100.0], [150.0]]
    assert document.rows("E1:E5") == [["CAC(1,2)"], [150.0], [NAME_ERROR], [100.0], [300.0]]
    assert document.rows("G1:G3") == [[50.0], [100.0], [150.0]]
    assert document.rows("H1:I2") == [["Step", "Value"], ["Average purchase value (APV)", 6.0]]
    assert document.rows("J3:J4") == [[100.0], [200.0]]
    assert document.rows("K1:K2") == [[100.0], [300.0]]


@pytest.mark.parametrize("read_only", [False, True])
def test_everything_calculates_after_loading(recalculating: Any, workbook: Path, read_only: bool) -> None:
    with recalculating.open(workbook, ReadOnly=read_only) as document:
        assert_calculated(document)
        state = document.state()
        assert (state["modified"], state["undo"], state["readonly"]) == (False, [], read_only)
        assert sorted(state["names"]) == ["amounts", "beside", "foreign", "my_cac"]
        assert state["names"]["my_cac"] == CALL + "$T.$A$2;$T.$B$2)"
        assert state["names"]["foreign"].upper() == "NO_SUCH($T.$A$2)"


def test_formats_and_validations_call_our_functions(calc: Any, workbook: Path) -> None:
    with calc.open(workbook) as document:
        assert sorted(document.conditions()) == ["CAC($A2,1)", "CAC($A2,B2)>40"]
        assert {document.validity(cell)[0] for cell in ("A2", "A3", "M1")} == {CALL + "$A2;B$2)>C2"}


@pytest.mark.parametrize("protected", [False, True])
def test_array_formulas_keep_their_size_when_saved(calc: Any, tmp_path: Path, protected: bool) -> None:
    """The result of CLTV_STEPS is larger than the cells that were given to it, and must not cover others."""
    with calc.open(make(tmp_path / "arrays.xlsx", protected)) as document:
        document.store(tmp_path / "saved.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "saved.xlsx")["T"]
    assert {cell: sheet[cell].value.ref for cell in ("G1", "H1", "K1")} == {"G1": "G1:G3", "H1": "H1:I2", "K1": "K1:K2"}


def test_a_protected_sheet_calculates_too(calc: Any, tmp_path: Path) -> None:
    with calc.open(make(tmp_path / "protected.xlsx", protected=True)) as document:
        assert_calculated(document)
        assert document.state()["modified"] is False


def test_stored_values_never_stay_behind_a_change(
    recalculating: Any, tmp_path: Path, office_version: tuple[int, ...]
) -> None:
    """What version 7 has to look up again it also calculates; later versions keep stored values as anywhere else."""
    book = openpyxl.Workbook()
    for cell, content in {"A1": 100, "A2": 2, "B1": "=CAC(A1,A2)", "B2": "=B1*2", "B3": "=A1*3"}.items():
        book.active[cell] = content
    book.save(tmp_path / "few.xlsx")
    for manual in (False, True):
        path = with_values(tmp_path / "few.xlsx", {"B1": 777, "B2": 888, "B3": 999}, manual)
        with recalculating.open(path) as document:
            loaded = document.rows("B1:B2")
            assert loaded in [[[50.0], [100.0]], [[777.0], [888.0]]][: 1 if office_version < (24, 0) else 2]
            assert document.value("B3") in (300.0, 999.0)
            document.set("A1", [[300.0]])
            assert document.rows("B1:B2") == (loaded if manual else [[150.0], [300.0]])
            document.calculate()
            assert document.rows("B1:B3") == [[150.0], [300.0], [900.0]]


def test_a_document_without_our_functions_is_left_alone(calc: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"] = 100, "=A1*3"
    book.active["B2"] = "=NO_SUCH(A1)"
    book.active["C1"] = ArrayFormula("C1:C2", "=names*2")
    book.defined_names["names"] = DefinedName("names", attr_text="Sheet!$A$1:$A$5")
    book.save(tmp_path / "none.xlsx")
    with calc.open(with_values(tmp_path / "none.xlsx", {"B1": 999})) as document:
        assert document.rows("B1:B2") == [[999.0], [NAME_ERROR]]
        document.store(tmp_path / "saved.xlsx")
    assert openpyxl.load_workbook(tmp_path / "saved.xlsx").active["C1"].value.ref == "C1:C2"


def test_own_format_and_back(calc: Any, workbook: Path, tmp_path: Path) -> None:
    with calc.open(workbook) as document:
        document.store(tmp_path / "own.ods")
    with calc.open(tmp_path / "own.ods") as document:
        assert_calculated(document)
        assert document.state()["modified"] is False


def test_without_the_extension_the_names_are_unknown(calc_without: Any, office: Any, workbook: Path) -> None:
    calc_without.recalculates(office.ALWAYS)
    with calc_without.open(workbook) as document:
        assert document.rows("C2:C4") == [[NAME_ERROR]] * 3


def test_what_a_converter_sees(convert: Callable[[Path], Path], workbook: Path) -> None:
    sheet = openpyxl.load_workbook(convert(workbook), data_only=True)["T"]
    assert [sheet[f"C{row}"].value for row in (2, 3, 4)] == [50, 100, 150]
    assert [sheet[f"E{row}"].value for row in (1, 2, 3, 4)] == ["CAC(1,2)", 150, "#NAME?", 100]
