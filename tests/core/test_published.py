"""Published numbers: each case names its source; the tolerance is half a unit of the last digit printed there."""

import numpy as np
import pytest

from clv_xl.core import acquisition, lifetime, subscription

SPEND = np.array([3.5, 8.5, 5.0, 6.5, 6.0])
VISITS = np.array([4.0, 3.0, 5.0, 6.0, 3.0])


def printed(value, digits):
    return pytest.approx(value, rel=0, abs=0.5000001 * 10.0**-digits)


class TestPractitionerTexts:
    def test_ltv_is_the_product(self):
        assert lifetime.ltv(50.0, 4.0, 5.0) == 1000.0

    def test_clv_is_ltv_times_margin(self):
        assert lifetime.clv(50.0, 4.0, 5.0, 0.3) == pytest.approx(300.0, rel=1e-15)

    def test_cac_is_spend_per_new_customer(self):
        assert acquisition.cac(50000.0, 1000.0) == 50.0

    def test_good_ratio_150_earned_per_50_spent(self):
        assert acquisition.ltv_cac_ratio(150.0, 50.0) == 3.0
        assert acquisition.ltv_cac_rating(3.0) == "3 or more: healthy"

    def test_lower_bar_cac_10_ltv_12_50(self):
        ratio = acquisition.ltv_cac_ratio(12.5, 10.0)
        assert ratio == 1.25
        assert acquisition.ltv_cac_rating(ratio) == "1 to 3: earns its cost back, but below the target of 3"
        assert acquisition.ltv_cac_rating(ratio, 1.25) == "1.25 or more: healthy"

    def test_apv_and_apf(self):
        assert lifetime.apv(10000.0, 1000.0) == 10.0
        assert lifetime.apf(1000.0, 500.0) == 2.0

    def test_upsell_a_month_and_a_year(self):
        assert lifetime.clv_upsell(5000.0, 10.0, 12.0) == 10_000.0
        assert lifetime.clv_upsell(5000.0, 10.0, 12.0, 12.0) == 120_000.0


class TestStarbucks:
    """KISSmetrics, the Starbucks case study."""

    def test_averages(self):
        assert np.mean(SPEND) == printed(5.90, 2)
        assert np.mean(VISITS) == printed(4.2, 1)

    def test_customer_value_is_the_mean_of_products(self):
        value = lifetime.customer_value(SPEND, VISITS)
        assert value == pytest.approx(24.30, rel=1e-14)
        assert type(value) is float

    def test_cltv(self):
        assert lifetime.cltv(SPEND, VISITS, 20.0, 52.0) == pytest.approx(25_272.0, rel=1e-14)
        assert lifetime.cltv(SPEND, VISITS, 20.0) == lifetime.cltv(SPEND, VISITS, 20.0, 52.0)

    def test_steps_show_both_averages_and_say_which_is_used(self):
        header, *rows = lifetime.cltv_steps(SPEND, VISITS, 20.0, 52.0)
        assert header == ["Step", "Value", "How it is computed"]
        steps = {step: (value, how) for step, value, how in rows}
        assert [value for value, _ in steps.values()] == pytest.approx(
            [5.90, 4.2, 24.30, 24.78, 1263.60, 20.0, 25_272.0], rel=1e-14
        )
        assert "used below" in steps["Customer value per period"][1]
        comparison = steps["APV × APF, for comparison"][1]
        assert "not used" in comparison
        assert "too high" in comparison
        assert "less often" in comparison

    @pytest.mark.parametrize(
        ("frequencies", "said"), [([1.0, 2.0], "too low"), ([2.0, 1.0], "too high"), ([2.0, 2.0], "both agree")]
    )
    def test_steps_say_why_the_averages_differ(self, frequencies, said):
        rows = lifetime.cltv_steps(np.array([10.0, 20.0]), np.array(frequencies), 1.0)
        assert said in rows[4][2]

    def test_custom_value(self):
        assert lifetime.clv(5.90, 52 * 4.2, 20.0, 0.213) == printed(5489.27, 2)

    def test_traditional_value(self):
        m = lifetime.cltv(SPEND, VISITS, 20.0, 52.0) * 0.213
        assert m == printed(5382.94, 2)
        assert lifetime.clv_retention(m, 0.75, 0.10) == printed(11_534.86, 2)

    def test_mean_of_the_three(self):
        simple = lifetime.cltv(SPEND, VISITS, 20.0, 52.0)
        custom = lifetime.clv(5.90, 52 * 4.2, 20.0, 0.213)
        traditional = lifetime.clv_retention(simple * 0.213, 0.75, 0.10)
        assert (simple + custom + traditional) / 3 == printed(14_098.71, 2)
        assert (simple + custom + traditional) / 3 == printed(14_099, 0)


class TestConstantRetention:
    @pytest.mark.parametrize(("timing", "value"), [("counted", 366.67), ("excluded", 266.67), ("end", 333.33)])
    def test_three_timings_fader_hardie_2012(self, timing, value):
        assert lifetime.clv_retention(100.0, 0.8, 0.1, timing) == printed(value, 2)

    def test_excluded_is_the_default(self):
        assert lifetime.clv_retention(100.0, 0.8, 0.1) == lifetime.clv_retention(100.0, 0.8, 0.1, "excluded")

    @pytest.mark.parametrize(
        ("retention", "multiples"),
        [
            (0.6, [1.20, 1.15, 1.11, 1.07]),
            (0.7, [1.75, 1.67, 1.59, 1.52]),
            (0.8, [2.67, 2.50, 2.35, 2.22]),
            (0.9, [4.50, 4.09, 3.75, 3.46]),
        ],
    )
    def test_margin_multiples_gupta_lehmann(self, retention, multiples):
        rates = np.array([0.10, 0.12, 0.14, 0.16])
        assert lifetime.clv_retention(1.0, retention, rates) == printed(multiples, 2)


class TestSubscriptions:
    def test_arpu_times_margin_over_churn_putler_and_skok(self):
        assert subscription.ltv_subscription(100.0, 0.8, 0.05) == pytest.approx(100 * 0.8 / 0.05, rel=1e-15)

    def test_expansion_as_an_amount_undiscounted_skok(self):
        a, m, c = 100 * 0.8, 5 * 0.8, 0.05
        value = subscription.ltv_subscription(100.0, 0.8, c, 0.0, 5.0, expansion_as="amount")
        assert value == pytest.approx(a / c + m * (1 - c) / c**2, rel=1e-14)

    def test_expansion_as_an_amount_discounted_skok(self):
        a, m, c, d = 100 * 0.8, 5 * 0.8, 0.05, 0.01
        k = (1 - c) * (1 - d)
        value = subscription.ltv_subscription(100.0, 0.8, c, d, 5.0, expansion_as="amount", discounting="factor")
        assert value == pytest.approx(a / (1 - k) + m * k / (1 - k) ** 2, rel=1e-13)

    def test_months_to_recover_cac_skok(self):
        assert acquisition.cac_payback(600.0, 100.0, 0.8) == 7.5

    def test_retention_and_churn_of_one_period_add_up(self):
        assert subscription.churn_rate(25.0, 500.0) == 0.05
        assert subscription.retention_rate(500.0, 560.0, 85.0) == 0.95

    def test_arpu(self):
        assert subscription.arpu(600_000.0, 500.0, 12.0) == 100.0

    def test_revenue_retention_and_quick_ratio(self):
        assert subscription.nrr(100_000.0, 8000.0, 2000.0, 3000.0) == 1.03
        assert subscription.grr(100_000.0, 2000.0, 3000.0) == 0.95
        assert subscription.quick_ratio(12_000.0, 8000.0, 2000.0, 3000.0) == 4.0
        assert subscription.quick_ratio(12_000.0, 8000.0, 2000.0, 3000.0, 5000.0) == 5.0
