"""DuckDB databases: a table is read where it lies; a query runs on a connection that reaches nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clv_xl.sources.database import ONLY_READS, check_exists, table_needed
from clv_xl.sources.errors import SourceError, one_sentence


def is_duckdb(url: str) -> bool:
    """Whether the URL names the file of a DuckDB database."""
    return url.startswith("duckdb:///")


def relation(connection: Any, url: str, query: str | None) -> Any:
    """The relation of a query, or of the only table. The file is only read, and is not made where there is none."""
    path = Path(url.removeprefix("duckdb:///"))
    check_exists(path)
    if query is None:
        with one_sentence(f"{path} cannot be opened as a DuckDB database"):
            connection.execute(f"ATTACH {_text(path)} AS source (READ_ONLY, TYPE duckdb)")
            table, kind = _only_table(connection, path)
        if kind == "table":
            return connection.sql(f"SELECT * FROM {table}")
        connection.execute("DETACH source")  # a view is a query of the file's own
        query = f"SELECT * FROM {table}"
    result = Path(_setting(connection, "temp_directory")) / "result.duckdb"
    _run(connection, path, query, result)
    connection.execute(f"ATTACH {_text(result)} AS result (READ_ONLY)")
    return connection.sql("SELECT * FROM result.log")


def _only_table(connection: Any, path: Path) -> tuple[str, str]:
    """The quoted name of the only table or view, and which of both it is."""
    found = connection.execute(
        "SELECT schema_name, table_name, 'table' FROM duckdb_tables() WHERE database_name = 'source' UNION ALL "
        "SELECT schema_name, view_name, 'view' FROM duckdb_views() WHERE database_name = 'source' AND NOT internal"
    ).fetchall()
    if len(found) != 1:
        raise table_needed(str(path), [name for _, name, _ in found])
    schema, name, kind = found[0]
    return f"source.{_name(schema)}.{_name(name)}", kind


def _run(connection: Any, path: Path, query: str, result: Path) -> None:
    """Write the rows of a query into a database of its own.

    Neither the query nor a view that it uses can read or write another file, fetch anything, or change that.
    """
    import duckdb

    config: dict[str, Any] = {name: _setting(connection, name) for name in ("memory_limit", "temp_directory")}
    config |= {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    with duckdb.connect(config=config | {"python_enable_replacements": False}) as closed:
        closed.execute(f"SET TimeZone = {_text(_setting(connection, 'TimeZone'))}")
        closed.execute("SET enable_progress_bar = false")
        with one_sentence(f"{path} cannot be opened as a DuckDB database"):
            closed.execute(f"ATTACH {_text(path)} AS source (READ_ONLY, TYPE duckdb)")
        closed.execute(f"ATTACH {_text(result)} AS result")
        closed.execute("USE source")
        closed.execute("SET enable_external_access = false")
        closed.execute("SET lock_configuration = true")
        with one_sentence("The query failed"):
            # PIVOT is one statement to whoever writes it, and several to DuckDB.
            kinds = [statement.type.name for statement in closed.extract_statements(query)]
            if kinds not in (["SELECT"], ["MULTI"]):
                raise SourceError(ONLY_READS)
            closed.sql(query).create("result.main.log")
            if closed.execute("SELECT count(*) FROM result.log").fetchall() == [(0,)]:
                raise SourceError(f"The query on {path} found no rows.")


def _setting(connection: Any, name: str) -> str:
    return str(connection.execute(f"SELECT current_setting('{name}')").fetchall()[0][0])


def _text(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
