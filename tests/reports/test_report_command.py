"""`clv-xl report`: every shape of log, text that must stay text, the same bytes, one sentence for what is wrong."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from typer.main import get_command
from typer.testing import Result

from clv_xl.audit import audit
from clv_xl.cli import app
from clv_xl.reports import parts
from clv_xl.sources import EXCEL_ROWS

Report = Callable[..., Result]
Line = tuple[str, dt.date, float, str, str, float]


def write_log(path: Path, found: list[Line], width: int = 6) -> Path:
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("customer", "date", "amount", "order", "channel", "cost")[:width])
        writer.writerows(line[:width] for line in found)
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: list[Line]) -> Path:
    monkeypatch.chdir(tmp_path)
    write_log(tmp_path / "log.csv", log)
    return tmp_path


def cells(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data), data_only=True)


class TestTextStaysText:
    def test_no_name_becomes_a_formula(self, workbook: bytes) -> None:
        book = load_workbook(io.BytesIO(workbook))
        names = {row[1].value: row[1] for row in book["Customers"].iter_rows(min_row=7)}
        for name in ('=HYPERLINK("http://x","y")', "-5+3", "@SUM(A1)"):
            assert (names[name].data_type, names[name].quotePrefix) == ("s", True)
        assert names['<b>&"q"'].quotePrefix is False
        assert names["00123"].data_type == "s"
        channel = next(c for row in book["Channels"].iter_rows() for c in row if c.value == "=cmd")
        assert (channel.data_type, channel.quotePrefix) == ("s", True)

    def test_the_sheet_of_customers_holds_no_formula(self, workbook: bytes) -> None:
        archive = zipfile.ZipFile(io.BytesIO(workbook))
        part = next(archive.read(n) for n in archive.namelist() if b"@SUM(A1)" in archive.read(n))
        assert b"<f>" not in part


class TestNothingIsLost:
    @pytest.mark.parametrize(
        ("part", "name", "words"),
        [
            (0, "n" * 40_000, f"The customer “{'n' * 40}…” has 40,000 characters, and a cell of Excel holds 32,767;"),
            (0, "bell\x07", "The customer “bell\ufffd” holds the character U+0007"),
            (4, "c" * 40_000, f"The channel “{'c' * 40}…” has 40,000 characters"),
            (4, "web\x1f", "The channel “web\ufffd” holds the character U+001F"),
        ],
    )
    def test_a_name_that_no_cell_can_hold(
        self, report: Report, folder: Path, log: list[Line], part: int, name: str, words: str
    ) -> None:
        line: list[Any] = ["new", dt.date(2025, 3, 5), 20.0, "1", "web", 5.0]
        line[part] = name
        write_log(folder / "log.csv", [*log, (*line,)])  # type: ignore[list-item]
        result = report("log.csv", "-o", "out.xlsx")
        assert result.exit_code == 2
        assert words in result.output
        assert [p.name for p in folder.iterdir()] == ["log.csv"]

    def test_a_column_whose_name_no_cell_can_hold(self, report: Report, folder: Path) -> None:
        (folder / "log.csv").write_text(f"{'x' * 40_000},date,amount\na,2025-01-05,1\n", "utf-8")
        result = report("log.csv", "-o", "out.xlsx", "--customer", "x" * 40_000)
        assert result.exit_code == 2
        assert "The column “xxx" in result.output

    def test_long_names_and_those_that_look_escaped_are_kept(
        self, report: Report, folder: Path, log: list[Line]
    ) -> None:
        names = ["https://example.com/" + "r" * 300 + ending for ending in "ab"]
        found = [("_x0041_" if n == 7 else line[0], *line[1:4], names[n % 2], line[5]) for n, line in enumerate(log)]
        write_log(folder / "log.csv", found)
        assert report("log.csv", "-o", "out.xlsx").exit_code == 0
        assert audit((folder / "out.xlsx").read_bytes()) == []
        book = CalamineWorkbook.from_path(folder / "out.xlsx")
        for sheet in ("Channels", "Inputs"):
            assert set(names) <= {row[0] for row in book.get_sheet_by_name(sheet).to_python()}
        assert "_x0041_" in {row[1] for row in book.get_sheet_by_name("Customers").to_python()}

    def test_what_could_not_be_read_shows_marks_for_control_characters(
        self, report: Report, folder: Path, log: list[Line]
    ) -> None:
        write_log(folder / "log.csv", [*log, ("C001", "no\x07date", 1.0, "q", "web", 0.0)])  # type: ignore[list-item]
        assert report("log.csv", "-o", "out.xlsx").exit_code == 0
        said = [row[3] for row in cells((folder / "out.xlsx").read_bytes())["Data report"].values if row[3]]
        assert any("no\ufffddate" in text for text in said)


class TestShapesOfLogs:
    def built(self, report: Report, folder: Path, found: list[Line], width: int = 6, *options: str) -> bytes:
        write_log(folder / "shape.csv", found, width)
        result = report("shape.csv", "-o", "out.xlsx", *options)
        assert result.exit_code == 0, result.output
        assert "all PASS" in result.output
        data = (folder / "out.xlsx").read_bytes()
        assert audit(data) == []
        return data

    def test_one_customer_with_one_order(self, report: Report, folder: Path) -> None:
        data = self.built(report, folder, [("only", dt.date(2025, 3, 5), 20.0, "1", "web", 5.0)])
        assert cells(data)["Customers"]["B7"].value == "only"

    def test_one_month(self, report: Report, folder: Path, log: list[Line]) -> None:
        self.built(report, folder, [line for line in log if (line[1].year, line[1].month) == (2025, 5)])

    def test_no_channel_no_cost(self, report: Report, folder: Path, log: list[Line]) -> None:
        book = cells(self.built(report, folder, log, 4))
        assert "Channels" not in book.sheetnames
        assert book["Inputs"]["B7"].value == 1
        words = [c.value for c in book["Cover"]["B"] if isinstance(c.value, str)]
        assert any("names no channels" in text for text in words)

    def test_more_refunds_than_sales(self, report: Report, folder: Path, log: list[Line]) -> None:
        refund: Line = ("C010", dt.date(2025, 6, 1), -1e6, "big", "web", 0.0)
        book = cells(self.built(report, folder, [*log, refund]))
        assert "not defined" in [c.value for c in book["Results"]["B"]]

    @pytest.mark.parametrize(("asked", "shown"), [("day", "month"), ("week", "month"), ("quarter", "quarter")])
    def test_periods_that_a_reader_can_take_in(
        self, report: Report, folder: Path, log: list[Line], asked: str, shown: str
    ) -> None:
        book = cells(self.built(report, folder, log, 6, "--period", asked))
        words = [c.value for c in book["Cohorts"]["A"] if isinstance(c.value, str)]
        assert any(f"by the {shown} of their first order" in text for text in words)
        assert any(text.startswith(f"In {shown}s") for text in words) is (asked != shown)

    def test_many_channels_are_put_together(self, report: Report, folder: Path, log: list[Line]) -> None:
        many = [(*line[:4], f"channel {int(line[3].partition('-')[0]):02}", line[5]) for line in log]
        names = [c.value for c in cells(self.built(report, folder, many))["Channels"]["A"]]
        assert "(all other channels)" in names


def test_more_customers_than_the_sheet_holds(report: Report, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = parts.CUSTOMERS_ON_SHEET
    monkeypatch.setattr(parts, "CUSTOMERS_ON_SHEET", 25)
    result = report("log.csv", "-o", "out.xlsx")
    assert result.exit_code == 0, result.output
    data = (folder / "out.xlsx").read_bytes()
    assert audit(data) == []
    said = [c.value for c in cells(data)["Customers"]["A"] if isinstance(c.value, str)]
    assert any(text.startswith("35 more customers do not fit") and "out-customers.parquet" in text for text in said)
    head = next(row for row in cells(data)["Customers"].iter_rows() if row[0].value == "Rank")[0].row
    assert head + most == EXCEL_ROWS
    found = duckdb.read_parquet("out-customers.parquet")
    assert len(found) == 60
    assert {"customer", "revenue", "r", "f", "m", "segment"} <= set(found.columns)


def test_the_same_log_gives_the_same_bytes(report: Report, folder: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        assert report("log.csv", "-o", name).exit_code == 0
    assert (folder / "a.xlsx").read_bytes() == (folder / "b.xlsx").read_bytes()


def test_engines_agree(report: Report, folder: Path) -> None:
    for engine in ("duckdb", "polars"):
        assert report("log.csv", "-o", f"{engine}.xlsx", "--engine", engine).exit_code == 0
    books = [cells((folder / f"{engine}.xlsx").read_bytes()) for engine in ("duckdb", "polars")]
    for sheet in ("Results", "RFM", "Cohorts", "Customers", "Channels"):
        first, second = ([list(row) for row in book[sheet].values] for book in books)
        for a, b in zip(first, second, strict=True):
            assert [pytest.approx(x) if isinstance(x, float) else x for x in a] == b


def test_the_report_is_dated_by_its_data(report: Report, folder: Path) -> None:
    assert report("log.csv", "-o", "out.xlsx", "--as-of", "2025-06-30").exit_code == 0
    book = cells((folder / "out.xlsx").read_bytes())
    row = next(r for r in book["Cover"].iter_rows() if r[0].value == "Date")
    assert row[1].value == dt.datetime(2025, 6, 30)
    assert book.properties.created == dt.datetime(2025, 6, 30)


def test_rates_convert_and_stand_in_the_workbook(report: Report, folder: Path, log: list[Line]) -> None:
    (folder / "log.csv").write_text("who,date,amount,currency\na,2025-01-05,10,EUR\nb,2025-02-06,10,USD\n")
    given = ("--customer", "who", "--rate", "EUR=1.08", "--currency", "USD")
    assert report("log.csv", "-o", "out.xlsx", *given).exit_code == 0
    data = (folder / "out.xlsx").read_bytes()
    assert audit(data) == []
    said = [c.value for c in cells(data)["Data report"]["A"]]
    assert "Amounts are in USD: 1 EUR = 1.08." in said
    assert {row[5] for row in cells(data)["Customers"].iter_rows(min_row=7, values_only=True)} == {10.8, 10.0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.csv", "-o", "out.xlsx"), "There is no file none.csv"),
        (("log.csv", "-o", "out.csv"), "out.csv should end in .xlsx"),
        (("log.csv", "-o", "missing/out.xlsx"), "does not exist; create it first"),
        (("log.csv", "-o", "old.xlsx"), "exists already; use --force"),
        (("log.csv", "-o", "out.xlsx", "--customer", "Nobody"), 'There is no column "Nobody"'),
        (("log.csv", "-o", "out.xlsx", "--period", "moon"), 'period is "moon"'),
        (("log.csv", "-o", "out.xlsx", "--as-of", "soon"), "write a date like 2025-12-31"),
        (("log.csv", "-o", "out.xlsx", "--as-of", "1999-01-01"), "No line can be used"),
        (("log.csv", "-o", "out.xlsx", "--rate", "EUR=1.08", "--currency", "USD"), "--rate needs a column"),
        (("log.csv", "-o", "out.xlsx", "--engine", "abacus"), "choose from: duckdb, polars, spark"),
        (("log.csv", "-o", "out.xlsx", "--date", "amount"), "clv-xl:"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    report: Report, folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    (folder / "old.xlsx").write_text("mine")
    result = report(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
    assert sorted(p.name for p in folder.iterdir()) == ["log.csv", "old.xlsx"]
    assert (folder / "old.xlsx").read_text() == "mine"


def test_it_has_the_options_of_summarise(report: Report) -> None:
    from click import unstyle

    shown = set(re.findall(r"--[a-z-]+", unstyle(report("--help").output)))
    assert {"--output", "--period", "--currency", "--as-of", "--engine", "--memory-limit", "--force"} <= shown
    options = (get_command(app).commands[name].params for name in ("report", "summarise"))  # type: ignore[attr-defined]
    ours, theirs = ({parameter.name: parameter.help for parameter in found} for found in options)
    assert ours.keys() == theirs.keys()
    assert all(ours.values())
