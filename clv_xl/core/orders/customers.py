"""One row a customer, and the handful of figures that describe them all."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders.engines import (
    Frame,
    after,
    check_period,
    day_number,
    day_stamp,
    is_native,
    number_of,
    occurring,
    opened,
    period_number,
    rows,
    without,
)
from clv_xl.core.orders.rules import OrdersError
from clv_xl.core.orders.totals import totals

TOP = 0.2

_TRUNCATED = {"day": "1d", "month": "1mo", "quarter": "1q", "year": "1y"}


def until(orders: Any, as_of: dt.date | None) -> tuple[Frame, dt.date]:
    """The orders up to the end of `as_of`, and that day; by default the day of the last one."""
    frame = opened(orders)
    if as_of is None:
        last = rows(without(frame, ~nw.col("is_order")).select(last=nw.col("moment").max()))[0]["last"]
        if last is None:
            raise OrdersError("There is no order.")
        return frame, last.date()
    return without(frame, after(nw.col("moment"), as_of)), as_of


def customer_summary(orders: Any, as_of: dt.date | None = None, period: str | None = "day") -> Frame:
    """One row a customer, lazily, in the engine of `orders` (`Cleaned.orders`, or a frame with the same columns).

    - `customer`; `first`, `last`: days of the first and last order.
    - `orders`: how many (the frequency of RFM). `revenue`: money, net of refunds (the monetary value of RFM).
      `average_order` = revenue / orders. `cost` where the log has it.
    - `recency_days`: days from the last order to `as_of` (the recency of RFM). `age_days`: from the first one.
    - `repeat` = orders - 1.
    - For the models, in units of `period` ("day", "week" from Monday, "month", "quarter", "year"): `x`, the repeat
      periods, that is periods with an order after the first such; `t_x`, periods from the first to the last; `t`,
      periods from the first to that of `as_of`; `repeat_value`, all money after the first period, refunds taken off on
      whatever day they stand, per repeat period, 0 without one. With None for the period these are left off, which
      saves counting the periods.

    `as_of` leaves out later orders; by default it is the day of the last order. Customers without an
    order are left out.

    Raises OrdersError for an unknown period, or where there is no order.

    Source of x, t_x, T: Fader, Hardie & Lee 2005; whole calendar units as in `summary_data_from_transaction_data` of
    the library lifetimes (in months, where that library takes 30.44 days, whole calendar months).
    """
    if period is not None:
        check_period(period)
    frame, day = until(orders, as_of)
    parts = frame.collect_schema().names()
    buyers = _buyers(frame, "cost" in parts)
    if period is None:
        return _days(buyers).select(*_measures(day, "cost" in parts))
    customers = buyers.join(_periods(frame, buyers, period), on="customer", how="inner")
    return _described(customers, day, period, "cost" in parts)


def _buyers(frame: Frame, with_cost: bool) -> Frame:
    """One row a customer with an order: the sums that need no periods."""
    sale, moment = nw.col("is_order"), nw.col("moment")
    parts = {"revenue": nw.col("amount")}
    # Where every line is an order, which pandas says quickly, counting lines is enough.
    if lines := not occurring(frame, {"money": ~sale}):
        parts["when"] = moment
    else:
        parts |= {"when": nw.when(sale).then(moment), "orders": sale.cast(nw.Int64)}
    if with_cost:
        parts["cost"] = nw.col("cost")
    frame = frame.select("customer", **parts)
    sums = [part for part in parts if part != "when"]
    found = totals(frame, ["customer"], sums, {"first": "when"}, {"last": "when"}, "orders" if lines else None)
    return found if lines else without(found, nw.col("orders") <= 0)


def _periods(frame: Frame, buyers: Frame, period: str) -> Frame:
    """One row a customer: how many periods had an order, and what came in after the first such period."""
    firsts = buyers.select("customer", start=_unit("first", period))
    money = occurring(frame, {"money": ~nw.col("is_order")})
    lines = frame.select("customer", "amount", unit=_unit("moment", period), **{n: ~m for n, m in money.items()})
    lines = lines.join(firsts, on="customer", how="inner")
    later = nw.col("unit") > nw.col("start")
    lines = lines.with_columns(later=nw.when(later).then(nw.col("amount")).otherwise(0.0))
    sums = nw.col("later").sum()
    if not money:
        by_period = lines.group_by("customer", "unit").agg(sums)
        return by_period.group_by("customer").agg(sums, periods=nw.len())
    # A period in which money only came back is none with an order.
    lines = lines.with_columns(sales=nw.col("money").cast(nw.Int64))
    by_period = lines.group_by("customer", "unit").agg(sums, nw.col("sales").max())
    return by_period.group_by("customer").agg(sums, periods=nw.col("sales").sum())


def _unit(moment: str, period: str) -> nw.Expr:
    """What tells periods apart, at the least cost: their beginning, or their number."""
    if period == "week":
        return period_number(nw.col(moment), period)
    return nw.col(moment).dt.truncate(_TRUNCATED[period])


def _days(customers: Frame) -> Frame:
    number = day_stamp if is_native(customers, "pandas") else day_number
    return customers.with_columns(end_day=number(nw.col("last")), start_day=number(nw.col("first")))


def _measures(day: dt.date, with_cost: bool) -> list[nw.Expr]:
    """The columns of a customer that need no periods."""
    today, orders = number_of(day, "day"), nw.col("orders").cast(nw.Int64)
    return [
        nw.col("customer"),
        nw.col("first").dt.truncate("1d"),
        nw.col("last").dt.truncate("1d"),
        orders,
        nw.col("revenue"),
        *([nw.col("cost")] if with_cost else []),
        (nw.col("revenue") / nw.col("orders")).alias("average_order"),
        (today - nw.col("end_day")).alias("recency_days"),
        (today - nw.col("start_day")).alias("age_days"),
        (orders - 1).alias("repeat"),
    ]


def _described(customers: Frame, day: dt.date, period: str, with_cost: bool) -> Frame:
    now = number_of(day, period)
    customers = _days(customers)
    start, end = nw.col("start_day"), nw.col("end_day")
    if period != "day":
        customers = customers.with_columns(
            start_unit=period_number(nw.col("first"), period), end_unit=period_number(nw.col("last"), period)
        )
        start, end = nw.col("start_unit"), nw.col("end_unit")
    x = nw.col("periods").cast(nw.Int64) - 1
    later = nw.col("later") / nw.when(x > 0).then(x).otherwise(1)
    return customers.select(
        *_measures(day, with_cost),
        x=x,
        t_x=end - start,
        t=now - start,
        repeat_value=nw.when(x > 0).then(later).otherwise(0.0),
    )


@dataclass(frozen=True, slots=True)
class Kpis:
    """What describes a customer base. Money in the currency of the log; shares from 0 to 1.

    `apv` (average purchase value) = revenue / orders; `apf` (average purchase frequency) = orders / customers;
    `repeat_rate`: share of customers with two orders or more; `top_share`: share of the revenue that comes from the
    best 20 % of the customers, of whom the last may count by a fraction; None where the revenue is not above 0.
    """

    customers: int
    orders: int
    revenue: float
    apv: float
    apf: float
    repeat_rate: float
    top_share: float | None


def kpis(orders: Any, as_of: dt.date | None = None) -> Kpis:
    """The figures of a customer base, from its orders. Raises OrdersError where there is no order."""
    return kpis_of(customer_summary(orders, as_of))


def kpis_of(customers: Any) -> Kpis:
    """The same from a customer summary, which saves the summing up."""
    frame = opened(customers).select("customer", "orders", "revenue")
    repeats = (nw.col("orders") > 1).cast(nw.Int64)
    found = rows(
        frame.select(n=nw.len(), orders=nw.col("orders").sum(), revenue=nw.col("revenue").sum(), repeats=repeats.sum())
    )[0]
    n = int(found["n"])
    if not n:
        raise OrdersError("There is no order.")
    revenue, count = float(found["revenue"]), int(found["orders"])
    head = math.ceil(TOP * n - 1e-9)
    best = frame.sort("revenue", descending=True, nulls_last=True).head(head)
    sums = rows(best.select(top=nw.col("revenue").sum(), last=nw.col("revenue").min()))[0]
    # Of a customer who is in the top by a fraction only, that fraction counts, as in PARETO_SHARE.
    top = float(sums["top"]) - (head - TOP * n) * float(sums["last"])
    share = top / revenue if revenue > 0 else None
    return Kpis(n, count, revenue, revenue / count, count / n, int(found["repeats"]) / n, share)
