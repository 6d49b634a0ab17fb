"""Databases through SQLAlchemy, only read, and streamed so that the result may be large."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.tables import columns

ONLY_READS = "The query may only read the database; write one SELECT."

_NO_URL = "This is no database URL; write one like postgresql+psycopg://user@host/database."
_BATCH = 50_000
_READ_ONLY = {
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
"""What makes the transactions of a database read only, where its dialect has no option for that."""

_READING = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
_NO_CODE = r"""|"[^"]*"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$"""
"""Names and comments, and PostgreSQL's text in dollars."""
_TEXTS = (r"'[^']*'", r"'(?:[^'\\]|\\.)*'")
"""Text as the standard has it, and as MySQL does, where a backslash keeps a quote inside."""


def is_url(where: str) -> bool:
    """Whether the text is a URL and not the name of a file."""
    return "://" in where


def check_exists(path: Path) -> None:
    """Raise SourceError where a database's file is not there: a mistyped name must not make an empty one."""
    if not path.exists():
        raise SourceError(f"There is no file {path}.")
    if not path.is_file():
        raise SourceError(f"{path} is no file; name the file of the database.")


def table_needed(shown: str, tables: list[str]) -> SourceError:
    """What to say where a database has several tables, or none, and no query."""
    there = ", ".join(sorted(tables)[:20]) or "none"
    return SourceError(f"{shown} needs a --query that says what to read; tables: {there}.")


def batches(url: str, query: str | None) -> Iterator[dict[str, list[Any]]]:
    """The result of the query, some thousand rows at a time, as typed columns.

    Without a query, the only table of the database. Raises SourceError for a URL that is none, a server that cannot be
    reached, a query that fails or does more than read. Passwords do not appear in messages.
    """
    try:
        import sqlalchemy
    except ImportError as error:
        raise SourceError("Databases need one more package; install clv-xl with its extra: database.") from error
    try:
        parsed = sqlalchemy.make_url(url)
        shown = parsed.render_as_string(hide_password=True)
        engine = sqlalchemy.create_engine(_read_only_file(parsed))
    except ImportError as error:
        raise SourceError(f"The driver for this database is not installed: {error}.") from error
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        raise SourceError(_NO_URL) from error
    try:
        with one_sentence(f"{shown} cannot be opened"), _connected(engine) as opened:
            connection = _read_only(opened)
            sql = query or _only_table(sqlalchemy.inspect(connection), shown)
            with one_sentence("The query failed"):
                yield from _results(connection, sql, shown)
    finally:
        engine.dispose()


def _connected(engine: Any) -> Any:
    try:
        return engine.connect()
    except UnicodeError as error:  # of a name of a host
        raise SourceError(_NO_URL) from error


def _read_only_file(url: Any) -> Any:
    """The URL; that of a file of SQLite in SQLite's own read-only mode, which also makes no file."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return url
    if not url.database.startswith("file:"):
        path = Path(url.database)
        check_exists(path)
        url = url.set(database=path.absolute().as_uri())
    return url.update_query_dict({"mode": "ro", "uri": "true"})


def _read_only(connection: Any) -> Any:
    """The connection with read-only transactions, where the database knows them; nothing is ever committed anyway."""
    dialect = connection.dialect
    if "postgresql_readonly" in dialect.connection_characteristics:
        return connection.execution_options(postgresql_readonly=True)
    if dialect.name in _READ_ONLY:
        connection.exec_driver_sql(_READ_ONLY[dialect.name])
    return connection


def _results(connection: Any, sql: str, shown: str) -> Iterator[dict[str, list[Any]]]:
    if _several(sql):
        raise SourceError(ONLY_READS)
    if connection.dialect.name == "sqlite":
        # Its read-only mode is the file's: ATTACH and VACUUM INTO would still make others.
        connection.connection.driver_connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
        )
    # Without parameters, a colon and a per cent sign are text to SQLAlchemy and to the driver.
    streamed = connection.execution_options(stream_results=True, max_row_buffer=_BATCH, no_parameters=True)
    try:
        result = streamed.exec_driver_sql(sql)
    except Exception as error:
        if str(getattr(error, "orig", "")) in ("not authorized", "authorization denied"):
            raise SourceError(ONLY_READS) from error
        raise
    if not result.returns_rows:
        raise SourceError("The query returns no rows; write a SELECT.")
    names = list(result.keys())
    empty = True
    while rows := result.fetchmany(_BATCH):
        empty = False
        yield columns(names, [tuple(row) for row in rows])
    if empty:
        raise SourceError(f"The query on {shown} found no rows.")


def _several(sql: str) -> bool:
    """Whether the text is more than one statement, however quotes are read: some drivers would run them all."""
    rests = (re.sub(text + _NO_CODE, " x ", sql, flags=re.DOTALL).rstrip("; \r\n\t") for text in _TEXTS)
    return all(";" in rest for rest in rests)


def _only_table(inspector: Any, shown: str) -> str:
    tables = inspector.get_table_names() + inspector.get_view_names()
    if len(tables) != 1:
        raise table_needed(shown, tables)
    return f"SELECT * FROM {inspector.dialect.identifier_preparer.quote(tables[0])}"
