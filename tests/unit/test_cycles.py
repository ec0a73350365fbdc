"""Limit cycles against closed forms and published periods."""

import functools

import numpy as np
import pytest
import sympy
from forms import form, polar, r, x
from own_models import logistic_map, lorenz

import socioaffective as sa


@functools.cache
def families(name):
    return sa.continuation(RINGS[name], "r", (-1, 1)).cycles


RINGS = {"Hopf": polar(lambda s: r - s), "Bautin": polar(lambda s: r + s - s**2)}


def test_cycles_of_the_normal_form_have_their_radius_and_period():
    (family,) = families("Hopf")
    assert family.period == pytest.approx(2 * np.pi, rel=1e-7)
    assert family.high["x"] == pytest.approx(np.sqrt(family.value), abs=2e-4)  # Of 200 points one comes this near the top.
    assert family.stable.all() and "end of the range" in family.note and not family.folds


def test_cycles_born_unstable_turn_back_at_a_fold_of_cycles():
    (family,) = families("Bautin")
    # r + s - s^2 = 0 turns at s = 1/2, r = -1/4; the inner cycle is unstable, the outer stable.
    assert family.folds == pytest.approx([-0.25], abs=1e-7)
    size = (family.high["x"] - family.low["x"]) / 2
    assert (family.stable == (size**2 > 0.5)).all() and family.stable.any() and not family.stable.all()


def test_a_family_ends_where_another_hopf_point_takes_it_back():
    # Two Hopf points at r = -1/2 and 1/2, joined by cycles of radius squared 1/4 - r^2.
    found = sa.continuation(polar(lambda s: sympy.Rational(1, 4) - r**2 - s), "r", (-1, 1))
    assert [p.value for p in found.hopfs] == pytest.approx([-0.5, 0.5], abs=1e-8)
    (family,) = found.cycles
    assert "another Hopf point" in family.note and np.ptp(family.value) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("mu", "period"), [(0.1, 6.2871), (1, 6.6632868593), (4, 10.2035)])
def test_the_van_der_pol_oscillator_has_its_published_period(mu, period):
    # 2 pi (1 + mu^2 / 16 - 5 mu^4 / 3072) for small mu; Andersen and Geer 1982 for 1; Urabe 1960 for 4 (10.2035).
    a, b = sa.state("a", start=1.0, bounds=(-4, 4)), sa.state("b", bounds=(-8, 8))
    cycle = sa.limit_cycle(sa.Model("Van der Pol", {a: b, b: mu * (1 - a**2) * b - a}), settle=200)
    assert cycle.period == pytest.approx(period, abs=1e-4) and cycle.stable
    # The multipliers' product is the mean divergence, exp of the integral of mu (1 - a^2).
    rise = np.trapezoid(mu * (1 - cycle.orbit["a"] ** 2), np.linspace(0, cycle.period, len(cycle.orbit["a"])))
    # Beyond exp(-20) a multiplier is round-off.
    assert rise < -20 or float(np.log(np.prod(cycle.multipliers).real)) == pytest.approx(rise, abs=0.02)


def test_where_there_is_no_cycle_it_is_said():
    for model, start, words in (
        (sa.models.wanting_liking, {}, "comes to rest at"),
        (form(x**3), {"x": 0.5}, "leaves for good"),
        (lorenz(), {}, "does not come back"),
    ):
        with pytest.raises(RuntimeError, match=words):
            sa.limit_cycle(model, start, settle=60)
    with pytest.raises(ValueError, match="steps"):
        sa.limit_cycle(logistic_map())
