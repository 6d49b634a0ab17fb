"""Scores within a population: in which fifth of all customers one stands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def score(values: NDArray[Any], scores: int = 5) -> NDArray[np.int64]:
    """1 + the number of whole fifths (for 5 scores) of the population that are strictly worse: 1 worst, 5 best.

    score(x) = 1 + floor(scores × count(values < x) / count(values)), in whole numbers, so that no rounding decides.
    Equal values share a score, and a score says the same in every population: at least (score - 1) fifths of all
    customers are worse. So where many are equal some scores do not occur, and if all are equal everybody has a 1.
    The same in Excel: 1+INT(5*COUNTIF(values,"<"&x)/COUNT(values)). Negate the values where less is better.
    """
    by = np.argsort(values)
    ordered, places = values[by], np.arange(len(values), dtype=np.int64)
    # How many are worse is the place of the first of all equal ones.
    places[1:][ordered[1:] == ordered[:-1]] = 0
    worse = np.empty_like(places)
    worse[by] = np.maximum.accumulate(places)
    marks: NDArray[np.int64] = 1 + scores * worse // max(len(values), 1)
    return marks


def ascending(values: NDArray[Any]) -> NDArray[np.int64]:
    """The places of the values, the least first and NaN last; equal ones in the order in which they stand.

    That is a stable sort. To sort in any order, and then the places of equal values, takes half the time.
    """
    by = np.argsort(values)
    ordered = values[by]
    missing = np.isnan(ordered)
    begins = (ordered[1:] > ordered[:-1]) | (missing[1:] > missing[:-1])
    runs = np.zeros(len(by), dtype=np.int64)  # also in the browser, where places have 32 bits
    np.cumsum(begins, out=runs[1:])
    runs *= len(by)
    return np.sort(runs + by) - runs


def fewer_scores(name: str, values: NDArray[Any], marks: NDArray[np.int64], scores: int) -> str:
    """What is to be said where not every score occurs, and why; empty where all do."""
    # In the browser places have 32 bits, and bincount takes nothing wider than a place.
    occurring = np.flatnonzero(np.bincount(marks.astype(np.intp)))
    if len(occurring) == scores:
        return ""
    distinct = len(np.unique(values))
    listed = ", ".join(map(str, occurring.tolist()))
    why = f"{distinct} different value{'s' if distinct > 1 else ''}" if distinct < scores else "many equal values"
    return f"note: {name} has {why} among {len(values)} customers, so only the scores {listed} occur"


def significant(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amounts to 12 digits, to compare sums of the same amounts in another order, which differ in the last digits."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        scale = 10.0 ** (11 - np.floor(np.log10(np.abs(amounts))))
        rounded = np.round(amounts * scale) / scale
    return np.where(np.isfinite(rounded), rounded, amounts)
