"""RFM: how recently, how often and for how much each customer bought, as scores and as a segment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clv_xl.core.columns import summarised
from clv_xl.core.labels import Label
from clv_xl.core.rows import rows_from
from clv_xl.core.scores import ascending, fewer_scores, score, significant
from clv_xl.core.segments import BANDS, SegmentMap, code_of, segment_map

Map = str | Mapping[str, Any]
Monetary = Literal["sum", "mean"]


@dataclass(frozen=True)
class Scored:
    """Scores of customers, in the order in which they were given."""

    r: NDArray[np.int64]
    f: NDArray[np.int64]
    m: NDArray[np.int64]
    notes: tuple[str, ...]
    """Where scores do not occur, and why."""

    def codes(self, scores: int = 5) -> NDArray[Any]:
        """The scores as text: 543, or 10-4-3 where scores have two digits."""
        marks = range(1, scores + 1)
        shown = np.array([code_of(r, f, m, scores) for r in marks for f in marks for m in marks], dtype=object)
        codes: NDArray[Any] = shown[((self.r - 1) * scores + self.f - 1) * scores + self.m - 1]
        return codes


def score_customers(recency: Any, frequency: Any, monetary: Any, scores: int = 5) -> Scored:
    """R, F and M scores of a population of customers: days since the last order, number of orders, sum of amounts.

    Each is a score within this population, by `scores.score`; few days are best, many orders and high amounts are.
    """
    recency, frequency = np.asarray(recency), np.asarray(frequency)
    monetary = significant(np.asarray(monetary, dtype=float))
    measures = {"recency": -recency, "frequency": frequency, "monetary": monetary}
    marks = {name: score(values, scores) for name, values in measures.items()}
    notes = [fewer_scores(name, measures[name], marks[name], scores) for name in measures]
    return Scored(marks["recency"], marks["frequency"], marks["monetary"], tuple(n for n in notes if n))


@dataclass(frozen=True)
class _Customers:
    names: NDArray[Any]
    recency: NDArray[np.int64]
    frequency: NDArray[np.int64]
    monetary: NDArray[np.float64]
    revenue: NDArray[np.float64]
    notes: tuple[str, ...]


def _customers(customers: Any, dates: Any, amounts: Any, as_of: dt.datetime | None, monetary: Monetary) -> _Customers:
    """Each customer's measures, the highest monetary value first and then by name."""
    who = summarised(customers, dates, amounts, as_of)
    value = who.measures["average_order" if monetary == "mean" else "revenue"]
    by = ascending(-significant(value))
    recency, frequency = who.measures["recency_days"][by], who.measures["orders"][by]
    return _Customers(who.names[by], recency, frequency, value[by], who.measures["revenue"][by], who.notes)


def rfm(
    customers: Any,
    dates: Any,
    amounts: Any,
    as_of: dt.datetime | None = None,
    scores: float = 5.0,
    map: Map = BANDS,
    monetary: Monetary = "sum",
) -> list[list[Any]]:
    """Recency, frequency, monetary value, their scores and the segment of every customer, as a table with headers.

    Recency is in days to `as_of` (the last date of the log if None), frequency the number of orders, monetary value the
    sum of amounts, refunds taken off, or with "mean" that sum per order. What a reader must know about this log (scores
    that do not occur, orders after `as_of`) stands behind the headers. Without a map for this number of scores the
    segment says so.

    Raises OutOfDomain for a table of segments with gaps or overlaps, and if there is no order up to `as_of`.
    """
    count = int(scores)
    drawn = segment_map(map, count) if count == 5 or not isinstance(map, str) else None
    who = _customers(customers, dates, amounts, as_of, monetary)
    scored = score_customers(who.recency, who.frequency, who.monetary, count)
    segments = _segments(drawn, scored, count)
    head = ["customer", "recency", "frequency", "monetary", "R", "F", "M", "score", "segment"]
    columns = [who.names, who.recency, who.frequency, who.monetary, scored.r, scored.f, scored.m, scored.codes(count)]
    return [[*head, *who.notes, *scored.notes], *rows_from([*(c.tolist() for c in columns), segments])]


def _segments(drawn: SegmentMap | None, scored: Scored, count: int) -> list[Label]:
    if drawn is None:
        return [f"no map for {count} scores"] * len(scored.r)
    names = np.array(drawn.segments, dtype=object)
    found: list[Label] = names[drawn.positions(scored.r, scored.f, scored.m)].tolist()
    return found


def rfm_summary(
    customers: Any,
    dates: Any,
    amounts: Any,
    as_of: dt.datetime | None = None,
    scores: float = 5.0,
    map: Map = BANDS,
    monetary: Monetary = "sum",
) -> list[list[Any]]:
    """Customers, revenue, their shares, average value and action of each segment of a map, and the total.

    Every segment of the map has a row, also one without customers. `monetary` decides by what customers are scored,
    as in `rfm`; revenue is the sum of amounts all the same. Notes as in `rfm` stand behind the headers.

    Raises OutOfDomain as `rfm` does, and if the map is not made for this number of scores.
    """
    count = int(scores)
    drawn = segment_map(map, count)
    who = _customers(customers, dates, amounts, as_of, monetary)
    scored = score_customers(who.recency, who.frequency, who.monetary, count)
    positions = drawn.positions(scored.r, scored.f, scored.m)
    return [[*_SUMMARY_HEAD, *who.notes, *scored.notes], *segment_rows(drawn, positions, who.revenue)]


_SUMMARY_HEAD = ["segment", "customers", "share of customers", "revenue", "share of revenue", "average value", "action"]


def segment_rows(drawn: SegmentMap, positions: NDArray[np.intp], monetary: NDArray[np.float64]) -> list[list[Any]]:
    """The rows of a summary, from the position of each customer's segment in the map and each customer's revenue.

    A share of revenue is blank where the total is not above 0, an average where there is nobody.
    """
    positions = positions.astype(np.intp, copy=False)
    heads = np.bincount(positions, minlength=len(drawn.segments))
    revenue = np.bincount(positions, weights=monetary, minlength=len(drawn.segments))
    everybody, total = int(heads.sum()), float(revenue.sum())
    rows: list[list[Any]] = []
    for name, action, n, money in zip(drawn.segments, drawn.actions, heads.tolist(), revenue.tolist(), strict=True):
        share = money / total if total > 0 else ""
        rows.append([name, n, n / everybody, money, share, money / n if n else "", action])
    rows.append(["Total", everybody, 1.0, total, 1.0 if total > 0 else "", total / everybody, ""])
    return rows
