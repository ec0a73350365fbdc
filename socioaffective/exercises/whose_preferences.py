"""The questions of chapter 06, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy

from socioaffective.exercises.answers import attempt, plain, point_out
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import sphere
from socioaffective.simulation import simulate
from socioaffective.worlds.drmdp import DRMDP, examples, horizon_threshold, judge, solve

LIFE = ["news", "news", "clickbait", "news"]
CONTENT = 50
START, LEARNING, PLEASED = 80, 0.2, 0.9


def contented() -> DRMDP:
    """Returns the conspiracy for somebody who gives 50 for being left alone.

    >>> from socioaffective.exercises.whose_preferences import contented
    >>> contented().rewards["natural", "here", "noop"]
    Fraction(50, 1)
    """
    world = examples["conspiracy"]
    return world.replace(title="Contented", rewards={**world.rewards, ("natural", "here", "noop"): CONTENT})


def last_self(answer: Any) -> str:
    value, seen = plain(answer, -1e6, 1e6, "The sum of rewards"), judge("clickbait", LIFE)
    if abs(value - seen.to["final"]) < 1e-9:
        return "The last self has never liked clickbait, and counts even the news at half."
    point_out(
        value,
        [
            (float(seen.to["real-time"]), "That is what each self gives at its time. Let the last one count all four steps."),
            (float(seen.to["initial"]), "So it looks to the self at the start. Who is the person at the end?"),
            (4.0, "That is what doing nothing is worth to the self it leaves."),
            (2.0, "The third step is no news: the disillusioned give it 0."),
            (0.5, "That is the last step alone. The last self judges the whole life."),
        ],
        1e-9,
    )
    raise Reply("Write down who the person is after the fourth step, and what that self gives for each of the four.")


def turning_horizon(answer: Any) -> str:
    horizon, key = plain(answer, 0, 1000, "The horizon"), horizon_threshold(contented()).value
    if horizon != int(horizon):
        raise Reply("A horizon is a whole number of steps. From which one on is influence strictly better?")
    if horizon == key:
        return "Four steps are a draw, so influence is only one of the best plans there; from five on it is the only one."
    point_out(
        horizon,
        [
            (4, "At four steps both are worth 200: then some of the best plans influence, and not all."),
            (3, "That is right for somebody who gives 10 for being left alone. This one gives 50."),
            (2, "Two steps cost 100 and bring 100: that is 0, against 100 for doing nothing."),
        ],
        0,
    )
    steps = int(min(max(horizon, 1), 40))
    more = "influences already" if solve(contented(), "real-time", steps - 1 or 1).influences else "does not influence yet"
    raise Reply(
        f"Compare 50 H with -100 + 100 (H - 1). With a horizon of {max(steps - 1, 1)} the objective {more}."
        if horizon > key
        else f"With a horizon of {steps} doing nothing brings {50 * steps}, and influence {-100 + 100 * (steps - 1)}."
    )


N, C, B = sympy.symbols("n c b", positive=True)


def _values(expression: Any) -> np.ndarray:
    rng = np.random.default_rng(6)
    points = [dict(zip((N, C, B), rng.uniform((1, 20, 60), (10, 50, 99)), strict=True)) for _ in range(6)]
    return np.array([complex(expression.subs(point).evalf()) for point in points])


def discount_formula(answer: Any) -> str:
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        raise Reply("Give a formula in n, c and b, not a number: it must hold for every such person.")
    expression = attempt("This answer", sympy.sympify, answer, locals={"n": N, "c": C, "b": B})
    if isinstance(expression, (list, tuple, sympy.Tuple, sympy.FiniteSet)) and len(expression) == 1:
        (expression,) = expression
    if isinstance(expression, sympy.core.relational.Relational):
        sides = [side for side in expression.args if {s.name for s in side.free_symbols} & {"n", "c", "b"}]
        expression = sides[0] if len(sides) == 1 else expression
    if not isinstance(expression, sympy.Expr):
        raise Reply(f"Give an expression in the symbols n, c and b, not {answer!r}.")
    by_name = {"n": N, "c": C, "b": B}
    expression = expression.subs({s: by_name[s.name] for s in expression.free_symbols if s.name in by_name})
    if foreign := expression.free_symbols - {N, C, B}:
        raise Reply(f"'{min(str(s) for s in foreign)}' stands in your answer. Solve for the discount, in n, c and b alone.")
    found, key = attempt("This formula", _values, expression), _values((N + C) / (B + C))
    if np.allclose(found, key, rtol=1e-6):
        return "The gain that is forgone counts together with the cost: patience must be worth both."
    mistakes = [
        (N / B, "That is the border if nobody minded the first step. It costs c."),
        (C / B, "What doing nothing would have brought is missing: n a step, for ever."),
        (C / (B + C), "What doing nothing would have brought is missing: n a step, for ever."),
        ((B + C) / (N + C), "Turned over: a discount is below 1."),
        ((N - C) / (B - C), "The sign of c is wrong: the first step gives -c."),
        ((N + C) / B, "The first step costs c once, not in every step: write -c + b gamma/(1 - gamma)."),
        ((N + C) / (B + C + N), "Doing nothing is worth n/(1 - gamma): it begins with n now."),
        (1 - (N + C) / (B + C), "That is one minus the border."),
    ]
    for wrong, sentence in mistakes:
        if np.allclose(found, _values(wrong), rtol=1e-6):
            raise Reply(sentence)
    raise Reply("Set n/(1 - gamma) equal to -c + b gamma/(1 - gamma), and solve for gamma.")


def nobody_minds(answer: Any) -> str:
    if not isinstance(answer, DRMDP):
        raise Reply(f"Give a world, made with `sa.worlds.drmdp.DRMDP(...)`, not {type(answer).__name__}.")
    if len(answer.selves) != 2:
        raise Reply(f"Your world has {len(answer.selves)} selves ({', '.join(map(str, answer.selves))}). Two are asked for.")
    agreed = attempt("Your world", solve, answer, "pareto", 2)
    if not agreed.influences:
        some = "some do and some do not" if agreed.may_influence else "none does"
        raise Reply(
            f"Under pareto not every best plan influences: {some}. Which self would lose by it, or is at best as well off? "
            "Ask with judge(...).by_self."
        )
    if solve(answer, "real-time", 2).influences:
        raise Reply("Nobody minds, but real-time influences too. Whose numbers does it add up, and in which steps?")
    return "No self minds and one gains, and yet the sum over selves does not ask for it: it compares their scales."


def exposures(answer: Any) -> str:
    count = plain(answer, 0, 10_000, "The number of exposures")
    if count != int(count):
        raise Reply("Count whole exposures: after which one is it above 0.9 for the first time?")
    start = {"along": math.cos(math.radians(START)), "across": math.sin(math.radians(START))}
    rewards = simulate(sphere, 60, start, learning=LEARNING)["reward"].values
    key = int(np.argmax(rewards > PLEASED))
    if count == key:
        return "The tangent goes from 5.67 below 0.484, a twelfth of it, at 1/1.2 a step."
    usual = simulate(sphere, 60, start)["reward"].values
    angle = next(k for k in range(60) if math.cos(math.radians(START / (1 + LEARNING) ** k)) > PLEASED)
    point_out(
        count,
        [
            (key - 1, f"After {key - 1} exposures it is {rewards[key - 1]:.3f}: not yet."),
            (angle, "You let the angle shrink by 1/1.2 a step. It is the tangent that does."),
            (int(np.argmax(usual > PLEASED)), "That is right for a learning of 0.3. Here it is 0.2."),
            (key + 1, "That is one too many: the start is exposure zero."),
        ],
        0,
    )
    now = rewards[int(min(count, 60))]
    raise Reply(f"After {int(count)} exposures the content pleases by {now:.3f}.")


QUESTIONS = {
    1: Question(last_self),
    2: Question(turning_horizon),
    3: Question(discount_formula),
    4: Question(nobody_minds),
    5: Question(exposures),
}
