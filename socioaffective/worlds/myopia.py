"""Myopia: the smallest world in which an assistant that looks ahead pays now for a state that it likes later."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from socioaffective.worlds import Page
from socioaffective.worlds.patience import discount_regions
from socioaffective.worlds.selves import DRMDP, exact

page = Page(
    "A unit test for hidden incentives",
    (r"s_{t+1}=a_t,\qquad R(s,a)=s+\beta a-\tfrac12,\qquad s,a\in\{0,1\}",),
    {"s": "what the last action left behind", "a": "1 to cooperate, 0 to defect", r"\beta": "what cooperating brings at once"},
    "Krueger, Maharaj and Leike (2020), Hidden incentives for auto-induced distributional shift, arXiv:2009.09153. Abstract "
    "[READ]; the unit test [recalled, verify]; its threshold is ours [DERIVED].",
    ("READ", "recalled, verify", "DERIVED"),
    (
        "Who looks no further than this step defects, since cooperating costs. Cooperating changes what the next step begins "
        "with; who does it shows that it acts on its own inputs, which the source takes as a sign of a hidden incentive.",
        r"Cooperating is best exactly above the discount $-\beta$.",
        "The state is read here as a self, so that the library of DR-MDPs can solve it.",
    ),
)


def world(beta: Any = Fraction(-1, 2)) -> DRMDP:
    """Returns the unit test as a `DRMDP`, in which defecting counts as doing nothing.

    >>> import socioaffective as sa
    >>> sa.worlds.myopia.world()
    DRMDP('Myopia': 1 state, 2 selves, actions defect, cooperate)
    """
    now = exact(beta, "beta")
    acts = {"defect": (0, "after defecting"), "cooperate": (1, "after cooperating")}
    worth = {who: s for s, who in acts.values()}
    return DRMDP(
        "Myopia",
        ("here", "after defecting"),
        "defect",
        {("here", who, a): ("here", then) for who in worth for a, (_, then) in acts.items()},
        {(who, "here", a): s + now * x - Fraction(1, 2) for who, s in worth.items() for a, (x, _) in acts.items()},
    )


def run(beta: Any = Fraction(-1, 2)) -> Any:
    """Returns the discount above which cooperating is best, exactly: 0 where it costs nothing, None where it never is below 1.

    Input: `beta`, what cooperating brings at once, an exact number. It is best at every discount above 0 where `beta` is 0 or
    more, and at none below 1 where `beta` is -1 or less.

    >>> import socioaffective as sa
    >>> [sa.worlds.myopia.run(beta) for beta in ("-1/2", "-3/10", 0, -1)]
    [1/2, 3/10, 0, None]
    """
    # Cooperating gains on defecting with the discount, so that only the last region can be one where it is best.
    *_, patient = discount_regions(known := world(beta))
    return patient.low if patient.actions[known.start] == ("cooperate",) else None


def report() -> list[str]:
    """Returns the numbers of this world, one a line."""
    return [
        f"beta {beta}: cooperating is best above the discount {run(beta)}; in the long run it brings "
        f"{Fraction(1, 2) + beta} a step, defecting -1/2"
        for beta in (Fraction(-1, 2), Fraction(-3, 10))
    ]
