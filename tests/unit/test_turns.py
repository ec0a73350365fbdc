"""Policies that take turns: switched, capped and cooled off, whatever kind they are of."""

from decimal import Decimal

import numpy as np
import pytest
import sympy
import xarray as xr

import socioaffective as sa
from socioaffective.policies import Stepwise

P, companion, ecosystem = sa.policies, sa.models.companion, sa.models.ecosystem


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


@every
def test_a_run_is_what_it_was_before_another_policy_takes_over(kind):
    alone = sa.simulate(companion, 20, policy=KINDS[kind], dt=0.5)
    run = sa.simulate(companion, 20, policy=P.switched(KINDS[kind], P.fixed(cues=0), at=8), dt=0.5)
    for name in (*companion.states, "cues", "engagement"):
        assert run[name].sel(time=slice(None, 7.5)).values.tobytes() == alone[name].sel(time=slice(None, 7.5)).values.tobytes()
    assert not run["cues"].sel(time=slice(8, None)).any()
    given = {"warmth": [0.2, 0.5], "interventions": {6: {"access": 0.5}, 12: {"ties": 0.5}}, "dt": 0.5}
    both, apart = (sa.simulate(companion, 20, policy=p, **given) for p in (KINDS[kind], P.switched(KINDS[kind], None, at=8)))
    assert both["ties"].sel(time=slice(None, 7.5)).values.tobytes() == apart["ties"].sel(time=slice(None, 7.5)).values.tobytes()
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
    for name in (*companion.states, "cues"):
        assert run[name].sel(time=slice(None, 5.5)).values.tobytes() == alone[name].sel(time=slice(None, 5.5)).values.tobytes()
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
        (lambda: P.cooled_off(heedful, at=4, levers=[]), "levers is empty"),
        (lambda: P.cooled_off(heedful, at=4, levers=[3]), "names in quotes"),
        (lambda: P.switched(Rising, None, at=4), "is a class"),
        (lambda: sa.simulate(companion, 8, policy=Rising), r"Rising\(\.\.\.\)"),
        (lambda: sa.simulate(companion, 8, policy=P.capped(P.climber(), cues=-1)), "outside its bounds"),
        (lambda: sa.simulate(companion, 8, policy=P.capped(heedful, cues=2)), "outside its bounds"),
        (lambda: P.climber().on(companion) and P.capped(P.climber(), cue=0.3).on(companion), "Did you mean 'cues'"),
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


class Recalling(Rising):
    """Keeps for each person what it is shown, so that a test can see it."""

    def begin(self, model, weeks, rng):
        decide = super().begin(model, weeks, rng)

        def noting(time, state, settings):
            self.seen.append((time, settings["cues"]))
            return decide(time, state, settings)

        self.seen = []
        return noting


def test_a_memory_outlasts_a_cooling_off_and_a_cap():
    alone, policy = sa.simulate(companion, 16, policy=Rising(), dt=1)["cues"], Recalling()
    run = sa.simulate(companion, 16, policy=P.cooled_off(policy, at=6, weeks=4), dt=1)["cues"]
    # Decisions at 0, 2, 4 and, after the cooling off, 10, 12, 14, 16; the clock has gone on.
    assert [time for time, _ in policy.seen] == [0, 2, 4, 10, 12, 14, 16]
    assert run.values[[5, 6, 9, 10, 12, 16]] == pytest.approx([0.3, 0, 0, 0.4, 0.5, 0.7])
    assert policy.seen[3][1] == 0 and policy.seen[4][1] == pytest.approx(0.4)
    capped = sa.simulate(companion, 16, policy=P.capped(Rising(), at=8, cues=0.6), dt=1)["cues"]
    np.testing.assert_array_equal(capped, np.minimum(alone, np.where(alone["time"] >= 8, 0.6, 1)))


def test_a_team_goes_on_from_the_levers_as_they_stand():
    team = P.ab_test(users=10**9, noise=0, rate=0.1)
    run = sa.simulate(companion, 12, policy=P.switched(P.fixed(cues=0.9), team, at=4), dt=1)
    assert 0.8 < float(run["cues"].sel(time=4)) < 0.9001
    rested = sa.simulate(companion, 12, policy=P.cooled_off(team, at=4, weeks=2), dt=1)
    assert 0 < float(rested["cues"].sel(time=6)) < 0.1


def test_what_a_policy_does_not_set_is_capped_too():
    model = sa.models.ecosystem.replace(cues=0.6)
    for policy in (P.climber(levers=["accommodation"]), P.fixed(accommodation=0.3), lambda state: {"accommodation": 0.3}):
        run = sa.simulate(model, 8, policy=P.capped(policy, at=4, cues=0.2), dt=1)
        assert run["cues"].values.tolist() == [0.6] * 4 + [0.2] * 5
        assert (sa.simulate(model, 8, policy=P.capped(policy, cues=0.2), cues=0.9, dt=1)["cues"] == 0.2).all()


def test_a_climber_capped_at_nothing_stays_at_nothing_and_the_others_climb():
    run = sa.simulate(sa.models.ecosystem, 12, policy=P.capped(P.climber(), cues=0, steering=0.1), dt=1, lever_cost=0.1)
    assert not run["cues"].any() and float(run["steering"].max()) <= 0.1 and float(run["accommodation"][-1]) > 0.1
    later = sa.simulate(companion, 12, policy=P.capped(P.climber(), at=6, cues=0), dt=0.5)["cues"]
    assert float(later.sel(time=5.5)) > 0.5 and not later.sel(time=slice(6, None)).any()
    assert not sa.simulate(companion, 4, {"cues": 0.8}, P.capped(P.climber(), cues=0), dt=0.5)["cues"].any()


def test_numbers_of_any_kind_are_capped():
    class Deciding(Stepwise):
        every = 1

        def __init__(self, level):
            self.level = level

        def begin(self, model, weeks, rng):
            return lambda time, state, settings: {"cues": self.level}

    for level in (*(kind(0.75) for kind in (float, np.float32, np.array, xr.DataArray, Decimal)), sympy.sqrt(2) / 2):
        for policy in (lambda state, level=level: {"cues": level}, Deciding(level), P.fixed(cues=level)):
            run = sa.simulate(companion, 4, policy=P.capped(policy, cues=0.25), dt=1)
            assert (run["cues"] == 0.25).all()
    with pytest.raises(TypeError, match="plain number"):
        sa.simulate(companion, 4, policy=P.capped(lambda state: {"cues": "high"}, cues=0.25))


def test_a_class_may_call_its_own_what_it_likes():
    class Own(Rising):
        caps = 3

    assert (sa.simulate(companion, 8, policy=P.capped(Own(), cues=0.2), dt=1)["cues"] <= 0.2).all()
    assert float(sa.simulate(companion, 8, policy=Own(), dt=1)["cues"].max()) > 0.2


def test_a_cap_holds_while_another_lever_rests():
    for policy in (
        P.fixed(cues=0.8),
        P.climber(levers=["cues"]),
        lambda state: {"cues": 0.8},
        P.ab_test(levers=["cues"]),
        Rising(),
    ):
        rested = P.cooled_off(policy, 4, 4, levers=["cues"])
        run = sa.simulate(ecosystem, 12, policy=P.capped(rested, steering=0.3), steering=0.9, dt=1, seed=1)
        assert (run["steering"] == 0.3).all() and not run["cues"].sel(time=slice(4, 7)).any()


class Both(Stepwise):
    every = 2

    def begin(self, model, weeks, rng):
        return lambda time, state, settings: {"cues": 0.8, "steering": time / 100}


def test_levers_that_do_not_rest_go_on():
    kinds = {
        "schedule": P.schedule(cues={0: 0.8}, steering={0: 0.9, 6: 0.5}),
        "function": lambda state: {"cues": 0.8, "steering": float(np.clip(state["ties"], 0, 1))},
        "stepwise": Both(),
        "climber": P.climber(rate=0.2),
    }
    for kind, policy in kinds.items():
        run = sa.simulate(ecosystem, 12, policy=P.cooled_off(policy, 4, 4, levers=["cues"]), dt=1)
        assert not run["cues"].sel(time=slice(4, 7)).any() and float(run["cues"][3]) > 0.1
        steering = run["steering"].values
        if kind == "schedule":
            assert steering.tolist() == [0.9] * 6 + [0.5] * 7
        elif kind == "function":
            np.testing.assert_array_equal(steering, np.clip(run["ties"], 0, 1))
        elif kind == "stepwise":
            assert steering.tolist() == [0.01 * (week - week % 2) for week in range(13)]
        else:
            moved = np.abs(np.diff(run["accommodation"].values))
            assert moved[4:8].min() > 0 and moved.max() < 0.2 and 0 < float(run["cues"][9]) < 0.4
    capped = P.capped(P.cooled_off(kinds["function"], 4, 4, levers=["cues"]), steering=0.1)
    assert float(sa.simulate(ecosystem, 12, policy=capped, dt=1)["steering"].max()) == 0.1


def test_rests_overlap_and_a_policy_may_change_in_one():
    twice = P.cooled_off(P.cooled_off(P.fixed(cues=0.8, steering=0.9), 2, 4, levers=["cues"]), 4, 4, levers=["steering"])
    run = sa.simulate(ecosystem, 10, policy=twice, dt=1)
    assert run["cues"].values.tolist() == [0.8] * 2 + [0] * 4 + [0.8] * 5
    assert run["steering"].values.tolist() == [0.9] * 4 + [0] * 4 + [0.9] * 3
    changing = P.switched(None, P.fixed(cues=0.8, steering=0.9), at=4)
    run = sa.simulate(ecosystem, 8, policy=P.cooled_off(changing, 2, 4, levers=["cues"]), dt=1)
    assert run["cues"].values[2:].tolist() == [0] * 4 + [0.8] * 3 and run["steering"].values[3:5].tolist() == [0, 0.9]


def test_a_lever_rests_at_nought_or_as_near_to_it_as_it_goes():
    x = sa.state("level", start=0.5, bounds=(-9, 9))
    for bounds, rest in (((-1, 1), 0), ((0.25, 1), 0.25), ((-1, -0.5), -0.5)):
        model = sa.Model("Pushed", {x: -x + sa.lever("push", "push", bounds=bounds, default=bounds[1])})
        run = sa.simulate(model, 6, policy=P.cooled_off(P.fixed(), at=2, weeks=2, levers=["push"]), dt=1)
        assert run["push"].values.tolist() == [bounds[1]] * 2 + [rest] * 2 + [bounds[1]] * 3


def test_the_same_policy_goes_on_with_what_it_remembers_and_another_begins():
    policy = Rising()
    alone = sa.simulate(companion, 12, policy=policy, dt=1)["cues"]
    np.testing.assert_array_equal(sa.simulate(companion, 12, policy=P.switched(policy, policy, at=6), dt=1)["cues"], alone)
    begun = sa.simulate(companion, 12, policy=P.switched(policy, Rising(), at=6), dt=1)["cues"]
    assert float(begun[6]) == pytest.approx(0.1)


def test_a_word_of_one_turn_is_no_stranger_in_another():
    run = sa.simulate(companion, 12, policy=P.switched(P.climber(), P.fixed(cues=0), at=6), lever_cost=0.5, dt=1)
    dear = sa.simulate(companion, 12, policy=P.climber(), lever_cost=0.5, dt=1)
    assert run["cues"].sel(time=5).item() == dear["cues"].sel(time=5).item()
    later = {"interventions": {8: {"lever_cost": 1.0}}, "dt": 1}
    cheap = sa.simulate(companion, 12, policy=P.switched(P.fixed(cues=0), P.climber(), at=6), **later)
    assert float(cheap["cues"].sel(time=7)) > 0.1
    with pytest.raises(ValueError, match="Did you mean 'lever_cost'"):
        sa.simulate(companion, 12, policy=P.switched(P.climber(), P.fixed(cues=0), at=6), lever_costs=0.5)


def test_interventions_last_into_later_turns():
    policy = P.switched(None, P.fixed(cues=0.9), at=6)
    run = sa.simulate(companion, 12, policy=policy, dt=1, interventions={4: {"access": 0.5, "cues": 0.1}})
    assert run["cues"].values.tolist() == [0] * 4 + [0.1] * 2 + [0.9] * 7
    capped = P.capped(P.fixed(), at=6, cues=0.3)
    by_hand = sa.simulate(companion, 12, policy=capped, dt=1, interventions={4: {"cues": 0.8}})
    assert by_hand["cues"].values.tolist() == [0] * 4 + [0.8] * 2 + [0.3] * 7
    late = P.capped(P.schedule(steering={10: 0.9}), at=6, cues=0.3)
    stays = sa.simulate(ecosystem, 12, policy=late, dt=1, interventions={2: {"steering": 0.5}})
    assert stays["steering"].values[2:].tolist() == [0.5] * 8 + [0.9] * 3
    kept = sa.simulate(companion, 12, policy=P.schedule(cues={0: 0, 4: 0.1, 6: 0.9}), interventions={4: {"access": 0.5}}, dt=1)
    np.testing.assert_allclose(run["engagement"], kept["engagement"], atol=1e-8)


def test_a_line_that_is_jumped_over_when_a_policy_takes_over_is_crossed_then():
    cues, access = companion.symbols["cues"], companion.symbols["access"]
    policy = P.switched(P.fixed(cues=0.2), P.fixed(cues=0.8), at=10)
    run = sa.simulate(companion, 20, policy=policy, dt=1, events={"strong": cues - 0.5, "shut": access - 0.5})
    assert float(run["strong"]) == 10 and np.isnan(run["shut"])
    shut = sa.simulate(companion, 20, policy=policy, dt=1, events={"shut": access - 0.5}, interventions={4: {"access": 0}})
    assert float(shut["shut"]) == 4


def test_errors_and_warnings_tell_the_week_of_the_run():
    with pytest.raises(ValueError, match=r"'cues' at time 8 is 1\.5"):
        sa.simulate(companion, 20, policy=P.switched(None, lambda state: {"cues": 1.5}, at=8))
    x, u = sa.state("level", start=0.5), sa.lever("push", "push")
    model = sa.Model("Rising", {x: u / 4})
    with pytest.warns(UserWarning, match="at week 10"):
        run = sa.simulate(
            model, 16, policy=P.switched(P.switched(None, P.fixed(push=1), at=8), P.fixed(push=0.5), at=12), dt=0.5
        )
    assert float(run["level"][-1]) == pytest.approx(0.5 + 1 + 0.5)


def test_a_policy_of_steps_takes_turns_in_steps():
    x, u = sa.state("level", start=0.5), sa.lever("push", "push")
    model = sa.Model("Steps", {x: x / 2 + u / 4}, clock="discrete")

    class Pushing(Rising):
        def begin(self, model, weeks, rng):
            decide = super().begin(model, weeks, rng)
            return lambda *shown: {"push": decide(*shown)["cues"]}

    run = sa.simulate(model, 8, policy=P.cooled_off(Pushing(), at=3, weeks=2, levers=["push"]))
    assert run["push"].values == pytest.approx([0.1, 0.1, 0.2, 0, 0, 0.3, 0.3, 0.4, 0.4])
    for k in range(8):
        assert float(run["level"][k + 1]) == float(run["level"][k] / 2 + run["push"][k] / 4)


def test_a_run_says_in_words_who_acted_and_needs_no_seed_where_nothing_is_drawn():
    policy = P.cooled_off(P.capped(heedful, cues=0.3), at=4, weeks=2)
    first, second = (sa.simulate(companion, 8, policy=policy, dt=1) for _ in range(2))
    assert first.attrs["policy"].startswith("heedful, capped, from week 4 Resting") and first.attrs["seed"] == "none"
    assert str(first.attrs) == str(second.attrs) and "0x" not in str(first.attrs)
    assert (
        sa.simulate(companion, 8, policy=P.capped(Rising(), cues=0.3)).attrs["policy"] == "Rising(every=2), capped at cues 0.3"
    )
    drawn = sa.simulate(companion, 8, policy=P.switched(None, P.ab_test(), at=4), dt=1)
    again = sa.simulate(companion, 8, policy=P.switched(None, P.ab_test(), at=4), dt=1, seed=drawn.attrs["seed"])
    np.testing.assert_array_equal(drawn["cues"], again["cues"])


def test_a_model_without_a_setting_takes_turns_too():
    x = sa.state("level", start=0.5)
    model = sa.Model("Alone", {x: -x})
    run = sa.simulate(model, 4, policy=P.switched(None, None, at=2), dt=0.5)
    assert run["level"].values == pytest.approx(0.5 * np.exp(-run["time"].values), abs=1e-8)
