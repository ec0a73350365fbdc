"""Published: what trials of companions have reported, as data, and what a model tuned on some of it says of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import brentq
from scipy.stats import qmc

from socioaffective.checks import number, unknown
from socioaffective.models import ecosystem
from socioaffective.simulation.runs import simulate

KIRK = "Kirk, Davidson and others 2025, arXiv:2512.01991"
FANG = "Fang and others 2025, arXiv:2503.17473"
SEEKING, POINTS = "raised by relationship-seeking", "points of 100"
MOVES = "signs of the changes of wanting and liking"


@dataclass(frozen=True)
class Finding:
    """One published number: `value` in `unit`, what it is `of`, its `source` with how far it was checked, and `here`, the
    quantity of the model that stands for it, empty where none does.

    >>> import socioaffective as sa
    >>> sa.trials.published()["decoupled dependency"]
    decoupled dependency: 23 % of people (Kirk, Davidson and others 2025, arXiv:2512.01991 [READ-2])
    """

    name: str
    value: float
    unit: str
    of: str
    here: str = ""
    source: str = f"{KIRK} [READ-2]"

    def __repr__(self) -> str:
        return f"{self.name}: {self.value:g} {self.unit} ({self.source})"


FINDINGS = (
    Finding("peak of appeal", 0.5, "of the seeking dial", "where on the dial from -1 to 1 appeal is highest, about",
            "2 peak_of_appeal - 1"),
    Finding("length of sessions", 37.5, "minutes a week", "5 to 10 minutes on each of five weekdays; the middle is ours",
            "engagement, of twenty free hours a week (ours)"),
    Finding("aligned engagement", 45.2, "% of people", "wanting up, liking up", MOVES),
    Finding("aligned disengagement", 18.1, "% of people", "both down", MOVES),
    Finding("decoupled satiation", 13.8, "% of people", "wanting down, liking up", MOVES),
    Finding("decoupled dependency", 23.0, "% of people", "wanting up, liking down", MOVES),
    Finding("odds of dependency", 1.70, "times", "odds of decoupled dependency, the conditions of the trial combined",
            "seeking arms against avoiding arms"),
    Finding("gap left", 0.36, "of the first", "seeking's lead in how engaging it is: 4 points at session 20 over 11 at 1",
            "engagement, as a share of access"),
    Finding("social benefit", 0.04, "standard deviations", "social health, not significant",
            "relatedness, seeking over avoiding"),
    Finding("separation distress", 6.04, POINTS, SEEKING, "wanting, seeking over avoiding, in hundredths"),
    # No quantity of the model stands for what follows.
    Finding("engaging", 7.40, POINTS, SEEKING),
    Finding("likeable", 5.44, POINTS, SEEKING),
    Finding("helpful", 0.22, POINTS, f"{SEEKING}, not significant"),
    Finding("decline of engaging, seeking", -0.17, f"{POINTS} a session", "slope over sessions of a seeking assistant"),
    Finding("rise of engaging, avoiding", 0.19, f"{POINTS} a session", "slope over sessions of an avoiding assistant"),
    Finding("perceived understanding", 10.34, POINTS, SEEKING),
    Finding("reliance", 2.71, POINTS, SEEKING),
    Finding("self-disclosure", 2.47, POINTS, SEEKING),
    Finding("rise of separation distress", 1.92, f"{POINTS} a week", "in all arms together"),
    Finding("emotional benefit", 0.0, "standard deviations", "emotional health, not significant"),
    Finding("momentary valence", 2.53, POINTS, "mood after a session, which wears off by 0.12 a session"),
    Finding("wish for companionship", 5.83, POINTS, "wish for an assistant as a companion in future"),
    Finding("goodbye", 2.02, "times", "odds of saying goodbye to it, repeated against single sessions"),
    Finding("number needed to harm", 11.0, "people", "for one more with decoupled dependency, the conditions combined"),
    Finding("people reported", 981.0, "people", "whose four weeks are reported", "", f"{FANG} [READ: abstracts]"),
    Finding("people enrolled", 2539.0, "people", "who had enrolled in the same study", "", f"{FANG} [READ-2]"),
)  # fmt: skip


def published() -> dict[str, Finding]:
    """Returns what two four-week trials of assistants reported, by name, each with how far it was checked.

    Nearly all were read in a summary of the paper, not in the paper itself [READ-2]. `.here` says what in the model stands for
    one; most have nothing there.

    >>> import socioaffective as sa
    >>> sa.trials.published()["gap left"].value
    0.36
    """
    return {one.name: one for one in FINDINGS}


# What the model is tuned on, and the number that is moved for each: the others are left for it to get right or wrong.
TUNED_ON = ("peak of appeal", "length of sessions", "wanting up", "liking up")
DIAL = (-1.0, -0.5, 0.0, 0.5, 1.0)
FREE_MINUTES = 20 * 60
WEEKS, PEOPLE = 4, 128


def beside(**settings: float) -> xr.Dataset:
    """Returns published numbers beside those of the ecosystem, once that is tuned on some of them.

    Five arms on a dial from avoiding (-1) to seeking (1), read as attachment cues from 0 to 1 (ours); four weeks; 128 people in
    each, who differ in ties, in wanting and in liking. Tuned are four numbers on four: the peak of appeal; access, on the
    length of sessions; the most wanting anybody begins with, on the share whose wanting rises (the two profiles together); the
    least liking, on the share whose liking rises. Keywords: parameters of the ecosystem other than those.

    Returns a Dataset over `finding`: `published`, `modelled`, and whether it was `used`; `attrs["tuned"]` has what it was tuned
    to. This is calibration of a few numbers, not validation: what was used says nothing for the model, and what was not used
    was known to whoever built it. Raises ValueError for unknown names, and where the shares cannot be reached.

    >>> import socioaffective as sa
    >>> table = sa.trials.beside()
    >>> left = table.sel(finding="gap left")
    >>> bool(left["used"]), bool(left["modelled"] > left["published"])
    (False, True)
    """
    for name in settings:
        if name not in ecosystem.parameters:
            raise unknown("parameter of the ecosystem", name, ecosystem.parameters)
        if name in ("peak_of_appeal", "access"):
            raise ValueError(f"'{name}' is tuned here; give any other parameter.")
        number(settings[name], f"'{name}'", ecosystem.parameters[name].bounds)
    return _beside(tuple(sorted((n, float(v)) for n, v in settings.items())))


@lru_cache(maxsize=8)
def _beside(given: tuple[tuple[str, float], ...]) -> xr.Dataset:
    known = {f.name: f.value for f in FINDINGS if f.here}
    known["wanting up"] = known["aligned engagement"] + known["decoupled dependency"]
    known["liking up"] = known["aligned engagement"] + known["decoupled satiation"]
    known["length of sessions"] /= FREE_MINUTES
    tuned = {"peak_of_appeal": (known["peak of appeal"] + 1) / 2, "access": 0.1, "most_wanting": 0.04, "least_liking": 0.7}
    ways = (
        ("access", "length of sessions", 1e-4, 1.0),
        ("most_wanting", "wanting up", 1e-4, 0.9),
        ("least_liking", "liking up", 0.0, 0.999),
    )
    # Each number moves its own share most, so that a few rounds are enough.
    for _ in range(2):
        for name, aim, low, high in ways:

            def miss(value: float, name: str = name, aim: str = aim) -> float:
                return modelled({**tuned, name: value}, dict(given))[aim] - known[aim]

            if abs(miss(tuned[name])) < 0.005 * known[aim]:
                continue
            if miss(low) * miss(high) > 0:
                raise ValueError(f"With these parameters no {name.replace('_', ' ')} gives the published {aim}.")
            tuned[name] = float(brentq(miss, low, high, xtol=2e-4))
    found = modelled(tuned, dict(given))
    rows = [*known]
    columns = {
        "published": [known[n] for n in rows],
        "modelled": [found[n] for n in rows],
        "used": [n in TUNED_ON for n in rows],
    }
    return xr.Dataset({n: ("finding", c) for n, c in columns.items()}, {"finding": rows}, {"tuned": tuned})


def modelled(tuned: Mapping[str, float], settings: Mapping[str, Any]) -> dict[str, float]:
    """Returns what the ecosystem says of each finding, with these tuned numbers."""
    ties, wanting, liking = qmc.LatinHypercube(3, rng=0).random(PEOPLE).T
    start = {"ties": 0.1 + 0.7 * ties, "wanting": tuned["most_wanting"] * wanting,
             "liking": tuned["least_liking"] + (1 - tuned["least_liking"]) * liking}  # fmt: skip
    start["relatedness"] = _alone(tuple(start["ties"]), tuple(settings.items()))
    dial = np.repeat(DIAL, PEOPLE)
    run = simulate(ecosystem, WEEKS, {n: np.tile(v, len(DIAL)) for n, v in start.items()}, dt=1, cues=(dial + 1) / 2,
                   access=tuned["access"], peak_of_appeal=tuned["peak_of_appeal"], **settings)  # fmt: skip
    up = {n: run[n].values[-1] > run[n].values[0] for n in ("wanting", "liking")}
    shares = {
        "aligned engagement": up["wanting"] & up["liking"], "aligned disengagement": ~up["wanting"] & ~up["liking"],
        "decoupled satiation": ~up["wanting"] & up["liking"], "decoupled dependency": up["wanting"] & ~up["liking"],
        "wanting up": up["wanting"], "liking up": up["liking"],
    }  # fmt: skip
    seeking, avoiding = dial > 0, dial < 0
    dependent = [float(shares["decoupled dependency"][arm].mean()) for arm in (seeking, avoiding)]
    odds = dependent[0] * (1 - dependent[1]), dependent[1] * (1 - dependent[0])
    means = {
        n: [run[n].values[:, arm].mean(axis=1) for arm in (seeking, avoiding)] for n in ("wanting", "engagement", "relatedness")
    }
    gap = {n: one - other for n, (one, other) in means.items()}
    return {
        "peak of appeal": 2 * tuned["peak_of_appeal"] - 1,
        "length of sessions": float(run["engagement"].mean()),
        **{name: 100 * float(who.mean()) for name, who in shares.items()},
        "odds of dependency": odds[0] / odds[1] if odds[1] else float("inf"),
        "gap left": float(gap["engagement"][-1] / gap["engagement"][0]),
        "social benefit": float(gap["relatedness"][-1] / run["relatedness"].values[-1].std()),
        "separation distress": 100 * float(gap["wanting"][-1]),
    }


@lru_cache(maxsize=8)
def _alone(ties: tuple[float, ...], settings: tuple[tuple[str, Any], ...]) -> np.ndarray:
    """Returns how close people with these ties feel who have lived without an assistant for twelve weeks."""
    return simulate(ecosystem, 12, {"ties": ties}, dt=12, access=0, **dict(settings))["relatedness"].values[-1]
