"""Rows of Python values, as Excel and databases give them, as a frame of any engine with one type a column."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
from collections.abc import Sequence
from typing import Any

from clv_xl.sources.errors import SourceError
from clv_xl.sources.header_rows import distinct

_DATA = re.compile(r"^[-+]?[\d.,]+$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$")


def check_header(names: Sequence[str], where: str) -> None:
    """Raise SourceError where the first row holds data instead of names."""
    data = [name for name in names if _DATA.match(name)]
    if data:
        raise SourceError(f'{where} has no header: its first row holds "{data[0]}"; add a first row with column names.')


def header(cells: Sequence[Any], where: str) -> list[str]:
    """Names from the first row: blanks are numbered, repeated ones too."""
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        name = str(cell).strip() if cell not in (None, "") else f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    check_header(names, where)
    return names


def columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    """Each column in one type: whole numbers, numbers, days, moments, else text. Missing is None.

    A name that comes again gets a number.
    """
    turned = zip(*rows, strict=True) if rows else ([] for _ in names)
    own, _ = distinct(names)
    return {name: _one_type([_cell(v) for v in values]) for name, values in zip(own, turned, strict=True)}


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _one_type(values: list[Any]) -> list[Any]:
    kinds = {type(v) for v in values if v is not None}
    if kinds <= {int} or kinds <= {dt.date} or kinds <= {dt.datetime} or kinds <= {str}:
        return values
    if kinds <= {int, float}:
        whole = all(v is None or (float(v).is_integer() and abs(v) < 2**53) for v in values)
        return [None if v is None else int(v) if whole else float(v) for v in values]
    if kinds <= {dt.date, dt.datetime}:
        return [dt.datetime.combine(v, dt.time()) if type(v) is dt.date else v for v in values]
    return [None if v is None else _text(v) for v in values]


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def kind(values: Sequence[Any]) -> str:
    """The SQL type of a column."""
    first = next((v for v in values if v is not None), "")
    known = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", dt.date: "DATE", dt.datetime: "TIMESTAMP"}
    if isinstance(first, dt.datetime) and first.tzinfo is not None:
        return "TIMESTAMPTZ"
    return known.get(type(first), "VARCHAR")


def into_duckdb(connection: Any, table: str, parts: dict[str, list[Any]], create: bool = True) -> None:
    """Append columns to a table, after creating it with their types."""
    import pandas as pd

    quoted = {name: '"' + name.replace('"', '""') + '"' for name in parts}
    if create:
        kinds = ", ".join(f"{quoted[name]} {kind(values)}" for name, values in parts.items())
        connection.execute(f"CREATE TEMP TABLE {table} ({kinds})")
    batch = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in parts.items()})
    connection.register("clv_xl_batch", batch.map(_for_duckdb))
    casts = ", ".join(f"CAST({q} AS {kind(parts[name])})" for name, q in quoted.items())
    connection.execute(f"INSERT INTO {table} SELECT {casts} FROM clv_xl_batch")
    connection.unregister("clv_xl_batch")


def _for_duckdb(value: Any) -> Any:
    return None if value is None else value if isinstance(value, str) else str(value)
