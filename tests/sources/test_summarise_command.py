"""`clv-xl summarise`: what it prints, what it writes, how it exits."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from typer.main import get_command
from typer.testing import CliRunner, Result

from clv_xl.cli import app
from clv_xl.core.orders.engines import opened
from clv_xl.sources import EXCEL_ROWS, SourceError, save

LOG = """CustomerID,InvoiceDate,UnitPrice,Quantity,InvoiceNo
=1+1,2025-01-05,10,2,A1
=1+1,2025-02-05,5,1,A2
-x,2025-01-06,4,1,B1
,2025-01-06,4,1,B2
-x,2025-01-07,4,-1,C1
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["summarise", *arguments], env={"COLUMNS": "200"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


class TestOutput:
    def test_it_shows_guess_report_and_figures(self, folder: Path) -> None:
        result = run("log.csv", "-o", "out.csv")
        assert result.exit_code == 0, result.output
        for words in (
            "CSV, utf-8, columns separated by “,”.",
            "customer  CustomerID   (recognised)",
            "amount    = Quantity × UnitPrice",
            "Customer missing",
            "Every line and amount is accounted for.",
            "Wrote 2 customers to",
        ):
            assert words in result.output
        lines = {" ".join(line.split()) for line in result.output.splitlines()}
        assert {"Customers 2", "Orders 3", "Revenue 25.00", "Repeat rate 50.0%"} <= lines
        assert "− Customer missing 1 4.00 left out" in lines
        assert (
            "= Kept 4 25.00 merged into 3 orders and 1 refunds or free items apart from an order of 2 customers"
            in lines
        )

    def test_csv_cells_never_become_formulas(self, folder: Path) -> None:
        run("log.csv", "-o", "out.csv")
        found = list(csv.DictReader((folder / "out.csv").open(encoding="utf-8")))
        assert [row["customer"] for row in found] == ["'-x", "'=1+1"]
        assert found[1]["first"] == "2025-01-05"
        assert float(found[1]["revenue"]) == 25.0

    def test_excel_cells_never_become_formulas(self, folder: Path) -> None:
        assert run("log.csv", "-o", "out.xlsx").exit_code == 0
        sheet = load_workbook(folder / "out.xlsx")["Customers"]
        assert [(c.value, c.data_type) for c in sheet["A"]] == [("customer", "s"), ("-x", "s"), ("=1+1", "s")]
        assert b"<f>" not in zipfile.ZipFile(folder / "out.xlsx").read("xl/worksheets/sheet1.xml")
        assert sheet["B3"].value.isoformat() == "2025-01-05T00:00:00"

    def test_parquet_keeps_types(self, folder: Path) -> None:
        assert run("log.csv", "-o", "out.parquet", "--period", "month").exit_code == 0
        found = duckdb.read_parquet(str(folder / "out.parquet"))
        assert [str(t) for t in found.types[:5]] == ["VARCHAR", "TIMESTAMP", "TIMESTAMP", "BIGINT", "DOUBLE"]
        assert found.select("customer, x, t_x, t").fetchall() == [("-x", 0, 0, 1), ("=1+1", 1, 1, 1)]

    def test_polars_writes_the_same(self, folder: Path) -> None:
        for engine in ("duckdb", "polars"):
            assert run("log.csv", "-o", f"{engine}.csv", "--engine", engine).exit_code == 0
        assert (folder / "duckdb.csv").read_text() == (folder / "polars.csv").read_text()

    def test_options_reach_the_rules(self, folder: Path) -> None:
        options = ("--refunds", "leave out", "--as-of", "2025-01-31", "--customer", "InvoiceNo", "--order", "InvoiceNo")
        result = run("log.csv", "-o", "out.csv", *options)
        assert result.exit_code == 0, result.output
        assert "InvoiceNo   (as stated)" in result.output
        assert "After the last day that counts" in result.output
        assert "The last day that counts is 2025-01-31." in result.output


class TestCurrencies:
    LOG = "customer,date,amount,cost,currency\na,2025-01-05,10,4,EUR\na,2025-01-06,10,0,USD\nb,2025-01-07,10,1,GBP\n"
    RATES = ("--rate", "EUR=1.08", "--rate", "GBP=1.27")

    @pytest.fixture(autouse=True)
    def log(self, folder: Path) -> None:
        (folder / "log.csv").write_text(self.LOG)

    def test_rates_convert_amounts_and_costs(self, folder: Path) -> None:
        result = run("log.csv", "-o", "out.parquet", *self.RATES, "--currency", "USD")
        assert result.exit_code == 0, result.output
        assert "Amounts are in USD: 1 EUR = 1.08, 1 GBP = 1.27." in result.output
        assert "Amounts were converted at the rates given for: EUR, GBP, USD." in result.output
        found = duckdb.read_parquet(str(folder / "out.parquet")).select("customer, revenue, cost").fetchall()
        assert found == [("a", pytest.approx(20.8), pytest.approx(4.32)), ("b", pytest.approx(12.7), 1.27)]

    def test_currency_alone_keeps_one(self, folder: Path) -> None:
        result = run("log.csv", "-o", "out.csv", "--currency", "EUR")
        assert result.exit_code == 0, result.output
        shown = [" ".join(line.split()) for line in result.output.splitlines()]
        assert any(line.startswith("− In another currency, or none stated 2 20.00") for line in shown)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (RATES, "say to which currency, as --rate EUR=1.08 --currency USD."),
            (("--rate", "EUR=1.08", "--currency", "USD"), "There is no rate for GBP"),
            (("--rate", "EUR", "--currency", "USD"), '--rate is "EUR"; write what one unit'),
            (("--rate", "EUR=1,08", "--currency", "USD"), '--rate is "EUR=1,08"; write what one unit'),
            (("--rate", "EUR=0", "--currency", "USD"), '--rate is "EUR=0"; write what one unit'),
            (("--rate", "=2", "--currency", "USD"), '--rate is "=2"; write what one unit'),
            (("--rate", "EUR=nan", "--currency", "USD"), '--rate is "EUR=nan"; write what one unit'),
            (("--rate", "USD=2", "--currency", "USD"), '--rate is "USD=2", but one USD is 1 USD; leave one out.'),
            ((*RATES, "--rate", "EUR=2", "--currency", "USD"), "but two rates are given; leave one out."),
            ((), "The log has 3 currencies (EUR, GBP, USD)"),
        ],
    )
    def test_what_cannot_be_converted(self, folder: Path, options: tuple[str, ...], words: str) -> None:
        result = run("log.csv", "-o", "out.csv", *options)
        assert result.exit_code == 2
        assert words in result.output
        assert not (folder / "out.csv").exists()

    def test_a_log_without_a_currency(self, folder: Path) -> None:
        (folder / "log.csv").write_text("customer,date,amount\na,2025-01-05,10\n")
        result = run("log.csv", "-o", "out.csv", *self.RATES, "--currency", "USD")
        assert result.exit_code == 2
        assert "--rate needs a column for the currency" in result.output


def test_every_option_is_explained(folder: Path) -> None:
    command = get_command(app).commands["summarise"]  # type: ignore[attr-defined]
    assert [parameter.name for parameter in command.params if not parameter.help] == []


class TestNothingIsLostInExcel:
    """A name that a cell would cut or change is refused; the other kinds of file keep it."""

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("b" * 32_768, f"The customer “{'b' * 40}…” has 32,768 characters, and a cell of Excel holds 32,767;"),
            ("\U0001f600" * 16_384, "has 32,768 characters"),
            ("bell\x07", "The customer “bell\ufffd” holds the character U+0007, which no cell of Excel can hold;"),
            ("end\uffff", "holds the character U+FFFF"),
        ],
    )
    def test_a_name_that_no_cell_can_hold(self, folder: Path, name: str, words: str) -> None:
        others = "a,2025-01-05,1\n" * 30  # a file with many control characters is no text
        (folder / "log.csv").write_text(f"customer,date,amount\n{others}{name},2025-01-05,1\n", "utf-8")
        result = run("log.csv", "-o", "out.xlsx")
        assert result.exit_code == 2
        assert words in result.output
        assert "write .csv or .parquet instead." in result.output
        assert [p.name for p in folder.iterdir()] == ["log.csv"]
        for ending in ("csv", "parquet"):
            assert run("log.csv", "-o", f"out.{ending}").exit_code == 0
        assert ("a",) in duckdb.read_parquet(str(folder / "out.parquet")).select("customer").fetchall()
        assert (name,) in duckdb.read_parquet(str(folder / "out.parquet")).select("customer").fetchall()
        with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
            csv.field_size_limit(100_000)
            assert [row["customer"] for row in csv.DictReader(file)] == ["a", name]

    @pytest.mark.parametrize("name", ["c" * 32_767, "\U0001f600" * 16_383, "_x0041_", "tab\there", "<&>"])
    def test_a_name_that_fits_is_kept(self, folder: Path, name: str) -> None:
        (folder / "log.csv").write_text(f"customer,date,amount\n{name},2025-01-05,1\nz,2025-01-05,1\n", "utf-8")
        assert run("log.csv", "-o", "out.xlsx").exit_code == 0
        rows = CalamineWorkbook.from_path(folder / "out.xlsx").get_sheet_by_index(0).to_python()
        assert {row[0] for row in rows} == {"customer", name, "z"}

    def test_long_numbers_and_days_before_excels_first(self, tmp_path: Path) -> None:
        days = "TIMESTAMP '1899-05-04' AS first UNION ALL SELECT 7, TIMESTAMP '2025-01-02'"
        query = f"SELECT 1234567890123456789 AS customer, {days}"
        save(opened(duckdb.sql(query)), tmp_path / "out.xlsx", 2)
        rows = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
        assert rows == [["customer", "first"], ["7", dt.date(2025, 1, 2)], ["1234567890123456789", "1899-05-04"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.csv", "-o", "out.csv"), "There is no file none.csv"),
        (("log.csv", "-o", "out.txt"), "should end in .parquet, .csv, .xlsx"),
        (("log.csv", "-o", "missing/out.csv"), "does not exist; create it first"),
        (("log.csv", "-o", "log.csv"), "exists already; use --force"),
        (("log.csv", "-o", "out.csv", "--customer", "Nobody"), 'There is no column "Nobody" for the customer'),
        (("log.csv", "-o", "out.csv", "--as-of", "soon"), "write a date like 2025-12-31"),
        (("log.csv", "-o", "out.csv", "--period", "moon"), 'period is "moon"; choose from: day, week'),
        (("log.csv", "-o", "out.csv", "--refunds", "x"), "choose from: net, leave out, refuse"),
        (("log.csv", "-o", "out.csv", "--date", "InvoiceNo"), "Date missing or unreadable"),
        (("log.csv", "-o", "out.csv", "--engine", "abacus"), "choose from: duckdb, polars, spark"),
        (("log.csv", "-o", "out.csv", "--refunds", "refuse"), "1 lines have a negative amount"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
    assert sorted(p.name for p in folder.iterdir()) == ["log.csv"]
    assert (folder / "log.csv").read_text() == LOG


def test_force_replaces(folder: Path) -> None:
    (folder / "out.csv").write_text("mine")
    assert run("log.csv", "-o", "out.csv", "--force").exit_code == 0
    assert (folder / "out.csv").read_text().startswith("customer,")


@pytest.mark.parametrize("name", ["log.csv", "./log.csv", "other.csv", "hard.csv"])
def test_the_log_is_never_written_over(folder: Path, name: str) -> None:
    (folder / "other.csv").symlink_to(folder / "log.csv")
    (folder / "hard.csv").hardlink_to(folder / "log.csv")
    for where in ("log.csv", "l*.csv"):
        result = run(where, "-o", name, "--force")
        assert (result.exit_code, "is the log itself; write to another file" in result.output) == (2, True)
        assert (folder / "log.csv").read_text() == LOG


def test_more_customers_than_excel_holds(tmp_path: Path) -> None:
    nobody = opened(duckdb.sql("SELECT 'a' AS customer"))
    with pytest.raises(SourceError, match=r"1,048,576 customers do not fit.*write \.parquet or \.csv"):
        save(nobody, tmp_path / "out.xlsx", EXCEL_ROWS)
    assert not list(tmp_path.iterdir())
