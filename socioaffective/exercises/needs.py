"""The questions of chapter 02, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from socioaffective.aggregates import evaluate
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.exercises.answers import alike, attempt, formula
from socioaffective.exercises.own_need import build_need, chapter_confounds
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import need, needs

USE = 0.5
PRODUCT = "But what is left of volition is a product, with a factor for steering and one for wanting."


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
        ((whole - pull) / welcome, f"Wanting has been subtracted. {PRODUCT}"),
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


@lru_cache(maxsize=1)
def _even_wanting() -> Any:
    """Returns the wanting that leaves room for just this steering, in symbols of steering and endorsement."""
    (even,) = sympy.solve(_even_steering() - needs.symbols["steering"], needs.symbols["wanting"])
    return even


def _bearable(push: float, endorsed: float) -> float:
    return float(_even_wanting().subs({needs.symbols["steering"]: push, needs.symbols["endorsement"]: endorsed}))


def _excused(welcome: float, toll: float) -> float:
    """Returns the endorsement that does in the chapter's model what this one does once it has a price."""
    return welcome * (1 - toll)


def _toll_paid(push: float, welcome: float, toll: float) -> float:
    return _bearable(push, _excused(welcome, toll))


def _welcome_misread(push: float, welcome: float, toll: float) -> list[tuple[float, str]]:
    whole, taken, key = _bearable(0.0, 0.0), push * (1 - _excused(welcome, toll)), _toll_paid(push, welcome, toll)
    return [
        (
            _bearable(push, welcome),
            "That is the chapter's own answer, in which the part that is welcome goes free: look for 1 - endorsement.",
        ),
        (_bearable(push * toll, 0), "That puts the price on all of the steering. What is not endorsed takes in full."),
        (_bearable(push * welcome * toll, 0), "That is the part that is welcome, alone. What is not endorsed takes too."),
        (whole - taken, f"What steering takes has been subtracted. {PRODUCT}"),
        (1 - key, "That much of the use must be free of compulsion. Wanting is the rest."),
        (whole, "That is what wanting could have if nobody steered."),
        (1.0, "To endorse the steering is not to endorse the pull: wanting has a factor of its own, which nothing excuses."),
    ]


def _pulled(pull: float, push: float, welcome: float, toll: float) -> str:
    more = pull < _toll_paid(push, welcome, toll)
    side = "better off than without: they can bear more" if more else "worse off than without: they can bear less"
    return f"In the doubter's version, with a wanting of {pull:g}, this person's autonomy is {side}."


def _doubt_costs_room(push: float, welcome: float, toll: float) -> bool:
    """Returns whether wanting decides, and use that would be harmless in the chapter's version is harmful in the doubter's."""
    person, key = {"engagement": USE, "steering": push}, _toll_paid(push, welcome, toll)
    alone, at_ease, beyond, chapter = (
        _at_rest(**life)["autonomy"]
        for life in (
            {"engagement": 0},
            person | {"wanting": 0, "endorsement": _excused(welcome, toll)},
            person | {"wanting": key + 0.01, "endorsement": _excused(welcome, toll)},
            person | {"wanting": key + 0.01, "endorsement": welcome},
        )
    )
    return min(at_ease, chapter) > alone > beyond


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
        chapter_confounds,
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
    6: quantity(
        "Wanting",
        _toll_paid,
        0.003,
        "The price works just as a smaller endorsement would, so that autonomy alone cannot tell the two apart. That welcome "
        "influence is free was put into the model, not found with it.",
        _pulled,
        mistakes=_welcome_misread,
        share=True,
        numbers={
            "push": Number(0.4, "steering", [0.3, 0.35, 0.4]),
            "welcome": Number(0.9, "share of it that they endorse", [0.8, 0.9]),
            "toll": Number(0.15, "what welcome steering takes, as a share of what unwelcome does", [0.12, 0.15, 0.18]),
        },
        regime=_doubt_costs_room,
        promise="somebody who can bear some wanting, and less of it than in the chapter's version",
    ),
}
