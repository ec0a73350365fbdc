"""Room: what would not fit into memory is refused before it starts."""

from __future__ import annotations

import os

# Where the system does not say how much memory there is.
USUAL = 8e9


def memory() -> float:
    """Returns the bytes of memory that this machine has."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return USUAL


def refuse_without_room(numbers: float, what: str, way_out: str) -> None:
    """Raises ValueError where so many floats would take more than half of the memory, with the estimate and the way out."""
    needed, there = 8 * numbers, memory()
    if needed > there / 2:
        raise ValueError(
            f"{what} would take some {needed / 1e9:.3g} GB; this machine has {there / 1e9:.3g}, of which half is used at most. "
            f"{way_out}"
        )
