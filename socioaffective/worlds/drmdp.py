"""DR-MDPs: five small worlds in which a person may become another self, and eight objectives that count different selves.

Run as `python -m socioaffective.worlds.drmdp`, it prints what each objective does in each of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from socioaffective.checks import unknown
from socioaffective.worlds import Page
from socioaffective.worlds.instances import HORIZONS as HORIZONS
from socioaffective.worlds.instances import examples as examples
from socioaffective.worlds.patience import discount_regions as discount_regions
from socioaffective.worlds.patience import discount_threshold as discount_threshold
from socioaffective.worlds.patience import horizon_threshold as horizon_threshold
from socioaffective.worlds.selves import DRMDP as DRMDP
from socioaffective.worlds.solutions import OBJECTIVES as OBJECTIVES
from socioaffective.worlds.solutions import Solution
from socioaffective.worlds.solutions import judge as judge
from socioaffective.worlds.solutions import solve as solve

page = Page(
    "Dynamic-reward Markov decision processes",
    (
        r"M=\langle S,\Theta,A,T,\{R_\theta\}\rangle,\qquad T(s_{t+1},\theta_{t+1}\mid s_t,\theta_t,a_t)",
        r"U_{RT}=\sum_{t<H}R_{\theta_t}(s_t,a_t,s_{t+1}),\quad U_F=\sum_{t<H}R_{\theta_H}(s_t,a_t,s_{t+1}),"
        r"\quad U_I=\sum_{t<H}R_{\theta_0}(s_t,a_t,s_{t+1})",
        r"U_{NS}=\sum_{t<H}\mathbb E_{\theta\sim P(\theta_t\mid\pi_{noop})}R_\theta(s_t,a_t,s_{t+1}),"
        r"\qquad U_{CRT}=U_{RT}\ \text{where}\ P(\xi^\theta\mid\pi)=P(\xi^\theta\mid\pi_{noop})",
        r"\text{myopic: } a_t\in\arg\max_a\mathbb E\,R_{\theta_t}(s_t,a,s_{t+1}),"
        r"\qquad U_P^{\theta^*}=\sum_{t<H}R_{\theta^*}(s_t,a_t,s_{t+1})",
        r"\text{pareto: unbeaten in }\{\mathbb E\,U_P^\theta\}_\theta\text{ among }"
        r"\{\pi:\mathbb E\,U_P^\theta(\pi)\ge\mathbb E\,U_P^\theta(\pi_{noop})\ \forall\theta\}",
    ),
    {
        "s": "state of the world",
        r"\theta": "self: what the person rewards at present",
        "a": "what the assistant does",
        "H": "horizon, in steps",
        r"\pi_{noop}": "doing nothing",
        r"\xi^\theta": "the selves in turn, the last one included",
    },
    "Carroll, Foote, Siththaranjan, Russell and Dragan (2024), AI alignment with changing and influenceable reward functions, "
    "ICML, PMLR 235:5706-5756, arXiv:2405.17713. Abstract [READ]; definitions, examples and table by an independent "
    "transcription that nobody has reviewed [CODE] [READ-2]. What is computed here, thresholds in the discount among it, is "
    "ours [DERIVED].",
    ("READ", "READ-2", "CODE", "DERIVED"),
    (
        "A plan influences when the chances of the selves in turn differ from those of doing nothing (Definition 6); an "
        "objective has an *incentive for influence* when every best plan influences (Definition 7).",
        "The selves in turn are counted here up to the last one. Without it the constrained cell of *Clickbait* would be "
        "clickbait in the last step, and the source has news there.",
        "Two cells of the initial-reward row, *Writer's curse* and *Clickbait*, are stated in the source for every self to "
        "begin with. They hold for the one that the example begins with and fail for the other.",
        "Four cells hold in an empty way, because every plan is equally good there.",
        "An appendix of the source has $R_3(2)=-5$ in *Dehydration*; its own figure's formula gives $-2$, and is used here.",
        "Where an example draws only some of the (state, self), the others follow the same rule. A reward of a state is that "
        "of the state being left.",
    ),
)


def table(horizons: Mapping[str, int] | int | None = None) -> dict[str, dict[str, Solution]]:
    """Returns the solution of every example under every objective, by objective and example.

    Input: `horizons`, one for all or a mapping from example to horizon; those of the source's table unless told otherwise.

    >>> import socioaffective as sa
    >>> sa.worlds.drmdp.table(2)["real-time"]["conspiracy"].value
    Fraction(20, 1)
    """
    by = horizons_of(horizons)
    return {objective: {name: solve(name, objective, by[name]) for name in examples} for objective in OBJECTIVES}


def horizons_of(given: Mapping[str, int] | int | None) -> dict[str, int]:
    """Returns a horizon for each example: one for all, or those of the source with the ones that are given.

    >>> from socioaffective.worlds.drmdp import horizons_of
    >>> horizons_of({"clickbait": 4})["clickbait"], horizons_of(None)["clickbait"]
    (4, 2)
    """
    if given is not None and not isinstance(given, Mapping):
        return dict.fromkeys(examples, given)
    for name in given or ():
        if name not in examples:
            raise unknown("example", name, examples)
    return {**HORIZONS, **(given or {})}


def told(policies: Any) -> str:
    """Returns policies in words, step by step: repeats are counted, and where policies differ all that they do is named.

    >>> from socioaffective.worlds.drmdp import told
    >>> told((("news", "clickbait"),)), told((("noop",) * 3,)), told((("a3", "noop"), ("a3", "a4")))
    ('news, clickbait', 'noop x3', 'a3, noop/a4')
    """
    steps = ["/".join(dict.fromkeys(map(str, acts))) for acts in zip(*policies, strict=True)]
    runs = [(act, len(list(same))) for act, same in itertools.groupby(steps)]
    return ", ".join(act if times == 1 else f"{act} x{times}" for act, times in runs)


def report() -> list[str]:
    """Returns the numbers of these worlds, one a line: the whole table, and where patience turns the best plan."""
    lines = []
    for objective, row in table().items():
        for name, answer in row.items():
            for who, part in (answer.parts or {"": answer}).items():
                value = part.value
                said = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)
                asked = f"{objective} {who}".strip()
                done = f"{told(part.policies)} (horizon {part.horizon})"
                lines.append(f"{asked:25s} {name:12s} {done:48s} {said:32s} {part.verdict} influences")
    lines += [f"real-time, {name}: {horizon_threshold(name)}" for name in examples]
    starts = [(name, world.start) for name, world in examples.items()] + [("conspiracy", ("here", "influenced"))]
    lines += [f"real-time without an end, {name} from {start[1]}: {region}" for name, start in starts
              for region in discount_regions(name, start)]  # fmt: skip
    return lines


if __name__ == "__main__":
    print("\n".join(report()))
