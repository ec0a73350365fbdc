"""The questions of chapter 08, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr
from scipy.interpolate import PchipInterpolator

from socioaffective.control.optimum import Plan, optimise
from socioaffective.exercises.answers import alike, attempt, formula
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import ecosystem
from socioaffective.objectives import engagement, mean_over_time, needs, of
from socioaffective.policies import COST, Climber, Steps, Stepwise
from socioaffective.simulation.runs import simulate

WEEKS = 104
HALF = 0.5 * engagement + 0.5 * needs
PEOPLE = {
    "the newcomer of the chapter": {},
    "somebody lonelier": {"ties": 0.15, "relatedness": 0.2},
    "somebody with many ties": {"ties": 0.9, "relatedness": 0.7},
}
SLACK = 0.006
# Weights of the needs at which plans are made; between them autonomy is read off a smooth curve.
WEIGHTS = tuple(round(0.3 + 0.04 * k, 2) for k in range(11))


@lru_cache(maxsize=1)
def _bound_to_stay() -> Plan:
    return optimise(ecosystem, engagement, weeks=WEEKS, every=2, starts=1)


def _price(state: str, week: float) -> float:
    return float(_bound_to_stay().costates[state].sel(time=week))


@lru_cache(maxsize=64)
def _from(week: float, lost: float) -> float:
    """Returns the value of all that is to come from a week on, once so much of the ties is lost."""
    now = _bound_to_stay().run.sel(time=week)
    start = {name: float(now[name]) for name in ecosystem.states}
    start["ties"] -= lost
    return optimise(ecosystem, engagement, weeks=WEEKS - week, every=2, starts=1, start=start).value


def gains_by_a_loss(week: float, lost: float) -> bool:
    """Returns whether planning anew, with less of the ties, gains what the shadow price says, to a twentieth.

    >>> from socioaffective.exercises.ecosystem import gains_by_a_loss
    >>> gains_by_a_loss(70, 0.02)
    True
    """
    said, found = -_price("ties", week) * lost, _from(week, lost) - _from(week, 0)
    return said > 0 and abs(found - said) < 0.05 * said


def _another_worth(week: float, lost: float) -> list[tuple[float, str]]:
    price = _price("ties", week)
    return [
        (price * lost, "The sign: the price of ties is below 0, and ties are lost here, not gained."),
        (price, "That is the price of a whole unit more. Only a part of a unit is lost."),
        (-price, "That is for a whole unit of ties. Only a part of it is lost."),
        (-_price("autonomy", week) * lost, "That is for so much autonomy. Read the line of ties."),
        (_price("wanting", week) * lost, "That is what so much wanting is worth to it. Read the line of ties."),
    ]


@lru_cache(maxsize=32)
def _lost_to_engagement(ties: float, appeal: float) -> tuple[float, float]:
    """Returns how well the needs fare at best, and under far-sighted engagement."""
    given: dict[str, Any] = {"start": {"ties": ties}, "appeal_of_cues": appeal}
    plans = (optimise(ecosystem, of(name), every=2, starts=1, **given) for name in ("needs", "engagement"))
    best, served = (float(needs.score(plan.run)) for plan in plans)
    return best, served


def price_for_the_unmoved(first_ties: float) -> float:
    """Returns the price of engagement for somebody whom cues do not draw, and who begins with such ties.

    >>> from socioaffective.exercises.ecosystem import price_for_the_unmoved
    >>> round(price_for_the_unmoved(0.45), 2)
    1.05
    """
    best, served = _lost_to_engagement(first_ties, 0.0)
    return best - served


def _price_for_the_drawn(ties: float) -> float:
    best, served = _lost_to_engagement(ties, ecosystem.parameters["appeal_of_cues"].default)
    return best - served


def _another_price(first_ties: float) -> list[tuple[float, str]]:
    best, served = _lost_to_engagement(first_ties, 0.0)
    return [
        (served - best, "A price is a loss: the best for the needs minus what they get. Turn it round."),
        (
            _price_for_the_drawn(first_ties),
            "That is the price for somebody whom cues draw, as in the chapter. Set appeal_of_cues to 0.",
        ),
        (-served, "That is what the needs get, with its sign turned. Count from the best that they could get."),
        (best, "That is how the needs fare at best. Take off how they fare under far-sighted engagement."),
    ]


def _no_price(price: float, first_ties: float) -> str:
    if 0 <= price < 0.15:
        return f"{price:.3g} is very little. Is it the price of myopia? Ask for that of engagement."
    return (
        f"{price:.3g} is not it. Use sa.horizon_grid(life, ['engagement', 'needs'], every=2) with appeal_of_cues=0 and with "
        f"ties of {first_ties:g} at the start."
    )


STEERING = {name: ecosystem.symbols[name] for name in ("offer", "target", "steering_rate")}
STEERING |= {name: sympy.Symbol(name) for name in ("price", "cost")}


def best_steering(answer: Any) -> str:
    found = formula(answer, STEERING)
    m, g, gamma, price, cost = STEERING.values()
    pull = price * gamma * (g - m)
    if attempt("This formula", alike, found, pull / cost):
        return (
            "The next bit of steering costs cost times s, and brings gamma (g - m) of offer a week, each unit worth its price."
        )
    for wrong, sentence in (
        (pull, "That is what a bit more steering brings. Set it equal to what it costs, cost times s, and solve for s."),
        (pull / (2 * cost), "The cost is (cost/2) s squared; its slope is cost times s, so there is no 2."),
        (pull / (cost / 2), "The cost is (cost/2) s squared; its slope is cost times s, so there is no 2."),
        (-pull / cost, "The sign: steering moves the offer towards g, and a price above 0 makes that worth while."),
        (gamma * (g - m) / cost, "How much is a unit of offer worth? The price is missing."),
        (price * gamma / cost, "How fast does steering move the offer? By gamma (g - m), not by gamma."),
    ):
        if alike(found, wrong):
            raise Reply(sentence)
    raise Reply("Not yet. Differentiate price times the rate of the offer, minus (cost/2) s squared, by s, and set it to 0.")


@lru_cache(maxsize=64)
def _autonomy(weight: float) -> tuple[float, float]:
    """Returns autonomy on average over the two years, and in the end, under a mixture with so much weight on the needs."""
    aim = (1 - weight) * engagement + weight * needs
    levels = optimise(ecosystem, aim, every=4, starts=1).run["autonomy"]
    return float(mean_over_time(levels)), float(levels[-1])


def _curves() -> tuple[np.ndarray, np.ndarray]:
    mean, last = np.array([_autonomy(weight) for weight in WEIGHTS]).T
    return mean, last


@lru_cache(maxsize=16)
def least_weight(kept: float) -> float:
    """Returns the least weight of the needs with which autonomy is so high on average over the two years.

    >>> from socioaffective.exercises.ecosystem import least_weight
    >>> round(least_weight(0.45), 2)
    0.47
    """
    return float(PchipInterpolator(_curves()[0], WEIGHTS)(kept))


def rises_with_the_weight(kept: float) -> bool:
    """Returns whether average autonomy rises with every step of the weight, and passes this level on its way.

    >>> from socioaffective.exercises.ecosystem import rises_with_the_weight
    >>> rises_with_the_weight(0.45)
    True
    """
    mean, _ = _curves()
    return bool((np.diff(mean) > 0).all() and mean[0] < kept < mean[-1])


def _another_weight(kept: float) -> list[tuple[float, str]]:
    key, last = least_weight(kept), _curves()[1]
    wrong = [(1 - key, "That is the weight of engagement. Give that of the needs.")]
    if last[0] < kept < last[-1]:
        in_the_end = float(PchipInterpolator(last, WEIGHTS)(kept))
        wrong.append((in_the_end, "That is what it takes for autonomy in the last week. Take the average over the two years."))
    return [(weight, sentence) for weight, sentence in wrong if abs(weight - key) > 0.03]


def _autonomy_then(weight: float, kept: float) -> str:
    if (level := _autonomy(weight)[0]) < kept:
        return f"With a weight of {weight:g} autonomy is {level:.3f} on average: not enough. Give the needs more weight."
    return f"It is enough, for with {weight:g} autonomy is {level:.3f}. But less will do: find the least."


def _net(run: xr.Dataset) -> float:
    return float(HALF.score(run)) - COST / 2 * sum(float(mean_over_time(run[n] ** 2)) for n in ecosystem.levers)


@lru_cache(maxsize=4)
def _best(who: str) -> Plan:
    return optimise(ecosystem, HALF, every=4, starts=1, start=PEOPLE[who])


def one_policy_for_three(answer: Any) -> str:
    if isinstance(answer, type) or not (isinstance(answer, (Steps, Climber, Stepwise)) or callable(answer)):
        raise Reply("Give a policy: one of sa.policies, or a function from a state to levers, such as {'cues': 0.5}.")
    lost, runs = {}, {}
    for who, start in PEOPLE.items():
        run = attempt("This policy", simulate, ecosystem, WEEKS, start, answer)
        lost[who], runs[who] = _best(who).value / WEEKS - _net(run), run
        if lost[who] > 0.05 and float(mean_over_time(run["accommodation"])) > 0.2:
            raise Reply(
                f"For {who} the policy falls {lost[who]:.3f} short. Doing it for them costs competence: lower accommodation."
            )
    worst = max(lost, key=lost.__getitem__)
    if lost[worst] > SLACK:
        raise Reply(
            f"For {worst} the policy falls {lost[worst]:.4f} short of the best there is, more than {SLACK}. "
            + _hint(worst, runs[worst])
        )
    return "One rule, three people, hardly anything lost: near its top this objective is flat."


def _hint(who: str, run: xr.Dataset) -> str:
    best = _best(who).run
    off = {name: float(mean_over_time(best[name] - run[name])) for name in ecosystem.levers}
    lever = max(off, key=lambda name: abs(off[name]))
    return f"On average their best plan has {'more' if off[lever] > 0 else 'less'} {lever}."


QUESTIONS = {
    1: quantity(
        "What the loss is worth",
        lambda week, lost: -_price("ties", week) * lost,
        0.05,
        "It gains by the loss, and would pay for it: whom you have stands between it and you. Near the end it cares less.",
        lambda value, week, lost: (
            f"{value:g} is not it. Read the line of ties in week {week:g}, and take {lost:g} of it: a loss of what has a price "
            "below 0 is a gain."
        ),
        mistakes=_another_worth,
        relative=True,
        numbers={
            "week": Number(50, "week of the loss", [30, 50, 70, 80, 90]),
            "lost": Number(0.02, "by how much ties fall", [0.01, 0.02, 0.03]),
        },
        regime=gains_by_a_loss,
        promise="planning anew from that week gains what the price says",
    ),
    2: quantity(
        "The price",
        price_for_the_unmoved,
        0.02,
        "More than twice the price for somebody whom cues draw. Where they do not, the far-sighted one steers almost fully.",
        _no_price,
        mistakes=_another_price,
        bounds=(-10, 10),
        numbers={"first_ties": Number(0.45, "their ties at the start", [0.1, 0.15, 0.2, 0.3, 0.45])},
        regime=lambda first_ties: price_for_the_unmoved(first_ties) > 2 * _price_for_the_drawn(first_ties),
        promise="more than twice the price for somebody whom cues draw",
    ),
    3: Question(best_steering),
    4: quantity(
        "The weight of the needs",
        least_weight,
        0.012,
        "Autonomy is bought back while most of the engagement is still there: along the front, the first steps are cheap.",
        _autonomy_then,
        mistakes=_another_weight,
        share=True,
        numbers={
            "kept": Number(0.45, "autonomy on average, at least", [0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48]),
        },
        regime=rises_with_the_weight,
        promise="one weight from which on autonomy is high enough",
    ),
    5: Question(one_policy_for_three),
}
