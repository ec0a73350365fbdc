"""Discount thresholds of DR-MDPs: the borders between the best plans, exactly, and against value iteration."""

import pytest
import sympy

import socioaffective as sa

d = sa.worlds.drmdp


def value_iteration(world, gamma, rounds=4000):
    pairs = list({key[:2] for key in world.moves})
    worth = dict.fromkeys(pairs, 0.0)
    look = lambda pair, a: sum(  # noqa: E731
        float(p) * (float(world.reward(pair[1], pair[0], a, to[0])) + gamma * worth[to]) for to, p in world.outcomes(pair, a)
    )
    for _ in range(rounds):
        worth = {pair: max(look(pair, a) for a in world.actions) for pair in pairs}
    return {pair: max(world.actions, key=lambda a: look(pair, a)) for pair in pairs}


@pytest.mark.parametrize(
    ("world", "where", "below", "above"),
    [
        ("conspiracy", sympy.Rational(11, 20), "noop", "influence"),
        ("clickbait", sympy.Rational(2, 3), "clickbait", "news"),
        (sa.worlds.myopia.world(), sympy.Rational(1, 2), "defect", "cooperate"),
    ],
)
def test_the_discount_thresholds_against_value_iteration(world, where, below, above):
    assert d.discount_threshold(world) == where
    known = d.examples.get(world, world) if isinstance(world, str) else world
    assert value_iteration(known, float(where) - 1e-3)[known.start] == below
    assert value_iteration(known, float(where) + 1e-3)[known.start] == above
    low, high = d.discount_regions(world)
    assert low.low == 0 and low.high == high.low == where and high.high == 1
    assert low.actions[known.start] == (below,) and high.actions[known.start] == (above,)
    assert (low.verdict, high.verdict) == (("always", "never") if world == "clickbait" else ("never", "always"))


@pytest.mark.parametrize(
    ("beta", "above"),
    [
        (1, 0),
        ("1/2", 0),
        (0, 0),
        ("-1e-100", sympy.Rational(1, 10**100)),
        ("-99/100", sympy.Rational(99, 100)),
        (-1, None),
        (-2, None),
    ],
)
def test_cooperating_is_best_above_what_it_costs(beta, above):
    assert sa.worlds.myopia.run(beta) == above


def test_no_discount_leaves_both_alone():
    """Below 11/20 clickbait is served, above 2/3 the conspiracy is spread, and in between both are."""
    for gamma, influences in ((0.3, (False, True)), (0.6, (True, True)), (0.8, (True, False))):
        found = [next(r for r in d.discount_regions(n) if r.low < gamma < r.high) for n in ("conspiracy", "clickbait")]
        assert tuple(region.verdict == "always" for region in found) == influences


def test_once_influenced_the_best_plan_stays_there_at_every_discount():
    (region,) = d.discount_regions("conspiracy", ("here", "influenced"))
    assert region.actions == {("here", "influenced"): ("influence",)} and region.verdict == "always"
    for gamma in (0.1, 0.5, 0.6, 0.9):
        assert value_iteration(d.examples["conspiracy"], gamma)["here", "influenced"] == "influence"


def chain(rewards, other):
    """One choice at the start: a row of rewards for doing nothing, another for acting, then nothing for ever."""
    places = [
        ("0", "A"),
        *((f"n{k}", "A") for k in range(1, len(rewards))),
        *((f"a{k}", "B") for k in range(1, len(other))),
        ("end", "A"),
    ]
    worth, moves = {("end",): 0}, {}
    for row, name, act in ((rewards, "n", "wait"), (other, "a", "go")):
        for k, r in enumerate(row):
            here, then = (p for p in ((f"{name}{k}" if k else "0"), f"{name}{k + 1}"))
            target = next((p for p in places if p[0] == then), ("end", "A"))
            for a in [act] if k == 0 else ["wait", "go"]:
                moves[(*next(p for p in places if p[0] == here), a)] = target
                worth[here, a] = r
    for a in ("wait", "go"):
        moves["end", "A", a], worth["end", a] = ("end", "A"), 0
    return d.DRMDP("Chain", ("0", "A"), "wait", moves, {(who, s, a): worth[s, a] for who in "AB" for s, _, a in moves})


def test_a_threshold_may_be_irrational_and_there_may_be_two():
    # 1 now against 1 in each of the next two steps: gamma + gamma^2 = 1.
    assert sympy.simplify(d.discount_threshold(chain([1], [0, 1, 1])) - (sympy.sqrt(5) - 1) / 2) == 0
    # gamma - (gamma^2 + 3/16) is positive between 1/4 and 3/4.
    twice = chain(["3/16", 0, 1], [0, 1])
    assert [r.high for r in d.discount_regions(twice)] == [sympy.Rational(1, 4), sympy.Rational(3, 4), 1]
    with pytest.raises(ValueError, match="more than once, at 1/4, 3/4"):
        d.discount_threshold(twice)
    assert d.discount_threshold("writer") is None
