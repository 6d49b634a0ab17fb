"""Declarations: segments of customers by recency, frequency and monetary value, and the weight of the best ones."""

from __future__ import annotations

from clv_xl.catalogue.order_log import AMOUNTS, COUNTING, CUSTOMERS, DATES, FAMILY, LOG_WITH_AMOUNTS, ORDER, SPELLINGS
from clv_xl.worksheet.kinds import Choice, Date, Money, Number, Share, Text
from clv_xl.worksheet.registry import Argument, Example, Function, Table

_PUTLER_RFM = (
    "Putler, RFM analysis (segments and actions), its overlapping grid read so that every score has one segment"
)
_COMPLETE = "the list of 125 codes that circulates most among analysts, origin unknown"

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
    "How many scores there are, from 2 to 10: 5 for quintiles (if omitted), 4 for quartiles, 10 for deciles. The "
    "shipped maps are for 5.",
    default=5.0,
)
MAP = Argument(
    "map",
    Table(
        columns=(
            Argument("r", Number(minimum=1.0, whole=True), "score", "R score that the row is for."),
            Argument("fm_from", Number(), "score", "The mean of F and M is above this.", default=None),
            Argument("fm_to", Number(), "score", "The mean of F and M is at most this.", default=None),
            Argument("segment", Text(), "text or number", "Name of the segment."),
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
MONETARY = Argument(
    "monetary",
    Choice(options=("sum", "mean")),
    '"sum" or "mean"',
    '"sum": the monetary value is the sum of a customer\'s amounts, refunds taken off (if omitted). "mean": that sum '
    "per order.",
    default="sum",
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
        arguments=(CUSTOMERS, DATES, AMOUNTS, AS_OF, SCORES, MAP, MONETARY),
        core="rfm:rfm",
        formula="recency = days from the last order to as_of; frequency = orders; monetary = sum of amounts, or that ÷ "
        "orders; each score = 1 + INT(scores × share of customers who are strictly worse); the segment from the map",
        source=f"{_PUTLER_RFM}; quintiles as in Hughes, Strategic Database Marketing",
        examples=(
            Example(
                f"=RFM({LOG_WITH_AMOUNTS})",
                (
                    ("customer", "recency", "frequency", "monetary", "R", "F", "M", "score", "segment", *_NOTES),
                    ("Ann", 19.0, 2.0, 120.0, 2.0, 4.0, 4.0, "244", "At Risk", *_NO_NOTES),
                    ("Ben", 40.0, 1.0, 20.0, 1.0, 1.0, 2.0, "112", "Lost", *_NO_NOTES),
                    ("Eve", 0.0, 1.0, 10.0, 4.0, 1.0, 1.0, "411", "Promising", *_NO_NOTES),
                ),
                "Three customers are too few for five scores, and the notes say so.",
            ),
            Example(
                f'=RFM({LOG_WITH_AMOUNTS},,2,{_TWO_SEGMENTS},"mean")',
                (
                    ("customer", "recency", "frequency", "monetary", "R", "F", "M", "score", "segment"),
                    ("Ann", 19.0, 2.0, 60.0, 1.0, 2.0, 2.0, "122", "Away"),
                    ("Ben", 40.0, 1.0, 20.0, 1.0, 1.0, 1.0, "111", "Away"),
                    ("Eve", 0.0, 1.0, 10.0, 2.0, 1.0, 1.0, "211", "Here"),
                ),
                "Two scores, a map of one's own, and the mean per order as monetary value.",
            ),
        ),
        result="table",
        notes=(
            "The highest monetary value comes first, equal ones by name, numbers before text.",
            ORDER,
            SPELLINGS,
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
        arguments=(CUSTOMERS, DATES, AMOUNTS, AS_OF, SCORES, MAP, MONETARY),
        core="rfm:rfm_summary",
        formula="the customers of RFM, counted and added up by segment; average value = revenue ÷ customers",
        source=_PUTLER_RFM,
        examples=(
            Example(
                f"=RFM_SUMMARY({LOG_WITH_AMOUNTS},,2,{_TWO_SEGMENTS})",
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
        notes=(
            "Every segment of the map has a row. The rows add up to the total. A segment without customers has no "
            "average, and there are no shares of a revenue that is not above 0: these cells are blank.",
            'With "mean" customers are scored by their amount per order; revenue stays the sum of all amounts.',
            ORDER,
            SPELLINGS,
            _SCORE,
            _TIES,
            _MAP_NOTE,
        ),
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
                "Column with the customer of each order, one row an order. Names that differ only in case or in spaces "
                "around them are one customer.",
                shape="column",
                headings="customer",
            ),
        ),
        core="concentration:repeat_rate",
        formula="customers with two orders or more ÷ customers",
        source=COUNTING,
        examples=(Example('=REPEAT_RATE({"Ann";"Ben";"Ann";"Eve"})', 1 / 3),),
        notes=(
            "Every row is taken for an order: where an order has several lines, count one row of each.",
            SPELLINGS.partition(" Shown is")[0],
            "A first row that names the column, as Customer or CustomerID, is a heading; so is text without digits "
            "over numbers, unless it may be a customer as unknown or guest may, or comes again below.",
        ),
    ),
)
