"""Pictures of needs and of who has authored a preference."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.figures.labels import roomiest, share_of
from socioaffective.figures.marks import HEIGHT, INK, MOST_ROWS, WIDTH, by_person, haloed, rows_of, spaced, tabled, two, words

# The corners of the satisfaction-frustration plane, in words.
CORNERS = [(0.92, 0.03, "met", "right"), (0.08, 0.97, "frustrated", "left"), (0.02, 0.03, "neither", "left"),
           (0.98, 0.97, "both", "right")]  # fmt: skip
# How far from the end of a path its label stands, as a share of an axis.
BESIDE, ABOVE = 0.03, 0.045


def need_plane(runs: Any, width: int = HEIGHT, height: int = HEIGHT) -> alt.LayerChart:
    """Returns the satisfaction-frustration plane: a path for each need, from its start (square) to its end (dot).

    Input: `runs`, a result of `sa.simulate` in which something has a satisfaction and a frustration (`competence` and
    `competence_frustration`, say, or `satisfaction` and `frustration`), or a mapping from label to such results. With
    people, a path for each. On the dashed line satisfaction and frustration would be one scale.
    Raises ValueError where there is no such pair.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.needs, engagement=0.6, accommodation=1)
    >>> sa.figures.need_plane(run).description.split(". ")[1]
    'autonomy goes from satisfaction 0.63 and frustration 0.23 to 0.70 and 0.17'
    """
    table = tabled(runs, "need_plane")
    paths = [(label, name, x, y) for label, run in table.items() for name, x, y in _needs_of(run)]
    rows, ends, said = [], [], ["Satisfaction (across) and frustration (up)"]
    for k, (label, name, across, up) in enumerate(paths):
        own = "" if name == "satisfaction" else words(name)
        ink = theme.colour(name, k if name == "satisfaction" else 0)
        for person in range(across.shape[1]):
            keep = spaced(len(across), max(MOST_ROWS // (2 * across.shape[1] * len(paths)), 8))
            line = {"line": f"{k} {person}", "ink": ink}
            rows += [{"x": across[i, person], "y": up[i, person], "order": int(i), **line} for i in keep]
            text = ", ".join(filter(None, (own, label))) if person == 0 else ""
            ends.append({"x": across[-1, person], "y": up[-1, person], "ink": ink, "text": text})
        first, last = (f"{two(across[i, 0])} and {{}}{two(up[i, 0])}" for i in (0, -1))
        who = ", ".join(filter(None, (own, label))) or "the need"
        said.append(f"{who} goes from satisfaction {first.format('frustration ')} to {last.format('')}")
    _labelled_apart(ends, rows)
    scale = alt.Scale(domain=[0, 1], nice=False)
    x, y = alt.X("x:Q", title="satisfaction", scale=scale), alt.Y("y:Q", title="frustration", scale=scale)
    quiet = theme.scheme()["quiet"]
    diagonal = alt.Chart(rows_of([{"x": 0, "y": 1}, {"x": 1, "y": 0}]))
    layers = [diagonal.mark_line(color=quiet, strokeDash=[4, 4], strokeWidth=1).encode(x=x, y=y)]
    for side in ("left", "right"):
        here = alt.Chart(rows_of([{"x": a, "y": b, "text": text} for a, b, text, align in CORNERS if align == side]))
        layers.append(here.mark_text(color=quiet, align=side, fontSize=11).encode(x=x, y=y, text="text:N"))
    base = alt.Chart(rows_of(rows)).encode(x=x, y=y, color=INK)
    begun = alt.Chart(rows_of([row for row in rows if row["order"] == 0])).encode(x=x, y=y, color=INK)
    ended = alt.Chart(rows_of(ends)).encode(x=x, y=y, color=INK)
    layers.append(base.mark_line(strokeWidth=2.5).encode(detail="line:N", order="order:Q"))
    layers.append(begun.mark_point(shape="square", filled=True, size=60, opacity=1))
    layers.append(ended.mark_point(filled=True, size=80, opacity=1))
    at = {"x": "label_x:Q", "y": "label_y:Q", "text": "text:N"}
    for align in ("left", "center", "right"):
        beside = [end for end in ends if end.get("align") == align]
        layers.extend(haloed(beside, at, INK, align=align, fontSize=12, fontWeight="bold"))
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _labelled_apart(ends: list[dict], rows: list[dict]) -> None:
    """Gives the label at the end of each path its place: right, left, above or below, where there is most room."""
    taken = [np.array([[row["x"], row["y"]] for row in (*rows, *ends)])]
    for end in ends:
        if not end["text"]:
            continue
        width = share_of(end["text"], 12)
        along = np.linspace(0, width, 5)
        places = [("left", BESIDE, 0.0, along), ("right", -BESIDE, 0.0, -along), ("center", 0.0, ABOVE, along - width / 2),
                  ("center", 0.0, -ABOVE, along - width / 2)]  # fmt: skip
        spans = [np.stack([end["x"] + dx + reach, np.full(5, end["y"] + dy)], axis=1) for _, dx, dy, reach in places]
        k = roomiest(spans, taken)
        end["align"], dx, dy, _ = places[k]
        end["label_x"], end["label_y"] = end["x"] + dx, end["y"] + dy
        taken.append(spans[k])


def _needs_of(run: xr.Dataset) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Returns name, satisfaction and frustration, shape (times, people), of each need in a run."""
    pairs = {str(n): f"{n}_frustration" for n in run.data_vars if f"{n}_frustration" in run.data_vars}
    if {"satisfaction", "frustration"} <= set(run.data_vars):
        pairs["satisfaction"] = "frustration"
    if not pairs:
        raise ValueError(
            f"need_plane needs a satisfaction and a frustration; this run has {', '.join(map(str, run.data_vars))}."
        )
    both = {n: np.broadcast_arrays(by_person(run, n), by_person(run, f)) for n, f in pairs.items()}
    return [(n, satisfied, frustrated) for n, (satisfied, frustrated) in both.items()]


def authorship(runs: Any, width: int = WIDTH, height: int = 40) -> alt.Chart:
    """Returns a bar for each run: the person's own share in where their preference comes to rest, and the assistant's.

    Inputs: `runs`, a result of `sa.simulate` for `sa.models.co_construction` or a mapping from label to such results.
    Keywords: `width`; `height` of one bar. A share is not defined where nothing anchors and nothing steers.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.co_construction, steering=0.5)
    >>> sa.figures.authorship(run).description
    "The person's own share in where the preference comes to rest is 95 %, the assistant's 5 %."
    """
    rows, said = [], []
    for label, run in tabled(runs, "authorship").items():
        if "authorship" not in run.data_vars:
            raise ValueError(f"authorship needs runs of sa.models.co_construction, not one of '{run.attrs.get('title')}'.")
        share = float(by_person(run, "authorship")[-1, 0])
        defined = np.isfinite(share)
        text = f"{(1 - share) * 100:.0f} %, the assistant's {share * 100:.0f} %" if defined else "not defined: memory decides"
        said.append(f"{label + ': the' if label else 'The'} person's own share in where the preference comes to rest is {text}")
        if not defined:
            rows.append({"run": label, "ink": "", "from": 0.0, "to": 0.0, "middle": 0.5, "written": theme.scheme()["ink"],
                         "text": "not defined: memory decides"})  # fmt: skip
            continue
        for whose, name, a, b in (("the person's own", "preference", 0, 1 - share), ("the assistant's", "offer", 1 - share, 1)):
            text = f"{whose if b - a > 0.32 else ''} {(b - a) * 100:.0f} %".strip() if b - a > 0.07 else ""
            rows.append({"run": label, "ink": theme.colour(name), "from": float(a), "to": float(b), "middle": (a + b) / 2,
                         "written": theme.scheme()["background"], "text": text})  # fmt: skip
    x = alt.X("from:Q", title="share in the preference at rest", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    y = alt.Y("run:N", title=None, sort=None)
    base = alt.Chart(rows_of(rows))
    bars = base.mark_bar(height=height * 0.6).encode(x=x, x2="to:Q", y=y, color=INK)
    written = alt.Color("written:N", scale=None)
    texts = base.mark_text(fontWeight="bold").encode(x="middle:Q", y=y, text="text:N", color=written)
    many = len({row["run"] for row in rows})
    return (bars + texts).properties(width=width, height=height * many, description=". ".join(said) + ".")
