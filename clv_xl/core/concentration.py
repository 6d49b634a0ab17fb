"""How unevenly revenue and orders are spread over customers."""

from __future__ import annotations

from typing import Any

import numpy as np

from clv_xl.core.labels import labelled
from clv_xl.core.undefined import DivisionByZero, OutOfDomain, Values, refuse

_ROUNDING = 1e-12
"""Relative to the amounts, a total below this is rounding: 0.1 + 0.2 - 0.3 is 0."""


def pareto_share(values: Any, top: Values = 0.2) -> Values:
    """Share of all revenue that comes from the customers with the highest values: the first `top` of them.

    The heads are top × number of customers, h = k + a fraction: the k highest values count in full, the next one by the
    fraction, so that the share is a line between whole heads (the Lorenz curve from the top) and ties do not matter.
    `values` is an array, `top` a number or an array of them.

    Raises DivisionByZero if the values add up to 0, OutOfDomain if they add up to less.
    """
    ordered = np.sort(np.asarray(values, dtype=float))[::-1]
    sums = np.r_[0.0, np.cumsum(ordered)]
    total = float(sums[-1])
    nothing = bool(abs(total) <= _ROUNDING * np.abs(ordered).sum())
    refuse(nothing, DivisionByZero, "the values add up to 0, so there are no shares of them")
    refuse(total < 0, OutOfDomain, "the values add up to {total:.15g}; shares need a total above 0", total=total)
    heads = np.asarray(top) * len(ordered)
    whole = np.minimum(heads.astype(np.intp), len(ordered) - 1)
    shares: Any = (sums[whole] + (heads - whole) * ordered[whole]) / total
    return shares if heads.ndim else float(shares)


def repeat_rate(customers: Any) -> float:
    """Share of customers with more than one order, from one line an order: (customers with two or more) / customers."""
    orders = np.bincount(labelled(customers).numbers)
    return float((orders > 1).sum() / len(orders))
