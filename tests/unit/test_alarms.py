"""Alarms: when each kind rings, and how long it takes."""

import numpy as np
import pytest

import socioaffective as sa
from socioaffective.dynamics.indicators import taus

ov = sa.oversight
companion = sa.models.companion.with_noise(ties=0.04, wanting=0.03)


def heard(alarm, reports, name="x"):
    """Returns at which reports, shape (reports, people), an alarm is on."""
    update = alarm.begin(reports.shape[1])
    return np.array([update({name: report}) for report in reports])


@pytest.mark.parametrize(("threshold", "shift"), [(3.0, 0.0), (4.0, 0.0), (4.0, 1.0), (4.0, 0.5)])
def test_a_cusum_runs_as_long_as_siegmund_says(threshold, shift):
    rng = np.random.default_rng(7)
    people, count = 4000, 2500
    update = ov.cusum("x", threshold, expected=0.0, sd=1.0).begin(people)
    first = np.full(people, np.nan)
    for k in range(count):
        on = update({"x": rng.standard_normal(people) - shift})
        first[on & np.isnan(first)] = k + 1
    assert np.isfinite(first).mean() > 0.99
    mean = np.where(np.isnan(first), count, first).mean()
    # Siegmund's formula is good to a few per cent; the mean of 4,000 geometric waits to 1.6 % (one standard error).
    assert mean == pytest.approx(ov.run_length(threshold, shift=shift), rel=0.06)


def test_run_lengths_agree_with_a_table():
    # One-sided, slack 1/2: exact 335.4 and 930.9 while all is well, 8.38 and 10.38 with a shift of 1 (Hawkins and Olwell 1998,
    # recalled); the approximation is within 1 %.
    for threshold, calm, shifted in ((4, 335.4, 8.38), (5, 930.9, 10.38)):
        assert ov.run_length(threshold) == pytest.approx(calm, rel=0.01)
        assert ov.run_length(threshold, shift=1) == pytest.approx(shifted, rel=0.01)
    assert ov.run_length(4, shift=0.5) == pytest.approx(5.166**2)
    assert ov.run_length(4, shift=0.5 + 1e-6) == pytest.approx(5.166**2, rel=1e-4)
    assert ov.run_length(1000, 1.0) == float("inf")


def test_alarms_ring_at_the_report_at_which_their_rule_is_met():
    fall = np.array([[0.5, 0.4, 0.2, 0.2, 0.5, 0.1, 0.1, 0.1]]).T
    np.testing.assert_array_equal(np.flatnonzero(heard(ov.level("x", below=0.3, reports=2), fall)), [3, 6, 7])
    np.testing.assert_array_equal(np.flatnonzero(heard(ov.level("x", above=0.45), fall)), [0, 4])
    line = np.array([[1.0, 1.0, 0.9, 0.8, 0.7, 0.7]]).T
    np.testing.assert_array_equal(np.flatnonzero(heard(ov.trend("x", 0.19, reports=3), line)), [3, 4])
    np.testing.assert_array_equal(
        np.flatnonzero(heard(ov.trend("x", 0.19, reports=3) | ov.level("x", above=0.95), line)), [0, 1, 3, 4]
    )
    assert heard(ov.always(), fall).all()
    step = np.array([[0.0] * 3 + [-2.0] * 3]).T
    # Each report of -2 adds 1.5; the third time the sum is 4.5 and the watch begins anew.
    np.testing.assert_array_equal(np.flatnonzero(heard(ov.cusum("x", 4, expected=0, sd=1), step)), [5])


def test_a_cusum_learns_from_each_persons_own_first_reports():
    rng = np.random.default_rng(3)
    reports = rng.normal([[0.2, 0.8]], [[0.01, 0.1]], (40, 2))
    reports[20:] -= [0.05, 0.5]
    on = heard(ov.cusum("x", 4, learn=12), reports)
    assert not on[:20].any() and on[20:25].any(axis=0).all()
    still = heard(ov.cusum("x", 4, learn=3), np.full((10, 1), 0.5))
    assert not still.any()


def test_a_trend_is_least_squares_and_slowing_is_kendalls_tau_of_the_indicator():
    rng = np.random.default_rng(5)
    reports = rng.standard_normal((60, 4)).cumsum(axis=0)
    slope = np.polyfit(np.arange(6), reports[20:26], 1)[0]
    for person in range(4):
        edge = -5 * slope[person]
        assert heard(ov.trend("x", edge - 1e-9, 6), reports)[25, person]
        assert not heard(ov.trend("x", edge + 1e-9, 6), reports)[25, person]
    run = sa.simulate(companion, 236, {"ties": [0.6, 0.65, 0.7, 0.72]}, cues=0.7, seed=2, dt=0.5)
    record = run[["ties"]].isel(time=slice(None, None, 8))
    for indicator in ("variance", "autocorrelation"):
        signs = sa.early_warning(record, "ties", window=4 * 26, detrend="linear")[indicator].values
        for person, tau in enumerate(taus(record["time"].values, signs)):
            for above, rings_now in ((tau - 1e-9, True), (tau + 1e-9, False)):
                alarm = ov.slowing("ties", above, indicator, window=26, values=3)
                assert heard(alarm, record["ties"].values, "ties")[-1, person] == rings_now
