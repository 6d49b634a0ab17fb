"""Order logs in every engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Columns_ = dict[str, list[Any]]
ENGINES = ["pandas", "polars", "duckdb", "spark"]
REQUIRED = os.environ.get("CLV_XL_REQUIRE_PROGRAMS") == "1"


def in_pandas(columns: Columns_) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def in_polars(columns: Columns_) -> Any:
    import polars as pl

    return pl.LazyFrame(columns, strict=False)


def in_duckdb(columns: Columns_) -> Any:
    """Typed by DuckDB from literals, on a connection of its own."""
    import duckdb

    connection = duckdb.connect()
    names = ", ".join(f'"{name}"' for name in columns)
    rows = list(zip(*columns.values(), strict=True))
    marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
    values = [value for row in rows for value in row]
    return connection.sql(f"SELECT * FROM (VALUES {marks}) AS log({names})", params=values)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A local Spark session with two threads."""
    missing = "" if shutil.which("java") else "java is not installed"
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        missing = "pyspark is not installed"
    if missing:
        pytest.fail(missing) if REQUIRED else pytest.skip(missing)
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Callable[[Columns_], Any]:
    """Makes a frame of one engine from columns of plain values."""
    if request.param != "spark":
        return {"pandas": in_pandas, "polars": in_polars, "duckdb": in_duckdb}[request.param]
    session = request.getfixturevalue("spark")

    def in_spark(columns: Columns_) -> Any:
        import datetime as dt

        kinds = {str: "string", int: "bigint", float: "double", dt.datetime: "timestamp_ntz", dt.date: "date"}
        first = {name: next((v for v in values if v is not None), "") for name, values in columns.items()}
        schema = ", ".join(f"`{name}` {kinds[type(first[name])]}" for name in columns)
        return session.createDataFrame(list(zip(*columns.values(), strict=True)), schema)

    return in_spark
