"""Hysteresis: the way up and the way down of a state that stays at rest while one setting moves slowly."""

from __future__ import annotations

import itertools
import warnings
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.integrate import solve_ivp

from socioaffective.dynamics.curves import away, corrected
from socioaffective.dynamics.jets import Jet

if TYPE_CHECKING:
    from socioaffective.dynamics.branches import Diagram

# What has lost its rest point is let go this far from it, with the setting this far beyond, both as shares of the ranges.
ASIDE, ONWARDS = 5e-3, 1e-3
# A state that ends farther than this from where it was has jumped.
JUMPED = 0.02
# A state that has not come to rest after this many weeks or steps is taken to go on moving.
LONGEST, STILL = 5e4, 1e-9
SLACK = 1e-6


def loop(diagram: Diagram) -> xr.Dataset:
    """Returns the path of `Diagram.hysteresis`."""
    jet = diagram.jet
    if clash := {"leg", "jump"} & {diagram.setting, *diagram.model.states}:
        raise ValueError(f"'{min(clash)}' is the name of a column of the path; rename it to have a path.")
    begin = [point for point in diagram.at(diagram.bounds[0]) if point.stable]
    if not begin:
        raise ValueError(
            f"At {diagram.setting} = {diagram.bounds[0]:g} '{diagram.model.title}' has no stable rest point to start from."
        )
    own = jet.share([*(q.value for q in diagram.model.states.values()), diagram.bounds[0]])
    places = [jet.share([*point.state.values(), diagram.bounds[0]]) for point in begin]
    z = _settled(jet, own)
    if z is None or not any(np.abs(z - place).max() < JUMPED for place in places):
        z = min(places, key=lambda place: np.abs(place - own).max())
    up, jumps_up, end_up = _leg(diagram, z, 1)
    down, jumps_down, end_down = _leg(diagram, up[-1], -1)
    legs = ((up, jumps_up, "up"), (down, jumps_down, "down"))
    said = [_told(diagram, leg[k], leg[k + 1], way) for leg, jumps, way in legs for k in jumps]
    note = " and ".join(filter(None, [*said, end_up, end_down])) or f"{diagram.setting} moves the state up and down one path"
    points = np.array([*up, *down])
    values = jet.real(points)
    return xr.Dataset(
        {name: ("point", column) for name, column in zip(diagram.model.states, values.T, strict=False)},
        {
            diagram.setting: ("point", values[:, -1]),
            "leg": ("point", np.repeat([1, -1], [len(up), len(down)])),
            "jump": ("point", [k in jumps for leg, jumps, _ in legs for k in range(len(leg))]),
        },
        {"note": f"{note}.", "model": diagram.model.title},
    )


def _leg(diagram: Diagram, z: np.ndarray, sense: int) -> tuple[list[np.ndarray], list[int], str]:
    """Returns the path in one sense, which of its points are about to jump to the next, and why it ends early, if it does."""
    jet, path = diagram.jet, [z]
    jumps: list[int] = []
    for _ in range(50):
        walked = _walk(diagram, path[-1], sense)
        path += walked
        left = path[-1]
        if left[-1] * sense >= (sense + 1) / 2 - ONWARDS:
            return path, jumps, ""
        beyond = left.copy()
        beyond[-1] += sense * ONWARDS
        slopes = jet(left)[1][:, : jet.size]
        values, vectors = np.linalg.eig(slopes)
        aside = vectors[:, np.argmax(values.real)].real
        push = ASIDE * np.append(aside / np.abs(aside).max(), 0.0)
        # Of the two sides the one that is inside the box.
        landed = _settled(jet, min((beyond + push, beyond - push), key=lambda u: float(np.abs(u - u.clip(0, 1)).max())))
        if landed is None:
            return path, jumps, f"beyond {diagram.setting} = {jet.real(left)[-1]:.4f} nothing comes to rest"
        if np.abs(landed - landed.clip(0, 1)).max() > SLACK:
            return path, jumps, f"beyond {diagram.setting} = {jet.real(left)[-1]:.4f} the state leaves its box"
        back = landed.copy()
        back[-1] = left[-1]
        upright = corrected(jet, back, jet.upright)
        if upright is not None and np.abs(upright - landed).max() < JUMPED and np.abs(upright - left)[:-1].max() > ASIDE:
            landed = upright
        if np.abs(landed - left)[:-1].max() > JUMPED:
            jumps.append(len(path) - 1)
        path.append(landed)
    return path, jumps, f"{diagram.setting} meets more than 50 jumps"


def _walk(diagram: Diagram, z: np.ndarray, sense: int) -> list[np.ndarray]:
    """Returns the knots of the stable branch through a point, as far as they go in the sense of the setting."""
    best, place = np.inf, (0, 0)
    for b, branch in enumerate(diagram.branches):
        # A point at a fold lies between a stable and an unstable piece.
        gaps = np.where(branch.grows == 0, away(branch.knots, z), np.inf)
        k = int(np.argmin(gaps))
        if gaps[k] < best:
            best, place = float(gaps[k]), (b, k)
    branch, k = diagram.branches[place[0]], place[1]
    step = 1 if (branch.knots[k + 1, -1] - branch.knots[k, -1]) * sense > 0 else -1
    found, k = [], k + (step > 0)
    ends = range(k, len(branch.knots)) if step > 0 else range(k, -1, -1)
    for at, then in itertools.pairwise([*ends, None]):
        if branch.knots[at, -1] * sense >= z[-1] * sense:
            found.append(branch.knots[at])
        if then is None or branch.grows[min(at, then)] or (branch.knots[then, -1] - branch.knots[at, -1]) * sense < 0:
            break
    return found


def _settled(jet: Jet, z: np.ndarray) -> np.ndarray | None:
    """Returns where a state comes to rest at a fixed setting, or None where it does not."""
    y, setting, span = z[:-1], z[-1:], 10.0
    while span < LONGEST:
        if jet.model.clock == "discrete":
            for _ in range(int(span)):
                y = y + jet(np.concatenate([y, setting]))[0]
        else:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                run = solve_ivp(lambda _, u: jet(np.concatenate([u, setting]))[0], (0, span), y, "LSODA", rtol=1e-8, atol=1e-10)
            y = run.y[:, -1]
        if not np.isfinite(y).all() or np.abs(y).max() > 1e3:
            return None
        if np.abs(jet(np.concatenate([y, setting]))[0]).max() < STILL:
            break
        span *= 4 if jet.model.clock == "continuous" or span < 1e4 else LONGEST
    else:
        return None
    return corrected(jet, np.concatenate([y, setting]), jet.upright)


def _told(diagram: Diagram, left: np.ndarray, landed: np.ndarray, way: str) -> str:
    """Returns a jump in words, by the state that moves most."""
    before, after = (diagram.jet.real(z) for z in (left, landed))
    k = int(np.argmax(np.abs(landed - left)[:-1]))
    name, verb = list(diagram.model.states)[k], "falls" if after[k] < before[k] else "rises"
    return f"{name} {verb} from {before[k]:.2f} to {after[k]:.2f} at {diagram.setting} = {before[-1]:.4f} on the way {way}"
