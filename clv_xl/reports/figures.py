"""What the report says, gathered from the orders once, before any cell is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clv_xl.core.orders import (
    Cleaned,
    CohortTable,
    Columns,
    DataReport,
    Kpis,
    cohort_table,
    customer_summary,
    kpis_of,
    rows,
    settled,
)
from clv_xl.core.orders.engines import PERIODS, Frame, check_period, number_of, opened
from clv_xl.core.orders.groups import channel_curves
from clv_xl.core.rfm import score_customers, segment_rows
from clv_xl.core.scores import significant
from clv_xl.core.segments import BANDS, segment_map

MAX_PERIODS = 36
"""More columns than this no reader takes in: the cohorts then take the next longer period."""
MAX_CHANNELS = 30
OTHER = "(all other channels)"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the log came from, and how it was read."""

    name: str
    """The file's name, or the database without a password."""
    notes: tuple[str, ...]
    columns: Columns
    currency: str
    """What amounts are in, as a reader would say it."""


@dataclass(frozen=True, slots=True)
class Customers:
    """One element a customer, the highest revenue first."""

    names: Sequence[Any]
    first: Sequence[dt.datetime]
    last: Sequence[dt.datetime]
    orders: Sequence[int]
    revenue: Sequence[float]
    average: Sequence[float]
    recency: Sequence[int]
    r: Sequence[int]
    f: Sequence[int]
    m: Sequence[int]
    segment: Sequence[str]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of the segment table."""

    name: str
    customers: int
    revenue: float
    action: str


@dataclass(frozen=True, slots=True)
class Channel:
    """The customers that one channel won. `curve`: revenue so far per customer, by months since the first order."""

    name: str
    customers: int
    orders: int
    revenue: float
    curve: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the report shows."""

    source: Source
    report: DataReport
    as_of: dt.date
    first: dt.date
    kpis: Kpis
    repeats: int
    cost: float | None
    customers: Customers
    segments: tuple[Segment, ...]
    notes: tuple[str, ...]
    """Where scores do not occur, and why."""
    active: CohortTable
    """Customers who ordered, by cohort and period."""
    revenue: CohortTable
    asked: str
    """The period that was asked for; the tables may have a longer one."""
    channels: tuple[Channel, ...]


def money(value: float) -> float:
    """An amount to 12 digits: sums of many amounts differ beyond those with the order of adding up."""
    return round(float(f"{value:.12g}"), 9) + 0.0


def gather(cleaned: Cleaned, source: Source, period: str = "month") -> tuple[Figures, Frame]:
    """All figures from the orders, and the customers as a frame. Raises OrdersError for an unknown period."""
    check_period(period)
    frame = settled(customer_summary(cleaned.orders, cleaned.as_of, "day"))
    kpis = kpis_of(frame)
    found = rows(frame)
    customers, segments, notes = _customers(found)
    first = min(customers.first).date()
    shown = _readable(period, first, cleaned.as_of)
    tables = [cohort_table(cleaned.orders, shown, m, as_of=cleaned.as_of) for m in ("customers", "revenue")]
    cost = sum(r["cost"] or 0.0 for r in found) if "cost" in found[0] else None
    repeats = sum(r["orders"] > 1 for r in found)
    channels = _channels(cleaned) if source.columns.channel is not None else ()
    figures = Figures(
        source, cleaned.report, cleaned.as_of, first, kpis, repeats, cost, customers, segments, notes,
        tables[0], tables[1], period, channels,
    )  # fmt: skip
    return figures, frame


def _readable(period: str, first: dt.date, last: dt.date) -> str:
    """The period, or the shortest longer one that gives a table of a readable width."""
    order = PERIODS[PERIODS.index(period) :]
    return next((p for p in order if number_of(last, p) - number_of(first, p) < MAX_PERIODS), PERIODS[-1])


def _customers(found: list[dict[str, Any]]) -> tuple[Customers, tuple[Segment, ...], tuple[str, ...]]:
    revenue = np.array([r["revenue"] for r in found], dtype=float)
    names = np.array([str(r["customer"]) for r in found], dtype=object)
    order = np.lexsort((names, -significant(revenue)))
    ordered = [found[i] for i in order]
    worth = revenue[order]
    scored = score_customers([r["recency_days"] for r in ordered], [r["orders"] for r in ordered], worth)
    drawn = segment_map(BANDS)
    positions = drawn.positions(scored.r, scored.f, scored.m)
    table = segment_rows(drawn, positions, worth)[:-1]
    customers = Customers(
        names=[r["customer"] for r in ordered],
        first=[r["first"] for r in ordered],
        last=[r["last"] for r in ordered],
        orders=[int(r["orders"]) for r in ordered],
        revenue=[money(r["revenue"]) for r in ordered],
        average=[money(r["average_order"]) for r in ordered],
        recency=[int(r["recency_days"]) for r in ordered],
        r=scored.r.tolist(),
        f=scored.f.tolist(),
        m=scored.m.tolist(),
        segment=[drawn.segments[p] for p in positions],
    )
    return customers, tuple(Segment(row[0], row[1], money(row[3]), row[6]) for row in table), scored.notes


def _channels(cleaned: Cleaned) -> tuple[Channel, ...]:
    """The channels by customers won, the smallest ones of a long list together."""
    by_name: dict[str, dict[int, dict[str, Any]]] = {}
    months = 0
    for row in rows(channel_curves(cleaned.orders, 1.0)):
        by_name.setdefault(row["group"], {})[int(row["age"])] = row
        months = max(months, int(row["age"]))
    ranked = sorted(by_name, key=lambda name: (-by_name[name][0]["won"], name))
    several = len(ranked) > MAX_CHANNELS
    alone = ranked[: MAX_CHANNELS - 1] if several else ranked
    channels = [_channel(name, [by_name[name]], months) for name in alone]
    if several:
        channels.append(_channel(OTHER, [by_name[name] for name in ranked[MAX_CHANNELS - 1 :]], months))
    return tuple(channels)


def _channel(name: str, curves: list[dict[int, dict[str, Any]]], months: int) -> Channel:
    def total(part: str, age: int) -> float:
        return sum(float(curve[age][part]) for curve in curves if age in curve)

    customers = int(total("won", 0))
    earned = np.cumsum([total("amount", age) for age in range(months + 1)])
    orders = int(sum(total("orders", age) for age in range(months + 1)))
    shown = tuple(money(v / customers) for v in earned[:MAX_PERIODS].tolist())
    return Channel(name, customers, orders, money(float(earned[-1])), shown)


def as_frame(who: Customers) -> Frame:
    """The customers as a frame, to be saved where a sheet cannot hold them."""
    import pandas as pd

    return opened(
        pd.DataFrame(
            {
                "customer": who.names, "first": who.first, "last": who.last, "orders": who.orders,
                "revenue": who.revenue, "average_order": who.average, "recency_days": who.recency,
                "r": who.r, "f": who.f, "m": who.m, "segment": who.segment,
            }
        )
    )  # fmt: skip
