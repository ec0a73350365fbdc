"""Branches, special points and fold curves against closed forms, and invariants over whole diagrams."""

import functools
import itertools

import numpy as np
import pytest
import sympy
from forms import form, h, polar, r, wilson_cowan, x, y
from own_models import logistic_map, lorenz, mirror
from scipy.optimize import brentq

import socioaffective as sa
from socioaffective.dynamics.equilibrium import settings_of, velocity

m = sa.models.companion


@functools.cache
def diagram(name):
    model, setting, bounds = CASES[name]
    return sa.continuation(model, setting, bounds)


WING = np.sqrt(8 / 3 * (470 / 19 - 1))
CASES = {
    "companion": (m, "cues", (0, 1)),
    "companion in growth": (m.replace(cues=0.7), "growth", (0, 0.2)),
    "mirror": (sa.models.mirror, "exaggeration", (0, 5)),
    "own mirror": (mirror(), "influence", (0, 2)),
    "unfolded": (form(h + r * x - x**3).replace(h=0.1), "r", (-1, 2)),
    "fold": (form(r - x**2), "r", (-1, 1)),
    "transcritical": (form(r * x - x**2), "r", (-1, 1)),
    "supercritical": (form(r * x - x**3), "r", (-1, 1)),
    "subcritical": (form(r * x + x**3 - x**5), "r", (-1, 1)),
    "circle": (form((x**2 + r**2 - 1) * (x - 1.5)), "r", (-1.8, 1.8)),
    "Hopf": (polar(lambda s: r - s), "r", (-1, 1)),
    "Bautin": (polar(lambda s: r + s - s**2), "r", (-1, 1)),
    "Lorenz": (lorenz(), "rho", (0, 30)),
    "logistic map": (logistic_map(), "rate", (0.1, 4)),
    "Wilson-Cowan": (wilson_cowan(), "input_rate", (0, 3)),
    "set point": (sa.models.set_point, "cues", (0, 1)),
    "wanting": (sa.models.wanting, "engagement", (0, 1)),
}


@pytest.mark.parametrize("name", CASES)
def test_invariants_hold_over_the_whole_diagram(name):
    found = diagram(name)
    model, setting, bounds = CASES[name]
    discrete = model.clock == "discrete"
    width = np.array([q.bounds[1] - q.bounds[0] for q in model.states.values()])
    for number, branch in enumerate(found.branches):
        states = np.array(list(branch.states.values()))
        assert (branch.value >= bounds[0]).all() and (branch.value <= bounds[1]).all()
        symbols = [*map(model.symbols.get, model.states), model.symbols[setting]]
        rest = {model.symbols[n]: q.value for n, q in model.settings.items() if n != setting}
        slope = sympy.lambdify(symbols, model.jacobian.subs(rest), [{"logistic": lambda u: 1 / (1 + np.exp(-u))}, "numpy"])
        for k in range(len(branch)):
            p = settings_of(model, {setting: branch.value[k]})
            assert np.abs(velocity(model, p)(states[:, k])).max() < 1e-9
            # Here the eigenvalues come from another compiler, without shared expressions.
            values = np.linalg.eigvals(np.array(slope(*states[:, k], branch.value[k]), dtype=float))
            growth = np.abs(values) - 1 if discrete else values.real
            clear = np.abs(growth) > 1e-7 * max(np.abs(values).max(), 1e-3)
            if clear.all():
                assert (growth > 0).sum() == branch.unstable[k]
                assert branch.stable[k] == (growth < 0).all()
        changes = {k for k in range(len(branch) - 1) if branch.unstable[k] != branch.unstable[k + 1]}
        own = [point for point in found.special if point.branch == number]
        marked = {point.after for point in own}
        # A branch point is listed once, with the first of the branches that meet there.
        for k in changes - marked:
            z = (branch.knots[1:] + branch.knots[:-1]) / 2
            near = [p for p in found.branch_points if np.abs(branch.knots - p.z).max(axis=1).min() < 1e-6]
            assert near, (number, k, z[0])
        for point in own:
            if "degenerate" not in point.kind and point.kind != "transcritical":
                ends = branch.value[point.after], branch.value[point.after + 1]
                step = np.array([branch.states[n][point.after + 1] - branch.states[n][point.after] for n in model.states])
                gone = np.array([point.state[n] - branch.states[n][point.after] for n in model.states])
                assert (np.abs(gone) <= 2 * np.abs(step) + 1e-3 * width).all(), (point, ends)
                assert branch.unstable[point.after] != branch.unstable[point.after + 1], point
    counted = [point.kind for point in found.special]
    assert len(found.notes) >= 1 and "can be missed" in found.notes[-1] and not any("degenerate" in kind for kind in counted)


@pytest.mark.parametrize("name", CASES)
def test_a_diagram_has_the_rest_points_that_are_found_at_single_values(name):
    model, setting, bounds = CASES[name]
    for value in np.linspace(*bounds, 14)[1:-1]:
        direct = sa.equilibria(model, **{setting: value})
        branch = diagram(name).at(value)
        for one, other in zip(branch, direct, strict=True):
            assert np.abs(np.abs(one.eigenvectors) - np.abs(other.eigenvectors)).max() < 1e-5
        assert [list(e.state.values()) for e in branch] == [pytest.approx(list(e.state.values()), abs=1e-7) for e in direct]
        assert [e.kind for e in branch] == [e.kind for e in direct]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fold", [("fold", 0, 0)]),
        ("transcritical", [("transcritical", 0, 0)]),
        ("supercritical", [("supercritical pitchfork", 0, 0)]),
        ("subcritical", [("fold", -1 / 4, -(0.5**0.5)), ("fold", -1 / 4, 0.5**0.5), ("subcritical pitchfork", 0, 0)]),
        ("unfolded", [("fold", 3 * (0.1 / 2) ** (2 / 3), -((0.1 / 2) ** (1 / 3)))]),
        ("circle", [("fold", -1, 0), ("fold", 1, 0)]),
        ("Hopf", [("supercritical Hopf point", 0, 0)]),
        ("Bautin", [("subcritical Hopf point", 0, 0)]),
        ("logistic map", [("transcritical", 1, 0), ("supercritical period doubling", 3, 2 / 3)]),
        # Strogatz 9.2 and Lorenz 1963: sigma (sigma + beta + 3) / (sigma - beta - 1) = 470/19.
        ("Lorenz", [("supercritical pitchfork", 1, 0), ("subcritical Hopf point", 470 / 19, -WING),
                    ("subcritical Hopf point", 470 / 19, WING)]),
        # The anchored mirror of the theory: lambda = 1 + kappa / alpha.
        ("mirror", [("supercritical pitchfork", 1.4, 0)]),
        ("own mirror", [("supercritical pitchfork", 0.2, 0)]),
    ],
)  # fmt: skip
def test_special_points_have_their_place_and_their_kind(name, expected):
    # Two points at one value stand in the order of their states, whatever the last bits of the value are.
    order = lambda point: (point[0], round(point[1], 6), point[2])  # noqa: E731
    found = sorted(((p.kind, p.value, next(iter(p.state.values()))) for p in diagram(name).special), key=order)
    for (kind, value, state), (known, at, where) in zip(found, sorted(expected, key=order), strict=True):
        assert kind == known
        assert value == pytest.approx(at, abs=1e-8) and state == pytest.approx(where, abs=1e-6)


def test_coefficients_are_those_of_the_normal_forms():
    # With the box, 4 wide, for the unit of x: x' = r - x^2 is u' = r/4 - 4 u^2, x' = r x - x^3 is u' = r u - 16 u^3.
    assert diagram("fold").folds[0].coefficient == pytest.approx(-4, rel=1e-8)
    assert diagram("supercritical").branch_points[0].coefficient == pytest.approx(-16, rel=1e-6)
    # For z' = (r + i) z - z |z|^2 and eigenvectors of length one the first Lyapunov coefficient is -2; the box makes it -32.
    assert diagram("Hopf").hopfs[0].coefficient == pytest.approx(-32, rel=1e-6)
    # Kuznetsov, section 4.5: for the flip of r x (1 - x) at 3 the coefficient is 9.
    assert diagram("logistic map").flips[0].coefficient == pytest.approx(9, rel=1e-6)


def test_a_supercritical_and_a_subcritical_pitchfork_in_the_plane_are_told_apart_through_the_other_state():
    # On the slow manifold y = x^2 (1 + ...) the first is x' = r x - x^3, the second r x + x^3, though neither has a cubic.
    for sign, kind in ((-1, "supercritical pitchfork"), (1, "subcritical pitchfork")):
        model = sa.Model("Bent", {x: r * x + sign * x * y, y: -y + x**2})
        (point,) = sa.continuation(model, "r", (-1, 1)).branch_points
        assert point.kind == kind


def test_neimark_sacker_points_of_a_delayed_map_are_found():
    # x' = r x (1 - y), y' = x: the delayed logistic map turns at r = 2 with an angle of 60 degrees, supercritically
    # (Kuznetsov, example 4.2).
    u, v, rate = sa.state("u", start=0.4), sa.state("v", start=0.4), sa.parameter("rate", 1.5, (1.1, 2.5))
    found = sa.continuation(sa.Model("Delayed", {u: rate * u * (1 - v), v: u}, clock="discrete"), "rate", (1.1, 2.5))
    (point,) = found.hopfs
    assert point.value == pytest.approx(2, abs=1e-8) and point.kind == "supercritical Neimark-Sacker point"
    assert np.angle(point.eigenvalues).max() == pytest.approx(np.pi / 3)
    with pytest.raises(ValueError, match="Neimark-Sacker"):
        _ = found.cycles


def test_the_wilson_cowan_plane_oscillates_where_it_was_published_to():
    found = diagram("Wilson-Cowan")
    # Wilson and Cowan 1972, figure 11: these constants cycle at an input of 1.25, between the last fold and the Hopf point.
    assert [e.kind for e in found.at(1.25)] == ["unstable focus"]
    assert max(p.value for p in found.folds) < 1.25 < found.hopfs[0].value
    (family,) = found.cycles
    assert family.stable.all() and family.period[-1] > 2 * family.period[0]
    cycle = sa.limit_cycle(wilson_cowan(), settle=200)
    assert cycle.stable
    run = sa.simulate(wilson_cowan(), 400, dt=0.01)["excited"].sel(time=slice(200, None))
    up = run["time"][:-1][(run.values[:-1] < 0.2) & (run.values[1:] >= 0.2)]
    assert float(up.diff("time").mean()) == pytest.approx(cycle.period, abs=0.01)


def test_a_fold_of_the_companion_agrees_with_an_independent_route():
    """Eliminate by hand: the wanting equation gives engagement, the logistic gives ties, and the rest is one function."""
    v = {n: q.value for n, q in m.settings.items()}

    def ties_of(w, cues):
        e = v["decay"] * w / (v["sensitisation"] * cues * (1 - w))
        draw = cues * v["appeal_of_cues"] * (1 - cues / (2 * v["peak_of_appeal"]))
        return e, 1 - (np.log(e / (1 - e)) - v["baseline_appeal"] - v["appeal_of_wanting"] * w) / draw

    def balance(w, cues):
        e, ties = ties_of(w, cues)
        free = (1 - e) + e * (1 - cues) * v["bridging"]
        lapse = 1 + v["binding"] * e * cues
        return v["growth"] * free * (ties + v["acquaintance"]) * (1 - ties) - v["loss"] * lapse * ties

    def crossings(cues):
        grid = np.linspace(1e-6, 0.999 * v["sensitisation"] * cues / (v["sensitisation"] * cues + v["decay"]), 4000)
        values = balance(grid, cues)
        inside = (ties_of(grid, cues)[1] >= 0) & (ties_of(grid, cues)[1] <= 1)
        brackets = [(a, b) for a, b, s, t, i, k in zip(grid, grid[1:], values, values[1:], inside, inside[1:], strict=False)
                    if s * t < 0 and i and k]  # fmt: skip
        return [brentq(balance, a, b, (cues,)) for a, b in brackets]

    for fold, (few, many) in zip(diagram("companion").folds, ((0.5, 0.7), (0.9, 0.7)), strict=True):
        for _ in range(34):
            middle = (few + many) / 2
            few, many = (middle, many) if len(crossings(middle)) == 1 else (few, middle)
        # Two roots nearer than a cell of the grid are not told apart: (1/4000)^2 of the scale of w.
        assert fold.value == pytest.approx(few, abs=3e-7)


def test_windows_and_the_loop_of_the_companion():
    found = diagram("companion")
    (low, high), (window,) = sorted(fold.value for fold in found.folds), [found.windows[0]]
    assert window == pytest.approx((low, high), abs=1e-12)
    path = found.hysteresis()
    jumps = path.isel(point=path["jump"].values)
    assert jumps["leg"].values.tolist() == [1, -1]
    assert jumps["cues"].values == pytest.approx([high, low], abs=1e-9)
    for k in np.flatnonzero(path["jump"].values):
        landed = path.isel(point=k + 1)
        near = [e for e in sa.equilibria(m, cues=float(landed["cues"])) if abs(e.state["ties"] - float(landed["ties"])) < 1e-6]
        assert near and near[0].stable
    # The same two ways by simulation, as slowly as a run of 40,000 weeks allows: passing a fold takes a while.
    for start, ramp, at, sense in ((0.78, (0.7, 0.9), high, 1), (0.003, (0.7, 0.5), low, -1)):
        levels = {40_000 / 400 * k: float(c) for k, c in enumerate(np.linspace(*ramp, 400))}
        slowly = sa.policies.schedule(cues=levels)
        run = sa.simulate(m, 40_000, {"ties": start, "wanting": 0.05 if sense > 0 else 0.6}, slowly, dt=50)
        crossed = run["cues"].values[np.flatnonzero((run["ties"].values < 0.4) == (sense > 0))[0]]
        assert 0 <= sense * (crossed - at) < 0.02


def test_a_path_without_jumps_says_so():
    assert "one path" in sa.continuation(sa.models.wanting, "engagement", (0, 1)).hysteresis().attrs["note"]
    # Through a transcritical point the state goes on along the other branch.
    path = sa.continuation(form(r * x - x**2), "r", (-1, 1)).hysteresis()
    assert not path["jump"].any() and float(path["x"].max()) == pytest.approx(1)
    with pytest.raises(ValueError, match="no stable rest point"):
        sa.continuation(form(r - x**2), "r", (-1, 1)).hysteresis()


def test_an_isola_between_others_is_found_and_followed_all_round():
    (ring, line) = sorted(diagram("circle").branches, key=lambda b: not b.closed)
    assert ring.closed and ring.value**2 + ring.states["x"] ** 2 == pytest.approx(1)
    assert np.ptp(ring.value) == pytest.approx(2, abs=1e-3) and line.states["x"] == pytest.approx(1.5)


def test_a_table_holds_the_branches_end_to_end():
    found = diagram("companion")
    table = found.to_xarray()
    assert table.sizes["point"] == sum(map(len, found.branches)) and list(table.data_vars) == ["wanting", "ties"]
    assert table["cues"].attrs["long_name"] == "cues" and set(table["special"].values) == {"", "fold"}
    k = int(np.flatnonzero(table["special"].values == "fold")[0])
    assert bool(table["stable"][k]) != bool(table["stable"][k + 1])
    assert (table["stable"] == (table["unstable"] == 0)).all()


def test_what_cannot_be_followed_is_said_with_what_was_found():
    leaves = sa.continuation(form(r - x), "r", (-2, 2)).notes
    assert not any("leaves" in note for note in leaves)
    leaves = sa.continuation(form(3 * r - x), "r", (-2, 2))
    assert sum("leaves the box" in note and "x reaches its bound" in note for note in leaves.notes) == 2
    assert leaves.branches[0].states["x"].min() == pytest.approx(-2) and leaves.branches[0].value.min() == pytest.approx(-2 / 3)
    flat = sa.continuation(form(r + 0 * x), "r", (-1, 1))
    assert any("continuum" in note for note in flat.notes) and not flat.branches
    # An isolated point: the Jacobian is singular where it starts.
    alone = sa.continuation(form(-(r**2) - x**2), "r", (-1, 1))
    assert any("singular" in note for note in alone.notes) and not alone.branches
    torn = sa.continuation(form(r - sympy.sqrt(x)), "r", (-1, 1))
    assert torn.branches and any("could not be followed" in note for note in torn.notes)
    assert sa.continuation(form(1 + x**2 + 0 * r + r**2), "r", (-1, 1)).notes[0] == "No branch was found."


def test_a_kink_is_no_special_point_but_is_noted():
    kinked = sa.Model("Kink", {x: sympy.Piecewise((r - x, x < 0), (r + 2 * x, True))})
    found = sa.continuation(kinked, "r", (-1, 1))
    assert any("not smooth" in note or "could not be followed" in note for note in found.notes)


def test_the_companion_takes_little_longer_in_more_of_its_settings():
    for setting in itertools.islice(m.parameters, 6):
        found = sa.continuation(m.replace(cues=0.7), setting, m.parameters[setting].bounds)
        assert found.branches and not any("given up" in note for note in found.notes)


@pytest.mark.parametrize("at", [-0.6, -0.15, 0.3, 0.75])
def test_no_loop_is_made_of_a_transcritical_point(at):
    note = sa.continuation(form((r - at) * x - x**2), "r", (-1, 1)).hysteresis().attrs["note"]
    assert "one path" in note
    # On the face of its box, as in an epidemic, the state is pushed inwards.
    s, i = sa.state("s", start=0.9), sa.state("i", start=0.01)
    b = sa.parameter("b", 1.0, (0, 3))
    epidemic = sa.Model("SIR", {s: 0.2 - b * s * i - 0.2 * s, i: b * s * i - 0.7 * i})
    assert "one path" in sa.continuation(epidemic, "b", (0, 3)).hysteresis().attrs["note"]


@pytest.mark.parametrize("steepness", [3, 10, 40])
def test_steep_functions_keep_the_sign_of_their_normal_form(steepness):
    k = steepness
    found = sa.continuation(form(r * x + x * (k * x) ** 2 / (1 + (k * x) ** 4) - x**3 / 2), "r", (-1, 1))
    (point,) = [p for p in found.branch_points if abs(p.value) < 1e-6]
    # x' = r x + (k^2 - 1/2) x^3 near zero, and the box is 4 wide.
    assert point.kind == "subcritical pitchfork" and point.coefficient == pytest.approx(16 * (k**2 - 0.5), rel=1e-2)


def test_several_alike_are_followed_without_a_traceback():
    parts = [sa.state(f"x{k}", bounds=(-2, 2)) for k in range(3)]
    mean = sum(parts) / 3
    alike = sa.Model("Alike", {part: h + 0.5 * part - part**3 + 0.1 * (mean - part) for part in parts})
    found = sa.continuation(alike, "h", (-1, 1))
    assert found.branches and all(len(branch) > 1 for branch in found.branches)


def test_an_undefined_slope_is_said_and_not_a_traceback():
    root = sa.parameter("root", 0.5, (0, 1))
    found = sa.continuation(form(sympy.sqrt(root) - x), "root", (0, 1))
    assert found.branches and any("no finite slope" in note for note in found.notes)


def test_the_path_says_where_a_state_leaves_its_box_or_goes_round_a_cycle():
    assert "leaves its box" in sa.continuation(form(3 * r - x), "r", (-0.5, 1)).hysteresis().attrs["note"]
    assert "nothing comes to rest" in diagram("Hopf").hysteresis().attrs["note"]


def test_a_setting_named_as_a_column_is_refused_and_not_overwritten():
    branch = sa.parameter("branch", 0.0, (-1, 1))
    found = sa.continuation(form(branch + x - x**3), "branch", (-1, 1))
    with pytest.raises(ValueError, match="'branch' is the name of a column"):
        found.to_xarray()


def test_what_is_given_at_a_value_is_at_rest():
    found = sa.continuation(form(h + r * x - x**3), "r", (-1, 2), h=1e-5)
    for point in found.at(0.0005):
        at = point.state["x"]
        assert abs(1e-5 + 0.0005 * at - at**3) < 1e-9
