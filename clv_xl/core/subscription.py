"""Recurring revenue: what a subscriber brings, how many leave, and what revenue is kept.

Preconditions on single arguments (shares from 0 to 1, rates above -1, counts not negative) are the caller's to check;
what is refused here are combinations without an answer.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from clv_xl.core.series import geometric_sum, rising_sum
from clv_xl.core.undefined import DivisionByZero, OutOfDomain, Values, refuse

ExpansionAs = Literal["rate", "amount"]
Discounting = Literal["rate", "factor"]

_ROUNDING = 2.0**-50
"""Relative to its terms, a difference below this is rounding and not information."""

MAX_RATE = 3.0
"""A growth of 300 % in one period is a number of per cent without its sign: 5 typed for 5 %."""

_CENTS = 1e-12
"""Relative slack where a sum of amounts is compared with their total: 0.1 + 0.2 does not exceed 0.3."""


def arpu(revenue: Values, customers: Values, months: Values = 1.0) -> Values:
    """Average revenue per customer and month: revenue / customers / months, in money.

    Raises DivisionByZero without customers, and for 0 months.
    """
    refuse(customers == 0, DivisionByZero, "there are no customers, so no revenue per customer")
    refuse(months == 0, DivisionByZero, "months is 0: revenue of no time at all has no average; enter 1 for one month")
    return revenue / customers / months


def churn_rate(lost: Values, at_start: Values) -> Values:
    """Share of the customers at the start of a period who left within it: lost / at start.

    Raises DivisionByZero without customers at the start, OutOfDomain if more were lost than there were.
    """
    refuse(at_start == 0, DivisionByZero, "at_start is 0: there were no customers who could leave")
    refuse(
        lost > at_start,
        OutOfDomain,
        "lost is {lost:.15g}, more than the {at_start:.15g} at the start; count only losses among those, not among "
        "customers won in the period",
        lost=lost,
        at_start=at_start,
    )
    return lost / at_start


def retention_rate(at_start: Values, at_end: Values, new_customers: Values) -> Values:
    """Share of the customers at the start of a period who are still there at its end: (at end - new) / at start.

    Raises DivisionByZero without customers at the start, OutOfDomain if more are new than are there at the end, or
    if more are kept than there were.
    """
    refuse(at_start == 0, DivisionByZero, "at_start is 0: there were no customers to keep")
    refuse(
        new_customers > at_end,
        OutOfDomain,
        "new_customers is {new:.15g}, more than the {at_end:.15g} at the end; count only those who are still there",
        new=new_customers,
        at_end=at_end,
    )
    kept = at_end - new_customers
    refuse(
        kept > at_start,
        OutOfDomain,
        "at_end less new_customers is {kept:.15g}, more than the {at_start:.15g} at the start: retention would pass 1; "
        "count customers who came back as new",
        kept=kept,
        at_start=at_start,
    )
    return kept / at_start


def ltv_subscription(
    arpu: Values,
    gross_margin: Values,
    churn: Values,
    discount_rate: Values = 0.0,
    expansion: Values = 0.0,
    cap_periods: Values = math.inf,
    expansion_as: ExpansionAs = "rate",
    discounting: Discounting = "rate",
) -> Values:
    """Gross margin of a subscriber over the lifetime, the first payment now and counted in full.

    With a = ARPU x gross margin, churn c, expansion e and discount d, all per period, over n whole periods or for ever:
    expansion as a rate of a kept customer's revenue: the sum of a K^t, K = (1-c)(1+e)/(1+d), which is a/c for ever
    without e and d;
    as an amount that is added every period: the sum of (a + m t) K^t, m = e x gross margin, K = (1-c)/(1+d), which is
    a/(1-K) + m K/(1-K)^2 for ever. Discounting as a factor puts K = (1-c)(1-d), as Skok does.

    Raises DivisionByZero if for ever nothing is lost on balance; OutOfDomain if revenue grows or the value rises
    without end, if contraction exceeds the revenue, if a rate of expansion is 3 or more, or a factor d above 1.

    Source: Skok, "SaaS Metrics 2.0", and its appendix on expansion and discounting; Putler for ARPU x margin / churn.
    """
    if expansion_as == "rate":
        net_churn = churn - expansion * (1.0 - churn)  # 1 - (1-c)(1+e)
        _refuse_rates_of_expansion(expansion)
    else:
        net_churn = churn
        stays = (churn < 1) & ((discount_rate < 1) | (discounting == "rate"))
        _refuse_contraction_by_amount(arpu, expansion, cap_periods, stays)
    forever = cap_periods == math.inf
    refuse(
        forever & (net_churn < -_ROUNDING * churn),
        OutOfDomain,
        "expansion of {expansion:.15g} outweighs churn of {churn:.15g}: the revenue of the customers won would grow "
        "without end, and no discount makes that real; give cap_periods",
        expansion=expansion,
        churn=churn,
    )
    gap = _gap(net_churn, discount_rate, discounting)
    _refuse_endless(forever, gap, churn, expansion, discount_rate)
    value = arpu * gross_margin * geometric_sum(gap, cap_periods)
    if expansion_as == "amount":
        kept = (1.0 - churn) / (1.0 + discount_rate) if discounting == "rate" else (1.0 - churn) * (1.0 - discount_rate)
        value = value + expansion * gross_margin * rising_sum(gap, cap_periods, kept)
    return value


def _gap(net_churn: Values, discount_rate: Values, discounting: Discounting) -> Values:
    """1 - K, with K the factor from one payment to the next."""
    if discounting == "rate":
        return (net_churn + discount_rate) / (1.0 + discount_rate)
    refuse(
        discount_rate > 1,
        OutOfDomain,
        'discount_rate is {rate:.15g}; as a "factor" it must be at most 1',
        rate=discount_rate,
    )
    return net_churn + discount_rate * (1.0 - net_churn)


def _refuse_endless(forever: Any, gap: Values, churn: Values, expansion: Values, discount_rate: Values) -> None:
    """Refuse a sum for ever that does not converge; gaps within rounding of zero are zero."""
    rounding = _ROUNDING * (churn + (discount_rate < 0))
    refuse(
        forever & (gap <= rounding) & (gap >= -rounding),
        DivisionByZero,
        "with churn of {churn:.15g}, expansion of {expansion:.15g} and a discount_rate of {rate:.15g}, on balance "
        "nothing is lost from one payment to the next and the value has no end; give cap_periods or a higher "
        "discount_rate",
        churn=churn,
        expansion=expansion,
        rate=discount_rate,
    )
    refuse(
        forever & (gap < 0),
        OutOfDomain,
        "the discount_rate of {rate:.15g} is so far below 0 that the value grows without end; give cap_periods",
        rate=discount_rate,
    )


def _refuse_rates_of_expansion(expansion: Values) -> None:
    refuse(
        expansion < -1,
        OutOfDomain,
        "contraction of {contraction:.15g} takes away more than all revenue of a customer; the expansion must be "
        "-1 or more",
        contraction=-expansion,
    )
    refuse(
        expansion >= MAX_RATE,
        OutOfDomain,
        "as a rate the expansion must be below {limit:g} (300% a period), got {expansion:.15g}; write "
        '{expansion:.15g}% for per cent, or choose expansion_as "amount"',
        limit=MAX_RATE,
        expansion=expansion,
    )


def _refuse_contraction_by_amount(arpu: Values, expansion: Values, cap_periods: Values, stays: Any) -> None:
    """Where somebody stays, or counts, after the first payment, no payment may fall below 0."""
    with np.errstate(invalid="ignore", over="ignore"):
        last_payment = arpu + expansion * (cap_periods - 1.0)
    refuse(
        stays & (expansion < 0) & (last_payment < -_CENTS * arpu),
        OutOfDomain,
        "with {expansion:.15g} each period the revenue of {arpu:.15g} falls below 0; give cap_periods that end before",
        expansion=expansion,
        arpu=arpu,
    )


def nrr(
    mrr_at_start: Values, expansion: Values, contraction: Values, churned: Values, reactivated: Values = 0.0
) -> Values:
    """Net revenue retention: (start + expansion + reactivated - contraction - churned) / start.

    Amounts of monthly recurring revenue of the customers at the start, over one month or twelve, not negative. Above 1,
    existing customers grow by more than is lost. What was added can be lost again, so losses may exceed the start.

    Raises DivisionByZero without revenue at the start, OutOfDomain if more is lost than there was and came in.
    """
    gained = expansion + reactivated
    _refuse_losses(mrr_at_start, gained, contraction, churned)
    return (mrr_at_start + gained - contraction - churned) / mrr_at_start


def grr(mrr_at_start: Values, contraction: Values, churned: Values) -> Values:
    """Gross revenue retention: (start - contraction - churned) / start; from 0 to 1, for expansion is left out.

    Raises DivisionByZero without revenue at the start, OutOfDomain if more is lost than there was.
    """
    _refuse_losses(mrr_at_start, 0.0, contraction, churned)
    return (mrr_at_start - contraction - churned) / mrr_at_start


def _refuse_losses(mrr_at_start: Values, gained: Values, contraction: Values, churned: Values) -> None:
    refuse(mrr_at_start == 0, DivisionByZero, "mrr_at_start is 0: there was no revenue to keep")
    lost = contraction + churned
    refuse(
        lost > (mrr_at_start + gained) * (1.0 + _CENTS),
        OutOfDomain,
        "contraction and churned add up to {lost:.15g}, more than the {start:.15g} at the start and the {gained:.15g} "
        "that was added; count only losses of that revenue",
        lost=lost,
        start=mrr_at_start,
        gained=gained,
    )


def quick_ratio(
    new_mrr: Values, expansion: Values, contraction: Values, churned: Values, reactivated: Values = 0.0
) -> Values:
    """Recurring revenue won for each unit lost: (new + expansion + reactivated) / (contraction + churned).

    Amounts of monthly recurring revenue over the same month, not negative; the result is a pure number.

    Raises DivisionByZero if nothing was lost.

    Source: the "SaaS quick ratio" of Mamoon Hamid (Social Capital).
    """
    lost = contraction + churned
    refuse(lost == 0, DivisionByZero, "contraction and churned are 0: nothing was lost, so there is no ratio to it")
    return (new_mrr + expansion + reactivated) / lost
