"""Integrate: the numerical methods behind `simulate`. Shapes are (states, people) throughout, times (steps,)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from socioaffective.quantities import Quantity

RTOL, ATOL = 1e-9, 1e-11
# Least number of points of a run whose dt is not given; dt is then a power of two, so that whole weeks are on the grid.
LEAST_POINTS = 500
# A run of two years takes a few hundred; what needs this many is stuck.
MOST_EVALUATIONS = 1_000_000
# People who are stepped together and need this many are sooner done one by one, by a method for stiff equations.
MOST_TOGETHER = 20_000

Field = Callable[[float, np.ndarray], np.ndarray]


def floors(states: Iterable[Quantity]) -> np.ndarray:
    """Returns the absolute tolerance of each state: less where its box is small."""
    return np.array([ATOL * min(1.0, q.bounds[1] - q.bounds[0]) for q in states])


def failure(time: float, why: str, names: Sequence[str], values: np.ndarray) -> RuntimeError:
    """Returns the error of an integration that could not go on; no part of the run is given back."""
    where = ", ".join(f"{name} = {value:.4g}" for name, value in zip(names, values, strict=True))
    return RuntimeError(
        f"The integration failed near time {time:.4g}: {why} There, {where}. The equations may grow without bound, "
        "divide by zero or switch back and forth; no partial run is returned."
    )


class StuckError(Exception):
    """Raised where a method gives up although the equations may be sound."""


def _counted(field: Callable, most: int) -> tuple[Callable, list]:
    """Returns the field so that it remembers where it is and gives up in the end, and that memory."""
    last: list[Any] = [0, 0.0, None]

    def count(t: float, y: np.ndarray) -> np.ndarray:
        last[0] += 1
        # Once a rate is no number the solver's own time is none either, and it would go on for ever.
        if last[0] > most or t != t:
            raise StuckError
        last[1], last[2] = t, y
        return field(t, y)

    return count, last


def _solve(
    field: Callable,
    y: np.ndarray,
    times: np.ndarray,
    states: Mapping[str, Quantity],
    method: str,
    shrink: float,
    most: int,
    reach: float,
) -> np.ndarray:
    names = list(states)
    # A run that stops early takes the steps of one that goes on, so that up to there both are the same to the last bit.
    done = _past(times[-1] + 1e-9 * (reach - times[-1])) if reach > times[-1] else None
    counting, last = _counted(field, most)
    why = ""
    try:
        with np.errstate(all="ignore"):
            _refuse_no_number(field(times[0], y), y, times[0], names)
            answer = solve_ivp(
                counting,
                (times[0], max(reach, times[-1])),
                y,
                method=method,
                t_eval=times,
                events=done,
                rtol=RTOL * shrink,
                atol=shrink * np.repeat(floors(states.values()), y.size // len(names)),
            )
    except StuckError:
        if most < last[0] and most < MOST_EVALUATIONS:
            raise
        why = f"still not done after {most:,} evaluations." if most < last[0] else "a rate is no number."
    except (OverflowError, ZeroDivisionError) as error:
        why = f"a number is too large or divided by zero ({error})."
    except ValueError as error:
        if "math domain" not in str(error) and "expected" not in str(error):
            raise
        why = f"a formula is not defined there ({error})."
    except TypeError as error:
        if "complex" not in str(error):
            raise
        why = "a rate is not real, as a root or a logarithm of a negative number is not."
    else:
        if not answer.success:
            why = f"the step became too small ({answer.message})."
        elif not np.isfinite(answer.y).all():
            why = "a value is no longer a number."
    if why:
        at = y if last[2] is None else np.asarray(last[2])
        raise failure(last[1], why, names, worst(at, len(names)))
    return answer.y


def _past(time: float) -> Callable:
    """Returns the event that ends an integration at a time."""

    def passed(t: float, y: np.ndarray) -> float:
        return t - time

    passed.terminal = True  # type: ignore[attr-defined]
    return passed


def _refuse_no_number(rates: Sequence[float], y: np.ndarray, time: float, names: Sequence[str]) -> None:
    """Raises RuntimeError where a rate is no number to begin with, and says whose."""
    bad = ~np.isfinite(np.array(rates, dtype=complex).reshape(len(names), -1)).all(axis=0)
    if bad.any():
        k = int(np.argmax(bad))
        whose = f" (of person {k}, counted from 0)" if len(bad) > 1 else ""
        raise failure(time, f"a rate{whose} is no number to begin with.", names, y.reshape(len(names), -1)[:, k])


def worst(values: np.ndarray, size: int) -> np.ndarray:
    """Returns the states of the person whose values are largest or no numbers at all."""
    people = values.reshape(size, -1)
    return people[:, np.argmax(np.nan_to_num(np.abs(people), nan=np.inf).max(axis=0))]


def one(
    field: Callable,
    start: np.ndarray,
    times: np.ndarray,
    states: Mapping[str, Quantity],
    reach: float = 0.0,
    most: int = MOST_EVALUATIONS,
) -> np.ndarray:
    """Returns the states of one person at `times`, shape (states, times): adaptive, stiff or not; by steps that would go on to
    `reach`."""
    return _solve(lambda t, y: field(t, y.tolist()), start, times, states, "LSODA", 1.0, most, reach)


def many(field: Field, start: np.ndarray, times: np.ndarray, states: Mapping[str, Quantity], reach: float = 0.0) -> np.ndarray:
    """Returns the states of many people at `times`, shape (states, people, times), stepped together.

    Raises StuckError where that takes too many steps, as it does when somebody's equations are stiff.
    """
    size, people = start.shape
    together = lambda t, y: field(t, y.reshape(size, people)).ravel()  # noqa: E731
    # SciPy controls the root mean square error over all people; this makes the bound hold for each of them. Between steps
    # RK45 is as exact as at them, which DOP853 is not.
    stacked = _solve(together, start.ravel(), times, states, "RK45", people**-0.5, MOST_TOGETHER, reach)
    return stacked.reshape(size, people, len(times))


def noisy(field: Field, spread: Field, start: np.ndarray, times: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Returns Euler-Maruyama paths, shape (states, people, times); `draws` are standard normal, (steps, states, people)."""
    path = np.empty((*start.shape, len(times)))
    path[..., 0] = y = start
    for k, step in enumerate(np.diff(times)):
        y = y + step * field(times[k], y) + np.sqrt(step) * spread(times[k], y) * draws[k]
        path[..., k + 1] = y
    return path


def iterated(field: Field, spread: Field | None, start: np.ndarray, times: np.ndarray, draws: np.ndarray | None) -> np.ndarray:
    """Returns the iterates of a map, shape (states, people, times)."""
    path = np.empty((*start.shape, len(times)))
    path[..., 0] = y = start
    for k in range(len(times) - 1):
        jump = 0.0 if spread is None or draws is None else spread(times[k], y) * draws[k]
        y = field(times[k], y) + jump
        path[..., k + 1] = y
    return path
