"""Integrate: the numerical methods behind `simulate`. Shapes are (states, people) throughout, times (steps,)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.integrate import solve_ivp

RTOL, ATOL = 1e-9, 1e-11
# A run of two years takes a few hundred; what needs this many is stuck.
MOST_EVALUATIONS = 1_000_000

Field = Callable[[float, np.ndarray], np.ndarray]


def failure(time: float, why: str, names: Sequence[str], values: np.ndarray) -> RuntimeError:
    """Returns the error of an integration that could not go on; no part of the run is given back."""
    where = ", ".join(f"{name} = {value:.4g}" for name, value in zip(names, values, strict=True))
    return RuntimeError(
        f"The integration failed near time {time:.4g}: {why} There, {where}. The equations may grow without bound, "
        "divide by zero or switch back and forth; no partial run is returned."
    )


class _StuckError(Exception):
    pass


def _counted(field: Callable) -> tuple[Callable, list]:
    """Returns the field so that it remembers where it is and gives up in the end, and that memory."""
    last = [0, 0.0, None]

    def count(t: float, y: np.ndarray) -> np.ndarray:
        last[0] += 1
        last[1], last[2] = t, y
        if last[0] > MOST_EVALUATIONS:
            raise _StuckError
        return field(t, y)

    return count, last


def _solve(field: Callable, y: np.ndarray, times: np.ndarray, names: Sequence[str], method: str, shrink: float) -> np.ndarray:
    counting, last = _counted(field)
    why = ""
    try:
        with np.errstate(all="ignore"):
            answer = solve_ivp(
                counting, (times[0], times[-1]), y, method=method, t_eval=times, rtol=RTOL * shrink, atol=ATOL * shrink
            )
    except _StuckError:
        why = f"still not done after {MOST_EVALUATIONS:,} evaluations."
    except (OverflowError, ZeroDivisionError) as error:
        why = f"a number is too large or divided by zero ({error})."
    except ValueError as error:
        if "math domain" not in str(error) and "expected" not in str(error):
            raise
        why = f"a formula is not defined there ({error})."
    else:
        if not answer.success:
            why = f"the step became too small ({answer.message})."
        elif not np.isfinite(answer.y).all():
            why = "a value is no longer a number."
    if why:
        at = y if last[2] is None else np.asarray(last[2])
        raise failure(last[1], why, names, _worst(at, len(names)))
    return answer.y


def _worst(values: np.ndarray, size: int) -> np.ndarray:
    """Returns the states of the person whose values are largest or no numbers at all."""
    people = values.reshape(size, -1)
    return people[:, np.argmax(np.nan_to_num(np.abs(people), nan=np.inf).max(axis=0))]


def one(field: Callable, start: np.ndarray, times: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Returns the states of one person at `times`, shape (states, times): adaptive, stiff or not."""
    return _solve(lambda t, y: field(t, y.tolist()), start, times, names, "LSODA", 1.0)


def many(field: Field, start: np.ndarray, times: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Returns the states of many people at `times`, shape (states, people, times), stepped together."""
    size, people = start.shape
    # SciPy controls the root mean square error over all people; this makes the bound hold for each of them.
    stacked = _solve(
        lambda t, y: field(t, y.reshape(size, people)).ravel(), start.ravel(), times, names, "DOP853", people**-0.5
    )
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
