"""Addiction: rational addiction with a quadratic utility, where past use makes present use more attractive."""

from __future__ import annotations

from dataclasses import dataclass

from socioaffective.checks import number
from socioaffective.worlds import Page

page = Page(
    "Rational addiction, the quadratic case",
    (
        r"\dot S = c - \delta S, \qquad \max \int e^{-\sigma t} u(c, S)\, dt, \qquad "
        r"u \text{ quadratic with } \alpha_{cc}, \alpha_{SS} < 0 < \alpha_{cS}",
        r"\ddot S - \sigma \dot S - B\, (S - S^*) = 0, \qquad B = \delta (\sigma + \delta) + "
        r"\frac{(\sigma + 2 \delta)\, \alpha_{cS} + \alpha_{SS}}{\alpha_{cc}}",
        r"\lambda_1 = \tfrac12 \big(\sigma - \sqrt{\sigma^2 + 4 B}\big), \qquad \frac{dc}{dS} = \delta + \lambda_1",
    ),
    {
        "S": "stock of past use",
        "c": "use",
        r"\sigma": "discount rate",
        r"\alpha_{cS}": "how much past use makes present use more attractive",
    },
    "Becker, G. S. and Murphy, K. M. (1988). A theory of rational addiction. Journal of Political Economy 96, 675. Abstract "
    "and set-up read; the quadratic case derived here, to be compared with theirs.",
    ("READ", "recalled, verify", "DERIVED"),
    (
        "Use is addictive where it rises with the stock: $(\\sigma + 2 \\delta) \\alpha_{cS} > -\\alpha_{SS}$. The rest point "
        "is unstable where $B < 0$, which asks for more.",
        "A real unstable root exists only for $-\\sigma^2 / 4 \\le B < 0$. Below that the roots are complex and the problem "
        "has no interior optimum; the source relies on kinks and bounds there.",
    ),
)


@dataclass(frozen=True)
class Regime:
    """How use answers to the stock of past use: `.slope` is dc/dS, `.root` the rate at which the stock moves.

    Root and slope are None where there is no interior optimum.
    """

    B: float
    root: float | None
    slope: float | None
    kind: str
    addictive_above: float
    unstable_above: float


def run(
    complementarity: float = 0.5,
    discount: float = 0.05,
    fading: float = 0.5,
    own_curvature: float = -1.0,
    stock_curvature: float = -0.3,
) -> Regime:
    """Returns the regime of the optimum: not addictive, addictive and stable, unstable, or without interior optimum.

    Inputs: `complementarity` (alpha_cS), `discount` (sigma), `fading` (delta) of the stock, `own_curvature` (alpha_cc, below 0)
    and `stock_curvature` (alpha_SS, below 0). Raises ValueError for signs that make no sense.

    >>> import socioaffective as sa
    >>> found = sa.worlds.addiction.run(0.5)
    >>> round(found.root, 6), round(found.slope, 6), found.kind
    (-0.2, 0.3, 'addictive, stable')
    """
    pull, rate = number(complementarity, "complementarity", (0, 1e6)), number(discount, "discount", (0, 1e6))
    fade = number(fading, "fading", (1e-9, 1e6))
    cc, ss = number(own_curvature, "own_curvature"), number(stock_curvature, "stock_curvature")
    if not (cc < 0 and ss < 0):
        raise ValueError(f"Both curvatures must be below 0 (less and less from more), not {cc:g} and {ss:g}.")
    rise = (rate + 2 * fade) * pull + ss
    B = fade * (rate + fade) + rise / cc
    above = -ss / (rate + 2 * fade), (-ss - fade * (rate + fade) * cc) / (rate + 2 * fade)
    if rate**2 + 4 * B < 0:
        return Regime(B, None, None, "no interior optimum", *above)
    spread = (rate**2 + 4 * B) ** 0.5
    # As quotients, since the differences (rate - spread) / 2 and fade + root may cancel to nothing.
    root = -2 * B / (rate + spread) if B else 0.0
    slope = -2 * rise / cc / (rate + 2 * fade + spread)
    kind = "unstable" if B < 0 else "addictive, stable" if slope > 0 else "not addictive"
    return Regime(B, root, slope, kind, *above)


def report() -> list[str]:
    """Returns the thresholds and the regimes of several complementarities, as lines."""
    first = run()
    lines = [f"addictive above {first.addictive_above:.6f}, unstable above {first.unstable_above:.6f}"]
    for pull in (0.2, 0.5, 0.5478, 0.6):
        found = run(pull)
        root = "none" if found.root is None else f"{found.root:.7f}, slope {found.slope:.7f}"
        lines.append(f"complementarity {pull:g}: {found.kind}, root {root}")
    return lines
