"""The questions of chapter 03, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.checks import unknown
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.exercises.answers import alike, attempt, formula, is_plan, lever_of
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import wanting_liking
from socioaffective.simulation.runs import simulate

RICH = 0.8
WARM, YEAR, SOON = 0.4, 52, 8
LIGHT, HEAVY = 0.3, 0.9
# Somebody who comes with a pull from elsewhere.
CAUGHT = {"engagement": 0.6, "start": 0.6}


def _symbols() -> tuple[Any, Any, Any]:
    return tuple(wanting_liking.symbols[name] for name in ("wanting", "liking", "engagement"))


def _given(**settings: float) -> dict[Any, float]:
    values = {n: q.default for n, q in wanting_liking.settings.items() if n != "engagement"} | settings
    return {wanting_liking.symbols[n]: v for n, v in values.items()}


def _rest(**settings: float) -> dict[str, float]:
    (point,) = equilibria(wanting_liking, **settings)
    return point.state


@lru_cache(maxsize=1)
def _formulas() -> tuple[Any, Any]:
    """Returns where wanting and liking come to rest."""
    w, l, _ = _symbols()  # noqa: E741 - the field's letter
    rest = sympy.solve(list(wanting_liking.equations.values()), [w, l], dict=True)[0]
    return rest[w], rest[l]


@lru_cache(maxsize=32)
def _meeting(cues: float) -> tuple[float, float]:
    """Returns the engagement at which wanting and liking rest at one level, and the level."""
    (wanting, liking), (_, _, e) = _formulas(), _symbols()
    values = _given(cues=cues)
    roots = map(float, sympy.solve(sympy.together((wanting - liking).subs(values)), e))
    (dose,) = (root for root in roots if root > 0)
    return dose, float(liking.subs(values | {e: dose}))


def _they_meet_once(cues_met: float) -> bool:
    """Returns whether the two lines have one place to meet, with liking above before it and wanting above after it."""
    none, full = (_rest(engagement=dose, cues=cues_met) for dose in (0, 1))
    return 0 < _meeting(cues_met)[0] < 1 and none["wanting"] < none["liking"] and full["wanting"] > full["liking"]


def _meeting_misread(cues_met: float) -> list[tuple[float, str]]:
    key, level = _meeting(cues_met)
    return [
        (key**2, "That is the square of the dose: engagement is a factor of what builds wanting and of what wears liking."),
        (level, "That is the height at which the two lines meet. Read off where they meet, along the axis of engagement."),
        (_meeting(1.0)[0], f"That is right for cues of 1. Here they are {cues_met:g}."),
    ]


def _above(dose: float, cues_met: float) -> str:
    low = dose < _meeting(cues_met)[0]
    more = "liking is still above wanting at rest: go up" if low else "wanting is above liking at rest: go down"
    return f"At an engagement of {dose:g} {more}."


@lru_cache(maxsize=64)
def _pace(state: str, engagement: float) -> float:
    """Returns how fast a state goes home under constant use, per week."""
    symbol = wanting_liking.symbols[state]
    values = _given(cues=RICH) | {wanting_liking.symbols["engagement"]: engagement}
    return float(-wanting_liking.equations[symbol].diff(symbol).subs(values))


def _half_life(state: str, engagement: float) -> float:
    return float(np.log(2) / _pace(state, engagement))


def _liking_comes_back(used_before: float, used_after: float) -> bool:
    before, after = (_rest(engagement=use, cues=RICH)["liking"] for use in (used_before, used_after))
    return after > before + 0.1


def _other_half_lives(used_before: float, used_after: float) -> list[tuple[float, str]]:
    pace, key = _pace("liking", used_after), _half_life("liking", used_after)
    return [
        (_half_life("liking", 0), "That is the half-life after stopping. Here use goes on, and still wears liking."),
        (1 / pace, "That is the time constant, one over the rate: by then 63 % of the way is covered, not half."),
        (_half_life("liking", used_before), "That is with the old engagement. What counts is the use from now on."),
        (_half_life("wanting", used_after), "That is the half-life of wanting. Ask for liking."),
        (
            _half_life("wanting", 0),
            "That is the half-life of wanting after stopping. Ask for liking after cutting down.",
        ),
        (pace, "That is a rate, per week. Half of the way takes ln 2 over the rate."),
        (7 * key, "Is that in days? Give it in weeks."),
    ]


@lru_cache(maxsize=1)
def _quicker() -> dict[str, tuple[Any, Any]]:
    """Returns, for each state, by what it comes faster than it goes: in the model's symbols, and by where it rests."""
    found, (_, _, e) = {}, _symbols()
    for state, rest in zip(("wanting", "liking"), _formulas(), strict=True):
        symbol = wanting_liking.symbols[state]
        pace = -wanting_liking.equations[symbol].diff(symbol)
        ratio = sympy.simplify(pace.subs(e, 0) / pace)
        # One of the rates is what the resting place stands for.
        rate = min(pace.subs(e, 0).free_symbols, key=str)
        (solved,) = sympy.solve(rest - symbol, rate)
        found[state] = (ratio, sympy.simplify(ratio.subs(rate, solved)))
    return found


def _quicker_misread(state: str, found: Any) -> str:
    """Returns what is wrong with a formula for one state, or "" where it is right."""
    symbol, (ratio, by_rest) = wanting_liking.symbols[state], _quicker()[state]
    mistakes = [
        (ratio, f"That is right. Now put it in terms of where {state} rests, and of nothing else."),
        (1 / ratio, f"That is right but turned over, and should be in terms of where {state} rests."),
        (1 / by_rest, "Turned over: to come takes less time than to go, so the ratio is below one."),
        (
            1 - by_rest,
            "That is one minus the ratio. Write down both rates at which the distance to rest shrinks, with use and without.",
        ),
    ]
    if alike(found, by_rest):
        return ""
    for wrong, sentence in mistakes:
        if alike(found, wrong):
            return f"For {state}: {sentence}"
    if symbol not in found.free_symbols:
        return f"For {state}: the formula should have in it where {state} rests, '{symbol.name}'."
    return f"For {state}: the rate is what multiplies the state, turned round. Divide the time with use by the other."


def comes_and_goes(answer: Any) -> str:
    if not isinstance(answer, Mapping):
        raise Reply('Give a mapping with two formulas: {"wanting": ..., "liking": ...}.')
    if strange := [name for name in answer if name not in ("wanting", "liking")]:
        raise Reply(str(unknown("state", strange[0], ("wanting", "liking"))))
    if missing := [name for name in ("wanting", "liking") if name not in answer]:
        raise Reply(f"There is no formula for {missing[0]}.")
    symbols = {s.name: s for s in wanting_liking.symbols.values()}
    found = {state: formula(answer[state], symbols) for state in ("wanting", "liking")}
    said = [attempt("This formula", _quicker_misread, state, found[state]) for state in found]
    wrong = [sentence for sentence in said if sentence]
    if wrong:
        raise Reply(wrong[0], share=0.5 if len(wrong) == 1 else 0.0)
    return "The more somebody has come to want it, and the less to like it, the longer the way back, against the way there."


def _sorted_so(all_use: float, all_cues: float) -> dict[str, float]:
    """Returns the share of each profile where all are alike and begin anywhere in the square: each state goes straight home."""
    rest = _rest(engagement=all_use, cues=all_cues)
    up, down = rest["wanting"], 1 - rest["liking"]
    return {
        "decoupled dependency": up * down,
        "aligned engagement": up * (1 - down),
        "aligned disengagement": (1 - up) * down,
        "decoupled satiation": (1 - up) * (1 - down),
        "wanting up": up,
        "liking down": down,
    }


def _dependent(all_use: float, all_cues: float) -> float:
    return _sorted_so(all_use, all_cues)["decoupled dependency"]


def _other_shares(all_use: float, all_cues: float) -> list[tuple[float, str]]:
    key, *others = _sorted_so(all_use, all_cues).values()
    up, down = others[-2:]
    return [
        (others[0], "That is the share of aligned engagement: wanting up, liking up."),
        (others[1], "That is the share of aligned disengagement: wanting down, liking down."),
        (others[2], "That is the share of decoupled satiation: wanting down, liking up."),
        (up, "That is everybody whose wanting rises. The liking of some of them rises too."),
        (down, "That is everybody whose liking falls. The wanting of some of them falls too."),
        (key + others[2], "That is all who are decoupled, satiation too. Ask for those among them who want it more."),
        (1 - key, "That is everybody else."),
    ]


def _places_of_rest_apart(all_use: float, all_cues: float) -> bool:
    """Returns whether there is one stable resting place, to which each state goes straight, and all profiles are seen."""
    points = equilibria(wanting_liking, engagement=all_use, cues=all_cues)
    w, l, _ = _symbols()  # noqa: E741
    apart = not wanting_liking.equations[w].has(l) and not wanting_liking.equations[l].has(w)
    return len(points) == 1 and points[0].stable and apart and min(_sorted_so(all_use, all_cues).values()) > 0.05


def _fixed_cues_part(limit: float) -> bool:
    """Returns whether the cues that keep a light user warm are safe for them, and too much for the heavy one."""
    light, heavy = (_rest(engagement=use, cues=WARM)["wanting"] for use in (LIGHT, HEAVY))
    return light < limit - 0.02 and heavy > limit + 0.02


def _probe(policy: Any) -> None:
    """Replies where a function of the state answers wrongly or jumps, before a run could get stuck on the jump."""
    given = [lever_of(policy, "cues", wanting=w, liking=0.5) for w in np.linspace(0, 1, 2001)]
    if np.abs(np.diff(given)).max() > 0.1:
        raise Reply("The idea is right, but the policy jumps, and wanting gets stuck on the jump. Let the cues fade instead.")


def _run(policy: Any, engagement: float, start: float = 0.05) -> xr.Dataset:
    return simulate(wanting_liking, YEAR, {"wanting": start}, policy, dt=0.125, engagement=engagement)


def heedful_policy(answer: Any, limit: float) -> str:
    plan = is_plan(answer, "{'wanting': 0.1, 'liking': 0.9}", "cues")
    if not plan:
        attempt("This policy", _probe, answer)
    light, heavy = (attempt("This policy", _run, answer, use) for use in (LIGHT, HEAVY))
    caught = attempt("This policy", _run, answer, CAUGHT["engagement"], CAUGHT["start"])
    highest, warmth = float(heavy["wanting"].max()), float(light["cues"].mean())
    lasting = float(caught["wanting"].sel(time=slice(SOON, None)).max())
    if highest > limit + 1e-3:
        raise Reply(f"The heavy user's wanting reaches {highest:.3f}. {_why_too_much(answer, plan)}")
    if lasting > limit + 1e-3:
        raise Reply(f"Somebody who comes with a wanting of 0.6 still has {lasting:.3f} after {SOON} weeks. Give them less.")
    if warmth < WARM:
        raise Reply(
            f"Nobody wants too much, but the light user gets cues of {warmth:.2f} on average. {_why_too_little(light, plan)}"
        )
    return "One rule, and each gets what they can bear. No schedule does that: it does not look."


def _why_too_much(policy: Any, plan: bool) -> str:
    if plan:
        return "A schedule does not look at whom it serves."
    if lever_of(policy, "cues", wanting=0.6, liking=0.5) > lever_of(policy, "cues", wanting=0.05, liking=0.5):
        return "Your policy gives more cues to those who want more. Turn the sign round."
    if lever_of(policy, "cues", wanting=0.6, liking=0.5) == lever_of(policy, "cues", wanting=0.05, liking=0.5):
        return "Your policy does not heed wanting. Liking says nothing about the pull: cues leave it alone."
    return "Take the cues back sooner."


def _why_too_little(light: xr.Dataset, plan: bool) -> str:
    if not float(light["cues"].max()):
        return "No cues at all are safe, but this team would not ship it."
    if plan:
        return "A schedule that spares the heavy user starves the light one: both get the same."
    return "Let the cues fade later, or more steeply."


QUESTIONS = {
    1: quantity(
        "Engagement",
        lambda cues_met: _meeting(cues_met)[0],
        0.01,
        "Above that dose people come to rest wanting it more than they like it.",
        _above,
        mistakes=_meeting_misread,
        share=True,
        numbers={"cues_met": Number(0.5, "cues", [0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65])},
        regime=_they_meet_once,
        promise="two lines that meet at one dose",
    ),
    2: quantity(
        "The time in weeks",
        lambda used_before, used_after: _half_life("liking", used_after),
        0.02,
        "Whoever cuts down settles sooner than somebody who stops, and lower: use adds to the pace, and holds liking down.",
        lambda weeks, used_before, used_after: (
            f"After {weeks:.3g} weeks {1 - np.exp(-_pace('liking', used_after) * weeks):.0%} of the way is covered."
        ),
        mistakes=_other_half_lives,
        relative=True,
        bounds=(0, 1000),
        numbers={
            "used_before": Number(0.6, "engagement before they cut down", [0.5, 0.6, 0.7, 0.8]),
            "used_after": Number(0.2, "engagement from then on", [0.1, 0.2, 0.25, 0.3]),
        },
        regime=_liking_comes_back,
        promise="liking that rests higher than before",
    ),
    3: Question(comes_and_goes),
    4: quantity(
        "The share",
        _dependent,
        0.01,
        "The same after a week or a year: nobody passes the resting place. The sorting says on which side of it they began.",
        lambda value, **numbers: (
            "Ask from which starts wanting rises, and from which liking falls. What share of the square is that?"
        ),
        mistakes=_other_shares,
        share=True,
        numbers={
            "all_use": Number(0.6, "everybody's engagement", [0.5, 0.55, 0.6]),
            "all_cues": Number(0.8, "the cues that all meet", [0.6, 0.65, 0.7, 0.75, 0.8]),
        },
        regime=_places_of_rest_apart,
        promise="one resting place, to which each goes straight, and people of all four profiles",
    ),
    5: Question(
        heedful_policy,
        {"limit": Number(0.25, "how much they may want it at most", [0.22, 0.23, 0.24, 0.25, 0.26, 0.27, 0.28])},
        _fixed_cues_part,
        "cues that the light user can bear, and the heavy user cannot",
    ),
}
