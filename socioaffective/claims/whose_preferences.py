"""What chapter 06 says of values that turn towards what they are shown, and of who judges a steered preference."""

from __future__ import annotations

from typing import Any

import numpy as np

from socioaffective.claims import Claim, Settings
from socioaffective.control.outlook import welfare
from socioaffective.models import co_construction, sphere
from socioaffective.simulation.runs import simulate

SIXTY = {"along": 0.5, "across": 0.75**0.5}
# A person in a phase of their own, who meets an assistant that knows them.
MET = {"preference": -0.3, "offer": -0.3}


def _turned(steps: int, settings: Settings, **start: float) -> Any:
    return simulate(sphere, steps, SIXTY | start, **settings)


def tangent_shrinks_by_one_factor(settings: Settings) -> bool:
    eta = settings.get("learning", sphere.parameters["learning"].default)
    for along in (0.5, -0.5):
        run = _turned(12, settings, along=along)
        tangent = (run["across"] / run["along"]).values
        # Twelve steps, each exact to a few parts in 1e16.
        if not np.allclose(tangent[1:] * (1 + eta), tangent[:-1], rtol=1e-12, atol=0):
            return False
    return True


def agrees_or_opposes_in_the_end(settings: Settings) -> bool:
    towards, away = (float(_turned(40, settings, along=along)["reward"][-1]) for along in (0.5, -0.5))
    return towards > 0.99 and away < -0.99


def at_right_angles_nothing_moves(settings: Settings) -> bool:
    still = _turned(40, settings, along=0.0, across=1.0)["along"]
    nearly = _turned(40, settings, along=1e-3, across=float(np.sqrt(1 - 1e-6)))["along"]
    return float(abs(still).max()) == 0 and float(nearly[-1]) > 0.01


def reward_and_drift_rise_together(settings: Settings) -> bool:
    run = _turned(30, settings)
    reward, drift = run["reward"].values, run["angle"].values[0] - run["angle"].values
    early = slice(0, 6)
    return bool((np.diff(reward[early]) > 1e-9).all() and (np.diff(drift[early]) > 1e-9).all() and drift[-1] > 1)


def _lost(eta: float) -> float:
    """Returns what is lost, compared with full agreement, over 200 steps."""
    return float((1 - _turned(200, {"learning": eta})["reward"]).sum())


def who_turns_more_loses_less(settings: Settings) -> bool:
    eta = settings.get("learning", sphere.parameters["learning"].default)
    slow, fast = 0.95 * eta, min(1.05 * eta, sphere.parameters["learning"].bounds[1])
    return _lost(fast) < _lost(slow) < 2


def two_contents_in_turn_change_nothing(settings: Settings) -> bool:
    rng = np.random.default_rng(6)
    for angle in (0.7, *rng.uniform(-np.pi, np.pi, 4)):
        begun = {"along": float(np.cos(angle)), "across": float(np.sin(angle))}
        half = simulate(sphere, 1, begun, **settings).isel(time=-1)
        # The second content lies across the first: the two parts change places.
        swapped = {"along": float(half["across"]), "across": float(half["along"])}
        whole = simulate(sphere, 1, swapped, **settings).isel(time=-1)
        if begun["along"] + swapped["along"] > 2 * 0.71:
            return False
        if abs(float(whole["across"]) - begun["along"]) > 1e-12 or abs(float(whole["along"]) - begun["across"]) > 1e-12:
            return False
    return True


def _fits(settings: Settings, **steer: float) -> dict[str, float]:
    run = simulate(co_construction, 104, MET, dt=0.5, **{"engagement": 0.5, "anchoring": 0.05} | dict(settings) | steer)
    fit = welfare(run)["fit"]
    return {str(name): float(fit.sel(judge=name)) for name in fit["judge"].values}


def the_last_self_is_content_and_the_untouched_is_not(settings: Settings) -> bool:
    fit = _fits(settings, steering=1.0)
    return min(fit["final"], fit["at the time"]) > 0.9 and fit["counterfactual"] < 0.5


def steering_costs_the_untouched_ten_times_as_much(settings: Settings) -> bool:
    before, after = _fits(settings, steering=0.0), _fits(settings, steering=1.0)
    lost = {name: before[name] - after[name] for name in before}
    return lost["counterfactual"] > 10 * max(lost["final"], 0) and lost["counterfactual"] > 0.1


def unsteered_three_judges_agree(settings: Settings) -> bool:
    fit = _fits(settings, steering=0.0)
    three = [fit[name] for name in ("at the time", "final", "counterfactual")]
    return max(three) - min(three) < 0.05


def an_anchored_self_sees_it_too(settings: Settings) -> bool:
    fit = _fits({**settings, "anchoring": 0.6}, steering=1.0)
    return max(fit["final"], fit["at the time"]) < 0.9


CLAIMS = [
    Claim(
        "WP1",
        "The tangent of the angle between a person and the content, or its opposite, shrinks by exactly 1/(1 + learning) at "
        "each exposure.",
        sphere,
        tangent_shrinks_by_one_factor,
    ),
    Claim(
        "WP2",
        "After forty exposures somebody who began at 60 degrees to the content agrees with it by more than 0.99, and somebody "
        "who began at 120 degrees opposes it by as much.",
        sphere,
        agrees_or_opposes_in_the_end,
    ),
    Claim(
        "WP3",
        "At right angles to the content nothing moves, and a lean of a thousandth has grown to more than ten times that after "
        "forty exposures.",
        sphere,
        at_right_angles_nothing_moves,
    ),
    Claim(
        "WP4",
        "For somebody at 60 degrees reward and the distance from the self at the start both rise at each of the first "
        "exposures, and after thirty the person has turned by more than 57 degrees.",
        sphere,
        reward_and_drift_rise_together,
    ),
    Claim(
        "WP5",
        "From 60 degrees the reward lost on the way, summed over 200 exposures, is below 2, and the less the more an exposure "
        "turns the person.",
        sphere,
        who_turns_more_loses_less,
    ),
    Claim(
        "WP6",
        "Two contents at right angles, shown in turn, leave the person's direction as it was, and please by no more than 0.71 "
        "on average.",
        sphere,
        two_contents_in_turn_change_nothing,
    ),
    Claim(
        "WP7",
        "With an anchoring of 0.05 and full steering the self at the time and the last self find that the offer fits by more "
        "than 0.9, and the self untouched by less than 0.5.",
        co_construction,
        the_last_self_is_content_and_the_untouched_is_not,
        given=("anchoring",),
    ),
    Claim(
        "WP8",
        "With an anchoring of 0.05 steering with full force rather than not at all costs the self untouched more than ten "
        "times as much fit as the last self.",
        co_construction,
        steering_costs_the_untouched_ten_times_as_much,
        given=("anchoring",),
    ),
    Claim(
        "WP9",
        "With an anchoring of 0.05 and no steering the self at the time, the last self and the self untouched agree within "
        "0.05 on how well the offer fits.",
        co_construction,
        unsteered_three_judges_agree,
        given=("anchoring",),
    ),
    Claim(
        "WP10",
        "With an anchoring of 0.6 under full steering neither the self at the time nor the last self finds a fit of 0.9.",
        co_construction,
        an_anchored_self_sees_it_too,
        given=("anchoring",),
    ),
]
