"""Cohorts: customers by the period of their first order, followed from period to period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders.customers import until
from clv_xl.core.orders.engines import Frame, check_period, number_of, opened, period_number, rows, start_of
from clv_xl.core.orders.rules import OrdersError

_ROUNDING = 1e-12

MEASURES = ("customers", "retention", "revenue", "average order", "cumulative value")


@dataclass(frozen=True, slots=True)
class CohortTable:
    """One row a cohort, one column a period since the first order (column 0 is the period of the first order).

    `cohorts`: first day of each cohort's period. `sizes`: customers won. `values`: the measure, None for periods that
    had not begun on the last day that counts; the last period of a row may be unfinished. `payback`: the first period
    by whose end the cohort had brought in, per customer, what one had cost; None where it has not, or no cost is given.
    """

    period: str
    measure: str
    cohorts: tuple[dt.date, ...]
    sizes: tuple[int, ...]
    values: tuple[tuple[float | None, ...], ...]
    payback: tuple[int | None, ...]


def cohort_table(
    orders: Any,
    period: str = "month",
    measure: str = "retention",
    cac: float | None = None,
    as_of: dt.date | None = None,
    margin: float = 1.0,
) -> CohortTable:
    """Cohorts by "day", "week" (ISO, from Monday), "month", "quarter" or "year" of the first order.

    The measure of each cohort and period since: "customers" who ordered in it; "retention", their share of the cohort;
    "revenue", money, net of refunds; "average order", revenue / orders, None without orders; "cumulative value",
    revenue so far per customer of the cohort, times `margin` (a share). `cac` is money per customer won; payback
    compares it with the cumulative value. Periods without new customers have no row.

    Raises OrdersError for an unknown period or measure, or where there is no order.
    """
    check_period(period)
    if measure not in MEASURES:
        raise OrdersError(f'measure is "{measure}"; choose from: {", ".join(MEASURES)}.')
    frame, day = until(orders, as_of)
    cells = {(r["cohort"], r["age"]): r for r in rows(_cells(frame, period))}
    if not cells:
        raise OrdersError("There is no order.")
    starts = sorted({cohort for cohort, _ in cells})
    last = number_of(day, period)
    curves = [_curve(cells, start, last) for start in starts]
    sizes = [int(curve[0]["buyers"]) for curve in curves]
    cumulative = [_cumulative(curve, size, margin) for curve, size in zip(curves, sizes, strict=True)]
    width = last - starts[0] + 1
    values = [
        tuple([*(c if measure == "cumulative value" else _measured(curve, size, measure)), *[None] * width][:width])
        for curve, size, c in zip(curves, sizes, cumulative, strict=True)
    ]
    return CohortTable(
        period,
        measure,
        tuple(start_of(s, period) for s in starts),
        tuple(sizes),
        tuple(values),
        tuple(payback(c, cac) for c in cumulative),
    )


def _cells(frame: Frame, period: str) -> Frame:
    """One row a cohort and age that had a line: customers with an order, orders, revenue."""
    sale = nw.col("is_order")
    frame = opened(frame).with_columns(unit=period_number(nw.col("moment"), period))
    frame = frame.with_columns(orders=sale.cast(nw.Int64), sold=nw.when(sale).then(nw.col("unit")))
    each = frame.group_by("customer", "unit").agg(
        nw.col("orders").sum(), nw.col("sold").min(), revenue=nw.col("amount").sum()
    )
    each = each.with_columns(cohort=nw.col("sold").min().over("customer"))
    each = each.filter(~nw.col("cohort").is_null()).with_columns(
        cohort=nw.col("cohort").cast(nw.Int64), buyers=(nw.col("orders") > 0).cast(nw.Int64)
    )
    # A refund may be older than the first order that counts; it belongs to the beginning.
    age = nw.col("unit") - nw.col("cohort")
    each = each.with_columns(age=nw.when(age > 0).then(age).otherwise(0))
    return each.group_by("cohort", "age").agg(*(nw.col(c).sum() for c in ("buyers", "orders", "revenue")))


def _curve(cells: dict[tuple[int, int], dict[str, Any]], start: int, last: int) -> list[dict[str, Any]]:
    empty = {"buyers": 0, "orders": 0, "revenue": 0.0}
    return [cells.get((start, age), empty) for age in range(last - start + 1)]


def _measured(curve: list[dict[str, Any]], size: int, measure: str) -> list[float | None]:
    if measure == "average order":
        return [c["revenue"] / c["orders"] if c["orders"] else None for c in curve]
    if measure == "revenue":
        return [float(c["revenue"]) for c in curve]
    return [c["buyers"] / size if measure == "retention" else float(c["buyers"]) for c in curve]


def _cumulative(curve: list[dict[str, Any]], size: int, margin: float) -> list[float]:
    values, total = [], 0.0
    for cell in curve:
        total += float(cell["revenue"])
        values.append(total * margin / size)
    return values


def payback(cumulative: Iterable[float], cac: float | None) -> int | None:
    """The first period whose cumulative value per customer reaches the cost of one; 0 is that of the first order.

    Sums are rounded by a part of their terms: 0.3 - 0.1 reaches a cost of 0.2, and 0.1 + 0.2 - 0.3 one of 0.
    """
    if cac is None:
        return None
    largest = cac
    for age, value in enumerate(cumulative):
        largest = max(largest, abs(value))
        if value >= cac - _ROUNDING * largest:
            return age
    return None
