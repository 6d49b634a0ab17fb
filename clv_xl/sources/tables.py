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
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else _neutral(value)
    return str(value)


def _neutral(value: float) -> str:
    """A number among text, without a decimal sign: 12.5 as 125e-1.

    The cell is a number whatever sign the text beside it uses, so it may neither prove one nor be read by one.
    """
    sign, digits, exponent = decimal.Decimal(repr(value)).as_tuple()
    return f"{'-' * sign}{''.join(map(str, digits))}e{exponent}"


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
    batch = pd.DataFrame({str(position): _batch(values) for position, values in enumerate(parts.values())})
    connection.register("clv_xl_batch", batch)
    casts = ", ".join(f'CAST("{position}" AS {kind(values)})' for position, values in enumerate(parts.values()))
    connection.execute(f"INSERT INTO {table} SELECT {casts} FROM clv_xl_batch")
    connection.unregister("clv_xl_batch")


def _batch(values: list[Any]) -> Any:
    """The column for pandas: as it is where DuckDB takes that over value by value, else as text."""
    import pandas as pd

    kept = {"BIGINT": "Int64", "DOUBLE": "Float64", "DATE": "datetime64[us]", "TIMESTAMP": "datetime64[us]"}
    try:
        return pd.Series(values, dtype=kept[kind(values)])
    except (KeyError, TypeError, ValueError, OverflowError):  # no such kind, or a later batch of another one
        return pd.Series([v if v is None or isinstance(v, str) else str(v) for v in values], dtype=object)
