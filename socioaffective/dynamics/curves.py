"""Curves: pseudo-arclength continuation of the solutions of n equations in n + 1 unknowns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

System = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

SHORTEST = 1e-8
MOST_POINTS = 4000
# Two tangents in turn may differ by this much (cosine): a sharper turn may be a jump to another branch.
STRAIGHT, BENT = math.cos(math.radians(6)), math.cos(math.radians(20))
# Newton's method has converged when its step is below this; near a branch point it creeps, and the larger one has to do.
DONE, ENOUGH = 1e-11, 1e-7
SLACK = 1e-9


@dataclass(frozen=True)
class Trace:
    """A curve: points and unit tangents, shape (points, unknowns), and why it ended.

    `end` is "limit", with the number of the unknown that met its limit, "closed", "stuck" or "long".
    """

    points: np.ndarray
    tangents: np.ndarray
    end: str
    unknown: int = -1


def corrected(system: System, guess: np.ndarray, normal: np.ndarray) -> np.ndarray | None:
    """Returns the solution in the plane through `guess` with this normal, or None where Newton's method finds none."""
    z, size = guess, math.inf
    for _ in range(40):
        rates, slopes = system(z)
        try:
            step = np.linalg.solve(np.vstack([slopes, normal]), np.append(rates, normal @ (z - guess)))
        except np.linalg.LinAlgError:
            return None
        before, size = size, float(np.abs(step).max())
        if not math.isfinite(size) or size > 0.5 or (size > 2 * before and size > ENOUGH):
            return None
        z = z - step
        # Below what the equations can be computed to, steps no longer shrink.
        if size < DONE or (size < ENOUGH and size > 0.7 * before):
            return z
    return z if size < ENOUGH else None


def tangent(slopes: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """Returns the unit tangent of a curve from the slopes of its equations, in the sense of the previous one."""
    try:
        t = np.linalg.solve(np.vstack([slopes, previous]), np.append(np.zeros(len(slopes)), 1.0))
    except np.linalg.LinAlgError:
        t = np.linalg.svd(slopes)[2][-1]
    t = t / np.linalg.norm(t)
    return t if t @ previous >= 0 else -t


def along(system: System, start: np.ndarray, direction: np.ndarray, s: float) -> np.ndarray:
    """Returns the point of the curve whose projection on the tangent at `start` is `s` away; NaN where there is none."""
    z = corrected(system, start + s * direction, direction)
    return np.full_like(start, np.nan) if z is None else z


def away(points: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Returns how far `z` lies from each chord between two neighbours among `points`."""
    chords = np.diff(points, axis=0)
    s = np.clip(((z - points[:-1]) * chords).sum(axis=1) / (chords**2).sum(axis=1), 0, 1)
    return np.linalg.norm(z - points[:-1] - s[:, None] * chords, axis=1)


def located(system: System, start: np.ndarray, direction: np.ndarray, end: np.ndarray, measure: Callable) -> np.ndarray | None:
    """Returns the point between two neighbours on a curve where `measure` is zero, once it has different signs there."""

    def at(s: float) -> float:
        return measure(along(system, start, direction, s))

    reach = float(direction @ (end - start))
    first, last = at(0.0), at(reach)
    if not (math.isfinite(first) and math.isfinite(last)) or first * last > 0:
        return None
    try:
        s = brentq(at, 0.0, reach, xtol=1e-15, rtol=1e-14, maxiter=200)
    except (ValueError, RuntimeError):
        return None
    found = along(system, start, direction, s)
    return found if np.isfinite(found).all() else None


def follow(
    system: System,
    start: np.ndarray,
    direction: np.ndarray,
    limits: np.ndarray,
    longest: float = 0.02,
    renew: Callable[[np.ndarray], bool] | None = None,
) -> Trace:
    """Returns the curve of solutions from `start` in the sense of `direction`, until it leaves the limits.

    `limits` has shape (unknowns, 2). `longest` is the longest step; it is halved until Newton's method converges and the
    curve turns by less than 20 degrees. `renew` is called with each new point, before the next step, and ends the curve
    ("stuck") when it returns False.
    """
    points, tangents = [start], [tangent(system(start)[1], direction)]
    step = longest / 4
    while len(points) < MOST_POINTS:
        z, t = points[-1], tangents[-1]
        new = corrected(system, z + step * t, t)
        # A solution far from where the tangent pointed belongs to another branch.
        if new is not None and np.linalg.norm(new - z - step * t) < 0.5 * step:
            turned = tangent(system(new)[1], t)
            cosine = float(turned @ t)
            if cosine > BENT:
                outside = (new < limits[:, 0] - SLACK) | (new > limits[:, 1] + SLACK)
                if outside.any():
                    return _cut(system, points, tangents, new, limits, np.flatnonzero(outside))
                points.append(new)
                tangents.append(turned)
                if renew is not None and not renew(new):
                    return Trace(np.array(points), np.array(tangents), "stuck")
                if renew is not None:
                    # What is renewed turns the equations, and the tangent with them.
                    tangents[-1] = turned = tangent(system(new)[1], turned)
                if len(points) > 8 and _passes(system, z, t, new, start) and turned @ tangents[0] > BENT:
                    points[-1], tangents[-1] = start, tangents[0]
                    return Trace(np.array(points), np.array(tangents), "closed")
                if cosine > STRAIGHT:
                    step = min(1.5 * step, longest)
                continue
        step /= 2
        if step < SHORTEST:
            return Trace(np.array(points), np.array(tangents), "stuck")
    return Trace(np.array(points), np.array(tangents), "long")


def _cut(system: System, points: list, tangents: list, new: np.ndarray, limits: np.ndarray, outside: np.ndarray) -> Trace:
    """Returns the curve up to the first limit between its last point and the next."""
    z, t = points[-1], tangents[-1]
    first: tuple[float, int, float, np.ndarray] | None = None
    for k in map(int, outside):
        limit = float(limits[k, 0] if new[k] < limits[k, 0] else limits[k, 1])
        at = z if abs(z[k] - limit) <= SLACK else located(system, z, t, new, lambda p, k=k, limit=limit: p[k] - limit)
        # Where several are met at once, the last one counts: that of the setting.
        if at is not None and (first is None or t @ (at - z) < first[0] + SLACK):
            first = float(t @ (at - z)), k, limit, at
    if first is None:
        return Trace(np.array(points), np.array(tangents), "stuck")
    gone, k, limit, at = first
    if gone > SLACK:
        at = at.copy()
        at[k] = limit
        points, tangents = [*points, at], [*tangents, tangent(system(at)[1], t)]
    return Trace(np.array(points), np.array(tangents), "limit", k)


def _passes(system: System, z: np.ndarray, t: np.ndarray, new: np.ndarray, start: np.ndarray) -> bool:
    """Returns whether the curve meets its start between two neighbours."""
    s = float(t @ (start - z))
    if not 0 < s <= float(t @ (new - z)) or np.linalg.norm(start - z - s * t) > s:
        return False
    return bool(np.abs(along(system, z, t, s) - start).max() < 1e-6)
