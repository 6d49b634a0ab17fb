"""Open an order log in an engine, wherever it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clv_xl.sources import csv_files, database, duckdb_file, excel, files
from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.naming import held, internal, selected
from clv_xl.sources.tables import into_duckdb, kind
from clv_xl.writing import leftovers

ENGINES = ("duckdb", "polars", "spark")


@dataclass(slots=True)
class Log:
    """An opened log: a native lazy frame for `clean`, its column names, and notes on what was taken for what.

    `names` are the header's own, in the order of the frame's columns; those of the frame differ where an engine takes
    two of them for one, so that `clean` is told both. Keep the log as long as the frame is used: with it goes the
    folder to which DuckDB spills, and where files lie that had to be brought into another form.
    """

    frame: Any
    names: tuple[str, ...]
    notes: tuple[str, ...]
    _spill: Any = field(default=None, repr=False)


def open_log(
    where: str,
    engine: str = "duckdb",
    *,
    sheet: str | Sequence[str] | None = None,
    query: str | None = None,
    memory_limit: str | None = None,
    spark_master: str | None = None,
    time_zone: str | None = None,
    encoding: str | None = None,
) -> Log:
    """Open a CSV, Excel or Parquet file (or files, as orders/*.parquet), or a database URL with a query.

    `engine`: "duckdb" (embedded; works out of core, within `memory_limit`, as "4GB"), "polars", or "spark": the active
    session, or a new one on `spark_master`. `sheet` is for Excel: a name, several, or "*" for all sheets with orders;
    `encoding` for CSV where the one that is found is not right; `time_zone` is DuckDB's for moments with a zone.

    Raises SourceError, one sentence, for everything that cannot be read.
    """
    if engine not in ENGINES:
        raise SourceError(f'There is no engine "{engine}"; choose from: {", ".join(ENGINES)}.')
    if memory_limit and engine != "duckdb":
        raise SourceError(f"A memory limit is DuckDB's; {engine} has settings of its own.")
    if query and not database.is_url(where):
        raise SourceError("A query needs a database URL, not a file.")
    spill = leftovers.folder()
    connection = _duckdb(memory_limit, spill.name, time_zone)
    session = _spark(spark_master) if engine == "spark" else None
    if database.is_url(where):
        return Log(*_from_database(where, query, engine, connection, session), spill)
    found = files.paths(where)
    content = files.what_is(found[0])
    sheets = [sheet] if isinstance(sheet, str) else list(sheet or ())
    _require_fitting(found[0], content, sheets, encoding)
    if content == "csv":
        csv = csv_files.open_csv(found, engine, connection, session, Path(spill.name), encoding)
        return Log(csv.frame, csv.names, tuple(csv.notes), spill)
    return Log(*_from_files(found, content, sheets, engine, connection, session), spill)


def _require_fitting(path: Path, content: str, sheets: Sequence[str], encoding: str | None) -> None:
    """Raise SourceError for an option that is for another kind of file."""
    if sheets and content != "excel":
        raise SourceError(f"{path} has no sheets; leave --sheet out.")
    if encoding is not None and content != "csv":
        raise SourceError(f"{path} is no CSV file, and says itself how it is encoded; leave --encoding out.")


def refuse_as_target(where: str, target: Path) -> None:
    """Raise SourceError where a file to be written is one of the files to be read, under whatever name."""
    if database.is_url(where) or not target.exists():
        return
    if any(target.samefile(path) for path in files.paths(where)):
        raise SourceError(f"{target} is the log itself; write to another file.")


def _names(frame: Any) -> tuple[str, ...]:
    return tuple(frame.collect_schema().names() if hasattr(frame, "collect_schema") else frame.columns)


def _duckdb(memory_limit: str | None, spill: str, time_zone: str | None) -> Any:
    """A connection of its own that never fetches anything from outside."""
    import duckdb

    with one_sentence("DuckDB does not take these settings"):
        connection = duckdb.connect(config={"autoinstall_known_extensions": False, "temp_directory": spill})
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET enable_progress_bar = false")  # the command shows its own
        if memory_limit:
            connection.execute(f"SET memory_limit = '{memory_limit.replace(chr(39), '')}'")
        if time_zone:
            connection.execute(f"SET TimeZone = '{time_zone.replace(chr(39), '')}'")
    return connection


def _spark(master: str | None) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SourceError("Spark needs one more package; install clv-xl with its extra: spark.") from error
    session = SparkSession.getActiveSession()
    if session is not None and master is None:
        return session
    builder = SparkSession.builder.appName("clv-xl").config("spark.ui.showConsoleProgress", "false")
    with one_sentence("Spark cannot be started"):
        return (builder.master(master) if master else builder).getOrCreate()


def _from_files(
    found: list[Path], content: str, sheets: Sequence[str], engine: str, connection: Any, session: Any
) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
    many = f"{len(found):,} files, " if len(found) > 1 else ""
    if content == "parquet":
        frame = files.parquet(engine, session if engine == "spark" else connection, found)
        return frame, _names(frame), (f"Parquet, {many}types as stored.",)
    if len(found) > 1:
        raise SourceError("Only one workbook can be read at a time.")
    parts, notes = excel.read(found[0], sheets)
    return _framed(tuple(parts), list(parts.values()), engine, connection, session), tuple(parts), tuple(notes)


def _from_database(
    url: str, query: str | None, engine: str, connection: Any, session: Any
) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
    if duckdb_file.is_duckdb(url):
        if engine != "duckdb":
            raise SourceError("A DuckDB database is read by --engine duckdb.")
        frame = duckdb_file.relation(connection, url, query)
        return frame, _names(frame), ("DuckDB database.",)
    parts: dict[str, list[Any]] = {}
    names: tuple[str, ...] = ()
    count = 0
    with one_sentence("The result of the query does not fit one type a column"):
        for batch in database.batches(url, query):
            names = tuple(batch)
            batch = dict(zip(internal(len(names)), batch.values(), strict=True))
            if engine == "duckdb":
                into_duckdb(connection, "clv_xl_log", batch, create=not count)
            else:
                parts = {name: parts.get(name, []) + values for name, values in batch.items()}
            count += len(batch["c1"])
    notes = (f"Database, {count:,} rows.",)
    if engine == "duckdb":
        return connection.sql(f"SELECT {selected(names)} FROM clv_xl_log"), names, notes
    return _framed(names, list(parts.values()), engine, connection, session), names, notes


def _framed(names: Sequence[str], values: Sequence[list[Any]], engine: str, connection: Any, session: Any) -> Any:
    """Columns of plain values as a frame of the engine."""
    parts = dict(zip(internal(len(names)), values, strict=True))
    if engine == "polars":
        import polars as pl

        return pl.LazyFrame(dict(zip(held(names), values, strict=True)), strict=False)
    if engine == "spark":
        kinds = {"VARCHAR": "string", "TIMESTAMP": "timestamp_ntz", "TIMESTAMPTZ": "timestamp"}
        schema = ", ".join(f"{name} {kinds.get(kind(v), kind(v))}" for name, v in parts.items())
        return session.createDataFrame(list(zip(*values, strict=True)), schema).toDF(*held(names))
    into_duckdb(connection, "clv_xl_log", parts)
    return connection.sql(f"SELECT {selected(names)} FROM clv_xl_log")
