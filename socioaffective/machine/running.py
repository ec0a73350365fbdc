"""Running: people integrated in machine code, block by block, on every processor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from socioaffective.integrate import MOST_EVALUATIONS
from socioaffective.model import Model

# People that one thread takes at a time: enough to fill the lanes, few enough to stay near the processor.
BLOCK = 512
# Why somebody was not run to the end: what `failed` holds, 0 where all went well.
NO_NUMBER, TOO_MANY, TOO_SMALL = 1, 2, 3


# Whether others are at work beside this thread, so that it does with one processor.
_alone: ContextVar[bool] = ContextVar("_alone", default=False)


@contextmanager
def alone() -> Iterator[None]:
    """Keeps what is run in this thread to one processor."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def processors() -> int:
    """Returns how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stops_of(model: Model, changes: Mapping[float, Mapping[str, float]], end: float) -> tuple[np.ndarray, ...]:
    """Returns the times at which something is set, the last one the end, and what is set there, as `integrate` takes it."""
    places = {name: k for k, name in enumerate([*model.states, *model.settings])}
    times = sorted({*(t for t in changes if t < end), end})
    here = [changes.get(t, {}) for t in times]
    reach = np.cumsum([0, *map(len, here)])
    what = [places[name] for change in here for name in change]
    value = [float(level) for change in here for level in change.values()]
    return np.array(times, dtype=float), reach.astype(np.int64), np.array(what, dtype=np.int64), np.array(value, dtype=float)


def run(
    function: Callable,
    start: np.ndarray,
    settings: np.ndarray,
    times: np.ndarray,
    stops: Sequence[np.ndarray],
    tolerances: tuple[np.ndarray, float],
    events: int = 0,
    room: np.ndarray | None = None,
    threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the states (states, people, times), a code by person that is 0 where all went well, and the first crossings
    (events, people). A person's numbers are the same to the last bit whoever else is run.

    `room`, shape (people, times, states), is filled with the states where it is given.
    """
    size, people = start.shape
    path = np.empty((people, len(times), size)) if room is None else room
    failed, crossed = np.zeros(people, dtype=np.int64), np.full((events, people), np.nan)
    floors, relative = tolerances

    def block(first: int) -> None:
        own = slice(first, first + BLOCK)
        function(start[:, own], settings[:, own], times, *stops, floors, relative, MOST_EVALUATIONS // 6, path[own],
                 failed[own], crossed[:, own])  # fmt: skip

    firsts = range(0, people, BLOCK)
    count = min(len(firsts), 1 if _alone.get() else threads or processors())
    if count < 2:
        for first in firsts:
            block(first)
    else:
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(block, firsts))
    return path.transpose(2, 0, 1), failed, crossed
