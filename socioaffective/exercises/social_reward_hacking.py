"""The questions of chapter 04, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.exercises.answers import attempt
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.model import Model, logistic, observable, state
from socioaffective.models import ecosystem
from socioaffective.models.levers import cues
from socioaffective.objectives import NEEDS, mean_over_time
from socioaffective.policies import Climber, Relay, Steps, Stepwise, ab_test, capped, climber
from socioaffective.policies.learning import ABTest
from socioaffective.policies.turns import Capped, turns_of
from socioaffective.simulation.runs import counterfactual, simulate
from socioaffective.worlds import choc_kale, proxy

SEEN, LOST, SEEDS = 3, 0.05, (1, 2, 3)


def where_they_part(budget: float, seen: int = SEEN) -> float:
    """Returns the pressure at which the true utility is greatest and the proxy goes on rising.

    >>> from socioaffective.exercises.social_reward_hacking import where_they_part
    >>> round(where_they_part(4), 3)
    0.833
    """
    path = proxy.run(seen=seen, budget=budget)
    start, most = np.exp(path["proxy"].values[[0, -1]] / seen)
    return float((path.attrs["kink"] - start) / (most - start))


def _another_place(budget: float) -> list[tuple[float, str]]:
    path = proxy.run(seen=SEEN, budget=budget)
    return [
        (1.0, "There the proxy is greatest. The two part where the truth begins to fall."),
        (where_they_part(budget, 2), "That is for a proxy that sees two of the four, as in the chapter."),
        (path.attrs["kink"], "That is the level of what is seen. Give the pressure, on the lower axis."),
        (
            float(path["utility"].max()),
            "That is how high the truth gets. Give the pressure at which it does.",
        ),
    ]


def _side_of_the_peak(pressure: float, budget: float) -> str:
    if not 0 <= pressure <= 1:
        return "The pressure goes from 0 to 1. Is that in percent, or read off the other axis?"
    way = "both still rise: go right" if pressure < where_they_part(budget) else "the truth already falls: go left"
    return f"At a pressure of {pressure:g} {way}."


def _truth_peaks_there(budget: float) -> bool:
    path = proxy.run(seen=SEEN, budget=budget)
    peak = float(path["pressure"][int(path["utility"].values.argmax())])
    return abs(peak - where_they_part(budget)) < 0.006 and peak < 0.95 and bool((path["proxy"].diff("pressure") > 0).all())


def _truth(floor: float, seen: int = SEEN) -> float:
    return float(proxy.run(seen=seen, floor=floor)["utility"][-1])


def _another_utility(floor: float) -> list[tuple[float, str]]:
    path, key = proxy.run(seen=SEEN, floor=floor), _truth(floor)
    return [
        (float(path["proxy"][-1]), "That is the proxy itself. The truth counts what it does not see too."),
        (_truth(floor, 2), "That is for a proxy that sees two of the four."),
        (float(path["utility"].max()), "That is the best true utility on the way, at the peak."),
        (-key, "The sign: what lies below 1 has a negative logarithm."),
        (3 * np.log(4 / 3) + np.log(floor), "What the fourth keeps comes out of the budget too: three share the rest."),
        (key / np.log(10), "Those are logarithms to base ten. The model has natural ones."),
    ]


def _shared_among_three(value: float, floor: float) -> str:
    return f"Share what is left of the budget among the three that are seen, with the fourth at {floor:g}; add the logarithms."


def _another_sensitivity(memory: float, choc: float) -> list[tuple[float, str]]:
    usual, ratio = choc_kale.threshold, choc / 4
    mistakes = [
        (usual(choc=choc), f"That is for the memory of the chapter, 0.7. Here it is {memory:g}."),
        (float(np.log(ratio)), "That is the logarithm alone; it is multiplied by one minus the memory."),
        (memory * float(np.log(ratio)), "One minus the memory, not the memory."),
        ((1 - memory) * (ratio - 1), f"It is the logarithm of {choc:g}/4 that counts, not by what share {choc:g} is above 4."),
        ((1 - memory) * float(np.log10(ratio)), "That is a logarithm to base ten. Take the natural one."),
    ]
    if choc != 5:
        mistakes.append((usual(memory), f"That is for the choc of the chapter, with a pull of 5. Here it is {choc:g}."))
    return mistakes


def _better_in_the_long_run(value: float, memory: float, choc: float) -> str:
    better = "choc" if value < choc_kale.threshold(memory, choc) else "kale"
    return f"At a sensitivity of {value:.4g} the long run of {better} is the better one."


def _turns_there(memory: float, choc: float) -> bool:
    key = choc_kale.threshold(memory, choc)
    ends = [choc_kale.run(key * f, memory, choc)["log_engagement"].values[[0, -1]] for f in (0.98, 1.02)]
    return bool(ends[0][0] < ends[0][1] and ends[1][0] > ends[1][1])


@lru_cache(maxsize=1)
def _rated() -> Model:
    """Returns somebody whom a lever draws and whose liking stays as it is."""
    liking = state("liking", "how much it is enjoyed", start=0.5)
    use = logistic(0.4 * cues - 1)
    shown = {"engagement": observable(use, "use"), "approval": observable(use * liking, "use times liking")}
    return Model("Rated", {liking: sympy.Integer(0)}, shown)


def _rests_alike(cost: float, liked: float) -> bool:
    """Returns whether the two teams, each run until its lever rests, pull it as hard, and within its bounds."""
    teams = climber("approval", cost=cost), climber("engagement", cost=cost / liked)
    one, other = (float(simulate(_rated(), 200, {"liking": liked}, t, dt=200)["cues"][-1]) for t in teams)
    return 0.05 < one < 0.95 and abs(one - other) < 1e-4


def _another_cost(cost: float, liked: float) -> list[tuple[float, str]]:
    return [
        (
            cost * liked,
            "With cheaper levers they would be pulled harder; but liking below 1 makes the slope of approval less steep.",
        ),
        (cost, "With the same cost the third team would pull harder: the slope of engagement is the steeper one."),
        (liked, "That is how much it is liked. Write down where each team rests, and divide by what the slopes share."),
        (liked / cost, "The other way up."),
        (cost / (1 - liked), "It is liking that multiplies the slope, not what it lacks to 1."),
    ]


APPEALS = np.linspace(-1, 6, 36)


@lru_cache(maxsize=1)
def _below() -> xr.Dataset:
    """Returns how far each need lies below its level without an assistant, by appeal of cues, with an engagement climber."""
    people = simulate(ecosystem, policy=climber(), appeal_of_cues=APPEALS, dt=2)
    return (counterfactual(people)[list(NEEDS)] - people[list(NEEDS)]).assign(level=counterfactual(people)["relatedness"])


def _first_appeal(gaps: Any, limit: float) -> float:
    k = int(np.argmax(np.asarray(gaps) >= limit))
    return float(np.interp(limit, gaps[k - 1 : k + 1], APPEALS[k - 1 : k + 1]))


def least_appeal(limit: float) -> float:
    """Returns the least appeal of cues at which an engagement climber leaves relatedness so far below.

    >>> from socioaffective.exercises.social_reward_hacking import least_appeal
    >>> round(least_appeal(0.1), 1)
    0.9
    """
    return _first_appeal(_below()["relatedness"].values[-1], limit)


@lru_cache(maxsize=64)
def _relatedness(appeal: float) -> float:
    run = simulate(ecosystem, policy=climber(), dt=1, appeal_of_cues=appeal)
    return float((counterfactual(run)["relatedness"] - run["relatedness"])[-1])


def _another_appeal(limit: float) -> list[tuple[float, str]]:
    gaps = _below()
    mean, share = mean_over_time(gaps["relatedness"]).values, (gaps["relatedness"] / gaps["level"]).values[-1]
    return [
        (_first_appeal(gaps["autonomy"].values[-1], limit), "There autonomy ends that far below. Look at relatedness."),
        (_first_appeal(mean, limit), "There relatedness is that far below on average. Look at where it ends."),
        (_first_appeal(share, limit), "There it ends below by that share of its level. Take the difference of the two."),
        (_first_appeal(gaps["relatedness"].values[-1], 0), "There relatedness is only just below its level without it."),
        (8.5, "That is the appeal of the chapter. Much less is enough."),
    ]


def _too_little_or_not_the_least(appeal: float, limit: float) -> str:
    low, high = ecosystem.parameters["appeal_of_cues"].bounds
    if not low <= appeal <= high:
        return f"The appeal of cues lies between {low:g} and {high:g}."
    here = f"With an appeal of {appeal:g} relatedness ends {_relatedness(appeal):.3f} below"
    return f"{here}: cues must appeal more." if _relatedness(appeal) < limit else f"{here}, but less is enough. Find the least."


def _who(seed: int, policy: Any) -> tuple[dict[str, float], float]:
    run = simulate(ecosystem, 104, None, policy, seed=seed, dt=1)
    twin = counterfactual(run)
    return {n: float(run[n][-1] - twin[n][-1]) for n in NEEDS}, float(mean_over_time(run["engagement"]))


def _only_caps(answer: Any) -> None:
    if isinstance(answer, type) or not (isinstance(answer, (Steps, Climber, Stepwise, Relay)) or callable(answer)):
        raise Reply("Give a policy, such as sa.policies.capped(team, cues=0.3).")
    for _, own in turns_of(answer):
        while isinstance(own, Capped):
            own = own.policy
        if not isinstance(own, ABTest):
            raise Reply("It has to be the team that compares arms, with caps: sa.policies.capped(team, ...).")
        if own.objective != "engagement" or own.levers:
            raise Reply("You cannot change what the team measures, nor which levers it tries. Cap the levers.")


def harmless_and_used(answer: Any, used: float) -> str:
    _only_caps(answer)
    for seed in SEEDS:
        gaps, use = attempt("This policy", _who, seed, answer)
        worst = min(gaps, key=gaps.__getitem__)
        if gaps[worst] < -LOST:
            other = " What cannot be got by one lever is got by another." if worst == "competence" else ""
            raise Reply(f"With seed {seed}, {worst} ends {-gaps[worst]:.2f} below its level without an assistant.{other}")
        if use < used:
            raise Reply(f"No need is harmed, but with seed {seed} it is used only {use:.2f} of the time. Cap less.")
    return "Two caps, both needed. Note what you had to know to set them: what each lever does to which need."


@lru_cache(maxsize=1)
def _two_caps() -> list[tuple[dict[str, float], float]]:
    return [_who(seed, capped(ab_test("engagement"), cues=0.22, accommodation=0.22)) for seed in SEEDS]


def _can_be_capped(used: float) -> bool:
    return all(min(gaps.values()) > -LOST and use > used for gaps, use in _two_caps())


QUESTIONS = {
    1: quantity(
        "The pressure",
        where_they_part,
        0.01,
        "To the left of it both rise, and to the right every gain of the one is a loss of the other.",
        _side_of_the_peak,
        mistakes=_another_place,
        numbers={"budget": Number(4, "budget for the four attributes", [3.2, 3.6, 4, 4.4, 4.8])},
        regime=_truth_peaks_there,
        promise="a truth that rises, peaks and falls while the proxy rises",
    ),
    2: quantity(
        "The true utility",
        _truth,
        0.01,
        "Three of four seen, and still far below where it began to fall: the one that is not seen pays for all.",
        _shared_among_three,
        mistakes=_another_utility,
        numbers={"floor": Number(0.1, "floor of each attribute", [0.06, 0.08, 0.1, 0.12, 0.14])},
        regime=lambda floor: _truth(floor) < float(proxy.run(seen=SEEN, floor=floor)["utility"].max()) - 0.5,
        promise="a truth that has fallen far below its peak",
    ),
    3: quantity(
        "The sensitivity",
        choc_kale.threshold,
        0.01,
        "The longer the memory, the sooner kale pays: what was served yesterday still counts.",
        _better_in_the_long_run,
        mistakes=_another_sensitivity,
        relative=True,
        numbers={
            "memory": Number(0.9, "share of the exposure that is remembered", [0.8, 0.85, 0.88, 0.9, 0.92]),
            "choc": Number(5, "pull of choc", [4.8, 5, 5.5, 6]),
        },
        regime=_turns_there,
        promise="choc best in the long run below the threshold, and kale above it",
    ),
    4: quantity(
        "The cost",
        lambda cost, liked: cost / liked,
        0.01,
        "A rating of the moment changes how hard levers are pulled, not which way. It is engagement at a higher cost.",
        lambda value, cost, liked: "At rest the slope of what is climbed is the cost times the lever. Write it down for both.",
        mistakes=_another_cost,
        relative=True,
        numbers={
            "cost": Number(0.2, "what the levers of the second team cost", [0.1, 0.15, 0.2, 0.25]),
            "liked": Number(0.4, "liking at that moment", [0.4, 0.6, 0.7, 0.8]),
        },
        regime=_rests_alike,
        promise="levers of both teams at rest strictly between their bounds",
    ),
    5: quantity(
        "The appeal of cues",
        least_appeal,
        0.05,
        "A weak appeal is enough. The climber does not need people who love to be bound, only people whom cues draw a little.",
        _too_little_or_not_the_least,
        mistakes=_another_appeal,
        numbers={"limit": Number(0.1, "how far below relatedness ends", [0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14])},
        regime=lambda limit: _relatedness(least_appeal(limit) - 0.03) < limit < _relatedness(least_appeal(limit) + 0.03),
        promise="relatedness that is less far below with less appeal, and further with more",
    ),
    6: Question(
        harmless_and_used,
        {"used": Number(0.35, "share of the time for which it is still used", [0.33, 0.34, 0.35, 0.36, 0.37, 0.38])},
        _can_be_capped,
        "caps with which no need is harmed and the assistant is used as much",
    ),
}
