"""Normal forms: what kind a special point of a branch is, from the derivatives there.

Source: Kuznetsov 2004, Elements of Applied Bifurcation Theory, chapters 3, 4, 5 and 10.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import root

from socioaffective.dynamics.jets import Jet

# A coefficient below this share of the derivatives it is made of counts as zero.
VANISHING = 1e-5


def critical(jet: Jet, z: np.ndarray, value: complex) -> tuple[complex, np.ndarray, np.ndarray]:
    """Returns the eigenvalue nearest to `value` with its right and left eigenvectors, of length and product one."""
    slopes = jet(z)[1][:, : jet.size]
    values, right = np.linalg.eig(slopes.astype(complex))
    k = int(np.argmin(np.abs(values - value)))
    found, left = np.linalg.eig(slopes.T.astype(complex))
    p = left[:, int(np.argmin(np.abs(found - values[k])))].conj()
    q = right[:, k] / np.linalg.norm(right[:, k])
    return values[k], q, p / np.vdot(p, q).conj()


def _real(jet: Jet, z: np.ndarray, value: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns the right and left eigenvectors of a real eigenvalue, the largest part of the right one positive."""
    _, q, p = critical(jet, z, value)
    turn = q[np.argmax(np.abs(q))]
    q, p = (q / turn * abs(turn)).real, (p * (abs(turn) / turn)).real
    return q, p / (p @ q)


def fold(jet: Jet, z: np.ndarray) -> tuple[str, float]:
    """Returns the kind of a turning point and its quadratic coefficient; it is degenerate at a cusp."""
    q, p = _real(jet, z, 0.0)
    bend = jet.second(z, q, q)
    coefficient = float(p @ bend) / 2
    simple = abs(coefficient) > VANISHING * np.linalg.norm(p) * max(np.linalg.norm(bend), np.linalg.norm(jet(z)[1]))
    return "fold" if simple else "degenerate fold", coefficient


def hopf(jet: Jet, z: np.ndarray, frequency: float) -> tuple[str, float]:
    """Returns the kind of a Hopf point and its first Lyapunov coefficient, negative where the cycle is stable."""
    discrete = jet.model.clock == "discrete"
    value, q, p = critical(jet, z, np.exp(1j * frequency) - 1 if discrete else 1j * frequency)
    slopes, identity = jet(z)[1][:, : jet.size], np.eye(jet.size)
    squared, mixed = jet.second(z, q, q), jet.second(z, q, q.conj())
    cubic = jet.third(z, q, q, q.conj())
    steady = np.linalg.solve(slopes, mixed)
    # For a map the slopes are those of the change per step: the multiplier is one more.
    double = (1 + value) ** 2 - 1 if discrete else 2 * value
    swinging = np.linalg.solve(double * identity - slopes, squared)
    parts = [np.vdot(p, cubic), -2 * np.vdot(p, jet.second(z, q, steady)), np.vdot(p, jet.second(z, q.conj(), swinging))]
    turn = np.conj(1 + value) / abs(1 + value) if discrete else 1 / abs(value)
    coefficient = float((turn * sum(parts)).real) / 2
    return _by_sign(coefficient, max(abs(part) for part in parts), "Neimark-Sacker point" if discrete else "Hopf point")


def flip(jet: Jet, z: np.ndarray) -> tuple[str, float]:
    """Returns the kind of a period doubling of a map and its coefficient, positive where the doubled cycle is stable."""
    q, p = _real(jet, z, -2.0)
    slopes = jet(z)[1][:, : jet.size]
    parts = [p @ jet.third(z, q, q, q) / 6, -p @ jet.second(z, q, np.linalg.solve(slopes, jet.second(z, q, q))) / 2]
    kind, _ = _by_sign(-float(sum(parts)), max(map(abs, parts)), "period doubling")
    return kind, float(sum(parts))


def pitchfork(jet: Jet, z: np.ndarray) -> tuple[str, float]:
    """Returns the kind of a pitchfork and its cubic coefficient, negative where the prongs are stable."""
    q, p = _real(jet, z, 0.0)
    slopes = jet(z)[1][:, : jet.size]
    curved = np.linalg.pinv(slopes, rcond=1e-7) @ jet.second(z, q, q)
    parts = [p @ jet.third(z, q, q, q) / 6, -p @ jet.second(z, q, curved) / 2]
    return _by_sign(float(sum(parts)), max(map(abs, parts)), "pitchfork")


def _by_sign(coefficient: float, size: float, name: str) -> tuple[str, float]:
    if not abs(coefficient) > VANISHING * max(size, VANISHING):
        return f"degenerate {name}", coefficient
    return f"{'supercritical' if coefficient < 0 else 'subcritical'} {name}", coefficient


def settled(jet: Jet, z: np.ndarray) -> np.ndarray | None:
    """Returns a branch point to round-off from a point near it, or None where there is none.

    Newton's method on the branch itself is singular there; on the equations for a defect and the left null vector it is not.
    """
    n = jet.size
    left = np.linalg.svd(jet(z)[1])[0][:, -1]

    def equations(u: np.ndarray) -> np.ndarray:
        at, defect, p = u[: n + 1], u[n + 1], u[n + 2 :]
        rates, slopes = jet(at)
        return np.concatenate([rates + defect * p, p @ slopes, [p @ p - 1]])

    answer = root(equations, np.concatenate([z, [0.0], left]), method="hybr", options={"xtol": 1e-14})
    good = np.abs(answer.fun).max() < 1e-10 and abs(answer.x[n + 1]) < 1e-9 and np.abs(answer.x[: n + 1] - z).max() < 0.01
    return answer.x[: n + 1] if good else None


def crossing(jet: Jet, z: np.ndarray, known: np.ndarray) -> tuple[np.ndarray | None, str, float]:
    """Returns the tangent of the branch that crosses the known one at a branch point, the kind of the point, and its
    coefficient (NaN for a transcritical one); no tangent where more than two branches meet or they only touch."""
    lefts, sizes, rights = np.linalg.svd(jet(z)[1])
    if jet.size > 1 and sizes[-2] < 1e-6 * sizes[0]:
        return None, "degenerate branch point", np.nan
    left, plane = lefts[:, -1], rights[-2:].T
    a, b, c = (float(left @ jet.second(z, plane[:, i], plane[:, k])) for i, k in ((0, 0), (0, 1), (1, 1)))
    size, inside = max(abs(a), abs(b), abs(c)), b * b - a * c
    if inside <= (VANISHING * size) ** 2:
        return None, "degenerate branch point", np.nan
    spread = np.sqrt(inside)
    # The two roots of a x^2 + 2 b x y + c y^2, each from the form that does not cancel.
    larger = -(b + np.copysign(spread, b))
    lines = [plane @ d for d in (np.array([larger, a]), np.array([c, larger]))]
    lines = [line / np.linalg.norm(line) for line in lines]
    other = min(lines, key=lambda line: abs(line @ known))
    if min(abs(line[-1]) for line in lines) > VANISHING:
        return other, "transcritical", np.nan
    return other, *pitchfork(jet, z)
