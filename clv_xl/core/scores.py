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
    ordered = np.sort(values)
    worse = np.searchsorted(ordered, values, side="left").astype(np.int64)
    marks: NDArray[np.int64] = 1 + scores * worse // max(len(values), 1)
    return marks


def fewer_scores(name: str, values: NDArray[Any], marks: NDArray[np.int64], scores: int) -> str:
    """What is to be said where not every score occurs, and why; empty where all do."""
    occurring = np.unique(marks)
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
