"""Rest points, nullclines and basins against closed forms."""

import numpy as np
import pytest
import sympy
from own_models import logistic_map

import socioaffective as sa
from socioaffective.dynamics.equilibrium import box_of, settings_of, velocity
from socioaffective.dynamics.plane import portrait

x, y = sa.state("x", bounds=(-2, 2)), sa.state("y", bounds=(-2, 2))
r = sa.parameter("r", 1.0, (-2, 2))


def linear(a, b, c, d):
    return sa.Model("Linear", {x: a * x + b * y, y: c * x + d * y})


@pytest.mark.parametrize(
    ("matrix", "kind"),
    [
        ((-1, 0, 0, -2), "stable node"),
        ((-1, 1, 0, -1), "stable node"),
        ((1, 0, 0, 2), "unstable node"),
        ((1, 0, 0, -2), "saddle"),
        ((-1, 2, -2, -1), "stable focus"),
        ((1, 2, -2, 1), "unstable focus"),
        ((0, 1, -4, 0), "centre"),
        ((-1, 0, 0, 0), "degenerate"),
    ],
)
@pytest.mark.filterwarnings("ignore:The rest points")
def test_linear_systems_are_what_the_textbook_calls_them(matrix, kind):
    assert {e.kind for e in sa.equilibria(linear(*matrix))} == {kind}


@pytest.mark.parametrize(
    ("right", "at", "expected"),
    [
        (r - x**2, 0.25, [(-0.5, "unstable node"), (0.5, "stable node")]),
        (r - x**2, -0.1, []),
        (r - x**2, 0.0, [(0.0, "degenerate")]),
        (r * x - x**2, 0.5, [(0.0, "unstable node"), (0.5, "stable node")]),
        (r * x - x**3, 1.0, [(-1.0, "stable node"), (0.0, "unstable node"), (1.0, "stable node")]),
        (r * x - x**3, 0.0, [(0.0, "degenerate")]),
        (r - 3 * x + x**3, 0.0, [(-(3**0.5), "unstable node"), (0.0, "stable node"), (3**0.5, "unstable node")]),
    ],
)
def test_normal_forms_on_the_line(right, at, expected):
    found = sa.equilibria(sa.Model("Form", {x: right}), r=at)
    assert [e.kind for e in found] == [kind for _, kind in expected]
    # A double root is only determined to the square root of the residual.
    assert [e.state["x"] for e in found] == pytest.approx([v for v, _ in expected], abs=1e-6)


def test_two_rest_points_close_to_a_fold_are_both_found():
    found = sa.equilibria(sa.Model("Fold", {x: r - x**2, y: -y}), r=1e-6)
    assert [e.state["x"] for e in found] == pytest.approx([-1e-3, 1e-3], abs=1e-9)


def test_rest_points_on_the_edge_of_the_box_are_found():
    found = sa.equilibria(sa.models.wanting, cues=0)
    assert [e.state["wanting"] for e in found] == [0]


def test_maps_are_judged_by_modulus():
    for rate, kinds in (
        (0.5, ["stable node"]),
        (2.8, ["unstable node", "stable node"]),
        (3.5, ["unstable node", "unstable node"]),
    ):
        found = sa.equilibria(logistic_map(), rate=rate)
        assert [e.kind for e in found] == kinds
        if rate > 1:
            assert found[1].state["population"] == pytest.approx(1 - 1 / rate)


def test_an_eigenvalue_on_the_imaginary_axis_is_a_centre_in_a_conservative_system():
    pendulum = sa.Model("Pendulum", {x: y, y: -sympy.sin(x)})
    assert [e.kind for e in sa.equilibria(pendulum)] == ["centre"]


@pytest.mark.parametrize("model", [m for m in sa.models if len(m.states) == 2], ids=lambda m: m.title)
@pytest.mark.parametrize("cues", [0.0, 0.7, 1.0])
def test_nullclines_lie_on_their_zero_sets_and_pass_through_the_rest_points(model, cues):
    settings = {"cues": cues} if "cues" in model.levers else {}
    move, box = velocity(model, settings_of(model, settings)), box_of(model)
    lines = sa.nullclines(model, **settings)
    assert [line.state for line in lines] == list(model.states)
    for k, line in enumerate(lines):
        points = np.concatenate(line.curves)
        assert np.abs(move(points.T)[k]).max() < 1e-9
        assert (points >= box[:, 0] - 1e-12).all() and (points <= box[:, 1] + 1e-12).all()
        for rest in sa.equilibria(model, **settings):
            away = np.abs(points - np.array(list(rest.state.values()))).max(axis=1).min()
            # Points of a traced curve lie at most about a cell apart.
            assert away < 2 * (box[:, 1] - box[:, 0]).max() / 160


def test_formulas_of_nullclines_are_solutions():
    for model in (sa.models.companion, sa.models.co_construction):
        for line, right in zip(sa.nullclines(model, **{next(iter(model.levers)): 0.7}), model.equations.values(), strict=True):
            (formula,) = line.formulas
            values = {model.symbols[n]: q.value for n, q in model.settings.items()} | {
                model.symbols[next(iter(model.levers))]: 0.7
            }
            state = {model.symbols[n]: 0.31 for n in model.states}
            state[formula.lhs] = formula.rhs.subs(values | {s: v for s, v in state.items() if s != formula.lhs})
            assert abs(complex(right.subs(values).subs(state).evalf())) < 1e-9


def test_branches_that_cross_are_kept_apart():
    lines = sa.nullclines(sa.Model("Cross", {x: x * (1 - x - y), y: y * (x - y)}))
    assert sorted(str(f) for f in lines[0].formulas) == ["Eq(x, 0)", "Eq(y, 1 - x)"]
    upright, slanted = sorted(lines[0].curves, key=lambda c: np.ptp(c[:, 0]))
    assert np.ptp(upright[:, 0]) < 1e-12 and np.ptp(upright[:, 1]) == pytest.approx(4)
    assert slanted.sum(axis=1) == pytest.approx(1)


def test_closed_curves_are_traced_too():
    (circle, _) = sa.nullclines(sa.Model("Circle", {x: 1 - x**2 - y**2, y: -y}))
    points = np.concatenate(circle.curves)
    assert np.hypot(*points.T) == pytest.approx(1)
    assert np.ptp(np.arctan2(*points.T)) > 6


def test_right_hand_sides_by_cases_are_traced_as_they_stand():
    bent = sa.Model("Bent", {x: sympy.Piecewise((y, x > 0), (y - x, True)), y: sympy.Max(x, 0) + abs(y) - 1})
    first, second = (np.concatenate(line.curves) for line in sa.nullclines(bent))
    assert np.abs(first[:, 1] - np.minimum(first[:, 0], 0)).max() < 1e-9
    assert np.abs(np.maximum(second[:, 0], 0) + np.abs(second[:, 1]) - 1).max() < 1e-9


def test_basins_agree_with_single_runs():
    model = sa.models.companion
    fate, points = sa.basins(model, cues=0.7, resolution=12), sa.equilibria(model, cues=0.7)
    for i, j in ((0, 0), (0, 11), (11, 0), (11, 11), (3, 5), (5, 6), (2, 4), (8, 7)):
        start = {"wanting": float(fate["wanting"][i]), "ties": float(fate["ties"][j])}
        end = float(sa.simulate(model, 3000, start, cues=0.7, dt=10)["ties"][-1])
        assert end == pytest.approx(points[int(fate[i, j])].state["ties"], abs=1e-3)


def test_starts_that_cycle_or_leave_belong_to_no_basin():
    assert (sa.basins(sa.Model("Cycle", {x: y, y: -x}), resolution=6) == -1).all()
    away = sa.Model("Away", {x: x - x**3 / 100, y: -y})
    assert (sa.basins(away, resolution=6) == -1).all()


def test_a_start_that_runs_off_does_not_take_the_others_with_it():
    fate = sa.basins(sa.Model("Escape", {x: x**2 - 1, y: -y}), resolution=8)
    assert (fate.sel(x=slice(None, 0.9)) == 0).all() and (fate.sel(x=slice(1.1, None)) == -1).all()


def test_near_a_fold_what_has_not_settled_is_undecided_and_nothing_hangs():
    slow = sa.basins(sa.Model("Slow", {x: 1e-12 - x**2, y: -y}), resolution=6)
    assert set(slow.values.ravel().tolist()) <= {-2, -1, 0, 1}


def test_a_portrait_holds_what_the_parts_compute():
    view = portrait(sa.models.companion, cues=0.7)
    assert [e.state for e in view.equilibria] == [e.state for e in sa.equilibria(sa.models.companion, cues=0.7)]
    assert (view.basins == sa.basins(sa.models.companion, cues=0.7)).all()
