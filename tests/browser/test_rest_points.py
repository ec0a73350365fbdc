"""Rest points, phase planes and branches in a page are those of Python."""

import warnings

import numpy as np
import pytest
import sympy
from node import answers, cases, defaults, draws, each

import socioaffective as sa
from socioaffective.compile import jacobian, rates
from socioaffective.javascript import described

a, b = sa.parameter("a", 1.0, (0.2, 2)), sa.parameter("b", 3.0, (0.5, 4))
u, v = sa.state("u", start=1.0, bounds=(0, 4)), sa.state("v", start=1.0, bounds=(0, 6))
brusselator = sa.Model("Brusselator", {u: a - (b + 1) * u + u**2 * v, v: b * u - u**2 * v})
spring = sa.Model("Spring", {u: v - 3, v: 2 - u})
rate = sa.parameter("rate", 2.8, (0, 4))
pull = sa.parameter("pull", 1.5, (0.5, 2))
neutral = sa.Model("Saddle that is neutral where the pull is 1", {u: u - 2, v: pull * (3 - v)})
x = sa.state("x", start=1.0, bounds=(0, 2))
logistic = sa.Model("Logistic map", {x: rate * x * (1 - x)}, clock="discrete")


def test_a_jump_of_a_rate_is_no_rest_point():
    level, stairs = sa.state("level", start=0.2), sa.state("stairs", start=0.5)
    # The first has a rest point on each step, the second only where it jumps.
    model = sa.Model("Stairs", {level: sympy.floor(5 * level) / 5 - level + 0.04})
    (found,) = answers(model, restAt={"draws": [[]]})["restAt"]
    assert [(point["kind"], round(point["y"][0], 6)) for point in found] == [
        ("stable node", round(k / 5 + 0.04, 6)) for k in range(5)
    ]
    model = sa.Model("Stairs", {stairs: sympy.ceiling(3 * stairs) / 3 - stairs})
    assert answers(model, restAt={"draws": [[]]})["restAt"] == [[]]


@each([m for m in cases() if len(m.states) <= 2])
def test_rest_points_are_those_of_python(model):
    _, p = draws(model, 25, seed=3)
    settings = [defaults(model), *p.T.tolist()]
    for given, found in zip(settings, answers(model, restAt={"draws": settings})["restAt"], strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            true = sa.equilibria(model, **dict(zip(model.settings, given, strict=True)))
        assert [point["kind"] for point in found] == [point.kind for point in true]
        for ours, theirs in zip(found, true, strict=True):
            assert ours["y"] == pytest.approx(list(theirs.state.values()), abs=1e-8)
            assert np.array(ours["eigenvalues"]) @ [1, 1j] == pytest.approx(theirs.eigenvalues, abs=1e-8)
            assert ours["stable"] == theirs.stable


@pytest.mark.parametrize(
    ("model", "given", "kinds"),
    [
        (brusselator, {"b": 3.0}, ["unstable focus"]),
        (brusselator, {"b": 1.5}, ["stable focus"]),
        (spring, {}, ["centre"]),
        (logistic, {"rate": 0.5}, ["stable node"]),
        (logistic, {"rate": 3.5}, ["unstable node", "unstable node"]),
        (logistic, {"rate": 1.0}, ["degenerate"]),
    ],
    ids=str,
)
def test_each_kind_of_rest_point_has_its_word(model, given, kinds):
    (found,) = answers(model, restAt={"draws": [defaults(model, **given)]})["restAt"]
    assert [point["kind"] for point in found] == kinds == [point.kind for point in sa.equilibria(model, **given)]


def test_a_continuum_of_rest_points_is_sampled_and_says_so():
    model = sa.Model("Line", {u: v - u, v: u - v})
    (found,) = answers(model, restAt={"draws": [[]]})["restAt"]
    assert len(found) > 3
    assert all(point["continuum"] and point["y"][0] == pytest.approx(point["y"][1]) for point in found)


def test_rates_without_a_slope_have_rest_points_too():
    model = sa.Model("Switch", {u: sympy.Heaviside(u - 2) + 1 - u})
    assert described(model)["slopes"] is None
    (found,) = answers(model, slopes=False, restAt={"draws": [[]]})["restAt"]
    places = [point["y"][0] for point in found]
    assert 1.0 in [round(place, 9) for place in places]


@pytest.mark.parametrize("cues", [0.65, 0.7, 0.78])
def test_what_a_phase_plane_shows_is_what_python_shows(cues):
    model = sa.models.companion
    p = defaults(model, cues=cues)
    found = answers(model, plane={"p": p, "resolution": 20})["plane"]
    for k, line in enumerate(found["nullclines"]):
        points = np.concatenate(line["lines"])
        # After one secant step on cells of 1/60 of the box.
        assert np.abs(rates(model, "array")(points.T, np.array(p))[k]).max() < 1e-6
        true = np.concatenate(sa.nullclines(model, cues=cues)[k].curves)
        assert gaps(true, points).max() < 0.02
    (curve,) = sa.separatrices(model, cues=cues)
    ((one, other),) = found["separatrices"]
    ours = np.array([*one[::-1], *other[1:]])
    assert max(gaps(ours, curve.curve).max(), gaps(curve.curve, ours).max()) < 0.005
    ends = np.array([ours[0], ours[-1]])
    assert gaps(ends, curve.curve[[0, -1]]).max() < 1e-5
    assert (sa.basins(model, resolution=20, cues=cues).values == np.array(found["basins"]).T).all()


def gaps(points, others):
    """How far each point is from the nearest of the others."""
    return np.linalg.norm(points[:, None] - others[None], axis=-1).min(axis=1)


SWEEPS = [
    (sa.models.companion, "cues", (0, 1), {}),
    (sa.models.companion, "access", (0, 1), {"cues": 0.9}),
    (sa.models.mirror, "exaggeration", (0, 5), {"anchor": 0.1}),
    (sa.models.mirror, "exaggeration", (0, 5), {}),
    (sa.models.mirror, "anchor", (-1, 1), {}),
    (sa.models.set_point, "effort_gain", (0, 3), {}),
    (brusselator, "b", (0.5, 4), {}),
    (neutral, "pull", (0.5, 2), {}),
    (logistic, "rate", (0, 4), {}),
    (sa.models.sphere, "learning", (0, 5), {}),
]


@pytest.mark.parametrize(("model", "setting", "range_", "given"), SWEEPS, ids=lambda value: getattr(value, "title", str(value)))
def test_branches_and_special_points_are_those_of_python(model, setting, range_, given):
    index = list(model.settings).index(setting)
    p = defaults(model, **given)
    found = answers(model, branches={"p": p, "index": index, "range": range_})["branches"]
    true = sa.continuation(model, setting, range_, **given)
    pairs = {"folds": true.folds, "hopfs": true.hopfs, "branchPoints": true.branch_points, "flips": true.flips}
    for kind, points in pairs.items():
        assert [point["value"] for point in found[kind]] == pytest.approx([point.value for point in points], abs=1e-6)
        for ours, theirs in zip(found[kind], points, strict=True):
            # A fold is flat: its place is known to the root of what its value is known to.
            assert ours["y"] == pytest.approx(list(theirs.state.values()), abs=1e-5)
    assert len(found["branches"]) == len(true.branches)
    special = {round(point["value"], 9) for kind in pairs for point in found[kind]}
    for branch in found["branches"]:
        for k in range(0, len(branch["value"]), 7):
            value, y = branch["value"][k], np.array([states[k] for states in branch["y"]])
            at = np.array(p)
            at[index] = value
            move = rates(model, "array")(y[:, None], at)[:, 0] - (y if model.clock == "discrete" else 0)
            assert np.abs(move).max() < 1e-8
            if round(value, 9) not in special and not any(abs(value - s) < 1e-3 for s in special):
                eigenvalues = np.linalg.eigvals(jacobian(model)(y, at))
                growth = np.abs(eigenvalues) - 1 if model.clock == "discrete" else eigenvalues.real
                assert bool(branch["stable"][k]) == bool((growth < 0).all())


def test_eigenvalues_of_any_matrix_are_those_of_numpy():
    rng = np.random.default_rng(5)
    for size in (1, 2, 3, 6, 11):
        matrices = rng.normal(size=(20, size, size))
        ask = {"matrices": matrices.reshape(20, -1).tolist(), "size": size}
        for matrix, ours in zip(matrices, answers(sa.models.mirror, spectra=ask)["spectra"], strict=True):
            true = np.linalg.eigvals(matrix)
            found = np.array(ours) @ [1, 1j]
            assert np.abs(found[:, None] - true).min(axis=1).max() < 1e-10
            assert np.abs(found[:, None] - true).min(axis=0).max() < 1e-10
