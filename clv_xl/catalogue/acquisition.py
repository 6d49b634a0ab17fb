"""Declarations: what a customer may cost."""

from __future__ import annotations

from dataclasses import replace

from clv_xl.catalogue.subscription import ARPU, GROSS_MARGIN, SKOK
from clv_xl.worksheet.kinds import Count, Money, Ratio
from clv_xl.worksheet.registry import Argument, Example, Function

FAMILY = "Acquisition"

CAC = Argument(
    "cac",
    Money(minimum=0.0),
    "currency per customer",
    "Cost of winning one customer. Say whether it is fully loaded (salaries, tools and overhead included) or media "
    "spend only.",
)
LTV = Argument(
    "ltv",
    Money(),
    "currency per customer",
    "Lifetime value of one customer: profit, not revenue, if the ratio is to say whether the cost is earned back.",
)
TARGET = Argument(
    "target",
    Ratio(above=0.0),
    "ratio",
    "Ratio of lifetime value to cost that is aimed at; some are content with 1.25. 3 if omitted, the usual rule.",
    default=3.0,
)

FUNCTIONS = (
    Function(
        name="CAC",
        family=FAMILY,
        summary="Customer acquisition cost: sales and marketing spend per customer won with it.",
        arguments=(
            Argument(
                "spend",
                Money(minimum=0.0),
                "currency",
                "Sales and marketing spend of the period. Fully loaded if salaries, tools and overhead are in it.",
            ),
            Argument(
                "new_customers",
                Count(),
                "customers",
                "Customers won with that spend, not orders. If deals take long, use the spend of an earlier period.",
            ),
        ),
        core="acquisition:cac",
        formula="spend ÷ new customers",
        source=SKOK,
        examples=(Example("=CAC(50000,1000)", 50.0),),
        native="spend/new_customers",
        notes=("Blended CAC divides by all new customers; paid CAC only by those whom the spend brought. Say which.",),
    ),
    Function(
        name="LTV_CAC_RATIO",
        family=FAMILY,
        summary='Lifetime value earned for each unit of acquisition cost; 3 is spoken "3 to 1".',
        arguments=(LTV, CAC),
        core="acquisition:ltv_cac_ratio",
        formula="LTV ÷ CAC",
        source=SKOK,
        examples=(
            Example("=LTV_CAC_RATIO(150,50)", 3.0, "150 earned for 50 spent: 3:1."),
            Example("=LTV_CAC_RATIO(12.5,10)", 1.25),
        ),
        native="ltv/cac",
        notes=("With revenue instead of profit as ltv, the ratio flatters: at a margin of 33%, 3:1 is break-even.",),
    ),
    Function(
        name="LTV_CAC_RATING",
        family=FAMILY,
        summary="LTV to CAC in words: a loss, below the target, healthy, or so high that growth may be underfunded.",
        arguments=(
            Argument("ratio", Ratio(), "ratio", "Lifetime value divided by acquisition cost, as from LTV_CAC_RATIO."),
            TARGET,
        ),
        core="acquisition:ltv_cac_rating",
        formula="below 1 a loss; 1 breaks even; up to the target not yet healthy; from the target healthy; above 5 (or "
        "from a higher target) perhaps underfunded",
        source=f"{SKOK}, for 1 and 3; the warning above 5 is a practitioners' rule of thumb",
        examples=(
            Example("=LTV_CAC_RATING(3)", "3 or more: healthy"),
            Example("=LTV_CAC_RATING(0.8)", "below 1: every customer loses money"),
            Example("=LTV_CAC_RATING(1.25)", "1 to 3: earns its cost back, but below the target of 3"),
            Example("=LTV_CAC_RATING(1.25,1.25)", "1.25 or more: healthy", "The same ratio against a lower target."),
            Example("=LTV_CAC_RATING(6)", "above 5: healthy, but growth may be underfunded"),
        ),
        notes=("Below 1 every customer loses money, even where a target below 1 is met; the words then say both.",),
    ),
    Function(
        name="CAC_MAX",
        family=FAMILY,
        summary="The highest acquisition cost at which a customer still reaches the target ratio.",
        arguments=(LTV, replace(TARGET, kind=Ratio(minimum=0.0))),
        core="acquisition:cac_max",
        formula="LTV ÷ target",
        source=f"{SKOK}; the ratio solved for the cost",
        examples=(Example("=CAC_MAX(150)", 50.0), Example("=CAC_MAX(12.5,1.25)", 10.0)),
        native="ltv/target",
        notes=(
            "A negative ltv is #NUM!: such a customer is not worth any acquisition cost.",
            "A target of 0 is #DIV/0!: any cost would reach it.",
        ),
    ),
    Function(
        name="CAC_PAYBACK",
        family=FAMILY,
        summary="Periods until a customer's gross margin has paid for the acquisition; months if ARPU is per month.",
        arguments=(CAC, ARPU, GROSS_MARGIN),
        core="acquisition:cac_payback",
        formula="CAC ÷ (ARPU × gross margin)",
        source=f"{SKOK} (months to recover CAC; under 12 is the usual target)",
        examples=(Example("=CAC_PAYBACK(600,100,0.8)", 7.5, "7.5 months for monthly revenue."),),
        native="cac/(arpu*gross_margin)",
        notes=("Churn is left out: of the customers won, fewer are there at the end of the payback time.",),
    ),
)
