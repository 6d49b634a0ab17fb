"""Inputs without an answer: which kind of refusal, and what it tells the user to do."""

import math

import numpy as np
import pytest

from clv_xl.core import acquisition, lifetime, subscription
from clv_xl.core.undefined import DivisionByZero, Missing, OutOfDomain, Undefined

ltv_subscription = subscription.ltv_subscription

REFUSALS = [
    (lifetime.apv, (100.0, 0.0), {}, DivisionByZero, "no orders"),
    (lifetime.apf, (100.0, 0.0), {}, DivisionByZero, "no customers"),
    (lifetime.lifespan, (0.0,), {}, DivisionByZero, "nobody ever leaves.*enter a lifespan of your own"),
    (lifetime.clv_retention, (100.0, 1.0, 0.0), {}, DivisionByZero, "give a higher discount_rate, or periods"),
    (lifetime.clv_retention, (100.0, 0.9, -0.1), {}, DivisionByZero, "give a higher discount_rate, or periods"),
    (lifetime.clv_retention, (100.0, 0.9, -0.2), {}, OutOfDomain, "-0.2 .*grows without end; give periods"),
    (acquisition.cac, (100.0, 0.0), {}, DivisionByZero, "new_customers is 0"),
    (acquisition.ltv_cac_ratio, (100.0, 0.0), {}, DivisionByZero, "cac is 0"),
    (acquisition.cac_max, (-5.0,), {}, OutOfDomain, "ltv is -5.*not worth any"),
    (acquisition.cac_max, (100.0, 0.0), {}, DivisionByZero, "target is 0"),
    (lifetime.clv_retention, (100.0, 0.8, 0.1, None, math.inf, 60.0), {}, Missing, '"counted" if the first payment'),
    (acquisition.cac_payback, (100.0, 50.0, 0.0), {}, DivisionByZero, "never pays back"),
    (acquisition.cac_payback, (100.0, 50.0, -0.1), {}, OutOfDomain, "is -5: .*never pays back"),
    (subscription.arpu, (100.0, 0.0), {}, DivisionByZero, "no customers"),
    (subscription.churn_rate, (5.0, 0.0), {}, DivisionByZero, "at_start is 0"),
    (subscription.churn_rate, (501.0, 500.0), {}, OutOfDomain, "lost is 501, more than the 500"),
    (subscription.retention_rate, (0.0, 5.0, 5.0), {}, DivisionByZero, "at_start is 0"),
    (subscription.retention_rate, (10.0, 5.0, 6.0), {}, OutOfDomain, "new_customers is 6, more than the 5 at the end"),
    (subscription.retention_rate, (10.0, 15.0, 4.0), {}, OutOfDomain, "is 11, more than the 10.*came back as new"),
    (subscription.nrr, (0.0, 1.0, 1.0, 1.0), {}, DivisionByZero, "mrr_at_start is 0"),
    (subscription.arpu, (100.0, 5.0, 0.0), {}, DivisionByZero, "months is 0"),
    (subscription.nrr, (100.0, 5.0, 60.0, 50.0), {}, OutOfDomain, "add up to 110, more than the 100.*the 5 that was"),
    (subscription.nrr, (100.0, 5.0, 60.0, 60.0, 10.0), {}, OutOfDomain, "add up to 120, more than the 100.*the 15"),
    (subscription.grr, (0.0, 1.0, 1.0), {}, DivisionByZero, "mrr_at_start is 0"),
    (subscription.grr, (100.0, 60.0, 50.0), {}, OutOfDomain, "add up to 110, more than the 100"),
    (subscription.quick_ratio, (10.0, 5.0, 0.0, 0.0), {}, DivisionByZero, "nothing was lost"),
    (ltv_subscription, (100.0, 0.8, 0.0), {}, DivisionByZero, "give cap_periods or a higher discount_rate"),
    (ltv_subscription, (100.0, 0.8, 0.2, 0.0, 0.25), {}, DivisionByZero, "give cap_periods or a higher discount_rate"),
    (
        ltv_subscription,
        (100.0, 0.8, 0.3, 0.0, 3 / 7),
        {},
        DivisionByZero,
        "expansion of 0.428.* on balance nothing is lost",
    ),
    (
        ltv_subscription,
        (100.0, 0.8, 0.05, 0.0, 0.06),
        {},
        OutOfDomain,
        "0.06 outweighs churn of 0.05.*give cap_periods",
    ),
    (ltv_subscription, (100.0, 0.8, 0.5, 0.0, 3.0), {}, OutOfDomain, "below 3 .*got 3; write 3% for per cent"),
    (ltv_subscription, (100.0, 0.8, 0.5, 0.0, 5.0, 12.0), {}, OutOfDomain, 'write 5%.*expansion_as "amount"'),
    (ltv_subscription, (100.0, 0.8, 0.05, 0.5, 0.06), {}, OutOfDomain, "no discount makes that real"),
    (ltv_subscription, (100.0, 0.8, 0.05, -0.1), {}, OutOfDomain, "-0.1 is so far below 0"),
    (ltv_subscription, (100.0, 0.8, 0.1, -0.1), {}, DivisionByZero, "on balance"),
    (ltv_subscription, (100.0, 0.8, 0.1, 0.0, -1.2), {}, OutOfDomain, "contraction of 1.2 .*more than all"),
    (ltv_subscription, (100.0, 0.8, 0.9, 0.0, -1.2, 3.0), {}, OutOfDomain, "more than all revenue"),
    (ltv_subscription, (100.0, 0.8, 0.1, 1.5), {"discounting": "factor"}, OutOfDomain, 'is 1.5; as a "factor"'),
    (ltv_subscription, (100.0, 0.8, 0.0, 0.0, 5.0), {"expansion_as": "amount"}, DivisionByZero, "give cap_periods"),
    (ltv_subscription, (100.0, 0.8, 0.1, 0.0, -5.0), {"expansion_as": "amount"}, OutOfDomain, "falls below 0"),
    (ltv_subscription, (9.0, 0.8, 0.1, 0.0, -5.0, 3.0), {"expansion_as": "amount"}, OutOfDomain, "falls below 0"),
    (lifetime.clv_sensitivity, (100.0, 0.8, 0.05, 0.0, "arpu", "arpu"), {}, OutOfDomain, 'both "arpu"'),
    (
        lifetime.clv_sensitivity,
        (100.0, 0.8, 0.05, 0.0, "discount"),
        {},
        OutOfDomain,
        '"discount" is 0.*give it a value',
    ),
    (lifetime.clv_sensitivity, (100.0, 0.0, 0.05), {}, OutOfDomain, '"margin" is 0'),
]


@pytest.mark.parametrize(("function", "arguments", "options", "kind", "message"), REFUSALS)
def test_refusal(function, arguments, options, kind, message):
    with pytest.raises(kind, match=message) as caught:
        function(*arguments, **options)
    assert type(caught.value) is kind
    assert "{" not in str(caught.value)


@pytest.mark.parametrize(
    ("function", "arguments", "options"), [r[:3] for r in REFUSALS if r[0] is not lifetime.clv_sensitivity]
)
def test_refusal_in_arrays_marks_all_elements(function, arguments, options):
    with pytest.raises(Undefined) as alone:
        function(*arguments, **options)
    with pytest.raises(Undefined, match="and 1 more") as caught:
        function(*(a if a is None else np.array([a, a]) for a in arguments), **options)
    assert np.all(caught.value.where)
    assert str(caught.value.at(1)) == str(alone.value)


def test_all_that_is_lost_may_equal_the_start_in_decimals():
    assert subscription.grr(0.3, 0.1, 0.2) == pytest.approx(0.0, abs=1e-15)
    assert subscription.nrr(0.3, 0.3, 0.1, 0.2) == pytest.approx(1.0)


def test_a_finite_horizon_answers_where_for_ever_cannot():
    assert lifetime.clv_retention(100.0, 1.0, 0.0, "counted", 5.0) == 500.0
    assert lifetime.clv_retention(100.0, 1.0, -0.5, "counted", 3.0) == pytest.approx(700.0)
    assert ltv_subscription(100.0, 0.8, 0.0, 0.0, 0.0, 12.0) == 960.0


def test_discounting_answers_where_churn_is_zero():
    assert ltv_subscription(100.0, 0.8, 0.0, 0.01) == pytest.approx(80 * 101, rel=1e-13)


class TestRating:
    @pytest.mark.parametrize(
        ("ratio", "target", "words"),
        [
            (-2.0, 3.0, "below 1: every customer loses money"),
            (0.99, 3.0, "below 1: every customer loses money"),
            (1.0, 3.0, "1: only earns its own cost back"),
            (1.01, 3.0, "1 to 3: earns its cost back, but below the target of 3"),
            (2.99, 3.0, "1 to 3: earns its cost back, but below the target of 3"),
            (0.3 / 0.1, 3.0, "3 or more: healthy"),
            (5.0, 3.0, "3 or more: healthy"),
            (5.01, 3.0, "above 5: healthy, but growth may be underfunded"),
            (1.2, 1.25, "1 to 1.25: earns its cost back, but below the target of 1.25"),
            (1.25, 1.25, "1.25 or more: healthy"),
            (0.4, 0.5, "below 1: every customer loses money"),
            (0.6, 0.5, "below 1: every customer loses money, although it meets the target of 0.5"),
            (1.0, 0.5, "1: only earns its own cost back, which meets the target of 0.5"),
            (1.0, 1.0, "1: only earns its own cost back, which meets the target of 1"),
            (1.1, 0.5, "above 1: healthy"),
            (1.1, 1.0, "above 1: healthy"),
            (5.0, 5.0, "5 or more: healthy"),
            (5.5, 6.0, "1 to 6: earns its cost back, but below the target of 6"),
            (6.0, 6.0, "6 or more: healthy, but growth may be underfunded"),
        ],
    )
    def test_words(self, ratio, target, words):
        assert acquisition.ltv_cac_rating(ratio, target) == words
        assert acquisition.ltv_cac_rating(np.array([9.0, ratio]), np.array([2.0, target]))[1] == words


class TestSensitivity:
    def test_cells_are_subscription_values_at_the_levels(self):
        header, *rows = lifetime.clv_sensitivity(100.0, 0.5, 0.05, 0.01)
        assert header[0] == "churn down, margin across"
        assert header[1:] == pytest.approx([0.4, 0.45, 0.5, 0.55, 0.6])
        assert [row[0] for row in rows] == pytest.approx([0.04, 0.045, 0.05, 0.055, 0.06])
        for churn, *cells in rows:
            assert cells == pytest.approx([ltv_subscription(100.0, m, churn, 0.01) for m in header[1:]])
        assert rows[2][3] == ltv_subscription(100.0, 0.5, 0.05, 0.01)

    def test_any_two_levers_and_changes(self):
        changes = np.array([0.0, 1.0])
        table = lifetime.clv_sensitivity(100.0, 0.5, 0.05, 0.02, "discount", "arpu", changes, np.array([-0.5]))
        assert table[0] == ["discount down, arpu across", 50.0]
        assert [row[0] for row in table[1:]] == [0.02, 0.04]
        assert table[2][1] == ltv_subscription(50.0, 0.5, 0.05, 0.04)

    def test_cells_are_plain_floats_or_refusals(self):
        table = lifetime.clv_sensitivity(100.0, 0.9, 0.6, 0.0, "churn", "margin", np.array([0.0, 1.0]), None)
        assert type(table[1][1]) is float
        assert isinstance(table[1][5], OutOfDomain)
        assert "margin would be 1.08 here" in str(table[1][5])
        assert all(isinstance(cell, OutOfDomain) for cell in table[2][1:])
        assert "churn would be 1.2 here" in str(table[2][1])

    def test_a_discount_rate_below_minus_one_is_refused_in_its_cell(self):
        table = lifetime.clv_sensitivity(100.0, 0.9, 0.95, -0.9, "discount", "arpu", np.array([0.0, 0.2]), np.zeros(1))
        assert math.isclose(table[1][1], 100 * 0.9 * 0.1 / 0.05)
        assert "must be above -1" in str(table[2][1])
