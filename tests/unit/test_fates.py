"""Where starts end, what keeps the ends apart, and until when a run can return, against closed forms and plain simulation."""

import numpy as np
import pytest
import sympy
from own_models import logistic_map, lorenz, restless
from refusals import refuses
from scipy.integrate import quad

import socioaffective as sa

m = sa.models.companion
x, y = sa.state("x", bounds=(-2, 2)), sa.state("y", bounds=(-2, 2))
a, b = sa.state("rabbits", start=1, bounds=(0, 4)), sa.state("sheep", start=1, bounds=(0, 4))
push = sa.lever("push", default=0.0, bounds=(-1, 1))

double_well = sa.Model("Double well", {x: x - x**3, y: -y})
duffing = sa.Model("Duffing", {x: y, y: x - x**3 - y / 4})
hamiltonian = sa.Model("Duffing without friction", {x: y, y: x - x**3})
# Strogatz, "Nonlinear Dynamics and Chaos", section 6.4.
competition = sa.Model("Competition", {a: a * (3 - a - 2 * b), b: b * (2 - a - b)})
at_one = sa.state("x", start=1.0, bounds=(-2, 2))
pushed = sa.Model("Pushed", {at_one: at_one - at_one**3 + push})


def share_of(model, points):
    box = np.array([q.bounds for q in model.states.values()])
    return (points - box[:, 0]) / (box[:, 1] - box[:, 0])


def test_the_separatrix_of_the_double_well_is_its_axis():
    (line,) = sa.separatrices(double_well)
    assert line.saddle.state == {"x": 0, "y": 0} and np.abs(line.curve[:, 0]).max() < 1e-9
    assert sorted(line.curve[[0, -1], 1]) == pytest.approx([-2, 2])
    (way_out,) = sa.separatrices(double_well, kind="unstable")
    # It ends at the two stable rest points themselves.
    assert sorted(way_out.curve[[0, -1], 0]) == pytest.approx([-1, 1]) and np.abs(way_out.curve[:, 1]).max() < 1e-9


@pytest.mark.parametrize("kind", ["stable", "unstable"])
def test_the_loops_of_a_conservative_system_are_level_lines_of_its_energy(kind):
    (line,) = sa.separatrices(hamiltonian, kind=kind)
    p, q = line.curve.T
    # y**2 = x**2 - x**4/2 through the saddle at 0, which both branches come back to; 1e-6 of the box is what is promised.
    assert q**2 / 2 - p**2 / 2 + p**4 / 4 == pytest.approx(0, abs=4e-6)
    assert np.abs(p).max() == pytest.approx(2**0.5, abs=1e-4) and line.curve[[0, -1]] == pytest.approx(0)


@pytest.mark.parametrize(("model", "settings"), [(m, {"cues": 0.7}), (duffing, {}), (competition, {}), (double_well, {})])
def test_starts_on_either_side_of_a_separatrix_end_apart(model, settings):
    (line,) = sa.separatrices(model, **settings)
    points, names = sa.equilibria(model, **settings), list(model.states)
    shares = share_of(model, line.curve)
    steps = np.hypot(*np.diff(shares, axis=0).T)
    # Evenly spaced but for the last point of a branch; the first is 1e-5 of the box off the saddle.
    assert np.median(steps) == pytest.approx(1 / 200, rel=1e-3) and steps.max() < 1.4 / 200
    box = np.array([q.bounds for q in model.states.values()])
    ends = []
    for k in np.linspace(10, len(shares) - 11, 8).astype(int):
        along = shares[k + 1] - shares[k - 1]
        normal = np.array([-along[1], along[0]]) / np.hypot(*along)
        pair = [box[:, 0] + (shares[k] + side * 1e-4 * normal) * (box[:, 1] - box[:, 0]) for side in (1, -1)]
        starts = dict(zip(names, np.transpose(pair).tolist(), strict=True))
        run = sa.simulate(model, 600, starts, dt=100, **settings)
        last = [np.array([float(run[n][-1, j]) for n in names]) for j in (0, 1)]
        nearest = [min(points, key=lambda e, z=z: np.abs(z - list(e.state.values())).max()) for z in last]
        assert nearest[0].stable and nearest[1].stable and nearest[0].state != nearest[1].state
        ends.append(nearest[0].state[names[0]])
    # The same side all along the curve leads to the same end.
    assert len(set(ends)) == 1


def test_the_separatrix_of_the_competition_comes_out_of_the_origin():
    (line,) = sa.separatrices(competition)
    assert line.saddle.state == pytest.approx({"rabbits": 1, "sheep": 1})
    ends = sorted(line.curve[[0, -1]].tolist())
    assert ends[0] == pytest.approx([0, 0], abs=1e-12) and ends[1][0] == pytest.approx(4, abs=1e-8)
    # The eigenvector of the eigenvalue -1 - sqrt(2) at (1, 1) is (sqrt(2), 1).
    k = int(np.argmin(np.abs(line.curve - 1).sum(axis=1)))
    dx, dy = line.curve[k + 1] - line.curve[k - 1]
    assert dy / dx == pytest.approx(2**-0.5, abs=1e-3)


def test_close_to_a_fold_the_manifold_of_the_saddle_is_followed_past_its_neighbour():
    r = sa.parameter("r", 1.0, (-2, 2))
    fold = sa.Model("Fold", {x: r - x**2, y: -y})
    for value in (1e-4, 1e-8):
        (line,) = sa.separatrices(fold, r=value)
        assert line.curve[:, 0] == pytest.approx(-(value**0.5), abs=1e-8) and np.ptp(line.curve[:, 1]) == pytest.approx(4)
        (way_out,) = sa.separatrices(fold, kind="unstable", r=value)
        assert sorted(way_out.curve[[0, -1], 0]) == pytest.approx([-2, value**0.5])


def test_what_has_no_saddle_has_no_separatrix_and_bad_formulas_end_the_curve():
    assert sa.separatrices(m, cues=0) == []
    (line,) = sa.separatrices(sa.Model("Log", {x: sympy.log(1 + x) - y, y: -y}))
    assert np.isfinite(line.curve).all() and line.curve[:, 0].min() > -1


def test_a_symmetric_system_has_equal_shares():
    found = sa.basin_shares(double_well, starts=3000, seed=4)
    assert list(found.shares) == [0, 2, -1] and found.starts == 3000
    for k in (0, 2):
        assert abs(found.shares[k] - 0.5) < 3 * found.errors[k]
        assert found.errors[k] == pytest.approx((found.shares[k] * (1 - found.shares[k]) / 3000) ** 0.5)
        low, high = found.intervals[k]
        assert low < found.shares[k] < high
    # Wilson's interval of 0 of n is from 0 to z**2 / (n + z**2).
    assert found.intervals[-1] == pytest.approx((0, 1.96**2 / (3000 + 1.96**2)))
    assert "50." in repr(found) or "49." in repr(found)
    assert sa.basin_shares(double_well, starts=3000, seed=4).shares == found.shares
    assert sa.basin_shares(double_well, starts=3000, seed=5).shares != found.shares


def test_shares_of_the_companion_are_those_of_the_grid():
    found, grid = sa.basin_shares(m, cues=0.7), sa.basins(m, resolution=80, cues=0.7)
    for k in (0, 2):
        # A grid of 80 by 80 is itself off by at most the cells on the separatrix, 1 in 80.
        assert abs(found.shares[k] - float((grid == k).mean())) < 3 * found.errors[k] + 1 / 80


def test_shares_count_what_leaves_or_cycles_as_elsewhere_in_any_dimension():
    escape = sa.basin_shares(sa.Model("Escape", {x: x**2 - 1, y: -y}), starts=400)
    # From x > 1 it runs off: a quarter of the box.
    assert abs(escape.shares[-1] - 0.25) < 3 * escape.errors[-1]
    assert sa.basin_shares(sa.Model("Cycle", {x: y, y: -x}), starts=50).shares == {-1: 1.0}
    assert sa.basin_shares(lorenz(), starts=10).shares[-1] == 1.0
    assert sa.basin_shares(lorenz(), starts=10, rho=0.5).shares == {0: 1.0, -1: 0.0}
    assert sa.basin_shares(logistic_map(), starts=50).shares[1] == 1.0


def crossing(push_at):
    """The time at which x' = x - x**3 + push from 1 crosses 0."""
    return quad(lambda v: 1 / (v - v**3 + push_at), 1, 0, epsabs=1e-13)[0]


@pytest.mark.parametrize("dt", [None, 0.7])
def test_the_point_of_no_return_on_the_line_is_where_zero_is_crossed(dt):
    run = sa.simulate(pushed, 10, dt=dt, push=-1)
    found = sa.point_of_no_return(pushed, run, {"push": 0})
    exact = crossing(-1)
    # Located to a millionth of the run's length, between the last time with a return and the first without.
    assert found.time <= exact + 1e-8 and exact - 1e-8 <= found.time + found.accuracy and found.accuracy <= 1e-5
    assert abs(found.state["x"]) < 2e-5 and found.goal.state == pytest.approx({"x": 1})
    assert (found.reached == (found.times < exact)).all() and "until week" in found.sentence
    assert "one-way" not in found.sentence


def test_the_point_of_no_return_of_the_companion_is_that_of_plain_bisection():
    run = sa.simulate(m, 208, cues=0.9)
    found = sa.point_of_no_return(m, run, {"cues": 0.7})

    def returns(week):
        after = sa.simulate(m, week + 1500, cues=0.9, interventions={week: {"cues": 0.7}}, dt=50)
        return abs(float(after["ties"][-1]) - found.goal.state["ties"]) < 0.01

    low, high = 1.0, 20.0
    assert returns(low) and not returns(high)
    while high - low > 1e-3:
        low, high = ((low + high) / 2, high) if returns((low + high) / 2) else (low, (low + high) / 2)
    assert found.time == pytest.approx(low, abs=2e-3)
    saddle = sa.separatrices(m, cues=0.7)[0].curve
    # The state at it lies on the separatrix of the changed settings, whose points are 1/200 apart.
    assert np.hypot(*(saddle - list(found.state.values())).T).min() < 1 / 300


def test_where_there_is_always_a_return_or_never_one_the_sentence_says_so():
    run = sa.simulate(m, 208, cues=0.9)
    always = sa.point_of_no_return(m, run, {"cues": 0})
    assert always.time is None and always.state is None and always.reached.all() and "always a return" in repr(always)
    away = sa.simulate(pushed, 4, start={"x": -0.5}, push=-1)
    never = sa.point_of_no_return(pushed, away, {"push": 0}, goal=2)
    assert never.time is None and not never.reached.any() and "never a return" in never.sentence
    back = sa.point_of_no_return(pushed, sa.simulate(pushed, 4, {"x": -0.5}, push=1), {"push": 0}, goal=2)
    assert back.time is None and "only from about week" in back.sentence


def test_a_return_that_is_lost_and_found_again_is_not_one_way():
    moved = sa.policies.schedule(push={0: -1, 2.5: 1, 5: -1, 9: 1})
    run = sa.simulate(pushed, 14, policy=moved)
    found = sa.point_of_no_return(pushed, run, {"push": 0})
    lost = np.flatnonzero(np.diff((run["x"].values > 0).astype(int)) == -1)
    assert len(lost) == 2 and run["time"].values[lost[-1]] <= found.time <= run["time"].values[lost[-1] + 1]
    assert "lost 2 times" in found.sentence and "not one-way" in found.sentence
    assert abs(found.state["x"]) < 1e-4


def test_a_shock_on_the_way_is_found_at_its_time():
    run = sa.simulate(pushed, 10, interventions={3.3: {"x": -0.4}}, dt=0.5, push=0.1)
    found = sa.point_of_no_return(pushed, run, {"push": 0})
    assert found.time == pytest.approx(3.3, abs=1e-5) and found.state["x"] > 1


def test_a_model_with_many_states_under_a_policy_and_one_in_steps_can_be_asked():
    run = sa.simulate(sa.models.ecosystem, 26, policy=sa.policies.climber(), dt=1)
    found = sa.point_of_no_return(sa.models.ecosystem, run, {"cues": 0, "steering": 0, "accommodation": 0})
    assert found.reached.all() and len(found.times) == 27
    step = sa.state("x", start=1.0, bounds=(-2, 2))
    map_ = sa.Model("Steps", {step: step + (step - step**3) / 5 + push / 5}, clock="discrete")
    tipped = sa.simulate(map_, 60, push=-1)
    found = sa.point_of_no_return(map_, tipped, {"push": 0})
    k = int(np.argmax(tipped["x"].values < 0))
    assert found.time == k - 1 and found.accuracy == 1 and found.state["x"] == float(tipped["x"][k - 1])
    noisy = sa.simulate(restless(), 4, seed=1)
    assert sa.point_of_no_return(restless(), noisy, {"disturbance": 0}).reached.all()


run = sa.simulate(m, 20, cues=0.9)
CASES = {
    "plane of three": (lambda: sa.separatrices(lorenz()), ValueError, ["two states", "3"]),
    "separatrix of a map": (lambda: sa.separatrices(sa.models.sphere), ValueError, ["moves in steps"]),
    "kind of manifold": (lambda: sa.separatrices(m, kind="stabel"), ValueError, ["stabel", "Did you mean 'stable'"]),
    "separatrix of a word": (lambda: sa.separatrices("companion"), TypeError, ["Model"]),
    "unknown in shares": (lambda: sa.basin_shares(m, cuse=0.5), ValueError, ["Did you mean 'cues'"]),
    "no starts": (lambda: sa.basin_shares(m, starts=0), ValueError, ["starts", "0"]),
    "minus starts": (lambda: sa.basin_shares(m, starts=-5), ValueError, ["starts", "-5"]),
    "too many starts": (lambda: sa.basin_shares(m, starts=10**9), ValueError, ["starts", "100000"]),
    "nan starts": (lambda: sa.basin_shares(m, starts=float("nan")), ValueError, ["finite"]),
    "starts in words": (lambda: sa.basin_shares(m, starts="many"), TypeError, ["'many'"]),
    "seed": (lambda: sa.basin_shares(m, seed=-1), ValueError, ["seed", "-1"]),
    "seed a share": (lambda: sa.basin_shares(m, seed=0.5), ValueError, ["seed", "0.5"]),
    "shares outside": (lambda: sa.basin_shares(m, cues=2), ValueError, ["[0, 1]"]),
    "return of a model": (lambda: sa.point_of_no_return(m, m, {"cues": 0}), TypeError, ["result of sa.simulate"]),
    "return of another": (
        lambda: sa.point_of_no_return(sa.models.mirror, run, {"influence": 0}), ValueError, ["Companion", "Mirror"],
    ),
    "return of many": (
        lambda: sa.point_of_no_return(m, sa.simulate(m, 4, cues=[0.1, 0.2]), {"cues": 0}), ValueError, ["person", "2"],
    ),
    "return of one of many": (
        lambda: sa.point_of_no_return(m, sa.simulate(m, 4, cues=[0.1, 0.2]).isel(person=0), {"cues": 0}),
        ValueError, ["one person"],
    ),
    "return of one time": (lambda: sa.point_of_no_return(m, run.isel(time=[0]), {"cues": 0}), ValueError, ["two times"]),
    "nothing changed": (lambda: sa.point_of_no_return(m, run, {}), ValueError, ["empty"]),
    "change in a list": (lambda: sa.point_of_no_return(m, run, ["cues"]), TypeError, ["mapping"]),
    "change unknown": (lambda: sa.point_of_no_return(m, run, {"cue": 0}), ValueError, ["Did you mean 'cues'"]),
    "change of a state": (lambda: sa.point_of_no_return(m, run, {"ties": 0}), ValueError, ["'ties' is a state"]),
    "change outside": (lambda: sa.point_of_no_return(m, run, {"cues": 7}), ValueError, ["7", "[0, 1]"]),
    "change to nan": (lambda: sa.point_of_no_return(m, run, {"cues": np.nan}), ValueError, ["finite"]),
    "goal unstable": (lambda: sa.point_of_no_return(m, run, {"cues": 0.7}, goal=1), ValueError, ["'1'", "0, 2"]),
    "goal a word": (lambda: sa.point_of_no_return(m, run, {"cues": 0.7}, goal="ties"), ValueError, ["'ties'", "0, 2"]),
    "lever that moves": (
        lambda: sa.point_of_no_return(
            m, sa.simulate(m, 9, policy=sa.policies.schedule(cues={0: 0, 5: 1})), {"access": 0.5}
        ),
        ValueError, ["'cues' moves"],
    ),
    "parameter that moves": (
        lambda: sa.point_of_no_return(m, sa.simulate(m, 9, interventions={4: {"access": 0.1}}), {"cues": 0}),
        ValueError, ["'access' moves"],
    ),
    "begin that rests nowhere": (
        lambda: sa.point_of_no_return(
            sa.Model("Off", {at_one: at_one**2 / 4 + 1 + push}), sa.simulate(
                sa.Model("Off", {at_one: at_one**2 / 4 + 1 + push}), 0.1, push=-1), {"push": 0}),
        ValueError, ["come to rest nowhere"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_a_sentence(case):
    refuses(*CASES[case])


def test_a_run_from_a_file_no_longer_knows_its_model():
    read = run.assign_attrs(call=str(run.attrs["call"]) + " ")
    with pytest.raises(ValueError, match="read from a file"):
        sa.point_of_no_return(m, read, {"cues": 0})


@pytest.mark.parametrize("cues", [0.65, 0.7])
def test_people_on_either_side_of_the_dividing_line_have_different_fates(cues):
    m, values = sa.models.companion, [0.3, 0.5, 0.7]
    line = sa.dividing_line(m, "ties", "sensitisation", values, cues=cues)
    assert line.dims == ("sensitisation",) and line.name == "ties"
    assert np.isfinite(line.values).sum() >= 2
    for value, ties in zip(values, line.values, strict=True):
        if np.isnan(ties):
            continue
        ends = sa.simulate(m, 5000, {"ties": [ties - 1e-4, ties + 1e-4]}, dt=500, cues=cues, sensitisation=value)["ties"][-1]
        assert float(ends[0]) < 0.1 and float(ends[1]) > 0.5


def test_the_dividing_line_knows_where_the_other_state_begins_and_where_there_is_none():
    m = sa.models.companion
    mild, strong = (sa.dividing_line(m, "ties", "cues", [0.7], start={"wanting": w}) for w in (0.0, 0.6))
    assert float(strong[0]) > float(mild[0])
    line = sa.dividing_line(m, "ties", "cues", [0.0, 0.7, 1.0])
    assert np.isnan(line.values).tolist() == [True, False, True]
    assert sa.dividing_line(m, "ties", "cues").sizes["cues"] == 25


@pytest.mark.parametrize(
    ("given", "settings", "said"),
    [
        (("tis", "cues"), {}, "Did you mean 'ties'"),
        (("ties", "cuse"), {}, "Did you mean 'cues'"),
        (("ties", "cues"), {"cues": 0.5}, "runs along the line"),
        (("ties", "cues", [2]), {}, "outside its bounds"),
        (("ties", "cues", [0.7], {"ties": 0.5}), {}, "other state"),
        (("ties", "cues", [0.7], {"wanting": 2}), {}, "outside its bounds"),
    ],
)
def test_what_is_no_dividing_line_is_refused(given, settings, said):
    with pytest.raises(ValueError, match=said):
        sa.dividing_line(sa.models.companion, *given, **settings)
    with pytest.raises(ValueError, match="two states"):
        sa.dividing_line(sa.models.ecosystem, "ties", "cues")
