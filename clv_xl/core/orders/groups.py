"""What customers are worth by how they were won."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders.cohorts import payback
from clv_xl.core.orders.customers import until
from clv_xl.core.orders.engines import Frame, period_number, rows
from clv_xl.core.orders.rules import OrdersError

UNKNOWN = "(none)"
"""The group of customers whose first order names no channel."""


@dataclass(frozen=True, slots=True)
class Group:
    """The customers that one channel won. Money in the currency of the log.

    `cltv`: value per customer so far, revenue net of refunds, or profit with a margin or a cost. `cac`: spend /
    customers. `ratio` = cltv / cac, None where the spend is unknown or zero. `payback`: months from each customer's
    first order until the group's cumulative value per customer reached the CAC (0 is the month of the first order);
    None if it has not.
    """

    group: str
    customers: int
    orders: int
    revenue: float
    cltv: float
    spend: float | None = None
    cac: float | None = None
    ratio: float | None = None
    payback: int | None = None


def group_summary(
    orders: Any,
    spend: Mapping[str, float] | None = None,
    margin: float | None = None,
    as_of: dt.date | None = None,
) -> tuple[Group, ...]:
    """One row a channel, the most valuable customers first. A customer belongs to the channel of the first order.

    Of several first orders at the same moment the alphabetically first channel counts. The value is revenue × `margin`
    (a share); without a margin, revenue less cost where the log has a cost; else revenue. `spend`: money spent on each
    channel. A channel with spend and no customers is listed, with no CAC.

    Raises OrdersError without a column for the channel, or where there is no order.
    """
    frame, _ = until(orders, as_of)
    if "channel" not in frame.collect_schema().names():
        raise OrdersError("The orders have no channel; say which column of the log holds it.")
    spend = spend or {}
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for row in rows(channel_curves(frame, margin)):
        found.setdefault(row["group"], {})[int(row["age"])] = row
    if not found:
        raise OrdersError("There is no order.")
    groups = [_group(name, curve, spend.get(name)) for name, curve in found.items()]
    groups += [Group(name, 0, 0, 0.0, 0.0, money) for name, money in spend.items() if name not in found]
    return tuple(sorted(groups, key=lambda g: (-g.cltv, g.group)))


def channel_curves(frame: Frame, margin: float | None) -> Frame:
    """One row a group and age in months: customers (at age 0), orders, revenue, value."""
    cost = nw.col("cost") if "cost" in frame.collect_schema().names() else nw.lit(0.0)
    value = nw.col("amount") - cost if margin is None else nw.col("amount") * margin
    sale = nw.col("is_order")
    frame = frame.with_columns(value=value, unit=period_number(nw.col("moment"), "month"))
    sales = frame.filter(sale)
    firsts = sales.group_by("customer").agg(first=nw.col("moment").min())
    opening = sales.join(firsts, on="customer", how="inner").filter(nw.col("moment") == nw.col("first"))
    won = opening.with_columns(channel=nw.col("channel").cast(nw.String).fill_null(UNKNOWN))
    won = won.group_by("customer").agg(group=nw.col("channel").min(), start=nw.col("unit").min())
    joined = frame.select("customer", "unit", "amount", "value", "is_order").join(won, on="customer", how="inner")
    age = nw.col("unit") - nw.col("start")
    joined = joined.with_columns(age=nw.when(age > 0).then(age).otherwise(0), orders=sale.cast(nw.Int64))
    each = joined.group_by("group", "customer", "age").agg(*(nw.col(c).sum() for c in ("orders", "amount", "value")))
    each = each.with_columns(won=(nw.col("age") == 0).cast(nw.Int64))
    return each.group_by("group", "age").agg(*(nw.col(c).sum() for c in ("won", "orders", "amount", "value")))


def _group(name: str, curve: dict[int, dict[str, Any]], spend: float | None) -> Group:
    customers = int(curve[0]["won"])
    cac = None if spend is None else spend / customers
    ages = sorted(curve)
    so_far = [value / customers for value in accumulate(float(curve[age]["value"]) for age in ages)]
    reached = payback(so_far, cac)
    cltv = so_far[-1]
    return Group(
        name,
        customers,
        sum(int(c["orders"]) for c in curve.values()),
        sum(float(c["amount"]) for c in curve.values()),
        cltv,
        spend,
        cac,
        cltv / cac if cac else None,
        None if reached is None else ages[reached],
    )
