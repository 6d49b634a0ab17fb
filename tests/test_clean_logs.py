"""Logs that need no question are asked none, and are read to the figures that their publishers give."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clv_xl.cli import app


def summarised(log: Path, *options: str) -> tuple[int, int, float]:
    """Customers, orders, revenue."""
    to = log.with_name("customers.csv")
    found = CliRunner().invoke(app, ["summarise", str(log), "-o", str(to), *options])
    assert found.exit_code == 0, found.output
    assert "Every line and amount is accounted for." in found.output
    with to.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return len(rows), sum(int(row["orders"]) for row in rows), round(sum(float(row["revenue"]) for row in rows), 2)


def cdnow(name: str) -> list[list[str]]:
    """Customer, day, pieces and dollars of the CDs that a shop's first customers of 1997 bought."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        pytest.skip("the package lifetimes is not installed")
    text = (Path(found.origin).with_name("datasets") / name).read_text()
    return [line.split()[-4:] for line in text.splitlines() if line.strip()[:1].isdigit()]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize(
    ("name", "customers", "lines"), [("CDNOW_sample.txt", 2_357, 6_919), ("CDNOW_master.txt", 23_570, 69_659)]
)
def test_cdnow(name: str, customers: int, lines: int, engine: str, tmp_path: Path) -> None:
    bought = cdnow(name)
    assert len(bought) == lines
    out = io.StringIO()
    csv.writer(out).writerows([["customer_id", "date", "quantity", "amount"], *bought])
    log = tmp_path / "cdnow.csv"
    log.write_text(out.getvalue())
    paid = {(who, day) for who, day, _, dollars in bought if float(dollars) > 0}
    money = {who: 0.0 for who, _ in paid}
    for who, _, _, dollars in bought:
        if who in money:
            money[who] += float(dollars)
    assert len({who for who, *_ in bought}) == customers
    assert summarised(log, "--engine", engine) == (len(money), len(paid), round(sum(money.values()), 2))


@pytest.mark.parametrize(
    "text",
    [
        "customer,date,amount\nAnn,2025-01-05,5\n",
        "customer,date,amount,status\nAnn,2025-01-05,5,paid\nBen,2025-01-06,5,paid\n",
        "customer,date,amount,level\nAnn,2025-01-05,5,Gold\nBen,2025-01-06,5,Silver\n",
        "order_id,customer,name,date,amount\n"
        + "".join(f"{i},c{i % 4},N{i % 4},2025-01-0{i + 1},5\n" for i in range(8)),
        "order_id,customer,date,amount\n"
        + "".join(f"{i // 2},c{i // 2},2025-01-0{i // 2 + 1},{i + 1}.5\n" for i in range(12)),
        "customer,date,amount,refunded\nAnn,2025-01-05,5,0\nBen,2025-01-06,5,\n",
        "Kunde;Datum;Betrag\nAnn;13.1.2025;5,00\nBen;2.1.2025;1.234,50\n",
        "customer\tdate\tamount\nAnn\t2025-01-05 10:00:00\t1,234.50\nBen\t2025-01-06 11:30:00\t12\n",
    ],
)  # fmt: skip
def test_ordinary_logs_are_asked_nothing(text: str, tmp_path: Path) -> None:
    log = tmp_path / "orders.csv"
    log.write_text(text)
    assert summarised(log)[0] > 0
