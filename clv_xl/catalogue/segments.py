"""Declarations: segments of customers, and what an order log says about them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from clv_xl.worksheet.kinds import Choice, Date, Margin, Money, Number, Share, Text
from clv_xl.worksheet.registry import Argument, Example, Function, Table

FAMILY = "Segments and orders"

_PUTLER_RFM = (
    "Putler, RFM analysis (segments and actions), its overlapping grid read so that every score has one segment"
)
_COMPLETE = "the list of 125 codes that circulates most among analysts, origin unknown"
_FADER_HARDIE = "Fader, Hardie & Lee (2005), the summary of their models; the same as in the Python package lifetimes"
_COUNTING = "Counting; the definitions that reports on customers share"

CUSTOMERS = Argument(
    "customers",
    Text(),
    "names or numbers",
    "Column with the customer of each line of the log: a name, an e-mail address or a number. Spaces around it do not "
    "count.",
    shape="column",
)
DATES = Argument(
    "dates",
    Date(),
    "dates",
    "Column with the date of each line, on the same rows. Lines of one customer with the same date (and time, if there "
    "is one) are one order.",
    shape="column",
)
AMOUNTS = Argument(
    "amounts",
    Money(),
    "currency",
    "Column with the amount of each line, on the same rows. Refunds are negative: they are taken off the revenue and "
    "are not orders.",
    shape="column",
)
AS_OF = Argument(
    "as_of",
    Date(),
    "date",
    "The day from which recency is counted; later lines are left out, and a note says so. The last date of the log if "
    "omitted.",
    default=None,
    default_text="the last date of the log",
)
SCORES = Argument(
    "scores",
    Number(minimum=2.0, maximum=10.0, whole=True),
    "number of scores",
    "How many scores there are: 5 for quintiles (if omitted), 4 for quartiles, 10 for deciles. The shipped maps are "
    "for 5.",
    default=5.0,
)
MAP = Argument(
    "map",
    Table(
        columns=(
            Argument("r", Number(minimum=1.0, whole=True), "score", "R score that the row is for."),
            Argument("fm_from", Number(), "score", "The mean of F and M is above this.", default=None),
            Argument("fm_to", Number(), "score", "The mean of F and M is at most this.", default=None),
            Argument("segment", Text(), "text", "Name of the segment."),
            Argument("action", Text(), "text", "What to do with it.", default=None),
            Argument("f", Number(minimum=1.0, whole=True), "score", "F score, in a list of codes.", default=None),
            Argument("m", Number(minimum=1.0, whole=True), "score", "M score, in a list of codes.", default=None),
        ),
        names=("bands", "complete-125"),
    ),
    '"bands", "complete-125" or cells',
    'Which scores make which segment: "bands" (if omitted), "complete-125", or a table with the columns R, FM from, '
    "FM to, segment, and action if wanted. RFM_MAP shows the shipped maps, to be copied and edited.",
    default="bands",
    shape="table",
)
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

_ORDER = (
    "Lines of one customer with the same date and time are one order; with dates alone, that is one order a day. An "
    "order of 0 or less is no order, but its amount counts. Customers without any order are left out, and a note "
    "behind the headers says so."
)
_SCORE = (
    "A score is 1 + the number of whole fifths of all customers who are strictly worse: 5 is best. In Excel: "
    '1+INT(5*COUNTIF(values,"<"&x)/COUNT(values)).'
)
_TIES = (
    "Equal customers share a score. Where many are equal, or there are fewer different values than scores, fewer "
    "scores occur, and a note behind the headers says which. Customers who are all equal, or a single one, have 1."
)
_MAP_NOTE = (
    "A map must give every code exactly one segment; otherwise the result is #NUM!, and the message names the first "
    "code without one or with two."
)
_MAPS = (
    'The two shipped maps agree on 58 of the 125 codes. In "bands" R = 4 is never a Champion; in "complete-125" most '
    "codes of 4 and 5 are."
)


def _score(name: str, of: str) -> Argument:
    kind = Number(minimum=1.0, maximum=5.0, whole=True)
    return Argument(name, kind, "score from 1 to 5", f"Score for {of}, a whole number from 1 (worst) to 5 (best).")


def _optional(argument: Argument, text: str) -> Argument:
    return replace(argument, default=None, default_text="none", help=text)


_LOG = '{"Ann";"Ben";"Ann";"Eve"},{"2025-01-05";"2025-01-20";"2025-02-10";"2025-03-01"}'
_LOG_WITH_AMOUNTS = f"{_LOG},{{50;20;70;10}}"
_JANUARY, _FEBRUARY, _MARCH = (dt.datetime(2025, month, 1) for month in (1, 2, 3))
_NOTES = (
    "note: recency has 3 different values among 3 customers, so only the scores 1, 2, 4 occur",
    "note: frequency has 2 different values among 3 customers, so only the scores 1, 4 occur",
    "note: monetary has 3 different values among 3 customers, so only the scores 1, 2, 4 occur",
)
_NO_NOTES = ("",) * 3
_TWO_SEGMENTS = '{1,0,2,"Away","Win back";2,0,2,"Here","Thank them"}'

_ACTIONS = {
    "Champions": "Reward them; early adopters for new products; they will promote you",
    "Loyal Customers": "Upsell higher-value products; ask for reviews",
    "Potential Loyalists": "Membership or loyalty programme; recommend other products",
    "Recent Customers": "Onboarding support, early success, start the relationship",
    "Promising": "Brand awareness; free trials",
    "Need Attention": "Limited-time offers on past purchases; reactivate",
    "About To Sleep": "Useful resources; popular products and renewals at a discount",
    "At Risk": "Personal messages to reconnect; offer renewals",
    "Can't Lose Them": "Win them back with renewals or newer products; talk to them",
    "Hibernating": "Other relevant products and special discounts",
    "Lost": "One outreach; otherwise ignore",
}

FUNCTIONS = (
    Function(
        name="RFM",
        family=FAMILY,
        summary="Recency, frequency and monetary value of every customer, their scores from 1 to 5, and the segment.",
        arguments=(CUSTOMERS, DATES, AMOUNTS, AS_OF, SCORES, MAP),
        core="rfm:rfm",
        formula="recency = days from the last order to as_of; frequency = orders; monetary = sum of amounts; each "
        "score = 1 + INT(scores × share of customers who are strictly worse); the segment from the map",
        source=f"{_PUTLER_RFM}; quintiles as in Hughes, Strategic Database Marketing",
        examples=(
            Example(
                f"=RFM({_LOG_WITH_AMOUNTS})",
                (
                    ("customer", "recency", "frequency", "monetary", "R", "F", "M", "score", "segment", *_NOTES),
                    ("Ann", 19.0, 2.0, 120.0, 2.0, 4.0, 4.0, "244", "At Risk", *_NO_NOTES),
                    ("Ben", 40.0, 1.0, 20.0, 1.0, 1.0, 2.0, "112", "Lost", *_NO_NOTES),
                    ("Eve", 0.0, 1.0, 10.0, 4.0, 1.0, 1.0, "411", "Promising", *_NO_NOTES),
                ),
                "Three customers are too few for five scores, and the notes say so.",
            ),
        ),
        result="table",
        notes=(
            "The highest amount comes first.",
            _ORDER,
            _SCORE,
            _TIES,
            "With another number of scores than 5 the segment needs a map of your own, and says so.",
            _MAP_NOTE,
        ),
    ),
    Function(
        name="RFM_SEGMENT",
        family=FAMILY,
        summary="The segment for scores of recency, frequency and monetary value: Champions, At Risk, Lost and so on.",
        arguments=(
            _score("r_score", "recency"),
            _score("f_score", "frequency"),
            _score("m_score", "monetary value"),
            MAP,
        ),
        core="segments:rfm_segment",
        formula="the segment whose row of the map holds R and the mean of F and M",
        source=f"{_PUTLER_RFM}; complete-125: {_COMPLETE}",
        examples=(
            Example("=RFM_SEGMENT(5,5,4)", "Champions"),
            Example("=RFM_SEGMENT(4,5,4)", "Loyal Customers", "In the default map only R = 5 makes a Champion."),
            Example('=RFM_SEGMENT(4,5,4,"complete-125")', "Champions"),
        ),
        notes=(_MAPS, _MAP_NOTE),
    ),
    Function(
        name="RFM_SUMMARY",
        family=FAMILY,
        summary="Customers, revenue, shares, average value and what to do, for each segment of an order log.",
        arguments=(CUSTOMERS, DATES, AMOUNTS, AS_OF, SCORES, MAP),
        core="rfm:rfm_summary",
        formula="the customers of RFM, counted and added up by segment; average value = revenue ÷ customers",
        source=_PUTLER_RFM,
        examples=(
            Example(
                f"=RFM_SUMMARY({_LOG_WITH_AMOUNTS},,2,{_TWO_SEGMENTS})",
                (
                    (
                        "segment",
                        "customers",
                        "share of customers",
                        "revenue",
                        "share of revenue",
                        "average value",
                        "action",
                    ),
                    ("Away", 2.0, 2 / 3, 140.0, 14 / 15, 70.0, "Win back"),
                    ("Here", 1.0, 1 / 3, 10.0, 1 / 15, 10.0, "Thank them"),
                    ("Total", 3.0, 1.0, 150.0, 1.0, 50.0, ""),
                ),
                "Two scores and a map of one's own.",
            ),
        ),
        result="table",
        notes=("Every segment of the map has a row. The rows add up to the total.", _ORDER, _SCORE, _TIES, _MAP_NOTE),
    ),
    Function(
        name="RFM_MAP",
        family=FAMILY,
        summary="A shipped map of segments as a table, to be read, or copied, edited and given to RFM as its map.",
        arguments=(
            Argument(
                "map_name",
                Choice(options=("bands", "complete-125")),
                '"bands" or "complete-125"',
                '"bands" (if omitted): bands of the mean of F and M for each R. "complete-125": all 125 codes.',
                default="bands",
            ),
        ),
        core="segments:rfm_map",
        formula="a row holds R, and where the mean of F and M is above FM from and at most FM to; or one code a row",
        source=f"{_PUTLER_RFM}; complete-125: {_COMPLETE}",
        examples=(
            Example(
                '=RFM_MAP("bands")',
                (
                    ("R", "FM from", "FM to", "segment", "action"),
                    *(
                        (r, low, high, segment, _ACTIONS[segment])
                        for r, low, high, segment in (
                            (5.0, 4.0, 5.0, "Champions"),
                            (5.0, 3.0, 4.0, "Loyal Customers"),
                            (5.0, 1.0, 3.0, "Potential Loyalists"),
                            (5.0, 0.0, 1.0, "Recent Customers"),
                            (4.0, 3.0, 5.0, "Loyal Customers"),
                            (4.0, 1.0, 3.0, "Potential Loyalists"),
                            (4.0, 0.0, 1.0, "Promising"),
                            (3.0, 3.0, 5.0, "Loyal Customers"),
                            (3.0, 2.0, 3.0, "Need Attention"),
                            (3.0, 0.0, 2.0, "About To Sleep"),
                            (2.0, 2.0, 5.0, "At Risk"),
                            (2.0, 1.0, 2.0, "Hibernating"),
                            (2.0, 0.0, 1.0, "Lost"),
                            (1.0, 4.0, 5.0, "Can't Lose Them"),
                            (1.0, 2.0, 4.0, "At Risk"),
                            (1.0, 0.0, 2.0, "Lost"),
                        )
                    ),
                ),
            ),
        ),
        result="table",
        notes=(
            _MAPS,
            "The list is as it circulates; the names of its segments and the actions are those of Putler.",
        ),
    ),
    Function(
        name="PARETO_SHARE",
        family=FAMILY,
        summary="Share of revenue that comes from the best customers: the top 20% if not said otherwise.",
        arguments=(
            Argument(
                "values",
                Money(),
                "currency per customer",
                "Column with one value a customer, such as the monetary value from RFM: not one a purchase.",
                shape="column",
            ),
            Argument(
                "top",
                Share(),
                "share of customers",
                "How many customers are the top, as a share of all: 20% or 0.2. 20% if omitted.",
                default=0.2,
            ),
        ),
        core="concentration:pareto_share",
        formula="sum of the highest values ÷ sum of all; of top × customers = k + a fraction, k count in full and the "
        "next one by the fraction",
        source="Lorenz (1905), the curve read from the top; the 80/20 rule of Pareto and Juran",
        examples=(
            Example("=PARETO_SHARE({70;10;10;5;5})", 0.7, "The best one of five customers brings 70%."),
            Example("=PARETO_SHARE({70;10;10;5;5},0.3)", 0.75, "One and a half customers: 70 and half of 10."),
        ),
        notes=(
            "Customers with equal values are interchangeable, so ties do not matter.",
            "Negative values (refunds) are the bottom; with them the share can pass 1. A total of 0 is #DIV/0!.",
        ),
    ),
    Function(
        name="REPEAT_RATE",
        family=FAMILY,
        summary="Share of customers who ordered more than once, from a column with the customer of each order.",
        arguments=(
            Argument(
                "customers",
                Text(),
                "names or numbers",
                "Column with the customer of each order, one row an order. Spaces around a name do not count.",
                shape="column",
            ),
        ),
        core="concentration:repeat_rate",
        formula="customers with two orders or more ÷ customers",
        source=_COUNTING,
        examples=(Example('=REPEAT_RATE({"Ann";"Ben";"Ann";"Eve"})', 1 / 3),),
        notes=("Every row is taken for an order: where an order has several lines, count one row of each.",),
    ),
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
        core="columns:cohort_table",
        formula="retention = customers who ordered in the period ÷ customers of the cohort; average order = revenue ÷ "
        "orders; cumulative value = revenue so far × margin ÷ customers of the cohort",
        source=_COUNTING,
        examples=(
            Example(
                f"=COHORT_TABLE({_LOG})",
                (
                    ("cohort", "customers", 0.0, 1.0, 2.0),
                    (_JANUARY, 2.0, 1.0, 0.5, 0.0),
                    (_MARCH, 1.0, 1.0, "", ""),
                ),
                "Of two customers won in January one came back in February. Format the first column as dates.",
            ),
            Example(
                f'=COHORT_TABLE({_LOG_WITH_AMOUNTS},"cumulative value","month",60)',
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
            "A period without new customers has no row. More than a million cells are #NUM!: choose longer periods.",
            _ORDER,
        ),
    ),
    Function(
        name="CLV_BY_GROUP",
        family=FAMILY,
        summary="What the customers won by each channel are worth so far, and with spend: CAC, LTV:CAC and payback.",
        arguments=(
            Argument(
                "groups",
                Text(),
                "names",
                "Column with the channel, campaign or region of each line, on the same rows. A customer belongs to "
                "that of the first order.",
                shape="column",
            ),
            CUSTOMERS,
            DATES,
            AMOUNTS,
            Argument(
                "spend",
                Table(
                    columns=(
                        Argument("group", Text(), "name", "Name of the group."),
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
            MARGIN,
        ),
        core="columns:clv_by_group",
        formula="CLTV = revenue × margin ÷ customers; CAC = spend ÷ customers; LTV:CAC = CLTV ÷ CAC; payback = months "
        "from the first orders until the value per customer reaches the CAC",
        source=_COUNTING,
        examples=(
            Example(
                '=CLV_BY_GROUP({"advertising";"referral";"advertising"},{"Ann";"Ben";"Ann"},'
                '{"2025-01-05";"2025-01-20";"2025-02-10"},{400;5000;600},{"advertising",500;"referral",250})',
                (
                    ("group", "customers", "orders", "revenue", "CLTV", "spend", "CAC", "LTV:CAC", "payback"),
                    ("referral", 1.0, 1.0, 5000.0, 5000.0, 250.0, 250.0, 20.0, 0.0),
                    ("advertising", 1.0, 2.0, 1000.0, 1000.0, 500.0, 500.0, 2.0, 1.0),
                    ("Total", 2.0, 3.0, 6000.0, 3000.0, 750.0, 375.0, 8.0, 0.0),
                ),
                "A customer won by advertising is worth 1,000, one won by referral 5,000.",
            ),
        ),
        result="table",
        notes=(
            "CLTV is what has been earned up to the last date of the log. It is no forecast: groups with younger "
            "customers look worth less than they will be.",
            "The most valuable group comes first. A group without a row in the spend table shows #N/A; enter 0 for "
            "what cost nothing.",
            _ORDER,
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
        core="columns:clv_summary",
        formula="frequency = periods with orders − 1; recency = last − first such period; age = period of end_date − "
        "first; value = amounts after the first period ÷ frequency, 0 at frequency 0",
        source=_FADER_HARDIE,
        examples=(
            Example(
                f"=CLV_SUMMARY({_LOG_WITH_AMOUNTS})",
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
            "Unlike in RFM, frequency does not count the first order, and free orders (0) count, as these models do.",
            "Periods are those of the calendar: from Friday to Monday is one week. For weeks of seven days, use days "
            "and divide by 7.",
        ),
    ),
    Function(
        name="MRR_MOVEMENTS",
        family=FAMILY,
        summary="Recurring revenue by month: new, reactivated, expansion, contraction, churned.",
        arguments=(
            replace(CUSTOMERS, help="Column with the customer of each line: a name, an e-mail address or a number."),
            Argument(
                "months",
                Date(),
                "dates",
                "Column with any day of the month that the line is for, on the same rows.",
                shape="column",
            ),
            Argument(
                "mrr",
                Money(minimum=0.0),
                "currency per month",
                "Column with the customer's recurring revenue of that month, on the same rows. 0, or no line, is none.",
                shape="column",
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
            "NRR, GRR and QUICK_RATIO take these figures.",
        ),
    ),
)
