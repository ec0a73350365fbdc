"""Policies that learn from noisy engagement."""

import numpy as np
import pytest

import socioaffective as sa

P, companion = sa.policies, sa.models.companion


def still(best=0.7):
    """A person who never changes and engages most at one level of a lever."""
    x = sa.state("mood", start=0.5)
    u = sa.lever("push", "push")
    return sa.Model("Still", {x: 0 * u}, {"engagement": 0.8 - (u - best) ** 2})


def test_many_users_and_frequent_tests_are_the_climber():
    climbed = sa.simulate(companion, 20, policy=P.climber(rate=0.5), dt=1)
    off = []
    for every in (1, 0.25, 0.0625):
        run = sa.simulate(companion, 20, policy=P.ab_test(users=10**9, noise=0, width=1e-3, every=every), dt=1)
        off.append(float(abs(run["cues"] - climbed["cues"]).sel(time=slice(2, None)).max()))
    # Euler's method, of first order.
    assert off[0] > 2.5 * off[1] > 6 * off[2] and off[2] < 0.01


def test_few_users_make_it_wander_and_many_do_not():
    levels = [sa.simulate(still(), 300, policy=P.ab_test(users=n, noise=1, cost=0.01), seed=1)["push"] for n in (10, 10_000)]
    spread = [float(level.sel(time=slice(50, None)).std()) for level in levels]
    assert spread[0] > 5 * spread[1] and float(levels[1][-1]) == pytest.approx(0.7 / 1.005, abs=0.1)


def test_a_bandit_finds_the_best_arm_of_somebody_who_does_not_change():
    run = sa.simulate(still(0.75), 400, policy=P.bandit(levels=5, users=50, cost=0.01), seed=2, dt=1)
    played = run["push"].sel(time=slice(200, 399))
    # An arm by lot in a tenth of the weeks, a fifth of which are the best again.
    assert float((played == 0.75).mean()) > 0.85


def test_a_bandit_follows_somebody_who_changes():
    x = sa.state("phase", start=0.0, bounds=(0, 1))
    u = sa.lever("push", "push")
    drift = sa.parameter("drift", 0.0025, (0, 1), "1/week", "change")
    model = sa.Model("Changing", {x: drift + 0 * u}, {"engagement": 0.8 - (u - x) ** 2})
    run = sa.simulate(model, 400, policy=P.bandit(levels=2, users=1000, cost=0.01), seed=3, dt=1)
    early, late = run["push"].sel(time=slice(20, 150)), run["push"].sel(time=slice(260, 399))
    assert float(early.mean()) < 0.15 and float(late.mean()) > 0.85


def test_a_bandit_does_not_blame_an_arm_for_a_pause():
    bandit = P.bandit(levels=5, users=10**9, noise=0, exploration=0, cost=0.01)
    for weeks in (4, 0.5):
        run = sa.simulate(still(0.75), 30, policy=P.cooled_off(bandit, at=20.25, weeks=weeks, levers=["push"]), dt=0.25, seed=1)
        assert not run["push"].sel(time=slice(20.25, 20.5)).any()
        assert (run["push"].sel(time=slice(20.25 + weeks, None)) == 0.75).all()


def test_both_learn_to_bind_without_a_model_of_anybody():
    for policy in (P.ab_test(), P.bandit(users=10_000)):
        run = sa.simulate(sa.models.ecosystem, 104, policy=policy, seed=0, dt=1)
        assert float(run["cues"].sel(time=slice(52, None)).mean()) > 0.4
        assert float(run["autonomy"][-1] - sa.counterfactual(run)["autonomy"][-1]) < -0.05


@pytest.mark.parametrize("policy", [P.ab_test(users=50), P.bandit()])
def test_the_same_seed_gives_the_same_levers(policy):
    first, second, other = (sa.simulate(companion, 30, policy=policy, seed=seed, dt=1)["cues"] for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: P.ab_test(3), "name of an observable"),
        (lambda: P.ab_test(levers=[]), "levers is empty"),
        (lambda: P.ab_test(levers="cues"), "must be a list"),
        (lambda: P.ab_test(users=0), "users"),
        (lambda: P.ab_test(noise=-1), "noise"),
        (lambda: P.ab_test(width=0), "width"),
        (lambda: P.bandit(levels=1), "levels"),
        (lambda: P.bandit(exploration=1.5), "exploration"),
        (lambda: P.bandit(step=float("nan")), "finite"),
        (lambda: sa.simulate(companion, 5, policy=P.ab_test("engagment")), "Did you mean 'engagement'"),
        (lambda: sa.simulate(companion, 5, policy=P.bandit(levers=["cue"])), "Did you mean 'cues'"),
        (lambda: sa.simulate(sa.models.ecosystem, 5, policy=P.bandit(levels=20)), "8000 arms"),
        (lambda: sa.simulate(companion, 5, policy=P.ab_test), "Call it first"),
    ],
)
def test_learners_refuse_what_makes_no_sense(make, said):
    with pytest.raises((ValueError, TypeError, RuntimeError), match=said):
        make()


def gaps(policy):
    run = sa.simulate(sa.models.ecosystem, 104, policy=policy, seed=1, dt=1)
    twin = sa.counterfactual(run)
    return {n: float(run[n][-1] - twin[n][-1]) for n in sa.objectives.NEEDS}


def test_a_cap_on_cues_moves_the_harm_to_competence():
    team = P.ab_test("engagement", users=10_000)
    free, under = gaps(team), gaps(P.capped(team, cues=0.3))
    assert max(free["relatedness"], free["autonomy"]) <= -0.1
    assert under["competence"] < free["competence"] - 0.2 and under["relatedness"] > free["relatedness"]
