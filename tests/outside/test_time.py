"""Numbers of others about time, addiction and prediction: mark and tolerance beside each."""

import numpy as np
import pytest
import sympy

import socioaffective as sa

w = sa.worlds


def test_rational_addiction():
    """sigma .05, delta .5, alpha_cc -1, alpha_SS -.3 [DERIVED], to the digits given."""
    assert w.addiction.run().addictive_above == pytest.approx(0.285714, abs=5e-7)
    assert w.addiction.run().unstable_above == pytest.approx(0.547619, abs=5e-7)
    low, high = w.addiction.run(0.2), w.addiction.run(0.5)
    assert (low.root, low.slope) == (pytest.approx(-0.5796693, abs=5e-8), pytest.approx(-0.0796693, abs=5e-8))
    assert (high.root, high.slope) == (pytest.approx(-0.2, abs=1e-12), pytest.approx(0.3, abs=1e-12))


def test_rational_addiction_by_its_riccati_equation():
    """The same slope from the HJB equation with a quadratic value, an independent route: to 1e-9."""
    rate, fade, cc, ss = 0.05, 0.5, -1.0, -0.3
    for pull in (0.2, 0.5):
        # W = .. + P S^2/2; c = -(P + pull) S/cc + ..; the S^2 terms: rate P/2 = ss/2 - (P + pull)^2/(2 cc) - fade P.
        P = sympy.Symbol("P")
        roots = sympy.Poly(ss - (P + pull) ** 2 / cc - (rate + 2 * fade) * P, P).nroots(n=20)
        slopes = [float(-(root + pull) / cc) for root in roots]
        assert min(abs(s - w.addiction.run(pull).slope) for s in slopes) < 1e-9


def test_present_bias_raises_steady_use():
    """d .4, delta .95, p .3: stock 1.324675, use .883117 without bias, more at .7, more still at .5 [DERIVED]."""
    found = [w.present_bias.run(b) for b in (1.0, 0.7, 0.5)]
    assert found[0].stock == pytest.approx(1.324675, abs=5e-7) and found[0].use == pytest.approx(0.883117, abs=5e-7)
    assert found[0].use < found[1].use < found[2].use and found[0].stock < found[1].stock < found[2].stock
    assert max(e.residual for e in found) < 1e-12


def test_the_identity_of_drive_reduction():
    """Discounted reward is discounted drive, exactly [DERIVED]: to round-off, on paths drawn at random."""
    rng = np.random.default_rng(1)
    for n, m, g in ((4, 3, 0.9), (2, 2, 0.5), (1, 1, 0.99)):
        found = w.drive.run(rng.normal(size=(30, 2)), rng.uniform(size=2), [1.0, 0.5], g, n, m)
        assert found.attrs["discounted_reward"] == pytest.approx(found.attrs["by_the_identity"], abs=1e-11)


def test_the_biased_coin():
    """Stable mu/(1 - eps), optimal mu/(1 - 2 eps), and the cost of stability in closed form [DERIVED], to round-off."""
    for e, m in ((0.1, 0.2), (0.3, 0.2), (0.45, 0.05)):
        found = w.performative.run(e, m, rounds=200)
        stable, best = m / (1 - e), m / (1 - 2 * e)
        assert float(found["model"][-1]) == pytest.approx(stable, rel=1e-10) and found.attrs["optimal"] == pytest.approx(best)
        cost = w.performative.risk(stable, e, m) - w.performative.risk(best, e, m)
        assert cost == pytest.approx(e**2 * m**2 / ((1 - e) ** 2 * (1 - 2 * e)), rel=1e-9)


def test_retraining_shrinks_its_error_by_exactly_the_influence():
    """The error ratio is eps, and retraining diverges above 1 [DERIVED], to round-off."""
    for e in (0.3, -0.6, 1.2):
        theta = w.performative.run(e, 0.2, 12)["model"].values - 0.2 / (1 - e)
        np.testing.assert_allclose(theta[1:] / theta[:-1], e, rtol=1e-9)


def test_moreish_content():
    """q .8, v 1, W .3: p* = .92105; E and U at five values of p [DERIVED], to the digits given."""
    found = w.moreish.run([0, 0.5, 0.8, 0.9, 0.95])
    assert found.attrs["quits_at"] == pytest.approx(0.92105, abs=5e-6)
    np.testing.assert_allclose(found["engagement"], [5, 6, 9, 14, 24], rtol=1e-12)
    np.testing.assert_allclose(found["utility"], [3.5, 3.2, 2.3, 0.8, -2.2], rtol=1e-12)
