"""Every function that works cell by cell, recomputed in exact fractions from the printed words of docs/functions.md.

Written from the documentation alone, without reading the code: a formula that is wrong in the code, or one that is
printed wrongly, disagrees here. Sums are loops, payment by payment; what goes on for ever is a limit derived by hand.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import CellError

EXAMPLES = 300
TOLERANCE = Fraction(1, 10**11)


# What a definition may say: terms that add up to the value, or words, or that there is no answer.


class Refused(Exception):
    """There is no answer, for one reason or several; with several any of their codes will do."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = set(codes)


@dataclass(frozen=True)
class Words:
    """A text, of which the documentation prints all or only parts."""

    exactly: str = ""
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def fit(self, text: object) -> bool:
        if not isinstance(text, str) or not text or (self.exactly and text != self.exactly):
            return False
        return all(part in text for part in self.has) and not any(part in text for part in self.lacks)


Terms = list[Fraction]
"""The value as terms to be added: rounding is judged by their size, as they may cancel out."""


def refuse_where(**reasons: bool) -> None:
    """Refuse with every code whose reason holds: NUM, DIV, NA."""
    codes = [{"NUM": "#NUM!", "DIV": "#DIV/0!", "NA": "#N/A"}[code] for code, holds in reasons.items() if holds]
    if codes:
        raise Refused(*codes)


def more(left: Fraction, right: Fraction) -> bool:
    """Whether left is more than right; calls in which rounding could decide that are not drawn."""
    assume(left == right or abs(left - right) > Fraction(1, 10**9) * max(abs(left), abs(right)))
    return left > right


def quotient(terms: Terms, divisor: Fraction) -> Terms:
    refuse_where(DIV=divisor == 0)
    return [term / divisor for term in terms]


def added_up(payment: Callable[[int], Fraction], factor: Fraction, count: int) -> Terms:
    """payment(0) + payment(1) × factor + …, so many of them, one after the other over a common denominator."""
    if count == 0:
        return []
    common = lcm(payment(0).denominator, payment(1).denominator)
    numerator, power, below = factor.numerator, 1, factor.denominator
    total = 0
    for t in range(count):
        total = total * below + int(payment(t) * common) * power
        power *= numerator
    return [Fraction(total, common * below ** (count - 1))]


# The definitions, in the order of the documentation. An argument without a default is one the documents call required.


def ltv(average_sale: Fraction, transactions: Fraction, retention: Fraction) -> Terms:
    """Average sale × transactions per period × periods kept."""
    return [average_sale * transactions * retention]


def clv(
    average_sale: Fraction,
    transactions: Fraction,
    retention: Fraction,
    margin: Fraction,
    discount_rate: Fraction = Fraction(0),
    acquisition_cost: Fraction = Fraction(0),
) -> Terms:
    """LTV × margin, "applied at each period's end", "taken off at the end and not discounted"."""
    profit = average_sale * transactions * margin
    if discount_rate == 0:
        return [profit * retention, -acquisition_cost]
    if retention.denominator == 1:
        factor = 1 / (1 + discount_rate)
        return [factor * sum(added_up(lambda t: profit, factor, int(retention))), -acquisition_cost]
    return [profit * annuity(discount_rate, retention), -acquisition_cost]


def annuity(d: Fraction, n: Fraction) -> Fraction:
    """(1 − (1 + d)^−n) ÷ d, for a number of periods that is not whole, to some 80 digits."""
    with localcontext(prec=100):
        growth = 1 + Decimal(d.numerator) / Decimal(d.denominator)
        return Fraction((1 - growth ** -(Decimal(n.numerator) / Decimal(n.denominator))) / (growth - 1))


def apv(revenue: Fraction, orders: Fraction) -> Terms:
    """Revenue ÷ orders."""
    return quotient([revenue], orders)


def apf(orders: Fraction, customers: Fraction) -> Terms:
    """Orders ÷ customers."""
    return quotient([orders], customers)


def lifespan(churn_rate: Fraction) -> Terms:
    """1 ÷ churn rate; "a churn rate of 0 is #DIV/0!"."""
    return quotient([Fraction(1)], churn_rate)


def clv_retention(
    margin: Fraction,
    retention: Fraction,
    discount_rate: Fraction,
    timing: str | None = None,
    periods: Fraction | None = None,
    acquisition_cost: Fraction = Fraction(0),
) -> Terms:
    """The payments one by one: "counted" comes now, "excluded" are renewals only, "end" is at its period's end.

    "For ever, 1 + discount rate = retention is #DIV/0!, and a lower discount rate is #NUM!". "With an acquisition cost
    and no timing the result is #N/A". For ever: what is expected of renewals is E = q × (m + E), a payment and E anew.
    """
    gap = 1 + discount_rate - retention
    endless = periods is None
    growing = endless and more(retention, 1 + discount_rate)
    refuse_where(NA=acquisition_cost != 0 and timing is None, DIV=endless and gap == 0, NUM=growing)
    kept = retention / (1 + discount_rate)
    if periods is not None:
        counted = sum(added_up(lambda t: margin, kept, int(periods)))
        excluded = kept * counted
        end = counted / (1 + discount_rate)
    else:
        assume(gap > Fraction(1, 10**4) or discount_rate == 0 or retention == 1)
        excluded = margin * kept / (1 - kept)
        counted = margin + excluded
        end = counted / (1 + discount_rate)
    value = {"counted": counted, "excluded": excluded, "end": end}[timing or "excluded"]
    return [value, -acquisition_cost]


def clv_upsell(
    customers: Fraction, spend_before: Fraction, spend_after: Fraction, periods: Fraction = Fraction(1)
) -> Terms:
    """Customers × (spend after − spend before) × periods."""
    return [customers * spend_after * periods, -customers * spend_before * periods]


def cac(spend: Fraction, new_customers: Fraction) -> Terms:
    """Spend ÷ new customers; "an acquisition cost with no new customers" is the example of a #DIV/0!."""
    return quotient([spend], new_customers)


def ltv_cac_ratio(ltv: Fraction, cac: Fraction) -> Terms:
    """LTV ÷ CAC."""
    return quotient([ltv], cac)


def ltv_cac_rating(ratio: Fraction, target: Fraction = Fraction(3)) -> Words:
    """Below 1 a loss; 1 breaks even; up to the target not yet healthy; from the target healthy; above 5 (or from a
    higher target) perhaps underfunded. "Below 1 every customer loses money, even where a target below 1 is met; the
    words then say both". Whole sentences where the examples print them.
    """
    shown = f"{float(target):g}"
    if ratio < 1:
        loss = "below 1: every customer loses money"
        return Words(exactly=loss) if ratio < target else Words(has=(loss, f"the target of {shown}"))
    if ratio == 1:
        return Words(has=("1: ",), lacks=("loses", "healthy", "underfunded"))
    if ratio < target:
        return Words(exactly=f"1 to {shown}: earns its cost back, but below the target of {shown}")
    if target > 5:
        return Words(has=("healthy", "underfunded"), lacks=("below", "loses"))
    if ratio > 5:
        return Words(exactly="above 5: healthy, but growth may be underfunded")
    if target > 1:
        return Words(exactly=f"{shown} or more: healthy")
    return Words(has=("healthy",), lacks=("below", "loses", "underfunded"))


def cac_max(ltv: Fraction, target: Fraction = Fraction(3)) -> Terms:
    """LTV ÷ target; "a negative ltv is #NUM!", "a target of 0 is #DIV/0!"."""
    refuse_where(NUM=ltv < 0, DIV=target == 0)
    return [ltv / target]


def cac_payback(cac: Fraction, arpu: Fraction, gross_margin: Fraction) -> Terms:
    """CAC ÷ (ARPU × gross margin). No number of periods pays for the acquisition out of a loss: no finite answer."""
    earned = arpu * gross_margin
    refuse_where(DIV=earned == 0, NUM=earned < 0)
    return [cac / earned]


def arpu(revenue: Fraction, customers: Fraction, months: Fraction = Fraction(1)) -> Terms:
    """Revenue ÷ customers ÷ months; "no customers, or 0 months, is #DIV/0!"."""
    return quotient(quotient([revenue], customers), months)


def churn_rate(lost: Fraction, at_start: Fraction) -> Terms:
    """Lost ÷ at start; "more lost than there were at the start is #NUM!"."""
    refuse_where(DIV=at_start == 0, NUM=more(lost, at_start))
    return [lost / at_start]


def retention_rate(at_start: Fraction, at_end: Fraction, new_customers: Fraction) -> Terms:
    """(At end − new customers) ÷ at start; "a result above 1 is #NUM!".

    New customers are "still there at its end" and the end has "new ones included": more new than at the end is
    outside the domain.
    """
    too_many = more(at_end - new_customers, at_start)
    refuse_where(DIV=at_start == 0, NUM=too_many or more(new_customers, at_end))
    return [at_end / at_start, -new_customers / at_start]


def ltv_subscription(
    arpu: Fraction,
    gross_margin: Fraction,
    churn: Fraction,
    discount_rate: Fraction = Fraction(0),
    expansion: Fraction = Fraction(0),
    cap_periods: Fraction | None = None,
    expansion_as: str = "rate",
    discounting: str = "rate",
) -> Terms:
    """The sum of a × K^t for t = 0, 1, 2, …, or of (a + m × t) × K^t with "expansion as an amount m (after margin)"."""
    by_amount = expansion_as == "amount"
    kept = (1 - churn) if by_amount else (1 - churn) * (1 + expansion)
    factor = kept * (1 - discount_rate) if discounting == "factor" else kept / (1 + discount_rate)
    refuse_subscription(arpu, kept, factor, discount_rate, expansion, cap_periods, expansion_as, discounting)
    a, m = arpu * gross_margin, expansion * gross_margin if by_amount else Fraction(0)
    if cap_periods is not None:
        return [
            *added_up(lambda t: a, factor, int(cap_periods)),
            *added_up(lambda t: m * t, factor, int(cap_periods)),
        ]
    gap = 1 - factor
    assume(gap > Fraction(1, 10**4) or sum(x != 0 for x in (churn, discount_rate, expansion)) == 1)
    # V = a + K × (the same for a + m), and the same for a + m is V + m ÷ (1 − K), as m more is paid every time.
    return [a / gap, factor * (m / gap) / gap]


def refuse_subscription(
    arpu: Fraction,
    kept: Fraction,
    factor: Fraction,
    discount_rate: Fraction,
    expansion: Fraction,
    cap_periods: Fraction | None,
    expansion_as: str,
    discounting: str,
) -> None:
    """What the notes and arguments of LTV_SUBSCRIPTION refuse.

    "(1 − churn) × (1 + expansion) above 1 is #NUM!, also when discounted"; "where that product is 1 and nothing is
    discounted, it is #DIV/0!"; "contraction cannot take away more than the revenue: #NUM! beyond that"; "factor": "at
    most 100%"; a rate of expansion "from -100% to below 300%".
    """
    endless, by_amount = cap_periods is None, expansion_as == "amount"
    last = 0 if cap_periods is None else max(int(cap_periods) - 1, 0)
    # "Where only the first payment counts, it takes nothing."
    taken_away = by_amount and expansion < 0 and factor > 0 and (endless or more(Fraction(0), arpu + expansion * last))
    outside = (not by_amount and not -1 <= expansion < 3) or (discounting == "factor" and discount_rate > 1)
    # A discount rate below 0 that outweighs what is lost has no words of its own: there is no finite answer.
    growing = endless and (more(kept, Fraction(1)) or factor > 1)
    assume(not endless or factor != 1 or discount_rate == 0)
    refuse_where(NUM=taken_away or outside or growing, DIV=endless and kept == 1 and discount_rate == 0)


def nrr(
    mrr_at_start: Fraction,
    expansion: Fraction,
    contraction: Fraction,
    churned: Fraction,
    reactivated: Fraction = Fraction(0),
) -> Terms:
    """(Start + expansion + reactivated − contraction − churned) ÷ start; losses beyond what was there are #NUM!."""
    there = mrr_at_start + expansion + reactivated
    refuse_where(DIV=mrr_at_start == 0, NUM=more(contraction + churned, there))
    return [there / mrr_at_start, -(contraction + churned) / mrr_at_start]


def grr(mrr_at_start: Fraction, contraction: Fraction, churned: Fraction) -> Terms:
    """(MRR at start − contraction − churned) ÷ MRR at start; "losses above it are #NUM!"."""
    refuse_where(DIV=mrr_at_start == 0, NUM=more(contraction + churned, mrr_at_start))
    return [Fraction(1), -(contraction + churned) / mrr_at_start]


def quick_ratio(
    new_mrr: Fraction,
    expansion: Fraction,
    contraction: Fraction,
    churned: Fraction,
    reactivated: Fraction = Fraction(0),
) -> Terms:
    """(New MRR + expansion + reactivated) ÷ (contraction + churned)."""
    return quotient([new_mrr + expansion + reactivated], contraction + churned)


# What is drawn for each argument: within its words, at their bounds too.


def numbers(low: float, high: float, *edges: float) -> st.SearchStrategy[float]:
    """Edges, whole numbers, hundredths and long fractions; nothing so small that a quotient could overflow."""
    return st.one_of(
        st.sampled_from([float(edge) for edge in edges]),
        st.integers(ceil(low), floor(high)).map(float),
        st.integers(ceil(low * 100), floor(high * 100)).map(lambda cents: cents / 100),
        st.floats(low, high, allow_nan=False).map(lambda x: round(x, 9)),
    )


MONEY = numbers(-1e5, 1e5, 0, 0.01, -0.01, 1, 1e12, -1e12)
COST = numbers(0, 1e5, 0, 0.01, 1, 1e12)
COUNT = numbers(0, 1e4, 0, 1, 0.5, 1e9)
SHARE = numbers(0, 1, 0, 1, 0.5, 1e-9, 1 - 1e-9, 0.2)
MARGIN = numbers(-3, 1, 0, 1, -1, 1e-9)
DISCOUNT = numbers(-0.9, 2.999, 0, 0.1, 1e-9, -1e-9, 2.999, -0.5)
TIMES = numbers(0, 60, 0, 1, 0.5, 12)
PAYMENTS = st.sampled_from([0, 1, 2, 3, 5, 12, 60, 61, 120]).map(float)
# Expansion and churn that make up for each other exactly, and rates that only an amount may have.
EXPANSION = st.one_of(
    numbers(-1, 2.999, 0, 1, 0.25, 3, -1, 2.999), numbers(-2e3, 2e3, 5, -1), st.sampled_from([-1.5, 3.5])
)
TARGET = st.sampled_from([0.25, 0.5, 1.0, 1.25, 2.0, 3.0, 4.5, 5.0, 5.5, 6.0, 10.0])
RATIO = numbers(-2, 12, 0, 1, 0.999, 1.001, 1.25, 3, 2.999, 5, 5.001, 6)


def choice(*options: str) -> st.SearchStrategy[str]:
    return st.sampled_from(options)


@dataclass(frozen=True)
class Definition:
    """A definition and what to draw for its arguments, in their order."""

    compute: Callable[..., Any]
    drawn: Sequence[st.SearchStrategy[Any]]

    @property
    def parameters(self) -> dict[str, bool]:
        """The names of the arguments, and whether each may be omitted."""
        found = inspect.signature(self.compute).parameters.values()
        return {p.name: p.default is not inspect.Parameter.empty for p in found}

    def arguments(self) -> st.SearchStrategy[list[Any]]:
        """A valid call: an argument that may be omitted is sometimes None."""
        optional = self.parameters.values()
        each = [st.none() | s if o else s for o, s in zip(optional, self.drawn, strict=True)]
        return st.tuples(*each).map(list)

    def answer(self, arguments: list[Any]) -> Terms | Words | Refused:
        """What the words give for one call, each float taken for exactly what it is."""
        given_ones = {
            name: Fraction(value) if isinstance(value, float) else value
            for name, value in zip(self.parameters, arguments, strict=True)
            if value is not None
        }
        required = [name for name, optional in self.parameters.items() if not optional]
        if not any(name in given_ones for name in required):
            return Words(exactly="")
        if not all(name in given_ones for name in required):
            return Refused("#N/A")
        try:
            answer: Terms | Words = self.compute(**given_ones)
        except Refused as refused:
            return refused
        return answer


DEFINITIONS = {
    "LTV": Definition(ltv, [MONEY, COUNT, TIMES]),
    "CLV": Definition(clv, [MONEY, COUNT, TIMES, MARGIN, DISCOUNT, COST]),
    "APV": Definition(apv, [MONEY, COUNT]),
    "APF": Definition(apf, [COUNT, COUNT]),
    "LIFESPAN": Definition(lifespan, [SHARE]),
    "CLV_RETENTION": Definition(
        clv_retention, [MONEY, SHARE, DISCOUNT, choice("counted", "excluded", "end"), PAYMENTS, COST]
    ),
    "CLV_UPSELL": Definition(clv_upsell, [COUNT, MONEY, MONEY, TIMES]),
    "CAC": Definition(cac, [COST, COUNT]),
    "LTV_CAC_RATIO": Definition(ltv_cac_ratio, [MONEY, COST]),
    "LTV_CAC_RATING": Definition(ltv_cac_rating, [RATIO, TARGET]),
    "CAC_MAX": Definition(cac_max, [MONEY, numbers(0, 20, 0, 1, 3, 1.25)]),
    "CAC_PAYBACK": Definition(cac_payback, [COST, COST, MARGIN]),
    "ARPU": Definition(arpu, [MONEY, COUNT, TIMES]),
    "CHURN_RATE": Definition(churn_rate, [COUNT, COUNT]),
    "RETENTION_RATE": Definition(retention_rate, [COUNT, COUNT, COUNT]),
    "LTV_SUBSCRIPTION": Definition(
        ltv_subscription,
        [COST, MARGIN, SHARE, DISCOUNT, EXPANSION, PAYMENTS, choice("rate", "amount"), choice("rate", "factor")],
    ),
    "NRR": Definition(nrr, [COST, COST, COST, COST, COST]),
    "GRR": Definition(grr, [COST, COST, COST]),
    "QUICK_RATIO": Definition(quick_ratio, [COST, COST, COST, COST, COST]),
}


def assert_answers(got: object, error: CellError | None, answer: Terms | Words | Refused, said: str) -> None:
    """The cell shows what the words give, to within rounding of the terms that are added."""
    if isinstance(answer, Refused):
        assert error is not None, f"{said} gave {got!r}, the words refuse it with {answer.codes}"
        assert error.code in answer.codes, f"{said} gave {error}, the words refuse it with {answer.codes}"
        return
    assert error is None, f"{said} gave {error}, the words give a value"
    if isinstance(answer, Words):
        assert got == "" if answer == Words() else answer.fit(got), f"{said} gave {got!r}, the words {answer}"
        return
    assert isinstance(got, float), f"{said} gave {got!r}"
    off, size = abs(Fraction(got) - sum(answer)), sum(map(abs, answer))
    assert off <= TOLERANCE * size, f"{said} gave {got!r}, the words {float(sum(answer))!r}"


def test_every_function_that_works_cell_by_cell_has_a_definition() -> None:
    assert set(DEFINITIONS) == {f.name for f in REGISTRY if f.is_elementwise}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_definition_takes_the_arguments_that_the_function_takes(name: str) -> None:
    assert DEFINITIONS[name].parameters == {a.name: not a.required for a in REGISTRY[name].arguments}


@pytest.mark.parametrize("name", DEFINITIONS)
@given(data=st.data())
@settings(max_examples=EXAMPLES)
def test_a_call_gives_what_the_words_say(name: str, data: st.DataObject) -> None:
    definition = DEFINITIONS[name]
    arguments = data.draw(definition.arguments())
    answer = definition.answer(arguments)
    result = call(REGISTRY[name], arguments)
    assert_answers(result.value, result.errors.get((0, 0)), answer, f"{name}{tuple(arguments)}")


@pytest.mark.parametrize("name", DEFINITIONS)
@given(data=st.data())
@settings(max_examples=EXAMPLES // 3)
def test_ranges_give_what_the_words_say_of_each_row(name: str, data: st.DataObject) -> None:
    """ "In a range each element fails alone"; an element "whose required cells are all blank is empty text"."""
    definition = DEFINITIONS[name]
    blanks = [None for _ in definition.parameters]
    calls = data.draw(st.lists(definition.arguments(), min_size=2, max_size=4))
    at = data.draw(st.integers(0, len(calls)))
    holed = [None if i == 0 else value for i, value in enumerate(calls[0])]
    rows = [*calls[:at], data.draw(st.sampled_from([blanks, holed])), *calls[at:]]
    answers = [definition.answer(row) for row in rows]
    result = call(REGISTRY[name], [[[value] for value in column] for column in zip(*rows, strict=True)])
    assert len(result.rows) == len(rows)
    for at_row, (row, answer) in enumerate(zip(rows, answers, strict=True)):
        said = f"{name}{tuple(row)} as a row of {len(rows)}"
        assert_answers(result.rows[at_row][0], result.errors.get((at_row, 0)), answer, said)


# What is outside the words of an argument, in a call that is otherwise valid.

VALID = {
    "LTV": [50.0, 4.0, 5.0],
    "CLV": [100.0, 12.0, 3.0, 0.25, 0.1, 200.0],
    "APV": [10000.0, 1000.0],
    "APF": [1000.0, 500.0],
    "LIFESPAN": [0.05],
    "CLV_RETENTION": [100.0, 0.8, 0.1, "counted", 5.0, 60.0],
    "CLV_UPSELL": [5000.0, 10.0, 12.0, 12.0],
    "CAC": [50000.0, 1000.0],
    "LTV_CAC_RATIO": [150.0, 50.0],
    "LTV_CAC_RATING": [3.0, 3.0],
    "CAC_MAX": [150.0, 3.0],
    "CAC_PAYBACK": [600.0, 100.0, 0.8],
    "ARPU": [600000.0, 500.0, 12.0],
    "CHURN_RATE": [25.0, 500.0],
    "RETENTION_RATE": [500.0, 560.0, 85.0],
    "LTV_SUBSCRIPTION": [100.0, 0.8, 0.05, 0.01, 0.02, 60.0, "rate", "rate"],
    "NRR": [100000.0, 8000.0, 2000.0, 3000.0, 0.0],
    "GRR": [100000.0, 2000.0, 3000.0],
    "QUICK_RATIO": [12000.0, 8000.0, 2000.0, 3000.0, 0.0],
}

FEWER_THAN_NONE = (-1.0, -0.5)  # a count, or "as a positive amount"
NO_SHARE = (-0.1, 1.1, 25.0)  # "a churn rate of 25 instead of 25%"
NO_MARGIN = (1.1, 80.0)  # "at most 1"
TOO_MUCH_DISCOUNT = (3.0, 10.0)  # "below 3 (300%)"
NOT_WHOLE = (2.5, -1.0)  # "whole number of payments"

OUTSIDE = {
    ("LTV", "transactions"): FEWER_THAN_NONE,
    ("LTV", "retention"): FEWER_THAN_NONE,
    ("CLV", "transactions"): FEWER_THAN_NONE,
    ("CLV", "retention"): FEWER_THAN_NONE,
    ("CLV", "margin"): NO_MARGIN,
    ("CLV", "discount_rate"): TOO_MUCH_DISCOUNT,
    ("APV", "orders"): FEWER_THAN_NONE,
    ("APF", "orders"): FEWER_THAN_NONE,
    ("APF", "customers"): FEWER_THAN_NONE,
    ("LIFESPAN", "churn_rate"): NO_SHARE,
    ("CLV_RETENTION", "retention"): NO_SHARE,
    ("CLV_RETENTION", "discount_rate"): TOO_MUCH_DISCOUNT,
    ("CLV_RETENTION", "periods"): NOT_WHOLE,
    ("CLV_UPSELL", "customers"): FEWER_THAN_NONE,
    ("CLV_UPSELL", "periods"): FEWER_THAN_NONE,
    ("CAC", "new_customers"): FEWER_THAN_NONE,
    ("CAC_PAYBACK", "gross_margin"): NO_MARGIN,
    ("ARPU", "customers"): FEWER_THAN_NONE,
    ("ARPU", "months"): FEWER_THAN_NONE,
    ("CHURN_RATE", "lost"): FEWER_THAN_NONE,
    ("CHURN_RATE", "at_start"): FEWER_THAN_NONE,
    ("RETENTION_RATE", "at_start"): FEWER_THAN_NONE,
    ("RETENTION_RATE", "at_end"): FEWER_THAN_NONE,
    ("RETENTION_RATE", "new_customers"): FEWER_THAN_NONE,
    ("LTV_SUBSCRIPTION", "gross_margin"): NO_MARGIN,
    ("LTV_SUBSCRIPTION", "churn"): NO_SHARE,
    ("LTV_SUBSCRIPTION", "discount_rate"): TOO_MUCH_DISCOUNT,
    ("LTV_SUBSCRIPTION", "expansion"): (-1.1, 3.0),
    ("LTV_SUBSCRIPTION", "cap_periods"): NOT_WHOLE,
    ("NRR", "mrr_at_start"): FEWER_THAN_NONE,
    ("NRR", "expansion"): FEWER_THAN_NONE,
    ("NRR", "contraction"): FEWER_THAN_NONE,
    ("NRR", "churned"): FEWER_THAN_NONE,
    ("GRR", "mrr_at_start"): FEWER_THAN_NONE,
    ("GRR", "contraction"): FEWER_THAN_NONE,
    ("GRR", "churned"): FEWER_THAN_NONE,
    ("QUICK_RATIO", "new_mrr"): FEWER_THAN_NONE,
    ("QUICK_RATIO", "expansion"): FEWER_THAN_NONE,
    ("QUICK_RATIO", "contraction"): FEWER_THAN_NONE,
    ("QUICK_RATIO", "churned"): FEWER_THAN_NONE,
}


def with_argument(name: str, argument: str, value: Any) -> list[Any]:
    """The valid call with another value for one argument."""
    return [value if p == argument else v for p, v in zip(DEFINITIONS[name].parameters, VALID[name], strict=True)]


@pytest.mark.parametrize(("name", "argument"), OUTSIDE)
def test_what_an_argument_cannot_be_is_a_num_error(name: str, argument: str) -> None:
    for value in OUTSIDE[name, argument]:
        assert call(REGISTRY[name], with_argument(name, argument, value)).value == "#NUM!", value


@pytest.mark.parametrize("name", DEFINITIONS)
def test_text_is_no_number_a_blank_is_missing_and_an_error_stays_that_error(name: str) -> None:
    """ "Text where a rate belongs", "a blank margin", "an error in an input cell comes out as that same error"."""
    definition = DEFINITIONS[name]
    assert call(REGISTRY[name], VALID[name]).errors == {}
    for argument, optional in definition.parameters.items():
        is_text = isinstance(VALID[name][list(definition.parameters).index(argument)], str)
        assert call(REGISTRY[name], with_argument(name, argument, CellError("#REF!"))).value == "#REF!"
        assert is_text or call(REGISTRY[name], with_argument(name, argument, "five")).value == "#VALUE!"
        alone = optional or list(definition.parameters.values()).count(False) == 1
        assert alone or call(REGISTRY[name], with_argument(name, argument, None)).value == "#N/A"


@pytest.mark.parametrize("code", ["#SPILL!", "#CALC!", "#FIELD!"])
def test_a_newer_error_comes_out_as_a_value_error_whose_message_names_it(code: str) -> None:
    result = call(REGISTRY["CAC"], [code, 5.0])
    assert result.value == "#VALUE!"
    assert code in result.errors[0, 0].message


@given(payments=st.integers(2, 60), step=st.integers(1, 500), kept=SHARE)
@settings(max_examples=EXAMPLES)
def test_contraction_may_take_away_all_of_the_revenue_but_no_more(payments: int, step: int, kept: float) -> None:
    """ "Contraction cannot take away more than the revenue": the last of these payments is 0, the next is less."""
    arguments = [float(step * (payments - 1)), 0.5, kept, None, float(-step), float(payments), "amount", None]
    answer = DEFINITIONS["LTV_SUBSCRIPTION"].answer(arguments)
    assert isinstance(answer, list)
    result = call(REGISTRY["LTV_SUBSCRIPTION"], arguments)
    assert_answers(result.value, result.errors.get((0, 0)), answer, f"LTV_SUBSCRIPTION{tuple(arguments)}")
    arguments[5] = float(payments + 1)
    everybody_leaves = (
        kept == 1.0
    )  # the share drawn is the churn: "where only the first payment counts, it takes nothing"
    assert (call(REGISTRY["LTV_SUBSCRIPTION"], arguments).value == "#NUM!") is not everybody_leaves


@given(sales=st.lists(MONEY, min_size=1, max_size=4), counts=st.lists(COUNT, min_size=1, max_size=4), kept=TIMES)
@settings(max_examples=EXAMPLES)
def test_a_column_and_a_row_stretch_to_a_block(sales: list[float], counts: list[float], kept: float) -> None:
    """ "Shapes stretch as in Excel's own arrays"."""
    result = call(REGISTRY["LTV"], [[[sale] for sale in sales], [counts], kept])
    assert [len(row) for row in result.rows] == [len(counts)] * len(sales)
    for sale, row in zip(sales, result.rows, strict=True):
        for count, cell in zip(counts, row, strict=True):
            assert_answers(cell, None, ltv(Fraction(sale), Fraction(count), Fraction(kept)), f"{sale}, {count}, {kept}")
