"""Recurring revenue by month: by hand, against a slow count month by month, and the identity that must hold."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call

MRR = REGISTRY["MRR_MOVEMENTS"]
LINES = st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 14), st.integers(0, 50)), min_size=1, max_size=40)


def month(number: int) -> dt.datetime:
    return dt.datetime(2023 + (number + 10) // 12, (number + 10) % 12 + 1, 1)


def movements(lines: list[tuple[str, int, float]]) -> Any:
    return call(
        MRR,
        [
            [[name] for name, _, _ in lines],
            [[month(number) + dt.timedelta(days=number)] for _, number, _ in lines],
            [[float(amount)] for _, _, amount in lines],
        ],
    ).rows


def slow(lines: list[tuple[str, int, int]]) -> list[list[Any]]:
    balance: dict[tuple[str, int], int] = defaultdict(int)
    for name, number, amount in lines:
        balance[name, number] += amount
    first, last = min(line[1] for line in lines), max(line[1] for line in lines)
    rows, known, start = [], set(), 0
    for now in range(first, last + 1):
        new = back = more = less = gone = 0
        for name in "ABCD":
            before, after = balance[name, now - 1], balance[name, now]
            if after and not before:
                new, back = (new, back + after) if name in known else (new + after, back)
                known.add(name)
            elif before and not after:
                gone += before
            else:
                more, less = more + max(after - before, 0), less + max(before - after, 0)
        end = sum(balance[name, now] for name in "ABCD")
        rows.append([month(now), start, new, back, more, less, gone, end])
        start = end
    return rows


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_movements_equal_a_slow_count(lines: list[tuple[str, int, int]]) -> None:
    head, *rows = movements(lines)
    assert head == ["month", "start", "new", "reactivated", "expansion", "contraction", "churned", "end"]
    assert rows == slow(lines)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text("xyz", min_size=1, max_size=2), st.integers(0, 30), st.floats(0, 1e6)), min_size=1))
def test_every_month_reconciles(lines: list[tuple[str, int, float]]) -> None:
    _, *rows = movements(lines)
    before = 0.0
    for _, start, new, back, more, less, gone, end in rows:
        assert start == before
        assert min(new, back, more, less, gone, end) >= 0
        assert start + new + back + more - less - gone == pytest.approx(end, rel=1e-9, abs=1e-6)
        before = end
    assert [row[0] for row in rows] == [
        month(number) for number in range(min(n for _, n, _ in lines), max(n for _, n, _ in lines) + 1)
    ]


def test_the_same_revenue_in_other_lines_is_no_expansion() -> None:
    rows = movements([("A", 0, 0.1), ("A", 0, 0.2), ("A", 0, 0.3), ("A", 1, 0.6)])
    assert rows[2][4:7] == [0.0, 0.0, 0.0]


def test_nothing_but_zeros() -> None:
    assert movements([("A", 0, 0), ("B", 1, 0)])[1:] == [[month(0), *[0.0] * 7], [month(1), *[0.0] * 7]]


def test_revenue_cannot_be_negative() -> None:
    result = call(MRR, [[["A"]], [["2025-01-01"]], [[-1.0]]])
    assert result.value == "#NUM!"
    assert result.error is not None
    assert "mrr, row 1 of the range, must be 0 or more" in result.error.message
