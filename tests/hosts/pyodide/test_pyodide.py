"""Pyodide, the Python of xlwings Lite, in Node: its own numpy and pandas, in which places have 32 bits."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import clv_xl
from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call

HERE = Path(__file__).parent
EXAMPLES = [(f.name, e) for f in REGISTRY for e in f.examples]
ERROR_CODES = {"Div0": "#DIV/0!", "Value": "#VALUE!", "Num": "#NUM!", "NotAvailable": "#N/A"}


@pytest.fixture(scope="module")
def browser(program: Any, host_session: Any) -> Iterator[Any]:
    """CLV_XL_PYODIDE names a folder with Pyodide and the wheels to load; `.ci/pyodide FOLDER` makes one."""
    folder = os.environ.get("CLV_XL_PYODIDE")
    if not folder:
        pytest.skip("CLV_XL_PYODIDE names no folder with Pyodide and its packages")
    package, driver = Path(clv_xl.__file__).parent, HERE.parent / "office_js_driver.py"
    session = host_session([program("node"), str(HERE / "runtime.mjs"), folder, str(package), str(driver)])
    yield session
    session.close()


def answered(browser: Any, name: str, arguments: list[Any]) -> list[list[Any]]:
    """The rows of an answer, errors by their code, dates as serial numbers."""
    rows = [a if a is None or isinstance(a, list) else [[a]] for a in arguments]
    rows += [None] * (len(REGISTRY[name].arguments) - len(rows))
    answer = browser.ask(do="call", name=name, args=rows)
    assert "fault" not in answer, answer
    assert "xlwings_error" not in answer, answer
    return [[_plain(cell) for cell in row] for row in answer["result"]]


def _plain(cell: Any) -> Any:
    return ERROR_CODES[cell["errorType"]] if isinstance(cell, dict) and cell["type"] == "Error" else cell


def test_places_have_32_bits(browser: Any) -> None:
    assert browser.ask(do="places") == 4


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[e.formula for _, e in EXAMPLES])
def test_every_example(browser: Any, arguments_of: Any, same_cells: Any, name: str, example: Any) -> None:
    expected = example.result if isinstance(example.result, list | tuple) else [[example.result]]
    same_cells(answered(browser, name, arguments_of(example.formula)), expected)


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("RFM", []),
        ("RFM", [None, 10, None, "mean"]),
        ("RFM_SUMMARY", []),
        ("MRR_MOVEMENTS", []),
        ("COHORT_TABLE", ["cumulative value", "quarter", 50]),
        ("CLV_SUMMARY", [None, "week"]),
    ],
)
def test_a_log_gives_what_it_gives_elsewhere(browser: Any, same_cells: Any, name: str, others: list[Any]) -> None:
    dice = random.Random(4)
    ids = [dice.choice([17850, "17850.0", f"c{dice.randrange(60)}", "José", "jose\u0301 "]) for _ in range(3000)]
    lowest = 0 if name == "MRR_MOVEMENTS" else -50
    log = [
        [[who] for who in ids],
        [[dice.randrange(40_000, 45_000)] for _ in ids],
        [[dice.choice([lowest, dice.randrange(1, 20_000) / 4])] for _ in ids],
    ]
    here = call(REGISTRY[name], [*log, *others])
    assert not here.errors
    same_cells(answered(browser, name, [*log, *others]), here.rows)


def test_a_column_of_customers(browser: Any) -> None:
    assert answered(browser, "REPEAT_RATE", [[["Customer"], ["Ann"], ["ann "], ["Ben"]]]) == [[0.5]]
