"""Back ends: what computes a run, and how one is chosen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from socioaffective.checks import unknown
from socioaffective.model import Model

BACKENDS = {
    "auto": "machine code as soon as it is there, SciPy until then",
    "by size": "machine code for two hundred people or more, SciPy for fewer: whatever was run before",
    "scipy": "SciPy",
    "machine": "machine code, compiled first where it has to be",
}
_VARIABLE = "SOCIOAFFECTIVE_BACKEND"
# People from whom on machine code is worth the wait; and seconds of SciPy on a model after which it is made ready.
MANY, SECONDS = 200, 1.0

_chosen: list[str] = []
_held: ContextVar[str] = ContextVar("_held")
_spent: dict[tuple, float] = {}


def backend(name: str | None = None) -> str:
    """Returns the name of the back end that computes runs in continuous time without noise; given a name, chooses it first.

    "auto", the default: code that was compiled for the processor where it is there, and SciPy until then. It is compiled
    meanwhile, by another process, once SciPy has spent a second on a model, and kept on the disk for later sessions. Both
    agree to the stated tolerance, not to the last bit. "by size", which `sa.setup` chooses for notebooks: machine code for two
    hundred people or more and SciPy for fewer, so that a notebook gives the same bits each time. "scipy" and "machine": that
    one alone; the first run of a model in machine code then waits some seconds. A model with functions that machine code
    lacks is left to SciPy, as noise, maps and policies that are Python functions are to NumPy and SciPy. The environment
    variable SOCIOAFFECTIVE_BACKEND names the default, SOCIOAFFECTIVE_CACHE the folder of what was compiled.
    Raises ValueError for another name.

    >>> import socioaffective as sa
    >>> before = sa.backend()
    >>> sa.backend("scipy")
    'scipy'
    >>> sa.backend(before) == before
    True
    """
    if name is not None:
        if name not in BACKENDS:
            raise unknown("back end", name, BACKENDS)
        _chosen[:] = [name]
    return _held.get(_chosen[0] if _chosen else _default())


@contextmanager
def using(name: str) -> Iterator[None]:
    """Holds to one back end, in this thread, whatever is chosen."""
    token = _held.set(name)
    try:
        yield
    finally:
        _held.reset(token)


def _default() -> str:
    name = os.environ.get(_VARIABLE) or "auto"
    if name not in BACKENDS:
        raise unknown(f"back end (in {_VARIABLE})", name, BACKENDS)
    return name


def integrator(model: Model, people: int, events: tuple = ()) -> Callable | None:
    """Returns machine code that integrates a model, or None where SciPy is to do it."""
    name = backend()
    if name == "scipy" or (name == "by size" and people < MANY) or not people:
        return None
    from socioaffective.machine import build

    if name != "auto":
        return build.built(model, events)
    if _spent.get(build.key_of(model), 0.0) >= SECONDS or build.begun(model, events):
        return build.ready(model, events)
    return None


def spent(model: Model, seconds: float) -> None:
    """Notes that SciPy has spent so long on a model, whatever was watched."""
    if backend() == "auto":
        from socioaffective.machine import build

        key = build.key_of(model)
        _spent[key] = _spent.get(key, 0.0) + seconds
