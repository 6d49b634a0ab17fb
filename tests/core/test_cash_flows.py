"""Every closed form against the plain sum that it stands for, payment by payment, in 50 digits."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy_financial import pv

from clv_xl.core import lifetime, subscription
from clv_xl.core.series import annuity, geometric_sum, rising_sum

ENOUGH = 4000
"""Payments that stand for ever: with the factors used here, what follows is below 1e-17 of the whole."""

shares = st.floats(0.0, 1.0)
horizons = st.integers(0, 120)
rates = st.one_of(st.just(0.0), st.floats(-0.5, 2.0), st.floats(-1e-6, 1e-6))
money = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mpmath.workdps(50):
        yield


def exactly(x):
    """The number itself, not what it prints as."""
    f = Fraction(x)
    return mpmath.mpf(f.numerator) / f.denominator


def pays(flows):
    return float(mpmath.fsum(flows))


def survivors(margin, retention, rate, timing, n):
    m, r, d = exactly(margin), exactly(retention), exactly(rate)
    for t in range(n):
        if timing == "counted":
            yield m * r**t / (1 + d) ** t
        elif timing == "excluded":
            yield m * r ** (t + 1) / (1 + d) ** (t + 1)
        else:
            yield m * r**t / (1 + d) ** (t + 1)


def payments(arpu, margin, churn, rate, expansion, n, expansion_as="rate", discounting="rate"):
    """One customer won. After each payment some leave; what each who stays pays has grown by a share, or an amount."""
    c, d, e = exactly(churn), exactly(rate), exactly(expansion)
    customers, each, worth = mpmath.mpf(1), exactly(arpu), mpmath.mpf(1)
    for _ in range(n):
        yield customers * each * exactly(margin) * worth
        customers -= customers * c
        each += each * e if expansion_as == "rate" else e
        worth = worth - worth * d if discounting == "factor" else worth / (1 + d)


class TestDiscountedClv:
    @given(money, st.floats(0, 500), horizons, st.floats(-1, 1), rates, st.floats(0, 1e4))
    def test_is_the_sum_of_profits_discounted_from_each_period_end(self, sale, orders, n, margin, rate, cost):
        profit = exactly(sale) * exactly(orders) * exactly(margin)
        value = pays([profit / (1 + exactly(rate)) ** t for t in range(1, n + 1)])
        assert lifetime.clv(sale, orders, float(n), margin, rate, cost) == pytest.approx(
            value - cost, rel=1e-12, abs=1e-9
        )

    @given(st.floats(0.001, 100), st.floats(0.001, 1.0))
    def test_is_excel_pv_also_for_a_fraction_of_a_period(self, n, rate):
        assert lifetime.clv(10.0, 2.0, n, 0.5, rate) == pytest.approx(pv(rate, n, -10.0), rel=1e-9)

    @given(st.floats(0.01, 1000), st.floats(1e-320, 1e-6) | st.floats(-1e-6, -1e-320))
    def test_annuity_is_accurate_for_tiny_rates(self, n, rate):
        with mpmath.workdps(700):
            d = exactly(rate)
            expected = float((1 - mpmath.power(1 + d, -exactly(n))) / d)
        assert annuity(rate, n) == pytest.approx(expected, rel=1e-14)

    def test_annuity_at_zero_is_the_number_of_periods(self):
        assert annuity(0.0, 7.3) == 7.3
        assert annuity(np.array([0.0, 0.0]), 7.3).tolist() == [7.3, 7.3]


class TestConstantRetention:
    @pytest.mark.parametrize("timing", ["counted", "excluded", "end"])
    @given(margin=money, retention=shares, rate=rates, n=horizons)
    @example(margin=100.0, retention=0.0, rate=0.1, n=0)
    @example(margin=100.0, retention=0.0, rate=0.1, n=3)
    @example(margin=100.0, retention=1.0, rate=0.0, n=40)
    @example(margin=100.0, retention=1.0, rate=-0.25, n=40)
    @example(margin=100.0, retention=1 - 1e-12, rate=1e-12, n=40)
    def test_over_n_periods(self, timing, margin, retention, rate, n):
        expected = pays(survivors(margin, retention, rate, timing, n))
        assert lifetime.clv_retention(margin, retention, rate, timing, float(n)) == pytest.approx(expected, rel=1e-12)

    @pytest.mark.parametrize("timing", ["counted", "excluded", "end"])
    @pytest.mark.parametrize(
        ("retention", "rate"), [(0.0, 0.1), (0.5, 0.0), (0.8, 0.1), (0.95, 0.01), (1.0, 0.05), (0.7, -0.2)]
    )
    def test_for_ever(self, timing, retention, rate):
        expected = pays(survivors(100.0, retention, rate, timing, ENOUGH))
        assert lifetime.clv_retention(100.0, retention, rate, timing) == pytest.approx(expected, rel=1e-13)

    @given(shares, st.floats(0.001, 1.0))
    def test_timings_are_one_payment_or_one_period_apart(self, retention, rate):
        counted, excluded, end = (
            lifetime.clv_retention(1.0, retention, rate, timing) for timing in ("counted", "excluded", "end")
        )
        assert counted == pytest.approx(excluded + 1, rel=1e-12)
        assert counted == pytest.approx(end * (1 + rate), rel=1e-12)

    def test_acquisition_cost_is_taken_off(self):
        gross = lifetime.clv_retention(100.0, 0.8, 0.1)
        assert lifetime.clv_retention(100.0, 0.8, 0.1, "excluded", math.inf, 60.0) == gross - 60

    @given(st.floats(1e-15, 1e-9), st.floats(1e-12, 1e-9))
    def test_for_ever_keeps_its_digits_where_retention_is_near_one(self, lost, rate):
        retention = 1 - lost
        d, r = exactly(rate), exactly(retention)
        assert lifetime.clv_retention(1.0, retention, rate, "end") == pytest.approx(float(1 / (1 + d - r)), rel=1e-13)


class TestSubscription:
    @pytest.mark.parametrize("discounting", ["rate", "factor"])
    @pytest.mark.parametrize("expansion_as", ["rate", "amount"])
    @given(
        arpu=st.floats(0.01, 1e5),
        margin=st.floats(-1, 1).filter(lambda x: x == 0 or abs(x) > 1e-200),
        churn=shares,
        rate=rates,
        growth=st.floats(0, 1),
        n=horizons,
    )
    @example(arpu=100.0, margin=0.8, churn=0.05, rate=0.0, growth=0.05, n=60)
    @example(arpu=100.0, margin=0.8, churn=0.0, rate=0.0, growth=0.0, n=60)
    @example(arpu=100.0, margin=0.8, churn=1.0, rate=0.0, growth=0.0, n=60)
    @example(arpu=100.0, margin=0.8, churn=1e-13, rate=1e-13, growth=0.0, n=60)
    def test_over_n_periods(self, expansion_as, discounting, arpu, margin, churn, rate, growth, n):
        assume(discounting == "rate" or rate <= 1)
        expansion = growth if expansion_as == "rate" else growth * arpu
        given = arpu, margin, churn, rate, expansion
        value = subscription.ltv_subscription(*given, float(n), expansion_as, discounting)
        expected = pays(payments(*given, n, expansion_as, discounting))
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-300)

    @pytest.mark.parametrize("discounting", ["rate", "factor"])
    @pytest.mark.parametrize(
        ("churn", "rate", "expansion", "expansion_as"),
        [
            (0.05, 0.0, 0.0, "rate"),
            (0.05, 0.01, 0.0, "rate"),
            (0.05, 0.01, 0.02, "rate"),
            (0.05, 0.01, -0.02, "rate"),
            (0.05, 0.01, 0.05, "rate"),
            (0.2, 0.01, 0.25, "rate"),
            (0.0, 0.02, 0.0, "rate"),
            (1.0, 0.1, 0.5, "rate"),
            (1.0, 0.0, 2.5, "rate"),
            (0.05, 0.0, -1.0, "rate"),
            (0.9, 0.0, -0.2, "rate"),
            (0.05, 1.0, 0.02, "rate"),
            (0.05, 0.0, 5.0, "amount"),
            (0.05, 0.01, 5.0, "amount"),
            (0.0, 0.02, 5.0, "amount"),
            (1.0, 0.02, 5.0, "amount"),
            (0.2, -0.1, 5.0, "amount"),
        ],
    )
    def test_for_ever(self, churn, rate, expansion, expansion_as, discounting):
        expected = pays(payments(100.0, 0.8, churn, rate, expansion, ENOUGH, expansion_as, discounting))
        value = subscription.ltv_subscription(
            100.0, 0.8, churn, rate, expansion, expansion_as=expansion_as, discounting=discounting
        )
        assert value == pytest.approx(expected, rel=1e-13)

    def test_contraction_as_an_amount_may_use_up_the_revenue_exactly(self):
        value = subscription.ltv_subscription(0.3, 1.0, 0.1, 0.0, -0.1, 4.0, "amount")
        assert value == pytest.approx(0.3 + 0.2 * 0.9 + 0.1 * 0.81, rel=1e-14)

    def test_a_capped_customer_may_grow_without_end(self):
        value = subscription.ltv_subscription(100.0, 0.8, 0.02, 0.0, 0.05, 24.0)
        assert value == pytest.approx(80 * ((0.98 * 1.05) ** 24 - 1) / (0.98 * 1.05 - 1), rel=1e-13)

    def test_who_all_leave_pay_once_whatever_the_expansion(self):
        assert subscription.ltv_subscription(100.0, 1.0, 1.0, 0.0, 0.5, 3.0) == 100.0
        assert subscription.ltv_subscription(100.0, 1.0, 1.0, 0.0, 0.5) == 100.0

    @pytest.mark.parametrize("periods", [7.0, math.inf])
    def test_contraction_by_an_amount_takes_nothing_from_a_single_payment(self, periods):
        value = subscription.ltv_subscription(100.0, 0.8, 1.0, 0.0, -60.0, periods, "amount")
        assert value == 80.0
        assert subscription.ltv_subscription(100.0, 0.8, 0.1, 1.0, -60.0, periods, "amount", "factor") == 80.0

    @pytest.mark.parametrize("periods", [1.0, 7.0, math.inf])
    def test_a_factor_of_one_leaves_the_first_payment(self, periods):
        assert subscription.ltv_subscription(100.0, 0.8, 0.05, 1.0, 0.0, periods, discounting="factor") == 80.0

    def test_equals_retention_value_with_the_first_payment_counted(self):
        assert subscription.ltv_subscription(100.0, 0.8, 0.2, 0.1) == pytest.approx(
            lifetime.clv_retention(80.0, 0.8, 0.1, "counted"), rel=1e-14
        )


gaps = st.one_of(
    st.floats(-0.5, 1.0), st.floats(-1e-3, 1e-3), st.floats(-1e-12, 1e-12), st.sampled_from([0.0, 1.0, -1e-200, 1e-300])
)


class TestSums:
    @given(gaps, st.integers(0, 100_000))
    def test_near_one_and_beyond_they_agree_with_high_precision(self, gap, n):
        assume(gap > 0 or -gap * n < 600)
        with mpmath.workdps(700):
            g = exactly(gap)
            k = 1 - g
            if g == 0:
                plain, rising = n, n * (n - 1) // 2
            else:
                power = k**n if n else mpmath.mpf(1)
                plain = (1 - power) / g
                rising = (k - n * power + (n - 1) * power * k) / g**2 if n else 0
            plain, rising = float(plain), float(rising)
        assert geometric_sum(gap, float(n)) == pytest.approx(plain, rel=1e-11)
        assert rising_sum(gap, float(n)) == pytest.approx(rising, rel=1e-11, abs=1e-300)

    @given(st.lists(st.tuples(st.floats(1e-3, 1.0), st.one_of(horizons, st.just(math.inf))), min_size=1, max_size=8))
    def test_arrays_mix_horizons(self, pairs):
        gap, n = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
        for total in (geometric_sum, rising_sum):
            assert total(gap, n) == pytest.approx([total(g, x) for g, x in zip(gap.tolist(), n.tolist(), strict=True)])

    @pytest.mark.parametrize("n", [1e15, 2.0**60, 1e300])
    def test_a_huge_horizon_is_for_ever(self, n):
        assert geometric_sum(0.01, n) == pytest.approx(100.0, rel=1e-14)
        assert rising_sum(0.01, n) == pytest.approx(9900.0, rel=1e-13)
