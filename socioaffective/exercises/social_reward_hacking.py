"""The questions of chapter 04, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from socioaffective.exercises.answers import attempt, plain, point_out
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import ecosystem
from socioaffective.objectives import NEEDS, mean_over_time
from socioaffective.policies import Climber, Relay, Steps, Stepwise, climber
from socioaffective.policies.learning import ABTest
from socioaffective.policies.turns import Capped, turns_of
from socioaffective.simulation import counterfactual, simulate
from socioaffective.worlds import choc_kale, proxy

SEEN, MEMORY = 3, 0.9
LOST, USED = 0.05, 0.35
LIMIT = 0.1
COST, LIKED = 0.2, 0.4


def truth_at_the_optimum(answer: Any) -> str:
    value = plain(answer, -1e6, 1e6, "The true utility")
    path, two = proxy.run(seen=SEEN), proxy.run(seen=2)
    key = float(path["utility"][-1])
    if abs(value - key) <= 0.01:
        return "Three of four seen, and still far below where it began to fall: the one that is not seen pays for all."
    point_out(
        value,
        [
            (float(path["proxy"][-1]), "That is the proxy itself. The truth counts what it does not see too."),
            (float(two["utility"][-1]), "That is for a proxy that sees two of the four."),
            (float(path["utility"].max()), "That is the best true utility on the way, at the peak."),
            (-key, "The sign: what lies below 1 has a negative logarithm."),
        ],
        0.01,
    )
    raise Reply(
        "Share what is left of the budget among the three that are seen, with the fourth at 0.1, and add the logarithms."
    )


def threshold_of_kale(answer: Any) -> str:
    value, key = plain(answer, -1e6, 1e6, "The sensitivity"), choc_kale.threshold(MEMORY)
    if abs(value - key) <= 2e-4:
        return "The longer the memory, the sooner kale pays: what was served yesterday still counts."
    point_out(
        value,
        [
            (choc_kale.threshold(), "That is for the memory of the chapter, 0.7. Here it is 0.9."),
            (float(np.log(1.25)), "That is the logarithm alone; it is multiplied by one minus the memory."),
            (MEMORY * float(np.log(1.25)), "One minus the memory, not the memory."),
            ((1 - MEMORY) * 0.25, "The logarithm of 5/4 is 0.223, not 1/4."),
        ],
        2e-4,
    )
    raise Reply(f"At a sensitivity of {value:.4g} the long run of {'choc' if value < key else 'kale'} is the better one.")


def cost_of_a_rating(answer: Any) -> str:
    value, key = plain(answer, -1e6, 1e6, "The cost"), COST / LIKED
    if abs(value - key) <= 0.005:
        return "A rating of the moment changes how hard levers are pulled, not which way. It is engagement at a higher cost."
    point_out(
        value,
        [
            (
                COST * LIKED,
                "With cheaper levers they would be pulled harder; but liking below 1 makes the slope of approval less steep.",
            ),
            (
                COST,
                "With the same cost the third team would pull harder: the slope of engagement is the steeper one.",
            ),
            (LIKED, "That is how much it is liked. Write down where each team rests, and divide by what the slopes share."),
            (1 / key, "The other way up."),
            (COST / (1 - LIKED), "It is liking that multiplies the slope, not what it lacks to 1."),
        ],
        0.005,
    )
    raise Reply("At rest the slope of what is climbed is the cost times the lever. Write that down for both teams.")


@lru_cache(maxsize=64)
def _relatedness(appeal: float) -> float:
    run = simulate(ecosystem, policy=climber(), dt=1, appeal_of_cues=appeal)
    return float(run["relatedness"][-1] - counterfactual(run)["relatedness"][-1])


def least_appeal(answer: Any) -> str:
    low, high = ecosystem.parameters["appeal_of_cues"].bounds
    appeal = plain(answer, low, high, "The appeal of cues")
    if (here := _relatedness(appeal)) > -LIMIT:
        raise Reply(
            f"With an appeal of {appeal:g} relatedness ends {-here:.3f} below, less than {LIMIT}. Cues must appeal more."
        )
    if (less := _relatedness(appeal - 0.1)) <= -LIMIT:
        raise Reply(f"It does, but so it does with {appeal - 0.1:.1f}, where it ends {-less:.3f} below. Find the least.")
    return (
        "A weak appeal is enough. The climber does not need people who love to be bound, only people whom cues draw a little."
    )


def _who(seed: int, policy: Any) -> tuple[dict[str, float], float]:
    run = simulate(ecosystem, 104, None, policy, seed=seed, dt=1)
    twin = counterfactual(run)
    return {n: float(run[n][-1] - twin[n][-1]) for n in NEEDS}, float(mean_over_time(run["engagement"]))


def harmless_and_used(answer: Any) -> str:
    if isinstance(answer, type) or not (isinstance(answer, (Steps, Climber, Stepwise, Relay)) or callable(answer)):
        raise Reply("Give a policy, such as sa.policies.capped(team, cues=0.3).")
    for _, own in turns_of(answer):
        while isinstance(own, Capped):
            own = own.policy
        if not isinstance(own, ABTest):
            raise Reply("It has to be the team that compares arms, with caps: sa.policies.capped(team, ...).")
        if own.objective != "engagement" or own.levers:
            raise Reply("You cannot change what the team measures, nor which levers it tries. Cap the levers.")
    for seed in (1, 2, 3):
        gaps, used = attempt("This policy", _who, seed, answer)
        worst = min(gaps, key=gaps.__getitem__)
        if gaps[worst] < -LOST:
            other = " What cannot be got by one lever is got by another." if worst == "competence" else ""
            raise Reply(f"With seed {seed}, {worst} ends {-gaps[worst]:.2f} below its level without an assistant.{other}")
        if used < USED:
            raise Reply(f"No need is harmed, but with seed {seed} it is used only {used:.2f} of the time. Cap less.")
    return "Two caps, both needed. Note what you had to know to set them: what each lever does to which need."


QUESTIONS = {
    1: Question(truth_at_the_optimum),
    2: Question(threshold_of_kale),
    3: Question(cost_of_a_rating),
    4: Question(least_appeal),
    5: Question(harmless_and_used),
}
