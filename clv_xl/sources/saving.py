"""Customer tables as files: Parquet, CSV or Excel, written whole or not at all. Data never becomes a formula."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clv_xl.core.orders import rows
from clv_xl.core.orders.engines import Frame, is_native
from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.spreadsheet_text import without_formulas
from clv_xl.writing.atomic import put_in_place
from clv_xl.writing.cell_text import EXACT_BELOW, FIRST_DAY, shown, spelled, why_not

EXCEL_ROWS = 1_048_576
"""Rows of a sheet, with the header."""


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


def save(customers: Frame, path: Path, count: int, force: bool = False) -> int:
    """Write `count` customers, sorted, and say how many texts had to be changed lest a spreadsheet calculates them.

    Raises SourceError where that is not possible; the target is then as it was.
    """
    check_target(path, force)
    suffix = path.suffix.lower()
    if suffix == ".xlsx" and count >= EXCEL_ROWS:
        raise SourceError(
            f"{count:,} customers do not fit on an Excel sheet ({EXCEL_ROWS - 1:,} rows and a header); "
            "write .parquet or .csv instead."
        )
    with one_sentence(f"{path} could not be written"), put_in_place(path, force) as temporary:
        return _WRITERS[suffix](customers.sort("customer"), temporary)


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


def _parquet(frame: Frame, path: Path) -> int:
    _relation(frame).write_parquet(str(path), compression="zstd", use_tmp_file=False)
    return 0


def _csv(frame: Frame, path: Path) -> int:
    relation, changed = without_formulas(_relation(frame))
    quoted = [(f'"{name}"', str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    days = [f"CAST({name} AS DATE) AS {name}" for name, kind in quoted if kind.startswith("TIMESTAMP")]
    written = relation.project(f"* REPLACE ({', '.join(days)})") if days else relation
    written.write_csv(str(path), header=True, use_tmp_file=False)
    return changed


def _xlsx(frame: Frame, path: Path) -> int:
    """Raises SourceError for a name that no cell can hold as it is."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    customers = _with_exact_names(_relation(frame)).df()
    for name in customers["customer"]:
        if isinstance(name, str) and (reason := why_not(name)):
            raise SourceError(f"The customer {shown(name)} {reason}; write .csv or .parquet instead.")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Customers")
    sheet.freeze_panes = "B2"
    for position in range(len(customers.columns)):
        sheet.column_dimensions[chr(ord("A") + position)].width = 14
    sheet.append([_cell(sheet, name, Font(bold=True)) for name in customers.columns])
    for row in customers.itertuples(index=False, name=None):
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)
    return 0


def _with_exact_names(relation: Any) -> Any:
    """Customers as text where they are numbers that Excel would round."""
    if str(relation.types[relation.columns.index("customer")]) == "VARCHAR":
        return relation
    low, high = relation.aggregate("min(customer), max(customer)").fetchall()[0]
    if -EXACT_BELOW < low <= high < EXACT_BELOW:
        return relation
    return relation.project("CAST(customer AS VARCHAR) AS customer, * EXCLUDE (customer)")


def _cell(sheet: Any, value: Any, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, dt.datetime) and value.date() < FIRST_DAY:
        value = value.date().isoformat()
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, spelled(value))
        cell.data_type = "s"  # never a formula, never an error value
    elif isinstance(value, dt.datetime):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd"
    else:
        return value
    if font is not None:
        cell.font = font
    return cell


_WRITERS: dict[str, Callable[[Frame, Path], int]] = {".parquet": _parquet, ".csv": _csv, ".xlsx": _xlsx}
