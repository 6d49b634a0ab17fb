"""The figures of the report against a slow, independent computation, and against two calculation engines."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import subprocess
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from clv_xl import engine
from clv_xl.audit import audit

Line = tuple[str, dt.date, float, str, str, float]


@pytest.fixture(scope="module")
def book(workbook: bytes) -> Any:
    return load_workbook(io.BytesIO(workbook), data_only=True)


class Slow:
    """What the report should say, in plain Python."""

    def __init__(self, log: list[Line]) -> None:
        self.revenue: dict[str, float] = defaultdict(float)
        orders: dict[tuple[str, str], float] = defaultdict(float)
        self.day: dict[tuple[str, str], dt.date] = {}
        for name, day, amount, order, _, _ in log:
            self.revenue[name] += amount
            orders[name, order] += amount
            self.day[name, order] = day
        self.orders = {key for key, amount in orders.items() if amount > 0}
        self.count = {name: sum(who == name for who, _ in self.orders) for name in self.revenue}
        self.first = {n: min(self.day[k] for k in self.orders if k[0] == n) for n in self.revenue}
        self.last = {n: max(self.day[k] for k in self.orders if k[0] == n) for n in self.revenue}
        self.channel = {
            n: next(c for who, day, _, _, c, _ in log if (who, day) == (n, self.first[n])) for n in self.first
        }
        self.as_of = max(line[1] for line in log)


def beside(sheet: Any, label: str, column: int = 2) -> Any:
    """The value in the row of a label."""
    rows = [row for row in sheet.iter_rows() if row[0].value == label]
    assert rows, f"{sheet.title} has no row {label}"
    return rows[0][column - 1].value


def test_key_figures(book: Any, log: list[Line]) -> None:
    slow, sheet = Slow(log), book["Results"]
    n, total = len(slow.revenue), sum(slow.revenue.values())
    best = sum(sorted(slow.revenue.values(), reverse=True)[: math.ceil(0.2 * n)])
    for label, expected in (
        ("Customers", n),
        ("Orders", len(slow.orders)),
        ("Revenue", total),
        ("Customers with two orders or more", sum(c > 1 for c in slow.count.values())),
        ("Average purchase value (APV)", total / len(slow.orders)),
        ("Average purchase frequency (APF)", len(slow.orders) / n),
        ("Repeat rate", sum(c > 1 for c in slow.count.values()) / n),
        ("How many they are", math.ceil(0.2 * n)),
        ("Their share of revenue", best / total),
    ):
        assert beside(sheet, label) == pytest.approx(expected, rel=1e-9), label
    margin = 1 - sum(line[5] for line in log) / total
    assert beside(book["Inputs"], "Gross margin") == pytest.approx(margin, abs=1e-6)


def test_customers_and_scores(book: Any, log: list[Line]) -> None:
    slow = Slow(log)
    rows = list(book["Customers"].iter_rows(min_row=7, values_only=True))
    assert [row[0] for row in rows] == list(range(1, len(slow.revenue) + 1))
    worse = {n: sum(slow.last[o] < slow.last[n] for o in slow.last) for n in slow.last}
    for _, name, first, last, orders, revenue, average, days, r, f, m, _ in rows:
        assert (first.date(), last.date(), orders) == (slow.first[name], slow.last[name], slow.count[name])
        assert revenue == pytest.approx(slow.revenue[name], abs=1e-6)
        assert average == pytest.approx(slow.revenue[name] / orders, abs=1e-6)
        assert days == (slow.as_of - slow.last[name]).days
        assert r == 1 + 5 * worse[name] // len(rows)
        assert f == 1 + 5 * sum(c < orders for c in slow.count.values()) // len(rows)
        assert m == 1 + 5 * sum(round(v - revenue, 6) < 0 for v in slow.revenue.values()) // len(rows)


def test_segments_add_up_from_the_customers(book: Any) -> None:
    listed = [row[11] for row in book["Customers"].iter_rows(min_row=7, values_only=True)]
    for name in set(listed):
        assert beside(book["RFM"], name) == listed.count(name)
        assert beside(book["RFM"], name, 3) == pytest.approx(listed.count(name) / len(listed))


def test_cohorts(book: Any, log: list[Line]) -> None:
    slow, sheet = Slow(log), book["Cohorts"]
    tops = [row[0].row for row in sheet.iter_rows() if row[0].value == "Cohort"]
    retention, value, _, revenue = tops
    months = {k: slow.day[k].year * 12 + slow.day[k].month for k in slow.day}
    start = {n: d.year * 12 + d.month for n, d in slow.first.items()}
    for offset, cohort in enumerate(sorted(set(start.values())), 1):
        who = {n for n in start if start[n] == cohort}
        spent: dict[int, float] = defaultdict(float)
        for name, day, amount, *_ in log:
            if name in who:
                spent[max(0, day.year * 12 + day.month - cohort)] += amount
        for age in range(slow.as_of.year * 12 + slow.as_of.month - cohort + 1):
            active = {k[0] for k in slow.orders if k[0] in who and months[k] == cohort + age}
            assert sheet.cell(retention + offset, 3 + age).value == pytest.approx(len(active) / len(who))
            assert sheet.cell(revenue + offset, 3 + age).value == pytest.approx(spent[age], abs=1e-6)
            so_far = sum(spent[a] for a in range(age + 1)) / len(who)
            assert sheet.cell(value + offset, 3 + age).value == pytest.approx(so_far)


def test_channels(book: Any, log: list[Line]) -> None:
    slow, sheet = Slow(log), book["Channels"]
    for channel in {"search", "social", "=cmd"}:
        who = [n for n in slow.channel if slow.channel[n] == channel]
        assert beside(sheet, channel) == len(who)
        total = sum(slow.revenue[n] for n in who)
        assert beside(sheet, channel, 4) == pytest.approx(total)
        margin = beside(book["Inputs"], "Gross margin")
        assert beside(sheet, channel, 5) == pytest.approx(total / len(who) * margin)
        assert beside(sheet, channel, 8) == "no spend"


def test_spend_gives_cost_ratio_and_payback(workbook: bytes) -> None:
    book = load_workbook(io.BytesIO(workbook))
    row = next(r for r in book["Inputs"].iter_rows() if r[0].value == "search")
    book["Inputs"].cell(row[0].row, 2).value = 2000
    stream = io.BytesIO()
    book.save(stream)
    values = engine.calculate(stream.getvalue())
    sheet = book["Channels"]
    line = next(r for r in sheet.iter_rows() if r[0].value == "search")
    at = line[0].row
    customers, cac = line[1].value, values["Channels"][f"G{at}"]
    assert cac == pytest.approx(2000 / customers)
    assert values["Channels"][f"H{at}"] == pytest.approx(values["Channels"][f"E{at}"] / cac)
    curve = [r for r in sheet.iter_rows(values_only=True) if r[0] == "search"][1][1:]
    margin = book["Inputs"]["B7"].value
    below = [v for v in curve if isinstance(v, float) and v * margin < cac]
    reached = any(isinstance(v, float) and v * margin >= cac for v in curve)
    assert values["Channels"][f"I{at}"] == (len(below) if reached else "not yet")


def test_the_file_reconciles(book: Any, log: list[Line]) -> None:
    sheet = book["Data report"]
    assert beside(sheet, "In the file") == len(log) + 1
    assert beside(sheet, "− Customer missing", 3) == 10
    assert beside(sheet, "Unexplained") == 0
    assert beside(sheet, "Unexplained", 3) == pytest.approx(0, abs=1e-6)


def test_the_audit_finds_nothing(workbook: bytes) -> None:
    assert audit(workbook) == []


def test_stored_values_are_the_engines(workbook: bytes, book: Any) -> None:
    values = engine.calculate(workbook)
    for title, cells in values.items():
        for address, value in cells.items():
            stored = book[title][address].value
            assert (stored or "") == (
                pytest.approx(value, rel=1e-12) if isinstance(value, float) and value else value or ""
            )
    assert [c for c in checks(book).values() if c is not True] == []


def checks(book: Any) -> dict[str, Any]:
    found = {}
    for name, defined in book.defined_names.items():
        if name.startswith("check_"):
            ((sheet, cell),) = defined.destinations
            found[name] = book[sheet][cell.replace("$", "")].value
    assert "check_master" in found
    return found


def without_values(workbook: bytes) -> bytes:
    """A copy that has to be calculated by whoever opens it."""
    source, stream = zipfile.ZipFile(io.BytesIO(workbook)), io.BytesIO()
    with zipfile.ZipFile(stream, "w") as copy:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb'( t="[a-z]+")?>(<f>[^<]*</f>)<v>[^<]*</v>', rb">\2", part)
                part = re.sub(rb'( t="[a-z]+")?>(<f>[^<]*</f>)<v/>', rb">\2", part)
            copy.writestr(name, part)
    return stream.getvalue()


def test_libreoffice_calculates_the_same(workbook: bytes, book: Any, soffice: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "report.xlsx").write_bytes(without_values(workbook))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), "in/report.xlsx"]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, timeout=180)
    theirs = load_workbook(tmp_path / "report.xlsx", data_only=True)
    compared = 0
    for title, cells in engine.calculate(workbook).items():
        for address, value in cells.items():
            got = theirs[title][address].value
            if isinstance(value, float):
                assert got == pytest.approx(value, rel=1e-9, abs=1e-6), f"{title}!{address}"
            else:
                assert (got or "") == (value or ""), f"{title}!{address}"
            compared += 1
    assert compared > 200
    assert all(value is True for value in checks(theirs).values())
