"""Mending the names of our functions in saved workbooks."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table, TableFormula

from clv_xl.catalogue import REGISTRY
from clv_xl.hosts.libreoffice import repair as module
from clv_xl.hosts.libreoffice.names import programmatic
from clv_xl.hosts.libreoffice.repair import CannotRepair, repair

FUNCTIONS = [function.name for function in REGISTRY]
CAC = programmatic("CAC")
RED = PatternFill("solid", bgColor="FF0000")


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def write(path: Path, parts: Iterable[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(name, content)
    return path


def changed(source: Path, target: Path, **replaced: bytes | tuple[str, str]) -> Path:
    """A copy with parts replaced: whole, or a piece of text by another. A part is named by the end of its name."""
    parts = parts_of(source)
    for short, new in replaced.items():
        name = next(name for name in parts if name.endswith(f"{short}.xml"))
        parts[name] = new if isinstance(new, bytes) else parts[name].replace(*(text.encode() for text in new))
    return write(target, parts.items())


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A workbook with our functions in every kind of formula, under their bare names."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "T"
    for row, cells in enumerate([("spend", "new", "cac"), (100, 2, None), (300, 3, None)], 1):
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column, value)
    formula = "CAC(Tbl[[#This Row],[spend]],Tbl[[#This Row],[new]])"
    sheet["C2"] = sheet["C3"] = f"={formula}"
    table = Table(displayName="Tbl", ref="A1:C3")
    table._initialise_columns()
    for column, name in zip(table.tableColumns, ("spend", "new", "cac"), strict=True):
        column.name = name
    table.tableColumns[2].calculatedColumnFormula = TableFormula(attr_text=formula)
    sheet.add_table(table)
    sheet["E1"] = '=IF(CAC(A2,B2)>40,"CAC(1,2) & more","no")'
    sheet["E2"] = "=SUM(CAC(A2,B2),LTV_CAC_RATIO(150,50),my_cac)"
    sheet["G1"] = ArrayFormula("G1:G2", "=CAC(Tbl[spend],Tbl[new])")
    book.defined_names["my_cac"] = DefinedName("my_cac", attr_text="CAC(T!$A$2,T!$B$2)")
    sheet.conditional_formatting.add("A2:A3", FormulaRule(formula=["CAC($A2,B2)>40"], fill=RED))
    rule = DataValidation("custom", formula1="CAC($A2,B$2)>0")
    rule.add("A2:A3")
    sheet.add_data_validation(rule)
    book.save(tmp_path / "plain.xlsx")
    return tmp_path / "plain.xlsx"


def formulas_of(path: Path) -> list[str]:
    """Every text in the file that is a formula, in order."""
    pattern = rb"<(f|formula|formula1|calculatedColumnFormula|definedName)(?:\s[^>]*)?>([^<]*)</"
    return [m[2].decode() for text in parts_of(path).values() for m in re.finditer(pattern, text)]


def errors_of(validator: str, path: Path, folder: Path) -> list[Any]:
    copy = folder / f"validated {path.name}"
    copy.write_bytes(path.read_bytes())
    run = subprocess.run([validator, str(copy)], capture_output=True, text=True, timeout=120)
    errors: list[Any] = json.loads(run.stdout)["errors"]
    return errors


SPELLINGS = {
    f"{CAC}(A1,A2)": "CAC(A1,A2)",
    f"{CAC.lower()}(A1)+{programmatic('LTV_CAC_RATIO').title()}(1)": "CAC(A1)+LTV_CAC_RATIO(1)",
    f"{programmatic('CLTV')}(1)+{programmatic('CLTV_STEPS')}(1)": "CLTV(1)+CLTV_STEPS(1)",
    "[1]!CAC(1,2)+[12]!OTHER(1)": "CAC(1,2)+[12]!OTHER(1)",
    "_xll.CAC(A1)*_xll.OTHER(2)+_xlfn.CONCAT(1)": "CAC(A1)*_xll.OTHER(2)+_xlfn.CONCAT(1)",
    f"IF(A1&lt;2,&quot;{CAC}(1)&quot;&amp;{CAC}(1),_xll.cac(2))": f"IF(A1&lt;2,&quot;{CAC}(1)&quot;&amp;CAC(1),CAC(2))",
    f'"a ""{CAC}(1) "&amp;{CAC} (1)': f'"a ""{CAC}(1) "&amp;CAC (1)',
    f"'{CAC}(1'!A1+'it''s {CAC}(1'!A1+[1]!CAC(1)": f"'{CAC}(1'!A1+'it''s {CAC}(1'!A1+CAC(1)",
    f"Tbl[[#This Row],[{CAC}(1)]]+Tbl[_xll.CAC(1)]+{CAC}(1)": f"Tbl[[#This Row],[{CAC}(1)]]+Tbl[_xll.CAC(1)]+CAC(1)",
    f"Tbl['[_xll.CAC(1)']]+[Book.xlsx]S!A1+{CAC}(1)": "Tbl['[_xll.CAC(1)']]+[Book.xlsx]S!A1+CAC(1)",
    f"X{CAC}(1)+{CAC}X(1)+{CAC}+{CAC}.Y(1)": f"X{CAC}(1)+{CAC}X(1)+{CAC}+{CAC}.Y(1)",
    "x_xll.CAC(1)+_xll.CACHE(1)+[1]!CAC_MIN(1)+[1]!CAC": "x_xll.CAC(1)+_xll.CACHE(1)+[1]!CAC_MIN(1)+[1]!CAC",
    "COM.ELSE.IMPL.CAC(1)+CAC(1)+_xldudf_CLV_CAC(1)": "COM.ELSE.IMPL.CAC(1)+CAC(1)+_xldudf_CLV_CAC(1)",
    "<![CDATA[_xll.CAC(1)&2]]>": "CAC(1)&amp;2",
    "1+<![CDATA[_xll.CAC({1;2})&x;]]><!-- why? -->&lt;2": "1+CAC({1;2})&amp;x;&lt;2",
    f"été+{CAC}(Größe,1)": "été+CAC(Größe,1)",
}


@pytest.mark.parametrize("stored", SPELLINGS)
def test_only_our_functions_get_another_name(plain: Path, tmp_path: Path, stored: str) -> None:
    wrong = changed(
        plain, tmp_path / "wrong.xlsx", sheet1=("<f>SUM(CAC(A2,B2),LTV_CAC_RATIO(150,50),my_cac)<", f"<f>{stored}<")
    )
    fixed = tmp_path / "fixed.xlsx"
    assert repair(wrong, fixed, FUNCTIONS) == (stored != SPELLINGS[stored])
    if fixed.exists():
        before, after = parts_of(wrong), parts_of(fixed)
        assert f"<f>{SPELLINGS[stored]}</f>".encode() in after["xl/worksheets/sheet1.xml"]
        after["xl/worksheets/sheet1.xml"] = before["xl/worksheets/sheet1.xml"]
        assert after == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_every_place_of_a_formula_and_every_encoding(plain: Path, tmp_path: Path, encoding: str) -> None:
    parts = parts_of(plain)
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"):
        text = re.sub(r"^<\?xml[^>]*\?>", "", parts[name].decode())
        text = re.sub(r"((?:>|[(,])=?)(CAC|LTV_CAC_RATIO)\(", lambda m: f"{m[1]}{programmatic(m[2])}(", text)
        text = text.replace("(1,2) &amp; more", "(1,2) &amp; mehr für alle").replace("<f>", '<f ca="1" >', 1)
        parts[name] = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    wrong, fixed = write(tmp_path / "wrong.xlsx", parts.items()), tmp_path / "fixed.xlsx"
    assert repair(wrong, fixed, FUNCTIONS) == 9
    for name, content in parts_of(fixed).items():
        expected = parts[name]
        if name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"):
            expected = re.sub(r"ORG\.CLVXL\.CUSTOMERVALUEIMPL\.(CAC)?", lambda m: m[1] or "", expected.decode(encoding))
            expected = expected.replace("LTVCACRATIO", "LTV_CAC_RATIO").encode(encoding)
        assert content == expected, name
    assert repair(fixed, tmp_path / "again.xlsx", FUNCTIONS) == 0
    assert not (tmp_path / "again.xlsx").exists()


def test_shared_array_and_extension_formulas(plain: Path, tmp_path: Path) -> None:
    """Formats and validations that read other sheets stand in extensions, with elements of another namespace."""
    added = (
        '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:c><x:f t="shared" ref="A1:A9" '
        'si="0">{0}(A1,1)</x:f></x:c><x:c><x:f t="shared" si="0"/></x:c><x:c><x:f t="array" ref="B1:B2">{0}(A1:A2,1)'
        '</x:f></x:c></x:row><extLst><ext><m:f xmlns:m="http://schemas.microsoft.com/office/excel/2006/main">{0}(1,2)'
        '</m:f><f xmlns="urn:else">{0}(1,2)</f></ext></extLst>'
    )
    wrong = changed(plain, tmp_path / "wrong.xlsx", sheet1=("</sheetData>", "</sheetData>" + added.format(CAC)))
    assert repair(wrong, tmp_path / "fixed.xlsx", FUNCTIONS) == 3
    expected = added.format("CAC").replace('"urn:else">CAC', f'"urn:else">{CAC}')
    assert expected.encode() in parts_of(tmp_path / "fixed.xlsx")["xl/worksheets/sheet1.xml"]


def test_members_keep_their_order_and_attributes(plain: Path, tmp_path: Path) -> None:
    wrong, fixed = tmp_path / "wrong.xlsm", tmp_path / "fixed.xlsm"
    parts = parts_of(changed(plain, tmp_path / "x.xlsx", sheet1=("CAC(A2", "[1]!CAC(A2")))
    with zipfile.ZipFile(wrong, "w") as package:
        package.comment = b"a comment"
        for number, name in enumerate(reversed([*parts, "xl/vbaProject.bin"])):
            entry = zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 2 * number))
            entry.compress_type = zipfile.ZIP_STORED if number % 2 else zipfile.ZIP_DEFLATED
            entry.external_attr, entry.comment = 0o640 << 16, b"c%d" % number
            package.writestr(entry, parts.get(name, b"\0VBA"))
    wrong.chmod(0o640)
    assert repair(wrong, fixed, FUNCTIONS) == 2

    def looks(path: Path) -> list[tuple[Any, ...]]:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            return [
                package.comment,
                *((e.filename, e.date_time, e.compress_type, e.external_attr, e.comment, e.extra) for e in entries),
            ]

    assert looks(fixed) == looks(wrong)
    assert repair(wrong, wrong, FUNCTIONS) == 2
    assert wrong.stat().st_mode & 0o777 == 0o640
    assert parts_of(wrong) == parts_of(fixed)


def test_a_round_trip_through_libreoffice(
    calc: Any,
    plain: Path,
    tmp_path: Path,
    office_version: tuple[int, ...],
    ooxml_validator: str,
    same_cells: Callable[[Any, Any], None],
) -> None:
    """Version 7 saves its own names; mended, they are Excel's again, and LibreOffice calculates the file as before."""
    saved, mended = tmp_path / "saved.xlsx", tmp_path / "mended.xlsx"
    with calc.open(plain) as document:
        values = document.rows("A1:G3")
        document.store(saved)
    assert values[1][2:] == [50.0, "", 103.0, "", 100.0]
    if office_version >= (24, 0):
        assert repair(saved, mended, FUNCTIONS) == 0
        mended = saved
    else:
        assert sum(CAC in formula for formula in formulas_of(saved)) == 8
        assert repair(saved, mended, FUNCTIONS) == 8
        assert errors_of(ooxml_validator, mended, tmp_path) == errors_of(ooxml_validator, saved, tmp_path)
    text = "".join(formulas_of(mended))
    assert "ORG." not in text
    assert text.count("CAC(") == 9  # one of them in a text
    stored = openpyxl.load_workbook(mended, data_only=True)["T"]
    same_cells([[cell.value or "" for cell in row] for row in stored["A1:G3"]], values)
    assert openpyxl.load_workbook(mended)["T"]["G1"].value.ref == "G1:G2"
    with calc.open(mended) as document:
        document.calculate()
        same_cells(document.rows("A1:G3"), values)


def refused(source: Path, target: Path) -> str:
    with pytest.raises(CannotRepair) as raised:
        repair(source, target, FUNCTIONS)
    assert not target.exists()
    assert sorted(path.name for path in target.parent.iterdir() if path.name.endswith(".part")) == []
    return str(raised.value).replace(str(source), "FILE")


def test_files_that_are_no_workbooks(plain: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.xlsx"
    file = tmp_path / "file.xlsx"
    assert refused(file, target) == "FILE cannot be read: No such file or directory."
    for content in (b"", b"spend,new\n1,2\n", b"PK\x03\x04 and no more"):
        file.write_bytes(content)
        assert refused(file, target) == "FILE is not an Excel workbook, or it is damaged."
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert "protected with a password" in refused(file, target)
    write(file, [("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")])
    assert refused(file, target) == "FILE is not an .xlsx or .xlsm workbook."
    parts = parts_of(plain)
    write(file, (parts | {"[Content_Types].xml": parts["[Content_Types].xml"].replace(b"main+xml", b"binary")}).items())
    assert refused(file, target) == "FILE is not an .xlsx or .xlsm workbook."
    write(file, [*parts_of(plain).items(), ("_xmlsignatures/sig1.xml", b"<x/>")])
    assert "signed" in refused(file, target)


def test_damaged_and_hostile_files(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, file = tmp_path / "target.xlsx", tmp_path / "file.xlsx"
    changed(plain, file, sheet1=("</sheetData>", "<f>_xll.CAC(1)"))
    assert re.fullmatch(
        r"FILE: its part xl/worksheets/sheet1.xml is not well-formed XML \(line \d+\)\.", refused(file, target)
    )
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert "document type definition" in refused(changed(plain, file, sheet1=bomb), target)
    data = bytearray(plain.read_bytes())
    with zipfile.ZipFile(plain) as package:
        entry = package.getinfo("xl/worksheets/sheet1.xml")
    data[entry.header_offset + 30 + len(entry.filename) + 20] ^= 0xFF
    file.write_bytes(data)
    assert refused(file, target) == "FILE is damaged: its part xl/worksheets/sheet1.xml cannot be unpacked."
    monkeypatch.setattr(module, "MAX_UNCOMPRESSED", 1 << 20)
    write(file, [*parts_of(plain).items(), ("xl/media/image.png", bytes(2 << 20))])
    assert refused(file, target) == "FILE unpacks to more than 1 MB, which is too large."
    monkeypatch.setattr(module, "MAX_PARTS", 3)
    assert "too many parts" in refused(plain, target)


def test_a_target_that_cannot_be_written_leaves_nothing(plain: Path, tmp_path: Path) -> None:
    wrong = changed(plain, tmp_path / "wrong.xlsx", sheet1=("CAC(A2", "[1]!CAC(A2"))
    target = tmp_path / "no folder" / "target.xlsx"
    with pytest.raises(CannotRepair, match="cannot be written: No such file or directory"):
        repair(wrong, target, FUNCTIONS)
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(CannotRepair, match="cannot be written"):
        repair(wrong, tmp_path / "folder.xlsx", FUNCTIONS)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
