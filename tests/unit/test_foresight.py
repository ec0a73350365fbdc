"""Policies that plan, and stepwise policies of a reader's own."""

import numpy as np
import pytest
from own_models import logistic_map, restless

import socioaffective as sa
from socioaffective.policies import Stepwise


class Counting(Stepwise):
    """Cues that rise by a tenth at each decision; it keeps what it was shown."""

    def __init__(self, every=1.0, say=None):
        self.every, self.say, self.seen = every, say, []

    def begin(self, model, weeks, rng):
        self.weeks, count = weeks, 0

        def decide(time, state, settings):
            nonlocal count
            count += 1
            self.seen.append((time, state, settings))
            return {"cues": count / 10} if self.say is None else self.say

        return decide


def test_levers_are_held_between_two_decisions():
    policy = Counting(2)
    run = sa.simulate(sa.models.companion, 7, policy=policy, dt=0.5)
    assert [time for time, *_ in policy.seen] == [0, 2, 4, 6] and policy.weeks == 7
    np.testing.assert_allclose(run["cues"].sel(time=[0, 1.5, 2, 3.5, 6, 7]), [0.1, 0.1, 0.2, 0.2, 0.4, 0.4])
    planned = sa.simulate(sa.models.companion, 7, dt=0.5, policy=sa.policies.schedule(cues={0: 0.1, 2: 0.2, 4: 0.3, 6: 0.4}))
    np.testing.assert_allclose(run["ties"], planned["ties"], rtol=1e-12)
    assert policy.seen[2][1]["ties"] == pytest.approx(float(run["ties"].sel(time=4)), rel=1e-12)


def test_each_person_has_a_memory_of_their_own_and_sees_their_own_settings():
    policy = Counting(4)
    run = sa.simulate(sa.models.companion, 8, policy=policy, warmth=[0.2, 0.5], interventions={4: {"access": 0.5}}, dt=4)
    assert run["cues"].sel(time=4).values.tolist() == [0.2, 0.2]
    shown = [(time, settings["warmth"], settings["access"], settings["cues"]) for time, _, settings in policy.seen]
    default = sa.models.companion.levers["cues"].default
    assert shown[:4] == [(0, 0.2, 1, default), (0, 0.5, 1, default), (4, 0.2, 0.5, 0.1), (4, 0.5, 0.5, 0.1)]


class Drawn(Stepwise):
    every, random = 1, True

    def begin(self, model, weeks, rng):
        return lambda time, state, settings: {"cues": rng.uniform()}


def test_the_same_seed_gives_a_person_the_same_decisions_whatever_their_company():
    alone = sa.simulate(sa.models.companion, 6, policy=Drawn(), seed=3)["cues"]
    both = sa.simulate(sa.models.companion, 6, policy=Drawn(), seed=3, warmth=[0.3, 0.5])["cues"]
    np.testing.assert_array_equal(alone, both.isel(person=0))
    assert (both.isel(person=0) != both.isel(person=1)).any()
    run = sa.simulate(sa.models.companion, 6, policy=Drawn())
    np.testing.assert_array_equal(
        sa.simulate(sa.models.companion, 6, policy=Drawn(), seed=run.attrs["seed"])["cues"], run["cues"]
    )


def test_a_counterfactual_repeats_the_decisions():
    run = sa.simulate(sa.models.companion, 6, policy=Drawn(), seed=3)
    twin = sa.counterfactual(run)
    np.testing.assert_array_equal(run["cues"], twin["cues"])
    assert not twin["engagement"].any()


@pytest.mark.parametrize(
    ("say", "kind", "said"),
    [
        ({"cues": 1.5}, ValueError, "The policy's 'cues' at time 0 is 1.5, outside its bounds"),
        ({"cues": float("nan")}, ValueError, "finite"),
        ({"cue": 0.5}, ValueError, "Did you mean 'cues'"),
        (0.5, TypeError, "must return a mapping"),
    ],
)
def test_a_decision_that_is_none_is_refused(say, kind, said):
    with pytest.raises(kind, match=said):
        sa.simulate(sa.models.companion, 6, policy=Counting(say=say))


def test_a_stepwise_policy_that_cannot_be_one_is_refused():
    for every, said in ((0, "at least"), (-1, "at least"), (np.nan, "finite"), ("week", "plain number")):
        with pytest.raises((ValueError, TypeError), match=said):
            sa.simulate(sa.models.companion, 6, policy=Counting(every))
    with pytest.raises(ValueError, match="'cues' is set by the policy"):
        sa.simulate(sa.models.companion, 6, policy=Counting(), cues=0.3)
    with pytest.raises(ValueError, match="'cues' is set by the policy"):
        sa.simulate(sa.models.companion, 6, policy=Counting(), interventions={3: {"cues": 0.3}})
    with pytest.raises(NotImplementedError, match="must define begin"):
        sa.simulate(sa.models.companion, 6, policy=Stepless())

    class Forgetful(Stepwise):
        every = 1

        def begin(self, model, weeks, rng):
            return None

    with pytest.raises(TypeError, match="must return a function"):
        sa.simulate(sa.models.companion, 6, policy=Forgetful())


class Stepless(Stepwise):
    every = 1


def test_an_error_inside_a_decision_shows_where_it_happened():
    class Broken(Stepwise):
        every = 1

        def begin(self, model, weeks, rng):
            return lambda time, state, settings: {"cues": state["tie"]}

    with pytest.raises(RuntimeError, match=r"The policy raised KeyError: 'tie', at time 0 with wanting = .*, ties = 0\.45"):
        sa.simulate(sa.models.companion, 6, policy=Broken())


def test_far_sighted_plays_the_plan_of_optimise():
    for keywords in ({}, {"discount": 0.05, "every": 2}):
        plan = sa.optimise(sa.models.companion, "engagement", 20, **keywords)
        run = sa.simulate(sa.models.companion, 20, policy=sa.policies.far_sighted("engagement", **keywords))
        np.testing.assert_array_equal(run["cues"].sel(time=plan.controls["time"]), plan.controls["cues"])


def test_a_receding_horizon_of_the_whole_run_is_as_good_as_the_plan_and_a_short_one_is_worse():
    # The last weeks differ: a plan that is made again sees past the end of the run.
    plan = sa.optimise(sa.models.ecosystem, "needs", 30, every=2)
    policies = [sa.policies.receding("needs", horizon, every=2) for horizon in (2, 8, 30)]
    values = [float(sa.objectives.needs.score(sa.simulate(sa.models.ecosystem, 30, policy=policy))) for policy in policies]
    best = float(sa.objectives.needs.score(plan.run))
    assert values[0] < min(values[1:]) and max(values) < best + 1e-3 and values[2] > best - 0.03


def test_the_shortest_horizon_tends_to_the_climber():
    climbed = sa.simulate(sa.models.ecosystem, 20, policy=sa.policies.climber(rate=50))
    off = []
    for every in (2, 1, 0.25):
        run = sa.simulate(sa.models.ecosystem, 20, policy=sa.policies.receding(horizon=every, every=every))
        off.append(max(abs(float(run[n][-1] - climbed[n][-1])) for n in sa.models.ecosystem.levers))
    assert off[0] > 2 * off[1] > 4 * off[2] and off[2] < 0.02


def test_a_plan_for_a_naive_user_is_made_again_and_again():
    """A novice (skill 0) puts practice off, again and again, where beta lambda / (rho + lambda) < q."""
    lam, rho, q = 0.05, 0.02, 0.6
    assert lam / (rho + lam) > q > 0.8 * lam / (rho + lam)
    common = {"horizon": 400, "discount": rho, "every": 1, "cost": 0}
    patient, biased, less = (sa.simulate(sa.models.scaffold, 12, policy=sa.policies.receding("performance", bias=b, **common),
                                   help_quality=q, learning=lam, start={"skill": 0}) for b in (1.0, 0.8, 0.9))  # fmt: skip
    assert float(patient["accommodation"].max()) < 1e-6
    assert float(biased["accommodation"].min()) > 1 - 1e-6 and float(less["accommodation"].max()) < 1e-6


def test_planners_work_in_steps_and_leave_noise_out_of_account():
    x = sa.state("level", start=0.2, bounds=(-5, 5))
    u = sa.lever("push", "push")
    steps = sa.Model("Steps", {x: 0.8 * x + 0.15 * u}, {"nearness": -((x - 1) ** 2)}, clock="discrete", noise={x: 0.01 + 0 * x})
    run = sa.simulate(steps, 12, policy=sa.policies.receding("nearness", 6), seed=1)
    assert 0 < float(run["push"][0]) <= 1
    with pytest.raises(ValueError, match="whole"):
        sa.simulate(steps, 12, policy=sa.policies.receding("nearness", 2.5), seed=1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: sa.policies.receding(horizon=0), "at least every"),
        (lambda: sa.policies.receding(horizon=1, every=2), "at least every"),
        (lambda: sa.policies.receding(every=0, horizon=3), "positive"),
        (lambda: sa.policies.receding(discount=-1), "discount"),
        (lambda: sa.policies.far_sighted(bias=0), "bias"),
        (lambda: sa.policies.far_sighted(levers="cues"), "list"),
        (lambda: sa.policies.far_sighted(3), "name of a quantity"),
        (lambda: sa.simulate(sa.models.companion, 5, policy=sa.policies.far_sighted("engagment")), "Did you mean"),
        (lambda: sa.simulate(logistic_map(), 5, policy=sa.policies.far_sighted("population")), "at least one lever"),
        (lambda: sa.simulate(restless(), 5, policy=sa.policies.receding("mood")), "at least one lever"),
    ],
)
def test_planners_refuse_what_makes_no_sense(make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make()


def test_the_far_sighted_play_the_plan_that_optimise_finds():
    run = sa.simulate(sa.models.companion, 52, policy=sa.policies.far_sighted(discount=0.5))
    plan = sa.optimise(sa.models.companion, "engagement", 52, discount=0.5)
    # What the discount leaves undetermined is played alike too.
    assert plan.determined < 52 and (run["cues"] == plan.run["cues"]).all()
    y, u = sa.state("y", start=0.8), sa.lever("u")
    model = sa.Model("Tips", {y: 8 * y * (1 - y) * (y - 0.4) - 2 * u * y}, {"e": u})
    # The plan without the floor is worth more, and not what was asked for.
    held = sa.simulate(model, 30, policy=sa.policies.far_sighted(sa.objectives.of("e").with_floor(y=0.5)))
    assert float(held["y"].min()) > 0.5 - 1.1e-3


def test_a_plan_that_begins_where_the_run_ends_changes_nothing():
    policy = sa.policies.switched(sa.policies.fixed(cues=0.5), sa.policies.far_sighted(), at=8)
    assert float(sa.simulate(sa.models.companion, 8, policy=policy)["cues"][-1]) == 0.5


def test_planning_too_far_is_refused():
    with pytest.raises(TypeError, match="plain number"):
        sa.policies.receding(horizon=None)
    with pytest.raises(RuntimeError, match="at most 5000"):
        sa.simulate(sa.models.companion, 4, policy=sa.policies.receding("engagement", 1e4))
