"""The questions of chapter 06, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from socioaffective.exercises.answers import alike, attempt, formula
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import sphere
from socioaffective.simulation.runs import simulate
from socioaffective.worlds.drmdp import DRMDP, OBJECTIVES, examples, horizon_threshold, judge, solve

PLEASED, LONGEST = 0.9, 60
# An exact answer, written as a float.
EXACT = 1e-9


def _life(before: int, after: int) -> list[str]:
    return ["news"] * before + ["clickbait"] + ["news"] * after


def _seen(before: int, after: int) -> dict[str, Fraction]:
    return dict(judge("clickbait", _life(before, after)).to)


def _another_self(before: int, after: int) -> list[tuple[float, str]]:
    to, steps = _seen(before, after), before + 1 + after
    doing_nothing = judge("clickbait", ["news"] * steps).to["initial"]
    mistakes = [
        (to["real-time"], "That is what each self gives at its time. Let the last one count every step."),
        (to["initial"], "So it looks to the self at the start. Who is the person at the end?"),
        (doing_nothing, "That is what doing nothing is worth to the self it leaves."),
        (Fraction(steps, 2), f"Step {before + 1} is no news: the disillusioned give it 0."),
        (Fraction(after, 2), "Those are the steps after the clickbait alone. The last self judges the whole life."),
    ]
    return [(float(wrong), sentence) for wrong, sentence in mistakes]


def _ends_as_another(before: int, after: int) -> bool:
    seen = judge("clickbait", _life(before, after))
    return seen.influences and seen.to["final"] < seen.to["real-time"] < seen.to["initial"]


@lru_cache(maxsize=32)
def contented(content: int = 50, outcry: int = 100) -> DRMDP:
    """Returns the conspiracy for somebody who gives so much for being left alone, and so much less than 0 for a first step.

    >>> from socioaffective.exercises.whose_preferences import contented
    >>> contented(50).rewards["natural", "here", "noop"]
    Fraction(50, 1)
    """
    world, own = examples["conspiracy"], {"noop": content, "influence": -outcry}
    return world.replace(
        title="Contented", rewards={**world.rewards, **{("natural", "here", act): value for act, value in own.items()}}
    )


def turning_horizon(content: int, outcry: int) -> int:
    """Returns the horizon from which on every best real-time plan influences somebody so contented.

    >>> from socioaffective.exercises.whose_preferences import turning_horizon
    >>> turning_horizon(50, 100)
    5
    """
    return horizon_threshold(contented(content, outcry)).value


def _another_horizon(content: int, outcry: int) -> list[tuple[float, str]]:
    key, gap = turning_horizon(content, outcry), 100 - content
    draw = f"At {key - 1} steps both are worth {content * (key - 1)}: then some of the best plans influence, and not all."
    mistakes = [
        (key - 1, draw),
        (
            turning_horizon(10, outcry),
            f"Right for somebody who gives 10 for being left alone. This one gives {content}.",
        ),
        (100 // gap + 1, f"So it would be if the first step cost nothing. It costs {outcry}."),
        (outcry // gap + 1, "The influenced begin to give 100 with the second step, not with the first."),
    ]
    return [(float(wrong), sentence) for wrong, sentence in mistakes if wrong != key]


def _compared(horizon: float, content: int, outcry: int) -> str:
    if horizon != int(horizon):
        return "A horizon is a whole number of steps. From which one on is influence strictly better?"
    if horizon > turning_horizon(content, outcry):
        before = f"With a horizon of {horizon - 1:g} the objective influences already."
        return f"{before} Compare {content} H with -{outcry} + 100 (H - 1)."
    influence = -outcry + 100 * (horizon - 1)
    return f"With a horizon of {horizon:g} doing nothing brings {content * horizon:g}, and influence {influence:g}."


def _turns_after_a_draw(content: int, outcry: int) -> bool:
    key, world = turning_horizon(content, outcry), contented(content, outcry)
    verdicts = [solve(world, "real-time", horizon).verdict for horizon in (key - 2, key - 1, key, key + 1)]
    return verdicts == ["never", "sometimes", "always", "always"]


SYMBOLS = {name: sympy.Symbol(name, positive=True) for name in ("n", "c", "b", "gamma")}


def _one_side(answer: Any) -> Any:
    """Returns what is solved for gamma where the answer is an equation or an inequality."""
    if not isinstance(answer, sympy.core.relational.Relational):
        return answer
    sides = [side for side in answer.args if {s.name for s in side.free_symbols} & {"n", "c", "b"}]
    return sides[0] if len(sides) == 1 else answer


def discount_formula(answer: Any) -> str:
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        raise Reply("Give a formula in n, c and b, not a number: it must hold for every such person.")
    expression = formula(_one_side(answer), SYMBOLS)
    if SYMBOLS["gamma"] in expression.free_symbols:
        raise Reply("'gamma' stands in your answer. Solve for it, in n, c and b alone.")
    n, c, b, _ = SYMBOLS.values()
    if attempt("This formula", alike, expression, (n + c) / (b + c)):
        return "The gain that is forgone counts together with the cost: patience must be worth both."
    mistakes = [
        (n / b, "That is the border if nobody minded the first step. It costs c."),
        (c / b, "What doing nothing would have brought is missing: n a step, for ever."),
        (c / (b + c), "What doing nothing would have brought is missing: n a step, for ever."),
        ((b + c) / (n + c), "Turned over: a discount is below 1."),
        ((n - c) / (b - c), "The sign of c is wrong: the first step gives -c."),
        ((n + c) / b, "The first step costs c once, not in every step: write -c + b gamma/(1 - gamma)."),
        ((n + c) / (b + c + n), "Doing nothing is worth n/(1 - gamma): it begins with n now."),
        (1 - (n + c) / (b + c), "That is one minus the border."),
    ]
    for wrong, sentence in mistakes:
        if alike(expression, wrong):
            raise Reply(sentence)
    raise Reply("Set n/(1 - gamma) equal to -c + b gamma/(1 - gamma), and solve for gamma.")


def nobody_minds(answer: Any, steps: int) -> str:
    if not isinstance(answer, DRMDP):
        raise Reply(f"Give a world, made with `sa.worlds.drmdp.DRMDP(...)`, not {type(answer).__name__}.")
    if len(answer.selves) != 2:
        raise Reply(f"Your world has {len(answer.selves)} selves ({', '.join(map(str, answer.selves))}). Two are asked for.")
    agreed, summed = (attempt("Your world", solve, answer, objective, steps) for objective in ("pareto", "real-time"))
    if not agreed.influences:
        some = "some do and some do not" if agreed.may_influence else "none does"
        raise Reply(
            f"Under pareto not every best plan influences: {some}. Which self would lose by it, or is at best as well off? "
            "Ask with judge(...).by_self."
        )
    if summed.influences:
        raise Reply("Nobody minds, but real-time influences too. Whose numbers does it add up, and in which steps?")
    return "No self minds and one gains, and yet the sum over selves does not ask for it: it compares their scales."


def _there_is_such_a_world(steps: int) -> bool:
    moves = {("here", who, a): ("here", "B" if a == "go" else who) for who in "AB" for a in ("stay", "go")}
    given = {("A", "stay"): 1, ("A", "go"): 1, ("B", "stay"): -1, ("B", "go"): 0}
    world = DRMDP("Mine", ("here", "A"), "stay", moves, {(who, "here", a): r for (who, a), r in given.items()})
    return all(bool(nobody_minds(world, horizon)) for horizon in (steps, steps + 1, steps + 2))


@lru_cache(maxsize=32)
def _rewards(angle: float, turning: float) -> np.ndarray:
    start = {"along": math.cos(math.radians(angle)), "across": math.sin(math.radians(angle))}
    return simulate(sphere, LONGEST, start, learning=turning)["reward"].values


def exposures(angle: float, turning: float) -> int:
    """Returns after how many exposures the content pleases by more than 0.9 for the first time.

    >>> from socioaffective.exercises.whose_preferences import exposures
    >>> exposures(80, 0.2)
    14
    """
    return int(np.argmax(_rewards(angle, turning) > PLEASED))


def _another_count(angle: float, turning: float) -> list[tuple[float, str]]:
    key, usual = exposures(angle, turning), sphere.parameters["learning"].default
    shrunk = next(k for k in range(LONGEST) if math.cos(math.radians(angle / (1 + turning) ** k)) > PLEASED)
    mistakes = [
        (key - 1, f"After {key - 1} exposures it is {_rewards(angle, turning)[key - 1]:.3f}: not yet."),
        (shrunk, f"You let the angle shrink by 1/{1 + turning:g} a step. It is the tangent that does."),
        (exposures(angle, usual), f"That is right for a learning of {usual:g}. Here it is {turning:g}."),
        (key + 1, "That is one too many: the start is exposure zero."),
    ]
    return [(float(wrong), sentence) for wrong, sentence in mistakes if wrong != key]


def _pleases_by(count: float, angle: float, turning: float) -> str:
    if count != int(count):
        return "Count whole exposures: after which one is it above 0.9 for the first time?"
    return f"After {count:g} exposures the content pleases by {_rewards(angle, turning)[int(min(count, LONGEST))]:.3f}."


def _passes_it_clearly(angle: float, turning: float) -> bool:
    key, rewards = exposures(angle, turning), _rewards(angle, turning)
    return rewards[key - 1] < PLEASED - 0.001 and rewards[key] > PLEASED + 0.001 and bool((np.diff(rewards) > 0).all())


def _tangents(angle: float, turning: float) -> str:
    low, high = math.tan(math.acos(PLEASED)), math.tan(math.radians(angle))
    return f"The tangent goes from {high:.3g} below {low:.3f}, at 1/{1 + turning:g} a step."


# Without the one that has to be told which self.
SEVEN = [objective for objective in OBJECTIVES if objective != "privileged"]
ALONE = 10


def _round_world(first: int, joy: int) -> DRMDP:
    """Returns a game or a clinic, by what the first round is worth, and what each later one gives or its lack takes."""
    world = contented(ALONE, -first)
    later = {("influenced", "here", "noop"): -joy, ("influenced", "here", "influence"): joy}
    return world.replace(rewards={**world.rewards, **later})


@lru_cache(maxsize=4096)
def _verdicts(first: int, rounds: int, joy: int) -> dict[str, str]:
    return {objective: solve(_round_world(first, joy), objective, rounds).verdict for objective in SEVEN}


def _right_for_both(first: int, rounds: int, dread: int, joy: int) -> list[str]:
    """Returns the objectives that leave the player alone and treat the patient whose first session is worth so much."""
    game, clinic = _verdicts(-dread, rounds, joy), _verdicts(first, rounds, joy)
    return [objective for objective in SEVEN if (game[objective], clinic[objective]) == ("never", "always")]


@lru_cache(maxsize=64)
def least_first(rounds: int, dread: int, joy: int) -> int:
    """Returns what a first session must be worth, at least, for an objective to be right for both the player and the patient.

    >>> from socioaffective.exercises.whose_preferences import least_first
    >>> least_first(3, 100, 50)
    -69
    """
    return next(first for first in range(-dread, 2 * ALONE) if _right_for_both(first, rounds, dread, joy))


def _another_first(rounds: int, dread: int, joy: int) -> list[tuple[float, str]]:
    key, draw = least_first(rounds, dread, joy), ALONE * rounds - joy * (rounds - 1)
    mistakes = [
        (-dread, "There clinic and game are one world in other words. No objective can treat one thing in two ways."),
        (draw + 1, "From there on real-time treats the patient. But at this horizon it plays with the player too."),
        (ALONE + 1, "From there on the self at the start would have it for its own sake. One of the objectives asks for less."),
        (ALONE, "There the self at the start loses nothing by it. But one of the objectives treats much sooner."),
    ]
    if key == draw + 1:
        mistakes.append((draw, f"With {draw} real-time has a draw: then some of its best plans treat, and not all."))
    return [(float(wrong), sentence) for wrong, sentence in mistakes if wrong != key]


def _first_given(first: float, **case: int) -> str:
    if first != int(first):
        return "Give a whole number."
    if first > least_first(**case):
        found = _right_for_both(int(min(first, 2 * ALONE)), **case)
        return f"With {first:g} there is one indeed: {', '.join(found)}. But less is enough."
    return f"With a first session worth {first:g}, each of the seven either plays with the player too or does not always treat."


def _one_number_turns_it(rounds: int, dread: int, joy: int) -> bool:
    """Returns whether every objective does the same to the twins, and one is right for both from the key on, and not before."""
    twins, key = _round_world(-dread, joy), least_first(rounds, dread, joy)
    clinic = twins.relabelled({"natural": "stiff", "influenced": "mobile", "influence": "treat"})
    same = all(solve(clinic, objective, rounds).verdict == said for objective, said in _verdicts(-dread, rounds, joy).items())
    above = all(_right_for_both(first, rounds, dread, joy) for first in range(key, 2 * ALONE))
    return same and above and -dread < key - 1 and not _right_for_both(key - 1, rounds, dread, joy)


QUESTIONS = {
    1: quantity(
        "The sum of rewards",
        lambda before, after: float(_seen(before, after)["final"]),
        EXACT,
        "The last self has never liked clickbait, and counts even the news at half.",
        lambda value, before, after: (
            f"Write down who the person is after step {before + 1 + after}, and what that self gives for each step."
        ),
        mistakes=_another_self,
        relative=True,
        numbers={
            "before": Number(2, "how often there is news before the clickbait", [2, 3, 4, 5]),
            "after": Number(1, "how often there is news after it", [1, 2, 3]),
        },
        regime=_ends_as_another,
        promise="a self at the end that is another than at the start, and gives less",
    ),
    2: quantity(
        "The horizon",
        turning_horizon,
        EXACT,
        lambda content, outcry: (
            f"At {turning_horizon(content, outcry) - 1} steps it is a draw, so influence is only one of the best plans there; "
            "one step more, and it is the only one."
        ),
        _compared,
        mistakes=_another_horizon,
        relative=True,
        bounds=(1, 1000),
        numbers={
            "content": Number(50, "what they give for a step left alone", [50, 75]),
            "outcry": Number(100, "what the first step of influence costs", [50, 100, 150]),
        },
        regime=_turns_after_a_draw,
        promise="no influence, then a draw, then influence for good",
    ),
    3: Question(discount_formula),
    4: Question(
        nobody_minds,
        {"steps": Number(2, "horizon", [2, 3, 4, 5, 6])},
        _there_is_such_a_world,
        "a world that does it, with this horizon and longer ones",
    ),
    5: quantity(
        "The number of exposures",
        exposures,
        EXACT,
        _tangents,
        _pleases_by,
        mistakes=_another_count,
        relative=True,
        bounds=(0, 10_000),
        numbers={
            "angle": Number(80, "degrees between values and content at first", [72, 76, 80, 84]),
            "turning": Number(0.2, "`learning` of the sphere", [0.16, 0.2, 0.24]),
        },
        regime=_passes_it_clearly,
        promise="content that pleases ever more, and passes 0.9 at one step clearly",
    ),
    6: quantity(
        "What the first session is worth",
        least_first,
        EXACT,
        lambda **case: (
            f"From there on {' and '.join(_right_for_both(least_first(**case), **case))} will do: not because the aim of the "
            "clinic is better, but because a number differs. A game with that number would be played just so."
        ),
        _first_given,
        mistakes=_another_first,
        relative=True,
        numbers={
            "rounds": Number(3, "horizon", [2, 3, 4]),
            "dread": Number(100, "what a first round of the game costs", [75, 100, 120]),
            "joy": Number(50, "what each later round gives, and its lack takes", [40, 50, 60]),
        },
        regime=_one_number_turns_it,
        promise="no objective that is right for both twins, and one that is once the first session is worth enough",
    ),
}
