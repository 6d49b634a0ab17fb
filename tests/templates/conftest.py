"""Built workbooks, and the engines that recalculate them."""

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from clv_xl.engine import calculate
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


def calls(formula: str) -> bool:
    """Whether it calls one of our functions, or else says that the add-in is not there."""
    return formula.endswith(f',"{NOT_LOADED}")')


def without_add_in(data: bytes) -> dict[tuple[str, str], object]:
    """What the formula cells must show where nobody knows our functions."""
    formulas = formula_cells(data)
    expected = cached_values(data)
    calling = {f"={sheet}!${a[0]}${a[1:]}" for (sheet, a), text in formulas.items() if calls(text)}
    compared = {place for place, text in formulas.items() if text in calling}
    for (sheet, address), text in formulas.items():
        if calls(text) or text in calling:
            expected[sheet, address] = NOT_LOADED
        elif f'IF(ISTEXT(D{address[1:]}),"{NOT_COMPARED}"' in text and (sheet, f"D{address[1:]}") in compared:
            expected[sheet, address] = NOT_COMPARED
        elif "COUNTIF(F" in text:
            expected[sheet, address] = f"{len(compared)} of the checks wait for the add-in."
        elif "ERROR.TYPE(" in text:
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


def changed(data: bytes, below: dict[str, object] | None = None, **inputs: object) -> bytes:
    """The workbook as a user saves it after typing or pasting: into named inputs, and on into rows below the table.

    `sixth` is the spend and the visits of another customer, for whom the table has grown; `first` overwrites cells of
    the first customer and `below` those under the table, by column.
    """
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Inputs"]
    table = sheet.tables["Customers"]
    head, last = (int(re.sub(r"\D", "", corner)) for corner in table.ref.split(":"))
    if "sixth" in inputs:
        cells = ("Customer 6", *inputs.pop("sixth"), sheet[f"D{last}"].value)
        table.ref = f"A{head}:D{last + 1}"
        below = dict(zip("ABCD", cells, strict=True))
    for row, typed in ((head + 1, inputs.pop("first", {})), (last + 1, below or {})):
        for column, value in typed.items():
            sheet[f"{column}{row}"] = value
    for name, value in inputs.items():
        title, address = book.defined_names[name].attr_text.split("!")
        book[title][address.replace("$", "").partition(":")[0]] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def verdicts(data: bytes, values: dict[tuple[str, str], object]) -> dict[str, object]:
    """What each check holds, by its name; and under "cover" what the cover says."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    places = {name: defined.attr_text for name, defined in book.defined_names.items() if name.startswith("check_")}
    holds = {name: values[tuple(place.replace("$", "").split("!"))] for name, place in places.items()}
    return holds | {"cover": values["Cover", "B5"]}


@pytest.fixture(scope="session")
def look() -> SimpleNamespace:
    """How tests look at a workbook."""
    return SimpleNamespace(
        changed=changed,
        verdicts=verdicts,
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


Values = dict[tuple[str, str], object]


@pytest.fixture(scope="session")
def engine() -> Callable[[bytes], Values]:
    """Recalculate a workbook in our own engine."""

    def recalculate(data: bytes) -> Values:
        return {(sheet, a): value for sheet, cells in calculate(data).items() for a, value in cells.items()}

    return recalculate


@pytest.fixture(scope="session")
def libreoffice(soffice, tmp_path_factory) -> Callable[[bytes], Values]:
    """Recalculate a workbook in LibreOffice, without our add-in: the value of each formula cell."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE)
    return _converter(soffice, profile, tmp_path_factory)


@pytest.fixture(scope="session")
def libreoffice_as_installed(soffice, tmp_path_factory) -> Callable[[bytes], Values]:
    """Open a workbook in LibreOffice as it comes, which recalculates what it sees a reason for: what a user sees."""
    return _converter(soffice, tmp_path_factory.mktemp("fresh"), tmp_path_factory)


def _converter(soffice: str, profile: Path, tmp_path_factory) -> Callable[[bytes], Values]:
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
