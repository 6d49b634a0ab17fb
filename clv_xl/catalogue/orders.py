"""Declarations: what an order log says about customers over time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from clv_xl.catalogue.order_log import (
    AMOUNTS,
    COUNTING,
    CUSTOMERS,
    DATES,
    FAMILY,
    LOG,
    LOG_WITH_AMOUNTS,
    ORDER,
    SPELLINGS,
)
from clv_xl.worksheet.kinds import Choice, Date, Margin, Money, Text
from clv_xl.worksheet.registry import Argument, Example, Function, Table

_FADER_HARDIE = "Fader, Hardie & Lee (2005), the summary of their models; the same as in the Python package lifetimes"

PERIOD = Argument(
    "period",
    Choice(options=("day", "week", "month", "quarter", "year")),
    "period of the calendar",
    '"day", "week" (from Monday), "month", "quarter" or "year". Months if omitted.',
    default="month",
)
MARGIN = Argument(
    "margin",
    Margin(),
    "share of revenue",
    "Profit as a share of revenue, as 40% or 0.4: values are then profit. 1 if omitted: values are revenue.",
    default=1.0,
)

_JANUARY, _FEBRUARY, _MARCH = (dt.datetime(2025, month, 1) for month in (1, 2, 3))


def _optional(argument: Argument, text: str) -> Argument:
    return replace(argument, default=None, default_text="none", help=text)


FUNCTIONS = (
    Function(
        name="COHORT_TABLE",
        family=FAMILY,
        summary="Cohorts of customers by the period of their first order, followed from period to period.",
        arguments=(
            CUSTOMERS,
            DATES,
            _optional(AMOUNTS, f"{AMOUNTS.help} Only customers and retention can do with it omitted."),
            Argument(
                "measure",
                Choice(options=("customers", "retention", "revenue", "average order", "cumulative value")),
                "name of a measure",
                '"customers" who ordered, "retention" as their share of the cohort, "revenue", "average order", or '
                '"cumulative value" per customer of the cohort. Retention if omitted.',
                default="retention",
            ),
            PERIOD,
            Argument(
                "cac",
                Money(minimum=0.0),
                "currency per customer",
                "Cost of winning one customer. A column then says in which period the cumulative value reaches it. No "
                "such column if omitted.",
                default=None,
                default_text="none",
            ),
            MARGIN,
        ),
        core="order_tables:cohort_table",
        formula="retention = customers who ordered in the period ÷ customers of the cohort; average order = revenue ÷ "
        "orders; cumulative value = revenue so far × margin ÷ customers of the cohort",
        source=COUNTING,
        examples=(
            Example(
                f"=COHORT_TABLE({LOG})",
                (
                    ("cohort", "customers", 0.0, 1.0, 2.0),
                    (_JANUARY, 2.0, 1.0, 0.5, 0.0),
                    (_MARCH, 1.0, 1.0, "", ""),
                ),
                "Of two customers won in January one came back in February. Format the first column as dates.",
            ),
            Example(
                f'=COHORT_TABLE({LOG_WITH_AMOUNTS},"cumulative value","month",60)',
                (
                    ("cohort", "customers", "payback", 0.0, 1.0, 2.0),
                    (_JANUARY, 2.0, 1.0, 35.0, 70.0, 70.0),
                    (_MARCH, 1.0, "", 10.0, "", ""),
                ),
                "A cost of 60 per customer was earned back in the period after the first order.",
            ),
        ),
        result="table",
        notes=(
            "Period 0 is that of the first order. The last period of each row may be incomplete; periods that had not "
            "begun on the last date of the log are blank.",
            "Amounts before a customer's first order (a refund of an older one) belong to period 0.",
            "A period without new customers has no row. A table wider than Excel's 16,384 columns, or of more than a "
            "million cells, is #NUM!, and the message names the period that fits.",
            ORDER,
            SPELLINGS,
        ),
    ),
    Function(
        name="CLV_BY_GROUP",
        family=FAMILY,
        summary="Value so far of the customers won by each channel; with spend CAC and payback, with a margin LTV:CAC "
        "too.",
        arguments=(
            Argument(
                "groups",
                Text(),
                "names or numbers",
                "Column with the channel, campaign or region of each line, on the same rows. A customer belongs to "
                "that of the first order.",
                shape="column",
                headings="group",
            ),
            CUSTOMERS,
            DATES,
            AMOUNTS,
            Argument(
                "spend",
                Table(
                    columns=(
                        Argument("group", Text(), "name or number", "Name of the group.", headings="group"),
                        Argument("spend", Money(minimum=0.0), "currency", "What was spent on winning its customers."),
                    )
                ),
                "table: group, spend",
                "Table with the columns group and spend; rows of the same group are added up. If omitted, there are no "
                "columns for cost.",
                default=None,
                default_text="none",
                shape="table",
            ),
            replace(
                MARGIN,
                help="Profit as a share of revenue, as 40% or 0.4: the value so far is then profit, and is compared "
                "with the CAC. If omitted, the value is revenue, and there is no LTV:CAC.",
                default=None,
                default_text="none: values are revenue",
            ),
        ),
        core="order_tables:clv_by_group",
        formula="value so far = revenue × margin ÷ customers, without a margin revenue ÷ customers; CAC = spend ÷ "
        "customers; LTV:CAC = value so far ÷ CAC; payback = calendar months from the first orders until the value so "
        "far reaches the CAC",
        source=COUNTING,
        examples=(
            Example(
                '=CLV_BY_GROUP({"advertising";"referral";"advertising"},{"Ann";"Ben";"Ann"},'
                '{"2025-01-05";"2025-01-20";"2025-02-10"},{400;5000;600},{"advertising",500;"referral",250})',
                (
                    ("group", "customers", "orders", "revenue", "value so far", "spend", "CAC", "payback"),
                    ("referral", 1.0, 1.0, 5000.0, 5000.0, 250.0, 250.0, 0.0),
                    ("advertising", 1.0, 2.0, 1000.0, 1000.0, 500.0, 500.0, 1.0),
                    ("Total", 2.0, 3.0, 6000.0, 3000.0, 750.0, 375.0, 0.0),
                ),
                "A customer won by advertising has brought 1,000, one won by referral 5,000.",
            ),
            Example(
                '=CLV_BY_GROUP({"advertising";"referral";"advertising"},{"Ann";"Ben";"Ann"},'
                '{"2025-01-05";"2025-01-20";"2025-02-10"},{400;5000;600},{"advertising",200;"referral",250},0.4)',
                (
                    ("group", "customers", "orders", "revenue", "value so far", "spend", "CAC", "LTV:CAC", "payback"),
                    ("referral", 1.0, 1.0, 5000.0, 2000.0, 250.0, 250.0, 8.0, 0.0),
                    ("advertising", 1.0, 2.0, 1000.0, 400.0, 200.0, 200.0, 2.0, 1.0),
                    ("Total", 2.0, 3.0, 6000.0, 1200.0, 450.0, 225.0, 16 / 3, 0.0),
                ),
                "With a margin of 40% the value is profit, which can be compared with the cost.",
            ),
        ),
        result="table",
        notes=(
            "The value so far is what has been earned up to the last date of the log. It is no lifetime value and no "
            "forecast: groups with younger customers look worth less than they will be.",
            "Without a margin the value is revenue, and so is what payback compares with the CAC; there is no LTV:CAC "
            "then, because a ratio of revenue to cost flatters.",
            "The most valuable group comes first; one without customers stands among those worth 0. Where a customer's "
            "first order has lines of several groups, the first of them by name counts.",
            "A group without a row in the spend table shows #N/A; enter 0 for what cost nothing. Names of groups are "
            "matched as those of customers are.",
            ORDER,
            SPELLINGS,
        ),
    ),
    Function(
        name="CLV_SUMMARY",
        family=FAMILY,
        summary="Frequency x, recency t_x, age T and average value of every customer, as models of repeat orders need.",
        arguments=(
            CUSTOMERS,
            DATES,
            _optional(AMOUNTS, f"{AMOUNTS.help} If omitted, there is no value, and every line counts."),
            Argument(
                "end_date",
                Date(),
                "date",
                "The day up to which customers are watched; later lines are left out, and a note says so. The last "
                "date of the log if omitted.",
                default=None,
                default_text="the last date of the log",
            ),
            replace(
                PERIOD,
                help='Unit of time: "day" (if omitted), "week" (from Monday), "month", "quarter" or "year". Orders '
                "within one are one.",
                default="day",
            ),
        ),
        core="order_tables:clv_summary",
        formula="frequency = periods with orders − 1; recency = last − first such period; age = period of end_date − "
        "first; value = sum of all amounts after the first period, refunds taken off, ÷ frequency; 0 at frequency 0",
        source=_FADER_HARDIE,
        examples=(
            Example(
                f"=CLV_SUMMARY({LOG_WITH_AMOUNTS})",
                (
                    ("customer", "frequency", "recency", "age", "value"),
                    ("Ann", 1.0, 36.0, 55.0, 70.0),
                    ("Ben", 0.0, 0.0, 40.0, 0.0),
                    ("Eve", 0.0, 0.0, 0.0, 0.0),
                ),
            ),
        ),
        result="table",
        notes=(
            "This recency is the customer's age at the last order, t_x. In RFM, recency is the time since then.",
            "Unlike in RFM, frequency does not count the first order, and free orders (all lines 0) count, as these "
            "models do; an order whose lines cancel (5 and −5 at one moment) does not.",
            "Customers are listed by name, numbers before text. Those without any order are left out, and a note "
            "behind the headers says so.",
            "A refund after the first period is taken off the value on whatever day it stands, but makes no period one "
            "with an order: 10, 20 and −5 on three days are a frequency of 1 and a value of 15.",
            "Periods are those of the calendar: from Friday to Monday is one week. For weeks of seven days, use days "
            "and divide by 7.",
            SPELLINGS,
        ),
    ),
    Function(
        name="MRR_MOVEMENTS",
        family=FAMILY,
        summary="Recurring revenue by month: new, reactivated, expansion, contraction, churned.",
        arguments=(
            replace(
                CUSTOMERS,
                help="Column with the customer of each line: a name, an e-mail address or a number. Names that differ "
                "only in case or in spaces around them are one customer.",
            ),
            Argument(
                "months",
                Date(),
                "dates",
                "Column with any day of the month that the line is for, on the same rows.",
                shape="column",
                headings="date",
            ),
            Argument(
                "mrr",
                Money(minimum=0.0),
                "currency per month",
                "Column with the customer's recurring revenue of that month, on the same rows. 0, or no line, is none.",
                shape="column",
                headings="amount",
            ),
        ),
        core="mrr:mrr_movements",
        formula="start + new + reactivated + expansion − contraction − churned = end",
        source="Accounting identity of recurring revenue; the definition that subscription reporting tools share",
        examples=(
            Example(
                '=MRR_MOVEMENTS({"Ann";"Ben";"Ann";"Eve";"Ben"},'
                '{"2025-01-01";"2025-01-01";"2025-02-01";"2025-02-01";"2025-03-01"},{100;50;120;30;50})',
                (
                    ("month", "start", "new", "reactivated", "expansion", "contraction", "churned", "end"),
                    (_JANUARY, 0.0, 150.0, 0.0, 0.0, 0.0, 0.0, 150.0),
                    (_FEBRUARY, 150.0, 30.0, 0.0, 20.0, 0.0, 50.0, 150.0),
                    (_MARCH, 150.0, 0.0, 50.0, 0.0, 0.0, 150.0, 50.0),
                ),
                "Ben leaves in February and comes back in March, when Ann and Eve leave.",
            ),
        ),
        result="table",
        notes=(
            "Lines of one customer and month are added up. In the first month all revenue is new, because the log "
            "knows nothing before.",
            "A month between the first and the last without any line is one in which everybody had left.",
            "NRR, GRR and QUICK_RATIO take these figures, of one month or added up over twelve.",
            SPELLINGS,
        ),
    ),
)
