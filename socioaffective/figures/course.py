"""Time courses and paths of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.figures.marks import (
    HEIGHT,
    MOST_ROWS,
    WIDTH,
    Line,
    axis_title,
    by_person,
    extent,
    labelled,
    path_marks,
    rows_of,
    run_with,
    several,
    spaced,
    tabled,
    two,
    words,
)

# More points than this are not to be seen on a line of 420 pixels.
MOST_POINTS = 240


def time_course(runs: Any, names: Sequence[str] | str | None = None, width: int = WIDTH, height: int = HEIGHT) -> alt.Chart:
    """Returns a chart of quantities over time, each line labelled at its end.

    Inputs: `runs`, a result of `sa.simulate` or a mapping from label to such results; `names`, the variables to draw
    (the states unless told otherwise). Keywords: `width`, `height` in pixels. A run with people draws a line for each.
    Raises ValueError for a name that the run does not have.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=104, cues=0.9)
    >>> sa.figures.time_course(run, ["ties", "felt_relatedness"]).description.split(". ")[0]
    'ties goes from 0.45 to 0.01 over 104 weeks'
    """
    table = tabled(runs, "time_course")
    first = next(iter(table.values()))
    states = [str(n) for n in first.data_vars if first[n].attrs.get("kind") == "state"]
    wanted = several(states if names is None else names, "time_course")
    for run in table.values():
        run_with(run, wanted)
    lines = [(label, name, line) for label, run in table.items() for name in wanted for line in by_person(run, name).T]
    if len(lines) > MOST_ROWS // 20:
        raise ValueError(f"time_course can draw {MOST_ROWS // 20} lines, not {len(lines)}; select fewer people or variables.")
    most = min(MOST_POINTS, max(MOST_ROWS // len(lines), 2))
    drawn_lines, said = [], []
    for label, name, values in lines:
        run = table[label]
        times = run["time"].values
        # The highest and the lowest point too, or a short peak would be lost.
        keep = np.union1d(spaced(len(times), most), [int(np.argmax(values)), int(np.argmin(values))])
        text = label if label and len(wanted) == 1 else ", ".join(filter(None, (words(name), label)))
        drawn_lines.append(Line(times[keep], values[keep], name, label, text))
        said.append(_story(", ".join(filter(None, (words(name), label))), times, values, run["time"].attrs["units"]))
    end = max(float(run["time"][-1]) for run in table.values())
    chart = labelled(
        drawn_lines,
        (f"time ({first['time'].attrs['units']})", (0, end)),
        (axis_title(first, wanted), extent(table.values(), wanted)),
        height,
        crowd=any(run[n].ndim > 1 for run in table.values() for n in wanted),
    )
    return chart.properties(width=width, height=height, description=". ".join(said) + ".")


def path(run: xr.Dataset, x: str, y: str, width: int = HEIGHT, height: int = HEIGHT, diagonal: bool = False) -> alt.LayerChart:
    """Returns a run projected on two of its variables, from a square to a dot, for models with any number of states.

    Inputs: `run`, a result of `sa.simulate`, with a path for each person; `x` and `y`, its variables. Keywords: `diagonal`
    draws the line on which the two are equal; `width`, `height` in pixels. Raises ValueError for a name the run does not have.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=52, cues=0.8)
    >>> sa.figures.path(run, "engagement", "ties").description.split(", which")[0]
    'Path of ties against engagement over 52 weeks'
    """
    layers = path_marks(run, x, y)
    first, last = ({n: by_person(run, n)[k, 0] for n in (x, y)} for k in (0, -1))
    length = f"{float(run['time'][-1]):g} {run['time'].attrs['units']}"
    said = (
        f"Path of {words(y)} against {words(x)} over {length}, which goes from ({two(first[x])}, {two(first[y])}) "
        f"to ({two(last[x])}, {two(last[y])})."
    )
    if diagonal:
        low, high = extent([run], [x, y])
        ends = alt.Chart(rows_of([{x: low, y: low}, {x: high, y: high}]))
        dashed = ends.mark_line(color=theme.scheme()["quiet"], strokeDash=[4, 4], strokeWidth=1, clip=True)
        layers = [dashed.encode(x=f"{x}:Q", y=f"{y}:Q"), *layers]
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=said)


def _story(words: str, times: np.ndarray, values: np.ndarray, unit: str) -> str:
    """Returns a sentence on where a line begins and ends, and on a peak or a low in between."""
    text = f"{words} goes from {two(values[0])} to {two(values[-1])} over {times[-1]:g} {unit}"
    for what, k in (("peak", int(np.argmax(values))), ("low", int(np.argmin(values)))):
        edge = max(values[0], values[-1]) if what == "peak" else min(values[0], values[-1])
        if abs(values[k] - edge) > 0.005 * max(1e-12, np.ptp(values)) and abs(values[k] - edge) >= 0.01:
            text += f", with a {what} of {two(values[k])} at {unit.rstrip('s')} {times[k]:.0f}"
    return text
