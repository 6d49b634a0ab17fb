"""The rule on repair: our own linter over the XML, and the Open XML SDK's validator where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from clv_xl.audit.findings import Problem, Severity, in_workbook, rule, shown
from clv_xl.audit.formula_storage import known_to
from clv_xl.audit.repair_objects import chart_faults, table_faults
from clv_xl.audit.repair_package import package_faults
from clv_xl.audit.repair_sheet import sheet_faults
from clv_xl.audit.repair_workbook import workbook_faults
from clv_xl.audit.workbook import Workbook

VALIDATOR = "ooxml-validator"
VALIDATOR_VARIABLE = "OOXML_VALIDATOR"
_SECONDS = 120


@rule(31, "Opens without repair", Severity.ERROR)
def repair(book: Workbook) -> Iterator[Problem]:
    """Nothing in the file makes Excel offer a repair.

    Our linter looks for known causes. Where the program ooxml-validator is found (on the PATH, or named by the
    environment variable OOXML_VALIDATOR), the Open XML SDK validates the file too.
    """
    known = known_to(book)
    yield from package_faults(book)
    yield from workbook_faults(book, known)
    for sheet in book.grids:
        yield from sheet_faults(book, sheet, known)
    yield from table_faults(book, known)
    yield from chart_faults(book, known)
    if program := validator():
        yield from (in_workbook(message) for message in validated(book.raw, program))


def validator() -> str | None:
    """The validator program, if there is one."""
    return shutil.which(os.environ.get(VALIDATOR_VARIABLE) or VALIDATOR)


def validated(data: bytes, program: str) -> Iterator[str]:
    """What the Open XML SDK says about a workbook. It gets a copy, since it may rewrite the file."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workbook.xlsx"
        copy.write_bytes(data)
        try:
            run = subprocess.run([program, str(copy)], capture_output=True, timeout=_SECONDS, check=False)
            errors = json.loads(run.stdout.decode("utf-8", "replace"))["errors"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
            yield f"the validator {program} could not be run ({shown(error)})"
            return
    for fault in errors:
        place = f"{fault.get('path')} {shown(fault.get('xPath'), 120)}"
        yield f"Open XML SDK: {shown(fault.get('description'), 300)} ({place})"
