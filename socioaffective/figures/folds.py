"""Maps of folds in the plane of two settings."""

from __future__ import annotations

import itertools

import altair as alt
import numpy as np

from socioaffective import theme
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.dynamics.fold_curves import FoldCurve
from socioaffective.figures.marks import HEIGHT, haloed, rows_of, titled, two

# At how many values of the second setting stable states are counted between the folds.
LEVELS = 48


def fold_map(curve: FoldCurve, width: int = HEIGHT, height: int = HEIGHT) -> alt.LayerChart:
    """Returns where a model has more than one stable state in the plane of two settings, bounded by its folds.

    Input: `curve`, a result of `sa.fold_curve`. Keywords: `width`, `height` in pixels. Lines are fold curves, a diamond is a
    cusp; the tint is where more than one stable state was counted between them, at 48 values of the second setting.

    >>> import socioaffective as sa
    >>> chart = sa.figures.fold_map(sa.fold_curve(sa.models.mirror, "exaggeration", "anchor"))
    >>> chart.description.split(". ")[1]
    'Cusp at exaggeration 1.40 and anchor 0.00'
    """
    if not isinstance(curve, FoldCurve):
        raise TypeError(f"fold_map draws a result of sa.fold_curve, not {curve!r}.")
    first, second = (curve.model.settings[name] for name in curve.ranges)
    x, y = (
        alt.X("x:Q", title=titled(first), scale=alt.Scale(domain=list(curve.ranges[first.name]), nice=False)),
        alt.Y("y:Q", title=titled(second), scale=alt.Scale(domain=list(curve.ranges[second.name]), nice=False)),
    )
    ink, windows = theme.scheme()["ink"], _windows(curve)
    layers: list[alt.Chart] = []
    if windows:
        half = (curve.ranges[second.name][1] - curve.ranges[second.name][0]) / LEVELS / 2
        bars = [{"x": a, "x2": b, "y": level - half, "y2": level + half} for level, a, b in windows]
        tint = alt.Chart(rows_of(bars)).mark_rect(color=theme.scheme()["high"], clip=True)
        layers.append(tint.encode(x=x, x2="x2:Q", y=y, y2="y2:Q"))
    lines = [
        {"x": a, "y": b, "curve": k, "order": i}
        for k, points in enumerate(curve.curves)
        for i, (a, b) in enumerate(zip(points[first.name].tolist(), points[second.name].tolist(), strict=True))
    ]
    base = alt.Chart(rows_of(lines)).mark_line(color=ink, strokeWidth=2, clip=True)
    layers.append(base.encode(x=x, y=y, detail="curve:N", order="order:Q"))
    cusps = [{"x": c.values[first.name], "y": c.values[second.name], "text": "cusp"} for c in curve.cusps]
    if cusps:
        dots = alt.Chart(rows_of(cusps)).mark_point(shape="diamond", filled=True, size=80, color=ink, opacity=1)
        layers += [dots.encode(x=x, y=y), *haloed(cusps, {"x": x, "y": y, "text": "text:N"}, align="left", dx=9, dy=-9)]
    if windows:
        level, a, b = max(
            windows, key=lambda window: (window[2] - window[1], -abs(window[0] - np.mean(curve.ranges[second.name])))
        )
        where = [{"x": (a + b) / 2, "y": level, "text": "two stable states"}]
        layers += haloed(where, {"x": x, "y": y, "text": "text:N"}, fontSize=12)
    said = [f"Folds of {curve.model.title} in {first.label} and {second.label}: {_counted(curve)}"]
    said += [
        f"Cusp at {first.label} {two(c.values[first.name])} and {second.label} {two(c.values[second.name])}"
        for c in curve.cusps
    ]
    low, high = (min(w[0] for w in windows), max(w[0] for w in windows)) if windows else (np.nan, np.nan)
    several = f"More than one stable state for some {first.label} where {second.label} is from {two(low)} to {two(high)}"
    said.append(several if windows else "Nowhere more than one stable state")
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _counted(curve: FoldCurve) -> str:
    n = len(curve.curves)
    return f"{n} curve{'s' * (n != 1)}"


def _windows(curve: FoldCurve) -> list[tuple[float, float, float]]:
    """Returns where more than one stable state is, as (value of the second setting, from, to) of the first."""
    first, second = curve.ranges
    low, high = curve.ranges[first]
    found = []
    bottom, top = curve.ranges[second]
    for level in (bottom + (top - bottom) * (np.arange(LEVELS) + 0.5) / LEVELS).tolist():
        cuts = [low, high]
        for points in curve.curves:
            side = points[second] - level
            for k in np.flatnonzero((side[:-1] < 0) != (side[1:] < 0)):
                share = side[k] / (side[k] - side[k + 1])
                cuts.append(float(points[first][k] + share * (points[first][k + 1] - points[first][k])))
        for a, b in itertools.pairwise(sorted(cuts)):
            middle = {**curve.settings, first: (a + b) / 2, second: level}
            if b - a > 1e-6 * (high - low) and sum(e.stable for e in equilibria(curve.model, **middle)) > 1:
                found.append((level, a, b))
    return found
