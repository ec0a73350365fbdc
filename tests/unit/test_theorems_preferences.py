"""Theorems on preferences: proved in symbols of the models' own equations, and checked in runs."""

import numpy as np
import pytest
import sympy
from theorem_tools import at_rest

import socioaffective as sa

pair = sa.models.co_construction


def test_authorship_share():
    s = pair.symbols
    rest = sympy.solve(list(pair.equations.values()), [s["preference"], s["offer"]], dict=True)[0][s["preference"]]
    share = pair.expressions["authorship"]
    assert sympy.simplify(rest - (1 - share) * s["anchor"] - share * s["target"]) == 0
    values = {"steering": 0.5, "engagement": 0.6, "anchor": -0.2, "autonomy": 0.4}
    (point,) = at_rest(pair, **values)
    numbers = {s[n]: values.get(n, q.value) for n, q in pair.settings.items()}
    assert point.state["preference"] == pytest.approx(float(rest.subs(numbers)), abs=1e-12)
    run = sa.simulate(pair, 400, **values)
    assert float(run["preference"][-1]) == pytest.approx(float(rest.subs(numbers)), abs=1e-8)
    at_rest_share = (float(run["preference"][-1]) + 0.2) / 1.2
    assert float(run["authorship"][-1]) == pytest.approx(at_rest_share, abs=1e-8)


def test_two_that_only_attract_cannot_cycle():
    s, jacobian = pair.symbols, pair.jacobian
    discriminant = jacobian.trace() ** 2 - 4 * jacobian.det()
    pull = s["influence"] * s["engagement"]
    others = s["anchoring"] * s["autonomy"] - s["personalisation"] - s["steering_rate"] * s["steering"]
    assert sympy.expand(discriminant - (pull + others) ** 2 - 4 * pull * s["personalisation"]) == 0
    assert pull.is_nonnegative and s["personalisation"].is_nonnegative and others.is_real
    # With real roots a distance from rest changes its sign at most once.
    rng = np.random.default_rng(5)
    names = ("influence", "anchoring", "personalisation", "steering_rate", "steering", "engagement")
    for _ in range(10):
        values = {n: float(rng.uniform(0.1, 1) * pair.settings[n].bounds[1]) for n in names}
        (point,) = sa.equilibria(pair, **values)
        run = sa.simulate(pair, 60, {"preference": float(rng.uniform(-1, 1)), "offer": float(rng.uniform(-1, 1))}, **values)
        for name in pair.states:
            away = run[name].values - point.state[name]
            signs = np.sign(away[abs(away) > 1e-6])
            assert (np.diff(signs) != 0).sum() <= 1


def test_memory_where_the_pair_ends_depends_on_where_it_began():
    s = pair.symbols
    free = {s["anchoring"]: 0, s["steering"]: 0}
    kept = s["personalisation"] * s["preference"] + s["influence"] * s["engagement"] * s["offer"]
    change = sum(sympy.diff(kept, x) * right for x, right in pair.equations.items())
    assert sympy.expand(change.subs(free)) == 0
    run = sa.simulate(pair, 200, {"preference": 0.8, "offer": -0.4}, anchoring=0, engagement=0.5)
    beta, alpha = (pair.parameters[n].default for n in ("personalisation", "influence"))
    amount = beta * run["preference"] + alpha * 0.5 * run["offer"]
    assert amount.values == pytest.approx(float(amount[0]), abs=1e-7)
    with pytest.warns(UserWarning, match="continuum"):
        points = sa.equilibria(pair, anchoring=0)
    assert all(e.kind == "degenerate" and e.state["preference"] == pytest.approx(e.state["offer"], abs=1e-6) for e in points)


def test_the_mirror_forks_where_the_theory_says():
    mirror = sa.models.mirror
    s = mirror.symbols
    slope = mirror.jacobian[0].subs({s["preference"]: 0})
    fork = 1 + s["anchoring"] / s["influence"]
    assert sympy.simplify(slope.subs(s["exaggeration"], fork)) == 0
    alpha, kappa = (mirror.parameters[n].default for n in ("influence", "anchoring"))
    at = 1 + kappa / alpha
    assert len(sa.equilibria(mirror, exaggeration=at - 0.01)) == 1
    for beyond in (1e-2, 1e-3):
        lam = at + beyond
        height = np.sqrt(3 * (alpha * lam - alpha - kappa) / (alpha * lam**3))
        found = sa.equilibria(mirror, exaggeration=lam)
        assert [e.stable for e in found] == [True, False, True]
        upper = found[-1].state["preference"]
        # The next term of the expansion is of relative size x^2.
        assert upper == pytest.approx(height, rel=2 * height**2)


def test_an_anchor_off_zero_unfolds_the_fork_into_a_fold():
    mirror = sa.models.mirror
    s = mirror.symbols
    x, lam = s["preference"], s["exaggeration"]
    given = {s[n]: sympy.Rational(str(q.default)) for n, q in mirror.settings.items() if s[n] != lam}
    field = mirror.equations[x].subs(given | {s["anchor"]: sympy.Rational(1, 10)})
    at = dict(zip((x, lam), sympy.nsolve([field, field.diff(x)], [x, lam], [-0.25, 1.65]), strict=True))
    # A fold: the curvature does not vanish, nor does the push across it. In the fork the first does.
    assert abs(field.diff(x, 2).subs(at)) > 0.1 and abs(field.diff(lam).subs(at)) > 0.01
    assert mirror.equations[x].subs(given | {s["anchor"]: 0}).diff(x, 2).subs(x, 0) == 0
    below, above = (sa.equilibria(mirror, anchor=0.1, exaggeration=float(at[lam]) + d) for d in (-1e-3, 1e-3))
    assert [e.stable for e in below] == [True] and [e.stable for e in above] == [True, False, True]
    born = [e.state["preference"] for e in above[:2]]
    assert born == pytest.approx([float(at[x])] * 2, abs=0.05) and below[0].state["preference"] > 0.1


def test_on_the_sphere_the_tangent_shrinks_by_the_same_factor():
    run = sa.simulate(sa.models.sphere, 20, learning=0.3)
    tangent = np.tan(run["angle"].values)
    assert tangent[1:] / tangent[:-1] == pytest.approx(1 / 1.3, rel=1e-12)
    assert [e.kind for e in sa.equilibria(sa.models.sphere)] == ["stable node", "saddle", "saddle", "stable node"]


def test_authorship_is_an_observable_and_undefined_where_nothing_anchors_or_steers():
    assert float(sa.simulate(pair, 1, steering=0.5, engagement=0.6)["authorship"][0]) == pytest.approx(
        0.4 * 0.6 * 0.4 * 0.5 / (0.6 * (0.5 + 0.2) + 0.4 * 0.6 * 0.2)
    )
    assert np.isnan(sa.simulate(pair, 1, anchoring=0, steering=0)["authorship"]).all()


def test_the_amplitude_of_the_fork_from_its_normal_form():
    s = sa.models.mirror.symbols
    x, alpha, lam, kappa = (s[n] for n in ("preference", "influence", "exaggeration", "anchoring"))
    field = sa.models.mirror.equations[x].subs(s["anchor"], 0)
    linear, cubic = (sympy.series(field, x, 0, 5).removeO().coeff(x, k) for k in (1, 3))
    assert sympy.simplify(-linear / cubic - 3 * (alpha * lam - alpha - kappa) / (alpha * lam**3)) == 0


def test_the_law_of_the_sphere_in_symbols():
    s = sa.models.sphere.symbols
    along, across = (sa.models.sphere.equations[s[n]] for n in ("along", "across"))
    assert sympy.simplify(across / along - s["across"] / s["along"] / (1 + s["learning"])) == 0
