"""The Starbucks workbook in LibreOffice, with our functions and without them, and under changed inputs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from clv_xl.core import lifetime
from clv_xl.templates import TEMPLATES
from clv_xl.worksheet.errors import CellError

ROOT = Path(__file__).resolve().parents[3]
STARBUCKS = ROOT / "workbooks" / "starbucks.xlsx"
SPEND, VISITS = [3.5, 8.5, 5.0, 6.5, 6.0], [4.0, 3.0, 5.0, 6.0, 3.0]


def look(path: Path) -> SimpleNamespace:
    """The formula cells with their stored values, and where the names lead."""
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    stored = {
        (sheet.title, cell.coordinate): values[sheet.title][cell.coordinate].value
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    places = {
        name: tuple(defined.attr_text.replace("$", "").split("!")) for name, defined in formulas.defined_names.items()
    }
    return SimpleNamespace(stored=stored, places=places, sizes={s.title: s.dimensions for s in formulas})


@pytest.fixture(scope="module")
def starbucks() -> SimpleNamespace:
    return look(STARBUCKS)


def value_of(document: Any, place: tuple[str, str]) -> Any:
    return document.value(place[1], place[0])


def differences(document: Any, book: SimpleNamespace) -> list[str]:
    """The formula cells that differ from the stored values, numbers compared to 12 digits."""
    found = {sheet: document.rows(size, sheet) for sheet, size in book.sizes.items()}
    apart = []
    for (sheet, cell), stored in book.stored.items():
        row, column = coordinate_to_tuple(cell)
        top, left = coordinate_to_tuple(book.sizes[sheet].split(":")[0])
        value = found[sheet][row - top][column - left]
        wanted = "" if stored is None else float(stored) if isinstance(stored, bool) else stored
        same = value == pytest.approx(wanted, rel=1e-12, abs=1e-9) if isinstance(value, float) else value == wanted
        if not same:
            apart.append(f"{sheet}!{cell}: {value!r} instead of {wanted!r}")
    return apart


def failing(document: Any, book: SimpleNamespace) -> list[str]:
    """The names of checks that do not hold."""
    checks = [name for name in book.places if name.startswith("check_")]
    assert checks
    return [name for name in checks if value_of(document, book.places[name]) != 1.0]


@pytest.mark.parametrize("which", ["calc", "calc_by_worker"])
def test_recalculated_hard_it_holds_what_is_stored(
    request: pytest.FixtureRequest, starbucks: SimpleNamespace, which: str
) -> None:
    with request.getfixturevalue(which).open(STARBUCKS) as document:
        assert differences(document, starbucks) == []
        assert document.state()["modified"] is False
        document.calculate()
        assert differences(document, starbucks) == []
        assert failing(document, starbucks) == []
        assert document.value("D13", "Calculation") == pytest.approx(25272)


def test_converted_without_a_window(convert: Callable[[Path], Path]) -> None:
    converted, stored = look(convert(STARBUCKS)).stored, look(STARBUCKS).stored
    assert converted.keys() == stored.keys()
    for place, value in stored.items():
        expected = pytest.approx(value, rel=1e-12) if isinstance(value, int | float) else value
        assert converted[place] == expected, place


def test_without_the_add_in_cells_say_so_and_the_model_stands(calc_without: Any, starbucks: SimpleNamespace) -> None:
    with calc_without.open(STARBUCKS) as document:
        document.calculate()
        found = {place: value_of(document, place) for place in starbucks.stored}
        assert list(found.values()).count("add-in not loaded") == 16
        assert list(found.values()).count("not compared") == 8
        assert not [place for place, value in found.items() if isinstance(value, CellError)]
        assert found["Results", "B7"] == pytest.approx(25272)
        assert found["Checks", "E6"] == 1.0


CASES = [
    pytest.param({"sixth": (10.0, 2.5)}, id="a sixth customer"),
    pytest.param({"in_lifespan_from": "churn", "in_churn": 0.125}, id="churn instead of lifespan"),
    pytest.param({"sixth": (0.0, 7.0), "in_weeks": 48.0, "in_lifespan": 3.5}, id="a customer who spends nothing"),
]


def cltv_of(changes: dict[str, Any]) -> float:
    spend, visits = ([*column, *extra] for column, extra in zip((SPEND, VISITS), _sixth(changes), strict=True))
    years = 1 / changes["in_churn"] if "in_churn" in changes else changes.get("in_lifespan", 20.0)
    return float(lifetime.cltv(np.array(spend), np.array(visits), years, changes.get("in_weeks", 52.0)))


def _sixth(changes: dict[str, Any]) -> tuple[list[float], list[float]]:
    return ([changes["sixth"][0]], [changes["sixth"][1]]) if "sixth" in changes else ([], [])


def change(document: Any, book: SimpleNamespace, changes: dict[str, Any]) -> None:
    """Type into named inputs; add a customer as the workbook tells users of LibreOffice to: above the last one."""
    for name, value in changes.items():
        if name == "sixth":
            last = openpyxl.load_workbook(STARBUCKS)["Inputs"].tables["Customers"].ref.split(":")[1].lstrip("D")
            document.insert_row(f"A{last}", "Inputs")
            document.set(f"A{last}:C{last}", [["Customer 6", *value]], "Inputs")
            document.formula(f"D{last}", f"=B{last}*C{last}", "Inputs")
        else:
            sheet, cells = book.places[name]
            document.set(cells.partition(":")[0], [[value]], sheet)


@pytest.mark.parametrize("changes", CASES)
def test_changed_inputs_give_what_the_core_says(calc: Any, starbucks: SimpleNamespace, changes: dict[str, Any]) -> None:
    with calc.open(STARBUCKS) as document:
        change(document, starbucks, changes)
        expected = cltv_of(changes)
        assert document.value("D13", "Calculation") == pytest.approx(expected, rel=1e-12)
        assert document.value("B7", "Results") == pytest.approx(expected, rel=1e-12)
        assert failing(document, starbucks) == []
        document.calculate()
        assert document.value("D13", "Calculation") == pytest.approx(expected, rel=1e-12)
        assert failing(document, starbucks) == []


def test_the_edition_without_functions_calculates_the_same(calc: Any, tmp_path: Path) -> None:
    path = tmp_path / "native.xlsx"
    path.write_bytes(TEMPLATES["starbucks"].build("native").data)
    book = look(path)
    with calc.open(path) as document:
        document.calculate()
        assert differences(document, book) == []
        assert failing(document, book) == []
