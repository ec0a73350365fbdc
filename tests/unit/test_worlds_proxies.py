"""Worlds of proxies and feedback: what chapter 04 says of them, what they refuse, and the picture that draws them."""

import numpy as np
import pytest
import sympy
import xarray as xr

import socioaffective as sa

w = sa.worlds


def test_the_more_a_proxy_sees_the_later_and_the_higher_the_peak():
    paths = [w.proxy.run(seen=k, points=2001) for k in (1, 2, 3)]
    peaks = [(float(p["pressure"][int(p["utility"].values.argmax())]), float(p["utility"].max())) for p in paths]
    assert (np.diff(peaks, axis=0) > 0).all()
    for p in paths:
        k = int(p["utility"].values.argmax())
        assert k < 2000 and (np.diff(p["utility"][k:]) < 0).all() and (np.diff(p["proxy"]) > 0).all()


def test_at_the_optimum_of_the_proxy_the_truth_is_the_closed_form():
    rng = np.random.default_rng(4)
    for _ in range(20):
        count = int(rng.integers(2, 8))
        seen, floor = int(rng.integers(1, count)), float(rng.uniform(0.001, 0.4))
        path = w.proxy.run(count, seen, float(count), floor, start=0.5)
        share = (count - (count - seen) * floor) / seen
        assert float(path["utility"][-1]) == pytest.approx(seen * np.log(share) + (count - seen) * np.log(floor), rel=1e-12)
        assert float(path["proxy"][-1]) == pytest.approx(seen * np.log(share), rel=1e-12)


def test_nothing_within_the_budget_is_better_than_equal_shares():
    shares = np.random.default_rng(5).dirichlet(np.ones(4), 2000) * 4
    assert w.proxy.run().attrs["utility_optimum"] >= np.log(shares).sum(axis=1).max()


def test_both_laws_of_overoptimisation_peak_where_their_slope_is_zero():
    d, a, b = sympy.symbols("d a b", positive=True)
    for law, peak in (((a - b * d) * d, a / (2 * b)), ((a - b * sympy.log(d)) * d, sympy.exp(a / b - 1))):
        slope, bend = (law.diff(d, k).subs(d, peak).subs({a: 1.3, b: 0.5}) for k in (1, 2))
        assert abs(float(slope)) < 1e-12 and float(bend) < 0
    found = w.best_of_n.run(1.3, 0.5)
    expected = [float(x.subs({a: 1.3, b: 0.5})) for x in (a / (2 * b), sympy.exp(a / b - 1))]
    assert [found.attrs["peak_best_of_n"], found.attrs["peak_learning"]] == pytest.approx(expected, rel=1e-12)
    # Where pressure is 0 the logarithm is not, and the value is.
    assert float(found["learning"][0]) == float(found["best_of_n"][0]) == 0


def test_the_divergence_of_the_best_of_n_is_that_of_its_ranks():
    """The best of n falls on a quantile q of one draw with density n q^(n-1)."""
    q = (np.arange(1_000_000) + 0.5) / 1_000_000
    for n in (2, 5, 30):
        ratio = n * q ** (n - 1)
        # The midpoint rule, over a million points.
        assert w.best_of_n.divergence(n) == pytest.approx(float(np.mean(ratio * np.log(ratio))), abs=1e-5)


def test_with_normal_errors_selection_lags_and_with_huge_ones_it_turns_back():
    kept = [w.best_of_n.selected(n) for n in (1, 4, 64, 1024, 10**6)]
    assert all(true == pytest.approx(proxy / 2) for proxy, true in kept) and np.all(np.diff(kept, axis=0) > 0)
    rng = np.random.default_rng(6)
    truth, error = rng.normal(size=(2, 2_000_000))
    wild = truth + error / np.abs(rng.normal(size=truth.size))
    means = []
    for n in (1, 8, 2000):
        rows = np.arange(truth.size // n)
        best = wild[: rows.size * n].reshape(-1, n).argmax(axis=1)
        means.append(truth[: rows.size * n].reshape(-1, n)[rows, best].mean())
    # The last is a mean of 1,000, so its error is 0.03.
    assert means[1] > 0.3 and abs(means[0]) < 0.01 and abs(means[2]) < 0.15


def test_choc_and_kale_is_the_source_with_its_sign_as_in_the_code():
    exposure = w.choc_kale.model.symbols["exposure"]
    served = w.choc_kale.model.equations[exposure]
    assert served.diff(w.choc_kale.model.symbols["clickability"]) == -2
    assert "docstring" in w.choc_kale.page.notes[0] and "subtracts" in w.choc_kale.page.notes[0]


@pytest.mark.parametrize(("memory", "choc", "kale"), [(0.7, 5, 4), (0.3, 2, 1), (0.9, 5, 4.5)])
def test_the_threshold_is_where_the_long_run_of_both_is_the_same(memory, choc, kale):
    at = w.choc_kale.threshold(memory, choc, kale)
    ends = w.choc_kale.run(at, memory, choc, kale)["log_engagement"].values
    assert ends[0] == pytest.approx(ends[-1], rel=1e-12)


def test_tampering_by_hand():
    """Two steps and one polarisation: the mean of the factor is 1.055, and the cap is far."""
    found = w.tampering.run([0.4, 0.1, 0.1], horizon=2, samples=400_000)
    assert float(found["clicks"][0]) == pytest.approx(0.8, rel=1e-12)
    # Four standard errors of 400,000 samples of a spread of 0.01.
    assert float(found["clicks"][1]) == pytest.approx(0.1 + 0.4 * 1.055, abs=7e-5)
    assert float(found["clicks"][2]) == pytest.approx(0.2, rel=1e-12)


def test_whoever_likes_the_centre_best_is_not_polarised():
    found = w.tampering.run([0.39, 0.4, 0.1], samples=1000)
    assert int(found["clicks"].values.argmax()) == 0 and float(found["error"].max()) < 1e-12


def test_interest_that_is_large_runs_at_its_full_speed():
    found = w.degenerate.run(200, step=0.5, start=40.0, interests=10)
    assert float(found["size"][-1]) == pytest.approx(140, rel=1e-12)


def test_opinions_rest_where_simulation_leaves_them():
    # Shown a side by lot, the mean over users of x ends at a x0 / (a + g); 4 errors of 2,000 users over 1,000 steps.
    by_lot = w.opinion.run(1.0, users=2000, steps=2000, start=0.8)
    assert float(by_lot["extremity"]) == pytest.approx(w.opinion.rest(0.8, side=0), abs=0.005)
    assert float(by_lot["clicks"]) == pytest.approx(0.5, abs=0.002)


REFUSED = [
    (lambda: w.choc_kale.run(points=0), "points"),
    (lambda: w.choc_kale.run(sensitivity=True), "plain number"),
    (lambda: w.choc_kale.threshold(kale=0), "kale"),
    (lambda: w.best_of_n.run(alpha=1e6, beta=1e-6), "out of reach"),
    (lambda: w.best_of_n.divergence(2.5), "whole number"),
    (lambda: w.degenerate.run(10**6, interests=10**5), "at most"),
    (lambda: w.opinion.run(users=10**6, steps=10**6), "at most"),
    (lambda: w.tampering.run(samples=10**7, horizon=1000), "at most"),
    (lambda: w.tampering.run("strong"), "list"),
    (lambda: w.opinion.run(steps=0), "steps"),
    (lambda: w.proxy.run(budget=float("inf")), "finite"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_what_makes_no_sense_is_refused_at_once(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()


# The picture that chapter 04 draws them with.


def table(**curves):
    x = np.array([0.01, 0.1, 1.0, 10.0])
    return xr.Dataset({name: ("cost", np.array(y, dtype=float)) for name, y in curves.items()}, {"cost": x})


def drawn(chart):
    """The rows of the lines, in order."""
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if "line" in row]


def test_on_a_logarithmic_axis_equal_factors_are_equal_steps():
    chart = sa.figures.curves(table(value=[0, 1, 2, 3]), log=True, marks={"here": 0.1, "outside": 99})
    assert "here at 0.10" in chart.description and "outside" not in chart.description
    spec = str(chart.to_dict())
    assert "pow(10, datum.value)" in spec
    np.testing.assert_allclose([row["x"] for row in drawn(chart)], [-2, -1, 0, 1], atol=1e-12)


def test_the_words_say_where_two_lines_cross():
    said = sa.figures.curves(table(up=[0, 1, 2, 3], down=[3, 2, 1, 0])).description
    assert "up and down cross at 0.55" in said
    assert "cross" not in sa.figures.curves(table(up=[0, 1, 2, 3], more=[0, 2, 3, 4])).description
    assert "cross" not in sa.figures.curves(table(up=[0, 1, 2, 3], same=[0, 1, 2, 3])).description


def test_points_out_of_order_are_drawn_in_order():
    back = table(value=[0, 1, 2, 3]).isel(cost=[3, 0, 2, 1])
    assert "value goes from 0.00 to 3.00" in sa.figures.curves(back).description


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sa.figures.curves(table(value=[0, 1, 2, 3]).assign_coords(cost=[-1, 0, 1, 2]), log=True), "above 0"),
        (lambda: sa.figures.curves(table(value=[np.nan, 1, np.nan, np.nan])), "only one finite"),
        (lambda: sa.figures.curves(table(value=[0, 1, 2, 3]).assign(level=3.0), "level"), "no value for each"),
        (lambda: sa.figures.curves(table(value=[0, 1, 2, 3]).assign(name=("cost", list("abcd")))), "draws numbers"),
        (
            lambda: sa.figures.curves({"a": table(v=[0, 1, 2, 3]), "b": table(v=[0, 1, 2, 3]).rename(cost="x")}),
            "same dimension",
        ),
        (lambda: sa.figures.curves({str(k): table(v=[0, 1, 2, k]) for k in range(30)}), "cannot be told apart"),
        (lambda: sa.figures.curves(3), "one dimension"),
    ],
)
def test_what_is_no_curve_is_refused(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()
