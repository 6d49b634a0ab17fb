"""What a customer is worth over the relationship: the averages, the simple products, and constant retention.

Throughout, preconditions on single arguments (a share from 0 to 1, a rate above -1, counts and periods not negative)
are the caller's to check; what is refused here are combinations without an answer. Money is in any one currency, and
"period" means the same length of time in all arguments of a call.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from clv_xl.core.series import annuity, geometric_sum
from clv_xl.core.subscription import MAX_RATE, ltv_subscription
from clv_xl.core.undefined import DivisionByZero, Missing, OutOfDomain, Undefined, Values, answer_each, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[np.float64]
    """One value a customer, at least one customer, without gaps."""

Timing = Literal["counted", "excluded", "end"]
"""When the first payment comes, and whether it counts."""
Lever = Literal["churn", "margin", "arpu", "discount"]

_ROUNDING = 2.0**-51
"""Below this, the difference of two numbers near 1 is rounding and not information."""

_CHANGES = (-0.2, -0.1, 0.0, 0.1, 0.2)


def ltv(average_sale: Values, transactions: Values, retention: Values) -> Values:
    """Revenue over the relationship: average sale x transactions per period x periods kept.

    Money x orders per period x periods. `retention` is a length of time, not a rate.

    Source: the product as practitioner texts define it; KISSmetrics, the Starbucks case study (there with a margin).
    """
    return average_sale * transactions * retention


def clv(
    average_sale: Values,
    transactions: Values,
    retention: Values,
    margin: Values,
    discount_rate: Values = 0.0,
    acquisition_cost: Values = 0.0,
) -> Values:
    """Profit over the relationship: s f p a(d, n) - c, with a(d, n) = (1 - (1+d)^-n) / d, and n at d = 0.

    s average sale, f transactions per period, n periods kept, p margin as a share of revenue, d discount rate per
    period, c acquisition cost. Each period's profit is discounted from the period's end, as by Excel's PV, also for a
    fraction of a period. At d = 0 and c = 0 this is LTV x margin.

    Source: KISSmetrics, the Starbucks case study ("custom" formula), undiscounted; the annuity is textbook finance.
    """
    return average_sale * transactions * margin * annuity(discount_rate, retention) - acquisition_cost


def customer_value(purchase_values: Column, purchase_frequencies: Column) -> float:
    """Revenue per customer and period: the mean of value x frequency, customer by customer.

    This is not the product of the two means, which differs by the covariance of value and frequency.

    Source: KISSmetrics, the Starbucks case study (24.30 a week; the product of the means is 24.78).
    """
    return float(np.mean(purchase_values * purchase_frequencies))


def cltv(
    purchase_values: Column, purchase_frequencies: Column, lifespan: Values, periods_per_year: Values = 52.0
) -> Values:
    """Revenue per customer over the lifespan: customer value x periods a year x years.

    Columns of money per purchase and purchases per period, one row a customer; `lifespan` in years.

    Source: KISSmetrics, the Starbucks case study: 24.30 x 52 x 20 = 25,272.
    """
    return customer_value(purchase_values, purchase_frequencies) * periods_per_year * lifespan


def cltv_steps(
    purchase_values: Column, purchase_frequencies: Column, lifespan: float, periods_per_year: float = 52.0
) -> list[list[Any]]:
    """The steps of `cltv` as rows of step, value and how it is computed, below a header row.

    Both averages are shown: the mean of the products, which is used, and the product of the means, which is not.
    """
    customers = np.size(purchase_values)
    apv, apf = float(np.mean(purchase_values)), float(np.mean(purchase_frequencies))
    value = customer_value(purchase_values, purchase_frequencies)
    return [
        ["Step", "Value", "How it is computed"],
        ["Average purchase value (APV)", apv, f"mean purchase value of {_customers(customers)}; shown, not used below"],
        ["Average purchase frequency (APF)", apf, "mean number of purchases per period; shown, not used below"],
        ["Customer value per period", value, "mean of value × frequency, customer by customer; this is used below"],
        [
            "APV × APF, for comparison",
            apv * apf,
            f"product of the two averages; not used: {_why_apart(value, apv * apf)}",
        ],
        ["Customer value per year", value * periods_per_year, f"customer value per period × {periods_per_year:.15g}"],
        ["Lifespan in years", float(lifespan), "as given"],
        ["CLTV", value * periods_per_year * lifespan, "customer value per year × lifespan; revenue, before any margin"],
    ]


def _customers(number: int) -> str:
    return "1 customer" if number == 1 else f"{number} customers"


def _why_apart(mean_of_products: float, product_of_means: float) -> str:
    if math.isclose(mean_of_products, product_of_means, rel_tol=1e-12):
        return "here both agree"
    if product_of_means > mean_of_products:
        return "too high, because customers who spend more per purchase buy less often"
    return "too low, because customers who spend more per purchase also buy more often"


def apv(revenue: Values, orders: Values) -> Values:
    """Average purchase value: revenue / orders, in money per order.

    Raises DivisionByZero without orders.
    """
    refuse(orders == 0, DivisionByZero, "there are no orders, so no average purchase value; check the period")
    return revenue / orders


def apf(orders: Values, customers: Values) -> Values:
    """Average purchase frequency: orders / customers, in orders per customer over the period counted.

    Raises DivisionByZero without customers.
    """
    refuse(customers == 0, DivisionByZero, "there are no customers, so no average purchase frequency")
    return orders / customers


def acl(lifespans: Column) -> float:
    """Average customer lifespan: the mean, in the unit of the column."""
    return float(np.mean(lifespans))


def lifespan(churn_rate: Values) -> Values:
    """Expected lifespan in periods at constant churn: 1 / churn, the mean of the geometric distribution.

    Raises DivisionByZero at zero churn.
    """
    refuse(
        churn_rate == 0,
        DivisionByZero,
        "churn_rate is 0: nobody ever leaves, so there is no average lifespan; measure churn over a longer time, "
        "or enter a lifespan of your own",
    )
    return 1.0 / churn_rate


def clv_retention(
    margin: Values,
    retention: Values,
    discount_rate: Values,
    timing: Timing | None = None,
    periods: Values = math.inf,
    acquisition_cost: Values = 0.0,
) -> Values:
    """Expected profit of a customer who is retained with the same probability after each period.

    m margin in money per period, r retention, d discount rate per period, q = r/(1+d), G = (1 - q^n)/(1 - q) over n
    whole periods, 1/(1 - q) for ever. By `timing` the first payment is
    counted (paid now): m G; excluded (the first is the first renewal): m q G; paid at the period's end: m G/(1+d).
    For ever these are m(1+d)/(1+d-r), m r/(1+d-r) and m/(1+d-r). Without a timing the first payment is excluded.

    Raises Missing for an acquisition cost without a timing: what a new customer pays first belongs to what the customer
    cost, but only who pays knows whether it has come already. Raises DivisionByZero where 1+d-r is zero and OutOfDomain
    where it is negative, both only for ever.

    Source: Fader & Hardie (2012), "Reconciling and Clarifying CLV Formulas", equations 1 to 3; Gupta, Lehmann & Stuart
    (2004), "Valuing Customers", Journal of Marketing Research 41(1).
    """
    if timing is None:
        refuse(
            acquisition_cost != 0,
            Missing,
            "with an acquisition_cost the timing must be said: {choices}",
            choices='"counted" if the first payment comes now, "end" if at the end of the period, "excluded" if it is '
            "no part",
        )
    gap = (1.0 - retention) + discount_rate
    forever = periods == math.inf
    refuse(
        forever & (gap <= _ROUNDING) & (gap >= -_ROUNDING),
        DivisionByZero,
        "1 + discount_rate - retention is 0: every period is worth as much as the first, for ever; "
        "give a higher discount_rate, or periods",
    )
    refuse(
        forever & (gap < 0),
        OutOfDomain,
        "the discount_rate of {rate:.15g} is so far below 0 that the value grows without end; give periods",
        rate=discount_rate,
    )
    growth = 1.0 + discount_rate
    value = margin * geometric_sum(gap / growth, periods)
    if timing in (None, "excluded"):
        value = value * (retention / growth)
    elif timing == "end":
        value = value / growth
    return value - acquisition_cost


def clv_upsell(customers: Values, spend_before: Values, spend_after: Values, periods: Values = 1.0) -> Values:
    """Revenue gained when the average customer spends more per period: customers x (after - before) x periods."""
    return customers * (spend_after - spend_before) * periods


def clv_sensitivity(
    arpu: float,
    gross_margin: float,
    churn: float,
    discount_rate: float = 0.0,
    row_lever: Lever = "churn",
    column_lever: Lever = "margin",
    row_changes: Column | None = None,
    column_changes: Column | None = None,
) -> list[list[Any]]:
    """`ltv_subscription` over two levers: a header row of one lever's levels, then a row for each level of the other.

    A level is the lever's value x (1 + change). Where a pair of levels has no value, the cell holds the refusal: a
    margin or churn above 1 is out of its domain and is never cut down to 1.

    Raises OutOfDomain for the same lever twice, and for a lever at 0, which no relative change can move.
    """
    base = {"arpu": arpu, "margin": gross_margin, "churn": churn, "discount": discount_rate}
    refuse(
        row_lever == column_lever,
        OutOfDomain,
        'row_lever and column_lever are both "{lever}"; choose two different levers',
        lever=row_lever,
    )
    for lever in (row_lever, column_lever):
        refuse(
            base[lever] == 0,
            OutOfDomain,
            'the lever "{lever}" is 0, and a change in per cent of 0 changes nothing; give it a value, '
            "or choose another lever",
            lever=lever,
        )
    down = base[row_lever] * (1.0 + np.asarray(_CHANGES if row_changes is None else row_changes))
    across = base[column_lever] * (1.0 + np.asarray(_CHANGES if column_changes is None else column_changes))
    levels: dict[str, Values] = {
        **base,
        row_lever: np.repeat(down, across.size),
        column_lever: np.tile(across, down.size),
    }
    answers, refused = answer_each(_at_levels, list(levels.values()), down.size * across.size)
    cells: list[float | Undefined] = answers.tolist()
    for place, refusal in refused.items():
        cells[place] = refusal
    rows = [[level, *cells[i * across.size : (i + 1) * across.size]] for i, level in enumerate(down.tolist())]
    return [[f"{row_lever} down, {column_lever} across", *across.tolist()], *rows]


def _at_levels(arpu: Values, margin: Values, churn: Values, discount_rate: Values) -> Values:
    refuse(churn > 1, OutOfDomain, "churn would be {churn:.6g} here, and it cannot exceed 1", churn=churn)
    refuse(margin > 1, OutOfDomain, "the margin would be {margin:.6g} here, and it cannot exceed 1", margin=margin)
    refuse(
        discount_rate <= -1,
        OutOfDomain,
        "the discount rate would be {rate:.6g} here, and it must be above -1",
        rate=discount_rate,
    )
    refuse(
        discount_rate >= MAX_RATE,
        OutOfDomain,
        "the discount rate would be {rate:.6g} here, and it must be below {limit:g} (300%)",
        rate=discount_rate,
        limit=MAX_RATE,
    )
    return ltv_subscription(arpu, margin, churn, discount_rate)
