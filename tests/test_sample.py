"""The sample log: what is in it, that it is current, how it is written, and that the README's commands work on it."""

from __future__ import annotations

import csv
import io
import re
import shlex
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from clv_xl.cli import app
from clv_xl.core.orders import clean
from clv_xl.sample import sample_log
from clv_xl.sample.make import FILE, orders_csv
from clv_xl.sources import open_log, recognise

README = Path(__file__).resolve().parent.parent / "README.md"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def lines() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sample_log().decode("ascii"))))


class TestWhatIsInIt:
    def test_it_is_current(self) -> None:
        assert FILE.read_bytes() == orders_csv(), "The sample is stale. Run: python -m clv_xl.sample.make"
        assert sample_log() == orders_csv()

    def test_a_year_of_a_shop(self, lines: list[dict[str, str]]) -> None:
        assert 900 <= len(lines) <= 1_100
        assert 230 <= len({line["customer_email"] for line in lines}) <= 251
        days = [line["order_date"] for line in lines]
        assert days == sorted(days)
        assert (days[0][:7], days[-1][:7]) == ("2024-01", "2024-12")

    def test_refunds_guests_and_sales_without_a_customer(self, lines: list[dict[str, str]]) -> None:
        assert 10 <= sum(float(line["amount"]) < 0 for line in lines) <= 60
        guests = {line["customer_email"] for line in lines if line["checkout"] == "guest"}
        assert len(guests) >= 30
        assert "" not in guests
        assert {line["checkout"] for line in lines if not line["customer_email"]} == {"till"}

    def test_amounts_are_those_of_their_lines(self, lines: list[dict[str, str]]) -> None:
        for line in lines:
            assert float(line["amount"]) == pytest.approx(int(line["quantity"]) * float(line["unit_price"]), abs=1e-9)

    def test_what_was_sent_back_had_been_sold(self, lines: list[dict[str, str]]) -> None:
        sold = {(line["order_id"], line["product"]): line for line in lines if float(line["amount"]) > 0}
        for line in lines:
            if float(line["amount"]) < 0:
                sale = sold[line["order_id"], line["product"]]
                assert sale["order_date"] < line["order_date"]
                assert sale["customer_email"] == line["customer_email"]

    def test_addresses_are_nobodys(self, lines: list[dict[str, str]]) -> None:
        found = {line["customer_email"] for line in lines} - {""}
        assert all(re.fullmatch(r"[a-z]+\.[a-z]+\d+@example\.com", address) for address in found)

    @pytest.mark.parametrize("engine", ["duckdb", "polars"])
    def test_it_is_read_as_it_is_meant(self, folder: Path, lines: list[dict[str, str]], engine: str) -> None:
        assert run("sample", "orders.csv").exit_code == 0
        log = open_log("orders.csv", engine)
        found = recognise(log.names)
        assert found.notes == ()
        columns = found.columns
        assert (columns.customer, columns.date, columns.amount) == ("customer_email", "order_date", "amount")
        report = clean(log.frame, columns).report
        assert report.reconciles
        named = [line for line in lines if line["customer_email"]]
        kept = report.row("kept")
        left_out = sum(row.amount for row in report.left_out if row.step != "Customer missing")
        assert kept.amount + left_out == pytest.approx(sum(float(line["amount"]) for line in named))


class TestWriting:
    def test_as_it_is(self, folder: Path) -> None:
        result = run("sample", "orders.csv")
        assert result.exit_code == 0, result.output
        assert (folder / "orders.csv").read_bytes() == sample_log()
        assert f"Wrote {sample_log().count(10) - 1:,} lines to {folder / 'orders.csv'}" in result.output

    def test_nothing_is_replaced_without_force(self, folder: Path) -> None:
        (folder / "orders.csv").write_text("mine")
        result = run("sample", "orders.csv")
        assert result.exit_code == 2
        assert "orders.csv exists already; use --force to replace it." in result.output
        assert (folder / "orders.csv").read_text() == "mine"
        assert run("sample", "orders.csv", "--force").exit_code == 0
        assert (folder / "orders.csv").read_bytes() == sample_log()
        assert [path.name for path in folder.iterdir()] == ["orders.csv"]

    @pytest.mark.parametrize(
        ("target", "words"),
        [
            ("orders.xlsx", "orders.xlsx should end in .csv"),
            ("orders", "orders should end in .csv"),
            ("there/orders.csv", "The folder there does not exist"),
            ("folder.csv", "folder.csv is a folder"),
        ],
    )
    def test_wrong_use_is_one_sentence(self, folder: Path, target: str, words: str) -> None:
        (folder / "folder.csv").mkdir()
        result = run("sample", target)
        assert result.exit_code == 2
        assert words in result.output
        assert "Traceback" not in result.output


def test_the_readmes_order_commands_work_one_after_another(folder: Path) -> None:
    chapter = README.read_text(encoding="utf-8").partition("\n## Order logs\n")[2].partition("\n## ")[0]
    commands = re.findall(r"^    clv-xl (.+)$", chapter, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["sample", "summarise", "report"]
    for command in commands:
        result = run(*shlex.split(command))
        assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == ["customers.xlsx", "orders.csv", "report.xlsx"]
