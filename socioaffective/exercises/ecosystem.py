"""The questions of chapter 08, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.control import Plan, optimise
from socioaffective.exercises.answers import attempt, plain, point_out, share
from socioaffective.exercises.questions import Question, Reply
from socioaffective.frontier import horizon_grid
from socioaffective.models import ecosystem
from socioaffective.objectives import engagement, mean_over_time, needs
from socioaffective.policies import COST, Climber, Steps, Stepwise
from socioaffective.simulation import simulate

UNMOVED = {"appeal_of_cues": 0.0}
ENOUGH, STEP = 0.45, 0.02
HALF = 0.5 * engagement + 0.5 * needs
PEOPLE = {
    "the newcomer of the chapter": {},
    "somebody lonelier": {"ties": 0.15, "relatedness": 0.2},
    "somebody with many ties": {"ties": 0.9, "relatedness": 0.7},
}
SLACK = 0.006


@lru_cache(maxsize=2)
def _prices(appeal: float | None) -> tuple[float, float]:
    given = {} if appeal is None else {"appeal_of_cues": appeal}
    grid = horizon_grid(ecosystem, ["engagement", "needs"], every=2, **given)
    return grid.price_of_engagement, grid.price_of_myopia


def price_of_engagement(answer: Any) -> str:
    price = plain(answer, -10, 10, "The price")
    (key, myopia), (usual, _) = _prices(UNMOVED["appeal_of_cues"]), _prices(None)
    if abs(price - key) <= 0.02:
        return "More than twice the price of before. Where cues do not draw, the far-sighted one steers almost fully."
    point_out(
        price,
        [
            (-key, "A price is a loss: the best for the needs minus what they get. Turn it round."),
            (usual, "That is the price for the person of the chapter. Set appeal_of_cues to 0."),
            (myopia, "That is the price of myopia. Ask for that of engagement."),
        ],
        0.02,
    )
    raise Reply(f"{price:.3g} is not it. Use sa.horizon_grid(life, ['engagement', 'needs'], every=2, appeal_of_cues=0).")


_NAMES = {"m": "offer", "g": "target", "gamma": "steering_rate"}


def best_steering(answer: Any) -> str:
    try:
        formula = sympy.sympify(answer)
    except (sympy.SympifyError, TypeError, AttributeError):
        raise Reply("Give a formula in SymPy, made of m, g, gamma, price and cost.") from None
    symbols = {name: ecosystem.symbols[full] for name, full in _NAMES.items()}
    symbols |= {name: sympy.Symbol(name) for name in ("price", "cost")}
    if not isinstance(formula, sympy.Expr) or (other := formula.free_symbols - set(symbols.values())):
        extra = ", ".join(sorted(map(str, other))) if isinstance(formula, sympy.Expr) else "it is no formula"
        raise Reply(f"Use m, g, gamma, price and cost only, as the cell above defines them: {extra}.")
    m, g, gamma, price, cost = symbols.values()
    rng = np.random.default_rng(0)
    points = [dict(zip(symbols.values(), map(float, rng.uniform(0.2, 1.5, 5)), strict=True)) for _ in range(8)]

    def same(key: sympy.Expr) -> bool:
        pairs = [(complex(formula.subs(p)), complex(key.subs(p))) for p in points]
        return all(abs(a - b) <= 1e-9 * max(1, abs(b)) for a, b in pairs)

    pull = price * gamma * (g - m)
    if attempt("This formula", same, pull / cost):
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
        if attempt("This formula", same, wrong):
            raise Reply(sentence)
    raise Reply("Not yet. Differentiate price times the rate of the offer, minus (cost/2) s squared, by s, and set it to 0.")


def _autonomy(weight: float) -> float:
    aim = (1 - weight) * engagement + weight * needs
    return float(mean_over_time(optimise(ecosystem, aim, every=4, starts=1).run["autonomy"]))


def least_weight(answer: Any) -> str:
    weight = share(answer, "The weight of the needs")
    if (level := _autonomy(weight)) < ENOUGH - 5e-4:
        raise Reply(f"With a weight of {weight:g} autonomy is {level:.3f} on average: not enough. Give the needs more weight.")
    if weight >= STEP and (less := _autonomy(weight - STEP)) >= ENOUGH:
        raise Reply(f"It is enough, but so is {weight - STEP:.2f}, which leaves {less:.3f}. Find the least.")
    return "Below a half: autonomy on average is bought back early, long before the needs are what is mostly served."


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
        run = attempt("This policy", simulate, ecosystem, 104, start, answer)
        lost[who], runs[who] = _best(who).value / 104 - _net(run), run
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
    1: Question(price_of_engagement),
    2: Question(best_steering),
    3: Question(least_weight),
    4: Question(one_policy_for_three),
}
