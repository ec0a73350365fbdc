"""Lyapunov: how fast runs that begin next to each other part or meet, along every direction."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from socioaffective.checks import number
from socioaffective.compile import compiled, jacobian
from socioaffective.dynamics.equilibrium import box_of, in_short, settings_of, states_of
from socioaffective.model import CLOCKS, Model

# Standard errors come from the means of this many stretches of the record.
BLOCKS = 20
RTOL, ATOL = 1e-9, 1e-11
# Directions are made orthogonal again before they differ in length by more than this.
SPREAD = 1e4
MOST_EVALUATIONS, MOST_STEPS = 2_000_000, 1_000_000
# A step of a map that shrinks a distance below this is rounding: all of the distance is gone.
GONE = 1e-13
# A run this many boxes away has left for good.
FAR = 20
# A run of a map that repeats itself to the last bit after at most so many steps is on a cycle.
LONGEST_CYCLE = 1000


@dataclass(frozen=True)
class LyapunovExponents:
    """Lyapunov exponents of one run: `values`, largest first, their standard `errors`, and whether the run is `chaotic`.

    `weeks` is the length of the record, `end` where it ended; `without_noise` is True where the model's noise was left out.
    """

    values: np.ndarray
    errors: np.ndarray
    chaotic: bool
    weeks: float
    end: dict[str, float]
    unit: str
    without_noise: bool

    def __repr__(self) -> str:
        each = ", ".join(f"{round(v, 4) + 0.0:.4f} ± {e:.4f}" for v, e in zip(self.values, self.errors, strict=True))
        noise = ", noise left out" if self.without_noise else ""
        return (
            f"LyapunovExponents({each} per {self.unit}, {'' if self.chaotic else 'not '}chaotic "
            f"over {self.weeks:g} {self.unit}s{noise})"
        )


def lyapunov_exponents(
    model: Model,
    weeks: float = 1000,
    start: Mapping[str, float] | None = None,
    settle: float | None = None,
    **settings: float,
) -> LyapunovExponents:
    """Returns all Lyapunov exponents of one run, largest first, per week (per step of a discrete model), with errors.

    Inputs: `model`; `weeks`, the length of the record. Keywords: `start`, start values by state; `settle`, how long the run
    goes before the record begins (a fifth of `weeks` unless told otherwise); settings by name.

    The linearised equations run along with the states, by the symbolic Jacobian, and their directions are made orthogonal
    again and again (QR). `errors` are standard errors of the mean, from 20 stretches of the record and from where it ends;
    they know nothing of what the record does not show. Noise is left out.

    `chaotic` is True when the largest exponent exceeds 0 by more than three errors, the run moves, and small distances grow
    faster than the square of time, which they do not beside a centre. It speaks of this one run: a transient can look
    chaotic for as long as the record, other starts can end elsewhere, and slow chaos needs a longer record. A run of a map
    that sits on a repelling point or cycle is not chaotic, and a warning says so: rounding puts every run of a map that only
    doubles there, however chaotic the map.

    Raises ValueError for an unknown name, a value outside its bounds and a length that is not positive; RuntimeError, with
    the time, when the run goes off to 20 widths of the box, the equations stop being numbers or two million evaluations will
    not do.

    Source: Benettin, Galgani, Giorgilli and Strelcyn 1980, Meccanica 15.

    >>> import socioaffective as sa
    >>> x = sa.state("share", start=0.3)
    >>> found = sa.lyapunov_exponents(sa.Model("Logistic map", {x: 4 * x * (1 - x)}, clock="discrete"), weeks=5000)
    >>> round(float(found.values[0]), 2), found.chaotic
    (0.69, True)
    """
    p = settings_of(model, settings)
    unit = CLOCKS[model.clock]
    length = _length(model, weeks, "weeks (the length of the record)")
    settle = length // 5 if settle is None and model.clock == "discrete" else length / 5 if settle is None else settle
    before = _length(model, settle, "settle (what goes before the record)", least=0.0)
    y = states_of(model, start)
    walk = _steps if model.clock == "discrete" else _flow
    logs, spans, end, scale, moves, period = walk(model, p, y, before, length)
    values, errors = _means(logs, spans)
    order = np.argsort(-values, kind="stable")
    values, errors = values[order], errors[order]
    grown = values[0] * length > 2 * np.log1p(scale * length)
    chaotic = bool(moves and grown and values[0] > 3 * errors[0] and not period)
    if period and values[0] > 0:
        what = "point" if period == 1 else f"cycle of {period} steps"
        warnings.warn(
            f"The run of '{model.title}' sits on a repelling {what}, with {in_short(model.states, end)}: the exponents are "
            "those of that alone, and a run from close by leaves it. Rounding does this to maps that double numbers, such as "
            "the tent map: take a slope a little below 2, or another start.",
            stacklevel=2,
        )
    return LyapunovExponents(
        values, errors, chaotic, length, dict(zip(model.states, map(float, end), strict=True)), unit, bool(model.noise)
    )


def _length(model: Model, given: Any, what: str, least: float = 1e-9) -> float:
    length = number(given, what)
    if length < least:
        raise ValueError(f"{what} must be {'positive' if least else 'at least 0'}, not {length:g}.")
    if model.clock == "discrete":
        if length != int(length):
            raise ValueError(f"'{model.title}' moves in whole steps: {what} must be a whole number, not {length:g}.")
        if length > MOST_STEPS:
            raise ValueError(f"{what} is {length:g} steps, too many; at most {MOST_STEPS:,} are taken.")
    return length


def _means(logs: np.ndarray, spans: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean rate of growth of each direction and its standard error."""
    values = logs.sum(axis=0) / spans.sum()
    ends = np.cumsum(spans)
    block = np.minimum((ends - spans / 2) / ends[-1] * BLOCKS, BLOCKS - 1).astype(int)
    weight = np.bincount(block, spans, BLOCKS)
    used = weight > 0
    if used.sum() < 2:
        return values, np.full(len(values), np.inf)
    with np.errstate(invalid="ignore"):
        rate = np.stack([np.bincount(block, column, BLOCKS)[used] / weight[used] for column in logs.T])
        blocks = rate.std(axis=1, ddof=1) / np.sqrt(used.sum())
        # On a cycle the blocks can all be off alike, by as much as one stretch differs from the next.
        ends_of_record = (logs - values * spans[:, None]).std(axis=0) / spans.sum()
        errors = np.hypot(blocks, ends_of_record)
    return values, np.where(np.isfinite(values), errors, 0.0)


def _evaluated(model: Model, p: np.ndarray) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Returns right-hand sides and Jacobian as one function of the states; ArithmeticError where they are no numbers."""
    jacobian(model)
    size, settings = len(model.states), p.tolist()
    both = compiled(model, (*model.equations.values(), *model.jacobian))

    def evaluate(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        try:
            values = np.array(both(y.tolist(), settings), dtype=float)
        except TypeError:
            raise ArithmeticError("a rate is not real, as a root of a negative number is not") from None
        except (ValueError, ArithmeticError) as error:
            raise ArithmeticError(str(error)) from None
        if not np.isfinite(values).all():
            raise ArithmeticError("a rate is no number")
        return values[:size], values[size:].reshape(size, size)

    return evaluate


def _lost(model: Model, time: float, y: np.ndarray, why: str, way_out: str) -> RuntimeError:
    when = f"{CLOCKS[model.clock]} {time:.4g} with {in_short(model.states, y)}"
    return RuntimeError(f"The run of '{model.title}' {why}, at {when}. {way_out}")


ELSEWHERE = "Only a run that stays has Lyapunov exponents; begin elsewhere with start={...} or change a setting."
SHORTER = "Give fewer weeks; if one state is far faster than the rest, put it at rest with sa.quasi_steady."


def _guard(model: Model) -> Callable[[np.ndarray, float], None]:
    """Returns the check that a run has not gone off for good."""
    box = box_of(model)
    middle, reach = box.mean(axis=1), FAR * (box[:, 1] - box[:, 0])

    def stays(y: np.ndarray, time: float) -> None:
        if not (np.abs(y - middle) <= reach).all():
            raise _lost(model, time, y, f"runs away, {FAR} widths of its box and more", ELSEWHERE)

    return stays


def _moving(model: Model, low: np.ndarray, high: np.ndarray) -> bool:
    box = box_of(model)
    return bool((high - low > 1e-9 * (box[:, 1] - box[:, 0])).any())


def _steps(model: Model, p: np.ndarray, y: np.ndarray, before: float, length: float) -> tuple:
    """Returns logarithms of growth (steps, states), the length of each step, the end, a typical slope, whether it moves, and
    the steps of the cycle that it is on, or 0."""
    evaluate, stays, size = _evaluated(model, p), _guard(model), len(y)
    directions, logs, scale = np.eye(size), np.empty((int(length), size)), 0.0
    # Brent's search for a cycle: compare with one earlier state, and put it on after one, two, four and more steps.
    earlier, ago, wait, period = y, 0, 1, 0
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    for k in range(-int(before), int(length)):
        try:
            following, slope = evaluate(y)
        except ArithmeticError as error:
            raise _lost(model, k + before, y, f"cannot go on ({error})", ELSEWHERE) from None
        directions, triangle = np.linalg.qr(slope @ directions)
        if k >= 0:
            growth = np.abs(np.diag(triangle))
            with np.errstate(divide="ignore"):
                logs[k] = np.log(np.where(growth < GONE, 0.0, growth))
            low, high, scale = np.minimum(low, y), np.maximum(high, y), scale + np.abs(slope).max() / length
        y, ago = following, ago + 1
        stays(y, k + before + 1)
        if not period and (y == earlier).all():
            period = ago
        if ago == wait:
            earlier, ago, wait = y, 0, min(2 * wait, LONGEST_CYCLE)
    return logs, np.ones(len(logs)), y, scale, _moving(model, low, high), period


def _flow(model: Model, p: np.ndarray, y: np.ndarray, before: float, length: float) -> tuple:
    """Returns logarithms of growth (segments, states), the length of each, the end, a typical slope, if it moves, and 0."""
    evaluate, stays, size = _evaluated(model, p), _guard(model), len(y)
    box = box_of(model)
    tolerance = ATOL * np.concatenate([box[:, 1] - box[:, 0], np.ones(size * size)])
    at, count = (0.0, y), 0

    def field(t: float, z: np.ndarray) -> np.ndarray:
        nonlocal at, count
        at, count = (t, z[:size]), count + 1
        if count > MOST_EVALUATIONS:
            raise _lost(model, t, z[:size], f"is not done after {MOST_EVALUATIONS:,} evaluations", SHORTER)
        stays(z[:size], t)
        rates, slope = evaluate(z[:size])
        return np.concatenate([rates, (slope @ z[size:].reshape(size, size)).ravel()])

    logs, spans, scale = [], [], 0.0
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    directions, time, end = np.eye(size), 0.0, before + length
    span = longest = length / (10 * BLOCKS)
    while time < end * (1 - 1e-12):
        # The record begins on a segment of its own.
        stop = min(time + span, before if time < before * (1 - 1e-12) else end)
        try:
            answer = solve_ivp(
                field, (time, stop), np.concatenate([y, directions.ravel()]), "DOP853", [stop], rtol=RTOL, atol=tolerance
            )
        except ArithmeticError as error:
            raise _lost(model, *at, f"cannot go on ({error})", ELSEWHERE) from None
        if not answer.success:
            raise _lost(model, *at, "goes ever faster", ELSEWHERE)
        moved = answer.y[:, -1]
        turned, triangle = np.linalg.qr(moved[size:].reshape(size, size))
        growth = np.abs(np.diag(triangle))
        if growth.max() > SPREAD * growth.min() and stop - time > 1e-12 * end:
            span = (stop - time) / 2
            continue
        if stop > before:
            logs.append(np.log(growth))
            spans.append(stop - time)
            low, high = np.minimum(low, moved[:size]), np.maximum(high, moved[:size])
            scale += np.abs(evaluate(y)[1]).max() * (stop - time) / length
        y, directions, time = moved[:size], turned, stop
        if (all_in_all := count * end / time) > 2 * MOST_EVALUATIONS and count > MOST_EVALUATIONS / 50:
            why = f"would take some {all_in_all:,.0f} evaluations, more than {MOST_EVALUATIONS:,}"
            raise _lost(model, time, y, why, SHORTER)
        if growth.max() < SPREAD**0.5 * growth.min():
            span = min(2 * span, longest)
    return np.array(logs), np.array(spans), y, scale, _moving(model, low, high), 0
