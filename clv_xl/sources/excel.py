"""Excel workbooks, read by calamine: values only, no formulas, macros or links are followed.

The reader runs in a process of its own. What makes it crash, take too much memory or never end is then one sentence.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clv_xl.sources.errors import SourceError, one_sentence

_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_SECONDS, _SECONDS_A_MEGABYTE = 120, 5


def read(path: Path, sheets: Sequence[str]) -> tuple[dict[str, list[Any]], list[str]]:
    """The columns of the sheets named, or of the one that looks like orders, and notes on which were taken.

    "*" means every sheet with orders. Raises SourceError for a file with a password, a damaged one, one that takes too
    much memory or time, for a sheet that is not there, an empty one, and where it is open which sheet is meant.
    """
    with one_sentence(f"{path} cannot be read"), path.open("rb") as file:
        if _PASSWORD in file.read(1 << 24):
            raise SourceError(f"{path} is protected by a password; save a copy without one.")
    limit = _SECONDS + _SECONDS_A_MEGABYTE * (path.stat().st_size >> 20)
    # -P: nothing is imported from the folder that happens to be the current one.
    command = [sys.executable, "-P", "-m", "clv_xl.sources.excel_child", str(path), *sheets]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, env=environment, check=False)
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"{path} was not read within {limit} seconds; save the sheet as CSV.") from error
    if done.returncode:
        raise SourceError(
            f"{path} cannot be read as an Excel workbook: it is damaged, or takes too much memory; "
            "open it in Excel and save a copy, or save the sheet as CSV."
        )
    kind, *found = pickle.loads(done.stdout)
    if kind == "wrong":
        raise SourceError(found[0])
    return found[0], found[1]
