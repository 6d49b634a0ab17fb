"""Monthly recurring revenue: where its changes come from, month by month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clv_xl.core.columns import notes_on
from clv_xl.core.labels import labelled

_ROUNDING = 1e-12
"""A balance that is added up from lines may differ from another of the same lines by so much of itself."""

_HEAD = ["month", "start", "new", "reactivated", "expansion", "contraction", "churned", "end"]


def mrr_movements(customers: Any, months: Any, mrr: Any) -> list[list[Any]]:
    """New, reactivated, expansion, contraction and churned recurring revenue of each month, as a table with headers.

    A line is a customer's recurring revenue of a month, any day of it; lines of one customer and month are added up. A
    customer without a line, or with 0, has no revenue in that month. Between two months that follow each other:
    new, the first revenue ever; reactivated, revenue after a month without; expansion and contraction, more or less
    than before; churned, nothing more. Losses are positive amounts:
    start + new + reactivated + expansion - contraction - churned = end.
    """
    who = labelled(customers)
    customer = who.numbers
    month = np.asarray(months, dtype="datetime64[M]").astype(np.int64)
    first, last = int(month.min()), int(month.max())
    customer, month, amount = _balances(customer, month - first, np.asarray(mrr, dtype=float))
    count = last - first + 1
    moved = {name: np.zeros(count) for name in _HEAD[1:]}
    if len(amount):
        begins = np.r_[True, customer[1:] != customer[:-1]]
        follows = np.r_[False, ~begins[1:] & (month[1:] == month[:-1] + 1)]
        before = np.r_[0.0, amount[:-1]]
        change = np.where(follows & (abs(amount - before) > _ROUNDING * before), amount - before, 0.0)
        leaves = ~np.r_[follows[1:], False] & (month < count - 1)
        movements = {
            "new": (begins, month, amount),
            "reactivated": (~begins & ~follows, month, amount),
            "expansion": (change > 0, month, change),
            "contraction": (change < 0, month, -change),
            "churned": (leaves, month + 1, amount),
            "end": (np.ones(len(amount), dtype=bool), month, amount),
        }
        for name, (which, when, how_much) in movements.items():
            moved[name] = _sums(when[which], how_much[which], count)
    moved["start"] = np.r_[0.0, moved["end"][:-1]]
    columns = [moved[name].tolist() for name in _HEAD[1:]]
    starts = [dt.datetime(1970 + i // 12, i % 12 + 1, 1) for i in range(first, last + 1)]
    return [[*_HEAD, *notes_on("customers", who)], *([when, *row] for when, *row in zip(starts, *columns, strict=True))]


def _sums(place: NDArray[Any], weights: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(place.astype(np.intp), weights=weights, minlength=count), dtype=float)


def _balances(
    customer: NDArray[np.intp], month: NDArray[np.int64], amount: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.float64]]:
    """One balance above 0 a customer and month, by customer and then by month."""
    by = np.lexsort((amount, month, customer))
    customer, month, amount = customer[by], month[by], amount[by]
    at = np.flatnonzero(np.r_[True, (customer[1:] != customer[:-1]) | (month[1:] != month[:-1])])
    total = np.add.reduceat(amount, at)
    paying = total > 0
    return customer[at][paying], month[at][paying], total[paying]
