"""Files that are no workbook, hostile files, damaged ones, and large ones."""

from __future__ import annotations

import contextlib
import cProfile
import io
import random
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from clv_xl.audit import MAX_PLACES, NotAWorkbook, Severity, audit
from clv_xl.audit import cells as cell_module
from clv_xl.audit import package as package_module

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
LEAK = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def nothing(_: bytes) -> dict:
    return {}


def zipped(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no Excel workbook"),
        (b"customer,amount\nA,1\n", "no Excel workbook"),
        (b"PK\x03\x04 and then nothing", "cut off or damaged"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (OLE + b"Workbook", r"old Excel workbook \(\.xls\)"),
        (zipped(readme="hello"), "no Excel workbook stands in it"),
        (zipped(xl__workbook="x"), "no Excel workbook stands in it"),
        (zipped(**{"xl/workbook.bin": "x"}), "binary workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_sentence(data, message):
    with pytest.raises(NotAWorkbook, match=message) as caught:
        audit(data, calculate=nothing)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_truncated_workbook_is_refused(clean):
    for size in (30, len(clean) // 2, len(clean) - 30):
        with pytest.raises(NotAWorkbook):
            audit(clean[:size], calculate=nothing)


def test_damaged_bytes_are_refused(clean):
    """A part whose checksum does not fit."""
    with zipfile.ZipFile(io.BytesIO(clean)) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    with pytest.raises(NotAWorkbook, match="damaged"):
        audit(clean[:at] + bytes(40) + clean[at + 40 :], calculate=nothing)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch, clean):
    monkeypatch.setattr(package_module, "MAX_UNCOMPRESSED", 10_000)
    with pytest.raises(NotAWorkbook, match="unpacks to"):
        audit(clean, calculate=nothing)
    monkeypatch.undo()
    monkeypatch.setattr(package_module, "MAX_PARTS", 5)
    with pytest.raises(NotAWorkbook, match="parts"):
        audit(clean, calculate=nothing)


def test_more_cells_than_memory_are_refused(monkeypatch, build):
    monkeypatch.setattr(cell_module.SheetReader.__init__, "__defaults__", (10,))
    with pytest.raises(NotAWorkbook, match="more than the 10 cells"):
        audit(build(), calculate=nothing)


def test_a_password_on_the_zip_is_refused(clean):
    broken = bytearray(clean)
    with zipfile.ZipFile(io.BytesIO(clean)) as archive:
        start = archive.start_dir
    broken[start + 8] |= 1
    with pytest.raises(NotAWorkbook, match="password"):
        audit(bytes(broken), calculate=nothing)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "docProps/core.xml", "xl/styles.xml"])
@pytest.mark.parametrize("declaration", [BOMB, LEAK])
def test_entities_are_refused(build, part, declaration):
    def hostile(parts: dict[str, str]) -> None:
        parts[part] = declaration + parts[part]

    with pytest.raises(NotAWorkbook, match="entities"):
        audit(build(change_parts=hostile), calculate=nothing)


def test_entities_in_another_encoding_are_refused(build, archive):
    unpack, pack = archive
    parts = unpack(build())
    parts["xl/styles.xml"] = ('<?xml version="1.0" encoding="UTF-16"?>' + LEAK + parts["xl/styles.xml"]).encode(
        "utf-16"
    )
    with pytest.raises(NotAWorkbook, match="entities"):
        audit(pack(parts), calculate=nothing)


def test_strict_workbooks_are_refused_with_the_remedy(build):
    def strict(parts: dict[str, str]) -> None:
        old = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
            old, "http://purl.oclc.org/ooxml/spreadsheetml/main"
        )

    with pytest.raises(NotAWorkbook, match="Strict"):
        audit(build(change_parts=strict), calculate=nothing)


def test_a_missing_file_is_the_callers_matter(tmp_path):
    with pytest.raises(FileNotFoundError):
        audit(Path(tmp_path) / "none.xlsx", calculate=nothing)


def test_no_damage_to_the_xml_makes_the_audit_fail(build, archive, clean_values):
    """Whatever stands in an attribute or a formula: findings, or a refusal in one sentence, never a traceback."""
    unpack, pack = archive
    original = unpack(build())
    chance = random.Random(7)
    odd = [
        "",
        "-1",
        "x",
        "99999999999",
        "1.5",
        "NaN",
        "A0",
        "XFE1",
        "#REF!",
        "A1:B",
        "[1]x!A1",
        "'",
        "{",
        "é",
        "_x0000_",
        "inf",
    ]
    for _ in range(250):
        parts = dict(original)
        part = chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])
        values = list(re.finditer(r'(?<==")[^"]*(?=")|(?<=<f>)[^<]*|(?<=<v>)[^<]*', parts[part]))
        spot = chance.choice(values)
        if "xmlns" in parts[part][max(0, spot.start() - 10) : spot.start()]:
            continue
        parts[part] = parts[part][: spot.start()] + chance.choice(odd) + parts[part][spot.end() :]
        with contextlib.suppress(NotAWorkbook):
            audit(pack(parts), calculate=lambda _: clean_values)


def large_sheet(rows: int) -> str:
    lines = (
        f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><f>A{r}*7</f><v>{r * 7}</v></c>'
        f'<c r="C{r}"><f>SUM($B$20:B{r})</f><v>1</v></c></row>'
        for r in range(20, rows + 20)
    )
    return "".join(lines) + "</sheetData>"


def test_long_lists_of_findings_are_cut(build, clean_values):
    """A large sheet with the same fault in every row: each rule names twenty places and counts the rest."""

    def grow(parts: dict[str, str]) -> None:
        name = "xl/worksheets/sheet4.xml"
        parts[name] = parts[name].replace("</sheetData>", large_sheet(5_000))

    found = [f for f in audit(build(change_parts=grow), calculate=lambda _: clean_values) if f.rule == 12]
    assert len(found) == MAX_PLACES + 1
    assert [f.where for f in found[:3]] == ["Checks!B20", "Checks!B21", "Checks!B22"]
    assert found[-1].where == "workbook"
    assert found[-1].message == "and 4,980 more places like these"


def test_formulas_filled_down_are_judged_once(build, clean_values, monkeypatch):
    """What keeps a hundred thousand formulas quick: storage is judged by the formula's form, not cell by cell."""
    from clv_xl.audit import repair_sheet

    judged = []
    original = repair_sheet.storage_faults
    monkeypatch.setattr(repair_sheet, "storage_faults", lambda *a, **k: judged.append(a[0]) or original(*a, **k))

    def grow(parts: dict[str, str]) -> None:
        name = "xl/worksheets/sheet4.xml"
        parts[name] = parts[name].replace("</sheetData>", large_sheet(2_000))

    audit(build(change_parts=grow), calculate=lambda _: clean_values)
    assert len(judged) < 40


def test_work_grows_with_the_workbook_and_no_faster(build, clean_values):
    """Twice the rows cost about twice the calls; a loop over all cells for each cell would cost four times as many."""

    def calls(rows: int) -> int:
        def grow(parts: dict[str, str]) -> None:
            name = "xl/worksheets/sheet4.xml"
            parts[name] = parts[name].replace("</sheetData>", large_sheet(rows))

        data, profile = build(change_parts=grow), cProfile.Profile()
        profile.runcall(audit, data, calculate=lambda _: clean_values)
        return sum(entry.callcount for entry in profile.getstats())

    calls(10)
    assert calls(1_600) < 2.6 * calls(800)


def test_the_worst_findings_come_first_then_by_rule_sheet_and_cell(build, findings):
    def change(wb) -> None:
        wb["Checks"].merge_cells("B9:C9")
        wb["Checks"].merge_cells("A10:C10")
        wb["Cover"].merge_cells("A20:C20")
        wb["Checks"]["A1"] = None
        wb["Checks"]["A8"] = "#REF!"
        wb["Calculation"]["B6"] = "=B5*7"
        wb.properties.title = None

    found = findings(build(change))
    order = [(list(Severity).index(f.severity), f.rule) for f in found]
    assert order == sorted(order)
    assert [(f.severity, f.rule) for f in found if f.rule in (2, 6, 12, 25)] == [
        ("error", 25),
        ("warning", 12),
        ("form", 2),
        ("form", 6),
    ]
    assert [f.where for f in found if f.rule == 7] == ["Cover!A20", "Checks!B9", "Checks!A10"]


def test_serious_findings_lead_on_a_plain_workbook():
    """As anyone saves it: no cover, no properties, no print set-up, and one cell that shows an error."""
    book = openpyxl.Workbook()
    book.active["A2"], book.active["B2"] = "Spend", "=1/0"
    stream = io.BytesIO()
    book.save(stream)
    found = audit(stream.getvalue())
    assert (found[0].rule, found[0].where) == (25, "Sheet!B2")
    assert [f.severity for f in found[1:]].count("error") == 0
    assert {f.rule for f in found if f.severity == "form"} >= {1, 2, 9}
    assert len([f for f in found if f.rule in (1, 2)]) == 2


SHEET, PARTS, LINKS = "xl/worksheets/sheet3.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"


@pytest.mark.parametrize("part", [SHEET, PARTS, LINKS, "xl/workbook.xml"])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.95])
def test_a_workbook_without_its_sheets_is_refused_in_one_sentence(build, part, share):
    def cut(parts: dict[str, str]) -> None:
        kept = parts.pop(part)
        if share:
            parts[part] = kept[: int(len(kept) * share)]

    with pytest.raises(NotAWorkbook) as caught:
        audit(build(change_parts=cut))
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert part != SHEET or '"Calculation"' in sentence


@pytest.mark.parametrize(
    "part",
    [
        "xl/styles.xml",
        "xl/tables/table1.xml",
        "xl/charts/chart1.xml",
        "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/drawings/_rels/drawing1.xml.rels",
        "[Content_Types].xml",
    ],
)
@pytest.mark.parametrize("share", [0, 0.5])
def test_other_damage_is_found_first_and_in_plain_words(build, part, share):
    def cut(parts: dict[str, str]) -> None:
        kept = parts.pop(part)
        if share:
            parts[part] = kept[: int(len(kept) * share)]

    found = audit(build(change_parts=cut))
    assert (found[0].rule, found[0].where) == (31, "workbook")
    assert any(part.replace("_rels/", "").removesuffix(".rels") in f.message for f in found if f.rule == 31)
    library = r"backend|calamine|parser|zip|Errno|AttValue|Premature|expected"
    assert not [f for f in found if re.search(library, f.message, re.IGNORECASE)]
