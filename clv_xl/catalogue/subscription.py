"""Declarations: recurring revenue."""

from __future__ import annotations

import math
from dataclasses import replace

from clv_xl.worksheet.kinds import Choice, Count, DiscountRate, Margin, Money, Number, Periods, Share
from clv_xl.worksheet.registry import Argument, Example, Function

FAMILY = "Subscription"

SKOK = 'David Skok, "SaaS Metrics 2.0", forEntrepreneurs.com'
PUTLER = "Putler, guide to customer lifetime value"
_MRR_CUSTOM = "Accounting identity of recurring revenue; the definition that subscription reporting tools share"

ARPU = Argument(
    "arpu",
    Money(),
    "currency per period",
    "Average revenue per customer and period, before any cost. Its period (month or year) is the period of every other "
    "argument.",
)
GROSS_MARGIN = Argument(
    "gross_margin",
    Margin(),
    "share of revenue",
    "Share of revenue left after the cost of serving the customer, as 80% or 0.8. At most 1; negative if serving costs "
    "more than it brings.",
)
CHURN = Argument(
    "churn",
    Share(),
    "share per period",
    "Share of customers who leave in each period, as 5% or 0.05. Per month if arpu is per month: 5% a month is about "
    "46% a year.",
)
DISCOUNT_RATE = Argument(
    "discount_rate",
    DiscountRate(),
    "rate per period",
    "Discount rate per period of the other arguments: per month for monthly revenue (12% a year is 0.95% a month). "
    "Below 3 (300%). 0 if omitted: nothing is discounted.",
    default=0.0,
)

_START = "Monthly recurring revenue at the start of the period, of the customers at that moment. Above 0."
_CHURNED = "Recurring revenue of customers who left in the period, as a positive amount."
_CONTRACTION = "Recurring revenue lost to downgrades by customers who stayed, as a positive amount."
_EXPANSION = "Recurring revenue added by upgrades of existing customers in the period, as a positive amount."


def _mrr(name: str, text: str) -> Argument:
    return Argument(name, Money(minimum=0.0), "currency per month", text)


MRR_AT_START = _mrr("mrr_at_start", _START)
EXPANSION = _mrr("expansion", _EXPANSION)
CONTRACTION = _mrr("contraction", _CONTRACTION)
CHURNED = _mrr("churned", _CHURNED)
REACTIVATED = replace(
    _mrr("reactivated", "Recurring revenue from customers who came back in the period, if it is in no other argument."),
    default=0.0,
)
_ONE_PERIOD = (
    "All amounts belong to the same stretch of time, one month or twelve, and the start is its first day. A year is "
    "the start of the year and the sums of its twelve months, not twelve times a month."
)

_AT_START = Argument("at_start", Count(), "customers", "Customers on the first day of the period.")

FUNCTIONS = (
    Function(
        name="ARPU",
        family=FAMILY,
        summary="Average revenue per customer and month: revenue divided by customers and by months.",
        arguments=(
            Argument("revenue", Money(), "currency", "Revenue of the whole stretch of time that is looked at."),
            Argument(
                "customers",
                Count(),
                "customers",
                "Paying customers, on average over that time. Leave out free accounts, or say that they are in.",
            ),
            Argument(
                "months",
                Periods(),
                "months",
                "Number of months that the revenue covers: 12 for a year's revenue. 1 if omitted.",
                default=1.0,
            ),
        ),
        core="subscription:arpu",
        formula="revenue ÷ customers ÷ months",
        source=PUTLER,
        examples=(
            Example("=ARPU(50000,500)", 100.0),
            Example("=ARPU(600000,500,12)", 100.0, "A year's revenue, shown per month."),
        ),
        native="revenue/customers/months",
        notes=("No customers, or 0 months, is #DIV/0!.",),
    ),
    Function(
        name="CHURN_RATE",
        family=FAMILY,
        summary="Share of the customers at the start of a period who left within it.",
        arguments=(
            Argument(
                "lost",
                Count(),
                "customers",
                "Customers who left in the period, counted only among those who were there at its start.",
            ),
            _AT_START,
        ),
        core="subscription:churn_rate",
        formula="lost ÷ at start",
        source=SKOK,
        examples=(Example("=CHURN_RATE(25,500)", 0.05, "5% of the customers left."),),
        native="lost/at_start",
        notes=(
            "The rate belongs to the period counted. Twelve months at 5% are not 60% but 1 - 0.95^12 = 46% a year.",
            "More lost than there were at the start is #NUM!: customers won and lost in the period are not counted.",
        ),
    ),
    Function(
        name="RETENTION_RATE",
        family=FAMILY,
        summary="Share of the customers at the start of a period who are still there at its end.",
        arguments=(
            _AT_START,
            Argument("at_end", Count(), "customers", "Customers on the last day of the period, new ones included."),
            Argument(
                "new_customers",
                Count(),
                "customers",
                "Customers won in the period who are still there at its end; customers who came back count as new.",
            ),
        ),
        core="subscription:retention_rate",
        formula="(at end − new customers) ÷ at start",
        source=PUTLER,
        examples=(Example("=RETENTION_RATE(500,560,85)", 0.95, "475 of 500 customers are still there."),),
        native="(at_end-new_customers)/at_start",
        notes=("Retention and churn of the same period add up to 1. A result above 1 is #NUM!: some were not new.",),
    ),
    Function(
        name="LTV_SUBSCRIPTION",
        family=FAMILY,
        summary="Lifetime value of a subscriber: ARPU × gross margin ÷ churn, on request discounted, growing, or "
        "over a limited number of periods.",
        arguments=(
            ARPU,
            GROSS_MARGIN,
            CHURN,
            DISCOUNT_RATE,
            Argument(
                "expansion",
                Number(),
                "rate per period, or currency per period each period",
                "Growth of revenue from a customer who stays. By expansion_as a rate per period (1% or 0.01; from "
                "-100% to below 300%) or an amount added to arpu in every period. Negative is contraction. 0 if "
                "omitted.",
                default=0.0,
            ),
            Argument(
                "cap_periods",
                Periods(whole=True),
                "periods",
                "Whole number of payments to count, the first one now; 60 counts five years of months. For ever if "
                "omitted.",
                default=math.inf,
                default_text="for ever",
            ),
            Argument(
                "expansion_as",
                Choice(options=("rate", "amount")),
                '"rate" or "amount"',
                '"rate": revenue of a kept customer grows by that share each period (if omitted). "amount": by that '
                "much money each period, as in Skok's model.",
                default="rate",
            ),
            Argument(
                "discounting",
                Choice(options=("rate", "factor")),
                '"rate" or "factor"',
                '"rate" divides by 1 + discount_rate each period, as Excel\'s PV (if omitted). "factor" multiplies by '
                "1 − discount_rate, as Skok prints it; then it is at most 100%.",
                default="rate",
            ),
        ),
        core="subscription:ltv_subscription",
        formula="a = ARPU × gross margin. Plain: a ÷ churn. In general the sum of a × K^t for t = 0, 1, 2, …, with "
        "K = (1 − churn) × (1 + expansion) ÷ (1 + discount rate); a ÷ (1 − K) for ever. Expansion as an amount m "
        "(after margin): the sum of (a + m × t) × K^t, with K = (1 − churn) ÷ (1 + discount rate); "
        "a ÷ (1 − K) + m × K ÷ (1 − K)² for ever. Discounting as a factor: × (1 − discount rate) instead of "
        "÷ (1 + discount rate).",
        source=f"{SKOK}, with its formula for expansion and discounting; ARPU × margin ÷ churn also in {PUTLER}",
        examples=(
            Example("=LTV_SUBSCRIPTION(100,0.8,0.05)", 1600.0),
            Example("=LTV_SUBSCRIPTION(100,0.8,0.05,0.01)", 1346.6666666666667, "Discounted at 1% per month."),
            Example("=LTV_SUBSCRIPTION(100,0.8,0.05,0,0.02,60)", 2190.5640544774315, "2% expansion, five years."),
            Example(
                '=LTV_SUBSCRIPTION(100,0.8,0.05,0,5,,"amount")',
                3120.0,
                "Revenue grows by 5 every month: 80/0.05 + 4 × 0.95/0.05².",
            ),
        ),
        notes=(
            "The first payment is counted in full and now. CLV_RETENTION offers other timings.",
            "Expansion as a rate is that of customers who stay: of 100 customers at 5% churn and 2% expansion, 95 pay "
            "102% each, so that 96.9% of the revenue is left after a period.",
            "For ever, expansion with (1 − churn) × (1 + expansion) above 1 is #NUM!, also when discounted: the "
            "revenue of the customers won would grow without end. Give cap_periods.",
            "For ever, where that product is 1 (as at a churn of 0) and nothing is discounted, it is #DIV/0!: on "
            "balance no revenue is ever lost.",
            "A rate and a factor differ: at 10%, ÷ 1.10 leaves 0.909 and × 0.90 leaves 0.900. Sources use both. At a "
            "factor of 100% only the first payment counts.",
            "Contraction cannot take away more than the revenue: #NUM! beyond that, and as an amount for ever. Where "
            "only the first payment counts, it takes nothing.",
            "For ever, a negative discount rate that outweighs what is lost is #NUM! too.",
        ),
    ),
    Function(
        name="NRR",
        family=FAMILY,
        summary="Net revenue retention: share of the recurring revenue at the start that is there at the end, upgrades "
        "included, new customers not.",
        arguments=(
            MRR_AT_START,
            EXPANSION,
            CONTRACTION,
            CHURNED,
            replace(REACTIVATED, help=f"{REACTIVATED.help} Some leave it out. 0 if omitted."),
        ),
        core="subscription:nrr",
        formula="(MRR at start + expansion + reactivated − contraction − churned) ÷ MRR at start",
        source=_MRR_CUSTOM,
        examples=(Example("=NRR(100000,8000,2000,3000)", 1.03, "103%: upgrades outweigh what is lost."),),
        native="(mrr_at_start+expansion+reactivated-contraction-churned)/mrr_at_start",
        notes=(
            _ONE_PERIOD,
            "Revenue of new customers belongs in none of the arguments. What they lose later in the same year neither.",
            "Losses can be as high as the start, expansion and reactivated together, as what was added can be lost "
            "again: the result is then 0. Beyond that it is #NUM!.",
        ),
    ),
    Function(
        name="GRR",
        family=FAMILY,
        summary="Gross revenue retention: share of the recurring revenue at the start that was not lost, upgrades left "
        "out. Never above 1.",
        arguments=(MRR_AT_START, CONTRACTION, CHURNED),
        core="subscription:grr",
        formula="(MRR at start − contraction − churned) ÷ MRR at start",
        source=_MRR_CUSTOM,
        examples=(Example("=GRR(100000,2000,3000)", 0.95),),
        native="(mrr_at_start-contraction-churned)/mrr_at_start",
        notes=(
            _ONE_PERIOD,
            "Count only losses of the revenue at the start: losses above it are #NUM!.",
        ),
    ),
    Function(
        name="QUICK_RATIO",
        family=FAMILY,
        summary="SaaS quick ratio: recurring revenue won for each unit lost. Not the quick ratio of a balance sheet.",
        arguments=(
            _mrr("new_mrr", "Recurring revenue from customers won in the period, as a positive amount."),
            EXPANSION,
            CONTRACTION,
            CHURNED,
            replace(REACTIVATED, help=f"{REACTIVATED.help[:-1]}, such as new_mrr. 0 if omitted."),
        ),
        core="subscription:quick_ratio",
        formula="(new MRR + expansion + reactivated) ÷ (contraction + churned)",
        source='The "SaaS quick ratio" of Mamoon Hamid (Social Capital), with reactivated revenue as an option',
        examples=(Example("=QUICK_RATIO(12000,8000,2000,3000)", 4.0, "4 won for every 1 lost."),),
        native="(new_mrr+expansion+reactivated)/(contraction+churned)",
        notes=(_ONE_PERIOD,),
    ),
)
