"""The aggregate and its slope, against arithmetic of sixty digits and in their limits."""

import mpmath
import numpy as np
import pytest
import sympy

import socioaffective as sa
from socioaffective.aggregates import ces, evaluate, evaluate_slope


def exactly(share, weights, values):
    with mpmath.workdps(60):
        u, (w, v) = mpmath.mpf(share), ([mpmath.mpf(float(a)) for a in part] for part in (weights, values))
        w = [a / sum(w) for a in w]
        if u == 0.5:
            return mpmath.exp(sum(a * mpmath.log(b) for a, b in zip(w, v, strict=True)))
        power = (2 * u - 1) / u
        return sum(a * b**power for a, b in zip(w, v, strict=True)) ** (1 / power)


def test_no_digits_are_lost_anywhere_between_the_limits():
    rng = np.random.default_rng(0)
    for _ in range(300):
        n = int(rng.integers(1, 5))
        values = rng.uniform(0.01, 1, n) ** rng.choice([1, 3, 20])
        weights = rng.uniform(1e-12, 1, n) ** rng.choice([1, 4])
        share = float(rng.choice([1e-5, 1e-3, 0.1, 0.4, 0.5 - 1e-12, 0.5, 0.5 + 1e-9, 0.7, 0.99, 1 - 1e-9]))
        # A few roundings of the logarithms, which the largest of them multiplies.
        assert evaluate(share, *weights, *values) == pytest.approx(float(exactly(share, weights, values)), rel=1e-12)


def test_the_smallest_elasticities_are_leontief_and_levels_of_any_size_are_kept():
    assert sa.aggregate([0.9, 0.2], elasticity=5e-324) == 0.2
    assert np.isfinite(sa.simulate(sa.models.needs, 5, substitutability=1e-310)["wellbeing"]).all()
    assert sa.aggregate([1e200, 1e-200], elasticity=1) == pytest.approx(1, rel=1e-12)
    assert sa.aggregate([1e200, 1e-200], elasticity=1e300) == pytest.approx(5e199, rel=1e-12)


@pytest.mark.parametrize("share", [1e-9, 0.01, 0.3, 0.5 - 1e-7, 0.5, 0.5 + 1e-7, 0.8, 1.0])
def test_the_slope_is_that_of_the_aggregate(share):
    weights, values = [1, 0.5, 0.7], np.array([0.31, 0.62, 0.9])
    for k in range(3):
        step = 1e-6 * np.eye(3)[k]
        numeric = (evaluate(share, *weights, *(values + step)) - evaluate(share, *weights, *(values - step))) / 2e-6
        assert evaluate_slope(k, share, *weights, *values) == pytest.approx(numeric, abs=1e-8)


def test_where_no_need_can_stand_in_for_another_only_the_least_has_a_slope():
    assert [evaluate_slope(k, 0, 1, 1, 1, 0.5, 0.2, 0.9) for k in range(3)] == [0, 1, 0]
    # Where several are least, by weight.
    assert [evaluate_slope(k, 0, 1, 3, 1, 0.2, 0.2, 0.9) for k in range(3)] == pytest.approx([0.25, 0.75, 0], abs=1e-15)
    a, b = sympy.symbols("a b", positive=True)
    slope = ces(sympy.Rational(1, 3), 1, 2, a, b).diff(a).doit().subs({a: 0.4, b: 0.7})
    assert float(slope) == pytest.approx(float(ces(sympy.Rational(1, 3), 1, 2, a, b).doit().diff(a).subs({a: 0.4, b: 0.7})))


@pytest.mark.parametrize("share", [0.0, 1e-12, 0.3, 0.5, 1.0])
def test_a_model_with_the_aggregate_in_an_equation_has_the_right_eigenvalues(share):
    needs = sa.models.needs
    wanted = sa.compose("Wanted", [needs], {"wanting": (1 - needs.expressions["wellbeing"]) * sympy.Rational(9, 10)})
    given = {"substitutability": share, "engagement": 0.6, "ties": 1.0}
    (point,) = sa.equilibria(wanted, **given)
    from socioaffective.dynamics.equilibrium import settings_of, velocity

    move, y = velocity(wanted, settings_of(wanted, given)), np.array(list(point.state.values()))
    steps = 1e-6 * np.eye(6)
    numeric = np.stack([(move((y + s)[:, None]) - move((y - s)[:, None]))[:, 0] / 2e-6 for s in steps], axis=1)
    assert np.sort(point.eigenvalues.real) == pytest.approx(np.sort(np.linalg.eigvals(numeric).real), abs=1e-6)
