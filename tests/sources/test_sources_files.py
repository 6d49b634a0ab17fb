"""Files and databases as they come, in every engine, and one sentence for each kind of wrong one."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import os
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook

from clv_xl.core.orders import clean, customer_summary, rows
from clv_xl.core.orders.engines import opened
from clv_xl.sources import SourceError, guess_columns, open_log

CSV = "CustomerID,InvoiceDate,Amount,InvoiceNo\n007,2025-01-05,10.5,A1\n007,2025-02-01,2,A2\n008,2025-01-06,4,B1\n"
EXPECTED = {"007": (2, 12.5), "008": (1, 4.0)}
REQUIRED = os.environ.get("CLV_XL_REQUIRE_PROGRAMS") == "1"


def customers(where: Any, **options: Any) -> dict[Any, tuple[int, float]]:
    log = open_log(str(where), **options)
    result = clean(log.frame, guess_columns(log.names))
    assert result.report.reconciles
    return {r["customer"]: (r["orders"], r["revenue"]) for r in rows(customer_summary(result.orders, result.as_of))}


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


class TestEveryEngine:
    def test_csv(self, tmp_path: Path, engine: str) -> None:
        file = tmp_path / "o.csv"
        file.write_text(CSV)
        assert customers(file, engine=engine) == EXPECTED

    def test_parquet_in_several_files(self, tmp_path: Path, engine: str) -> None:
        for number, who in enumerate(("007", "008")):
            first, second = (f"('{who}', DATE '2025-01-0{day}', {amount})" for day, amount in ((5, 4.0), (6, 1.0)))
            lines = f"(VALUES {first}, {second}) t(client, day, total)"
            duckdb.sql(f"SELECT * FROM {lines}").write_parquet(str(tmp_path / f"{number}.parquet"))
        assert customers(tmp_path / "*.parquet", engine=engine) == {"007": (2, 5.0), "008": (2, 5.0)}

    @pytest.mark.parametrize("name", ["a[b]", "a*b", "a?b", "[!a]", "a{1,2}b", "amount=9999/o", "a]b", "a=1/[x]"])
    @pytest.mark.parametrize("kind", ["csv", "parquet"])
    def test_exactly_the_file_that_is_named(self, tmp_path: Path, engine: str, name: str, kind: str) -> None:
        """Engines take names for patterns, and folders such as amount=9999 for columns."""
        file = tmp_path / f"{name}.{kind}"
        for path, money in ((file, 5), (tmp_path / f"ab.{kind}", 700), (tmp_path / f"a1b.{kind}", 700)):
            path.parent.mkdir(exist_ok=True)
            if kind == "csv":
                path.write_text(f"client,date,total\n007,2025-01-05,{money}\n008,2025-01-05,{money}\n")
            else:
                relation = duckdb.sql(
                    f"SELECT w AS client, DATE '2025-01-05' AS date, {money} AS total "
                    "FROM (VALUES ('007'), ('008')) t(w)"
                )
                relation.write_parquet(str(path))
        log = open_log(str(file), engine)
        assert log.names == ("client", "date", "total")
        assert sorted(str(r["total"]) for r in rows(opened(log.frame))) == ["5", "5"]

    def test_a_pattern_where_no_file_has_that_name(self, tmp_path: Path, engine: str) -> None:
        for name, who in (("a[1]", "A"), ("a[2]", "B"), ("c", "C")):
            (tmp_path / f"{name}.csv").write_text(f"client,date,total\n{who},2025-01-05,5\n{who},2025-01-06,5\n")
        log = open_log(str(tmp_path / "a*.csv"), engine)
        found = rows(opened(log.frame))
        assert sorted(r["client"] for r in found) == ["A", "A", "B", "B"]

    def test_excel(self, tmp_path: Path, engine: str) -> None:
        days = [dt.datetime(2025, 1, 5, 8, 30), dt.datetime(2025, 1, 6)]
        lines = [["Customer", "Date", "Amount", "Order"], [7, days[0], 10, 5.0], ["x", days[1], 2.5, "C5"]]
        file = workbook(tmp_path / "o.xlsx", Empty=[], Orders=lines)
        log = open_log(str(file), engine=engine)
        assert log.notes == ('Excel, sheet "Orders" of 2, 2 rows.',)
        assert customers(file, engine=engine) == {"7": (1, 10.0), "x": (1, 2.5)}

    def test_sqlite(self, tmp_path: Path, engine: str) -> None:
        pytest.importorskip("sqlalchemy")
        with contextlib.closing(sqlite3.connect(tmp_path / "shop.db")) as shop:
            shop.execute("CREATE TABLE orders (customer_id TEXT, order_date TEXT, amount REAL)")
            lines = [("007", "2025-01-05", 10.5), ("007", "2025-02-01", 2), ("008", "2025-01-06 10:00:00", None)]
            shop.executemany("INSERT INTO orders VALUES (?, ?, ?)", lines)
            shop.commit()
        url = f"sqlite:///{tmp_path / 'shop.db'}"
        assert customers(url, engine=engine) == {"007": (2, 12.5)}
        assert customers(url, engine=engine, query="SELECT * FROM orders WHERE amount > 5") == {"007": (1, 10.5)}


class TestCsv:
    @pytest.mark.parametrize(
        ("encoding", "delimiter", "said"),
        [
            ("utf-8", ";", "utf-8, columns separated by “;”"),
            ("utf-8-sig", "\t", "utf-8, columns separated by tabs"),
            ("utf-16", ",", "utf-16, columns separated by “,”"),
            ("latin-1", "|", "windows-1252 (as the text suggests; else --encoding NAME), columns separated by “|”"),
        ],
    )
    def test_encodings_and_delimiters(self, tmp_path: Path, encoding: str, delimiter: str, said: str) -> None:
        file = tmp_path / "o.txt"
        text = CSV.replace(",", delimiter).replace("008", "Müller")
        file.write_bytes(text.encode(encoding))
        assert customers(file) == {"007": (2, 12.5), "Müller": (1, 4.0)}
        assert open_log(str(file)).notes == (f"CSV, {said}.",)

    def test_quotes_and_line_breaks_inside(self, tmp_path: Path) -> None:
        file = tmp_path / "o.csv"
        file.write_text('customer,date,amount\n"Smith, ""J""",2025-01-01,"1,000.50"\n"two\nlines",2025-01-02,1\n')
        assert customers(file) == {'Smith, "J"': (1, 1000.5), "two\nlines": (1, 1.0)}

    def test_compressed(self, tmp_path: Path) -> None:
        file = tmp_path / "o.csv.gz"
        file.write_bytes(gzip.compress(CSV.encode()))
        assert customers(file) == EXPECTED

    def test_a_memory_limit(self, tmp_path: Path) -> None:
        file = tmp_path / "o.csv"
        file.write_text(CSV)
        assert customers(file, memory_limit="1GB") == EXPECTED


class TestDuckdbFile:
    def test_its_table_or_a_query(self, tmp_path: Path) -> None:
        with contextlib.closing(duckdb.connect(str(tmp_path / "shop.duckdb"))) as shop:
            shop.execute("CREATE TABLE log AS SELECT 'a' AS customer, DATE '2025-01-01' AS date, 5.0 AS amount")
        url = f"duckdb:///{tmp_path / 'shop.duckdb'}"
        assert customers(url) == {"a": (1, 5.0)}
        assert customers(url, query="SELECT customer, date, amount * 2 AS amount FROM log") == {"a": (1, 10.0)}


class TestGuesses:
    @pytest.mark.parametrize(
        ("names", "customer", "date", "amount"),
        [
            (["InvoiceNo", "InvoiceDate", "CustomerID", "Amount"], "CustomerID", "InvoiceDate", "Amount"),
            (["Kundennr.", "Bestelldatum", "Umsatz (€)"], "Kundennr.", "Bestelldatum", "Umsatz (€)"),
            (["id_client", "Date commande", "Montant"], "id_client", "Date commande", "Montant"),
            (["Cliente", "Fecha", "Importe"], "Cliente", "Fecha", "Importe"),
            (["user id", "Created At", "Order Total", "Sub-total"], "user id", "Created At", "Order Total"),
            (["customer_id", "date", "price"], "customer_id", "date", "price"),
        ],
    )
    def test_names_of_several_systems(self, names: list[str], customer: str, date: str, amount: str) -> None:
        found = guess_columns(names)
        assert (found.customer, found.date, found.amount) == (customer, date, amount)

    def test_quantity_and_price(self) -> None:
        found = guess_columns(["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"])
        assert (found.amount, found.quantity, found.price, found.order) == (None, "Quantity", "UnitPrice", "InvoiceNo")

    def test_what_is_stated_goes_first(self) -> None:
        found = guess_columns(["customer", "email", "date", "total", "tax"], customer="email", amount="tax")
        assert (found.customer, found.amount) == ("email", "tax")
        with pytest.raises(SourceError, match='no column "nope" for the customer; there are: a, b'):
            guess_columns(["a", "b"], customer="nope")
        with pytest.raises(SourceError, match=r"customer and the date and the amount.*--customer, --date, --amount"):
            guess_columns(["a", "b"])


def wrong_files(folder: Path) -> dict[str, tuple[str, str]]:
    """What is wrong -> the source, and words of its sentence."""

    def file(name: str, content: bytes) -> str:
        (folder / name).write_bytes(content)
        return str(folder / name)

    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(99)
    empty_book = str(workbook(folder / "empty.xlsx", Sheet=[]))
    two_tables = folder / "two.db"
    with contextlib.closing(sqlite3.connect(two_tables)) as shop:
        shop.executescript("CREATE TABLE a (x); CREATE TABLE b (x);")
    return {
        "missing": (str(folder / "none.csv"), "There is no file"),
        "no match": (str(folder / "*.nothing"), "No file matches"),
        "folder": (str(folder), "is a folder"),
        "empty": (file("empty.csv", b""), "is empty"),
        "no header": (file("bare.csv", b"7,2025-01-05,10.5\n8,2025-01-06,4\n"), "has no header"),
        "one column": (file("one.csv", b"a b\n1 2\n3 4\n" * 9), "only one column|No column|no header|separate"),
        "binary": (file("noise.csv", bytes(range(256)) * 40), "is no text"),
        "damaged workbook": (file("bad.xlsx", b"PK\x03\x04" + b"junk" * 99), "cannot be read as an Excel workbook"),
        "not a workbook": (file("fake.xlsx", b"a,b\n1,2\n"), "is damaged"),
        "password": (file("secret.xlsx", ole), "protected by a password"),
        "empty workbook": (empty_book, "is empty"),
        "damaged parquet": (file("bad.parquet", b"PAR1" + b"junk" * 9 + b"PAR1"), "cannot be read as Parquet"),
        "bad URL": ("post gres://x", "no database URL"),
        "unknown database": ("oraclex://h/d", "driver|no database URL"),
        "web address": ("https://example.org/x.csv", "driver|no database URL"),
        "several tables": (f"sqlite:///{two_tables}", "needs a --query that says what to read; tables: a, b"),
        "no server": ("postgresql+psycopg://me:secret@127.0.0.1:1/x", "cannot be opened"),
        "missing duckdb file": (f"duckdb:///{folder / 'no.duckdb'}", "There is no file"),
    }


WRONG = (
    *("missing", "no match", "folder", "empty", "no header", "one column", "binary", "damaged workbook"),
    *("not a workbook", "password", "empty workbook", "damaged parquet", "bad URL", "unknown database", "web address"),
    *("several tables", "no server", "missing duckdb file"),
)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_source_gets_one_sentence(what: str, tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    sources = wrong_files(tmp_path)
    assert set(sources) == set(WRONG)
    where, words = sources[what]
    with pytest.raises(SourceError, match=words) as raised:
        open_log(where)
    assert "\n" not in str(raised.value)
    assert "secret@" not in str(raised.value)
    assert "Traceback" not in str(raised.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_device_is_no_log(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for where in (tmp_path / "pipe.csv", Path(os.devnull)):
        with pytest.raises(SourceError, match="is no file but a pipe or a device"):
            open_log(str(where))


def test_wrong_use_gets_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text(CSV)
    book = workbook(tmp_path / "o.xlsx", Orders=[["customer", "date", "amount"], ["a", dt.date(2025, 1, 1), 1]])
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    sqlite3.connect(tmp_path / "shop.db").close()
    for message, where, options in (
        ('no engine "abacus"', file, {"engine": "abacus"}),
        ("A query needs a database URL", file, {"query": "SELECT 1"}),
        ("has no sheets", file, {"sheet": "x"}),
        ("A memory limit is DuckDB's", file, {"engine": "polars", "memory_limit": "1GB"}),
        ("does not take these settings", file, {"memory_limit": "plenty"}),
        ('has no sheet "x"; there are: Orders', book, {"sheet": "x"}),
        ("The query failed: no such table: missing", url, {"query": "SELECT * FROM missing"}),
        ("may only read", url, {"query": "CREATE TABLE t (x)"}),
        ("found no rows", url, {"query": "SELECT 1 AS x WHERE 1 = 0"}),
    ):
        with pytest.raises(SourceError, match=message):
            open_log(str(where), **options)
