"""The questions of chapter 07, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.equilibrium import Equilibrium, equilibria
from socioaffective.exercises import Reply
from socioaffective.exercises.answers import attempt, is_plan, lever_of, plain, point_out, share
from socioaffective.models import companion, ties
from socioaffective.simulation import simulate
from socioaffective.tracing import continuation

NEAR_THE_EDGE = 0.75
DRAWN_LESS = 3.2
STRONG, MILD = 0.8, 0.7
# Somebody isolated and somebody well connected, and what the way back must do for both: this much for either.
ISOLATED, CONNECTED = {"ties": 0.02, "wanting": 0.55}, {"ties": 0.75}
BACK, YEAR, WARM = 260, 52, 0.6
FOREVER = 4000


def _rest(cues: float) -> tuple[Equilibrium, Equilibrium, Equilibrium]:
    """Returns the isolated, the dividing and the connected rest point."""
    isolated, saddle, connected = sorted(equilibria(companion, cues=cues), key=lambda e: e.state["ties"])
    return isolated, saddle, connected


def _ends_connected(start: Mapping[str, float], **settings: Any) -> bool:
    run = simulate(companion, FOREVER, start, dt=FOREVER, **settings)
    return float(run["ties"][-1]) > 0.4


@lru_cache(maxsize=2)
def _lowest_start(cues: float, wanting: float = 0.05) -> float:
    low, high = 0.0, 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if _ends_connected({"ties": middle, "wanting": wanting}, cues=cues) else (middle, high)
    return high


def lowest_ties(answer: Any) -> str:
    level, key = share(answer, "Ties"), _lowest_start(NEAR_THE_EDGE)
    if abs(level - key) <= 0.01:
        return "A newcomer with a little more stays, and one with a little less goes, though they look alike for months."
    isolated, saddle, connected = _rest(NEAR_THE_EDGE)
    point_out(
        level,
        [
            (
                saddle.state["ties"],
                "Those are the ties of the saddle itself. The newcomer starts at another wanting: follow the separatrix to it.",
            ),
            (connected.state["ties"], "There the connected come to rest. Ask how low one may start and still get there."),
            (isolated.state["ties"], "There the isolated come to rest."),
            (_lowest_start(MILD), "That is right for cues of 0.7. Here they are 0.75."),
        ],
        0.01,
    )
    fate = "connected: try a lower one" if level > key else "isolated: try a higher one"
    raise Reply(f"A newcomer with ties of {level:g} ends {fate}.")


@lru_cache(maxsize=2)
def _folds(appeal: float) -> list[Any]:
    return continuation(companion, "cues", (0, 1), appeal_of_wanting=appeal).folds


def where_they_fall(answer: Any) -> str:
    cues, (low, high) = share(answer, "The strength of the cues"), _folds(DRAWN_LESS)
    if abs(cues - high.value) <= 0.002:
        return "Somebody whom their own wanting draws less can bear stronger cues before they fall."
    usual = _folds(companion.parameters["appeal_of_wanting"].default)
    point_out(
        cues,
        [
            (low.value, "That is the other fold: there somebody isolated rises when cues are turned down."),
            (usual[1].value, "That is the fold of the default person. Set the appeal of wanting to 3.2."),
            (
                usual[0].value,
                "That is the lower fold of the default person. Set the appeal of wanting, and look at the other end.",
            ),
            (high.state["ties"], "Those are the ties at the fold. Give the cues."),
            (high.state["wanting"], "That is the wanting at the fold. Give the cues."),
        ],
        0.002,
    )
    connected = max(equilibria(companion, cues=cues, appeal_of_wanting=DRAWN_LESS), key=lambda e: e.state["ties"])
    side = "are still connected" if connected.state["ties"] > 0.3 else "have fallen"
    raise Reply(f"At cues of {cues:g} those who stay at rest {side}. Read the value off `.folds`.")


SYMBOLS = {name: ties.symbols[name] for name in ("growth", "bridging", "loss", "binding", "engagement", "cues", "acquaintance")}


def _threshold() -> Any:
    g, eta, d, _, e, v, _ = SYMBOLS.values()
    return (g * ((1 - e) + e * (1 - v) * eta) / d - 1) / (e * v)


def _values(expression: Any) -> np.ndarray:
    """Returns an expression at a few points of the box."""
    rng, names = np.random.default_rng(7), list(SYMBOLS)
    points = [dict(zip(names, rng.uniform(0.1, 0.9, len(names)), strict=True)) for _ in range(6)]
    return np.array([complex(expression.subs({SYMBOLS[n]: x for n, x in point.items()}).evalf()) for point in points])


def deadly_binding(answer: Any) -> str:
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        raise Reply("Give a formula, in the symbols of the model, not a number: it must hold for every person.")
    expression = attempt("This answer", sympy.sympify, answer, locals=SYMBOLS)
    if isinstance(expression, (list, tuple, sympy.Tuple, sympy.FiniteSet)) and len(expression) == 1:
        (expression,) = expression
    if isinstance(expression, sympy.core.relational.Relational):
        expression = expression.lhs if expression.rhs == SYMBOLS["binding"] else expression.rhs
    if not isinstance(expression, sympy.Expr):
        raise Reply(f"Give an expression in the symbols of sa.models.ties, not {answer!r}.")
    if SYMBOLS["binding"] in expression.free_symbols:
        raise Reply("Binding stands in your answer. Solve the condition for it.")
    if SYMBOLS["acquaintance"] in expression.free_symbols:
        raise Reply("Acquaintance stands in your answer. It is zero here.")
    if foreign := {s for s in expression.free_symbols if s not in SYMBOLS.values()}:
        name = min(str(s) for s in foreign)
        raise Reply(f"'{name}' is no symbol of the model. Take them from `sa.models.ties.symbols`.")
    found, key = attempt("This formula", _values, expression), _values(_threshold())
    g, eta, d, _, e, v, _ = SYMBOLS.values()
    free = (1 - e) + e * (1 - v) * eta
    mistakes = [
        (g * free / d / (e * v), "A one is missing: lapse is 1 + binding e v, so that ties lapse even without binding."),
        ((g * (1 - e) / d - 1) / (e * v), "Bridging has been left out: assisted time lets ties grow too."),
        ((d / (g * free) - 1) / (e * v), "Turned over: growth stands over loss."),
        (g * free / d - 1, "That is binding times e v. Divide by both."),
        ((g * free / d - 1) / e, "Cues are missing below the line: binding works through e v."),
        ((1 - g * free / d) / (e * v), "The sign is turned round: ties die out where binding is *above* the threshold."),
        ((g * free - d) / (e * v), "Loss multiplies binding too: divide by it."),
        (free / d, "The growth rate is missing, and what ties lapse by even without binding."),
    ]
    if np.allclose(found, key, rtol=1e-6):
        return "Below it a few ties grow into more; above it none can last, however many there were."
    for wrong, sentence in mistakes:
        if np.allclose(found, _values(wrong), rtol=1e-6):
            raise Reply(sentence)
    raise Reply("Near zero ties, H' is about H times something. Ties die out where that something is negative.")


@lru_cache(maxsize=4)
def _shortest_break(cues: float, after: float = FOREVER) -> float:
    """Returns how long a newcomer who has had strong cues for so many weeks must stay away."""
    caught = simulate(companion, after, dt=after, cues=STRONG).isel(time=-1)
    start, low, high = {name: float(caught[name]) for name in companion.states}, 1.0, 400.0
    while high - low > 0.01:
        middle = (low + high) / 2
        away = simulate(companion, middle, start, dt=middle, access=0).isel(time=-1)
        there = {name: float(away[name]) for name in start}
        low, high = (low, middle) if _ends_connected(there, cues=cues) else (middle, high)
    return high


def long_enough(answer: Any) -> str:
    weeks, key = plain(answer, 0, 1000, "The break in weeks"), _shortest_break(MILD)
    if abs(weeks - key) <= 1:
        return "Nearly two years, though the pull was all but gone after a season: what the break must bring is people."
    away = simulate(companion, 400, _rest(STRONG)[0].state, dt=0.25, access=0)
    saddle, connected = _rest(MILD)[1:]

    def first(name: str, level: float) -> float:
        values = away[name].values if name == "ties" else -away[name].values
        return float(np.interp(level if name == "ties" else -level, values[1:], away["time"].values[1:]))

    point_out(
        weeks,
        [
            (first("wanting", 0.01), "By then the pull is gone. But the ties are not back, and they decide."),
            (
                first("ties", saddle.state["ties"]),
                "By then ties are at the level of the saddle. With so little wanting the separatrix lies lower.",
            ),
            (first("ties", connected.state["ties"]), "By then ties are back altogether. Less will do."),
            (_shortest_break(STRONG - 0.01), "That would do for a return to cues of 0.79. They return to 0.7."),
            (
                _shortest_break(MILD, 156),
                "Right for the chapter's person, who leaves after three years. Start from isolated.state, with fewer ties.",
            ),
            (key / 4.345, "Is that in months? Give it in weeks."),
            (key / 52, "Is that in years? Give it in weeks."),
        ],
        0.6,
    )
    fate = "isolated: too short" if weeks < key else "connected, but a shorter break would do"
    raise Reply(f"After a break of {weeks:g} weeks they end {fate}.")


def _probe(policy: Any) -> None:
    """Replies where a function of the state answers wrongly or jumps, before a run could get stuck on the jump."""
    for wanting in (0.05, 0.3, 0.6):
        given = [lever_of(policy, "cues", wanting=wanting, ties=level) for level in np.linspace(0.01, 1, 991)]
        if np.abs(np.diff(given)).max() > 0.1:
            raise Reply("The idea is right, but the policy jumps as ties pass a level. Let the cues rise by degrees.")


def _run(policy: Any, start: Mapping[str, float], weeks: float) -> xr.Dataset:
    return simulate(companion, weeks, start, policy, dt=0.25)


def way_back(answer: Any) -> str:
    plan = is_plan(answer, "{'wanting': 0.1, 'ties': 0.5}", "cues")
    if not plan:
        attempt("This policy", _probe, answer)
    isolated, connected = (attempt("This policy", _run, answer, *life) for life in ((ISOLATED, BACK), (CONNECTED, YEAR)))
    back, warmth = float(isolated["ties"][-1]), float(connected["cues"].mean())
    fixed = plan or float(isolated["cues"].max() - isolated["cues"].min()) < 0.01
    if back < WARM:
        raise Reply(f"After five years the isolated person has ties of {back:.2f}. {_why_not_back(answer, fixed)}")
    if warmth < WARM:
        raise Reply(
            f"Nobody is left alone, but the well-connected get cues of {warmth:.2f} on average. {_why_cold(fixed, connected)}"
        )
    return (
        "No fixed strength can do that: it has to look. It is a hard way all the same, for on the first day somebody isolated "
        "feels less close with few cues than with many."
    )


def _why_not_back(policy: Any, fixed: bool) -> str:
    if fixed:
        return "At a fixed strength what brings them back is cold to the others."
    if lever_of(policy, "cues", wanting=0.3, ties=0.05) > lever_of(policy, "cues", wanting=0.3, ties=0.75):
        return "Your policy gives most cues to those with fewest ties. It is what they would click, and what keeps them there."
    return "Give fewer cues to somebody who is caught, and more only once ties have grown."


def _why_cold(fixed: bool, connected: xr.Dataset) -> str:
    if not float(connected["cues"].max()):
        return "No cues at all is a way back, but it is not the only one."
    return "A fixed strength treats all alike." if fixed else "They can bear more: let the cues rise sooner."


QUESTIONS = {1: lowest_ties, 2: where_they_fall, 3: deadly_binding, 4: long_enough, 5: way_back}
