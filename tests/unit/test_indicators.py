"""Early-warning indicators against the Ornstein-Uhlenbeck process, the fold, and each other."""

import numpy as np
import pytest
import xarray as xr
from own_models import logistic_map, restless

import socioaffective as sa

x, y = (sa.state(name, start=0.0, bounds=(-4, 4)) for name in "xy")
r = sa.parameter("r", 1.0, (-1, 2))
fold = sa.Model("Fold", {x: r - x**2}, noise={x: 0.05}).replace(x=1)
INDICATORS = ["variance", "autocorrelation", "return_rate"]


def stationary(weeks=4000, dt=0.25, seed=3, people=None, **settings):
    start = None if people is None else {"mood": np.zeros(people)}
    run = sa.simulate(restless(), weeks, start, seed=seed, dt=dt, **settings)
    return run.isel(time=slice(80, None))


def ornstein_uhlenbeck(k, s, dt):
    """Variance of Euler's scheme for x' = -k x with noise s, whose correlation over one step is 1 - k dt."""
    return s**2 / (2 * k - k**2 * dt)


def test_linear_noise_of_the_ornstein_uhlenbeck_process():
    found = sa.linear_noise(restless(), recovery=0.7, disturbance=0.3)
    assert found.variance == pytest.approx({"mood": 0.3**2 / 1.4})
    assert found.autocorrelation(3)["mood"] == pytest.approx(np.exp(-2.1))
    assert found.autocorrelation(0)["mood"] == 1 and found.return_rate == pytest.approx(0.7)


def test_linear_noise_in_two_dimensions_against_its_closed_form_and_a_long_run():
    # x is pushed, y follows: var y = s^2 / (2 a (a + b)) * b, cov = s^2 b / (2 a (a + b)) for y' = b (x - y).
    a, b, s = 0.5, 1.2, 0.3
    model = sa.Model("Follower", {x: -a * x, y: b * (x - y)}, noise={x: s})
    found = sa.linear_noise(model)
    shared = s**2 * b / (2 * a * (a + b))
    assert found.covariance == pytest.approx(np.array([[s**2 / (2 * a), shared], [shared, shared]]))
    run = sa.simulate(model, 200, {"x": np.zeros(100)}, seed=5, dt=0.05).isel(time=slice(400, None))
    sample = np.cov(run["x"].values.ravel(), run["y"].values.ravel())
    # 18,000 weeks hold some 5,000 independent values: two per cent, and Euler's step adds a dt / 2, just over one.
    assert sample == pytest.approx(found.covariance, rel=0.06)
    late = np.corrcoef(run["y"].values[:-20].ravel(), run["y"].values[20:].ravel())[0, 1]
    assert late == pytest.approx(found.autocorrelation(1)["y"], abs=0.02)
    assert found.return_rate == pytest.approx(a)


def test_linear_noise_of_a_map_and_of_noise_that_depends_on_the_state():
    steps = sa.Model("Steps", {x: 0.8 * x, y: 0.5 * y}, noise={x: 0.3}, clock="discrete")
    found = sa.linear_noise(steps)
    assert found.variance == pytest.approx({"x": 0.09 / (1 - 0.64), "y": 0}) and np.isnan(found.autocorrelation(2)["y"])
    assert found.autocorrelation(2)["x"] == pytest.approx(0.64) and found.return_rate == pytest.approx(-np.log(0.8))
    grown = sa.Model("Grown", {x: 2 - x}, noise={x: 0.1 * x})
    assert sa.linear_noise(grown).variance == pytest.approx({"x": (0.1 * 2) ** 2 / 2})


def test_a_fold_slows_down_and_spreads_as_it_comes_near():
    rest = [1.0, 0.5, 0.1, 0.01]
    found = [sa.linear_noise(fold, r=value) for value in rest]
    assert [f.return_rate for f in found] == pytest.approx([2 * value**0.5 for value in rest])
    assert [f.variance["x"] for f in found] == pytest.approx([0.05**2 / (4 * value**0.5) for value in rest])


def test_indicators_of_the_ornstein_uhlenbeck_process_within_their_sampling_error():
    k, s, dt, lag = 0.5, 0.4, 0.25, 1.0
    run = stationary(2000, people=20)
    found = sa.early_warning(run, "mood", window=1900, detrend="none", lag=lag).isel(time=-1)
    correlation = (1 - k * dt) ** (lag / dt)
    # Twenty people of 1,900 weeks each: the error of the mean is seen in how they differ.
    for name, expected in (
        ("variance", ornstein_uhlenbeck(k, s, dt)),
        ("autocorrelation", correlation),
        ("return_rate", -np.log(correlation) / lag),
    ):
        values = found[name].values
        assert abs(values.mean() - expected) < 4 * values.std() / np.sqrt(20), name
        assert values.std() < 0.1 * expected
    # Euler's step apart, these are s^2 / 2k, exp(-k lag) and k.
    assert found["variance"].mean() == pytest.approx(s**2 / (2 * k), rel=0.1)
    assert found["autocorrelation"].mean() == pytest.approx(np.exp(-k * lag), rel=0.1)
    assert found["return_rate"].mean() == pytest.approx(k, rel=0.1)


def test_values_are_those_of_the_textbook_formulas_in_each_window():
    run = stationary(weeks=100)
    found = sa.early_warning(run, "mood", window=20, detrend="none", lag=0.5)
    last = 200
    piece = run["mood"].values[last - 79 : last + 1]
    assert float(found["variance"][last]) == pytest.approx(piece.var(ddof=1))
    assert float(found["autocorrelation"][last]) == pytest.approx(np.corrcoef(piece[:-2], piece[2:])[0, 1])
    assert np.isnan(found["variance"][:79]).all() and np.isfinite(found["variance"][79:]).all()
    assert found["variance"].dims == ("time",) and found["variance_trend"].dims == ()
    trend = found["variance"].values[79:]
    signs = np.sign(trend[None, :] - trend[:, None])[np.triu_indices(len(trend), 1)]
    assert float(found["variance_trend"]) == pytest.approx(signs.mean())


@pytest.mark.parametrize("detrend", ["linear", "gaussian", "past"])
def test_detrending_takes_off_a_straight_line(detrend):
    run = stationary(weeks=400)
    tilted = run.assign(mood=run["mood"] + 0.05 * run["time"])
    plain, other = (sa.early_warning(each, "mood", detrend=detrend, window=100) for each in (run, tilted))
    if detrend == "linear":
        assert other["variance"].values == pytest.approx(plain["variance"].values, rel=1e-9, nan_ok=True)
    # A bell with sd 40 weeks follows the line but at the ends, where it lags by up to a few sd.
    late = other["variance"].isel(time=-1 if detrend == "past" else 1000)
    assert float(late) < 3 * float(plain["variance"].max())
    assert float(sa.early_warning(tilted, "mood", detrend="none", window=100)["variance"][-1]) > 10 * float(late)


@pytest.mark.parametrize(("detrend", "changes"), [("none", False), ("linear", False), ("past", False), ("gaussian", True)])
def test_only_the_gaussian_knows_the_future(detrend, changes):
    run = stationary(weeks=200)
    options = {"detrend": detrend, "window": 40} | ({"bandwidth": 10} if detrend in ("past", "gaussian") else {})
    whole, part = (sa.early_warning(each, "mood", **options) for each in (run, run.isel(time=slice(0, 400))))
    same = [np.allclose(whole[n][:400], part[n], rtol=1e-9, atol=1e-12, equal_nan=True) for n in INDICATORS]
    assert same == [not changes] * 3


def test_each_of_many_people_is_as_alone_and_bits_are_the_same():
    run = stationary(weeks=100, people=3)
    many = sa.early_warning(run, "mood")
    alone = sa.early_warning(run.sel(person=1), "mood")
    assert many["variance"].dims == ("time", "person") and many["variance_trend"].dims == ("person",)
    for name in many.data_vars:
        assert many[name].sel(person=1).values == pytest.approx(alone[name].values, nan_ok=True)
    assert many.identical(sa.early_warning(run, "mood"))


def test_a_fold_that_comes_near_raises_variance_and_autocorrelation():
    drift = {week: {"r": 1 - 0.9 * week / 400} for week in range(400)}
    run = sa.simulate(fold, 400, {"x": np.ones(10)}, seed=2, dt=0.125, interventions=drift)
    found = sa.early_warning(run.isel(time=slice(None, None, 8)), "x", detrend="linear")
    for name, sign in zip(INDICATORS, (1, 1, -1), strict=True):
        assert sign * float(found[f"{name}_trend"].mean()) > 0.4, name


def rates(ramp=(1, 0.05), **options):
    return sa.alarm_rates(fold, "x", "r", ramp, **{"tipped": x, "weeks": 208, "runs": 60} | options)


def test_alarm_rates_of_a_ramp_to_a_fold():
    found = rates()
    ends = found.sel(threshold=[-1, 1])
    assert ends["false_alarms"].values.tolist() == [1, 0] and ends["misses"].values.tolist() == [0, 1]
    assert (found["false_alarms"].diff("threshold") <= 0).all() and (found["misses"].diff("threshold") >= 0).all()
    for kind in ("false_alarms", "misses"):
        assert (found[f"{kind}_low"] <= found[kind] + 1e-12).all() and (found[f"{kind}_high"] >= found[kind] - 1e-12).all()
    assert found.attrs["auc"] - 4 * found.attrs["auc_error"] > 0.5 and found.attrs["auc"] > 0.8
    # The area under the curve is the share of pairs of runs in the right order.
    wins = (found["ramped_trend"].values[:, None] > found["held_trend"].values).mean()
    assert found.attrs["auc"] == pytest.approx(wins, abs=1e-3)
    few = rates(runs=5)
    assert few.identical(rates(runs=5)) and not few.equals(rates(runs=5, seed=1))


def test_a_return_rate_that_falls_is_an_alarm_too():
    found = rates(indicator="return_rate", runs=40)
    assert found.attrs["auc"] - 3 * found.attrs["auc_error"] > 0.5


def test_wilson_intervals_are_those_of_the_textbook():
    # 0 of 60: the upper end is z^2 / (60 + z^2).
    ends = rates().sel(threshold=1)
    z = 1.959964
    assert float(ends["false_alarms_low"]) == pytest.approx(0, abs=1e-12)
    assert float(ends["false_alarms_high"]) == pytest.approx(z**2 / (60 + z**2))


@pytest.mark.parametrize("indicator", INDICATORS)
def test_without_a_drift_an_alarm_is_no_better_than_chance(indicator):
    found = rates((0.5, 0.5), indicator=indicator)
    assert abs(found.attrs["auc"] - 0.5) < 4 * found.attrs["auc_error"]
    assert found.attrs["auc_error"] < 0.06


def test_what_follows_a_tip_is_not_used():
    # All have tipped by week 160; the same drift with the same noise, seen for 40 weeks more, says the same.
    short, long = (rates((1, end), weeks=weeks, window=60) for end, weeks in ((-0.6, 160), (-1, 200)))
    assert short.identical(long) and short.attrs["used"] == 60


def test_pairs_that_are_cut_too_early_are_left_out_and_counted():
    found = rates((1, -1), weeks=60, window=32)
    assert 0 < found.attrs["left_out"] < 60 and found.attrs["used"] + found.attrs["left_out"] == 60


def test_a_map_can_be_ramped_too():
    steps = sa.Model("Steps", {x: x + r - x**2}, noise={x: 0.01}, clock="discrete").replace(x=0.5)
    found = sa.alarm_rates(steps, "x", "r", (0.25, 0.01), tipped=x, weeks=400, runs=40)
    assert found.attrs["auc"] > 0.8


def test_leaving_the_bounds_on_the_way_is_said_once():
    narrow = sa.state("x", start=1.0, bounds=(0, 1.05))
    with pytest.warns(UserWarning, match="'x' left its bounds") as caught:
        model = sa.Model("Fold", {narrow: r - narrow**2}, noise={narrow: 0.05})
        sa.alarm_rates(model, "x", "r", (1, 0.5), tipped=narrow - 0.2, weeks=40, runs=5)
    assert len(caught) == 1 and caught[0].filename == __file__


def warned(name="mood", run=None, **options):
    return lambda: sa.early_warning(RUN if run is None else run, name, **options)


RUN = stationary(weeks=100)
BAD = {
    "no noise": (lambda: sa.linear_noise(logistic_map()), ValueError, "has no noise"),
    "unstable": (
        lambda: sa.linear_noise(sa.Model("M", {x: x - x**3}, noise={x: 1}), {"x": 0}), ValueError, "unstable node.*is not",
    ),
    "degenerate": (lambda: sa.linear_noise(fold, {"x": 0}, r=0), ValueError, "degenerate"),
    "gone": (lambda: sa.linear_noise(fold, r=-0.5), ValueError, "no stable rest point"),
    "noise that vanishes": (lambda: sa.linear_noise(sa.Model("M", {x: -x}, noise={x: x})), ValueError, "not all 0"),
    "lag below 0": (lambda: sa.linear_noise(restless()).autocorrelation(-1), ValueError, "lag"),
    "lag as a text": (lambda: sa.linear_noise(restless()).autocorrelation("1"), TypeError, "lag"),
    "unknown setting": (lambda: sa.linear_noise(restless(), recovry=1), ValueError, "Did you mean 'recovery'"),
    "unknown variable": (warned("moood"), ValueError, "Did you mean 'mood'"),
    "no run": (warned(run="mood"), TypeError, "sa.simulate"),
    "unknown detrend": (warned(detrend="gausian"), ValueError, "Did you mean 'gaussian'"),
    "window too short": (warned(window=2), ValueError, "too short for a lag"),
    "window too long": (warned(window=1e6), ValueError, "window .*at most"),
    "window of nothing": (warned(window=0), ValueError, "multiple"),
    "window not a number": (warned(window=np.nan), ValueError, "finite"),
    "lag off the grid": (warned(lag=0.3), ValueError, "multiple of 0.25"),
    "lag too long": (warned(lag=50), ValueError, "too short for a lag"),
    "bandwidth without use": (warned(detrend="linear", bandwidth=3), ValueError, "bandwidth belongs"),
    "bandwidth too small": (warned(bandwidth=0), ValueError, "bandwidth"),
    "constant": (warned(run=RUN.assign(mood=0 * RUN["mood"] + 2)), ValueError, "does not vary"),
    "gaps": (warned(run=RUN.assign(mood=RUN["mood"].where(RUN["time"] < 90))), ValueError, "no number at time 90"),
    "uneven": (warned(run=RUN.isel(time=np.r_[0:50, 52:200])), ValueError, "evenly spaced"),
    "short": (warned(run=RUN.isel(time=slice(0, 9))), ValueError, "9 points"),
    "no time": (warned(run=xr.Dataset({"mood": 1.0})), TypeError, "sa.simulate"),
    "ramp without noise": (
        lambda: sa.alarm_rates(sa.Model("M", {x: r - x**2}), "x", "r", (1, 0), tipped=x), ValueError, "no noise",
    ),
    "ramp of nothing": (lambda: sa.alarm_rates(fold, "x", "q", (1, 0), tipped=x), ValueError, "no parameter"),
    "ramp of a word": (lambda: rates("up"), TypeError, "plain number, not 'u'"),
    "ramp out of bounds": (lambda: rates((1, -9)), ValueError, "-9, outside"),
    "ramp of one": (lambda: rates(1), TypeError, "pair"),
    "watch nothing": (lambda: sa.alarm_rates(fold, "z", "r", (1, 0), tipped=x), ValueError, "to watch 'z'"),
    "given twice": (lambda: rates(r=0.5), ValueError, "do not give it"),
    "indicator in a list": (lambda: rates(indicator=["variance"]), ValueError, "no indicator"),
    "setting in a list": (lambda: sa.alarm_rates(fold, "x", ["r"], (1, 0), tipped=x), ValueError, "to ramp"),
    "unknown indicator": (lambda: rates(indicator="varience"), ValueError, "Did you mean 'variance'"),
    "looks ahead": (lambda: rates(detrend="gaussian"), ValueError, "future"),
    "one run": (lambda: rates(runs=1), ValueError, "runs"),
    "half a run": (lambda: rates(runs=2.5), ValueError, "whole"),
    "too many runs": (lambda: rates(runs=10**9), ValueError, "runs"),
    "no time to ramp": (lambda: rates(weeks=0), ValueError, "weeks"),
    "seed below 0": (lambda: rates(seed=-1), ValueError, "seed"),
    "tipped from the start": (lambda: rates(tipped=x - 1), ValueError, "one side of zero"),
    "tipped by a stranger": (lambda: rates(tipped=y), ValueError, "symbol"),
    "starts nowhere": (lambda: rates((-0.5, 1)), ValueError, "no stable rest point"),
    "nothing left": (lambda: rates((0.001, -1), weeks=60, runs=5), ValueError, "0 of 5 pairs"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_a_sentence(case):
    call, kind, words = BAD[case]
    with pytest.raises(kind, match=words):
        call()
