"""Trials: what a study saw, beside what is true; how often it would see it; and what can be fitted to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle, repeat
from typing import Any

import altair as alt
import numpy as np
import xarray as xr
from scipy import stats

from socioaffective import theme
from socioaffective.figures.marks import INK, Line, labelled, put_apart, rows_of, spaced, two, words
from socioaffective.trials.recovery import Recovery
from socioaffective.trials.study import Study

# Points of a curve of the truth beside the first few weeks, in which most happens; in so small a panel more are not to be seen.
MOST_POINTS, FIRST_POINTS = 40, 9
LEVEL = 0.95
# The reference, and the workbook's two assistants, keep their colours whatever other arms there are.
FIRST, KNOWN = "engagement", {"binding": "wanting", "bridging": "relatedness"}


def trial_arms(study: Study, name: str | None = None, width: int = 230, height: int = 240) -> alt.HConcatChart:
    """Returns a chart of what a study saw, arm by arm with bands of confidence, beside the true differences long after.

    Left: the mean of those asked at each wave, with the 95 % interval of the mean. Right: the difference of each arm from the
    first, in truth (a line, for everybody in both arms) and as the study estimates it at its waves (dots with 95 % intervals),
    with the weeks of the trial shaded. Inputs: `study`, a result of `sa.trial`; `name`, the measured quantity (the first unless
    told otherwise). Keywords: `width` of each panel, `height` in pixels. Raises TypeError for anything else.

    >>> import numpy as np
    >>> import socioaffective as sa
    >>> arms = {"control": {"access": 0}, "binding": {"cues": 0.7}}
    >>> people = {"start": {"ties": np.linspace(0.1, 0.8, 60)}}
    >>> study = sa.trial(sa.models.companion, arms, "felt_relatedness", people, weeks=4, seed=1)
    >>> sa.figures.trial_arms(study).description.split(". ")[1]
    'In truth binding differs from control by 0.06 at week 4 and by -0.14 at week 104'
    """
    if not isinstance(study, Study):
        raise TypeError(f"trial_arms draws a study made by sa.trial, not {type(study).__name__}.")
    name = study._named(name)
    inks = _inks(study.arms)
    left, seen = _seen(study, name, inks, height)
    right, true = _true(study, name, inks, height)
    said = ". ".join([seen, *true]) + "."
    panels = [panel.properties(width=width, height=height) for panel in (left, right)]
    return alt.hconcat(*panels, spacing=70).resolve_scale(x="independent", y="independent").properties(description=said)


def _inks(arms: Sequence[str]) -> dict[str, str]:
    """Returns the colour of each arm: grey for the first, their own for those of the workbook, spare ones for the others."""
    known = {arm: theme.colour(KNOWN[arm]) for arm in arms[1:] if arm in KNOWN}
    spare = cycle([ink for ink in map(theme.colour, repeat(""), range(len(theme.SPARE))) if ink not in known.values()])
    return {arms[0]: theme.colour(FIRST), **{arm: known.get(arm) or next(spare) for arm in arms[1:]}}


def _unit(study: Study, name: str) -> str:
    unit = study.data[name].attrs["units"]
    return words(name) if unit == "1" else f"{words(name)} ({unit})"


def _padded(values: list[float]) -> list[float]:
    low, high = float(min(values)), float(max(values))
    pad = 0.08 * max(high - low, 1e-3)
    return [low - pad, high + pad]


def _seen(study: Study, name: str, inks: Mapping[str, str], height: int) -> tuple[alt.LayerChart, str]:
    """Returns the means of those asked, with their intervals, and a sentence on the last of them."""
    times, rows, ends, said = study.data["time"].values, [], [], []
    for arm in study.arms:
        values = study.data[name].values[study.data["arm"].values == arm]
        there = np.isfinite(values)
        for k, week in enumerate(times):
            now = values[there[:, k], k]
            if len(now) < 2:
                continue
            reach = float(stats.t.ppf((1 + LEVEL) / 2, len(now) - 1) * now.std(ddof=1) / np.sqrt(len(now)))
            mean = float(now.mean())
            rows.append({"week": week, "mean": mean, "low": mean - reach, "high": mean + reach, "ink": inks[arm], "arm": arm})
        ends.append({"x": rows[-1]["week"], "y": rows[-1]["mean"], "ink": inks[arm], "text": arm})
        said.append(f"{arm} {two(rows[-1]['mean'])}")
    domain = _padded([row[key] for row in rows for key in ("low", "high")])
    axis = alt.Axis(tickCount=4)
    x = alt.X("week:Q", title="time (weeks)", scale=alt.Scale(domain=[0, float(times[-1])], nice=False), axis=axis)
    scale = alt.Scale(domain=domain, nice=False)
    base = alt.Chart(rows_of(rows)).encode(x=x, color=INK, detail="arm:N")
    band = base.mark_area(opacity=0.18, strokeWidth=0).encode(
        y=alt.Y("low:Q", title=_unit(study, name), scale=scale), y2="high:Q", fill=alt.Fill("ink:N", scale=None)
    )
    line = base.mark_line(point=True, strokeWidth=2).encode(y=alt.Y("mean:Q", scale=scale))
    put_apart(ends, domain, height)
    label = alt.Chart(rows_of(ends)).mark_text(align="left", dx=7, fontSize=12)
    chart = alt.LayerChart(layer=[band, line, label.encode(x="x:Q", y="place:Q", text="text:N", color=INK)])
    return chart.properties(title="what the study sees"), f"Means of {words(name)} at week {times[-1]:g}: {', '.join(said)}"


def _true(study: Study, name: str, inks: Mapping[str, str], height: int) -> tuple[alt.LayerChart, list[str]]:
    """Returns the true differences from the first arm over time with the study's estimates, and sentences on both."""
    first, *others = study.arms
    truth = study.in_points(name).mean("person")
    times, trial = truth["time"].values, float(study.data["time"][-1])
    keep = np.union1d(spaced(len(times), MOST_POINTS), np.arange(min(FIRST_POINTS, len(times))))
    if not others:
        flat = [Line(times[keep], truth.sel(arm=first).values[keep], "", first, first)]
        domain = _padded(list(flat[0].y))
        chart = labelled(flat, ("time (weeks)", (0, float(times[-1]))), (_unit(study, name), domain), height)
        return chart.properties(title="what is true"), [f"In truth {first} is {two(flat[0].y[-1])} at week {times[-1]:g}"]
    lines, dots, said = [], [], []
    for arm in others:
        gap = (truth.sel(arm=arm) - truth.sel(arm=first)).values
        lines.append((arm, gap))
        at = int(np.argmin(np.abs(times - trial)))
        said.append(f"In truth {arm} differs from {first} by {two(gap[at])} at week {trial:g} and by {two(gap[-1])} at week "
                    f"{times[-1]:g}")  # fmt: skip
        for week in study.data["time"].values[1:]:
            one = study.difference(name, float(week))[arm]
            dots.append({"week": week, "mean": one.value, "low": one.low, "high": one.high, "ink": inks[arm]})
        said.append(f"The study's last estimate is {two(one.value)}, from {two(one.low)} to {two(one.high)}")
    domain = _padded([0.0, *(v for _, gap in lines for v in gap), *(row[key] for row in dots for key in ("low", "high"))])
    rows = [{"week": times[i], "gap": gap[i], "ink": inks[arm], "arm": arm} for arm, gap in lines for i in keep]
    x = alt.X("week:Q", title="time (weeks)", scale=alt.Scale(domain=[0, float(times[-1])], nice=False))
    scale = alt.Scale(domain=domain, nice=False)
    y = alt.Y("gap:Q", title=f"difference from {first}", scale=scale)
    window = alt.Chart(rows_of([{"week": 0.0, "end": trial}])).mark_rect(color=theme.scheme()["high"]).encode(x=x, x2="end:Q")
    zero = alt.Chart(rows_of([{"gap": 0.0}])).mark_rule(color=theme.scheme()["quiet"], strokeDash=[4, 4]).encode(y=y)
    line = alt.Chart(rows_of(rows)).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=INK, detail="arm:N")
    base = alt.Chart(rows_of(dots)).encode(x=x, color=INK)
    bars = base.mark_rule(strokeWidth=1.2).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    marks = base.mark_point(filled=True, size=30, opacity=1).encode(y=alt.Y("mean:Q", scale=scale))
    ends = [{"x": times[-1], "y": gap[-1], "ink": inks[arm], "text": arm} for arm, gap in lines]
    put_apart(ends, domain, height)
    label = alt.Chart(rows_of(ends)).mark_text(align="left", dx=7, fontSize=12)
    labels = label.encode(x="x:Q", y="place:Q", text="text:N", color=INK)
    return alt.LayerChart(layer=[window, zero, line, bars, marks, labels]).properties(title="what is true (lines)"), said


def power_curves(found: Any, width: int = 360, height: int = 260) -> alt.LayerChart:
    """Returns a chart of power against the number of people: simulated with 95 % intervals, and in closed form.

    Input: `found`, a result of `sa.power` or a mapping from label to such results. Keywords: `width`, `height` in pixels. The
    dashed line is a power of 0.8. Raises TypeError for anything else.

    >>> import numpy as np
    >>> import socioaffective as sa
    >>> arms = {"control": {"access": 0}, "binding": {"cues": 0.7}}
    >>> people = {"start": {"ties": np.linspace(0.1, 0.8, 60)}}
    >>> study = sa.trial(sa.models.companion, arms, "felt_relatedness", people, weeks=4, seed=1)
    >>> sa.figures.power_curves(sa.power(study, [20, 80], trials=200)).description[:41]
    'Power goes from 0.10 to 0.57 with 20 to 8'
    """
    table = dict(found) if isinstance(found, Mapping) and not isinstance(found, xr.Dataset) else {"": found}
    if not table or any(not isinstance(one, xr.Dataset) or "closed_form" not in one for one in table.values()):
        raise TypeError("power_curves draws results of sa.power.")
    rows: list[dict[str, Any]] = []
    dots, ends, said = [], [], []
    for k, (label, one) in enumerate(table.items()):
        ink, sizes = theme.colour("", k), one["people"].values.astype(float)
        order = np.argsort(sizes)
        rows += [
            {"size": float(np.log10(sizes[i])), "power": float(one["closed_form"][i]), "ink": ink, "label": label}
            for i in order
        ]
        dots += [
            {"size": float(np.log10(sizes[i])), "power": float(one["power"][i]), "low": float(one["power_low"][i]),
             "high": float(one["power_high"][i]), "ink": ink} for i in order
        ]  # fmt: skip
        ends.append({"x": rows[-1]["size"], "y": rows[-1]["power"], "ink": ink, "text": label})
        what = f"Power ({label})" if label else "Power"
        first, last = order[0], order[-1]
        ways = [f"from {two(values[first])} to {two(values[last])}" for values in (one["power"], one["closed_form"])]
        said.append(f"{what} goes {ways[0]} with {sizes[first]:g} to {sizes[last]:g} people, in closed form {ways[1]}")
    domain = [min(row["size"] for row in rows) - 0.03, max(row["size"] for row in rows) + 0.03]
    every = [float(np.log10(d) + p) for p in range(7) for d in (1, 2, 5)]
    ticks = [t for t in every if domain[0] <= t <= domain[1]]
    axis = alt.Axis(values=ticks, tickCount=len(ticks), labelExpr="format(pow(10, datum.value), ',.0f')", labelOverlap=False)
    x = alt.X("size:Q", title="people enrolled", scale=alt.Scale(domain=domain, nice=False), axis=axis)
    scale = alt.Scale(domain=[0, 1], nice=False)
    line = (
        alt.Chart(rows_of(rows))
        .mark_line(strokeWidth=2)
        .encode(x=x, y=alt.Y("power:Q", scale=scale), color=INK, detail="label:N")
    )
    base = alt.Chart(rows_of(dots)).encode(x=x, color=INK)
    bars = base.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    marks = base.mark_point(filled=True, size=45, opacity=1).encode(y=alt.Y("power:Q", scale=scale, title="power"))
    aim = alt.Chart(rows_of([{"power": 0.8}])).mark_rule(color=theme.scheme()["quiet"], strokeDash=[4, 4]).encode(y="power:Q")
    put_apart(ends, (0, 1), height)
    label = (
        alt.Chart(rows_of(ends))
        .mark_text(align="left", dx=7, fontSize=12)
        .encode(x="x:Q", y="place:Q", text="text:N", color=INK)
    )
    return alt.LayerChart(layer=[aim, line, bars, marks, label]).properties(
        width=width, height=height, description=". ".join(said) + "."
    )


def profile_likelihoods(found: Recovery, width: int = 200, height: int = 200) -> alt.HConcatChart:
    """Returns a chart of the profile likelihood of each parameter: where the curve stays below the line, the data cannot tell.

    Input: `found`, a result of `sa.recover`. The dashed line is the chi-square threshold, the dot the best fit; a parameter
    whose curve crosses the line on both sides is identified. Keywords: `width`, `height` of a panel in pixels.

    >>> import socioaffective as sa
    >>> person = sa.simulate(sa.models.need, 20, dt=1)[["satisfaction"]]
    >>> found = sa.recover(sa.models.need, person, {"gain": (0.02, 1)}, error=0.02, points=5)
    >>> sa.figures.profile_likelihoods(found).description
    'gain is identified: 0.1, between 0.0958 and 0.104.'
    """
    if not isinstance(found, Recovery):
        raise TypeError(f"profile_likelihoods draws a result of sa.recover, not {type(found).__name__}.")
    most = 2.5 * found.profiles.attrs["threshold"]
    panels, said = [], []
    for k, (name, value) in enumerate(found.estimates.items()):
        one = found.profiles.sel(parameter=name)
        shut, (low, high) = found.identified[name], found.intervals[name]
        state = "identified" if shut else "not identified"
        said.append(f"{words(name)} is {state}: {value:.3g}, between {low:.3g} and {high:.3g}")
        panel = _profile(one["value"].values, one["deviance"].values, value, found.profiles.attrs["threshold"], most, k)
        panels.append(panel.properties(width=width, height=height, title=f"{words(name)}: {state}"))
    joined = alt.hconcat(*panels, spacing=30).resolve_scale(x="independent", y="shared")
    return joined.properties(description=". ".join(said) + ".")


def _profile(values: np.ndarray, rises: np.ndarray, best: float, threshold: float, most: float, k: int) -> alt.LayerChart:
    rows = [{"value": a, "rise": b} for a, b in zip(values, rises, strict=True)]
    x = alt.X("value:Q", title="value held", scale=alt.Scale(domain=[float(values.min()), float(values.max())], nice=False))
    y = alt.Y("rise:Q", title="rise of deviance" if k == 0 else None, scale=alt.Scale(domain=[0, most], nice=False))
    line = alt.Chart(rows_of(rows)).mark_line(color=theme.colour("", k), strokeWidth=2.5, clip=True).encode(x=x, y=y)
    edge = alt.Chart(rows_of([{"rise": threshold}])).mark_rule(color=theme.scheme()["quiet"], strokeDash=[4, 4]).encode(y=y)
    dot = alt.Chart(rows_of([{"value": best, "rise": 0.0}])).mark_point(
        filled=True, size=70, color=theme.colour("", k), opacity=1
    )
    return alt.LayerChart(layer=[edge, line, dot.encode(x=x, y=y)])


def beside(table: xr.Dataset, width: int = 320, height: int | None = None) -> alt.LayerChart:
    """Returns a chart of how many times the published number the model's is, for each finding, on a logarithmic axis.

    Input: `table`, a result of `sa.trials.beside`. Hollow points are what the model was tuned on, filled ones what was left for
    it to get right or wrong; on the dashed line the two are equal. Keywords: `width`, `height` in pixels.

    >>> import socioaffective as sa
    >>> sa.figures.beside(sa.trials.beside()).description.split(". ")[0]
    'Tuned on: peak of appeal, length of sessions, wanting up, liking up'
    """
    if not isinstance(table, xr.Dataset) or not {"published", "modelled", "used"} <= set(table.data_vars):
        raise TypeError(f"beside draws a result of sa.trials.beside, not {type(table).__name__}.")
    names, used = [str(name) for name in table["finding"].values], table["used"].values
    known, found = table["published"].values, table["modelled"].values
    rows: list[dict[str, Any]] = [
        {"name": n, "ratio": float(np.log10(m / p)), "used": bool(u), "text": f"{p:.3g} / {m:.3g}"}
        for n, p, m, u in zip(names, known, found, used, strict=True)
        if 0 < m / p < np.inf
    ]
    # What was tuned comes last, from the farthest off to the nearest before it.
    rows.sort(key=lambda row: (row["used"], -abs(row["ratio"])))
    reach = 1.15 * max(0.3, *(abs(row["ratio"]) for row in rows))
    ticks = [float(np.log10(t)) for t in (0.1, 0.2, 0.5, 1, 2, 5, 10) if abs(np.log10(t)) <= reach]
    axis = alt.Axis(values=ticks, tickCount=len(ticks), labelExpr="format(pow(10, datum.value), '.3~r')", labelOverlap=False)
    title, scale = "model over published (beside each point: published / model)", alt.Scale(domain=[-reach, reach], nice=False)
    x = alt.X("ratio:Q", title=title, scale=scale, axis=axis)
    y = alt.Y("name:N", title=None, sort=[row["name"] for row in rows], axis=alt.Axis(labelLimit=200))
    ink, ground = theme.scheme()["ink"], theme.scheme()["background"]
    rule = alt.Chart(rows_of([{"ratio": 0.0}])).mark_rule(color=theme.scheme()["quiet"], strokeDash=[4, 4]).encode(x=x)
    fill = alt.Fill("used:N", scale=alt.Scale(domain=[True, False], range=[ground, ink]), legend=None)
    points = alt.Chart(rows_of(rows)).mark_point(stroke=ink, size=80, opacity=1).encode(x=x, y=y, fill=fill)
    text = alt.Chart(rows_of(rows)).mark_text(align="left", dx=9, fontSize=11).encode(x=x, y=y, text="text:N")
    said = [f"Tuned on: {', '.join(n for n, u in zip(names, used, strict=True) if u)}"]
    said += [f"{n}: published {p:.3g}, model {m:.3g}" for n, p, m, u in zip(names, known, found, used, strict=True) if not u]
    size = 24 * len(rows) if height is None else height
    return alt.LayerChart(layer=[rule, points, text]).properties(width=width, height=size, description=". ".join(said) + ".")
