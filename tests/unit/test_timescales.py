"""Time constants against closed forms, and the smaller models that time scales apart allow."""

import numpy as np
import pytest
import sympy
from own_models import logistic_map, restless

import socioaffective as sa

x, y, z = (sa.state(name, start=0.2, bounds=(-4, 4)) for name in "xyz")
eps = sa.parameter("eps", 0.1, (0.001, 1))
m = sa.models


def linear(a, b, c, d, clock="continuous"):
    return sa.Model("Linear", {x: a * x + b * y, y: c * x + d * y}, clock=clock)


def test_a_triangular_system_has_its_diagonal_for_time_constants():
    found = sa.time_scales(linear(-0.1, 3, 0, -2))
    assert [mode.time for mode in found.modes] == pytest.approx([0.5, 10])
    assert found.ratios == pytest.approx((20,)) and found.separation == pytest.approx(20)
    assert (found.fast, found.slow) == (("y",), ("x",))
    assert found.modes[1].half_life == pytest.approx(10 * np.log(2)) and np.isnan(found.modes[1].period)
    # A state that drives and is not driven has its mode to itself, however strongly it drives.
    assert found.modes[0].shares == pytest.approx({"x": 0, "y": 1}, abs=1e-12)


def test_shares_of_a_symmetric_system_are_the_squares_of_its_eigenvectors_and_have_no_units():
    found = sa.time_scales(linear(-2, 1, 1, -3))
    slope = np.array([[-2, 1], [1, -3]])
    values, vectors = np.linalg.eigh(slope)
    assert [mode.time for mode in found.modes] == pytest.approx(-1 / values)
    assert [list(mode.shares.values()) for mode in found.modes] == [pytest.approx(v**2) for v in vectors.T]
    # The same system with y in thousandths.
    other = sa.time_scales(linear(-2, 1e-3, 1e3, -3))
    for one, two in zip(found.modes, other.modes, strict=True):
        assert one.shares == pytest.approx(two.shares)


def test_a_turning_pair_is_one_mode_with_its_period():
    found = sa.time_scales(sa.Model("Turning", {x: -x + 3 * y, y: -3 * x - y, z: -10 * z}))
    assert [mode.time for mode in found.modes] == pytest.approx([0.1, 1])
    assert found.modes[1].period == pytest.approx(2 * np.pi / 3)
    assert found.modes[1].shares == pytest.approx({"x": 0.5, "y": 0.5, "z": 0}, abs=1e-12)
    assert (found.fast, found.slow, found.separation) == (("z",), ("x", "y"), pytest.approx(10))


def test_both_of_a_turning_pair_count_for_what_is_slow():
    right = sympy.Matrix([[-3, 3, 4], [4, -4, -4], [2, -3, -3]]) * sympy.Matrix([x, y, z])
    found = sa.time_scales(sa.Model("Mixed", dict(zip((x, y, z), right, strict=True))))
    # y has 0.41 of itself in the fast mode and 0.30 in each of the slow pair.
    assert found.modes[0].shares["y"] > found.modes[1].shares["y"] and found.slow == ("x", "y", "z")
    assert found.modes[1].period == pytest.approx(2 * np.pi / 0.63365269)


def test_maps_count_in_steps():
    found = sa.time_scales(linear(0.5, 0, 0, -0.9, "discrete"))
    assert [mode.half_life for mode in found.modes] == pytest.approx([1, np.log(0.5) / np.log(0.9)])
    assert np.isnan(found.modes[0].period) and found.modes[1].period == pytest.approx(2)
    population = sa.time_scales(logistic_map(), rate=2.5)
    assert population.modes[0].time == pytest.approx(1 / np.log(2)) and population.unit == "step"


def test_what_cannot_be_told_apart_is_not():
    merged = sa.time_scales(linear(-1, 1, 0, -1))
    assert [*merged.modes[0].shares.values()] == pytest.approx([0.5, 0.5]) and merged.fast == ()
    alone = sa.time_scales(m.mirror)
    assert (alone.fast, alone.slow, alone.separation) == ((), ("preference",), 1)


def test_the_rest_point_is_that_of_the_start_or_the_one_asked_for():
    points = sa.equilibria(m.companion, cues=0.7)
    assert sa.time_scales(m.companion, cues=0.7).at.state == points[0].state
    isolated = m.companion.replace(wanting=0.9, ties=0.05)
    assert sa.time_scales(isolated, cues=0.7).at.state == points[2].state
    assert sa.time_scales(m.companion, {"ties": points[2].state["ties"]}, cues=0.7).at.state == points[2].state
    saddle = sa.time_scales(m.companion, points[1], cues=0.7)
    assert [mode.grows for mode in saddle.modes] == [False, True]
    assert np.sort([mode.eigenvalue.real for mode in saddle.modes]) == pytest.approx(np.sort(points[1].eigenvalues.real))


def test_the_slowest_mode_is_how_a_run_comes_to_rest():
    scales = sa.time_scales(m.companion, cues=0.7)
    run = sa.simulate(m.companion, 600, {"ties": 0.72}, cues=0.7)["ties"] - scales.at.state["ties"]
    # By week 300 the fast mode is gone and the distance is small enough for the square to vanish.
    rate = np.log(float(run.sel(time=300) / run.sel(time=400))) / 100
    assert 1 / rate == pytest.approx(scales.modes[-1].time, rel=1e-2)


@pytest.mark.parametrize("clock", ["continuous", "discrete"])
def test_linear_states_at_rest_are_eliminated_together(clock):
    own = (0, 0) if clock == "continuous" else (x, y)
    model = sa.Model(
        "Linear", {x: own[0] + 0.2 * (y / 2 + z / 2 - x), y: own[1] + 0.3 * (x / 2 - y), z: z / 2 + x / 8 + y / 8}, clock=clock
    )
    settled = sa.quasi_steady(model, "x", "y")
    assert settled.expressions["x"].equals(2 * z / 3) and settled.expressions["y"].equals(z / 3)
    assert settled.equations[z].equals(z / 2 + z / 8)


CATALOGUE = {
    "liking": (m.wanting_liking, ["liking"]),
    "wanting": (m.wanting_liking, ["wanting"]),
    "some needs": (m.needs, ["autonomy", "competence"]),
    "all needs but one": (m.needs, list(m.needs.states)[1:]),
    "offer": (m.co_construction, ["offer"]),
}


@pytest.mark.parametrize("case", CATALOGUE)
def test_rest_points_and_metadata_of_the_catalogue_stay(case):
    model, states = CATALOGUE[case]
    model = model.replace(**dict.fromkeys(list(model.states)[:2], 0.33))
    settled = sa.quasi_steady(model, *states)
    kept = [name for name in model.states if name not in states]
    assert list(settled.states) == kept and set(states) <= set(settled.observables)
    assert all(settled.states[name] == model.states[name] for name in kept)
    assert all(settled.settings[name] == model.settings[name] for name in settled.settings)
    for name in states:
        old, new = model.states[name], settled.observables[name]
        assert (new.meaning, new.bounds, new.unit, new.symbol) == (old.meaning, old.bounds, old.unit, old.symbol)
    full, reduced = sa.equilibria(model), sa.equilibria(settled)
    run = sa.simulate(settled, 1, {name: reduced[0].state[name] for name in kept})
    assert len(full) == len(reduced)
    for one, two in zip(full, reduced, strict=True):
        assert two.state == pytest.approx({name: one.state[name] for name in kept}, abs=1e-8)
    for name in {*states, *model.observables}:
        there = sa.simulate(model, 1, full[0].state)[name]
        assert float(run[name][0]) == pytest.approx(float(there[0]), abs=1e-8)


def test_the_error_of_the_reduction_is_of_the_order_of_the_ratio_of_time_scales():
    full = sa.Model("Slow and fast", {x: (sympy.tanh(y) - x) / eps, y: 0.3 - x * y - y / 4}, {"product": x * y})
    settled = sa.quasi_steady(full, "x")
    reduced = sa.simulate(settled, 6, {"y": 2.0})["y"].values
    sizes = np.array([0.08, 0.04, 0.02, 0.01, 0.005])
    errors = [np.abs(sa.simulate(full, 6, {"x": -1.0, "y": 2.0}, eps=e)["y"].values - reduced).max() for e in sizes]
    # First order in eps; the next term bends the fit by about eps.
    assert np.polyfit(np.log(sizes), np.log(errors), 1)[0] == pytest.approx(1, abs=0.1)
    # A time constant of x is eps and the separation grows as it shrinks.
    assert sa.time_scales(full, eps=0.005).separation > 4 * sa.time_scales(full, eps=0.05).separation


def test_of_two_roots_the_one_inside_the_bounds_is_taken():
    share = sa.state("share", start=0.5)
    model = sa.Model("Root", {share: 1 + y / 8 - share - share**2, y: share - y})
    settled = sa.quasi_steady(model, "share")
    assert float(settled.expressions["share"].subs(y, 0)) == pytest.approx((5**0.5 - 1) / 2)


def test_what_nothing_else_needs_and_what_equals_a_symbol_is_still_reported():
    for right, value in ((y, "y"), (sympy.Integer(1), "1")):
        settled = sa.quasi_steady(sa.Model("M", {x: (right - x) / eps, y: -y}), "x")
        assert str(settled.expressions["x"]) == value and "x" in sa.simulate(settled, 1)
    driven = sa.quasi_steady(sa.Model("M", {x: (y - x) / eps, y: -x}, {"twice": 2 * x}, {y: x / 9}), "x")
    assert driven.equations == {y: -y} and driven.noise == {y: y / 9} and driven.expressions["twice"] == 2 * y
    assert driven.expressions["x"] == y


def of(equations, *states, **options):
    return lambda: sa.quasi_steady(sa.Model("M", equations, **options), *states)


BAD = {
    "inside a logistic": (lambda: sa.quasi_steady(m.companion, "wanting"), ["'wanting'", "inside logistic", "Keep it"]),
    "defined by cases": (lambda: sa.quasi_steady(m.set_point, "contact"), ["'contact'", "inside Piecewise"]),
    "of degree three": (of({x: y - x - x**3, y: -x}, "x"), ["'x'", "degree above two", "-x**3"]),
    "two levels": (of({x: x * (1 - x - y), y: x - y}, "x"), ["'x' can rest at", "past", "x*(-x - y + 1)"]),
    "no level": (of({x: y, y: -x}, "x"), ["'x' has no", "[-4, 4]"]),
    "outside": (of({x: 3 * y - x, y: -x}, "x"), ["'x' has no", "Widen the bounds"]),
    "repels": (of({x: x - y, y: -x}, "x"), ["'x' does not attract"]),
    "map that repels": (of({x: y - 1.5 * x, y: x / 2}, "x", clock="discrete"), ["'x' does not attract"]),
    "with noise": (lambda: sa.quasi_steady(of_noise, "x"), ["'x' has noise"]),
    "nothing named": (lambda: sa.quasi_steady(m.companion), ["at least one", "wanting, ties"]),
    "all named": (lambda: sa.quasi_steady(restless(), "mood"), ["no state left", "equilibria"]),
    "unknown state": (lambda: sa.quasi_steady(m.companion, "tie"), ["Did you mean 'ties'"]),
    "states in a list": (lambda: sa.quasi_steady(m.companion, ["ties"]), ["no state of 'Companion'"]),
    "unknown setting": (lambda: sa.time_scales(m.companion, cue=0.5), ["Did you mean 'cues'"]),
    "at an unknown state": (lambda: sa.time_scales(m.companion, {"tie": 0.5}), ["Did you mean 'ties'"]),
    "at no rest point": (lambda: sa.time_scales(m.companion, {"ties": 0.5}), ["no rest point", "stable node at"]),
    "at several": (lambda: sa.time_scales(sa.Model("M", {x: x - x**3, y: -y}), {"y": 0}), ["several", "name more states"]),
    "at other settings": (lambda: sa.time_scales(m.companion, sa.equilibria(m.companion)[0], cues=0.7), ["no rest point"]),
    "no stable rest point": (lambda: sa.time_scales(sa.Model("M", {x: y, y: -x})), ["no stable rest point", "centre", "at="]),
    "never at rest": (
        lambda: sa.time_scales(sa.Model("M", {x: x**3 - x, y: -y}).replace(x=1.5)), ["reaches no stable rest point", "at="],
    ),
}  # fmt: skip
of_noise = sa.Model("M", {x: y - x, y: -x}, noise={x: 0.1})


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_a_sentence(case):
    call, words = BAD[case]
    with pytest.raises(ValueError) as caught:
        call()
    for word in words:
        assert word in str(caught.value), str(caught.value)


@pytest.mark.parametrize("at", [0.5, "ties", {}, [0.1, 0.2]])
def test_at_is_a_rest_point_or_a_mapping(at):
    with pytest.raises(TypeError, match="Equilibrium or a mapping"):
        sa.time_scales(m.companion, at)
