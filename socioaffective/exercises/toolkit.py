"""The questions of the toolkit, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from socioaffective.dynamics.equilibrium import RestPoints, equilibria
from socioaffective.exercises.answers import attempt, formula
from socioaffective.exercises.matrices import build_focus, classify_matrices, is_a_clear_focus, mistakes_tell
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.model import Model
from socioaffective.quantities import parameter, state
from socioaffective.simulation.runs import simulate

BEFORE = 0.2

share = state("share", "people who use the app", start=0.01, symbol="x")
spread = parameter("spread", 0.5, (0, 2), "1/week", "how fast users win others", symbol="s")
quitting = parameter("quitting", BEFORE, (0, 2), "1/week", "how fast users give up", symbol="q")
step = parameter("step", 1, (0, 100), "weeks", "from one row to the next", symbol="h")
app = Model("App", {share: spread * share * (1 - share) - quitting * share})
in_steps = Model("App in steps", {share: share + step * app.equations[share]}, clock="discrete")

mine = state("mine", "how warm I am to you", start=-0.9, bounds=(-1.2, 1.2), symbol="x")
yours = state("yours", "how warm you are to me", start=0.5, bounds=(-1.2, 1.2), symbol="y")
two = Model("Two people", {mine: sympy.tanh(2 * yours) - mine, yours: sympy.tanh(2 * mine) - yours})

goodwill = state("goodwill", "how willing people are", start=0.8, bounds=(0, 4), symbol="g")
recovery = parameter("recovery", 0.4, (0.01, 2), "1/week", "how fast goodwill comes back", symbol="rho")
ceiling = parameter("ceiling", 1.0, (0.1, 4), "1", "where it stops by itself", symbol="K")
demand = parameter("demand", 0.05, (0, 2), "1/week", "what is asked of people", symbol="h")
favours = Model("Favours", {goodwill: recovery * goodwill * (1 - goodwill / ceiling) - demand})


@lru_cache(maxsize=32)
def _pace(leaving: float) -> float:
    """Returns how fast the app comes to rest where people use it, per week."""
    return float(-equilibria(app, quitting=leaving)[-1].eigenvalues[0].real)


def _lives(leaving: float) -> bool:
    """Returns whether the app has two rest points at this rate of quitting, and people use it at the stable one."""
    return [point.kind for point in equilibria(app, quitting=leaving)] == ["unstable node", "stable node"]


def _other_times(more_quit: float) -> list[tuple[float, str]]:
    pace, old, s = _pace(more_quit), _pace(BEFORE), spread.quantity.default
    at_first, rest = (equilibria(app, quitting=q)[-1].state["share"] for q in (BEFORE, more_quit))
    far = simulate(app, 52, {"share": at_first}, dt=0.1, quitting=more_quit)
    first_half = np.interp(0.5, (at_first - far["share"].values) / (at_first - rest), far["time"].values)
    return [
        (
            -np.log(2) / pace,
            "The sign: a half-life is a time, and positive. The slope is negative, the rate is minus the slope.",
        ),
        (1 / pace, "That is the time constant, one over the rate: by then 37 % is left, not half."),
        (pace, "That is the rate, per week. A half-life is ln 2 over it."),
        (-pace, "That is the slope at the new rest point. The rate is minus that, and the half-life ln 2 over it."),
        (rest, "That is where it comes to rest. How fast does it get there?"),
        (first_half, "That is read off the first weeks, far from rest, where it goes faster. Measure once it is close."),
        (np.log(2) / old, "That was the half-life before the change. What counts is the slope at the new rest point."),
        (1 / old, "That was the time constant before the change."),
        (
            np.log(2) / more_quit,
            "That is ln 2 over the rate of quitting alone. Those who win others hold the share up: take the slope.",
        ),
        (np.log(2) / s, "That is ln 2 over the rate of spreading alone. Take the slope of the whole rule."),
        (np.log(2) / (s + more_quit), "The two rates do not add up: spreading works against quitting. Take the slope."),
        (7 * np.log(2) / pace, "Is that in days? Give it in weeks."),
    ]


@lru_cache(maxsize=16)
def _path(mine_at_first: float, yours_at_first: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns how warm two people are, over time: me, and you."""
    run = simulate(two, 20, {"mine": mine_at_first, "yours": yours_at_first}, dt=0.01)
    return run["mine"].values, run["yours"].values


def warmest(mine_at_first: float, yours_at_first: float) -> float:
    """Returns how warm the first of two people gets before they cool.

    >>> from socioaffective.exercises.toolkit import warmest
    >>> round(warmest(-0.9, 0.5), 2)
    -0.36
    """
    return float(_path(mine_at_first, yours_at_first)[0].max())


def _turns_once(mine_at_first: float, yours_at_first: float) -> bool:
    """Returns whether the path passes a saddle between two stable nodes, warms up, turns once, and ends cold."""
    kinds, (x, _) = [point.kind for point in equilibria(two)], _path(mine_at_first, yours_at_first)
    moves, top = np.diff(x), x.argmax()
    once = top > 0 and (moves[:top] > 0).all() and (moves[top:] < 1e-9).all()
    return kinds == ["stable node", "saddle", "stable node"] and bool(once and x[-1] < -0.95)


def _elsewhere_on_the_path(mine_at_first: float, yours_at_first: float) -> list[tuple[float, str]]:
    x, y = _path(mine_at_first, yours_at_first)
    return [
        (y[x.argmax()], "That is how warm you are at that moment. I am on the other axis."),
        (-x.max(), "The sign: on this path I get less cold, and never warm."),
        (
            x[(y < 0).argmax()],
            "There you are neither warm nor cold. I warm up until the path meets the line on which I stand still.",
        ),
        (x[-1], "That is where both end. How warm do I get on the way?"),
        (0.0, "That is the saddle. The path passes it by."),
        (
            np.tanh(2 * yours_at_first),
            "That point of the line is level with the start. The path sinks on its way there: follow it.",
        ),
    ]


def _fold() -> tuple[sympy.Expr, sympy.Expr]:
    """Returns the goodwill and the demand at the fold, derived from the model."""
    rate = favours.equations[goodwill]
    (found,) = sympy.solve([rate, rate.diff(goodwill)], [goodwill, demand], dict=True)
    return found[goodwill], found[demand]


def _same(one: sympy.Expr, other: sympy.Expr) -> bool:
    """Returns whether two expressions agree at five points, which no two of different form do by chance."""
    rng = np.random.default_rng(2)
    points = [dict(zip((recovery, ceiling), map(float, rng.uniform(0.3, 1.9, 2)), strict=True)) for _ in range(5)]
    values = np.array([[complex(e.subs(point).evalf()) for e in (one, other)] for point in points])
    return bool(np.allclose(values[:, 0], values[:, 1], rtol=1e-9))


def fold_of_favours(answer: Any) -> str:
    if isinstance(answer, (list, tuple)) and len(answer) == 1 and isinstance(answer[0], tuple):
        raise Reply("The pair holds goodwill and demand at the fold: give the demand alone.")
    given, (at, value) = formula(answer, {s.name: s for s in (goodwill, recovery, ceiling, demand)}), _fold()
    if given.has(demand):
        raise Reply("The demand itself is still in it. Solve for it.")
    if given.has(goodwill):
        raise Reply("Goodwill is still in it. At a fold two equations hold, f = 0 and f' = 0: use the second to get rid of it.")
    if attempt("This expression", _same, given, value):
        return "Ask for more than that, and there is no level at which goodwill can rest: it falls, and goes on falling."
    for wrong, sentence in (
        (-value, "Only the sign is wrong: demand enters the rule with a minus."),
        (at, "That is the goodwill at the fold. Put it into f = 0 to get the demand there."),
        (
            value / ceiling,
            "The ceiling is left out. Recovery is fastest at half of the ceiling, and is then larger for a high one.",
        ),
        (value / recovery, "The recovery is left out: whoever recovers twice as fast can bear twice the demand."),
        (2 * value, "One factor of a half is lost: at the fold there are two, from goodwill and from the bracket."),
        (4 * value, "That is recovery times ceiling. The fold comes at a part of it: both factors are at their half there."),
        (0 * value, "Without demand goodwill rests at the ceiling, and the slope there is not zero. Solve f = 0 and f' = 0."),
    ):
        if attempt("This expression", _same, given, wrong):
            raise Reply(sentence)
    there = {recovery: 0.8, ceiling: 2}
    raise Reply(
        f"For a recovery of 0.8 and a ceiling of 2 you say {float(given.subs(there)):.3g}. Look at the number "
        "of rest points there, and solve f = 0 and f' = 0."
    )


def build_three(answer: Any, middle: float) -> str:
    if not isinstance(answer, Model):
        raise Reply("Give a model, made with sa.Model.")
    if len(answer.states) != 1 or answer.clock != "continuous" or answer.noise:
        raise Reply("The model has one state, in continuous time and without noise.")
    points: RestPoints = attempt("This model", equilibria, answer)
    kinds = [point.kind for point in points]
    if "degenerate" in kinds:
        at = next(iter(points[kinds.index("degenerate")].state.values()))
        raise Reply(f"At {round(at, 6) + 0.0:.4g} the slope is zero, so that it does not tell. Use roots that are single.")
    if kinds == ["stable node", "unstable node", "stable node"]:
        raise Reply("Three, but the outer two are stable and the middle one is not. Turn the sign of the whole rule round.")
    if len(points) != 3:
        low, high = next(iter(answer.states.values())).bounds
        raise Reply(
            f"Between {low:g} and {high:g}, the bounds of the state, there should be three rest points, not {len(points)}."
        )
    if kinds != ["unstable node", "stable node", "unstable node"]:
        raise Reply(
            f"From left to right they are: {', '.join(kinds)}. The outer two should be unstable, the middle one stable."
        )
    at = next(iter(points[1].state.values()))
    if abs(at - middle) > 0.005:
        raise Reply(f"They are of the right kinds, but the middle one is at {at:.3g}, and should be at {middle:g}.")
    proof = (
        "interval arithmetic proves that there is no fourth" if points.complete else "a fourth was searched for, and not found"
    )
    return f"Whoever leaves the stretch between the outer two never comes back. In the bounds of your state {proof}."


def _three_around(middle: float) -> bool:
    """Returns whether some rule has the three rest points that are asked for."""
    at = state("x", bounds=(-2, 2))
    points = equilibria(Model("Three", {at: (at - middle + 1) * (at - middle) * (at - middle - 1)}))
    return points.complete and [point.kind for point in points] == ["unstable node", "stable node", "unstable node"]


def _border(leaving: float) -> float:
    return 2 / _pace(leaving)


def _settles_up_to_there(leaving: float) -> bool:
    """Returns whether the app in steps is stable where people use it just below the border, and not just above."""
    below, above = (equilibria(in_steps, quitting=leaving, step=part * _border(leaving))[-1] for part in (0.99, 1.01))
    return _lives(leaving) and below.stable and not above.stable


def _other_steps(leaving: float) -> list[tuple[float, str]]:
    rate, s = _pace(leaving), spread.quantity.default
    return [
        (
            1 / rate,
            "With that step the slope of the map is 0, and it settles at once. Larger steps overshoot, and still settle.",
        ),
        (rate, "That is the rate. A step is a time, so it is a number over the rate."),
        (2 * rate, "Turn it over: the step times the rate must stay below 2."),
        (2 / s, "That is 2 over the rate of spreading. What counts is the rate at the rest point, minus the slope there."),
        (2 / leaving, "That is 2 over the rate of quitting. What counts is the rate at the rest point, minus the slope there."),
        (2 / (s + leaving), "The two rates do not add up: spreading works against quitting. Take the slope."),
        (4 / rate, "There the slope of the map is −3. It must not fall below −1."),
        (np.log(2) / rate, "That is the half-life. It settles there, but so it does with larger steps."),
        (0.0, "With a step of 0 nothing moves at all."),
    ]


def _slope_in_steps(weeks: float, leaving: float) -> str:
    if weeks < 0:
        return "A step is a time, and positive."
    slope = 1 - weeks * _pace(leaving)
    verdict = "it does not settle: take a smaller one" if abs(slope) > 1 else "it settles: a larger one does so too"
    return f"With a step of {weeks:g} the slope of the map at rest is {slope:.3g}, so {verdict}."


QUESTIONS = {
    1: Question(
        classify_matrices,
        {"sheet": Number(1, "your sheet of matrices", list(range(1, 9)))},
        mistakes_tell,
        "four kinds by the theorem, and others by each usual mistake",
    ),
    2: quantity(
        "The half-life in weeks",
        lambda more_quit: np.log(2) / _pace(more_quit),
        0.02,
        lambda more_quit: (
            f"People quit {more_quit / BEFORE:.2g} times as fast, and a disturbance lasts "
            f"{_pace(BEFORE) / _pace(more_quit):.2g} times as long: what counts is the slope at the rest point."
        ),
        lambda weeks, more_quit: (
            f"After {weeks:.3g} weeks {np.exp(-_pace(more_quit) * weeks):.0%} of a small disturbance is left, and should be "
            "half of it."
        ),
        mistakes=_other_times,
        relative=True,
        bounds=(-1e3, 1e3),
        numbers={"more_quit": Number(0.4, "rate of quitting from week 26 on", [0.32, 0.34, 0.36, 0.38, 0.4, 0.42])},
        regime=lambda more_quit: _lives(more_quit),
        promise="a rest point without users that is unstable, and one with users that is stable",
    ),
    3: quantity(
        "How warm I get",
        warmest,
        0.02,
        "There the path crosses the line on which I stand still, upright. You have gone cold before.",
        lambda value, **at_first: f"On this path I get {'warmer' if value < warmest(**at_first) else 'less warm'} than that.",
        mistakes=_elsewhere_on_the_path,
        bounds=(-1.2, 1.2),
        numbers={
            "mine_at_first": Number(-0.9, "how warm I am to you at first", [-1, -0.9, -0.8]),
            "yours_at_first": Number(0.5, "how warm you are to me at first", [0.3, 0.4, 0.5]),
        },
        regime=_turns_once,
        promise="a path that warms up, turns once, and ends where both are cold",
    ),
    4: Question(fold_of_favours),
    5: Question(
        build_focus,
        {
            "turns_in": Number(10, "weeks in which it goes round once", [10, 12, 14]),
            "halves_in": Number(5, "weeks in which distances halve", [3, 4, 5]),
        },
        is_a_clear_focus,
        "a stable focus, from which the usual mistakes can be told",
    ),
    6: Question(
        build_three,
        {"middle": Number(0.5, "where the middle rest point is", [-0.75, -0.5, -0.25, 0.25, 0.5, 0.75])},
        _three_around,
        "a rule that has these three, and no fourth",
    ),
    7: quantity(
        "The step in weeks",
        _border,
        0.01,
        "There the map's slope is −1: a small error comes back with its sign turned, and only what is curved decides.",
        _slope_in_steps,
        mistakes=_other_steps,
        relative=True,
        bounds=(-1e3, 1e3),
        numbers={"leaving": Number(0.2, "rate of quitting in the spreadsheet", [0.1, 0.15, 0.2, 0.3, 0.35])},
        regime=_settles_up_to_there,
        promise="a rest point with users, stable in shorter steps and not in longer ones",
    ),
}
