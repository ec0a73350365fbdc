"""Outcomes: what a run has come to, against what was varied, and who ends up where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import number, unknown
from socioaffective.figures.marks import (
    HEIGHT,
    INK,
    WIDTH,
    Line,
    by_person,
    extent,
    labelled,
    rows_of,
    run_with,
    several,
    tabled,
    two,
    words,
)

# The names of Kirk, Davidson and others (2025), arXiv:2512.01991 [READ-2], by whether wanting and whether liking has risen.
PROFILES = {
    (True, True): "aligned engagement",
    (False, False): "aligned disengagement",
    (False, True): "decoupled satiation",
    (True, False): "decoupled dependency",
}


def outcome(
    runs: Any,
    setting: str,
    names: Sequence[str] | str,
    week: float | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> alt.Chart:
    """Returns a chart of what quantities have come to, against a setting that differs from person to person.

    Inputs: `runs`, a result of `sa.simulate` with people, or a mapping from label to such results; `setting`, the parameter,
    lever, input or start value that was given as a list; `names`, the quantities to draw. Keywords: `week`, when to look (at
    the end unless told otherwise); `width`, `height` in pixels.
    Raises ValueError for a setting that was not varied and a quantity that the runs do not have.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.needs, 520, engagement=0.4, accommodation=[0, 0.25, 0.5, 0.75, 1])
    >>> sa.figures.outcome(run, "accommodation", "competence").description
    'competence at week 520 goes from 0.62 at accommodation 0.00 to 0.19 at accommodation 1.00.'
    """
    table = tabled(runs, "outcome")
    wanted = several(names, "outcome")
    lines, said = [], []
    for label, run in table.items():
        run_with(run, wanted)
        span = float(run["time"][0]), float(run["time"][-1])
        for name in wanted:
            k = int(np.argmin(np.abs(run["time"].values - (span[1] if week is None else number(week, "week", span)))))
            across, values = (part.values.ravel() for part in xr.broadcast(varied(run, setting), run[name].isel(time=k)))
            order = np.argsort(across, kind="stable")
            text = label if label and len(wanted) == 1 else ", ".join(filter(None, (words(name), label)))
            lines.append(Line(across[order], values[order], name, label, text))
            when = f"{run['time'].attrs['units'].rstrip('s')} {float(run['time'][k]):g}"
            ends = [f"{two(values[i])} at {words(setting)} {two(across[i])}" for i in (order[0], order[-1])]
            said.append(f"{', '.join(filter(None, (words(name), label)))} at {when} goes from {ends[0]} to {ends[1]}")
    low = min(float(line.x[0]) for line in lines)
    high = max(float(line.x[-1]) for line in lines)
    title = words(wanted[0]) if len(wanted) == 1 else "level"
    chart = labelled(lines, (words(setting), (low, high)), (title, extent(table.values(), wanted)), height)
    return chart.properties(width=width, height=height, description=". ".join(said) + ".")


def varied(run: xr.Dataset, setting: str) -> xr.DataArray:
    """Returns the values that a setting or start value has, one a person, for the people who are in the run."""
    known = {**run.attrs["settings"], **run.attrs["start"]}
    if setting not in known:
        raise unknown("setting of this run", setting, known)
    values = run[setting].isel(time=0) if setting in run.data_vars else run.coords.get(setting)
    if values is None and isinstance(known[setting], list):
        raise ValueError(f"Who has which '{setting}' has been lost from this run; draw it as sa.simulate gave it.")
    if values is None or not values.dims or float(np.ptp(values.values)) == 0:
        same = known[setting] if values is None else float(values.values.flat[0])
        raise ValueError(f"'{setting}' is {same:g} for everybody in this run; give simulate a list of values for it.")
    return values.reset_coords(drop=True)


def profiles(
    run: xr.Dataset, x: str = "wanting", y: str = "liking", width: int = WIDTH, height: int = HEIGHT
) -> alt.LayerChart:
    """Returns a chart of how far two quantities have moved for each person, in four quarters, with the share in each.

    Inputs: `run`, a result of `sa.simulate` with people; `x` and `y`, the quantities. For wanting and liking the quarters
    bear the names of the four user profiles in Kirk, Davidson and others (2025), arXiv:2512.01991 [READ-2].

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.wanting_liking, 26, engagement=[0.05, 0.6], cues=[0, 0.8])
    >>> sa.figures.profiles(run).description.split(": ")[1]
    'aligned engagement 0 %, aligned disengagement 50 %, decoupled satiation 0 %, decoupled dependency 50 %.'
    """
    run_with(run, [x, y])
    moved = {n: by_person(run, n)[-1] - by_person(run, n)[0] for n in (x, y)}
    count = max(part.size for part in moved.values())
    across, up = (np.broadcast_to(moved[n], count) for n in (x, y))
    # In steps, so that the axis does not depend on last digits.
    reach = 0.05 * float(np.ceil(23 * max(np.abs(across).max(), np.abs(up).max(), 1e-3)))
    inks = {name: theme.SPARE[k][theme.shade()] for name, k in zip(PROFILES.values(), (0, 7, 2, 1), strict=True)}
    rows = [{"x": a, "y": b, "profile": PROFILES[bool(a > 0), bool(b > 0)]} for a, b in zip(across, up, strict=True)]
    rows = [{**row, "ink": inks[row["profile"]]} for row in rows]
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    ax, ay = alt.X("x:Q", title=f"change of {words(x)}", scale=scale), alt.Y("y:Q", title=f"change of {words(y)}", scale=scale)
    points = alt.Chart(rows_of(rows)).mark_point(filled=True, size=22, opacity=0.6).encode(x=ax, y=ay, color=INK)
    cross = [
        alt.Chart(rows_of([{axis: 0.0}])).mark_rule(color=theme.scheme()["quiet"]).encode(**{axis: f"{axis}:Q"})
        for axis in "xy"
    ]
    share = {name: sum(row["profile"] == name for row in rows) / count for name in PROFILES.values()}
    corners = []
    for (right, top), name in PROFILES.items():
        place = {"x": reach * (0.5 if right else -0.5), "y": reach * (0.94 if top else -0.94)}
        corners.append({**place, "ink": inks[name], "text": f"{name} {share[name]:.0%}"})
    texts = alt.Chart(rows_of(corners)).mark_text(fontSize=11, fontWeight="bold").encode(x=ax, y=ay, text="text:N", color=INK)
    shares = ", ".join(f"{name} {value * 100:.0f} %" for name, value in share.items())
    said = (
        f"Change of {words(y)} against change of {words(x)} for {count} people over {float(run['time'][-1]):g} weeks: {shares}."
    )
    return alt.LayerChart(layer=[*cross, points, texts]).properties(width=width, height=height, description=said)
