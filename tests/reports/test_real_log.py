"""A grocer's real log, whole: every line accounted for, and every figure as a few lines of plain pandas have it."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from clv_xl.audit import audit
from clv_xl.cli import app

ENGINES = ("duckdb", "polars")
LINES, HOUSEHOLDS = 1_469_307, 2_469
"""As published with the log."""
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def lines(real_log: Path) -> pd.DataFrame:
    return pd.read_parquet(real_log)


@pytest.fixture(scope="module")
def orders(lines: pd.DataFrame) -> pd.DataFrame:
    """One row a basket that somebody paid for."""
    baskets = lines.groupby(["household_id", "basket_id"])
    found = baskets.agg(amount=("sales_value", "sum"), moment=("transaction_timestamp", "min"))
    return found[found["amount"] > 0].reset_index()


@pytest.fixture(scope="module")
def customers(lines: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """One row a household, by its number."""
    by = orders.assign(day=orders["moment"].dt.floor("D")).groupby("household_id")
    found = by.agg(orders=("amount", "size"), first=("day", "min"), last=("day", "max"), days=("day", "nunique"))
    found["revenue"] = lines.groupby("household_id")["sales_value"].sum()
    found["recency"] = (lines["transaction_timestamp"].max().floor("D") - found["last"]) // DAY
    return found.sort_index()


@pytest.fixture(scope="module")
def run(real_log: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], tuple[Result, Path]]:
    """A command on the log in an engine, once."""
    folder = tmp_path_factory.mktemp("real")
    found: dict[tuple[str, str], tuple[Result, Path]] = {}

    def once(command: str, engine: str, ending: str) -> tuple[Result, Path]:
        if (command, engine) not in found:
            path = folder / f"{command}-{engine}.{ending}"
            arguments = [command, str(real_log), "-o", str(path), "--engine", engine]
            result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
            assert result.exit_code == 0, result.output
            found[command, engine] = result, path
        return found[command, engine]

    return once


def beside(sheet: Any, label: str, column: int = 2) -> Any:
    """The value in the row of a label."""
    return next(row[column - 1].value for row in sheet.iter_rows() if row[0].value == label)


@pytest.mark.parametrize("engine", ENGINES)
class TestSummarise:
    def test_every_line_and_cent_is_accounted_for(self, run: Any, engine: str, lines: pd.DataFrame) -> None:
        result, _ = run("summarise", engine, "parquet")
        said = {" ".join(line.split()) for line in result.output.splitlines()}
        assert len(lines) == LINES
        assert f"In the file {LINES:,} {lines['sales_value'].sum():,.2f}" in said
        assert "Every line and amount is accounted for." in said

    def test_key_figures(self, run: Any, engine: str, orders: pd.DataFrame, customers: pd.DataFrame) -> None:
        result, _ = run("summarise", engine, "parquet")
        said = {" ".join(line.split()) for line in result.output.splitlines()}
        assert f"Customers {HOUSEHOLDS:,}" in said
        assert f"Orders {len(orders):,}" in said
        assert f"Revenue {customers['revenue'].sum():,.2f}" in said
        assert f"Repeat rate {(customers['orders'] > 1).mean():.1%}" in said

    def test_every_customer(self, run: Any, engine: str, customers: pd.DataFrame) -> None:
        _, path = run("summarise", engine, "parquet")
        found = duckdb.read_parquet(str(path)).df().set_index("customer")
        assert found.index.tolist() == customers.index.tolist()
        for ours, theirs in (("orders", "orders"), ("first", "first"), ("last", "last"), ("recency_days", "recency")):
            assert found[ours].tolist() == customers[theirs].tolist(), ours
        assert found["x"].tolist() == (customers["days"] - 1).tolist()
        assert found["revenue"].round(2).tolist() == customers["revenue"].round(2).tolist()


@pytest.mark.parametrize("engine", ENGINES)
class TestReport:
    def book(self, run: Any, engine: str) -> Any:
        result, path = run("report", engine, "xlsx")
        assert "all PASS" in result.output
        return load_workbook(io.BytesIO(path.read_bytes()), data_only=True)

    def test_the_audit_finds_nothing(self, run: Any, engine: str) -> None:
        assert audit(run("report", engine, "xlsx")[1]) == []

    def test_the_file_reconciles(self, run: Any, engine: str, lines: pd.DataFrame) -> None:
        sheet = self.book(run, engine)["Data report"]
        assert beside(sheet, "In the file") == beside(sheet, "Kept, counted from the finished orders") == LINES
        assert round(beside(sheet, "In the file", 3), 2) == round(lines["sales_value"].sum(), 2)
        assert beside(sheet, "Unexplained") == 0
        assert abs(beside(sheet, "Unexplained", 3)) < 0.005
        assert beside(sheet, "Free items (amount 0)") == (lines["sales_value"] == 0).sum()

    def test_results(self, run: Any, engine: str, orders: pd.DataFrame, customers: pd.DataFrame) -> None:
        sheet = self.book(run, engine)["Results"]
        revenue, best = customers["revenue"].sort_values(ascending=False), math.ceil(0.2 * HOUSEHOLDS)
        part = 0.2 * HOUSEHOLDS - (best - 1)  # of the last one of the best fifth
        assert beside(sheet, "Customers") == HOUSEHOLDS
        assert beside(sheet, "Orders") == len(orders)
        assert round(beside(sheet, "Revenue"), 2) == round(revenue.sum(), 2)
        assert beside(sheet, "Average purchase value (APV)") == pytest.approx(revenue.sum() / len(orders), rel=1e-9)
        assert beside(sheet, "Average purchase frequency (APF)") == pytest.approx(len(orders) / HOUSEHOLDS, rel=1e-9)
        top = revenue.iloc[: best - 1].sum() + part * revenue.iloc[best - 1]
        assert beside(sheet, "Their share of revenue") == pytest.approx(top / revenue.sum(), rel=1e-9)

    def test_every_customer_and_score(self, run: Any, engine: str, customers: pd.DataFrame) -> None:
        rows = list(self.book(run, engine)["Customers"].iter_rows(min_row=7, values_only=True))
        found = pd.DataFrame(rows).set_index(1).sort_index()
        assert found.index.tolist() == customers.index.tolist()
        assert found[4].tolist() == customers["orders"].tolist()
        assert found[5].round(2).tolist() == customers["revenue"].round(2).tolist()
        assert found[7].tolist() == customers["recency"].tolist()
        cents = customers["revenue"].round(6)
        for column, values in ((8, -customers["recency"]), (9, customers["orders"]), (10, cents)):
            worse = values.rank(method="min") - 1
            assert found[column].tolist() == (1 + 5 * worse // HOUSEHOLDS).tolist()

    def test_cohorts(self, run: Any, engine: str, customers: pd.DataFrame) -> None:
        rows = list(self.book(run, engine)["Cohorts"].iter_rows(values_only=True))
        start = next(n for n, row in enumerate(rows) if row[0] == "Customers who ordered") + 2
        sizes = customers.groupby(customers["first"].dt.to_period("M")).size().tolist()
        assert [row[1] for row in rows[start : start + len(sizes)]] == sizes


def test_both_engines_make_the_same_workbook(run: Any) -> None:
    books = [load_workbook(run("report", engine, "xlsx")[1], data_only=True, read_only=True) for engine in ENGINES]
    assert books[0].sheetnames == books[1].sheetnames
    for sheet in books[0].sheetnames:
        for one, other in zip(*(list(book[sheet].values) for book in books), strict=True):
            assert [pytest.approx(v, rel=1e-9, abs=1e-3) if isinstance(v, float) else v for v in one] == list(other)
