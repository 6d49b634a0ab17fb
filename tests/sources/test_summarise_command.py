"""`clv-xl summarise`: what it prints, what it writes, how it exits."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
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


def test_more_customers_than_excel_holds(tmp_path: Path) -> None:
    nobody = opened(duckdb.sql("SELECT 'a' AS customer"))
    with pytest.raises(SourceError, match=r"1,048,576 customers do not fit.*write \.parquet or \.csv"):
        save(nobody, tmp_path / "out.xlsx", EXCEL_ROWS)
    assert not list(tmp_path.iterdir())
