"""Pictures of needs and of who has authored a preference."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.figures.marks import HEIGHT, WIDTH, by_person, rows_of, spaced, tabled, two, words


def need_plane(run: xr.Dataset, width: int = HEIGHT, height: int = HEIGHT) -> alt.Chart:
    """Returns the satisfaction-frustration plane: a path for each need, from its start (square) to its end (dot).

    Input: `run`, a result of `sa.simulate` in which something has a satisfaction and a frustration: `competence` and
    `competence_frustration`, say, or `satisfaction` and `frustration`. With people, a path for each.
    On the dashed line satisfaction and frustration would be one scale. Raises ValueError where there is no such pair.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.needs, engagement=0.6, accommodation=1)
    >>> sa.figures.need_plane(run).description.split(". ")[1]
    'competence goes from satisfaction 0.50 and frustration 0.33 to 0.13 and 0.77'
    """
    pairs = {n: f"{n}_frustration" for n in run.data_vars if f"{n}_frustration" in run.data_vars}
    if {"satisfaction", "frustration"} <= set(run.data_vars):
        pairs["satisfaction"] = "frustration"
    if not pairs:
        raise ValueError(f"need_plane needs a satisfaction and a frustration; this run has {', '.join(run.data_vars)}.")
    rows, ends, said = [], [], ["Satisfaction (across) and frustration (up)"]
    for name, frustration in pairs.items():
        across, up = np.broadcast_arrays(by_person(run, name), by_person(run, frustration))
        for person in range(across.shape[1]):
            keep = spaced(len(across), max(600 // (across.shape[1] * len(pairs)), 8))
            rows += [
                {"x": across[i, person], "y": up[i, person], "need": name, "line": f"{name} {person}", "order": int(i)}
                for i in keep
            ]
            ends.append(
                {"x": across[-1, person], "y": up[-1, person], "need": name, "text": words(name) if person == 0 else ""}
            )
        first, last = ((two(across[k, 0]), two(up[k, 0])) for k in (0, -1))
        said.append(f"{words(name)} goes from satisfaction {first[0]} and frustration {first[1]} to {last[0]} and {last[1]}")
    names = list(pairs)
    scale = alt.Scale(domain=[0, 1], nice=False)
    x, y = alt.X("x:Q", title="satisfaction", scale=scale), alt.Y("y:Q", title="frustration", scale=scale)
    ink = alt.Color(
        "need:N", scale=alt.Scale(domain=names, range=[theme.colour(n, k) for k, n in enumerate(names)]), legend=None
    )
    quiet = theme.scheme()["quiet"]
    one_scale = alt.Chart(rows_of([{"x": 0, "y": 1}, {"x": 1, "y": 0}])).mark_line(
        color=quiet, strokeDash=[4, 4], strokeWidth=1
    )
    corners = [
        {"x": 0.98, "y": 0.03, "text": "met", "align": "right"},
        {"x": 0.02, "y": 0.97, "text": "thwarted", "align": "left"},
        {"x": 0.02, "y": 0.03, "text": "neither fed nor hurt", "align": "left"},
        {"x": 0.98, "y": 0.97, "text": "fed and hurt", "align": "right"},
    ]
    layers = [one_scale.encode(x=x, y=y)]
    for side in ("left", "right"):
        here = [row for row in corners if row["align"] == side]
        layers.append(alt.Chart(rows_of(here)).mark_text(color=quiet, align=side, fontSize=11).encode(x=x, y=y, text="text:N"))
    lines = alt.Chart(rows_of(rows)).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=ink, detail="line:N", order="order:Q")
    begun = alt.Chart(rows_of([row for row in rows if row["order"] == 0])).mark_point(
        shape="square", filled=True, size=60, opacity=1
    )
    ended = alt.Chart(rows_of(ends)).mark_point(filled=True, size=80, opacity=1)
    texts = alt.Chart(rows_of(ends)).mark_text(dy=-10, fontSize=12, fontWeight="bold")
    layers += [
        lines,
        begun.encode(x=x, y=y, color=ink),
        ended.encode(x=x, y=y, color=ink),
        texts.encode(x=x, y=y, text="text:N", color=ink),
    ]
    return alt.layer(*layers).properties(width=width, height=height, description=". ".join(said) + ".")


def authorship(runs: Any, width: int = WIDTH, height: int = 40) -> alt.Chart:
    """Returns a bar for each run: the person's own share in where their preference comes to rest, and the assistant's.

    Inputs: `runs`, a result of `sa.simulate` for `sa.models.co_construction` or a mapping from label to such results.
    Keywords: `width`; `height` of one bar. A share is not defined where nothing anchors and nothing steers.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.co_construction, steering=0.5)
    >>> sa.figures.authorship(run).description
    "The person's own share in where the preference comes to rest is 96 %, the assistant's 4 %."
    """
    rows, said = [], []
    for label, run in tabled(runs, "authorship").items():
        if "authorship" not in run.data_vars:
            raise ValueError(f"authorship needs runs of sa.models.co_construction, not one of '{run.attrs.get('title')}'.")
        share = float(by_person(run, "authorship")[-1, 0])
        defined = np.isfinite(share)
        text = f"{(1 - share) * 100:.0f} %, the assistant's {share * 100:.0f} %" if defined else "not defined: memory decides"
        said.append(f"{label + ': the' if label else 'The'} person's own share in where the preference comes to rest is {text}")
        parts = [("the person's own", "preference", 0.0, 1 - share), ("the assistant's", "offer", 1 - share, 1.0)]
        rows += [
            {"run": label, "whose": whose, "name": name, "from": a, "to": b, "middle": (a + b) / 2,
             "text": f"{whose} {(b - a) * 100:.0f} %" if b - a > 0.25 else ""}
            for whose, name, a, b in parts if defined
        ]  # fmt: skip
    rows = rows or [
        {"run": "", "whose": "", "name": "", "from": 0.0, "to": 0.0, "middle": 0.5, "text": "not defined: memory decides"}
    ]
    x = alt.X("from:Q", title="share in the preference at rest", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    y = alt.Y("run:N", title=None, sort=None)
    names = ["preference", "offer"]
    ink = alt.Color("name:N", scale=alt.Scale(domain=names, range=[theme.colour(n) for n in names]), legend=None)
    base = alt.Chart(rows_of(rows))
    bars = base.mark_bar(height=height * 0.6).encode(x=x, x2="to:Q", y=y, color=ink)
    texts = base.mark_text(color=theme.scheme()["background"], fontWeight="bold").encode(x="middle:Q", y=y, text="text:N")
    many = len({row["run"] for row in rows})
    return (bars + texts).properties(width=width, height=height * many, description=". ".join(said) + ".")
