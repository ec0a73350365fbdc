"""Very unequal units and time scales, tails, edges of formulas, and work that would not end."""

import time
import warnings

import numpy as np
import pytest
import sympy
import xarray as xr
from refusals import refuses

import socioaffective as sa
from socioaffective.dynamics import alarm_rates as alarms

x, y = (sa.state(name, start=0.1, bounds=(-2, 2)) for name in "xy")
a, b = sa.state("a", start=0.1), sa.state("b", start=0.1)
c, k = sa.lever("c"), sa.parameter("k", 1.0, (1, 1e9))


def in_units(unit, states=4):
    """A chain whose second state is counted in units so small that its bounds reach up to `unit`."""
    first, wide = sa.state("first", start=0.3), sa.state("wide", start=0.3 * unit, bounds=(0, unit))
    equations = {first: 0.2 - first + wide / unit / 2, wide: unit * (first / 20 + 0.02) - wide / 10}
    rest = [sa.state(name, start=0.3) for name in ("third", "fourth")][: states - 2]
    before = first
    for n, state in enumerate(rest, 1):
        equations[state] = before - n * state
        before = state
    return sa.Model("Chain", equations)


@pytest.mark.parametrize("states", [2, 3, 4])
@pytest.mark.parametrize("unit", [1e-9, 2e5, 1e9])
def test_units_change_neither_rest_points_nor_shares_of_modes(unit, states):
    plain, other = in_units(1, states), in_units(unit, states)
    (one,), (two,) = sa.equilibria(plain), sa.equilibria(other)
    assert sa.equilibria(other).complete
    assert two.state["wide"] / unit == pytest.approx(one.state["wide"]) and two.kind == one.kind
    shares = [[list(mode.shares.values()) for mode in sa.time_scales(m).modes] for m in (plain, other)]
    # A mode has little more than the rounding of the larger ones in the states that it leaves alone.
    assert np.array(shares[1]) == pytest.approx(np.array(shares[0]), abs=1e-9)


@pytest.mark.parametrize("width", [10, 1e2, 1e5, 1e9])
@pytest.mark.parametrize("others", [0, 2])
def test_a_tail_that_never_reaches_zero_has_no_rest_point(width, others):
    w = sa.state("w", bounds=(0, width))
    beside = dict(list({x: y - x, y: 0.3 - y}.items())[:others])
    for tail in (1 / (1 + w) ** 3, 1 / (1 + w) ** 8, *([sympy.exp(-w)] if width <= 100 else [])):
        # Near 0 the eighth power falls within less of the widest box than can be told apart.
        if not (width == 1e9 and others):
            assert sa.equilibria(sa.Model("Tail", {w: tail, **beside})) == []


@pytest.mark.parametrize("power", [2, 3, 5, 8])
def test_a_rest_point_of_high_multiplicity_is_found_though_rounding_hides_it(power):
    right = sympy.expand((x - sympy.Rational(37, 100)) ** power)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The rest points of")
        found = sa.equilibria(sa.Model("Multiple", {x: right}))
    # Rounding in a polynomial of size 1 moves its root by the power-th root of 1e-16 or so.
    assert found and all(abs(e.state["x"] - 0.37) < 3 * 1e-15 ** (1 / power) for e in found)


@pytest.mark.parametrize("rate", [1, 1000, 1e5])
def test_shares_do_not_depend_on_how_fast_the_fast_state_is(rate):
    model = sa.Model("Slow and fast", {a: 2 * k * (b - a), b: 0.4 * b * (1 - b) * (b - 0.5)})
    found = sa.basin_shares(model, starts=60, k=rate)
    # The start of the slow state decides, whatever the fast one does.
    drawn = np.random.default_rng(0).uniform(size=(60, 2))[:, 1]
    assert list(found.shares) == [0, 2, -1] and found.shares[2] == (drawn > 0.5).mean() and found.shares[-1] == 0


def test_the_point_of_no_return_of_a_stiff_model_is_that_of_its_slow_state():
    slow = sa.Model("Slow", {b: 0.04 * b * (1 - b) * (b - 0.5) + c / 100})
    both = sa.Model("Slow and fast", {a: 200 * (b - a), **slow.equations})
    times = [sa.point_of_no_return(m, sa.simulate(m, 150, dt=15, c=0.5), {"c": 0}).time for m in (slow, both)]
    # Located to a millionth of 150 weeks each.
    assert times[1] == pytest.approx(times[0], abs=1e-3)


@pytest.mark.parametrize("slow", [0.98, 0.995, 0.999])
def test_a_map_that_forgets_one_state_at_once_is_still_followed_to_its_end(slow):
    model = sa.Model("Forgets", {a: b, b: 0.5 + slow * (b - 0.5)}, clock="discrete")
    assert sa.basin_shares(model, starts=40).shares == {0: 1.0, -1: 0.0}


def test_what_is_too_slow_to_follow_is_undecided_and_no_point_of_no_return():
    model = sa.Model("Crawls", {a: a + 1e-5 * a * (1 - a) * (a - 0.4) + c}, clock="discrete")
    found = sa.basin_shares(model, starts=10)
    assert found.shares[-2] > 0.5 and found.shares[-1] == 0 and "undecided" in repr(found)
    assert sum(found.shares.values()) == pytest.approx(1)
    with pytest.raises(ValueError, match="not decided"):
        sa.point_of_no_return(model, sa.simulate(model, 20, c=0.01), {"c": 0})
    # Slower than a millionth of the other rate, and so slow that the rest point counts as degenerate.
    for rate in (3e-7, 1e-8):
        flow = sa.Model("Crawls", {a: rate * (0.5 - a), b: 0.5 - b})
        assert (sa.basins(flow, resolution=4).values == -2).all()


def test_close_rest_points_are_not_taken_for_each_other():
    wide = sa.state("x", start=1.0, bounds=(0, 1000))
    model = sa.Model("Close", {wide: -(wide - 1) * (wide - 2) * (wide - 3) / 10 + c})
    run = sa.simulate(model, 10, dt=0.5, c=0.5)
    found = sa.point_of_no_return(model, run, {"c": 0})
    # The way back is lost at the saddle, 2.
    assert found.state["x"] == pytest.approx(2, abs=1e-3) and found.goal.state == pytest.approx({"x": 1})
    fold = sa.Model("Near a fold", {x: x**2 - 9e-6 + c})
    lost = sa.point_of_no_return(fold, sa.simulate(fold, 30, {"x": -0.003}, dt=1, c=5e-4), {"c": 0})
    assert lost.state["x"] == pytest.approx(0.003, abs=1e-5)


@pytest.mark.parametrize("rate", [1, 1000])
def test_starts_that_reach_the_edge_of_a_formula_end_elsewhere_and_the_others_where_they_do(rate):
    shrinks = sa.Model("Edge", {a: (a - 0.3) * (1 - a) * (2 - sympy.log(a)), b: k * (0.5 - b)})
    begun = time.perf_counter()
    found = sa.basin_shares(shrinks, starts=60, k=rate)
    drawn = np.random.default_rng(0).uniform(size=(60, 2))[:, 0]
    assert found.shares[next(iter(found.shares))] == (drawn > 0.3).mean() and -2 not in found.shares
    root = sa.state("root", start=0.5, bounds=(-0.1, 1))
    none = sa.basin_shares(sa.Model("Root", {root: sympy.sqrt(root) - 2 * root, b: k * (0.5 - b)}), starts=60, k=rate)
    drawn = -0.1 + 1.1 * np.random.default_rng(0).uniform(size=(60, 2))[:, 0]
    assert none.shares[-1] == (drawn < 0).mean()
    # It used to take minutes; it takes two seconds.
    assert time.perf_counter() - begun < 60


def test_a_branch_is_not_dropped_whatever_the_order_of_names():
    u, v = sa.state("u", start=0.9), sa.state("v", start=0.8, bounds=(0, 2))
    s = sa.state("s", start=0.8, bounds=(0.5, 1))
    model = sa.Model("Product", {u: 50 * u * (v - s), v: 50 * (0.3 + 4 * u - 4 * u**2 - v), s: 0.1 * (0.7 - s)})
    for names in (("u", "v"), ("v", "u")):
        with pytest.raises(ValueError, match="can rest at"):
            sa.quasi_steady(model, *names)


@pytest.mark.parametrize("matrix", [(-2, 1, -1, 0), (-1.3, 0.3, -0.3, -0.7), (-1, 1, 0, -1), (-1, 0, 0, -1)])
def test_modes_of_a_repeated_eigenvalue_share_what_they_have(matrix):
    p, q, r, s = matrix
    found = sa.time_scales(sa.Model("Repeated", {x: p * x + q * y, y: r * x + s * y}))
    assert [list(mode.shares.values()) for mode in found.modes] == [pytest.approx([0.5, 0.5])] * 2
    assert [mode.time for mode in found.modes] == pytest.approx([1, 1]) and found.separation == 1 and found.fast == ()


def test_a_repeated_pair_beside_another_mode_keeps_to_itself():
    z = sa.state("z", bounds=(-2, 2))
    found = sa.time_scales(sa.Model("Three", {x: -x + y, y: -y, z: -20 * z + x}))
    assert found.fast == ("z",) and found.separation == pytest.approx(20)
    assert list(found.modes[1].shares.values()) == pytest.approx([0.5, 0.5, 0])


def test_a_function_without_intervals_leaves_a_list_unproved():
    found = sa.equilibria(sa.Model("Error function", {a: 2 + sympy.erf(a)}))
    assert found == [] and not found.complete and "cannot evaluate" in found.search


def test_a_run_of_another_model_or_with_other_noise_is_refused():
    model = sa.Model("Bistable", {a: a * (1 - a) * (a - 0.5) + c / 3})
    run = sa.simulate(model, 2, dt=0.5, c=0.5)
    noisy = sa.Model("Bistable", model.equations, noise={a: 0.001})
    other = sa.Model("Other", {a: c - a})
    refuses(lambda: sa.point_of_no_return(other, run, {"c": 0}), ValueError, ["'Bistable'", "'Other'", "equations"])
    refuses(lambda: sa.point_of_no_return(model, sa.simulate(noisy, 5, seed=1), {"c": 0}), ValueError, ["noise"])
    assert sa.point_of_no_return(model.replace(a=0.2), run, {"c": 0}).reached[0]


@pytest.mark.parametrize("count", [2.7, True, np.inf])
def test_counts_are_whole(count):
    refuses(lambda: sa.basin_shares(sa.models.mirror, starts=count), (ValueError, TypeError), ["starts"])
    refuses(lambda: sa.basins(sa.models.companion, resolution=count), (ValueError, TypeError), ["resolution"])


TENT = sa.Model("Tent", {a: 2 * sympy.Min(a, 1 - a)}, clock="discrete")
DOUBLING = sa.Model("Doubling", {a: sympy.Piecewise((2 * a, a < 0.5), (2 * a - 1, True))}, clock="discrete")
LOGISTIC = sa.Model("Logistic", {a: 4 * a * (1 - a)}, clock="discrete")


@pytest.mark.parametrize(("model", "start", "size"), [(TENT, 0.1, 2), (DOUBLING, 0.3, 2), (LOGISTIC, 0.5, 4)])
def test_a_run_that_rounding_or_chance_puts_on_a_repelling_point_says_so(model, start, size):
    with pytest.warns(UserWarning, match="repelling point, with a = 0"):
        found = sa.lyapunov_exponents(model, weeks=300, start={"a": start})
    assert not found.chaotic and found.values == pytest.approx([np.log(size)])


def test_a_repelling_cycle_is_not_chaos_and_a_slope_below_two_is():
    # From 1 to -1 and back, with a slope of -3/2 at both.
    swap = sa.Model("Swap", {x: -x - (x**3 - x) / 4}, clock="discrete")
    with pytest.warns(UserWarning, match="cycle of 2 steps"):
        found = sa.lyapunov_exponents(swap, weeks=100, start={"x": 1})
    assert not found.chaotic and found.values == pytest.approx([np.log(1.5)])
    near = sa.Model("Tent", {a: 1.99 * sympy.Min(a, 1 - a)}, clock="discrete")
    assert sa.lyapunov_exponents(near, weeks=500).chaotic


def test_the_step_of_alarms_is_short_for_the_fastest_rate_at_either_end(monkeypatch):
    speed = sa.parameter("speed", 1.0, (0.1, 1e7))
    model = sa.Model("Faster", {x: -speed * x}, noise={x: 0.3}).replace(x=0)
    steps = []

    def watched(*given, **options):
        steps.append(options["dt"])
        return sa.simulate(*given, **options)

    monkeypatch.setattr(alarms, "simulate", watched)
    found = sa.alarm_rates(model, "x", "speed", (1, 33), tipped=x - 1.9, weeks=24, runs=4)
    assert max(steps) * 33 <= 0.1
    # The variance falls 33 times; with a step of 1/16 week it would grow without end.
    assert float(found["ramped_trend"].mean()) < -0.3
    refuses(lambda: sa.alarm_rates(model, "x", "speed", (1, 1e6), tipped=x - 1.9), ValueError, ["seconds", "GB", "fewer runs"])


@pytest.mark.parametrize(("auc", "count"), [(1.0, 5), (1.0, 60), (0.8, 60), (0.5, 20), (0.0, 5)])
def test_the_interval_of_an_area_is_where_it_is_as_many_errors_away(auc, count):
    low, high = alarms._area_interval(auc, count)
    assert 0 <= low <= auc <= high <= 1 and high - low > 0
    for end in {low, high} - {0.0, 1.0}:
        # Hanley and McNeil's variance with the area at the end of the interval.
        one, two = end / (2 - end), 2 * end**2 / (1 + end)
        variance = (end * (1 - end) + (count - 1) * (one + two - 2 * end**2)) / count**2
        assert abs(end - auc) == pytest.approx(1.959964 * variance**0.5, rel=1e-6)


def test_perfect_separation_has_an_error():
    scored = alarms._scored(np.linspace(-1, -0.5, 5), np.linspace(0.5, 1, 5), "variance")
    assert scored.attrs["auc"] == 1 and scored.attrs["auc_error"] > 0.02 and scored.attrs["auc_low"] < 0.9


def record(points):
    values = np.random.default_rng(0).normal(size=points)
    return xr.Dataset({"x": ("time", values)}, {"time": ("time", np.arange(points) / 16, {"units": "weeks"})})


long = sa.Model("Long", {x: -x}, noise={x: 0.3}).replace(x=0)
ENDLESS = {
    "windows": (lambda: sa.early_warning(record(320_000), "x", window=2, detrend="none"), ValueError, ["320,000", "Thin it"]),
    "bell": (lambda: sa.early_warning(record(160_000), "x", window=2), ValueError, ["bell", "160,000", "bandwidth="]),
    "alarms": (
        lambda: sa.alarm_rates(sa.Model("M", {x: -k * x}, noise={x: 0.1}).replace(x=0), "x", "k", (1, 2), tipped=x - 1,
                               weeks=20_000, runs=2000), ValueError, ["20,000 observations", "GB"],
    ),
    "alarm windows": (
        lambda: sa.alarm_rates(sa.Model("M", {x: -k * x}, noise={x: 0.1}).replace(x=0), "x", "k", (1, 2), tipped=x - 1,
                               weeks=4000, runs=300), ValueError, ["4,001 points", "every="],
    ),
    "stiff exponents": (
        lambda: sa.lyapunov_exponents(sa.Model("Stiff", {a: 1000 * (b - a), b: 0.1 * (0.5 - b)})),
        RuntimeError, ["would take some", "quasi_steady"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ENDLESS)
def test_work_without_end_is_refused_with_its_size_and_a_way_out(case):
    refuses(*ENDLESS[case])


def test_a_separatrix_that_is_too_stiff_is_refused(monkeypatch):
    from socioaffective.dynamics import manifolds

    monkeypatch.setattr(manifolds, "MOST_EVALUATIONS", 2000)
    stiff = sa.Model("Stiff", {x: 1e5 * (x - x**3 - y**2 / 4), y: -y})
    refuses(lambda: sa.separatrices(stiff), RuntimeError, ["2,000 evaluations", "quasi_steady"])


def test_a_picture_of_basins_says_what_is_undecided():
    flow = sa.Model("Crawls", {a: 1e-9 * (0.3 - a), b: 1e3 * b * (1 - b) * (b - 0.5)})
    view = sa.portrait(flow)
    share, chart = float((view.basins == -2).mean()), sa.figures.phase_plane(flow)
    assert share > 0.5 and f"where {share:.0%} of the starts end is not decided" in chart.description
    rows = next(iter(sa.figures.basin_layer(view).to_dict()["datasets"].values()))
    assert {row["tint"] for row in rows if row["fate"] == -2} == {sa.theme.scheme()["grid"]}
