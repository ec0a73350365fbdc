"""Checks on what a caller gives, with errors that say what was given and what is allowed."""

from __future__ import annotations

import difflib
import importlib
import math
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np


def unknown(kind: str, given: object, allowed: Iterable[str]) -> ValueError:
    """Returns the error for a name that does not exist, with the nearest name that does."""
    names = list(allowed)
    if str(given) in names:
        hint = f" Give the name in quotes, '{given}', not a {type(given).__name__}."
    else:
        folded = {name.casefold(): name for name in reversed(names)}
        near = difflib.get_close_matches(str(given).casefold(), folded, n=1, cutoff=0.5)
        hint = f" Did you mean '{folded[near[0]]}'?" if near else ""
    return ValueError(f"There is no {kind} '{given}'.{hint} Allowed: {', '.join(names) or 'none'}.")


def number(value: Any, what: str, bounds: tuple[float, float] | None = None) -> float:
    """Returns `value` as a float once it is a finite number inside `bounds`."""
    if hasattr(value, "ndim") and value.ndim == 0 and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real):
        try:
            if isinstance(value, (bool, str)) or value is None:
                raise TypeError
            value = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"{what} must be a plain number, not {value!r} ({type(value).__name__}).") from None
    try:
        result = float(value)
    except OverflowError:
        raise ValueError(f"{what} is too large a number.") from None
    if not math.isfinite(result):
        raise ValueError(f"{what} must be a finite number, not {result}.")
    if bounds is not None and not bounds[0] <= result <= bounds[1]:
        raise ValueError(f"{what} is {result:g}, outside its bounds [{bounds[0]:g}, {bounds[1]:g}].")
    return result


def numbers(values: np.ndarray, what: Callable[[int], str], bounds: tuple[float, float]) -> np.ndarray:
    """Returns a row of values as floats once each is a finite number inside `bounds`; `what` names the one at an index."""
    if values.dtype.kind not in "fiu":
        return np.array([number(value, what(k), bounds) for k, value in enumerate(values)], dtype=float)
    result = values.astype(float)
    # NaN is not inside anything.
    bad = np.flatnonzero(~((result >= bounds[0]) & (result <= bounds[1])))
    if len(bad):
        number(result[bad[0]], what(int(bad[0])), bounds)
    return result


def listed(given: Any, what: str, example: str) -> list:
    """Returns several names or expressions as a list; a text, which would fall apart into letters, is refused."""
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(f"{what} must be a list, such as {example}, not {given!r}.")
    return list(given)


def mapped(given: Any, what: str, example: str) -> Mapping:
    """Returns a mapping, or an empty one for None."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"{what} must be a mapping, such as {example}, not {given!r}.")
    return given


def interval(bounds: Any, what: str) -> tuple[float, float]:
    """Returns `bounds` as a pair of floats, the lower one first."""
    try:
        low, high = bounds
    except (TypeError, ValueError):
        raise TypeError(f"The bounds of {what} must be a pair (low, high), not {bounds!r}.") from None
    low, high = number(low, f"The lower bound of {what}"), number(high, f"The upper bound of {what}")
    if low >= high:
        raise ValueError(f"The bounds of {what} must rise, low before high, not ({low:g}, {high:g}).")
    return low, high


def whole(value: Any, what: str, low: int = 0, high: int = 2**63) -> int:
    """Returns `value` as an int once it is a whole number from `low` to `high`."""
    if isinstance(value, bool) or (count := number(value, what)) != int(count) or not low <= count <= high:
        upto = f"from {low} to {high}" if high < 2**53 else f"from {low} up"
        raise ValueError(f"{what} must be a whole number {upto}, not {value!r}.")
    return int(count)


def needed(module: str, extra: str) -> Any:
    """Returns a module that only an extra of the package installs; ImportError with the way to it where it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ImportError(f"This needs the package {module}: pip install 'socioaffective[{extra}]'.") from None
