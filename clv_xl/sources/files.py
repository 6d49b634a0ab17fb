"""Which files are meant, what kind they are, and Parquet files in DuckDB, Polars or Spark."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

from clv_xl.sources.errors import SourceError, one_sentence

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


def exactly(path: Path) -> str:
    """The name as DuckDB takes it literally: to DuckDB every name is a pattern."""
    return "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))


def exactly_in_spark(path: Path) -> str:
    """The name as Spark takes it literally."""
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
            return reader.parquet(*(exactly_in_spark(f) for f in files))
        return connection.read_parquet([exactly(f.resolve()) for f in files], hive_partitioning=False)
