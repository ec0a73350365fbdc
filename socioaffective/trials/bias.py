"""Bias: what self-selected use and measurement error do to a slope, in closed form."""

from __future__ import annotations

from socioaffective.checks import number
from socioaffective.trials.scales import RELIABILITIES


def confounding_bias(effect: float, choice: float, spread: float, scatter: float, reliability: float = 0.0) -> float:
    """Returns by how much the slope of an outcome on use is off when people choose their use: g a V / (a^2 V + N).

    The outcome is b use + `effect` loneliness + noise, and use is `choice` loneliness + what else moves it. `spread` is the
    standard deviation of loneliness, `scatter` that of what else moves use. Least squares of the outcome on use alone, among
    ever more people, gives b plus this. It is 0 where loneliness does not matter and where it does not move use.

    Keyword: `reliability` of a score of loneliness that is adjusted for. The score leaves V (1 - reliability) of the variance
    unknown, which takes the place of V: nothing is left of the bias at 1, all of it at 0, and where nothing but loneliness
    moves use, all of it at anything below 1. Raises ValueError where no difference in use would be left.

    Source: the bias of an omitted variable, any textbook of econometrics [recalled]; derived in chapter 10.

    >>> import socioaffective as sa
    >>> round(sa.trials.confounding_bias(effect=-0.5, choice=0.6, spread=0.2, scatter=0.1), 3)
    -0.492
    >>> round(sa.trials.confounding_bias(effect=-0.5, choice=0.6, spread=0.2, scatter=0.1, reliability=0.8), 3)
    -0.186
    """
    g, a = number(effect, "effect (of loneliness on the outcome)"), number(choice, "choice (use for each unit of loneliness)")
    V = number(spread, "spread (standard deviation of loneliness)", (0, 1e6)) ** 2 * (
        1 - number(reliability, "reliability", (0, 1))
    )
    N = number(scatter, "scatter (standard deviation of what else moves use)", (0, 1e6)) ** 2
    if not (use := a**2 * V + N) > 0:
        raise ValueError("Use is the same for everybody here, or known from the score: it has no slope. Give a scatter.")
    return g * a * V / use


def attenuated(slope: float, reliability: float) -> float:
    """Returns the slope that is found where the predictor is measured with error: the true one times the reliability.

    Also called regression dilution. An error of the outcome does not bias the slope; it widens its interval. What an error of
    something that is adjusted for does is said by `confounding_bias`. Raises ValueError for a reliability that is not above 0
    and at most 1.

    Source: Spearman 1904, American Journal of Psychology 15 [recalled, verify].

    >>> import socioaffective as sa
    >>> sa.trials.attenuated(-0.4, reliability=0.75)
    -0.30000000000000004
    """
    return number(slope, "slope") * number(reliability, "reliability", RELIABILITIES)
