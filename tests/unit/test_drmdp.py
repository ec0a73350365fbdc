"""DR-MDPs against their definitions, written out and searched by force, and what is refused."""

import copy
import itertools
import pickle
from fractions import Fraction

import numpy as np
import pytest
import sympy

import socioaffective as sa

d = sa.worlds.drmdp
OBJECTIVES = ("real-time", "final", "initial", "natural shifts", "constrained", "myopic", "privileged", "pareto")


def lottery(seed, states=2, choices=2, most=3):
    """A world of chance: each action leads to two places, doing nothing to one."""
    rng = np.random.default_rng(seed)
    pairs = [(f"s{k}", who) for k in range(states) for who in ("A", "B")]
    acts = ["wait", *(f"act{k}" for k in range(1, choices))]
    moves = {}
    for pair in pairs:
        for a in acts:
            one, other = rng.choice(len(pairs), 2, replace=False)
            p = Fraction(int(rng.integers(1, 4)), 4)
            moves[(*pair, a)] = pairs[one] if a == "wait" else {pairs[one]: p, pairs[other]: 1 - p}
    # Few different rewards, unless told otherwise, so that there are ties.
    rewards = {(who, s, a): int(rng.integers(0, most)) for who in "AB" for s, _ in pairs for a in acts}
    return d.DRMDP(f"Lottery {seed}", pairs[0], "wait", moves, rewards)


def by_force(world, horizon):
    """Every plan, as what it does in each history, with all that may happen and its chance."""
    layers = [[(world.start,)]]
    for _ in range(horizon - 1):
        layers.append(
            [(*h, to) for h in layers[-1] for to in {to for a in world.actions for to, _ in world.outcomes(h[-1], a)}]
        )
    histories = [h for layer in layers for h in layer]
    for acts in itertools.product(world.actions, repeat=len(histories)):
        plan, told = dict(zip(histories, acts, strict=True)), [((world.start,), (), Fraction(1))]
        for _ in range(horizon):
            told = [((*h, to), (*done, plan[h]), m * p) for h, done, m in told for to, p in world.outcomes(h[-1], plan[h])]
        yield frozenset((h[: k + 1], a) for h, done, _ in told for k, a in enumerate(done)), told


def scores(world, horizon, nothing):
    """The utilities of the source, by name, as functions of one thing that may happen."""

    def summed(judge):
        return lambda h, done: sum(world.reward(judge(h, t), h[t][0], a, h[t + 1][0]) for t, a in enumerate(done))

    chance = [{} for _ in range(horizon)]
    for h, _, p in nothing:
        for t in range(horizon):
            chance[t][h[t][1]] = chance[t].get(h[t][1], 0) + p
    natural = lambda h, done: sum(  # noqa: E731
        q * world.reward(who, h[t][0], a, h[t + 1][0]) for t, a in enumerate(done) for who, q in chance[t].items()
    )
    found = {
        "real-time": summed(lambda h, t: h[t][1]),
        "final": summed(lambda h, t: h[-1][1]),
        "initial": summed(lambda h, t: h[0][1]),
        "natural shifts": natural,
    }
    return found | {who: summed(lambda h, t, who=who: who) for who in world.selves}


def law(told):
    found = {}
    for h, _, p in told:
        selves = tuple(pair[1] for pair in h)
        found[selves] = found.get(selves, 0) + p
    return found


@pytest.mark.parametrize(("seed", "states", "horizon"), [*((k, 2, 2) for k in range(12)), *((k, 1, 3) for k in range(20, 30))])
def test_every_objective_against_its_definition_by_force(seed, states, horizon):
    world = lottery(seed, states)
    plans = list(by_force(world, horizon))
    nothing = next(told for _, told in plans if all(a == "wait" for _, done, _ in told for a in done))
    views, idle = scores(world, horizon, nothing), law(nothing)
    table = [
        (rules, {n: sum(p * view(h, done) for h, done, p in told) for n, view in views.items()}, law(told) != idle, told)
        for rules, told in plans
    ]
    flat = {n: sum(p * view(h, done) for h, done, p in nothing) for n, view in views.items()}

    def compare(answer, good):
        assert len(answer.policies) == len({rules for rules, *_ in good})
        assert answer.influences == all(moved for _, _, moved, _ in good)
        assert answer.may_influence == any(moved for _, _, moved, _ in good)

    for name in ("real-time", "final", "initial", "natural shifts", "constrained"):
        pool = [row for row in table if not row[2]] if name == "constrained" else table
        score = "real-time" if name == "constrained" else name
        top = max(row[1][score] for row in pool)
        answer = d.solve(world, name, horizon)
        assert answer.value == top, name
        compare(answer, [row for row in pool if row[1][score] == top])
    answer = d.solve(world, "privileged", horizon)
    for who in world.selves:
        top = max(row[1][who] for row in table)
        assert answer.value[who] == top
        compare(answer.parts[who], [row for row in table if row[1][who] == top])
    fair = [row for row in table if all(row[1][who] >= flat[who] for who in world.selves)]
    beaten = lambda one: any(  # noqa: E731
        all(other[1][w] >= one[1][w] for w in world.selves) and any(other[1][w] > one[1][w] for w in world.selves)
        for other in fair
    )
    best = [row for row in fair if not beaten(row)]
    answer = d.solve(world, "pareto", horizon)
    assert answer.value == {who: max(row[1][who] for row in best) for who in world.selves}
    compare(answer, best)
    now = lambda pair, a: sum(p * world.reward(pair[1], pair[0], a, to[0]) for to, p in world.outcomes(pair, a))  # noqa: E731
    greedy = [
        row for row in table
        if all(now(h[t], a) == max(now(h[t], b) for b in world.actions) for h, done, _ in row[3] for t, a in enumerate(done))
    ]  # fmt: skip
    answer = d.solve(world, "myopic", horizon)
    assert answer.value == max(row[1]["real-time"] for row in greedy)
    compare(answer, greedy)


@pytest.mark.parametrize("objective", ["real-time", "final", "initial", "natural shifts", "constrained", "myopic"])
@pytest.mark.parametrize("seed", [3, 7])
def test_a_policy_is_worth_what_its_solution_says(objective, seed):
    world = lottery(seed)
    answer = d.solve(world, objective, 3)
    seen = [d.judge(world, policy) for policy in answer.policies]
    worth = [one.to["real-time" if objective in ("constrained", "myopic") else objective] for one in seen]
    assert max(worth) == answer.value and (objective == "myopic" or set(worth) == {answer.value})
    assert {one.influences for one in seen} == {"always": {True}, "sometimes": {True, False}, "never": {False}}[answer.verdict]


def test_the_trainer_is_the_conspiracy_in_other_words():
    conspiracy, trainer = d.examples["conspiracy"], d.examples["trainer"]
    words = {"natural": "tired", "influenced": "energised", "influence": "nudge"}
    assert (
        conspiracy != trainer
        and conspiracy.relabelled(words) == trainer
        and hash(conspiracy.relabelled(words)) == hash(trainer)
    )
    for objective, horizon in itertools.product(OBJECTIVES, range(1, 6)):
        one, other = (d.solve(name, objective, horizon) for name in (conspiracy, trainer))
        new = lambda value: {words.get(k, k): v for k, v in value.items()} if isinstance(value, dict) else value  # noqa: E731
        assert new(one.value) == other.value and new(one.verdict) == other.verdict
    # No relabelling makes it the clickbait world: there a self never comes back.
    assert d.examples["clickbait"].relabelled({"clickbait": "influence"}) != conspiracy


def test_no_objective_is_good_in_every_column():
    """Those that leave the conspiracy's victim and the reader of clickbait alone leave the person on the sofa alone too."""
    table = d.table()
    verdicts = {o: {n: answer.verdict for n, answer in row.items()} for o, row in table.items() if o != "privileged"}
    careful = {o for o, row in verdicts.items() if row["conspiracy"] == row["clickbait"] == "never"}
    assert careful == {"constrained", "pareto"} and all(verdicts[o]["trainer"] == "never" for o in careful)
    assert set(verdicts["constrained"].values()) == {"never"}
    # Not even what every self would have: in Dehydration a3 is better than nothing to all three.
    left, moved = (d.judge("dehydration", [act, "noop"]).by_self for act in ("noop", "a3"))
    assert all(moved[who] > left[who] for who in (2, 3, 4)) and ("a3", "noop") in table["pareto"]["dehydration"].policies
    # And who it is that is privileged decides.
    assert set(table["privileged"]["conspiracy"].verdict.values()) == {"always", "never"}


def test_the_influenced_judge_the_same_life_otherwise():
    seen = d.judge("conspiracy", "influence", 3)
    assert dict(seen.to) == {"real-time": 100, "final": 300, "initial": -300, "natural shifts": -300}
    assert dict(seen.by_self) == {"natural": -300, "influenced": 300} and seen.influences


def test_a_rule_is_judged_like_the_list_of_what_it_does():
    rule = lambda step, state, who: "clickbait" if who == "normal" else "news"  # noqa: E731
    assert d.judge("clickbait", rule, 4) == d.judge("clickbait", ["clickbait", "news", "news", "news"])
    assert d.judge("clickbait", rule, 4).to["real-time"] == 2 + 3 * Fraction(1, 2)


def test_the_horizon_threshold_by_hand():
    """100 (H - 1) - 100 > 10 H exactly for H > 20/9."""
    found = d.horizon_threshold("conspiracy", longest=6)
    assert found.value == 3 and found.proved and list(found.verdicts.values()) == ["never"] * 2 + ["always"] * 4
    for horizon in (1, 2, 3, 30, 90):
        answer = d.solve("conspiracy", "real-time", horizon)
        assert answer.value == max(10 * horizon, 100 * (horizon - 1) - 100)
        assert answer.influences == (horizon > 2)
    # At 20/9 steps both would be worth the same: a reward of 200/9 in place of 10 moves the border there.
    world = d.examples["conspiracy"]
    even = world.replace(rewards=dict(world.rewards) | {("natural", "here", "noop"): Fraction(100, 3)})
    assert d.solve(even, "real-time", 3).verdict == "sometimes" and d.horizon_threshold(even).value == 4
    assert d.horizon_threshold("clickbait").value == 1 and d.horizon_threshold("conspiracy", "constrained").proved
    assert d.horizon_threshold("conspiracy", "privileged")["natural"].value is None
    assert d.horizon_threshold("conspiracy", "initial").value is None


def test_what_is_proved_for_longer_horizons_is_so():
    for seed in range(12):
        world = lottery(seed, states=1)
        found = d.horizon_threshold(world, longest=8)
        if found.proved and found.value:
            assert all(d.solve(world, "real-time", horizon).influences for horizon in (9, 15, 24))


def test_a_tie_is_reported_as_a_tie():
    answer = d.solve("dehydration", "real-time", 2)
    assert set(answer.policies) == {("noop", "noop"), ("noop", "a3"), ("noop", "a4")}
    assert answer.verdict == "sometimes" and not answer.influences and answer.may_influence
    assert len(d.solve("dehydration", "initial", 6).policies) == 3**5
    with pytest.raises(ValueError, match="too many to list"):
        _ = d.solve("dehydration", "initial", 12).policies
    # What is asked of all of them is still answered.
    assert d.solve("dehydration", "initial", 12).influences


def test_a_long_horizon_is_solved_or_refused_and_never_hangs():
    for name, objective in itertools.product(d.examples, OBJECTIVES):
        assert d.solve(name, objective, 30 if objective in ("final", "pareto") else 100).verdict is not None
    assert d.solve("conspiracy", "constrained", 100).policies == (("noop",) * 100,)
    # Chance makes more histories than could be listed; what is asked of the plan as a whole is still answered.
    answer = d.solve(lottery(3, 4, 4, 10**6), "real-time", 60)
    assert answer.verdict == "always"
    with pytest.raises(ValueError, match="too many turns of chance"):
        _ = answer.policies


def test_two_readings_of_the_selves_in_turn():
    """Without the last self clickbait in the last step would not count as influence; the library counts it."""
    assert d.solve("clickbait", "constrained", 2).policies == (("news", "news"),)
    assert (
        d.judge("clickbait", ["news", "clickbait"]).influences
        and d.judge("clickbait", ["news", "clickbait"]).to["real-time"] == 3
    )


def test_two_cells_of_the_initial_row_fail_for_the_other_self():
    for name, act in (("writer", "influence"), ("clickbait", "clickbait")):
        world, horizon = d.examples[name], d.HORIZONS[name]
        assert (act,) * horizon in d.solve(world, "initial", horizon).policies
        other = world.replace(start=(world.start[0], world.selves[1]))
        assert (act,) * horizon not in d.solve(other, "initial", horizon).policies


MOVES = {("s", who, a): ("s", who) for who in "AB" for a in ("wait", "go")}
REWARDS = {(who, "s", a): 1 for who in "AB" for a in ("wait", "go")}


def made(**changes):
    given = {"title": "Mine", "start": ("s", "A"), "noop": "wait", "moves": MOVES, "rewards": REWARDS} | changes
    return d.DRMDP(**given)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"moves": MOVES | {("s", "A", "go"): {("s", "A"): "1/2", ("s", "B"): "1/3"}}}, ValueError, "add up to 5/6, not to 1"),
        ({"moves": MOVES | {("s", "A", "go"): {("s", "A"): "3/2", ("s", "B"): "-1/2"}}}, ValueError, "is -1/2, below 0"),
        ({"moves": MOVES | {("s", "A", "go"): {("s", "A"): 0.1, ("s", "B"): 0.9}}}, TypeError, "write '1/10', not 0.1"),
        ({"moves": MOVES | {("s", "A", "go"): ("t", "A")}}, ValueError, "how it goes on from there"),
        ({"moves": MOVES | {("s", "A", "jump"): ("s", "A")}}, ValueError, r"from \('s', 'B'\) under 'jump' is missing"),
        ({"moves": {}}, ValueError, "has no moves"),
        ({"moves": [1]}, TypeError, "must be a mapping"),
        ({"moves": MOVES | {("s", "A"): ("s", "A")}}, TypeError, r"\(state, self, action\)"),
        ({"moves": MOVES | {("s", "A", "go"): "s"}}, TypeError, "must be a mapping, such as"),
        (
            {"moves": MOVES | {("s", "A", "go"): ("s", ["A"])}},
            TypeError,
            r"made of texts, numbers or tuples of them, not \('s', \['A",
        ),
        ({"rewards": {k: v for k, v in REWARDS.items() if k != ("B", "s", "go")}}, ValueError, "reward of self 'B' for 'go'"),
        ({"rewards": REWARDS | {("C", "s", "go"): 1}}, ValueError, "There is no self of 'Mine'"),
        ({"rewards": REWARDS | {("A", "s", "go"): float("nan")}}, TypeError, "must be exact, not nan"),
        ({"rewards": REWARDS | {("A", "s", "go"): True}}, TypeError, "must be a number"),
        ({"rewards": REWARDS | {("A", "s", "go"): "a lot"}}, ValueError, "no number"),
        ({"rewards": REWARDS | {("A", "s", "go"): None}}, TypeError, "whole number, a Fraction"),
        ({"rewards": REWARDS | {("A", "s", "go"): 0.5}}, TypeError, "must be exact: write '1/2', not 0.5"),
        ({"start": ("s", "C")}, ValueError, "to start in"),
        ({"start": "s"}, ValueError, "to start in"),
        ({"noop": "Wait"}, ValueError, "Did you mean 'wait'"),
        ({"title": " "}, TypeError, "title in letters"),
    ],
)
def test_a_world_that_is_none_is_refused(changes, error, words):
    with pytest.raises(error, match=words):
        made(**changes)


def test_exact_numbers_of_every_kind_are_taken():
    kinds = [1, "1", "1.0", Fraction(1), np.int64(1), sympy.Integer(1)]
    assert {d.solve(made(rewards=REWARDS | {("A", "s", "go"): one}), "real-time", 2).value for one in kinds} == {2}
    assert made(moves=MOVES | {("s", "A", "go"): {("s", "A"): "0.5", ("s", "B"): sympy.Rational(1, 2)}}) is not None


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: d.solve("conspiracy", "realtime", 3), ValueError, "Did you mean 'real-time'"),
        (lambda: d.solve("conspirancy", "final", 3), ValueError, "Did you mean 'conspiracy'"),
        (lambda: d.solve(3, "final", 3), TypeError, "name of an example"),
        *(
            (lambda h=h: d.solve("conspiracy", "final", h), ValueError, "horizon must be a whole number")
            for h in (0, -1, 2.5, 10**9)
        ),
        *(
            (lambda h=h: d.solve("conspiracy", "final", h), (TypeError, ValueError), "horizon must be")
            for h in (True, "3", None, float("nan"))
        ),
        (lambda: d.solve(lottery(1, most=10**6), "final", 60), ValueError, "too large to solve exactly"),
        (lambda: d.solve(lottery(1, 3, 3, 10**6), "pareto", 60), ValueError, "can be tried"),
        (lambda: d.judge("conspiracy", "influence"), ValueError, "How many steps"),
        (lambda: d.judge("conspiracy", ["noop"], 3), ValueError, "1 steps, and the horizon is 3"),
        (lambda: d.judge("conspiracy", ["nop"]), ValueError, "Did you mean 'noop'"),
        (lambda: d.judge("conspiracy", []), ValueError, "whole number"),
        (lambda: d.judge("conspiracy", lambda *_: 1 / 0, 3), RuntimeError, "plan raised ZeroDivisionError: .*, at step 0 in"),
        (lambda: d.examples["conspiracy"].relabelled({"x": "y"}), ValueError, "name in"),
        (lambda: d.examples["conspiracy"].relabelled({"natural": ["x"]}), TypeError, "new name of 'natural' must be made of"),
        (lambda: d.examples["conspiracy"].relabelled({"noop": "influence"}), ValueError, "would make two"),
        (lambda: d.discount_threshold("conspiracy", ("there", "natural")), ValueError, "There is no"),
        (lambda: sa.worlds.myopia.world(0.3), TypeError, "must be exact: write '3/10'"),
    ],
)
def test_a_question_that_is_none_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda given: pickle.loads(pickle.dumps(given))])
def test_worlds_solutions_and_judgements_can_be_stored_and_copied(again):
    world = lottery(3)
    kept = again(world)
    assert kept == world and hash(kept) == hash(world) and kept.title == world.title
    with pytest.raises(TypeError):
        kept.moves["s0", "A", "wait"] = ("s0", "B")
    for objective in OBJECTIVES:
        answer = d.solve(world, objective, 2)
        seen = answer.verdict, answer.policies
        kept = again(answer)
        assert kept == answer and (kept.verdict, kept.policies) == seen
    assert again(d.judge(world, "wait", 2)) == d.judge(world, "wait", 2)


def test_the_table_is_printed_by_the_report():
    lines = d.report()
    assert sum("real-time without" not in line and line.startswith("real-time  ") for line in lines) == 5
    assert sum(
        any(line.startswith(o) for o in OBJECTIVES) and "horizon" in line and "HorizonThreshold" not in line for line in lines
    ) == (7 * 5 + sum(len(world.selves) for world in d.examples.values()))
