"""CSV files: read once by DuckDB for every engine, every record reconciled. Columns stay text: the orders' rules read.

A file of which each line is one record of as many fields as its header is read as it is. Any other is written anew,
record by record, with what is missing as blanks, or refused with the number of its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clv_xl.sources import encodings
from clv_xl.sources.csv_dialect import Layout, layout
from clv_xl.sources.csv_records import Malformed, lines, records
from clv_xl.sources.encodings import Encoding
from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.files import exactly, exactly_in_spark
from clv_xl.sources.naming import held, internal, repeated_note, selected
from clv_xl.sources.survey import LONGEST_LINE, Survey, agrees_with_spark, survey


@dataclass(slots=True)
class Tally:
    """Records of a file that differ from its header: how many, and the first line where it matters."""

    short: int = 0
    first_short: int = 0
    surplus: int = 0


@dataclass(slots=True)
class Table:
    """One CSV file: how it is written, and where what was read of it lies."""

    path: Path
    seen: Survey
    encoding: Encoding
    layout: Layout
    tally: Tally = field(default_factory=Tally)
    records: int = 0
    place: str = ""
    """The DuckDB table, or the Parquet file; for Spark nothing where it reads the file itself."""


@dataclass(frozen=True, slots=True)
class Opened:
    """CSV files in an engine: the frame, the header's names, and what is to be said."""

    frame: Any
    names: tuple[str, ...]
    notes: list[str]


def open_csv(
    files: Sequence[Path], engine: str, connection: Any, session: Any, spill: Path, encoding: str | None
) -> Opened:
    """The files in an engine. Raises SourceError for a line of which anything would be lost."""
    given = encodings.stated(encoding) if encoding is not None else None
    tables = [_looked_at(path, given) for path in files]
    for table in tables[1:]:
        _require_same_header(tables[0], table)
    for number, table in enumerate(tables, 1):
        with one_sentence(f"{table.path} cannot be read as CSV"):
            _Reading(table, engine, connection, spill, number).read()
    filled = [table for table in tables if table.records]
    if not filled:
        raise SourceError(f"{tables[0].path} has a header and no rows.")
    frame = {"duckdb": _in_duckdb, "polars": _in_polars, "spark": _in_spark}[engine](
        connection if engine == "duckdb" else session, filled
    )
    return Opened(frame, tables[0].layout.names, _notes(tables))


def _looked_at(path: Path, given: Encoding | None) -> Table:
    seen = survey(path)
    encoding = given or encodings.encoding_of(seen)
    return Table(path, seen, encoding, layout(encodings.beginning(seen, encoding.codec), path))


def _require_same_header(one: Table, other: Table) -> None:
    if one.layout.names != other.layout.names:
        raise SourceError(
            f"{one.path} and {other.path} have different headers ({', '.join(one.layout.names)}; "
            f"{', '.join(other.layout.names)}); bring them into one form, or read them one at a time."
        )


class _Reading:
    """One file on its way into a DuckDB table, or a Parquet file for another engine."""

    def __init__(self, table: Table, engine: str, connection: Any, spill: Path, number: int) -> None:
        self._table, self._engine, self._connection = table, engine, connection
        self._width = len(table.layout.names)
        self._anew = spill / f"csv{number}.csv"
        self._place = f"clv_xl_csv{number}" if engine == "duckdb" else str(spill / f"csv{number}.parquet")

    def read(self) -> None:
        if _may_be_read_as_it_is(self._table) and self._as_it_is():
            return
        written = self._written_anew()
        more = f", new_line = '\\n', max_line_size = {4 * LONGEST_LINE}"
        found, _ = self._taken(self._strictly(self._anew, skip=0, more=more), own_reader=False)
        self._anew.unlink()
        if found != written:
            raise SourceError(f"{self._table.path} has {written:,} records, of which {found:,} were read.")

    def _as_it_is(self) -> bool:
        """Whether DuckDB reads the file, and every line of it is one record with as many fields as the header."""
        import duckdb

        seen, dialect = self._table.seen, self._table.layout.dialect
        own_reader = self._engine == "spark" and agrees_with_spark(seen)
        try:
            packed = "gzip" if seen.compressed else "none"
            source = self._strictly(self._table.path, skip=1, more=f", compression = '{packed}'")
            found, filled = self._taken(source, own_reader)
        except duckdb.Error:
            return False  # reading by the plain rule says which line it is, or mends it
        # DuckDB ignores a delimiter too much at the end; a line may end with one where its last field is blank.
        return found == seen.lines - 1 and found - filled == seen.blank_ends[dialect.delimiter]

    def _taken(self, source: tuple[str, list[Any]], own_reader: bool) -> tuple[int, int]:
        """Records read, which are kept in mind, and those whose last field is filled."""
        self._table.records, filled = self._read(*source, own_reader)
        return self._table.records, filled

    def _read(self, sql: str, given: list[Any], own_reader: bool) -> tuple[int, int]:
        last = f"c{self._width}"
        if own_reader:
            return self._counted(f"SELECT count(*), count({last}) FROM ({sql})", given)
        self._table.place = self._place
        if self._engine == "duckdb":
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {self._place} AS {sql}", given)
            return self._counted(f"SELECT count(*), count({last}) FROM {self._place}", [])
        copied = self._connection.execute(f"COPY ({sql}) TO {_literal(self._place)} (FORMAT parquet)", given)
        if not copied.fetchall()[0][0]:
            self._table.place = ""  # DuckDB writes no file for no rows
            return 0, 0
        return self._counted(f"SELECT count(*), count({last}) FROM read_parquet(?)", [exactly(Path(self._place))])

    def _counted(self, sql: str, given: list[Any]) -> tuple[int, int]:
        found = self._connection.execute(sql, given).fetchall()[0]
        return int(found[0]), int(found[1])

    def _strictly(self, path: Path, skip: int, more: str) -> tuple[str, list[Any]]:
        columns = ", ".join(f"{name}: 'VARCHAR'" for name in internal(self._width))
        options = (
            f"auto_detect = false, columns = {{{columns}}}, header = false, skip = {skip}, strict_mode = true, "
            f"hive_partitioning = false, delim = ?, quote = '\"', escape = '\"'{more}"
        )
        return f"SELECT * FROM read_csv(?, {options})", [exactly(path), self._table.layout.dialect.delimiter]

    def _written_anew(self) -> int:
        """Write every record with as many fields as the header. How many there are; what differed is tallied."""
        found, count = self._table.layout, 0
        tally = self._table.tally = Tally()
        text = lines(encodings.text_of(self._table.path, self._table.encoding.codec))
        try:
            with self._anew.open("w", encoding="utf-8", newline="") as out:
                for number, line, fields in records(text, found.dialect, self._width):
                    if number <= found.last:
                        continue
                    if fields is not None:
                        line = _quoted(self._fitted(number, fields, tally), found.dialect.delimiter)
                    out.write(line + "\n")
                    count += 1
        except Malformed as error:
            raise SourceError(f"Line {error.line:,} of {self._table.path} {error.what}") from error
        return count

    def _fitted(self, number: int, fields: list[str], tally: Tally) -> list[str]:
        missing = self._width - len(fields)
        if missing > 0:
            tally.short += 1
            tally.first_short = tally.first_short or number
            return fields + [""] * missing
        if missing < 0:
            sign = self._table.layout.dialect.delimiter
            more = next((value.strip() for value in fields[self._width :] if value.strip()), None)
            if more is not None:
                raise Malformed(
                    number,
                    f"has {len(fields)} fields under {self._width} columns; "
                    f"put a value that has {_named(sign)} in it, as before “{more[:30]}”, in quotes.",
                )
            tally.surplus += 1
        return fields[: self._width]


def _quoted(fields: Sequence[str], delimiter: str) -> str:
    return delimiter.join('"' + value.replace('"', '""') + '"' for value in fields)


def _may_be_read_as_it_is(table: Table) -> bool:
    """Whether nothing is known so far that DuckDB would read otherwise than the plain rule, or not at all."""
    seen, found = table.seen, table.layout
    return (
        (table.encoding.codec, found.dialect.quote, found.dialect.escape) == ("utf-8", '"', "")
        and seen.utf8
        and found.first == found.last == 1
        and seen.returns in (0, seen.lines, seen.lines - 1)
        and not (seen.nuls or seen.long_line)
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _in_duckdb(connection: Any, tables: Sequence[Table]) -> Any:
    for table in tables[1:]:
        connection.execute(f"INSERT INTO {tables[0].place} SELECT * FROM {table.place}")
        connection.execute(f"DROP TABLE {table.place}")
    return connection.sql(f"SELECT {selected(tables[0].layout.names)} FROM {tables[0].place}")


def _in_polars(session: Any, tables: Sequence[Table]) -> Any:
    import polars as pl

    frame = pl.scan_parquet([table.place for table in tables], glob=False, hive_partitioning=False)
    return frame.select(pl.nth(n).alias(name) for n, name in enumerate(held(tables[0].layout.names)))


def _in_spark(session: Any, tables: Sequence[Table]) -> Any:
    """Spark reads the files itself, which its workers may share, but where one had to be written anew."""
    from pyspark.sql.types import StringType, StructField, StructType

    schema = StructType([StructField(name, StringType()) for name in internal(len(tables[0].layout.names))])
    frame: Any = None
    for table in tables:
        if table.place:
            part = session.read.schema(schema).parquet(exactly_in_spark(Path(table.place)))
        else:
            options = {"header": True, "sep": table.layout.dialect.delimiter, "quote": '"', "escape": '"'}
            options["recursiveFileLookup"] = True  # no folder's name becomes a column
            part = session.read.schema(schema).options(**options).csv(exactly_in_spark(table.path))
        frame = part if frame is None else frame.unionAll(part)
    return frame.toDF(*held(tables[0].layout.names))


def _named(sign: str) -> str:
    return {"\t": "a tab", " ": "a space"}.get(sign, f"“{sign}”")


def _notes(tables: Sequence[Table]) -> list[str]:
    """How the files were taken, and what was mended."""
    many = f"{len(tables):,} files, " if len(tables) > 1 else ""
    encoded = " and ".join(dict.fromkeys(_encoding_note(table.encoding) for table in tables))
    signs = " and ".join(dict.fromkeys(_separated_by(table.layout.dialect.delimiter) for table in tables))
    notes = [f"CSV, {many}{encoded}, columns separated by {signs}."]
    first = tables[0].layout
    if any(table.layout.skipped for table in tables):
        rows = sorted({table.layout.skipped for table in tables})
        one = rows == [1]
        said = f"{rows[0]} row" if one else f"{' or '.join(map(str, rows))} rows"
        notes.append(f"{said} above the header {'was' if one else 'were'} skipped.")
    notes += repeated_note(first.repeated)
    short = sum(table.tally.short for table in tables)
    if short:
        where = next(table for table in tables if table.tally.short)
        named = f" of {where.path.name}" if len(tables) > 1 else ""
        notes.append(
            f"{short:,} lines have fewer fields than the header, as line {where.tally.first_short:,}{named}; "
            "the missing ones are blank."
        )
    surplus = sum(table.tally.surplus for table in tables)
    if surplus:
        notes.append(f"{surplus:,} lines have blank fields beyond those of the header, which were ignored.")
    return notes


def _encoding_note(encoding: Encoding) -> str:
    return f"{encoding.shown} (as the text suggests; else --encoding NAME)" if encoding.guessed else encoding.shown


def _separated_by(sign: str) -> str:
    return {"\t": "tabs", " ": "spaces"}.get(sign, f"“{sign}”")
