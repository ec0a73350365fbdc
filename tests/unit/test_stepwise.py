"""What stepwise policies of a reader's own may ask of a run, and what a run refuses them."""

import numpy as np
import pytest

import socioaffective as sa
from socioaffective.policies import Stepwise

companion = sa.models.companion


class Drawing(Stepwise):
    every = 2

    def begin(self, model, weeks, rng):
        return lambda time, state, settings: {"cues": rng.uniform()}


class Spawning(Stepwise):
    every = 2

    def begin(self, model, weeks, rng):
        return lambda time, state, settings: {"cues": rng.spawn(1)[0].uniform()}


@pytest.mark.parametrize("policy", [Drawing(), Spawning()])
def test_who_draws_without_a_seed_can_be_repeated(policy):
    run = sa.simulate(companion, 8, policy=policy)
    again = sa.simulate(companion, 8, policy=policy, seed=run.attrs["seed"])
    np.testing.assert_array_equal(run["cues"], again["cues"])
    np.testing.assert_array_equal(run["cues"], sa.counterfactual(run)["cues"])
    assert (sa.simulate(companion, 8, policy=policy)["cues"] != run["cues"]).any()


def test_who_never_draws_needs_no_seed():
    class Still(Stepwise):
        every = 2

        def begin(self, model, weeks, rng):
            return lambda time, state, settings: {"cues": 0.5}

    assert sa.simulate(companion, 8, policy=Still()).attrs["seed"] == "none"
    assert sa.simulate(companion, 8, policy=Still(), seed=3).attrs["seed"] == 3


def test_a_policy_says_what_it_is_made_of():
    class Wary(Stepwise):
        def __init__(self):
            self.every, self.limit, self.seen, self._own = 4, 0.3, [], 1

    assert repr(Wary()) == "Wary(every=4, limit=0.3)" and repr(Drawing()) == "Drawing(every=2)"


def test_noise_meets_the_decisions_and_a_length_need_not_be_a_multiple():
    x, u = sa.state("level", start=0.5, bounds=(-3, 3)), sa.lever("push", "push")
    model = sa.Model("Noisy", {x: u - x}, noise={x: 0.2})
    seen = []

    class Pushing(Stepwise):
        every = 0.5

        def begin(self, model, weeks, rng):
            def decide(time, state, settings):
                seen.append((time, state["level"]))
                return {"push": float(np.clip(-state["level"], 0, 1))}

            return decide

    run = sa.simulate(model, 4.25, policy=Pushing(), seed=5)
    assert [time for time, _ in seen] == [0.5 * k for k in range(9)]
    assert [level for _, level in seen] == run["level"].sel(time=[time for time, _ in seen]).values.tolist()
    step = float(run["time"][1])
    # With the same draws, a linear model moves by the levers alone: what is left of Euler's steps is the noise of a free run.
    free, gap = sa.simulate(model, 4.25, seed=5), 0.0
    for k in range(run.sizes["time"] - 1):
        gap = gap + step * (float(run["push"][k]) - gap)
        assert float(run["level"][k + 1] - free["level"][k + 1]) == pytest.approx(gap, abs=1e-12)


class Plain(Stepwise):
    def __init__(self, every):
        self.every = every

    def begin(self, model, weeks, rng):
        return lambda time, state, settings: {"cues": 0.5}


class Everless(Stepwise):
    def begin(self, model, weeks, rng):
        return lambda time, state, settings: {}


class Failing(Stepwise):
    every = 1

    def begin(self, model, weeks, rng):
        return {}["plan"]


def stepped():
    x, u = sa.state("level", start=0.5), sa.lever("cues", "push")
    return sa.Model("Steps", {x: x / 2 + u / 4}, clock="discrete")


@pytest.mark.parametrize(
    ("model", "policy", "weeks", "said"),
    [
        (companion, Everless(), 8, "Everless needs every, the weeks between two decisions"),
        (companion, Failing(), 8, "begin of Failing raised KeyError: 'plan'"),
        (companion, Plain("1"), 8, "plain number"),
        (companion, Plain(True), 8, "plain number"),
        (companion, Plain([1]), 8, "plain number"),
        (companion, Plain(1e-3), 1e6, r"decide 1e\+09 times; at most 1,000,000"),
        (stepped(), Plain(1.5), 8, r"decides every 1.5 steps, between two steps of this run \(1 apart\)"),
        (
            sa.Model("Noisy", dict(stepped().equations), noise={next(iter(stepped().equations)): 0.1}),
            Plain(0.3),
            8,
            "0.3 weeks",
        ),
    ],
)
def test_what_cannot_be_a_stepwise_policy_is_refused(model, policy, weeks, said):
    with pytest.raises((TypeError, ValueError, RuntimeError), match=said):
        sa.simulate(model, weeks, policy=policy)


def test_a_policy_that_acts_once_acts_once():
    for every in (100, 1e300):
        assert (sa.simulate(companion, 8, policy=Plain(every))["cues"] == 0.5).all()
