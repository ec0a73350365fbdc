"""Present bias: quasi-hyperbolic users, who mean to stop tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scipy.optimize import brentq

from socioaffective.checks import mapped, number, unknown
from socioaffective.worlds import Page

page = Page(
    "Addiction and present bias",
    (
        r"S_{t+1} = (1 - d)(S_t + a_t), \qquad v(a, S) = \alpha_a a + \alpha_S S + \tfrac12 \alpha_{aa} a^2 + "
        r"\tfrac12 \alpha_{SS} S^2 + \alpha_{aS} a S",
        r"v_a(t) - p_t = (1 - d)\,\delta \Big[\big(1 + (1 - \beta) \tfrac{\partial a_{t+1}}{\partial S_{t+1}}\big)"
        r"\big(v_a(t{+}1) - p_{t+1}\big) - \beta\, v_S(t{+}1)\Big]",
    ),
    {
        r"\beta": "present bias: the weight of all that is not now (1: none)",
        r"\delta": "discount factor of one step",
        "S": "stock of past use",
        "a": "use",
        "p": "price",
    },
    "Gruber, J. and Köszegi, B. (2001). Is addiction 'rational'? Theory and evidence. Quarterly Journal of Economics. Abstract "
    "and set-up read; the Euler equation and the linear equilibrium derived here.",
    ("READ", "DERIVED"),
    ("The user is sophisticated: knows that the later selves will be biased too. The equilibrium is Markov and linear.",),
)
TASTES = {"a": 1.0, "S": -0.2, "aa": -1.0, "SS": -0.1, "aS": 0.25}
MOST_ROUNDS = 10_000


@dataclass(frozen=True)
class Equilibrium:
    """A linear Markov equilibrium, use = `.level` + `.slope` x stock, with its rest point; made by `run`.

    `.residual` is the largest error of the Euler equation at several stocks.
    """

    level: float
    slope: float
    stock: float
    use: float
    residual: float


def run(
    bias: float = 1.0,
    discount: float = 0.95,
    fading: float = 0.4,
    price: float = 0.3,
    tastes: Mapping[str, float] | None = TASTES,
) -> Equilibrium:
    """Returns the equilibrium of a sophisticated quasi-hyperbolic user.

    Inputs: `bias` (beta), `discount` (delta), `fading` (d), `price` (p), `tastes`, the coefficients by name ("a", "S", "aa",
    "SS", "aS"; those left out are the usual ones). Raises ValueError where no linear equilibrium with a rest point is found.

    >>> import socioaffective as sa
    >>> found = sa.worlds.present_bias.run()
    >>> round(found.stock, 6), round(found.use, 6)
    (1.324675, 0.883117)
    """
    b, g = number(bias, "bias", (1e-9, 1)), number(discount, "discount", (1e-9, 1 - 1e-9))
    keep, p = 1 - number(fading, "fading", (1e-9, 1)), number(price, "price")
    tastes = mapped(tastes, "tastes", "{'aS': 0.25}")
    for name in tastes:
        if name not in TASTES:
            raise unknown("taste", name, TASTES)
    t = {name: number(value, f"The taste '{name}'") for name, value in {**TASTES, **tastes}.items()}
    if t["aa"] >= 0:
        raise ValueError(f"The taste 'aa' must be below 0 (less and less from more), not {t['aa']:g}.")
    one, two = 0.0, 0.0
    for _ in range(MOST_ROUNDS):
        # The value of later selves is one x S + two x S^2 / 2; use is what is best for the self that is there now.
        curve = t["aa"] + b * g * keep**2 * two
        if curve >= 0:
            raise ValueError("The future curves more than the present: there is no best use. Take a stronger 'aa'.")
        slope = -(t["aS"] + b * g * keep**2 * two) / curve
        level = -(t["a"] - p + b * g * keep * one) / curve
        ones = (
            t["S"], t["aS"] * level, (t["a"] - p) * slope, t["aa"] * level * slope,
            g * one * keep * (1 + slope), g * two * keep**2 * (1 + slope) * level,
        )  # fmt: skip
        twos = t["SS"], 2 * t["aS"] * slope, t["aa"] * slope**2, g * two * keep**2 * (1 + slope) ** 2
        # Measured by what is added up, so that the unit of the tastes does not matter.
        done = all(abs(sum(new) - old) <= 1e-14 * sum(map(abs, new)) for new, old in ((ones, one), (twos, two)))
        one, two = sum(ones), sum(twos)
        if done:
            break
    else:
        raise ValueError("No linear equilibrium was found: the values of later selves do not settle.")
    if not abs(keep * (1 + slope)) < 1:
        raise ValueError(f"The stock has no stable rest point: it grows by {keep * (1 + slope):.3g} a step.")
    stock = keep * level / (1 - keep * (1 + slope))

    def wrong(S: float) -> float:
        now, later = level + slope * S, keep * (S + level + slope * S)
        after = level + slope * later
        v_a = lambda a, s: t["a"] + t["aa"] * a + t["aS"] * s  # noqa: E731
        right = keep * g * ((1 + (1 - b) * slope) * (v_a(after, later) - p) - b * (t["S"] + t["SS"] * later + t["aS"] * after))
        return v_a(now, S) - p - right

    return Equilibrium(level, slope, stock, level + slope * stock, max(abs(wrong(S)) for S in (0.0, 0.5, 1.0, 2.0)))


def postpones(
    bias: float,
    help_quality: float,
    learning: float = 0.05,
    discount: float = 0.01,
    forgetting: float = 0.02,
    skill: float = 0.0,
) -> bool:
    """Returns whether a naive learner lets the assistant do the work now, although meaning to practise later.

    Inputs: `bias` (beta), `help_quality` (q), `learning` (lambda), `discount` (rho) and `forgetting` (f) per week, and present
    `skill`. Believing that full practice follows, the learner compares q (1 - C) now with what practice now is worth later,
    beta (lambda (1 - C) + f C) / (rho + lambda). A novice (C = 0) postpones iff beta lambda / (rho + lambda) < q, again
    and again, since skill then stays at 0; whoever is not biased means to practise iff q <= lambda / (rho + lambda).

    >>> import socioaffective as sa
    >>> [sa.worlds.present_bias.postpones(beta, 0.7) for beta in (1.0, 0.9, 0.8)]
    [False, False, True]
    """
    b, q = number(bias, "bias", (0, 1)), number(help_quality, "help_quality", (0, 1))
    lam, rho = number(learning, "learning", (1e-9, 1e3)), number(discount, "discount", (0, 1e3))
    f, C = number(forgetting, "forgetting", (0, 1e3)), number(skill, "skill", (0, 1))
    return b * (lam * (1 - C) + f * C) / (rho + lam) < q * (1 - C)


def bias_of_use(use: float, **given: Any) -> float:
    """Returns the present bias at which steady use is as high as this, between 0.3 and 1.

    Inputs: `use`, and by name `discount`, `fading`, `price` and `tastes`, as for `run`.

    >>> import socioaffective as sa
    >>> round(sa.worlds.present_bias.bias_of_use(sa.worlds.present_bias.run(0.7).use), 6)
    0.7
    """
    target = number(use, "use")
    for name in given:
        if name not in (held := ("discount", "fading", "price", "tastes")):
            raise unknown("setting to hold while the bias is sought,", name, held)
    low, high = run(1.0, **given).use, run(0.3, **given).use
    if not low <= target <= high:
        raise ValueError(f"Steady use lies between {low:.4f} (no bias) and {high:.4f} (a bias of 0.3), so never at {target:g}.")
    return float(brentq(lambda b: run(b, **given).use - target, 0.3, 1.0, xtol=1e-12))


def report() -> list[str]:
    """Returns stock and use by present bias, as lines."""
    found = {b: run(b) for b in (1.0, 0.7, 0.5)}
    return [
        f"bias {b:g}: stock {e.stock:.6f}, use {e.use:.6f}, use rises by {e.slope:.6f} a unit of stock"
        for b, e in found.items()
    ]
