"""Shares: how sure a share is that was counted in a sample."""

from __future__ import annotations

from typing import Any

import numpy as np


def wilson(share: Any, count: int, errors: float) -> tuple[Any, Any]:
    """Returns the ends of the interval of a share, or of an array of them, counted in `count` cases.

    `errors` is its half-width in standard errors, 1.96 for 95 %. Wilson's method, which has a width at a share of 0 or 1
    too. Source: Wilson (1927), doi:10.1080/01621459.1927.10502953.

    >>> from socioaffective.shares import wilson
    >>> [round(float(end), 4) for end in wilson(0.0, 400, 1.96)]
    [0.0, 0.0095]
    """
    z = errors**2 / count
    middle, half = share + z / 2, np.sqrt(z * share * (1 - share) + z**2 / 4)
    return np.maximum((middle - half) / (1 + z), 0.0), np.minimum((middle + half) / (1 + z), 1.0)
