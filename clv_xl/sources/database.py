"""Databases: DuckDB files directly, everything else through SQLAlchemy, streamed so that the result may be large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.tables import columns

_BATCH = 50_000


def is_url(where: str) -> bool:
    """Whether the text is a URL and not the name of a file."""
    return "://" in where


def batches(url: str, query: str | None) -> Iterator[dict[str, list[Any]]]:
    """The result of the query, some thousand rows at a time, as typed columns.

    Without a query, the only table of the database. Raises SourceError for a URL that is none, a server that cannot be
    reached, a query that fails. Passwords do not appear in messages.
    """
    try:
        import sqlalchemy
    except ImportError as error:
        raise SourceError("Databases need one more package; install clv-xl with its extra: database.") from error
    try:
        engine = sqlalchemy.create_engine(url)
    except ImportError as error:
        raise SourceError(f"The driver for this database is not installed: {error}.") from error
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        raise SourceError("This is no database URL; write one like postgresql+psycopg://user@host/database.") from error
    shown = engine.url.render_as_string(hide_password=True)
    try:
        with one_sentence(f"{shown} cannot be opened"), engine.connect() as connection:
            sql = query or _only_table(sqlalchemy.inspect(engine), shown)
            with one_sentence("The query failed"):
                yield from _results(connection, sqlalchemy.text(sql), shown)
    finally:
        engine.dispose()


def _results(connection: Any, sql: Any, shown: str) -> Iterator[dict[str, list[Any]]]:
    result = connection.execution_options(stream_results=True, max_row_buffer=_BATCH).execute(sql)
    if not result.returns_rows:
        raise SourceError("The query returns no rows; write a SELECT.")
    names = list(result.keys())
    empty = True
    while rows := result.fetchmany(_BATCH):
        empty = False
        yield columns(names, [tuple(row) for row in rows])
    if empty:
        raise SourceError(f"The query on {shown} found no rows.")


def _only_table(inspector: Any, shown: str) -> str:
    tables = inspector.get_table_names() + inspector.get_view_names()
    if len(tables) != 1:
        there = ", ".join(sorted(tables)[:20]) or "none"
        raise SourceError(f"{shown} needs a --query that says what to read; tables: {there}.")
    return f"SELECT * FROM {inspector.bind.dialect.identifier_preparer.quote(tables[0])}"


def duckdb_file(connection: Any, url: str, query: str | None) -> Any:
    """The relation of a query on a DuckDB file, which is only read."""
    path = url.removeprefix("duckdb:///")
    with one_sentence(f"{path} cannot be opened as a DuckDB database"):
        connection.execute(f"ATTACH '{path.replace(chr(39), chr(39) * 2)}' AS source (READ_ONLY)")
        connection.execute("USE source")
        tables = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        connection.execute("USE memory")
    if query is None:
        if len(tables) != 1:
            there = ", ".join(sorted(tables)[:20]) or "none"
            raise SourceError(f"{path} needs a --query that says what to read; tables: {there}.")
        quoted = tables[0].replace('"', '""')
        return connection.sql(f'SELECT * FROM source."{quoted}"')
    with one_sentence("The query failed"):
        connection.execute("USE source")
        relation = connection.sql(query)
        if relation is None:
            raise SourceError("The query returns no rows; write a SELECT.")
        connection.execute("CREATE TEMP TABLE clv_xl_query AS SELECT * FROM relation")
        connection.execute("USE memory")
        return connection.sql("SELECT * FROM clv_xl_query")
