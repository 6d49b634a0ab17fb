"""A small order log with everything that makes logs messy, and the report on it."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clv_xl.cli import app

NAMES = ('=HYPERLINK("http://x","y")', "-5+3", "@SUM(A1)", '<b>&"q"', "00123")
Line = tuple[str, dt.date, float, str, str, float]
HEAD = ("customer", "date", "amount", "order", "channel", "cost")


def lines(customers: int = 60, days: int = 300) -> list[Line]:
    """Orders, some of several lines, refunds among them; the same every time."""
    dice = random.Random(7)
    found: list[Line] = []
    for n in range(customers):
        name = NAMES[n] if n < len(NAMES) and customers > len(NAMES) else f"C{n:03}"
        day = dt.date(2025, 1, 3) + dt.timedelta(dice.randrange(days))
        channel = dice.choice(["search", "social", "=cmd"])
        for k in range(dice.choice([1, 1, 2, 3, 5])):
            for _ in range(dice.choice([1, 1, 2])):
                amount = dice.randrange(500, 20000) / 100
                found.append((name, day, amount, f"{n}-{k}", channel, round(amount * 0.4, 2)))
            if dice.random() < 0.1:
                found.append((name, day, -3.25, f"{n}-{k}-r", channel, 0.0))
            day += dt.timedelta(dice.randrange(1, 70))
    return found


def write_log(path: Path, found: list[Line], parts: int = len(HEAD)) -> Path:
    """The lines as CSV, the first columns of them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD[:parts])
        writer.writerows(line[:parts] for line in found)
    return path


def run_report(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["report", *arguments], env={"COLUMNS": "200"})


@pytest.fixture(scope="session")
def report() -> Callable[..., Result]:
    """The command."""
    return run_report


@pytest.fixture(scope="session")
def log() -> list[Line]:
    """The lines of the log, without the one that has no customer."""
    return lines()


@pytest.fixture(scope="session")
def workbook(tmp_path_factory: pytest.TempPathFactory, log: list[Line]) -> bytes:
    """The report on the log."""
    folder = tmp_path_factory.mktemp("report")
    path = write_log(folder / "log.csv", [*log, ("", dt.date(2025, 2, 1), 10.0, "x", "search", 4.0)])
    result = run_report(str(path), "-o", str(folder / "report.xlsx"), "--currency", "EUR")
    assert result.exit_code == 0, result.output
    return (folder / "report.xlsx").read_bytes()
