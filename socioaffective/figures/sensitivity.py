"""Sensitivity cards, drawn."""

from __future__ import annotations

from typing import Any

import altair as alt

from socioaffective import theme
from socioaffective.claims import Claim
from socioaffective.figures.marks import WIDTH, rows_of, words

MOST_BARS = 24


def sensitivity(claim: Any, width: int = WIDTH) -> alt.LayerChart:
    """Returns the sensitivity card of a claim: for each parameter that can break it, how far it may move alone.

    Input: `claim`, such as `sa.claim("SF1")`. Each grey rail is a parameter's whole range, the bar where the claim holds
    with all others at their defaults, the tick the default. Parameters that cannot break it alone are only counted.

    >>> import socioaffective as sa
    >>> chart = sa.figures.sensitivity(sa.claim("SF4"))
    >>> chart.description.split(" draws ")[1].split(" (")[0]
    'from the whole box'
    """
    if not isinstance(claim, Claim):
        raise TypeError(f"sensitivity draws a claim, such as sa.claim('SF1'), not {claim!r}.")
    card = claim.card
    known, shown = claim.parameters, list(card.breaking.items())[:MOST_BARS]
    rows = []
    for name, (low, high) in shown:
        a, b = known[name].bounds
        place = {"from": low, "to": high, "default": known[name].default, "rail": a, "end": b}
        rows.append({k: (v - a) / (b - a) for k, v in place.items()}
                    | {"parameter": words(name), "holds": f"{low:.3g} to {high:.3g}"})  # fmt: skip
    moves = "; ".join(f"{words(n)} {low:.3g} to {high:.3g}" for n, (low, high) in shown)
    free = len(card.intervals) - len(card.breaking)
    said = f"Claim {claim.id} holds {card.spread}. "
    said += (
        f"It holds, one moved at a time, for {moves}; {free} others cannot break it alone."
        if shown
        else "No parameter breaks it alone."
    )
    if not rows:
        whole = {"from": 0.0, "to": 1.0, "default": 0.5, "rail": 0.0, "end": 1.0}
        rows = [{**whole, "parameter": f"any of the {free}", "holds": "anywhere"}]
    base = alt.Chart(rows_of(rows))
    y = alt.Y("parameter:N", title=None, sort=None, axis=alt.Axis(labelLimit=240, ticks=False, domain=False))
    x = alt.X("rail:Q", title="range of the parameter", scale=alt.Scale(domain=[0, 1]),
              axis=alt.Axis(values=[0, 1], labelExpr="datum.value ? 'highest' : 'lowest'", grid=False))  # fmt: skip
    colour, ink = theme.colour("relatedness"), theme.scheme()["ink"]
    layers = [
        base.mark_bar(height=4, color=theme.scheme()["grid"]).encode(x=x, x2="end:Q", y=y),
        base.mark_bar(height=8, color=colour).encode(x="from:Q", x2="to:Q", y=y),
        base.mark_tick(color=ink, thickness=2, height=14).encode(x="default:Q", y=y),
    ]
    layers.append(base.mark_text(align="left", dx=8, fontSize=11, color=ink).encode(x="end:Q", y=y, text="holds:N"))
    alone = f"{free} of {len(card.intervals)} parameters cannot break it alone"
    title = alt.Title(f"{claim.id} holds {card.spread.split(' (')[0]}", subtitle=alone)
    return alt.LayerChart(layer=layers).properties(width=width, height=22 * len(rows), title=title, description=said)
