"""The questions of chapter 02, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from socioaffective.aggregates import evaluate
from socioaffective.dynamics.equilibrium import Equilibrium, equilibria
from socioaffective.exercises.answers import alike, attempt, formula, way_out
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.model import Model
from socioaffective.models import need, needs

USE = 0.5


@lru_cache(maxsize=1)
def _even_steering() -> Any:
    """Returns the steering at which use leaves autonomy where it rests without use, in symbols of wanting and endorsement."""
    e, s, *kept = (needs.symbols[n] for n in ("engagement", "steering", "wanting", "endorsement"))
    values = {needs.symbols[n]: q.default for n, q in needs.settings.items() if needs.symbols[n] not in (e, s, *kept)}
    ratio = needs.expressions["autonomy_support"] / needs.expressions["autonomy_thwarting"]
    gap = (ratio.subs(e, sympy.Rational(USE)) - ratio.subs(e, 0)).subs(values)
    (even,) = sympy.solve(sympy.together(gap), s)
    return even


def _allowance(pull: float, endorsed: float) -> float:
    return float(_even_steering().subs({needs.symbols["wanting"]: pull, needs.symbols["endorsement"]: endorsed}))


@lru_cache(maxsize=256)
def _at_rest(**settings: float) -> dict[str, float]:
    (point,) = equilibria(needs, **settings)
    return point.state


def _steering_decides(pull: float, endorsed: float) -> bool:
    """Returns whether steering alone decides on which side of the life without the assistant autonomy rests."""
    alone = _at_rest(engagement=0)["autonomy"]
    free, steered = (
        _at_rest(engagement=USE, wanting=pull, endorsement=endorsed, steering=level)["autonomy"] for level in (0, 1)
    )
    return free > alone > steered


def _volition_misread(pull: float, endorsed: float) -> list[tuple[float, str]]:
    whole, welcome, key = _allowance(0.0, 0.0), 1 - endorsed, _allowance(pull, endorsed)
    mistakes = [
        (
            whole / welcome,
            f"That is what steering and wanting may take together. Some of it is gone already: wanting is {pull:g}.",
        ),
        (
            (whole - pull) / welcome,
            "Wanting has been subtracted. But what is left of volition is a product, with a factor for steering and one for "
            "wanting.",
        ),
        (1 - whole, "That is how much of the use must be volitional. Ask how much steering leaves that much."),
    ]
    if endorsed:
        mistakes += [
            (key * welcome, "That much may be unwelcome. Of this steering a part is endorsed: ask for all of it."),
            (key * welcome**2, "That is multiplied by what is unwelcome. Divide by it: endorsed steering makes room for more."),
            (key * welcome / endorsed, "Divided by what is endorsed. Only what is *not* endorsed takes from volition."),
        ]
    return mistakes


def _steered(steering: float, pull: float, endorsed: float) -> str:
    more = steering < _allowance(pull, endorsed)
    side = "better off than without: there is room for more" if more else "worse off than without: steer less"
    return f"With steering of {steering:g} this person's autonomy is {side}."


@lru_cache(maxsize=64)
def _speeds(hard_support: float, hard_thwarting: float) -> dict[str, float]:
    life = {"support": hard_support, "thwarting": hard_thwarting}
    values = {need.symbols[n]: life.get(n, q.default) for n, q in need.settings.items()}
    return {s.name: float(-rate.diff(s).subs(values)) for s, rate in need.equations.items()}


def _weeks(way: float, **life: float) -> float:
    return float(-np.log(1 - way) / _speeds(**life)["frustration"])


def _paces_misread(way: float, **life: float) -> list[tuple[float, str]]:
    pace, key = _speeds(**life)["frustration"], _weeks(way, **life)
    return [
        (1 / pace, "That is the time constant: by then 63 % of the way is covered."),
        (np.log(2) / pace, "That is the half-life: by then half of the way is covered."),
        (
            way / pace,
            f"That takes {way:.0%} of the time constant. But the way is not covered at an even pace: it slows down.",
        ),
        (
            -np.log(way) / pace,
            f"By then {1 - way:.0%} are covered and {way:.0%} are still to go. Ask for it the other way round.",
        ),
        (
            -np.log(1 - way) / _speeds(**life)["satisfaction"],
            "That is right for satisfaction. Frustration has rates of its own.",
        ),
        (7 * key, "Is that in days? Give it in weeks."),
        (pace, "That is a rate, per week. A time is what you get from one over it."),
    ]


def _frustration_has_a_way_to_go(way: float, hard_support: float, hard_thwarting: float) -> bool:
    points = equilibria(need, support=hard_support, thwarting=hard_thwarting)
    from_start = need.states["frustration"].start
    return len(points) == 1 and points[0].stable and points[0].state["frustration"] > from_start + 0.05


SYMBOLS = {name: need.symbols[name] for name in ("satisfaction", "gain", "loss", "strain", "relief")}


@lru_cache(maxsize=1)
def _curve() -> Any:
    """Returns frustration at rest in terms of satisfaction at rest, whatever support and thwarting are."""
    S, F, T = (need.symbols[n] for n in ("satisfaction", "frustration", "thwarting"))
    (thwarting,) = sympy.solve(need.equations[S], T)
    (frustration,) = sympy.solve(need.equations[F].subs(T, thwarting), F)
    return sympy.simplify(frustration)


def curve_of_rest(answer: Any) -> str:
    if isinstance(answer, sympy.Eq) and str(answer.lhs) == "frustration":
        answer = answer.rhs
    names = {s.name for s in getattr(answer, "free_symbols", ())}
    if left := sorted(names & {"support", "thwarting"}):
        raise Reply(f"It still has {' and '.join(left)} in it. At rest satisfaction tells how the two stand to each other.")
    if "frustration" in names:
        raise Reply("Frustration stands in your answer. Solve for it.")
    found = formula(answer, SYMBOLS)
    S, r, d, f, p = SYMBOLS.values()
    ratio = r * (1 - S) / (d * S)
    mistakes = [
        (1 - S, "That is one scale, the dashed line of the chapter. It holds only if gain times strain is loss times relief."),
        (ratio, "That is thwarting over support, as satisfaction tells it. Put it into where frustration rests."),
        (f * ratio / p, "That is F over 1 - F, the odds. Solve for F."),
        (f / (f + p * ratio), "Thwarting over support is turned over: so frustration would rise with satisfaction."),
        (f * (1 - S) / (f * (1 - S) + p * S), "Gain and loss are left out: they decide what satisfaction tells of a life."),
        (
            f * d * (1 - S) / (f * d * (1 - S) + p * r * S),
            "Gain and loss have changed places: set the rate of satisfaction to zero, and solve for T over U.",
        ),
        (p * ratio / (f + p * ratio), "Strain and relief have changed places: strain goes with thwarting."),
    ]
    if attempt("This formula", alike, found, _curve()):
        return "One curve for all lives: where somebody rests on it says how thwarting stands to support, and nothing else."
    for wrong, sentence in mistakes:
        if alike(found, wrong):
            raise Reply(sentence)
    raise Reply("Solve each rate of change for T over U at rest. Both say the same of one life, so set them equal.")


def _lives(much: float, little: float) -> dict[str, tuple[float, float, bool, bool]]:
    """Returns support, thwarting, and whether satisfaction and frustration must rest in their upper half."""
    return {
        "fed": (much, little, True, False),
        "hurt": (little, much, False, True),
        "fed and hurt": (much, much, True, True),
        "left alone": (little, little, False, False),
    }


def _rests(model: Model, much: float, little: float) -> dict[str, list[Equilibrium]]:
    """Returns the stable rest points of each life."""
    return {
        label: [point for point in equilibria(model, support=u, thwarting=t) if point.stable]
        for label, (u, t, _, _) in _lives(much, little).items()
    }


def _chapter_confounds(much: float, little: float) -> bool:
    """Returns whether the chapter's model tells the first two lives apart and not the last two."""
    fed, hurt, both, neither = (
        [point.state["satisfaction"] for point in points] for points in _rests(need, much, little).values()
    )
    return fed[0] > 0.6 and hurt[0] < 0.4 and np.allclose(both, neither)


def build_need(answer: Any, much: float, little: float) -> str:
    if not isinstance(answer, Model):
        raise Reply("Give a model, made with sa.Model.")
    if set(answer.states) != {"satisfaction", "frustration"} or answer.clock != "continuous" or answer.noise:
        raise Reply("The model has two states, satisfaction and frustration, in continuous time and without noise.")
    if any(q.bounds != (0, 1) for q in answer.states.values()):
        raise Reply("Let both states live between 0 and 1.")
    if not {"support", "thwarting"} <= set(answer.settings):
        raise Reply("The model needs inputs with the names 'support' and 'thwarting'.")
    corners = [{"support": u, "thwarting": t} for u in (0, little, much) for t in (0, little, much)]
    if leaves := attempt("This model", way_out, answer, corners):
        raise Reply(f"The need leaves its bounds: {leaves}.")
    found = attempt("This model", _rests, answer, much, little)
    for label, points in found.items():
        if not points:
            raise Reply(
                f"In the life '{label}' there is no stable resting place. Does each state have something that holds it?"
            )
    ends = {label: [(p.state["satisfaction"], p.state["frustration"]) for p in points] for label, points in found.items()}
    if all(abs(S + F - 1) < 1e-6 for pairs in ends.values() for S, F in pairs):
        raise Reply("Here frustration is only satisfaction turned round: one scale, on which nobody has both.")
    if np.allclose(sorted(ends["fed and hurt"])[0], sorted(ends["left alone"])[0], atol=1e-6):
        S, F = ends["left alone"][0]
        raise Reply(
            f"Much of both and little of both rest at the same place, {S:.2f} and {F:.2f}: only the proportion of thwarting to "
            "support counts. What else would have to act on a need?"
        )
    for label, (u, t, *upper) in _lives(much, little).items():
        for pair in ends[label]:
            for name, level, high in zip(("satisfaction", "frustration"), pair, upper, strict=True):
                if (level > 0.5) != high:
                    raise Reply(
                        f"In the life '{label}' (support {u:g}, thwarting {t:g}) {name} rests at {level:.2f}, and should rest "
                        f"{'above' if high else 'below'} one half."
                    )
    return "All four can be lived in, because something acts here that is neither support nor thwarting. The chapter has none."


THREE = ("autonomy", "competence", "relatedness")


def _designs(friend_does: float, ties: float) -> tuple[dict[str, float], dict[str, float]]:
    """Returns where the needs rest with the friend and with the coach."""
    friend = _at_rest(engagement=USE, ties=ties, accommodation=friend_does, cues=1)
    return friend, _at_rest(engagement=USE, ties=ties, accommodation=0.2, cues=0)


def _lead(mu: float, friend: Sequence[float], coach: Sequence[float]) -> float:
    """Returns by how much more the friend's values make, taken together."""
    ones = [1.0] * len(friend)
    return evaluate(float(mu), *ones, *friend) - evaluate(float(mu), *ones, *coach)


def _turn(lead: Callable[[float], float]) -> float | None:
    """Returns where a lead that begins below zero passes it, by bisection, or None where it never does."""
    low, high = 0.0, 1.0
    if lead(low) > 0 or lead(high) < 0:
        return None
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (low, middle) if lead(middle) > 0 else (middle, high)
    return high


def _wellbeing_lead(mu: float, **case: float) -> float:
    friend, coach = _designs(**case)
    return _lead(mu, [friend[n] for n in THREE], [coach[n] for n in THREE])


@lru_cache(maxsize=64)
def _turning(**case: float) -> float:
    found = _turn(lambda mu: _wellbeing_lead(mu, **case))
    assert found is not None
    return found


def _one_turn(friend_does: float, ties: float) -> bool:
    """Returns whether the ranking of the two designs turns exactly once.

    What they share cancels, so it is a sum of four powers against zero, which is zero at power 0. Such a sum has no more zeros
    than its terms, in the order of their bases, have changes of sign: two, where one design has both the least and the most.
    """
    friend, coach = _designs(friend_does, ties)
    cold, warm = sorted((friend["competence"], friend["relatedness"]))
    outside = cold < min(coach["competence"], coach["relatedness"]) and warm > max(coach["competence"], coach["relatedness"])
    ends = [_wellbeing_lead(mu, friend_does=friend_does, ties=ties) for mu in (0.0, 1.0)]
    return bool(np.isclose(friend["autonomy"], coach["autonomy"])) and outside and ends[0] < 0 < ends[1]


def _other_turns(friend_does: float, ties: float) -> list[tuple[float, str]]:
    case = {"friend_does": friend_does, "ties": ties}
    friend, coach = _designs(**case)
    calm = [[1 - design[f"{n}_frustration"] for n in THREE] for design in (friend, coach)]
    ill, key = _turn(lambda mu: _lead(mu, *calm)), _turning(**case)
    mistakes = [
        (2 - 1 / key, "That is the power p. Give the substitutability."),
        (key / (1 - key), "That is the elasticity of substitution. Give the substitutability."),
        (1 - key, "Counted from the wrong end: 0 is the least need alone, and 1 is the mean."),
        (
            evaluate(key, 1.0, 1.0, 1.0, *(coach[n] for n in THREE)),
            "That is the well-being they have where they change places. Read off along the other axis.",
        ),
    ]
    if ill:
        mistakes.append((ill, "There they change places by ill-being. Ask for well-being."))
    # Where two of these lie close by, nobody can tell the mistake from the answer.
    return [(wrong, sentence) for wrong, sentence in mistakes if abs(wrong - key) > 0.01]


def _ahead(mu: float, **case: float) -> str:
    if not 0 <= mu <= 1:
        return "Substitutability goes from 0 to 1." + (" Is that a percentage?" if 2 < mu <= 100 else "")
    who = "friend: go down" if _wellbeing_lead(mu, **case) > 0 else "coach: go up"
    return f"At a substitutability of {mu:g} people are better off with the {who}."


QUESTIONS = {
    1: quantity(
        "Steering",
        _allowance,
        0.005,
        "A little wanting has used up a good part of what steering could have had.",
        _steered,
        mistakes=_volition_misread,
        share=True,
        numbers={
            "pull": Number(0.1, "their wanting", [0.06, 0.08, 0.1, 0.12]),
            "endorsed": Number(0.0, "share of the steering that they endorse", [0.0, 0.2, 0.3, 0.4]),
        },
        regime=_steering_decides,
        promise="somebody who is better off than without it when not steered, and worse off when steered with full force",
    ),
    2: quantity(
        "The time in weeks",
        _weeks,
        0.02,
        lambda way, **life: (
            f"That share takes {-np.log(1 - way):.1f} time constants, wherever the way begins and wherever it leads."
        ),
        lambda weeks, way, **life: (
            f"After {weeks:.3g} weeks {1 - np.exp(-_speeds(**life)['frustration'] * weeks):.0%} of the way is covered."
        ),
        mistakes=_paces_misread,
        relative=True,
        bounds=(0, 1000),
        numbers={
            "way": Number(0.9, "share of the way", [0.8, 0.9, 0.95]),
            "hard_support": Number(0.8, "support in the hard year", [0.6, 0.8, 1.0]),
            "hard_thwarting": Number(1.2, "thwarting in the hard year", [1.2, 1.4, 1.6]),
        },
        regime=_frustration_has_a_way_to_go,
        promise="one stable resting place, with more frustration than at the start",
    ),
    3: Question(curve_of_rest),
    4: Question(
        build_need,
        {
            "much": Number(1.6, "much support, or much thwarting", [1.4, 1.6, 1.8]),
            "little": Number(0.3, "little support, or little thwarting", [0.2, 0.3, 0.4]),
        },
        _chapter_confounds,
        "lives of which the chapter's model tells two apart, and the other two not",
    ),
    5: quantity(
        "Substitutability",
        _turning,
        0.005,
        "Below it the coach is better for this person, above it the friend. The designs are the same; only the sum is not.",
        _ahead,
        mistakes=_other_turns,
        bounds=(-1000, 1000),
        numbers={
            "friend_does": Number(0.36, "share of the tasks that the friend does", [0.35, 0.36, 0.37]),
            "ties": Number(0.7, "the person's ties", [0.66, 0.68, 0.7, 0.72]),
        },
        regime=_one_turn,
        promise="a ranking by well-being that turns once",
    ),
}
