"""Plans: what an optimiser would do and pay, what each objective does, and how much of one another costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import mapped, unknown
from socioaffective.control.frontier import FORESIGHTS, Front, Grid
from socioaffective.control.optimum import Plan
from socioaffective.figures.course import time_course
from socioaffective.figures.labels import share_of
from socioaffective.figures.marks import HEIGHT, WIDTH, Line, haloed, labelled, put_apart, rows_of, several, spaced, two, words
from socioaffective.objectives import NEEDS

# Points of a line of prices, and decisions of a plan that are drawn.
MOST_POINTS = 200


def controls(plan: Plan, levers: Sequence[str] | str | None = None, width: int = WIDTH, height: int = HEIGHT) -> alt.Chart:
    """Returns a chart of the levers of a plan over time, as steps; what is not determined is not drawn.

    Inputs: `plan`, a result of `sa.optimise`; `levers`, those to draw (all unless told otherwise). Keywords: `width`,
    `height` in pixels.

    >>> import socioaffective as sa
    >>> plan = sa.optimise(sa.models.scaffold, "performance", weeks=104, discount=0.5, cost=0)
    >>> sa.figures.controls(plan).description
    'Planned accommodation goes from 1.00 at week 0 to 1.00 at week 18; what comes after week 19 is not determined.'
    """
    table = _of_plan(plan, "controls")
    wanted = several(plan.levers if levers is None else levers, "controls")
    for name in wanted:
        if name not in plan.levers:
            raise unknown("planned lever", name, plan.levers)
    starts = table["time"].values
    known = table["determined"].values
    ends = np.append(starts[1:], plan.costates["time"].values[-1])
    lines, said = [], []
    for name in wanted:
        values = table[name].values[known]
        across, up = np.stack([starts[known], ends[known]], axis=1).ravel(), np.repeat(values, 2)
        kept = np.union1d(spaced(len(up), 2 * MOST_POINTS), np.flatnonzero(np.abs(np.diff(up)) > 0.02))
        lines.append(Line(across[kept], up[kept], name, "", words(name)))
        said.append(
            f"{words(name)} goes from {two(values[0])} at week {starts[0]:g} to {two(values[-1])} at week {starts[known][-1]:g}"
        )
    bounds = [plan.model.levers[name].bounds for name in wanted]
    until = f"; what comes after week {plan.determined:g} is not determined" if not known.all() else ""
    unit = table["time"].attrs["units"]
    chart = labelled(lines, (f"time ({unit})", (0, float(ends[-1]))),
                     ("level of the lever", (min(b[0] for b in bounds), max(b[1] for b in bounds))), height)  # fmt: skip
    return chart.properties(width=width, height=height, description=f"Planned {', '.join(said)}{until}.")


def shadow_prices(
    plan: Plan, states: Sequence[str] | str | None = None, width: int = WIDTH, height: int = HEIGHT
) -> alt.LayerChart:
    """Returns a chart of what the optimiser would pay, at each moment, for one unit more of a state.

    Inputs: `plan`, a result of `sa.optimise`; `states`, those to draw (all unless told otherwise). Keywords: `width`,
    `height` in pixels. The unit is that of the objective times a week.

    >>> import socioaffective as sa
    >>> plan = sa.optimise(sa.models.companion, "engagement", weeks=52, every=4)
    >>> sa.figures.shadow_prices(plan, "ties").description.startswith("Shadow price of ties goes from -")
    True
    """
    _of_plan(plan, "shadow_prices")
    table = plan.costates
    wanted = several(list(plan.model.states) if states is None else states, "shadow_prices")
    for name in wanted:
        if name not in table:
            raise unknown("state with a shadow price", name, map(str, table))
    known = np.isfinite(table[wanted[0]].values)
    times, lines, said = table["time"].values[known], [], []
    keep = spaced(len(times), MOST_POINTS)
    for name in wanted:
        values = table[name].values[known]
        # Without anything to come all prices are 0 at the end, so a label stands where its line is half-way.
        lines.append(Line(times[keep], values[keep], name, "", words(name), float(values[len(values) // 2])))
        said.append(f"{words(name)} goes from {two(values[0])} at week {times[0]:g} to {two(values[-1])} at week {times[-1]:g}")
    low, high = min(line.y.min() for line in lines), max(line.y.max() for line in lines)
    pad = 0.05 * max(high - low, 1e-6)
    up = (float(min(low - pad, 0)), float(max(high + pad, 0)))
    zero = alt.Chart(rows_of([{"y": 0.0}])).mark_rule(color=theme.scheme()["quiet"], strokeDash=[3, 3]).encode(y="y:Q")
    chart = labelled(lines, (f"time ({table['time'].attrs['units']})", (0, float(times[-1]))),
                     ("shadow price (objective x weeks)", up), height)  # fmt: skip
    return alt.LayerChart(layer=[zero, chart]).properties(
        width=width, height=height, description=f"Shadow price of {', of '.join(said)}."
    )


def _of_plan(plan: Plan, figure: str) -> xr.Dataset:
    if not isinstance(plan, Plan):
        raise TypeError(f"{figure} draws results of sa.optimise, not {type(plan).__name__}.")
    return plan.controls


def objective_grid(
    grid: Grid, names: Sequence[str] | str = (*NEEDS, "engagement"), width: int = 175, height: int = 150
) -> alt.VConcatChart:
    """Returns small multiples: a column for each objective, the near-sighted assistant above, the far-sighted below.

    Inputs: `grid`, a result of `sa.horizon_grid`; `names`, the quantities to draw. Keywords: `width`, `height` of one panel.

    >>> import socioaffective as sa
    >>> grid = sa.horizon_grid(sa.models.companion, ["engagement"], weeks=26)
    >>> sa.figures.objective_grid(grid, "ties").description.split(":")[0]
    'engagement, myopic'
    """
    if not isinstance(grid, Grid):
        raise TypeError(f"objective_grid draws results of sa.horizon_grid, not {type(grid).__name__}.")
    wanted, said, rows = several(names, "objective_grid"), [], []
    for foresight in FORESIGHTS:
        row = []
        for objective in grid.table["objective"].values.tolist():
            run = grid.runs[objective, foresight]
            panel = time_course(run, wanted, width=width, height=height)
            ends = ", ".join(f"{words(n)} {two(run[n].values[-1])}" for n in wanted)
            said.append(f"{objective}, {foresight}: {ends} at week {float(run['time'][-1]):g}")
            row.append(panel.properties(title=alt.TitleParams(f"{objective}, {foresight}", fontSize=12, anchor="start")))
        rows.append(alt.hconcat(*row, spacing=16))
    return alt.vconcat(*rows, spacing=16).properties(description=". ".join(said) + ".")


def pareto_front(
    front: Front, runs: Mapping[str, xr.Dataset] | None = None, width: int = WIDTH, height: int = HEIGHT
) -> alt.LayerChart:
    """Returns a chart of the best mixtures of two objectives, with other runs as labelled points.

    Inputs: `front`, a result of `sa.pareto`; `runs`, a mapping from label to results of `sa.simulate`, scored alike. Keywords:
    `width`, `height` in pixels.

    >>> import socioaffective as sa
    >>> front = sa.pareto(sa.models.companion, "engagement", "felt_relatedness", points=3, weeks=26, every=2, progress=False)
    >>> chart = sa.figures.pareto_front(front, {"no cues": sa.simulate(sa.models.companion, 26, cues=0)})
    >>> chart.description.split(",")[0]
    'Best mixtures of engagement and felt_relatedness'
    """
    if not isinstance(front, Front):
        raise TypeError(f"pareto_front draws results of sa.pareto, not {type(front).__name__}.")
    one, other = str(front.first), str(front.second)
    # Near an optimum all is flat: where a search stops differs between processors in the sixth digit.
    place = lambda value: round(float(value), 4)  # noqa: E731
    points = [{"x": place(a), "y": place(b)} for a, b in zip(front.table[one], front.table[other], strict=True)]
    marks = [
        {"x": place(front.first.score(run)), "y": place(front.second.score(run)), "text": label}
        for label, run in mapped(runs, "runs", "{'climber': run}").items()
    ]
    everything = np.array([[row["x"], row["y"]] for row in [*points, *marks]])
    low, high = everything.min(axis=0), everything.max(axis=0)
    pad = 0.08 * np.maximum(high - low, 1e-3)
    edges = np.stack([low - pad, high + pad])
    scales = [alt.Scale(domain=edges[:, k].tolist(), nice=False) for k in (0, 1)]
    x = alt.X("x:Q", title=f"{words(one)} (mean over the time)", scale=scales[0])
    y = alt.Y("y:Q", title=f"{words(other)} (mean over the time)", scale=scales[1])
    colour = theme.colour("engagement")
    base = alt.Chart(rows_of(points)).encode(x=x, y=y)
    layers = [
        base.mark_line(color=colour, strokeWidth=2).encode(order="x:Q"),
        base.mark_point(color=colour, filled=True, size=45, opacity=1),
    ]
    if marks:
        ink = theme.scheme()["ink"]
        layers.append(
            alt.Chart(rows_of(marks)).mark_point(shape="diamond", filled=True, size=90, color=ink, opacity=1).encode(x=x, y=y)
        )
        put_apart(marks, edges[:, 1].tolist(), height)
        # No run is beyond the front, so on the left of its mark and below it a label is clear of it.
        across = (edges[1, 0] - edges[0, 0]) / width
        aside = [row["x"] - (share_of(row["text"], 12, across=1) + 12) * across > edges[0, 0] for row in marks]
        for left, style in ((True, {"align": "right", "dx": -8}), (False, {"align": "left", "dx": 8, "dy": 8})):
            shown = [row for row, clear in zip(marks, aside, strict=True) if clear == left]
            layers += haloed(shown, {"x": x, "y": "place:Q", "text": "text:N"}, fontSize=12, **style)
    ends = [f"({two(points[k]['x'])}, {two(points[k]['y'])})" for k in (0, -1)]
    said = f"Best mixtures of {one} and {other}, from {ends[0]} to {ends[1]}"
    said += "".join(f"; {row['text']} at ({two(row['x'])}, {two(row['y'])})" for row in marks)
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=said + ".")
