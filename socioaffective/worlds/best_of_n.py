"""Best of n: how true value first rises and then falls as a proxy is optimised."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.integrate import quad
from scipy.stats import norm

from socioaffective.checks import number, whole
from socioaffective.worlds import Page

page = Page(
    "Overoptimisation of a proxy",
    (
        r"d = \sqrt{D_{KL}(\pi \,\|\, \pi_{init})}, \qquad D_{KL}(\text{best of } n) = \ln n - \frac{n - 1}{n}",
        r"R_{bon}(d) = d\,(\alpha - \beta d), \qquad R_{RL}(d) = d\,(\alpha - \beta \ln d)",
        r"d^*_{bon} = \frac{\alpha}{2 \beta}, \quad R^*_{bon} = \frac{\alpha^2}{4 \beta}, \qquad "
        r"d^*_{RL} = e^{\alpha/\beta - 1}, \quad R^*_{RL} = \beta d^*_{RL}",
        r"P = U + X: \quad \mathbb{E}[U \mid P = p] = \frac{\sigma_U^2}{\sigma_U^2 + \sigma_X^2}\, p",
    ),
    {"d": "optimisation pressure", "R": "true value", "P": "proxy", "U": "true value of one answer", "X": "error of the proxy"},
    "Gao, L., Schulman, J. and Hilton, J. (2022). Scaling laws for reward model overoptimization. arXiv:2210.10760. "
    "Regressional Goodhart: Manheim, D. and Garrabrant, S. (2018). arXiv:1803.04585.",
    ("READ-2", "recalled, verify", "DERIVED"),
    ("The forms of $R$ are fitted laws of the source; the peaks are derived from them. With normal errors true value rises "
     "without end, only more slowly than the proxy: selection alone does not make it fall.",),
)  # fmt: skip

MOST_RATIO = 500


def divergence(n: float) -> float:
    """Returns the KL divergence of the best of n from one draw, ln n - (n - 1)/n.

    >>> import socioaffective as sa
    >>> round(sa.worlds.best_of_n.divergence(16), 6)
    1.835089
    """
    count = whole(n, "n", 1, 10**15)
    return float(np.log(count) - (count - 1) / count)


def run(alpha: float = 1.0, beta: float = 0.3, most: float = 8.0, points: int = 401) -> xr.Dataset:
    """Returns the true value by optimisation `pressure` for best-of-n and for reinforcement learning, with their peaks.

    Inputs: `alpha`, what pressure brings at first; `beta`, how it wears off; `most`, the greatest pressure; `points`. The
    attributes `peak_best_of_n`, `peak_learning` are the pressures at which each is greatest. Raises ValueError for numbers
    that are not above 0.

    >>> import socioaffective as sa
    >>> found = sa.worlds.best_of_n.run(alpha=1, beta=0.25)
    >>> found.attrs["peak_best_of_n"], round(float(found["best_of_n"].max()), 3)
    (2.0, 1.0)
    """
    a, b = number(alpha, "alpha", (1e-6, 1e6)), number(beta, "beta", (1e-6, 1e6))
    if a / b > MOST_RATIO:
        raise ValueError(f"alpha is {a / b:.3g} times beta; above {MOST_RATIO} times the peak of learning is out of reach.")
    d = np.linspace(0, number(most, "most", (1e-6, 1e6)), whole(points, "points", 2, 100_000))
    learning = d * (a - b * np.log(np.where(d > 0, d, 1.0)))
    return xr.Dataset(
        {"best_of_n": ("pressure", d * (a - b * d), {"long_name": "true value, best of n"}),
         "learning": ("pressure", learning, {"long_name": "true value, learning"})},
        {"pressure": ("pressure", d, {"long_name": "optimisation pressure"})},
        {"peak_best_of_n": a / (2 * b), "peak_learning": float(np.exp(a / b - 1))},
    )  # fmt: skip


def selected(n: int, error: float = 1.0) -> tuple[float, float]:
    """Returns the expected proxy and true value of the answer with the best proxy among n, both normal.

    Inputs: `n`; `error`, the standard deviation of the proxy's error, that of the true value being 1. The true value is the
    share 1/(1 + error^2) of the proxy: regressional Goodhart.

    >>> import socioaffective as sa
    >>> [round(x, 3) for x in sa.worlds.best_of_n.selected(16)]
    [2.497, 1.249]
    """
    count, spread = whole(n, "n", 1, 10**9), number(error, "error", (0, 1e6))
    density = lambda z: z * count * norm.pdf(z) * norm.cdf(z) ** (count - 1)  # noqa: E731
    highest = quad(density, -10, 12, points=[norm.ppf(1 - 0.5 / count)], limit=200)[0]
    proxy = float(np.sqrt(1 + spread**2) * highest)
    return proxy, proxy / (1 + spread**2)


def report() -> list[str]:
    """Returns divergences, peaks and selected values as lines."""
    lines = [f"KL of best of {n}: {divergence(n):.6f}" for n in (4, 16, 1000)]
    found = run()
    lines.append(f"alpha 1, beta 0.3: peaks at {found.attrs['peak_best_of_n']:.4f} and {found.attrs['peak_learning']:.4f}")
    return lines + [f"best of {n}, error 1: proxy {p:.4f}, true {u:.4f}" for n in (4, 64) for p, u in [selected(n)]]
