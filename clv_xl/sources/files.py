"""CSV and Parquet files, by DuckDB, Polars or Spark. Columns of a CSV stay text: the orders' own rules read them."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.tables import check_header

_SAMPLE = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def paths(where: str) -> list[Path]:
    """The files that a name, or a pattern such as orders/*.parquet where no file of that name exists, means.

    Raises SourceError where there is none, and for what is no regular file: to read a pipe or a device may never end.
    """
    if glob.has_magic(where) and not Path(where).exists():
        found = sorted(Path(p) for p in glob.glob(where, recursive=True))  # noqa: PTH207 - absolute patterns too
        if not found:
            raise SourceError(f"No file matches {where}.")
    else:
        found = [Path(where)]
    for path in found:
        if path.is_dir():
            raise SourceError(f"{path} is a folder; name a file, or files as {path / '*.parquet'}.")
        if not path.exists():
            raise SourceError(f"There is no file {path}.")
        if not path.is_file():
            raise SourceError(f"{path} is no file but a pipe or a device; save what it gives to a file first.")
        with one_sentence(f"{path} cannot be read"):
            if path.stat().st_size == 0:
                raise SourceError(f"{path} is empty.")
    return found


def _exactly(path: Path) -> str:
    """The name as DuckDB takes it literally: to DuckDB every name is a pattern."""
    return "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))


def _exactly_in_spark(path: Path) -> str:
    return "".join(f"\\{sign}" if sign in "[]{}*?,\\" else sign for sign in str(path.resolve()))


def what_is(path: Path) -> str:
    """ "parquet", "excel" or "csv", by the content and not by the ending."""
    with one_sentence(f"{path} cannot be read"), path.open("rb") as file:
        head = file.read(_SAMPLE)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", _OLE)):
        return "excel"
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet"):
        raise SourceError(f"{path} is damaged: its content is not that of a {path.suffix.lower()} file.")
    return "csv"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written."""

    encoding: str
    delimiter: str
    quote: str
    names: tuple[str, ...]


def dialect(connection: Any, path: Path) -> Dialect:
    """What DuckDB finds out about a CSV file. Raises SourceError for what is not text, or has no header."""
    encoding = _encoding(path)
    with one_sentence(f"{path} cannot be read as CSV"):
        sniffed = connection.execute(
            "SELECT Delimiter, Quote FROM sniff_csv(?, all_varchar = true, header = true, encoding = ?)",
            [_exactly(path), encoding],
        ).fetchall()[0]
        delimiter, quote = sniffed[0], sniffed[1] if sniffed[1] not in ("\0", "(empty)", "") else '"'
        found = Dialect(encoding, delimiter, quote, ())
        names = tuple(csv_in_duckdb(connection, [path], found).columns)
    check_header(names, str(path))
    if len(names) == 1:
        raise SourceError(f'{path} has only one column, "{names[0]}"; separate columns by commas, semicolons or tabs.')
    return Dialect(encoding, delimiter, quote, names)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(b"\x1f\x8b"):
        return "utf-8"
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if b"\0" in head or control > len(head) / 100:
        raise SourceError(f"{path} is no text: not a CSV, Excel or Parquet file.")
    whole = head if len(head) < _SAMPLE else head[: head.rfind(b"\n") + 1]
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def csv_in_duckdb(connection: Any, files: list[Path], found: Dialect) -> Any:
    """The relation of CSV files, every column text."""
    options = (
        "all_varchar = true, header = true, strict_mode = false, hive_partitioning = false, "
        "delim = ?, quote = ?, escape = ?, encoding = ?"
    )
    given = [found.delimiter, found.quote, found.quote, found.encoding]
    return connection.sql(f"SELECT * FROM read_csv(?, {options})", params=[[_exactly(f) for f in files], *given])


def csv_in_polars(files: list[Path], found: Dialect) -> Any:
    """The lazy frame of CSV files, every column text."""
    import polars as pl

    if found.encoding != "utf-8":
        raise SourceError(f"{files[0]} is {found.encoding}, which Polars does not read; use --engine duckdb.")
    return pl.scan_csv(files, separator=found.delimiter, quote_char=found.quote, infer_schema=False, glob=False)


def csv_in_spark(session: Any, files: list[Path], found: Dialect) -> Any:
    """The data frame of CSV files, every column text."""
    from pyspark.sql.types import StringType, StructField, StructType

    options = {"header": True, "sep": found.delimiter, "quote": found.quote, "escape": found.quote, "multiLine": True}
    options["recursiveFileLookup"] = True  # no folder's name becomes a column
    names = {"utf-8": "UTF-8", "utf-16": "UTF-16", "latin-1": "ISO-8859-1"}
    # To find the columns out, Spark would read the names as patterns once more.
    columns = StructType([StructField(name, StringType()) for name in found.names])
    reader = session.read.schema(columns).options(**options, encoding=names[found.encoding])
    return reader.csv([_exactly_in_spark(f) for f in files])


def parquet(engine: str, connection: Any, files: list[Path]) -> Any:
    """Parquet files in an engine, without columns from the names of folders."""
    with one_sentence(f"{files[0]} cannot be read as Parquet"):
        if engine == "polars":
            import polars as pl

            frame = pl.scan_parquet(files, glob=False, hive_partitioning=False)
            frame.collect_schema()
            return frame
        if engine == "spark":
            reader = connection.read.option("recursiveFileLookup", True)
            return reader.parquet(*(_exactly_in_spark(f) for f in files))
        return connection.read_parquet([_exactly(f.resolve()) for f in files], hive_partitioning=False)
