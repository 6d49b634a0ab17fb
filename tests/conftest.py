"""What every test may use."""

from __future__ import annotations

import os
import shutil

import pytest

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
    """LibreOffice."""
    return program("soffice")


@pytest.fixture(scope="session")
def ooxml_validator() -> str:
    """The command line of the Open XML SDK validator."""
    return program("ooxml-validator", "OOXML_VALIDATOR")
