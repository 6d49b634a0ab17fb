"""Databases are only read: whatever the query or the URL says, no file is made, none changed, and no other one read."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest

from clv_xl.core.orders import clean, customer_summary, rows
from clv_xl.core.orders.engines import opened
from clv_xl.sources import SourceError, guess_columns, open_log
from clv_xl.sources import database as databases

sqlalchemy = pytest.importorskip("sqlalchemy")


def read(url: str, query: str | None = None, **options: Any) -> list[dict[str, Any]]:
    return rows(opened(open_log(url, query=query, **options).frame))


def customers(url: str, **options: Any) -> dict[Any, tuple[int, float]]:
    log = open_log(url, **options)
    result = clean(log.frame, guess_columns(log.names))
    return {r["customer"]: (r["orders"], r["revenue"]) for r in rows(customer_summary(result.orders, result.as_of))}


def state(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, which holds a table `orders` in SQLite and in DuckDB, and a secret."""
    monkeypatch.chdir(tmp_path)
    lines = [("a", "2025-01-05 12:30:00", 5.0, "a:b"), ("b", "2025-01-06 08:00:00", 7.5, "100%")]
    with contextlib.closing(sqlite3.connect("shop.db")) as shop:
        shop.execute("CREATE TABLE orders (customer TEXT, date TEXT, amount REAL, note TEXT)")
        shop.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", lines)
        shop.commit()
    (tmp_path / "secret.csv").write_text("customer,date,amount\nsecret,2025-01-01,1\n")
    with contextlib.closing(duckdb.connect("shop.duckdb")) as shop:
        shop.execute("CREATE TABLE orders (customer TEXT, date TIMESTAMP, amount DECIMAL(9, 2), note TEXT)")
        shop.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", lines)
        shop.execute("CREATE VIEW big AS SELECT * FROM orders WHERE amount > 6")
        shop.execute("CREATE VIEW leak AS SELECT * FROM read_csv('secret.csv')")
        shop.execute("CREATE MACRO reading(name) AS TABLE SELECT * FROM read_text(name)")
    return tmp_path


URLS = ("sqlite:///shop.db", "duckdb:///shop.duckdb")


class TestMistypedNames:
    @pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite", "duckdb"])
    @pytest.mark.parametrize("query", [None, "SELECT 1 AS customer"])
    def test_make_nothing(self, folder: Path, scheme: str, query: str | None) -> None:
        before = state(folder)
        with pytest.raises(SourceError, match=r"^There is no file nope\.db\.$"):
            open_log(f"{scheme}:///nope.db", query=query)
        assert state(folder) == before

    @pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
    def test_a_folder_is_no_database(self, folder: Path, scheme: str) -> None:
        with pytest.raises(SourceError, match="is no file; name the file of the database"):
            open_log(f"{scheme}:///{folder}")

    @pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
    def test_any_other_file_is_refused(self, folder: Path, scheme: str) -> None:
        with pytest.raises(SourceError, match=r"cannot be opened|The query failed"):
            open_log(f"{scheme}:///secret.csv", query="SELECT * FROM orders")

    def test_a_uri_of_sqlite_makes_nothing_either(self, folder: Path) -> None:
        before = state(folder)
        with pytest.raises(SourceError):
            open_log("sqlite:///file:nope.db?mode=rwc&uri=true", query="SELECT 1 AS x")
        assert state(folder) == before

    @pytest.mark.parametrize("name", ["a#b?c%20d.db", "täglich ü.db", "x'y.db"])
    def test_any_name_is_exactly_that_file(self, folder: Path, name: str) -> None:
        (folder / name).write_bytes((folder / "shop.db").read_bytes())
        url = sqlalchemy.URL.create("sqlite", database=name).render_as_string()
        assert customers(url) == {"a": (1, 5.0), "b": (1, 7.5)}

    def test_any_name_of_a_duckdb_file(self, folder: Path) -> None:
        (folder / "it's # 1.duckdb").write_bytes((folder / "shop.duckdb").read_bytes())
        assert len(read("duckdb:///it's # 1.duckdb", "SELECT * FROM orders")) == 2


WRITING = (
    "INSERT INTO orders SELECT * FROM orders",
    "INSERT INTO orders SELECT * FROM orders RETURNING customer",
    "UPDATE orders SET amount = 0 WHERE customer = 'a' RETURNING *",
    "DELETE FROM orders",
    "DROP TABLE orders",
    "CREATE TABLE copied AS SELECT * FROM orders",
    "CREATE VIEW seen AS SELECT * FROM orders",
    "ATTACH 'made.db' AS made",
    "SELECT * FROM orders; DELETE FROM orders",
    "SELECT * FROM orders; -- and\n DROP TABLE orders",
)
WRITING_BY_DATABASE = {
    URLS[0]: (
        "VACUUM INTO 'made.db'",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = WAL",
        "REPLACE INTO orders VALUES ('a', '', 1, '')",
    ),
    URLS[1]: (
        "COPY orders TO 'made.csv'",
        "COPY (SELECT * FROM orders) TO 'made.parquet'",
        "EXPORT DATABASE 'made'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET enable_external_access",
        "PRAGMA enable_profiling",
        "CREATE TABLE result.more AS SELECT 1",
        "CALL pragma_version()",
        "",
        "-- nothing",
    ),
}


@pytest.mark.parametrize(
    ("url", "query"),
    [(url, query) for url in URLS for query in (*WRITING, *WRITING_BY_DATABASE[url]) if query]
    + [(URLS[1], "-- nothing")],
)
def test_a_query_that_does_more_than_read_is_refused_and_changes_nothing(folder: Path, url: str, query: str) -> None:
    before = state(folder)
    with pytest.raises(SourceError) as raised:
        open_log(url, query=query)
    assert "\n" not in str(raised.value)
    assert any(words in str(raised.value) for words in ("may only read", "read-only", "readonly")), raised.value
    assert state(folder) == before


class TestDuckdb:
    @pytest.mark.parametrize(
        "query",
        [
            "SELECT * FROM leak",
            "SELECT * FROM reading('secret.csv')",
            "SELECT * FROM read_csv('secret.csv')",
            "SELECT * FROM 'secret.csv'",
            "SELECT * FROM read_blob('secret.csv')",
            "SELECT * FROM glob('*')",
            "SELECT * FROM orders, (SELECT count(*) FROM read_text('/etc/hostname'))",
            "SELECT * FROM 'https://example.org/x.csv'",
            "FROM sniff_csv('secret.csv')",
        ],
    )
    def test_no_other_file_is_read(self, folder: Path, query: str) -> None:
        with pytest.raises(SourceError, match=r"^The query failed: .*(disabled|does not exist)"):
            open_log(URLS[1], query=query)

    def test_variables_of_the_program_are_no_tables(self, folder: Path) -> None:
        with pytest.raises(SourceError, match="does not exist"):
            open_log(URLS[1], query="SELECT * FROM closed")

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("SELECT * FROM big", 1),
            ("FROM orders", 2),
            ("WITH x AS (SELECT * FROM orders) SELECT * FROM x;", 2),
            ("PIVOT orders ON customer USING sum(amount) GROUP BY note", 2),
            ("SELECT *, ':no $parameter; 100%' AS text FROM orders -- a comment; with more", 2),
        ],
    )
    def test_what_reads_is_read(self, folder: Path, query: str, count: int) -> None:
        before = state(folder)
        assert len(read(URLS[1], query)) == count
        assert state(folder) == before

    def test_types_stay(self, folder: Path) -> None:
        query = "SELECT 9223372036854775808::HUGEINT AS h, DATE '2025-01-05' AS d, 1.25::DECIMAL(9, 2) AS m"
        log = open_log(URLS[1], query=query)
        assert [str(kind) for kind in log.frame.types] == ["HUGEINT", "DATE", "DECIMAL(9,2)"]
        assert read(URLS[1], query)[0]["h"] == 9223372036854775808

    def test_the_zone_and_the_memory_limit_hold_within_the_query(self, folder: Path) -> None:
        query = "SELECT current_setting('TimeZone') AS zone, current_setting('memory_limit') AS memory"
        found = read(URLS[1], query, time_zone="Asia/Tokyo", memory_limit="512MiB")
        assert found == [{"zone": "Asia/Tokyo", "memory": "512.0 MiB"}]

    def test_the_only_table_or_view_needs_no_query(self, folder: Path) -> None:
        with pytest.raises(SourceError, match=r"needs a --query.*tables: big, leak, orders\.$"):
            open_log(URLS[1])
        for name, kind in (("table", "TABLE"), ("view", "VIEW")):
            with contextlib.closing(duckdb.connect(f"{name}.duckdb")) as shop:
                shop.execute('CREATE SCHEMA "my shop"')
                shop.execute(f'CREATE {kind} "my shop"."o\'r" AS SELECT \'a\' AS customer, 5 AS amount')
            assert read(f"duckdb:///{name}.duckdb") == [{"customer": "a", "amount": 5}]

    def test_a_lone_view_reads_no_other_file(self, folder: Path) -> None:
        with contextlib.closing(duckdb.connect("view.duckdb")) as shop:
            shop.execute("CREATE VIEW v AS SELECT * FROM read_csv('secret.csv')")
        with pytest.raises(SourceError, match=r"The query failed: .*disabled"):
            open_log("duckdb:///view.duckdb")

    def test_a_result_without_rows_is_said(self, folder: Path) -> None:
        with pytest.raises(SourceError, match=r"The query on shop\.duckdb found no rows"):
            open_log(URLS[1], query="SELECT * FROM orders WHERE false")

    def test_a_result_larger_than_memory_spills(self, folder: Path) -> None:
        query = "SELECT i % 9 AS customer, md5(i::VARCHAR) AS note FROM range(3000000) t(i) ORDER BY note"
        log = open_log(URLS[1], query=query, memory_limit="100MB")
        assert log.frame.aggregate("count(*), count(DISTINCT customer)").fetchall() == [(3_000_000, 9)]


class TestText:
    @pytest.mark.parametrize("url", URLS)
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("note = 'a:b'", ["a"]),
            ("note LIKE 'a:%'", ["a"]),
            ("note LIKE '%!%' ESCAPE '!'", ["b"]),
            ("note LIKE '100%'", ["b"]),
            ("note <> ':missing; %s %(x)s' AND customer = 'a'", ["a"]),
            ("substr(CAST(date AS VARCHAR), 12, 5) = '12:30'", ["a"]),
        ],
    )
    def test_colons_and_per_cent_signs_are_text(
        self, folder: Path, url: str, condition: str, expected: list[str]
    ) -> None:
        query = f"SELECT * FROM orders WHERE {condition}"
        assert [row["customer"] for row in read(url, query)] == expected

    def test_a_semicolon_within_is_no_second_statement(self, folder: Path) -> None:
        for tail in ("", ";", " ; \n", " -- it's over; really", " /* ; */"):
            assert len(read(URLS[0], "SELECT *, 'it''s; \\' AS \"x;y\" FROM orders" + tail)) == 2


class TestSqlite:
    def test_in_memory(self) -> None:
        for url in ("sqlite://", "sqlite:///:memory:"):
            assert read(url, "SELECT 'a:b' AS x") == [{"x": "a:b"}]

    @pytest.mark.parametrize("closed", [True, False])
    def test_a_write_ahead_log(self, folder: Path, closed: bool) -> None:
        """What another program has written but not yet moved into the file counts too."""
        with contextlib.closing(sqlite3.connect("shop.db")) as shop:
            shop.execute("PRAGMA journal_mode = WAL")
            shop.execute("INSERT INTO orders VALUES ('c', '2025-01-07', 1, '')")
            shop.commit()
            if not closed:
                assert customers(URLS[0]) == {"a": (1, 5.0), "b": (1, 7.5), "c": (1, 1.0)}
        before = state(folder)
        assert customers(URLS[0]) == {"a": (1, 5.0), "b": (1, 7.5), "c": (1, 1.0)}
        assert {name: found for name, found in state(folder).items() if not name.endswith(("-shm", "-wal"))} == before

    def test_a_lock_of_another_program_is_said(self, folder: Path) -> None:
        with contextlib.closing(sqlite3.connect("shop.db")) as shop:
            shop.execute("BEGIN EXCLUSIVE")
            with pytest.raises(SourceError, match="database is locked"):
                open_log("sqlite:///shop.db?timeout=0", query="SELECT * FROM orders")


@pytest.mark.parametrize(
    ("sql", "several"),
    [
        ("SELECT 1", False),
        ("SELECT 1;", False),
        ("SELECT ';'", False),
        ("SELECT 'it''s;' ", False),
        ("SELECT 'a\\'; b'", False),
        ('SELECT `a;b`, "c;d" FROM x /* ; */ -- ;', False),
        ("SELECT $$a;b$$, $t$;$t$", False),
        ("SELECT 1; SELECT 2", True),
        ("SELECT 'a'; COMMIT; DELETE FROM x", True),
        ("SELECT 1; -- ;\nDELETE FROM x", True),
    ],
)
def test_several_statements_are_told_from_text(sql: str, several: bool) -> None:
    assert databases._several(sql) is several


@pytest.fixture
def shop(postgres: str) -> str:
    """The URL of a server with a table of orders."""
    server = sqlalchemy.create_engine(postgres)
    with server.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS orders")
        connection.exec_driver_sql("CREATE SEQUENCE IF NOT EXISTS numbers")
        connection.exec_driver_sql(
            "CREATE TABLE orders AS SELECT 'c' || n %% 500 AS customer, DATE '2024-01-01' + n / 500 AS date, "
            "CASE WHEN n %% 7 = 0 THEN NULL ELSE (n %% 90 + 1)::numeric(10, 2) END AS amount "
            "FROM generate_series(0, 119999) AS n"
        )
    server.dispose()
    return postgres


def asked(url: str, sql: str) -> list[Any]:
    server = sqlalchemy.create_engine(url)
    with server.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(sql)]
    server.dispose()
    return found


class TestPostgresql:
    def test_tables_and_queries(self, shop: str) -> None:
        totals = asked(shop, "SELECT customer, count(amount), sum(amount) FROM orders GROUP BY customer")
        assert customers(shop) == {name: (count, float(money)) for name, count, money in totals}
        query = "SELECT customer, date, amount FROM orders WHERE customer = 'c1'"
        assert list(customers(shop, query=query)) == ["c1"]
        with pytest.raises(SourceError, match='The query failed: relation "nope" does not exist'):
            open_log(shop, query="SELECT * FROM nope")

    @pytest.mark.parametrize(
        "condition",
        [
            "customer LIKE 'c1%'",
            "customer LIKE '%' || 'c' || '%' AND ':x' <> '%s' AND '12:30'::time < '13:00'",
            "date::date = '2024-01-05'::date",
        ],
    )
    def test_colons_casts_and_per_cent_signs(self, shop: str, condition: str) -> None:
        expected = asked(shop, f"SELECT count(*) FROM orders WHERE {condition.replace('%', '%%')}")[0][0]
        assert expected > 0
        assert len(read(shop, f"SELECT * FROM orders WHERE {condition}")) == expected

    @pytest.mark.parametrize(
        "query",
        [
            "DELETE FROM orders",
            "INSERT INTO orders VALUES ('x', now(), 1) RETURNING customer",
            "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
            "SELECT nextval('numbers')",
            "SELECT set_config('transaction_read_only', 'off', false)",
            "CREATE TABLE copied AS SELECT * FROM orders",
            "SELECT * FROM orders; COMMIT; DELETE FROM orders",
            "SELECT 1; SET TRANSACTION READ WRITE; DELETE FROM orders",
        ],
    )
    def test_what_writes_is_refused_and_changes_nothing(self, shop: str, query: str) -> None:
        with pytest.raises(SourceError) as raised:
            open_log(shop, query=query)
        assert "\n" not in str(raised.value)
        assert asked(shop, "SELECT count(*) FROM orders") == [(120_000,)]
        assert asked(shop, "SELECT is_called FROM numbers") == [(False,)]
        assert asked(shop, "SELECT count(*) FROM pg_tables WHERE tablename = 'copied'") == [(0,)]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="becoming another user needs root")
def test_a_write_ahead_log_where_nothing_may_be_written(folder: Path) -> None:
    """SQLite would need files beside such a database; its own word for a file that nobody changes is heard."""
    import pwd

    customers(URLS[0])  # loads every module while this user may read them
    with contextlib.closing(sqlite3.connect("shop.db")) as shop:
        shop.execute("PRAGMA journal_mode = WAL")
    for part in (folder, *folder.parents):
        if str(part) not in ("/", "/tmp"):
            part.chmod(0o755)
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        with pytest.raises(SourceError, match="cannot be opened: attempt to write a readonly database"):
            open_log(URLS[0])
        found = customers("sqlite:///file:shop.db?immutable=1&uri=true")
    finally:
        os.seteuid(0)
    assert found == {"a": (1, 5.0), "b": (1, 7.5)}
