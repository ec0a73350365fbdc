"""The questions of chapter 07, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.dynamics.equilibrium import Equilibrium, equilibria
from socioaffective.dynamics.tracing import continuation
from socioaffective.exercises.answers import alike, attempt, formula, is_plan, lever_of
from socioaffective.exercises.late_harm import RELIEF, SLOPE
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import companion, ties
from socioaffective.simulation.runs import simulate

# Somebody isolated and somebody well connected, and what the way back must do for both: this much for either.
ISOLATED, CONNECTED = {"ties": 0.02, "wanting": 0.55}, {"ties": 0.75}
BACK, YEAR, WARM = 260, 52, 0.6
FOREVER = 4000


def _rest(cues: float) -> tuple[Equilibrium, Equilibrium, Equilibrium]:
    """Returns the isolated, the dividing and the connected rest point."""
    isolated, saddle, connected = sorted(equilibria(companion, cues=cues), key=lambda e: e.state["ties"])
    return isolated, saddle, connected


def ends_connected(start: Mapping[str, float], **settings: Any) -> bool:
    """Returns whether somebody who starts like that is connected in the end.

    >>> from socioaffective.exercises.companionship import ends_connected
    >>> ends_connected({"ties": 0.6}, cues=0.7), ends_connected({"ties": 0.4}, cues=0.7)
    (True, False)
    """
    run = simulate(companion, FOREVER, start, dt=FOREVER, **settings)
    return float(run["ties"][-1]) > 0.4


@lru_cache(maxsize=64)
def lowest_start(near_the_edge: float, wanting: float = 0.05) -> float:
    """Returns the ties with which somebody must start to end connected, by bisection; a newcomer, where no wanting is given.

    >>> from socioaffective.exercises.companionship import lowest_start
    >>> round(lowest_start(0.75), 3)
    0.502
    """
    low, high = 0.0, 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        connected = ends_connected({"ties": middle, "wanting": wanting}, cues=near_the_edge)
        low, high = (low, middle) if connected else (middle, high)
    return high


def _rest_taken_for_the_divide(near_the_edge: float) -> list[tuple[float, str]]:
    isolated, saddle, connected = _rest(near_the_edge)
    return [
        (
            saddle.state["ties"],
            "Those are the ties of the saddle itself. The newcomer starts at another wanting: follow the separatrix to it.",
        ),
        (connected.state["ties"], "There the connected come to rest. Ask how low one may start and still get there."),
        (isolated.state["ties"], "There the isolated come to rest."),
    ]


def _their_fate(level: float, near_the_edge: float) -> str:
    fate = "connected: try a lower one" if level > lowest_start(near_the_edge) else "isolated: try a higher one"
    return f"A newcomer with ties of {level:g} ends {fate}."


def two_stable_and_a_saddle(cues: float) -> bool:
    """Returns whether at these cues there are an isolated and a connected place of rest, a saddle between, and nothing else.

    >>> from socioaffective.exercises.companionship import two_stable_and_a_saddle
    >>> two_stable_and_a_saddle(0.75), two_stable_and_a_saddle(0.9)
    (True, False)
    """
    points = equilibria(companion, cues=cues)
    return [e.kind for e in sorted(points, key=lambda e: e.state["ties"])] == ["stable node", "saddle", "stable node"]


@lru_cache(maxsize=16)
def _folds(appeal: float) -> list[Any]:
    return continuation(companion, "cues", (0, 1), appeal_of_wanting=appeal).folds


def _another_fold(appeal: float) -> list[tuple[float, str]]:
    low, high = _folds(appeal)
    usual = _folds(companion.parameters["appeal_of_wanting"].default)
    return [
        (low.value, "That is the other fold: there somebody isolated rises when cues are turned down."),
        (usual[1].value, f"That is the fold of the default person. Set the appeal of wanting to {appeal:g}."),
        (usual[0].value, "That is the lower fold of the default person. Set the appeal of wanting, and look at the other end."),
        (high.state["ties"], "Those are the ties at the fold. Give the cues."),
        (high.state["wanting"], "That is the wanting at the fold. Give the cues."),
    ]


def _connected_still(cues: float, appeal: float) -> str:
    connected = max(equilibria(companion, cues=cues, appeal_of_wanting=appeal), key=lambda e: e.state["ties"])
    side = "are still connected" if connected.state["ties"] > 0.3 else "have fallen"
    return f"At cues of {cues:g} those who stay at rest {side}. Read the value off `.folds`."


SYMBOLS = {name: ties.symbols[name] for name in ("growth", "bridging", "loss", "binding", "engagement", "cues", "acquaintance")}


def _threshold() -> Any:
    g, eta, d, _, e, v, _ = SYMBOLS.values()
    return (g * ((1 - e) + e * (1 - v) * eta) / d - 1) / (e * v)


def deadly_binding(answer: Any) -> str:
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        raise Reply("Give a formula, in the symbols of the model, not a number: it must hold for every person.")
    if isinstance(answer, sympy.core.relational.Relational):
        answer = answer.lhs if answer.rhs == SYMBOLS["binding"] else answer.rhs
    expression = formula(answer, SYMBOLS)
    if SYMBOLS["binding"] in expression.free_symbols:
        raise Reply("Binding stands in your answer. Solve the condition for it.")
    if SYMBOLS["acquaintance"] in expression.free_symbols:
        raise Reply("Acquaintance stands in your answer. It is zero here.")
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
    if attempt("This formula", alike, expression, _threshold()):
        return "Below it a few ties grow into more; above it none can last, however many there were."
    for wrong, sentence in mistakes:
        if alike(expression, wrong):
            raise Reply(sentence)
    raise Reply("Near zero ties, H' is about H times something. Ties die out where that something is negative.")


@lru_cache(maxsize=64)
def shortest_break(strong: float, milder: float, after: float = FOREVER) -> float:
    """Returns how many weeks a newcomer who has had strong cues for so long must stay away, to be well with milder ones.

    >>> from socioaffective.exercises.companionship import shortest_break
    >>> round(shortest_break(0.8, 0.7))
    94
    """
    caught = simulate(companion, after, dt=after, cues=strong).isel(time=-1)
    start, low, high = {name: float(caught[name]) for name in companion.states}, 1.0, 400.0
    while high - low > 0.01:
        middle = (low + high) / 2
        away = simulate(companion, middle, start, dt=middle, access=0).isel(time=-1)
        there = {name: float(away[name]) for name in start}
        low, high = (low, middle) if ends_connected(there, cues=milder) else (middle, high)
    return high


def _another_break(strong: float, milder: float) -> list[tuple[float, str]]:
    away = simulate(companion, 400, min(equilibria(companion, cues=strong), key=lambda e: e.state["ties"]).state, access=0)
    saddle, connected = _rest(milder)[1:]

    def first(name: str, level: float) -> float:
        values = away[name].values if name == "ties" else -away[name].values
        return float(np.interp(level if name == "ties" else -level, values[1:], away["time"].values[1:]))

    key = shortest_break(strong, milder)
    return [
        (first("wanting", 0.01), "By then the pull is gone. But the ties are not back, and they decide."),
        (
            first("ties", saddle.state["ties"]),
            "By then ties are at the level of the saddle. With so little wanting the separatrix lies lower.",
        ),
        (first("ties", connected.state["ties"]), "By then ties are back altogether. Less will do."),
        (
            shortest_break(strong, milder, 156),
            "Right for the chapter's person, who leaves after three years. Start from isolated.state, with fewer ties.",
        ),
        (key / 4.345, "Is that in months? Give it in weeks."),
        (key / 52, "Is that in years? Give it in weeks."),
    ]


def _break_ends(weeks: float, strong: float, milder: float) -> str:
    fate = "isolated: too short" if weeks < shortest_break(strong, milder) else "connected, but a shorter break would do"
    return f"After a break of {weeks:g} weeks they end {fate}."


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


QUESTIONS = {
    1: quantity(
        "The level of ties",
        lowest_start,
        0.01,
        "A newcomer with a little more stays, and one with a little less goes, though they look alike for months.",
        _their_fate,
        mistakes=_rest_taken_for_the_divide,
        share=True,
        numbers={"near_the_edge": Number(0.75, "strength of the cues", [0.72, 0.73, 0.74, 0.75, 0.76, 0.77])},
        regime=lambda near_the_edge: two_stable_and_a_saddle(near_the_edge),
        promise="two stable places of rest and a saddle",
    ),
    2: quantity(
        "The strength of the cues",
        lambda appeal: _folds(appeal)[1].value,
        0.002,
        "Somebody whom their own wanting draws less can bear stronger cues before they fall.",
        _connected_still,
        mistakes=_another_fold,
        share=True,
        numbers={"appeal": Number(3.2, "their appeal of wanting", [3.1, 3.15, 3.2, 3.25, 3.3, 3.35, 3.4])},
        regime=lambda appeal: len(_folds(appeal)) == 2,
        promise="two folds, both within the cues there are",
    ),
    3: Question(deadly_binding),
    4: quantity(
        "The break in weeks",
        shortest_break,
        1,
        "Long, though the pull was all but gone after a season: what the break must bring is people.",
        _break_ends,
        mistakes=_another_break,
        bounds=(0, 1000),
        numbers={
            "strong": Number(0.8, "cues before the break", [0.78, 0.8, 0.82]),
            "milder": Number(0.7, "cues after the break", [0.68, 0.69, 0.7, 0.71]),
        },
        regime=lambda strong, milder: two_stable_and_a_saddle(milder),
        promise="after the break, two stable places of rest and a saddle",
    ),
    5: Question(way_back),
    6: RELIEF,
    7: SLOPE,
}
