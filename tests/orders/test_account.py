"""The account of random messy logs on every engine, against a loop over the lines that follows the words."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clv_xl.core.orders import Columns, OrderRules, OrdersError, clean

Engine = Callable[[dict[str, list[Any]]], Any]
Line = tuple[str | None, str | None, float | None, str | None]
NAMES = ("customer", "date", "amount", "status")
TODAY = dt.date(2025, 6, 1)

LINES = st.tuples(
    st.sampled_from(["ann", "ANN", "ben", "cid 7", None]),
    st.sampled_from(["2025-01-05", "2025-01-05", "2025-02-03", "2025-03-01", "2026-01-01", "soon", None]),
    st.sampled_from([10.0, 10.0, 2.5, 0.1, 0.2, -0.3, 0.0, -4.0, -10.0, None]),
    st.sampled_from(["paid", "paid", "Cancelled", "failed", None]),
).map(lambda line: (*line[:2], abs(line[2]) if line[2] and line[3] in ("Cancelled", "failed") else line[2], line[3]))


def reason(line: Line, last: str) -> str | None:
    who, day, amount, status = line
    if status in ("Cancelled", "failed"):
        return "Orders that did not happen"
    if amount is None:
        return "Amount missing or unreadable"
    if day in (None, "soon"):
        return "Date missing or unreadable"
    if who is None:
        return "Customer missing"
    assert day is not None
    return "After the last day that counts" if day > last else None


def account(lines: list[Line]) -> dict[str, Any] | None:
    """Lines and money by the words of docs/report.md; None where no order is left."""
    days = [
        d
        for w, d, a, s in lines
        if w and s not in ("Cancelled", "failed") and a is not None and d and d[0] == "2" and d <= TODAY.isoformat()
    ]
    last = max(days, default=TODAY.isoformat())
    out: dict[str, list[Line]] = defaultdict(list)
    orders: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        why = reason(line, last)
        if why is not None:
            out[why].append(line)
        else:
            assert line[0] is not None
            assert line[1] is not None
            orders[line[0].lower(), line[1]].append(line)
    worth = {key: round(sum(line[2] or 0.0 for line in there), 6) > 0 for key, there in orders.items()}
    buyers = {who for (who, _), sold in worth.items() if sold}
    if not buyers:
        return None
    kept = [line for (who, _), there in orders.items() for line in there if who in buyers]
    idle = [line for (who, _), there in orders.items() for line in there if who not in buyers]
    if idle:
        out["Customers without an order"] = idle
    copies = Counter(kept)
    return {
        "out": {why: (len(there), money(there)) for why, there in out.items()},
        "kept": (len(kept), money(kept), sum(sold for sold in worth.values())),
        "refunds": (len([x for x in kept if (x[2] or 0) < 0]), money([x for x in kept if (x[2] or 0) < 0])),
        "free": len([x for x in kept if x[2] == 0]),
        "duplicates": (
            sum(n - 1 for n in copies.values()),
            round(sum((n - 1) * (line[2] or 0.0) for line, n in copies.items()), 6),
        ),
    }


def money(lines: list[Line]) -> float:
    return round(sum(line[2] or 0.0 for line in lines), 6)


def shown(report: Any) -> dict[str, Any]:
    notes = {row.step: row for row in report.rows if row.role == "note"}
    kept = report.row("kept")

    def note(step: str) -> tuple[int, float]:
        return (notes[step].lines, round(notes[step].amount, 6)) if step in notes else (0, 0.0)

    return {
        "out": {row.step: (row.lines, round(row.amount, 6)) for row in report.left_out},
        "kept": (kept.lines, round(kept.amount, 6), kept.orders),
        "refunds": note("Refunds (negative lines)"),
        "free": note("Free items (amount 0)")[0],
        "duplicates": note("Duplicates"),
    }


def check(engine: Engine, lines: list[Line]) -> None:
    frame = engine({name: list(values) for name, values in zip(NAMES, zip(*lines, strict=True), strict=True)})
    wanted = account(lines)
    rules = OrderRules(today=TODAY)
    if wanted is None:
        with pytest.raises(OrdersError):
            clean(frame, Columns(*NAMES[:3], status="status"), rules)
        return
    report = clean(frame, Columns(*NAMES[:3], status="status"), rules).report
    assert shown(report) == wanted
    assert report.reconciles
    assert (report.row("total").lines, round(report.row("total").amount, 6)) == (len(lines), money(lines))


ANCHOR: Line = ("dan", "2025-01-01", 1.0, "paid")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, min_size=1, max_size=14))
def test_every_line_has_its_place(engine: Engine, request: pytest.FixtureRequest, lines: list[Line]) -> None:
    if "spark" in request.node.name:
        pytest.skip("one long log instead, below: a query takes a second here")
    check(engine, [ANCHOR, *lines])


def test_every_line_of_a_long_log_has_its_place(engine: Engine) -> None:
    import random

    dice = random.Random(7)
    pick = dice.choice
    lines: list[Line] = [ANCHOR]
    for i in range(400):
        status = pick(["paid", "paid", "paid", "Cancelled", "failed", None])
        amount = pick([10.0, 2.5, 0.1, 0.2, -0.3, 0.0, -4.0, None])
        if amount is not None and status in ("Cancelled", "failed"):
            amount = abs(amount)
        day = pick([f"2025-0{1 + i % 5}-1{i % 7}", "2025-01-05", "2026-01-01", "soon", None])
        lines.append((pick(["ann", "ANN", "ben", "cid 7", "eve", None]), day, amount, status))
    check(engine, lines)
