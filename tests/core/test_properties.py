"""What must hold for all inputs: scale, direction, and arrays being nothing but many numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clv_xl.core import acquisition, lifetime, subscription
from clv_xl.core.undefined import Undefined, answer_each

money = st.floats(0.01, 1e6)
counts = st.floats(0.1, 1e4)
shares = st.floats(0.01, 0.99)
rates = st.floats(0.0, 0.5)
factors = st.floats(0.001, 1000)
rows = st.lists(st.tuples(money, counts), min_size=1, max_size=20)

ZERO_TO_THREE = st.sampled_from([0.0, 0.5, 1.0, 3.0])
EDGY_SHARES = st.sampled_from([0.0, 0.02, 0.3, 0.97, 1.0])
EDGY_MARGINS = st.sampled_from([-0.5, 0.0, 0.4, 1.0])
EDGY_RATES = st.sampled_from([-0.3, 0.0, 0.1, 1.0, 2.0])
EDGY_MONEY = st.sampled_from([-10.0, 0.0, 2.5, 100.0])
EDGY_POSITIVE_MONEY = st.sampled_from([0.0, 2.5, 100.0])
EDGY_PERIODS = st.sampled_from([0.0, 1.0, 7.0, 40.0, math.inf])
EDGY_TARGETS = st.sampled_from([0.5, 1.0, 1.25, 3.0, 6.0])
EDGY_RATIOS = st.sampled_from([-1.0, 0.4, 0.5, 1.0, 1.25, 2.0, 2.9999999999999996, 3.0, 5.0, 5.5, 6.0, 7.0])


class TestMoneyScales:
    @given(money, counts, counts, shares, rates, money, factors)
    def test_clv(self, sale, orders, n, margin, rate, cost, k):
        once = lifetime.clv(sale, orders, n, margin, rate, cost)
        scaled = lifetime.clv(sale * k, orders, n, margin, rate, cost * k)
        assert scaled == pytest.approx(k * once, rel=1e-9, abs=1e-9 * cost * k)

    @given(rows, counts, factors)
    def test_cltv(self, customers, lifespan, k):
        values, frequencies = np.array(customers).T
        assert lifetime.cltv(values * k, frequencies, lifespan) == pytest.approx(
            k * lifetime.cltv(values, frequencies, lifespan), rel=1e-12
        )

    @given(money, shares, shares, rates, st.floats(0, 10), factors)
    def test_ltv_subscription_with_an_amount(self, arpu, margin, churn, rate, expansion, k):
        once = subscription.ltv_subscription(arpu, margin, churn, rate, expansion, expansion_as="amount")
        scaled = subscription.ltv_subscription(arpu * k, margin, churn, rate, expansion * k, expansion_as="amount")
        assert scaled == pytest.approx(k * once, rel=1e-12)

    @given(money, counts, factors)
    def test_ratio_is_free_of_currency(self, ltv, cac, k):
        assert acquisition.ltv_cac_ratio(ltv * k, cac * k) == pytest.approx(ltv / cac, rel=1e-12)


class TestDirection:
    @given(money, counts, counts, shares, shares, rates)
    def test_clv_rises_with_margin(self, sale, orders, n, low, more, rate):
        high = low + (1 - low) * more
        assert lifetime.clv(sale, orders, n, high, rate) > lifetime.clv(sale, orders, n, low, rate)

    @given(money, counts, counts, shares, st.floats(0.001, 0.5), st.floats(0.001, 0.5))
    def test_clv_falls_with_the_discount_rate(self, sale, orders, n, margin, rate, more):
        assert lifetime.clv(sale, orders, n, margin, rate + more) < lifetime.clv(sale, orders, n, margin, rate)

    @pytest.mark.parametrize("timing", ["counted", "excluded", "end"])
    @given(retention=st.floats(0, 0.9), more=st.floats(0.001, 0.1), rate=st.floats(0.01, 0.5), n=EDGY_PERIODS)
    def test_clv_retention_rises_with_retention(self, timing, retention, more, rate, n):
        low = lifetime.clv_retention(100.0, retention, rate, timing, n)
        high = lifetime.clv_retention(100.0, retention + more, rate, timing, n)
        if n > 1 or (n == 1 and timing == "excluded"):
            assert high > low
        else:
            assert high == pytest.approx(low, rel=1e-14)

    @given(st.floats(0.02, 0.9), st.floats(0.001, 0.1), rates, st.integers(2, 100))
    def test_ltv_subscription_falls_with_churn_and_rises_with_the_horizon(self, churn, more, rate, n):
        value = subscription.ltv_subscription(100.0, 0.8, churn, rate, 0.0, float(n))
        assert subscription.ltv_subscription(100.0, 0.8, churn + more, rate, 0.0, float(n)) < value
        assert value <= subscription.ltv_subscription(100.0, 0.8, churn, rate, 0.0, n + 1.0)
        assert value <= subscription.ltv_subscription(100.0, 0.8, churn, rate) * (1 + 1e-15)

    @given(shares)
    def test_lifespan_is_the_periods_in_subscription_value(self, churn):
        assert subscription.ltv_subscription(1.0, 1.0, churn) == pytest.approx(lifetime.lifespan(churn))

    @given(money, st.floats(0.5, 10))
    def test_cac_max_reaches_the_target(self, ltv, target):
        ratio = acquisition.ltv_cac_ratio(ltv, acquisition.cac_max(ltv, target))
        assert ratio == pytest.approx(target, rel=1e-14)
        assert "below the target" not in acquisition.ltv_cac_rating(ratio, target)

    @given(st.floats(-5, 20), EDGY_TARGETS)
    def test_rating_calls_nothing_healthy_that_loses_money_or_misses_the_target(self, ratio, target):
        words = acquisition.ltv_cac_rating(ratio, target)
        if ratio < 0.999999:
            assert "loses money" in words
        assert ("healthy" in words) <= (ratio >= min(target, 1) * 0.999999)
        assert ("underfunded" in words) == (ratio > 5 and ratio >= target * 0.999999999)


def same(function, *strategies, **fixed):
    return pytest.param(
        function, st.tuples(*strategies), fixed, id=f"{function.__name__}-{'-'.join(map(str, fixed.values()))}"
    )


def retained(margin, retention, rate, periods, cost, timing):
    return lifetime.clv_retention(margin, retention, rate, timing, periods, cost)


CASES = [
    same(lifetime.ltv, EDGY_MONEY, ZERO_TO_THREE, ZERO_TO_THREE),
    same(lifetime.clv, EDGY_MONEY, ZERO_TO_THREE, ZERO_TO_THREE, EDGY_MARGINS, EDGY_RATES, EDGY_POSITIVE_MONEY),
    same(lifetime.apv, EDGY_MONEY, ZERO_TO_THREE),
    same(lifetime.apf, ZERO_TO_THREE, ZERO_TO_THREE),
    same(lifetime.lifespan, EDGY_SHARES),
    same(lifetime.clv_upsell, ZERO_TO_THREE, EDGY_MONEY, EDGY_MONEY, ZERO_TO_THREE),
    *(
        same(
            retained,
            EDGY_MONEY, EDGY_SHARES, EDGY_RATES, EDGY_PERIODS, EDGY_POSITIVE_MONEY, timing=timing,
        )
        for timing in ("counted", "excluded", "end", None)
    ),
    same(acquisition.cac, EDGY_POSITIVE_MONEY, ZERO_TO_THREE),
    same(acquisition.ltv_cac_ratio, EDGY_MONEY, EDGY_POSITIVE_MONEY),
    same(acquisition.ltv_cac_rating, EDGY_RATIOS, EDGY_TARGETS),
    same(acquisition.cac_max, EDGY_MONEY, EDGY_TARGETS | st.just(0.0)),
    same(acquisition.cac_payback, EDGY_POSITIVE_MONEY, EDGY_MONEY, EDGY_MARGINS),
    same(subscription.arpu, EDGY_MONEY, ZERO_TO_THREE, st.sampled_from([0.0, 0.5, 1.0, 12.0])),
    same(subscription.churn_rate, ZERO_TO_THREE, ZERO_TO_THREE),
    same(subscription.retention_rate, ZERO_TO_THREE, ZERO_TO_THREE, ZERO_TO_THREE),
    same(subscription.nrr, *[EDGY_POSITIVE_MONEY] * 5),
    same(subscription.grr, *[EDGY_POSITIVE_MONEY] * 3),
    same(subscription.quick_ratio, *[EDGY_POSITIVE_MONEY] * 5),
    *(
        same(
            subscription.ltv_subscription,
            EDGY_MONEY, EDGY_MARGINS, EDGY_SHARES, EDGY_RATES,
            st.sampled_from([-1.5, -1.0, -0.1, 0.0, 0.02, 0.25, 3.0]), EDGY_PERIODS,
            expansion_as=expansion, discounting=discounting,
        )
        for expansion in ("rate", "amount")
        for discounting in ("rate", "factor")
    ),
]  # fmt: skip


def ask(function, element, fixed):
    """The answer, or the refusal as its type and message."""
    try:
        return function(*element, **fixed)
    except Undefined as refusal:
        return type(refusal), str(refusal)


def assert_elementwise(function, arguments, elements, fixed):
    answers, refused = answer_each(lambda *a: function(*a, **fixed), arguments, len(elements))
    for i, element in enumerate(elements):
        alone = ask(function, element, fixed)
        if isinstance(alone, tuple):
            assert (type(refused[i]), str(refused[i])) == alone
        else:
            assert i not in refused
            assert answers[i] == (alone if isinstance(alone, str) else pytest.approx(alone, rel=1e-12, abs=1e-300))


@pytest.mark.parametrize(("function", "strategy", "fixed"), CASES)
@given(data=st.data())
@pytest.mark.filterwarnings("error")
def test_an_array_is_many_numbers_and_each_is_refused_alone(function, strategy, fixed, data):
    elements = data.draw(st.lists(strategy, min_size=1, max_size=12))
    arrays = [np.array(column) for column in zip(*elements, strict=True)]
    assert_elementwise(function, arrays, elements, fixed)


@pytest.mark.parametrize(("function", "strategy", "fixed"), CASES)
@given(data=st.data())
@pytest.mark.filterwarnings("error")
def test_single_values_go_with_every_element(function, strategy, fixed, data):
    first, second = data.draw(strategy), data.draw(strategy)
    changing = data.draw(st.integers(0, len(first) - 1))
    mixed = (*first[:changing], second[changing], *first[changing + 1 :])
    arguments = [np.array([a, b]) if i == changing else a for i, (a, b) in enumerate(zip(first, mixed, strict=True))]
    assert_elementwise(function, arguments, [first, mixed], fixed)


def test_columns_with_a_range_of_lifespans():
    values, frequencies = np.array([3.5, 8.5]), np.array([4.0, 3.0])
    assert lifetime.cltv(values, frequencies, np.array([1.0, 20.0])).tolist() == [
        lifetime.cltv(values, frequencies, 1.0),
        lifetime.cltv(values, frequencies, 20.0),
    ]


@given(rows)
def test_customer_value_differs_from_the_product_of_means_by_the_covariance(customers):
    values, frequencies = np.array(customers).T
    covariance = np.mean((values - values.mean()) * (frequencies - frequencies.mean()))
    product = values.mean() * frequencies.mean()
    assert lifetime.customer_value(values, frequencies) == pytest.approx(product + covariance, rel=1e-9)


def test_acl_is_the_mean():
    assert lifetime.acl(np.array([1.0, 2.0, 4.0, 5.0])) == 3.0
