"""Sums of payments that fade or grow by a constant factor: the arithmetic under the lifetime formulas.

The factor K is given by its gap, 1 - K, because that is what decides the sum: with K = 0.999999999 written out, most
digits of the gap are lost. Every sum is accurate to a few units in the last place, also where K is 1 or near it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from clv_xl.core.undefined import Values

_TINY = 2.0**-900
"""Stands for zero in a divisor: so small that the quotient is the limit exactly, a power of two so that it cancels."""


def annuity(rate: Values, periods: Values) -> Values:
    """Today's value of 1 paid at the end of each period: (1 - (1+d)^-n) / d, and n where the rate d is zero.

    Like Excel's PV, a fraction of a period counts by the same expression.
    """
    if isinstance(rate, float) and rate == 0.0:
        return periods
    rate = _nonzero(rate)
    with np.errstate(all="ignore"):
        return -np.expm1(-periods * np.log1p(rate)) / rate


def geometric_sum(gap: Values, periods: Values) -> Values:
    """1 + K + K^2 + ... over `periods` terms, K = 1 - gap: (1 - K^n) / (1 - K), and n where K is 1.

    `periods` are whole, or inf for an endless sum, which needs gap > 0. K must not be negative.
    """
    if isinstance(periods, float) and periods == math.inf:
        return 1.0 / gap
    gap = _nonzero(gap)
    with np.errstate(all="ignore"):
        return -np.expm1(periods * _log_factor(gap)) / gap


def rising_sum(gap: Values, periods: Values, factor: Values | None = None) -> Values:
    """0 + 1 K + 2 K^2 + 3 K^3 + ... over `periods` terms, K = 1 - gap; K / (1-K)^2 for an endless sum.

    The closed form of the finite sum subtracts nearly equal numbers when K is near 1, so it is built by doubling, from
    positive terms only. With G(n) the geometric sum and S(n) this one:
    G(2n) = G(n) (1 + K^n) and S(2n) = S(n) (1 + K^n) + n K^n G(n). `periods` and K are as in `geometric_sum`.
    `factor` is K itself where the caller knows it better than by its gap, which holds few digits of a K near 0.
    """
    gap = _nonzero(gap)
    factor = 1.0 - gap if factor is None else factor
    if isinstance(periods, float) and periods == math.inf:
        return factor / gap / gap
    endless = np.isinf(periods)
    whole = np.where(endless, 0.0, periods)
    terms = plain = rising = np.zeros(())
    with np.errstate(all="ignore"):
        log_factor = np.where(gap < 0.5, _log_factor(gap), np.maximum(np.log(factor), -1e300))
        for bit in reversed(range(int(np.frexp(whole.max(initial=0.0))[1]))):
            power = np.exp(terms * log_factor)
            rising = rising * (1.0 + power) + terms * power * plain
            plain = plain * (1.0 + power)
            terms = 2.0 * terms
            odd = np.floor(np.ldexp(whole, -bit)) % 2.0
            power = np.where(odd == 1.0, np.exp(terms * log_factor), 0.0)
            rising, plain, terms = rising + terms * power, plain + power, terms + odd
        total: Any = np.where(endless, factor / gap / gap, rising)
    return total if total.ndim else float(total)


def _nonzero(divisor: Values) -> Values:
    at_zero: Any = (divisor < _TINY) & (divisor > -_TINY)
    nonzero: Values = divisor + at_zero * _TINY
    return nonzero


def _log_factor(gap: Values) -> Values:
    """ln K, kept finite where K is 0 so that zero terms of it are still zero."""
    return np.maximum(np.log1p(-gap), -1e300)
