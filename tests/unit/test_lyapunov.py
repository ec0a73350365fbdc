"""Lyapunov exponents against closed forms and published values."""

import numpy as np
import pytest
import sympy
from own_models import logistic_map, lorenz, restless

import socioaffective as sa

x, y = (sa.state(name, start=0.1, bounds=(-2, 2)) for name in "xy")


def near(found, expected, times=4):
    # Four standard errors; the floor is the tolerance of the integration.
    assert (np.abs(found.values - expected) <= times * found.errors + 1e-6).all(), found


def test_the_lorenz_system():
    # Sprott 2003, Chaos and Time-Series Analysis: 0.9056, 0, -14.5723.
    found = sa.lyapunov_exponents(lorenz(), weeks=250)
    near(found, [0.9056, 0, -14.5723])
    assert found.chaotic and found.errors.max() < 0.05
    # The trace of the Jacobian is the same everywhere.
    assert found.values.sum() == pytest.approx(-(10 + 1 + 8 / 3), abs=1e-6)


@pytest.mark.parametrize(
    ("rate", "exponent", "chaotic"),
    [
        (4.0, np.log(2), True),
        # One turn of the cycle of two: the product of its slopes is 4 + 2r - r^2.
        (3.2, np.log(abs(4 + 2 * 3.2 - 3.2**2)) / 2, False),
        (2.5, np.log(0.5), False),
    ],
)
def test_the_logistic_map(rate, exponent, chaotic):
    found = sa.lyapunov_exponents(logistic_map(), weeks=20_000, rate=rate)
    near(found, [exponent])
    assert found.chaotic is chaotic and found.errors[0] < 0.01


def test_a_cycle_through_the_top_of_a_map_has_an_exponent_of_minus_infinity():
    assert sa.lyapunov_exponents(logistic_map(), rate=2).values.tolist() == [-np.inf]


def test_the_henon_map():
    henon = sa.Model("Hénon", {x: 1 - 1.4 * x**2 + y, y: 0.3 * x}, clock="discrete")
    found = sa.lyapunov_exponents(henon, weeks=20_000)
    # Sprott 2003: 0.41922; the map shrinks areas by 0.3 everywhere.
    near(found, [0.41922, np.log(0.3) - 0.41922])
    assert found.chaotic and found.values.sum() == pytest.approx(np.log(0.3), abs=1e-9)


@pytest.mark.parametrize("matrix", [[[-1, 0.5], [0, -2]], [[-2, 0.5], [0, -1]], [[-1, 2], [-2, -1]]])
def test_a_stable_linear_system_has_the_real_parts_of_its_eigenvalues(matrix):
    (a, b), (c, d) = matrix
    found = sa.lyapunov_exponents(sa.Model("Linear", {x: a * x + b * y, y: c * x + d * y}), weeks=200)
    real = np.sort(np.linalg.eigvals(np.array(matrix, dtype=float)).real)[::-1]
    near(found, real)
    assert not found.chaotic


def test_exponents_add_up_to_the_mean_trace_along_the_run():
    a, b = (sa.state(name, start=0.1, bounds=(-3, 3)) for name in "ab")
    oscillator = sa.Model("Van der Pol", {a: b, b: (1 - a**2) * b - a}, observables={"trace": 1 - a**2})
    found = sa.lyapunov_exponents(oscillator, weeks=200, settle=50)
    trace = sa.simulate(oscillator, 250, dt=1 / 64)["trace"].sel(time=slice(50, None))
    # The trapezoidal rule at 1/64 of a week is good to 1e-5 here.
    assert found.values.sum() == pytest.approx(float(trace.integrate("time")) / 200, abs=1e-4)
    near(found, [0, found.values.sum()])
    assert not found.chaotic


@pytest.mark.parametrize(("settle", "weeks"), [(0, 500), (1000, 250)])
def test_neighbours_that_part_as_time_goes_by_beside_a_centre_are_not_chaotic(settle, weeks):
    pace = 1 + x**2 + y**2
    centre = sa.Model("Faster further out", {x: -y * pace, y: x * pace})
    found = sa.lyapunov_exponents(centre, weeks, {"x": 0.5, "y": 0}, settle)
    # The angle between neighbours grows in proportion to time.
    assert found.values[0] * weeks == pytest.approx(np.log((settle + weeks) / max(settle, 1)), abs=1)
    assert not found.chaotic and found.values.sum() == pytest.approx(0, abs=1e-7)


def test_an_unstable_rest_point_has_positive_exponents_and_is_not_chaotic():
    found = sa.lyapunov_exponents(lorenz(), weeks=20, start={"x": 0, "y": 0, "z": 0})
    jacobian = np.array([[-10, 10, 0], [28, -1, 0], [0, 0, -8 / 3]])
    near(found, np.sort(np.linalg.eigvals(jacobian))[::-1])
    assert not found.chaotic


def test_noise_is_left_out_and_that_is_said():
    found = sa.lyapunov_exponents(restless(), weeks=50, recovery=0.3)
    near(found, [-0.3])
    assert "noise left out" in repr(found)


def test_the_catalogue_comes_to_rest_at_the_rate_of_its_slowest_mode():
    found = sa.lyapunov_exponents(sa.models.companion, settle=1000, cues=0.7)
    slowest = sa.time_scales(sa.models.companion, cues=0.7).modes[-1]
    assert found.values[0] == pytest.approx(-1 / slowest.time, rel=1e-3) and not found.chaotic


def test_the_same_call_gives_the_same_bits():
    first, second = (sa.lyapunov_exponents(lorenz(), weeks=20) for _ in range(2))
    assert (first.values == second.values).all() and (first.errors == second.errors).all()


@pytest.mark.parametrize(
    ("model", "week"),
    # Where x reaches 80, twenty widths of its box.
    [(sa.Model("Away", {x: x}), np.log(800)), (sa.Model("Blow-up", {x: x**2}), 10 - 1 / 80)],
)
def test_a_run_that_goes_off_is_refused_with_when(model, week):
    with pytest.raises(RuntimeError, match="runs away") as caught:
        sa.lyapunov_exponents(model)
    said = float(str(caught.value).split("at week ")[1].split()[0])
    # One step of the integration later, at most.
    assert week <= said < week + 0.2


def test_a_map_that_goes_off_is_refused_with_when():
    with pytest.raises(RuntimeError, match=r"runs away.*at step 5 "):
        sa.lyapunov_exponents(sa.Model("Triple", {x: 4 * x}, clock="discrete"))


BAD = {
    "unknown setting": (lambda: sa.lyapunov_exponents(lorenz(), rh=1), ValueError, "Did you mean 'rho'"),
    "unknown state": (lambda: sa.lyapunov_exponents(lorenz(), start={"w": 1}), ValueError, "no state 'w'"),
    "start outside": (lambda: sa.lyapunov_exponents(lorenz(), start={"x": 99}), ValueError, "outside its bounds"),
    "start as a number": (lambda: sa.lyapunov_exponents(lorenz(), start=1), TypeError, "mapping"),
    "no time": (lambda: sa.lyapunov_exponents(lorenz(), weeks=0), ValueError, "positive"),
    "weeks as a text": (lambda: sa.lyapunov_exponents(lorenz(), weeks="long"), TypeError, "plain number"),
    "weeks not a number": (lambda: sa.lyapunov_exponents(lorenz(), weeks=np.nan), ValueError, "finite"),
    "settle below 0": (lambda: sa.lyapunov_exponents(lorenz(), settle=-1), ValueError, "settle"),
    "half a step": (lambda: sa.lyapunov_exponents(logistic_map(), weeks=2.5), ValueError, "whole"),
    "too many steps": (lambda: sa.lyapunov_exponents(logistic_map(), weeks=10**9), ValueError, "too many"),
    "no model": (lambda: sa.lyapunov_exponents("lorenz"), TypeError, "Model"),
    "no slope": (lambda: sa.lyapunov_exponents(sa.Model("M", {x: sympy.floor(3 * x) - x})), ValueError, "slope"),
    "not real": (lambda: sa.lyapunov_exponents(sa.Model("M", {x: -sympy.sqrt(x) - 1})), RuntimeError, "not real|domain"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_a_sentence(case):
    call, kind, words = BAD[case]
    with pytest.raises(kind, match=words):
        call()


def test_what_is_too_slow_is_said(monkeypatch):
    from socioaffective.dynamics import lyapunov

    monkeypatch.setattr(lyapunov, "MOST_EVALUATIONS", 2000)
    with pytest.raises(RuntimeError, match=r"not done after 2,000 evaluations.*fewer weeks"):
        sa.lyapunov_exponents(lorenz())
