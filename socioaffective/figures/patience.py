"""Pictures of now and later: what help gives today and leaves next year, and who gets it from whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import listed, mapped, number, unknown
from socioaffective.dynamics.equilibrium import settings_of
from socioaffective.figures.marks import HEIGHT, WIDTH, Line, by_person, haloed, labelled, rows_of, run_with, titled, two
from socioaffective.models import scaffold

# Levels of the discount at which the border is drawn.
LEVELS = 150


def now_and_later(runs: Mapping[str, Any], first: float = 4, width: int = WIDTH, height: int = HEIGHT) -> alt.LayerChart:
    """Returns a chart of performance in the first weeks against skill at the end, a line for each kind of help.

    Inputs: `runs`, a mapping from label to runs of the scaffold, either one with people or a list; `first`, how many weeks
    are "now". Keywords: `width`, `height` in pixels.
    Raises ValueError for fewer than two runs of a kind, or runs that do not last that long.

    >>> import numpy as np
    >>> import socioaffective as sa
    >>> runs = sa.simulate(sa.models.scaffold, weeks=52, accommodation=np.linspace(0, 1, 11))
    >>> sa.figures.now_and_later({"constant help": runs}).description
    'Performance in the first 4 weeks and skill at week 52. constant help: from 0.27 and 0.94 to 0.68 and 0.07.'
    """
    now = number(first, "first (weeks)", (0, 1e6))
    if isinstance(runs, xr.Dataset):
        raise TypeError("now_and_later takes a mapping, such as {'constant help': runs}, so that each line has its label.")
    table = mapped(runs, "runs", "{'constant help': runs}")
    if not table:
        raise ValueError("now_and_later needs at least one kind of help.")
    lines, said, end = [], [], 0.0
    for label, given in table.items():
        kind = [given] if isinstance(given, xr.Dataset) else listed(given, f"'{label}'", "[run, run]")
        points = [_now_and_later(run_with(run, ["performance", "skill"]), now) for run in kind]
        x, y = np.concatenate(points, axis=1) if points else np.empty((2, 0))
        if len(x) < 2:
            raise ValueError(f"'{label}' is {len(x)} run{'s' * (len(x) != 1)}; a line needs at least two.")
        end = float(kind[0]["time"][-1])
        lines.append(Line(x, y, "skill", str(label), str(label)))
        said.append(f"{label}: from {two(x[0])} and {two(y[0])} to {two(x[-1])} and {two(y[-1])}")
    across, up = f"performance in the first {now:g} weeks", f"skill at week {end:g}"
    extent = min(line.x.min() for line in lines) - 0.02, max(line.x.max() for line in lines) + 0.02
    chart = labelled(lines, (across, extent), (up, (0, 1)), height)
    text = f"{across.capitalize()} and {up}. {'; '.join(said)}."
    return chart.properties(width=width, height=height, description=text)


def _now_and_later(run: xr.Dataset, now: float) -> np.ndarray:
    """Returns what each person of a run does at first and can do at the end, shape (2, people)."""
    if now > float(run["time"][-1]):
        raise ValueError(f"The run ends at week {float(run['time'][-1]):g}, before the first {now:g} weeks are over.")
    early = run.sel(time=slice(None, now + 1e-9))
    return np.stack([by_person(early, "performance").mean(axis=0), by_person(run, "skill")[-1]])


def patience_map(
    against: str = "help_quality",
    discount: float = 0.05,
    skill: float = 0.0,
    most: float = 0.15,
    width: int = HEIGHT,
    height: int = HEIGHT,
    **person: float,
) -> alt.LayerChart:
    """Returns for which discounts the scaffold's best plan lets somebody practise, and for which it does their work.

    Inputs: `against`, what goes across: "help_quality" or "skill"; `discount` per week and `skill` at first, of the point that
    is marked; `most`, the highest discount; `person`, other parameters of the scaffold. Keywords: `width`, `height` in pixels.
    The border is exact: full practice for good is worth as much there as help for good, and what lies between is never
    best (chapter 05 shows why). There is no end to the time.
    Raises ValueError for names that the scaffold does not have and numbers outside their bounds.

    >>> import socioaffective as sa
    >>> chart = sa.figures.patience_map("skill", discount=0.05, skill=0.4)
    >>> chart.description.split(". ")[-1]
    'At discount 0.050 and skill 0.40 the work is done for them.'
    """
    known = {"help_quality": scaffold.settings["help_quality"], "skill": scaffold.states["skill"]}
    if against not in known:
        raise unknown("axis", against, known)
    settings = dict(zip(scaffold.settings, settings_of(scaffold, person), strict=True))
    top = number(most, "most (discount per week)", (1e-3, 10))
    at = number(discount, "discount (per week)", (1e-9, 10)), number(skill, "skill", (0, 1))
    rates = top * np.arange(1, LEVELS + 1) / LEVELS
    border = _border(against, rates, at[1], settings)
    here = settings["help_quality"] if against == "help_quality" else at[1]
    on = float(_border(against, np.array([at[0]]), at[1], settings)[0])
    helped = here > on if against == "help_quality" else here < on
    quantity = known[against]
    x = alt.X("x:Q", title=titled(quantity), scale=alt.Scale(domain=list(quantity.bounds), nice=False))
    y = alt.Y("y:Q", title="discount rate (1/week)", scale=alt.Scale(domain=[0, top], nice=False))
    left, right = ("low", "high") if against == "help_quality" else ("high", "low")
    rows = [{"x": b, "y": r, "from": 0.0, "to": 1.0} for b, r in zip(border, rates, strict=True)]
    ink, base = theme.scheme()["ink"], alt.Chart(rows_of(rows))
    sides = [
        base.mark_area(orient="horizontal", color=theme.scheme()[tint], clip=True).encode(x=x, x2=f"{end}:Q", y=y)
        for tint, end in ((left, "from"), (right, "to"))
    ]
    layers = [*sides, base.mark_line(color=ink, strokeWidth=2, clip=True).encode(x=x, y=y, order="y:Q")]
    where = {"x": x, "y": y, "text": "text:N"}
    words = ("practises", "done for them") if against == "help_quality" else ("done for them", "practises")
    places = ((0.03, 0.05), (0.97, 0.93)) if against == "help_quality" else ((0.03, 0.93), (0.97, 0.05))
    for word, place, align in zip(words, places, ("left", "right"), strict=True):
        layers += haloed([{"x": place[0], "y": place[1] * top, "text": word}], where, align=align, fontSize=12)
    if at[0] <= top:
        point = alt.Chart(rows_of([{"x": here, "y": at[0]}])).mark_point(filled=True, size=90, color=ink, opacity=1)
        layers.append(point.encode(x=x, y=y))
    across = against.replace("_", " ")
    said = f"At discount {at[0]:.3f} and {across} {two(here)} {'the work is done for them' if helped else 'they practise'}."
    edges = f"The border goes from {across} {two(border[0])} at {rates[0]:.3f} to {two(border[-1])} at {rates[-1]:.3f}"
    text = f"Best plans by {across} and discount rate. {edges}. {said}"
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=text)


def _border(against: str, rates: np.ndarray, skill: float, settings: Mapping[str, float]) -> np.ndarray:
    """Returns the quality of help, or the skill, at which practice for good is worth as much as help for good."""
    lam, f, q = (settings[name] for name in ("learning", "forgetting", "help_quality"))
    ever, built, kept = 1 / rates, 1 / (rates + lam), 1 / (rates + f)
    if against == "help_quality":
        # With all skill, or skill that neither grows nor lapses, both are worth the same whatever the help.
        top, bottom = ever - (1 - skill) * built - skill * kept, ever - skill * kept
        return np.clip(np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), 1), 0, 1)
    top, bottom = ever * (1 - q) - built, kept * (1 - q) - built
    # Where practice pays without any skill it pays with more of it.
    return np.where(top >= 0, 0.0, np.clip(top / np.where(top < 0, bottom, 1), 0, 1))
