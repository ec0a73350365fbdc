"""Noise that vanishes at the bounds, so that runs stay in the box, and what it does near a rest point."""

import numpy as np
import pytest
import sympy
from refusals import refuses

import socioaffective as sa

ov = sa.oversight
companion = sa.models.companion.with_noise(ties=0.04, wanting=0.03)


@pytest.mark.parametrize("name", [model.title for model in sa.models])
def test_noise_vanishes_at_the_bounds_of_every_model_and_runs_stay_inside(name):
    model = next(m for m in sa.models if m.title == name)
    noisy = model.with_noise(**{n: 0.03 * (q.bounds[1] - q.bounds[0]) for n, q in model.states.items()})
    for n, q in model.states.items():
        size = noisy.noise[noisy.symbols[n]]
        place = noisy.symbols[n] if model.clock == "continuous" else model.equations[model.symbols[n]]
        for end in q.bounds:
            assert sympy.simplify(size.subs(place, end)) == 0
        middle = float(size.subs(place, sum(q.bounds) / 2))
        assert middle == pytest.approx(0.03 * (q.bounds[1] - q.bounds[0]))
    starts = {n: [q.bounds[0], q.value, q.bounds[1]] for n, q in model.states.items()}
    # Long enough for draws of four standard deviations, at which a run would overshoot if noise did not vanish.
    run = sa.simulate(noisy, 40, starts, seed=1, dt=None if model.clock == "discrete" else 1 / 16)
    assert run.attrs["left_bounds"] == ""


def flat():
    """Returns the companion with noise on wanting that does not vanish at the bounds."""
    plain = sa.models.companion
    return sa.Model("Flat", dict(plain.equations), dict(plain.expressions), noise={plain.symbols["wanting"]: 0.05})


def test_noise_that_did_not_vanish_at_the_bounds_would_leave_the_box():
    with pytest.warns(UserWarning, match="'wanting' left its bounds"):
        sa.simulate(flat(), 52, {"wanting": 0.02}, seed=1, cues=0.0)
    same = sa.models.companion.with_noise(wanting=0.05)
    assert sa.simulate(same, 52, {"wanting": 0.02}, seed=1, cues=0.0).attrs["left_bounds"] == ""


def test_noise_is_added_to_what_there_is_and_taken_away():
    model = sa.models.companion.with_noise(ties=0.02)
    both = model.with_noise(wanting=0.01)
    assert {x.name for x in both.noise} == {"ties", "wanting"} and not sa.models.companion.noise
    assert both.with_noise(ties=0).with_noise(wanting=0).noise == {}
    assert both.without_noise().equations == sa.models.companion.equations
    assert list(both.replace(cues=0.4).noise) == list(both.noise)


def test_noise_of_a_wired_model_is_that_of_its_own_states():
    noisy = sa.models.ecosystem.with_noise(relatedness=0.05, preference=0.1)
    x = noisy.symbols["preference"]
    assert sympy.expand(noisy.noise[x] - 0.1 * (1 - x) * (1 + x)) == 0


WRONG_NOISE = {
    "none": (lambda: companion.with_noise(), ["with_noise(wanting=0.05)"]),
    "unknown": (lambda: companion.with_noise(tyes=0.1), ["tyes", "Did you mean 'ties'"]),
    "large": (lambda: companion.with_noise(ties=0.5), ["0.5", "0.166"]),
    "negative": (lambda: companion.with_noise(ties=-0.1), ["-0.1"]),
    "nan": (lambda: companion.with_noise(ties=float("nan")), ["finite"]),
}


@pytest.mark.parametrize("case", WRONG_NOISE)
def test_wrong_noise_is_refused(case):
    refuses(WRONG_NOISE[case][0], ValueError, WRONG_NOISE[case][1])


def test_leaving_the_box_is_said_in_the_result():
    low, decline = ov.level("ties", below=0.45), ov.loss("ties", by=0.1)
    near = {"cues": 0.8, "start": {"ties": 0.62}, "weeks": 104, "decline": decline, "seed": 4}
    with pytest.warns(UserWarning, match="left its bounds"):
        watch = sa.oversee(flat(), 5, low, ov.support(), **near)
    assert "'wanting' left its bounds" in watch.attrs["left_bounds"]
    assert sa.oversee(companion, 5, low, **near).attrs["left_bounds"] == ""


def test_slowing_down_near_a_fold_is_as_derived():
    x, r = sa.state("x", start=1, bounds=(-1, 2)), sa.parameter("r", 1, (0, 1))
    fold = sa.Model("Fold", {x: r - x**2}, noise={x: 0.02})
    for mu in (1.0, 0.25, 0.04):
        near = sa.linear_noise(fold, {"x": mu**0.5}, r=mu)
        assert near.return_rate == pytest.approx(2 * mu**0.5, rel=1e-9)
        assert near.variance["x"] == pytest.approx(0.02**2 / (4 * mu**0.5), rel=1e-9)
        assert near.autocorrelation(1)["x"] == pytest.approx(np.exp(-2 * mu**0.5), rel=1e-9)
        run = sa.simulate(fold, 40, {"x": np.full(1000, mu**0.5)}, r=mu, dt=1 / 32, seed=1)["x"]
        # Of 1,000 people a standard deviation is known to 2.2 %, and Euler's step adds up to 1.6 %.
        assert float(run[-1].std()) == pytest.approx(near.variance["x"] ** 0.5, rel=0.06)
        seen = np.corrcoef(run.sel(time=39), run[-1])[0, 1]
        assert seen == pytest.approx(near.autocorrelation(1)["x"], abs=0.08)
