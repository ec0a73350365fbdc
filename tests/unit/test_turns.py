"""Policies that take turns: switched, capped and cooled off, whatever kind they are of."""

import numpy as np
import pytest
import sympy

import socioaffective as sa
from socioaffective.policies import Stepwise

P, companion = sa.policies, sa.models.companion


def heedful(state):
    return {"cues": float(np.clip(state["ties"], 0, 1))}


class Rising(Stepwise):
    every = 2

    def begin(self, model, weeks, rng):
        count = 0

        def decide(time, state, settings):
            nonlocal count
            count += 1
            return {"cues": min(count / 10, 1)}

        return decide


KINDS = {
    "fixed": P.fixed(cues=0.7),
    "schedule": P.schedule(cues={0: 0.3, 10: 0.9}),
    "climber": P.climber(),
    "function": heedful,
    "stepwise": Rising(),
    "planner": P.receding(horizon=2, every=2),
}
every = pytest.mark.parametrize("kind", list(KINDS))


def apart(run, other, until):
    names = [n for n in (*companion.states, "cues") if n in run]
    return max(float(abs(run[n] - other[n]).sel(time=slice(None, until)).max()) for n in names)


@every
def test_a_run_is_what_it_was_before_another_policy_takes_over(kind):
    alone = sa.simulate(companion, 20, policy=KINDS[kind], dt=0.5)
    run = sa.simulate(companion, 20, policy=P.switched(KINDS[kind], P.fixed(cues=0), at=8), dt=0.5)
    # To what the integrator leaves where its steps fall otherwise.
    assert apart(run, alone, 7.5) < 1e-7
    assert not run["cues"].sel(time=slice(8, None)).any()
    rest = sa.simulate(companion, 12, {n: float(run[n].sel(time=8)) for n in companion.states}, P.fixed(cues=0), dt=0.5)
    np.testing.assert_allclose(run["ties"].sel(time=slice(8, None)), rest["ties"], atol=1e-8)


@every
def test_any_policy_can_take_over(kind):
    run = sa.simulate(companion, 20, policy=P.switched(P.fixed(cues=0.1), KINDS[kind], at=8), dt=0.5)
    assert (run["cues"].sel(time=slice(0, 7.5)) == 0.1).all() and float(run["cues"][-1]) > 0.15
    assert run.sizes["time"] == 41 and run["time"].values[-1] == 20


@every
def test_a_cap_holds_from_its_week_on_and_changes_nothing_before(kind):
    alone = sa.simulate(companion, 20, policy=KINDS[kind], dt=0.5)
    run = sa.simulate(companion, 20, policy=P.capped(KINDS[kind], at=6, cues=0.25), dt=0.5)
    assert apart(run, alone, 5.5) < 1e-7
    assert float(run["cues"].sel(time=slice(6, None)).max()) <= 0.25 + 1e-9
    always = sa.simulate(companion, 20, policy=P.capped(KINDS[kind], cues=0.25), dt=0.5)
    assert float(always["cues"].max()) <= 0.25 + 1e-9


@every
def test_a_cooling_off_ends(kind):
    run = sa.simulate(companion, 24, policy=P.cooled_off(KINDS[kind], at=8, weeks=4), dt=0.5)
    assert not run["cues"].sel(time=slice(8, 11.5)).any()
    assert float(run["cues"].sel(time=14)) > 0.05


def test_a_schedule_keeps_its_own_weeks():
    plan = P.schedule(cues={0: 0.2, 10: 0.6, 16: 0.9})
    run = sa.simulate(companion, 20, policy=P.cooled_off(plan, at=8, weeks=4), dt=1)
    assert run["cues"].values[[0, 7, 8, 11, 12, 15, 16, 20]].tolist() == [0.2, 0.2, 0, 0, 0.6, 0.6, 0.9, 0.9]


def test_turns_nest():
    policy = P.capped(P.cooled_off(P.switched(None, P.fixed(cues=0.9), at=4), at=8, weeks=2), at=6, cues=0.5)
    run = sa.simulate(companion, 14, policy=policy, dt=1)
    default = companion.levers["cues"].default
    assert run["cues"].values.tolist() == [default] * 4 + [0.9] * 2 + [0.5] * 2 + [0] * 2 + [0.5] * 5


def test_a_climber_goes_on_from_where_the_levers_stand():
    run = sa.simulate(companion, 20, policy=P.switched(P.fixed(cues=0.9), P.climber(rate=0.1), at=8), dt=0.5)
    assert 0.8 < float(run["cues"].sel(time=8.5)) < 0.9001


def test_turns_work_with_people_interventions_events_and_noise():
    from own_models import restless

    policy = P.switched(P.fixed(cues=0.2), P.climber(), at=8)
    events = {"few": companion.symbols["ties"] - 0.3}
    given = {"warmth": [0.2, 0.5], "interventions": {4: {"access": 0.5}, 12: {"ties": 0.2}}, "events": events, "dt": 0.5}
    run = sa.simulate(companion, 20, policy=policy, **given)
    assert run["ties"].dims == ("time", "person") and run["few"].values.tolist() == pytest.approx([12, 12], abs=0.01)
    assert np.allclose(run["ties"].sel(time=12), 0.2)
    plain = sa.simulate(companion, 8, policy=P.fixed(cues=0.2), warmth=[0.2, 0.5], interventions={4: {"access": 0.5}}, dt=0.5)
    np.testing.assert_allclose(run["engagement"].sel(time=7.5), plain["engagement"].sel(time=7.5), rtol=1e-7)
    twin = sa.counterfactual(run)
    assert not twin["engagement"].any() and np.allclose(twin["ties"].sel(time=12), 0.2)
    x = sympy.Symbol("x")  # a name that no model has
    assert x not in restless().symbols.values()


def test_noise_is_the_same_whoever_takes_over():
    x = sa.state("level", start=0.5, bounds=(-3, 3))
    u = sa.lever("push", "push")
    model = sa.Model("Noisy", {x: -x + u}, noise={x: 0.2 + 0 * x})
    alone = sa.simulate(model, 8, policy=P.fixed(push=0.3), seed=5, dt=0.125)
    run = sa.simulate(model, 8, policy=P.switched(P.fixed(push=0.3), P.fixed(push=0.3), at=4), seed=5, dt=0.125)
    np.testing.assert_array_equal(alone["level"], run["level"])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: P.switched(0.5, None, at=4), "must be one of sa.policies"),
        (lambda: P.switched(None, heedful, at=0), "after week 0"),
        (lambda: P.switched(None, heedful, at=-2), "before week 0"),
        (lambda: P.switched(None, heedful, at=float("nan")), "finite"),
        (lambda: P.capped(heedful), "at least one cap"),
        (lambda: P.capped(None, cues=0.3), "no policy to cap"),
        (lambda: P.capped(heedful, cues="low"), "plain number"),
        (lambda: P.cooled_off(heedful, at=4, weeks=0), "positive"),
        (lambda: sa.simulate(companion, 8, policy=P.capped(P.climber(), cue=0.3)), "Did you mean 'cues'"),
        (lambda: sa.simulate(companion, 8, policy=P.capped(heedful, cue=0.3)), "Did you mean 'cues'"),
        (lambda: sa.simulate(companion, 8, policy=P.cooled_off(heedful, at=2, levers=["cue"])), "Did you mean 'cues'"),
        (lambda: sa.simulate(companion, 8, policy=P.switched(None, heedful, at=2.7), dt=0.5), "between two points"),
        (lambda: sa.simulate(companion, 8, policy=P.switched(None, heedful, at=2), cues=0.5), "given"),
    ],
)
def test_turns_that_make_no_sense_are_refused(make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make()
