"""One log, every engine, and a slow summary in plain Python: all the same."""

from __future__ import annotations

import datetime as dt
import importlib.util
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clv_xl.core.orders import (
    PERIODS,
    Columns,
    OrderRules,
    clean,
    cohort_table,
    customer_summary,
    group_summary,
    kpis,
    rows,
)

Engine = Callable[[dict[str, list[Any]]], Any]
_spec = importlib.util.spec_from_file_location("slow_orders", Path(__file__).with_name("slow_orders.py"))
assert _spec is not None
assert _spec.loader is not None
slow = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(slow)

AS_OF = dt.date(2024, 3, 31)
NUMBERED = Columns("who", "when", "money", order="number", channel="by")
NAMES = {"customer": "who", "moment": "when", "amount": "money", "order": "number", "channel": "by"}


def random_lines(count: int, seed: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    begin = dt.datetime(2022, 11, 20)
    lines = []
    for _ in range(count):
        number = dice.randrange(count // 3 + 1)
        who = f"c{number % (count // 12 + 2):03}"
        moment = begin + dt.timedelta(hours=(number * 7919) % (24 * 520), minutes=dice.choice([0, 0, 1]))
        lines.append(
            {
                "customer": dice.choice([who] * 20 + [None]),
                "moment": moment,
                "amount": dice.choice([None, 0.0, -5.0, -12.5] + [dice.randrange(1, 9999) / 100 for _ in range(16)]),
                "order": dice.choice([f"n{number}"] * 15 + [None]),
                "channel": dice.choice(["ads", "friends", "search", None]),
            }
        )
    return lines


def columns_of(lines: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {there: [line[here] for line in lines] for here, there in NAMES.items()}


def by_customer(frame: Any) -> dict[Any, dict[str, Any]]:
    return {row.pop("customer"): row for row in rows(frame)}


def assert_same(got: dict[Any, dict[str, Any]], expected: dict[Any, dict[str, Any]]) -> None:
    """Counts and dates exactly, money to a billionth."""
    assert got.keys() == expected.keys()
    for key, row in expected.items():
        assert got[key].keys() == row.keys()
        for name, value in row.items():
            if isinstance(value, float):
                assert got[key][name] == pytest.approx(value, rel=1e-9, abs=1e-9), (key, name)
            else:
                assert got[key][name] == value, (key, name)


LINES = random_lines(600, 1)
ENTRIES = slow.entries(slow.usable(LINES, AS_OF))


@pytest.fixture(scope="module")
def orders(engine: Engine) -> Any:
    return clean(engine(columns_of(LINES)), NUMBERED, OrderRules(as_of=AS_OF)).orders


class TestEveryEngine:
    @pytest.mark.parametrize("period", PERIODS)
    def test_the_summary_is_the_slow_one(self, orders: Any, period: str) -> None:
        assert_same(by_customer(customer_summary(orders, AS_OF, period)), slow.summary(ENTRIES, AS_OF, period))

    @pytest.mark.parametrize("period", PERIODS)
    def test_cohorts_are_the_slow_ones(self, orders: Any, period: str) -> None:
        cells = slow.retention(ENTRIES, AS_OF, period)
        starts = sorted({cohort for cohort, _ in cells})
        for position, measure in enumerate(("customers", None, "revenue")):
            if measure is None:
                continue
            table = cohort_table(orders, period, measure, as_of=AS_OF)
            assert len(table.cohorts) == len(starts)
            for start, size, values in zip(starts, table.sizes, table.values, strict=True):
                assert size == cells[start, 0][0]
                last = slow.unit(dt.datetime.combine(AS_OF, dt.time()), period) - start
                expected = [cells.get((start, age), (0, 0, 0.0))[position] for age in range(last + 1)]
                assert list(values[: last + 1]) == pytest.approx(expected, rel=1e-9, abs=1e-9)
                assert set(values[last + 1 :]) <= {None}

    def test_groups_share_out_all_customers_and_all_money(self, orders: Any) -> None:
        groups = group_summary(orders, {"ads": 500.0}, as_of=AS_OF)
        expected = slow.summary(ENTRIES, AS_OF, "day")
        assert sum(g.customers for g in groups) == len(expected)
        assert sum(g.orders for g in groups) == sum(row["orders"] for row in expected.values())
        assert sum(g.revenue for g in groups) == pytest.approx(sum(row["revenue"] for row in expected.values()))
        won = {
            customer: min(
                o["channel"] or "(none)"
                for o in ENTRIES
                if o["customer"] == customer
                and o["amount"] > 1e-9
                and o["moment"] == min(e["moment"] for e in ENTRIES if e["customer"] == customer and e["amount"] > 1e-9)
            )
            for customer in expected
        }
        assert {g.group: g.customers for g in groups} == {c: list(won.values()).count(c) for c in set(won.values())}

    def test_the_report_accounts_for_every_line(self, engine: Engine) -> None:
        report = clean(engine(columns_of(LINES)), NUMBERED, OrderRules(as_of=AS_OF)).report
        assert report.reconciles
        assert report.unexplained_lines == 0
        assert report.row("total").lines == len(LINES)
        assert report.row("total").amount == pytest.approx(sum(line["amount"] or 0 for line in LINES), rel=1e-12)
        buyers = slow.summary(ENTRIES, AS_OF, "day")
        assert report.row("kept").orders == sum(row["orders"] for row in buyers.values())
        assert report.row("kept").amount == pytest.approx(sum(row["revenue"] for row in buyers.values()), rel=1e-12)

    def test_kpis(self, orders: Any) -> None:
        buyers = slow.summary(ENTRIES, AS_OF, "day").values()
        money = sorted((row["revenue"] for row in buyers), reverse=True)
        found = kpis(orders, AS_OF)
        assert (found.customers, found.orders) == (len(buyers), sum(row["orders"] for row in buyers))
        assert found.apv == pytest.approx(sum(money) / found.orders)
        assert found.repeat_rate == sum(row["orders"] > 1 for row in buyers) / len(buyers)
        whole, part = divmod(len(money), 5)
        top = sum(money[:whole]) + (money[whole] * part / 5 if part else 0.0)
        assert found.top_share == pytest.approx(top / sum(money))


lines_drawn = st.lists(
    st.fixed_dictionaries(
        {
            "customer": st.sampled_from(["a", "b", "c", None]),
            "moment": st.datetimes(dt.datetime(2023, 12, 25), dt.datetime(2024, 4, 9)).map(
                lambda m: m.replace(microsecond=0)
            ),
            "amount": st.sampled_from([None, 0.0, 0.1, 0.2, -0.3, -0.1, 7.25, 100.0, -100.0]),
            "order": st.sampled_from(["1", "2", "3", "4", None]),
            "channel": st.sampled_from(["ads", "search", None]),
        }
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.parametrize("make", ["pandas", "polars", "duckdb"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=lines_drawn)
def test_any_log(make: str, lines: list[dict[str, Any]], request: pytest.FixtureRequest) -> None:
    found = slow.entries(slow.usable(lines, AS_OF))
    expected = slow.summary(found, AS_OF, "week")
    anchor = {"customer": "z", "moment": dt.datetime(2024, 1, 1), "amount": 1.0, "order": "0", "channel": "ads"}
    frame = makers()[make](columns_of([*lines, anchor]))
    cleaned = clean(frame, NUMBERED, OrderRules(as_of=AS_OF))
    assert cleaned.report.reconciles
    got = by_customer(customer_summary(cleaned.orders, AS_OF, "week"))
    assert got.pop("z")["orders"] == 1
    assert_same(got, expected)


def makers() -> dict[str, Engine]:
    spec = importlib.util.spec_from_file_location("orders_conftest", Path(__file__).with_name("conftest.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {"pandas": module.in_pandas, "polars": module.in_polars, "duckdb": module.in_duckdb}
