"""What a customer may cost: acquisition cost, and how it compares with the value that it buys.

Preconditions on single arguments (costs and counts not negative, a target above 0) are the caller's to check.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clv_xl.core.undefined import DivisionByZero, OutOfDomain, Values, refuse

_ROUNDING = 1e-12
"""Ratios are quotients: 0.3 / 0.1 must reach a target of 3 although it is computed as 2.9999999999999996."""

_HIGH = 5.0
"""Above this ratio, growth may be underfunded."""


def cac(spend: Values, new_customers: Values) -> Values:
    """Customer acquisition cost: sales and marketing spend / customers won with it, in money per customer.

    Raises DivisionByZero without new customers.

    Source: Skok, "SaaS Metrics 2.0".
    """
    refuse(
        new_customers == 0,
        DivisionByZero,
        "new_customers is 0: there is nobody to spread the spend over; take a longer period",
    )
    return spend / new_customers


def ltv_cac_ratio(ltv: Values, cac: Values) -> Values:
    """Lifetime value earned for each unit of acquisition cost: LTV / CAC, a pure number (3 is spoken "3:1").

    Raises DivisionByZero at zero cost.

    Source: Skok, "SaaS Metrics 2.0".
    """
    refuse(cac == 0, DivisionByZero, "cac is 0: customers that cost nothing have no ratio of value to cost")
    return ltv / cac


def ltv_cac_rating(ratio: Values, target: Values = 3.0) -> Any:
    """The ratio in words, against 1 (cost earned back), the target, and 5 (growth may be underfunded).

    Text for a number, an array of text for arrays. The words follow the target; below 1 is a loss whatever the target.

    Source: Skok, "SaaS Metrics 2.0", for 1 and 3; the warning above 5 is a practitioners' rule of thumb.
    """
    low, high = 1.0 - _ROUNDING, 1.0 + _ROUNDING
    reached = ratio >= target * low
    band: Any = (ratio >= low) * 1 + (ratio > high) + reached * 3 + (reached & (ratio > _HIGH * high))
    if isinstance(band, int):
        return _words(target)[band]
    targets, which = np.unique(np.broadcast_to(target, band.shape), return_inverse=True)
    return np.array([_words(t) for t in targets.tolist()])[which, band]


def _words(target: Any) -> tuple[str, ...]:
    """The seven ratings for a target: below it (lost, even, earned), then reaching it (lost, even, earned, high)."""
    loss, even = "below 1: every customer loses money", "1: only earns its own cost back"
    healthy = f"{target:.6g} or more: healthy" if target > 1 else "above 1: healthy"
    high = f"{target:.6g} or more: healthy" if target > _HIGH else "above 5: healthy"
    return (
        loss,
        even,
        f"1 to {target:.6g}: earns its cost back, but below the target of {target:.6g}",
        f"{loss}, although it meets the target of {target:.6g}",
        f"{even}, which meets the target of {target:.6g}",
        healthy,
        f"{high}, but growth may be underfunded",
    )


def cac_max(ltv: Values, target: Values = 3.0) -> Values:
    """The highest acquisition cost at which LTV / CAC reaches the target: LTV / target, in money per customer.

    Raises DivisionByZero for a target of 0, OutOfDomain for a negative LTV: no cost is low enough then.

    Source: Skok, "SaaS Metrics 2.0" (ratio), solved for the cost.
    """
    refuse(
        target == 0, DivisionByZero, "target is 0, and any cost reaches a ratio of 0; enter the ratio that is aimed at"
    )
    refuse(
        ltv < 0, OutOfDomain, "ltv is {ltv:.15g}: a customer who loses money is not worth any acquisition cost", ltv=ltv
    )
    return ltv / target


def cac_payback(cac: Values, arpu: Values, gross_margin: Values) -> Values:
    """Periods until the gross margin of a customer has paid for the acquisition: CAC / (ARPU x gross margin).

    The periods are those of the ARPU: months for monthly revenue. Churn and discounting are left out, as usual.

    Raises DivisionByZero at zero contribution, OutOfDomain at a negative one.

    Source: Skok, "SaaS Metrics 2.0" (months to recover CAC; target under 12 months).
    """
    contribution = arpu * gross_margin
    refuse(contribution == 0, DivisionByZero, "arpu × gross_margin is 0: the customer never pays back")
    refuse(
        contribution < 0,
        OutOfDomain,
        "arpu × gross_margin is {contribution:.15g}: every period adds a loss, so the customer never pays back",
        contribution=contribution,
    )
    return cac / contribution
