"""Customer tables as files: Parquet, CSV or Excel, written whole or not at all. Data never becomes a formula."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clv_xl.core.orders import rows
from clv_xl.core.orders.engines import Frame, is_native
from clv_xl.sources.errors import SourceError, one_sentence

EXCEL_ROWS = 1_048_576
"""Rows of a sheet, with the header."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_target(path: Path, force: bool) -> None:
    """Raise SourceError where the file cannot be written, before any work is done."""
    if path.suffix.lower() not in _WRITERS:
        raise SourceError(f"{path} should end in {', '.join(_WRITERS)}: the ending decides the kind of file.")
    if path.is_dir():
        raise SourceError(f"{path} is a folder; give the name of a file.")
    if not path.parent.is_dir():
        raise SourceError(f"The folder {path.parent} does not exist; create it first.")
    if path.exists() and not force:
        raise SourceError(f"{path} exists already; use --force to replace it.")


def save(customers: Frame, path: Path, count: int, force: bool = False) -> None:
    """Write `count` customers, sorted. Raises SourceError where that is not possible; the target is then as it was."""
    check_target(path, force)
    suffix = path.suffix.lower()
    if suffix == ".xlsx" and count >= EXCEL_ROWS:
        raise SourceError(
            f"{count:,} customers do not fit on an Excel sheet ({EXCEL_ROWS - 1:,} rows and a header); "
            "write .parquet or .csv instead."
        )
    with one_sentence(f"{path} could not be written"):
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(descriptor)
        try:
            _WRITERS[suffix](customers.sort("customer"), Path(temporary))
            mask = os.umask(0)
            os.umask(mask)
            Path(temporary).chmod(0o666 & ~mask)
            os.replace(temporary, path)  # noqa: PTH105 - the one step that matters
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise


def _relation(frame: Frame) -> Any:
    """The frame as a DuckDB relation, which writes files without further packages."""
    if is_native(frame, "duckdb"):
        return frame.to_native()
    import duckdb
    import pandas as pd

    if is_native(frame, "pandas"):
        return duckdb.connect().from_df(frame.to_native())
    names = frame.collect_schema().names()
    found = rows(frame)
    return duckdb.connect().from_df(pd.DataFrame({name: [row[name] for row in found] for name in names}))


def _parquet(frame: Frame, path: Path) -> None:
    _relation(frame).write_parquet(str(path), compression="zstd")


def _csv(frame: Frame, path: Path) -> None:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    relation = _relation(frame)
    selected = []
    for name, kind in zip(relation.columns, relation.types, strict=True):
        risky = f"regexp_matches({name}, '^[=+@\\t\\r-]') AND TRY_CAST({name} AS DOUBLE) IS NULL"
        text = f"CASE WHEN {risky} THEN concat('''', {name}) ELSE {name} END AS {name}"
        day = f"CAST({name} AS DATE) AS {name}"
        selected.append(text if str(kind) == "VARCHAR" else day if str(kind).startswith("TIMESTAMP") else name)
    relation.project(", ".join(selected)).write_csv(str(path), header=True)


def _xlsx(frame: Frame, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    relation = _relation(frame)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Customers")
    sheet.freeze_panes = "B2"
    for position in range(len(relation.columns)):
        sheet.column_dimensions[chr(ord("A") + position)].width = 14
    sheet.append([_cell(sheet, name, Font(bold=True)) for name in relation.columns])
    for row in relation.df().itertuples(index=False, name=None):
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _cell(sheet: Any, value: Any, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:32_767])
        cell.data_type = "s"  # never a formula, never an error value
    elif isinstance(value, dt.datetime):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd"
    else:
        return value
    if font is not None:
        cell.font = font
    return cell


_WRITERS: dict[str, Callable[[Frame, Path], None]] = {".parquet": _parquet, ".csv": _csv, ".xlsx": _xlsx}
