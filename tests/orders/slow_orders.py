"""The same definitions as the package, one line at a time in plain Python, for comparison."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

Line = dict[str, Any]


def usable(lines: list[Line], as_of: dt.date) -> list[Line]:
    return [
        line
        for line in lines
        if line["amount"] is not None
        and line["moment"] is not None
        and line["customer"] is not None
        and line["moment"].date() <= as_of
    ]


def entries(lines: list[Line]) -> list[Line]:
    """Orders and refunds: lines of one customer with one number, without number at one moment."""
    merged: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        number = line.get("order")
        merged[line["customer"], number, line["moment"] if number is None else None].append(line)
    return [
        {
            "customer": key[0],
            "moment": min(line["moment"] for line in group),
            "amount": math.fsum(line["amount"] for line in group),
            "channel": min((line["channel"] for line in group if line.get("channel")), default=None),
        }
        for key, group in merged.items()
    ]


def unit(moment: dt.datetime, period: str) -> int:
    day = moment.date()
    return {
        "day": day.toordinal(),
        "week": (day - dt.timedelta(days=day.weekday())).toordinal() // 7,
        "month": day.year * 12 + day.month,
        "quarter": day.year * 4 + (day.month - 1) // 3,
        "year": day.year,
    }[period]


def summary(found: list[Line], as_of: dt.date, period: str) -> dict[Any, Line]:
    result = {}
    for customer in {e["customer"] for e in found}:
        mine = [e for e in found if e["customer"] == customer]
        orders = sorted((e for e in mine if e["amount"] > 1e-9), key=lambda e: e["moment"])
        if not orders:
            continue
        first, last = orders[0]["moment"], orders[-1]["moment"]
        units = sorted({unit(o["moment"], period) for o in orders})
        later = [e["amount"] for e in mine if unit(e["moment"], period) > units[0]]
        revenue = math.fsum(e["amount"] for e in mine)
        result[customer] = {
            "first": dt.datetime.combine(first.date(), dt.time()),
            "last": dt.datetime.combine(last.date(), dt.time()),
            "orders": len(orders),
            "revenue": revenue,
            "average_order": revenue / len(orders),
            "recency_days": (as_of - last.date()).days,
            "age_days": (as_of - first.date()).days,
            "repeat": len(orders) - 1,
            "x": len(units) - 1,
            "t_x": units[-1] - units[0],
            "t": unit(dt.datetime.combine(as_of, dt.time()), period) - units[0],
            "repeat_value": math.fsum(later) / (len(units) - 1) if len(units) > 1 else 0.0,
        }
    return result


def retention(found: list[Line], as_of: dt.date, period: str) -> dict[tuple[int, int], tuple[int, int, float]]:
    """(cohort, age) -> buyers, orders, revenue, for cells that had a line."""
    cells: dict[tuple[int, int], list[Any]] = defaultdict(lambda: [set(), 0, []])
    for customer in summary(found, as_of, period):
        mine = [e for e in found if e["customer"] == customer]
        cohort = min(unit(e["moment"], period) for e in mine if e["amount"] > 1e-9)
        for e in mine:
            cell = cells[cohort, max(0, unit(e["moment"], period) - cohort)]
            if e["amount"] > 1e-9:
                cell[0].add(customer)
                cell[1] += 1
            cell[2].append(e["amount"])
    return {key: (len(buyers), orders, math.fsum(money)) for key, (buyers, orders, money) in cells.items()}
