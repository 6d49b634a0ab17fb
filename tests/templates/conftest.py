"""Built workbooks, and the engines that recalculate them."""

import io
import subprocess
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from clv_xl.templates import TEMPLATES

NOT_LOADED, NOT_COMPARED = "add-in not loaded", "not compared"
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""


def formula_cells(data: bytes) -> dict[tuple[str, str], str]:
    """Formula by sheet and address."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def cached_values(data: bytes) -> dict[tuple[str, str], object]:
    """The value that the file carries for each formula cell."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return {(sheet, address): book[sheet][address].value for sheet, address in formula_cells(data)}


def without_add_in(data: bytes) -> dict[tuple[str, str], object]:
    """What the formula cells must show where nobody knows our functions."""
    formulas = formula_cells(data)
    expected = cached_values(data)
    calling = {f"={sheet}!${a[0]}${a[1:]}" for (sheet, a), text in formulas.items() if NOT_LOADED in text}
    compared = {place for place, text in formulas.items() if text in calling}
    for (sheet, address), text in formulas.items():
        if NOT_LOADED in text or text in calling:
            expected[sheet, address] = NOT_LOADED
        elif text.startswith(f'=IF(ISTEXT(D{address[1:]}),"{NOT_COMPARED}"') and (sheet, f"D{address[1:]}") in compared:
            expected[sheet, address] = NOT_COMPARED
        elif "COUNTIF(F" in text:
            expected[sheet, address] = f"{len(compared)} of the checks wait for the add-in."
        elif text.startswith("=ISNUMBER("):
            expected[sheet, address] = False
        elif text.startswith("=IF(B5,"):
            expected[sheet, address] = text.split('"')[3]
    return expected


def differences(found: dict[tuple[str, str], object], expected: dict[tuple[str, str], object]) -> list[str]:
    """The cells that differ, numbers compared to 12 digits."""
    apart = []
    for place, wanted in expected.items():
        value = found.get(place)
        number = isinstance(wanted, float | int) and isinstance(value, float | int)
        if not (value == pytest.approx(wanted, rel=1e-12, abs=1e-9) if number else value == wanted):
            apart.append(f"{place[0]}!{place[1]}: {value!r} instead of {wanted!r}")
    return apart


@pytest.fixture(scope="session")
def look() -> SimpleNamespace:
    """How tests look at a workbook."""
    return SimpleNamespace(
        formulas=formula_cells,
        cached=cached_values,
        without_add_in=without_add_in,
        differences=differences,
    )


@pytest.fixture(scope="session")
def starbucks() -> bytes:
    return TEMPLATES["starbucks"].build().data


@pytest.fixture(scope="session")
def native() -> bytes:
    return TEMPLATES["starbucks"].build("native").data


@pytest.fixture(scope="session")
def libreoffice(soffice, tmp_path_factory):
    """Recalculate a workbook in LibreOffice, without our add-in: the value of each formula cell."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE)

    def recalculate(data: bytes) -> dict[tuple[str, str], object]:
        folder = tmp_path_factory.mktemp("libreoffice")
        (folder / "in.xlsx").write_bytes(data)
        convert = [
            soffice,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
        ]
        subprocess.run(
            [*convert, "--outdir", "out", "in.xlsx"], cwd=folder, check=True, capture_output=True, timeout=180
        )
        book = openpyxl.load_workbook(folder / "out" / "in.xlsx", data_only=True)
        return {(sheet, address): book[sheet][address].value for sheet, address in formula_cells(data)}

    return recalculate


@pytest.fixture(scope="session")
def formulon_values():
    """Recalculate a workbook in formulon, which does not know our functions either."""
    formulon = pytest.importorskip("formulon")

    def recalculate(data: bytes) -> dict[tuple[str, str], object]:
        book = formulon.Workbook.load(data)
        book.recalc()
        sheets = {book.sheet_name(i): i for i in range(book.sheet_count())}

        def value(sheet: str, address: str) -> object:
            cell = openpyxl.utils.cell.coordinate_to_tuple(address)
            found = book.get_value(sheets[sheet], cell[0] - 1, cell[1] - 1)
            if found.kind.name == "ERROR":
                return formulon.error_display_name(found.error_code)
            return found.to_python()

        return {place: value(*place) for place in formula_cells(data)}

    return recalculate


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parents[2]
