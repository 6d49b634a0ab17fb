"""Declarations: lifetime value at a rate of retention, and what it would be at other rates, margins and spends."""

from __future__ import annotations

import math

from clv_xl.catalogue.lifetime import ACQUISITION_COST, FAMILY, IDENTITY
from clv_xl.catalogue.subscription import ARPU, CHURN, DISCOUNT_RATE, GROSS_MARGIN
from clv_xl.worksheet.kinds import Choice, Count, DiscountRate, Money, Periods, Rate, Share
from clv_xl.worksheet.registry import Argument, Example, Function

FADER_HARDIE = 'Fader & Hardie (2012), "Reconciling and Clarifying CLV Formulas", brucehardie.com/notes/024'
GUPTA = 'Gupta, Lehmann & Stuart (2004), "Valuing Customers", Journal of Marketing Research 41(1)'

_LEVERS = ("churn", "margin", "arpu", "discount")


def _changes(name: str, lever: str) -> Argument:
    return Argument(
        name,
        Rate(),
        "relative changes",
        f"Changes of the {lever} lever relative to its value: -20% of a churn of 5% is 4%, not -15%. One column or row "
        "of cells. If omitted: -20%, -10%, 0%, 10%, 20%.",
        default=None,
        default_text="-20%, -10%, 0%, 10%, 20%",
        shape="list",
    )


FUNCTIONS = (
    Function(
        name="CLV_RETENTION",
        family=FAMILY,
        summary="Discounted profit of a customer at a constant retention rate; timing says whether the first payment "
        "counts.",
        arguments=(
            Argument(
                "margin",
                Money(),
                "currency per period",
                "Profit from a customer in one period, an amount of money. Not a percentage and not a lifetime total.",
            ),
            Argument(
                "retention",
                Share(),
                "share per period",
                "Share of customers kept from one period to the next, as 80% or 0.8. A rate, not a number of periods.",
            ),
            Argument(
                "discount_rate",
                DiscountRate(),
                "rate per period",
                "Discount rate per period, as 10% or 0.1; for the same period as retention. 0 is allowed; below 3 "
                "(300%).",
            ),
            Argument(
                "timing",
                Choice(options=("counted", "excluded", "end")),
                '"counted", "excluded" or "end"',
                '"counted": the first payment comes now and counts. "excluded": only renewals '
                'count (if omitted). "end": each payment comes at its period\'s end, the first one too. Needed with an '
                "acquisition cost.",
                default=None,
                default_text="excluded; needed with an acquisition_cost",
            ),
            Argument(
                "periods",
                Periods(whole=True),
                "periods",
                "Whole number of payments to count. For ever if omitted.",
                default=math.inf,
                default_text="for ever",
            ),
            ACQUISITION_COST,
        ),
        core="lifetime:clv_retention",
        formula="For ever, less the acquisition cost: counted m × (1 + d) ÷ (1 + d − r); excluded m × r ÷ (1 + d − r); "
        "end m ÷ (1 + d − r). Over n periods, with q = r ÷ (1 + d): counted m × (1 − q^n) ÷ (1 − q); excluded q times "
        "that; end that ÷ (1 + d). m margin, r retention, d discount rate",
        source=f"{FADER_HARDIE}; {GUPTA}",
        examples=(
            Example("=CLV_RETENTION(100,0.8,0.1)", 266.66666666666667, "The first payment is excluded."),
            Example('=CLV_RETENTION(100,0.8,0.1,"counted")', 366.66666666666667, "One margin of 100 more."),
            Example('=CLV_RETENTION(100,0.8,0.1,"end")', 333.33333333333333, "Paid at the period's end."),
            Example('=CLV_RETENTION(100,0.8,0.1,"counted",5)', 292.06338364867787, "Five payments only."),
            Example(
                '=CLV_RETENTION(100,0.8,0.1,"counted",,60)', 306.66666666666667, "Net of an acquisition cost of 60."
            ),
        ),
        notes=(
            "Three textbook formulas differ only in when the first payment falls and whether it counts: see timing.",
            "With an acquisition cost and no timing the result is #N/A: whoever pays for a customer also gets the "
            "first payment, mostly, so say which payments count.",
            "margin is the profit of one period. A lifetime margin here would count the lifetime twice.",
            "For ever, 1 + discount rate = retention is #DIV/0!, and a lower discount rate is #NUM!: give periods.",
        ),
    ),
    Function(
        name="CLV_SENSITIVITY",
        family=FAMILY,
        summary="Table of LTV_SUBSCRIPTION over changes of two levers: churn, margin, ARPU or discount rate.",
        arguments=(
            ARPU,
            GROSS_MARGIN,
            CHURN,
            DISCOUNT_RATE,
            Argument(
                "row_lever",
                Choice(options=_LEVERS),
                '"churn", "margin", "arpu" or "discount"',
                "What changes from row to row; churn if omitted.",
                default="churn",
            ),
            Argument(
                "column_lever",
                Choice(options=_LEVERS),
                '"churn", "margin", "arpu" or "discount"',
                "What changes from column to column; margin if omitted. Not the same as row_lever.",
                default="margin",
            ),
            _changes("row_changes", "row"),
            _changes("column_changes", "column"),
        ),
        core="lifetime:clv_sensitivity",
        formula="LTV_SUBSCRIPTION at lever × (1 + change); the first row and the first column show the levels",
        source="Two-way table over LTV_SUBSCRIPTION",
        examples=(
            Example(
                '=CLV_SENSITIVITY(100,0.5,0.05,0,"churn","arpu",{-0.2;0;0.2},{-0.1;0;0.1})',
                (
                    ("churn down, arpu across", 90.0, 100.0, 110.0),
                    (0.04, 1125.0, 1250.0, 1375.0),
                    (0.05, 900.0, 1000.0, 1100.0),
                    (0.06, 750.0, 833.33333333333333, 916.66666666666667),
                ),
                "Churn of 4%, 5% and 6% against revenue of 90, 100 and 110.",
            ),
        ),
        result="table",
        notes=(
            "Changes are relative: -20% of a churn of 5% is 4%.",
            "A margin or churn that would pass 1 is #NUM! in its cell; it is never cut down to 1.",
            "A lever that is 0 cannot change relatively: give it a value or choose another.",
        ),
    ),
    Function(
        name="CLV_UPSELL",
        family=FAMILY,
        summary="Revenue gained when the average customer spends more per period.",
        arguments=(
            Argument("customers", Count(), "customers", "Customers whose average spend changes."),
            Argument("spend_before", Money(), "currency per period", "Average spend of a customer per period, before."),
            Argument("spend_after", Money(), "currency per period", "Average spend of a customer per period, after."),
            Argument(
                "periods",
                Periods(),
                "periods",
                "Number of periods to add up: 12 for a year of months. 1 if omitted: the gain per period.",
                default=1.0,
            ),
        ),
        core="lifetime:clv_upsell",
        formula="customers × (spend after − spend before) × periods",
        source=IDENTITY,
        examples=(
            Example("=CLV_UPSELL(5000,10,12)", 10000.0, "Per month."),
            Example("=CLV_UPSELL(5000,10,12,12)", 120000.0, "Per year."),
        ),
        native="customers*(spend_after-spend_before)*periods",
        notes=("Revenue, and only if no customer leaves because of it.",),
    ),
)
