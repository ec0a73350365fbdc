"""Pictures of worlds in which a person may become another self: what each objective does, and how it looks to whom."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import altair as alt

from socioaffective import theme
from socioaffective.checks import listed, mapped, unknown
from socioaffective.control.outlook import welfare
from socioaffective.figures.marks import WIDTH, haloed, rows_of, tabled, two
from socioaffective.worlds import drmdp, myopia
from socioaffective.worlds.drmdp import told
from socioaffective.worlds.instances import world_of
from socioaffective.worlds.solutions import Solution

# How far a verdict is from leaving the person alone, for its tint, and how it is said.
SAID = {"always": (0.0, "influences"), "sometimes": (0.5, "may influence"), "never": (1.0, "leaves alone")}
SIGNS = {"always": "●", "sometimes": "○●", "never": "○"}
INK = alt.Color("ink:N", scale=None)


def influence_table(
    horizons: Mapping[str, int] | int | None = None,
    objectives: Any = None,
    examples: Any = None,
    width: int = 160,
    height: int = 46,
) -> alt.LayerChart:
    """Returns the table of objectives (down) and example worlds (across): what is best, its value, and whether it influences.

    Inputs: `horizons`, one for all or a mapping from example to horizon (those of the source unless told otherwise);
    `objectives` and `examples`, the rows and columns to draw. Keywords: `width`, `height` of a cell. Where several plans are
    best, what may be done at a step is divided by strokes.

    >>> import socioaffective as sa
    >>> table = sa.figures.influence_table(2, ["real-time"], ["conspiracy", "clickbait"])
    >>> table.description
    'Real-time: conspiracy noop x2 (value 20, leaves alone); clickbait news, clickbait (value 3, influences).'
    """
    asked = listed(drmdp.OBJECTIVES if objectives is None else objectives, "objectives", "['real-time', 'final']")
    names = listed(list(drmdp.examples) if examples is None else examples, "examples", "['conspiracy', 'clickbait']")
    for kind, given, known in (("objective", asked, drmdp.OBJECTIVES), ("example", names, drmdp.examples)):
        if not given:
            raise ValueError(f"influence_table needs at least one {kind} to draw.")
        for name in given:
            if name not in known:
                raise unknown(kind, name, known)
    chosen = drmdp.horizons_of(horizons)
    rows, said = [], []
    for objective in asked:
        cells = []
        for name in names:
            answer = drmdp.solve(name, objective, chosen[name])
            lines, tint, mark, words = _cell(answer)
            column = f"{name}, H = {answer.horizon}"
            rows.append(
                {"objective": objective, "example": column, "tint": tint, "mark": mark, "plan": lines[0], "value": lines[1]}
            )
            cells.append(f"{name} {words}")
        said.append(f"{objective.capitalize()}: {'; '.join(cells)}.")
    columns = list(dict.fromkeys(row["example"] for row in rows))
    x = alt.X("example:N", title=None, sort=columns, axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False))
    y = alt.Y("objective:N", title=None, sort=asked, axis=alt.Axis(ticks=False, domain=False, labelLimit=200))
    base = alt.Chart(rows_of(rows)).encode(x=x, y=y)
    layers = [base.mark_rect(stroke=theme.scheme()["background"], strokeWidth=3).encode(color=alt.Color("tint:N", scale=None))]
    for field, dy in (("mark", -14), ("plan", 0), ("value", 14)):
        weight: Any = "bold" if field == "mark" else alt.Undefined
        layers.append(base.mark_text(fontSize=11, dy=dy, limit=width - 8, fontWeight=weight).encode(text=f"{field}:N"))
    return alt.LayerChart(layer=layers).properties(
        width=width * len(columns), height=height * len(asked), description=" ".join(said)
    )


def _cell(answer: Solution) -> tuple[list[str], str, str, str]:
    """Returns the lines of a cell, its tint, its mark and a sentence."""
    if answer.parts:
        each = [f"{who}: {told(part.policies)}" for who, part in answer.parts.items()]
        words = ", ".join(
            f"{line} (value {part.value}, {SAID[part.verdict][1]})"
            for line, part in zip(each, answer.parts.values(), strict=True)
        )
        marks = " ".join(f"{SIGNS[part.verdict]} {who}" for who, part in answer.parts.items())
        values = " | ".join(str(part.value) for part in answer.parts.values())
        verdicts = set(answer.verdict.values())
        tint = theme.tint(SAID[verdicts.pop()][0]) if len(verdicts) == 1 else theme.scheme()["grid"]
        plans = " | ".join(_short(part.policies) for part in answer.parts.values())
        return [plans, values], tint, marks, words
    share, verdict = SAID[answer.verdict]
    value = answer.value
    values = " | ".join(f"{who}: {v}" for who, v in value.items()) if isinstance(value, Mapping) else str(value)
    sentence = f"{told(answer.policies)} (value {values}, {verdict})"
    return [told(answer.policies), values], theme.tint(share), f"{SIGNS[answer.verdict]} {verdict}", sentence


def _short(policies: tuple) -> str:
    text = told(policies)
    return text if len(text) < 14 else text.split(",")[0] + " ..."


def discount_bars(worlds: Mapping[str, Any] | None = None, width: int = WIDTH, height: int = 34) -> alt.LayerChart:
    """Returns a bar for each world, from a discount of 0 to 1: what is best without an end, and where that changes.

    Input: `worlds`, from label to a world (a `DRMDP` or the name of an example), or to a world and the (state, self) to start
    in; three with thresholds, and one of them begun as the other self, unless told otherwise. Keywords: `width`; `height` of
    a bar.

    >>> import socioaffective as sa
    >>> sa.figures.discount_bars({"clickbait": "clickbait"}).description
    'clickbait: clickbait up to 2/3 (influences), news from there on (leaves alone).'
    """
    if worlds is None:
        worlds = {
            "conspiracy": "conspiracy",
            "... once influenced": ("conspiracy", ("here", "influenced")),
            "clickbait": "clickbait",
            "myopia": myopia.world(),
        }
    rows, edges, said = [], [], []
    for label, given in mapped(worlds, "worlds", "{'clickbait': 'clickbait'}").items():
        world, start = given if isinstance(given, tuple) else (given, None)
        regions = drmdp.discount_regions(world, start)
        parts = []
        for region in regions:
            share, verdict = SAID[region.verdict]
            act = "/".join(map(str, region.actions[start or world_of(world).start]))
            low, high = float(region.low), float(region.high)
            rows.append({"world": label, "from": low, "to": high, "middle": (low + high) / 2, "tint": theme.tint(share),
                         "text": f"{SIGNS[region.verdict]} {act}"})  # fmt: skip
            parts.append(f"{act} {_from_to(region)} ({verdict})")
        edges += [{"world": label, "at": float(r.high), "text": str(r.high)} for r in regions[:-1]]
        said.append(f"{label}: {', '.join(parts)}.")
    if not rows:
        raise ValueError("discount_bars needs at least one world.")
    order = list(dict.fromkeys(row["world"] for row in rows))
    x = alt.X(
        "from:Q", title="discount factor: what the next step counts, compared with this one", scale=alt.Scale(domain=[0, 1])
    )
    y = alt.Y("world:N", title=None, sort=order, axis=alt.Axis(ticks=False, domain=False, labelLimit=200))
    base, ink = alt.Chart(rows_of(rows)), theme.scheme()["ink"]
    layers = [
        base.mark_bar(height=0.7 * height).encode(x=x, x2="to:Q", y=y, color=alt.Color("tint:N", scale=None)),
        base.mark_text(fontSize=11).encode(x="middle:Q", y=y, text="text:N"),
    ]
    if edges:
        at = alt.Chart(rows_of(edges))
        layers.append(at.mark_tick(color=ink, thickness=2.5, height=0.9 * height).encode(x="at:Q", y=y))
        layers += haloed(
            edges, {"x": alt.X("at:Q"), "y": y, "text": "text:N"}, dy=-0.42 * height, fontSize=11, fontWeight="bold"
        )
    return alt.LayerChart(layer=layers).properties(width=width, height=height * len(order), description=" ".join(said))


def _from_to(region: Any) -> str:
    if region.low == 0:
        return "at every discount" if region.high == 1 else f"up to {region.high}"
    return "from there on" if region.high == 1 else f"up to {region.high}"


# Whom to ask, by the objective that counts as they do.
ASKED = {"initial": "the first self", "natural shifts": "the self untouched", "real-time": "each self at its time",
         "final": "the last self"}  # fmt: skip


def judged(answer: Solution, width: int = 300, height: int = 190) -> alt.HConcatChart:
    """Returns a picture of the first of the best plans: who the person is step by step, and how the plan looks to whom.

    Input: `answer`, a result of `sa.worlds.drmdp.solve` for a world without chance (for "privileged" one of its `.parts`).
    Keywords: `width` of the right half; `height`. A filled dot is the plan and an open one doing nothing, each counted as the
    objectives do, by the selves that it makes.
    Raises ValueError where chance decides who the person is.

    >>> import socioaffective as sa
    >>> picture = sa.figures.judged(sa.worlds.drmdp.solve("conspiracy", "real-time", 3))
    >>> picture.description.split(". ")[-1]
    'To the last self it is worth 300, doing nothing 30.'
    """
    if not isinstance(answer, Solution) or answer.parts:
        raise TypeError("judged draws one result of sa.worlds.drmdp.solve; of 'privileged' one of its parts.")
    world = answer.world
    if not world.deterministic:
        raise ValueError(f"In '{world.title}' chance decides who the person is: there is no one row of selves to draw.")
    plan = answer.policies[0]
    pairs: list[Any] = [world.start]
    for action in plan:
        pairs.append(world.outcomes(pairs[-1], action)[0][0])
    views = [drmdp.judge(world, acts, answer.horizon) for acts in (list(plan), world.noop)]
    others = len(answer.policies) - 1
    ties = f" It is one of {others + 1} that are equally good." if others else ""
    head = f"{world.title}, {answer.objective}, horizon {answer.horizon}: {SAID[answer.verdict][1]}"
    ties = f"One of {others + 1} plans that are equally good." if others else "The only best plan."
    said = [f"{head}. {ties} The plan: {told((plan,))}; the selves in turn {', '.join(str(who) for _, who in pairs)}"]
    said += [f"To {who} it is worth {views[0].to[o]}, doing nothing {views[1].to[o]}" for o, who in ASKED.items()]
    title = alt.TitleParams(head, subtitle=f"{ties} On the right: ● the plan, ○ doing nothing.", fontSize=13)
    row = _in_turn(world.selves, pairs, plan, height)
    return alt.hconcat(row, _dumbbells(views, width, height), spacing=24, title=title).properties(
        description=". ".join(said) + "."
    )


def _in_turn(selves: tuple, pairs: list, plan: tuple, height: int) -> alt.LayerChart:
    """Returns who the person is after each step, as boxes, with what is done between them."""
    rank: dict[Hashable, int] = {who: k for k, who in enumerate(selves)}
    boxes = [{"step": k, "self": str(who), "ink": theme.colour("", rank[who])} for k, (_, who) in enumerate(pairs)]
    acts = [
        {"step": k + 0.5, "act": str(a), "self": str(pairs[k][1]), "then": str(pairs[k + 1][1])} for k, a in enumerate(plan)
    ]
    steps = max(len(plan), 1)
    x = alt.X("step:Q", title="step", scale=alt.Scale(domain=[-0.3, steps + 0.3], nice=False),
              axis=alt.Axis(values=list(range(steps + 1)), format="d", grid=False))  # fmt: skip
    y = alt.Y("self:N", title=None, sort=[str(who) for who in selves], scale=alt.Scale(domain=[str(who) for who in selves]),
              axis=alt.Axis(ticks=False, domain=False))  # fmt: skip
    line = alt.Chart(rows_of(boxes)).mark_line(color=theme.scheme()["quiet"]).encode(x=x, y=y, order="step:Q")
    dots = alt.Chart(rows_of(boxes)).mark_point(filled=True, size=130, opacity=1).encode(x=x, y=y, color=INK)
    where = {"x": x, "y": y, "text": "act:N"}
    shown = acts[:: max(1, -(-len(acts) // 8))]
    labels = haloed(shown, where, dy=-14, fontSize=11)
    wide = min(max(70 * steps, 180), 420)
    return alt.LayerChart(layer=[line, dots, *labels]).properties(width=wide, height=height)


def _dumbbells(views: list, width: int, height: int) -> alt.LayerChart:
    """Returns the worth of a plan and of doing nothing to each reference."""
    rows: list[dict[str, Any]] = [
        {"who": ASKED[o], "plan": float(views[0].to[o]), "nothing": float(views[1].to[o]), "text": str(views[0].to[o])}
        for o in ASKED
    ]
    everything = [row[k] for row in rows for k in ("plan", "nothing")]
    pad = 0.12 * max(max(everything) - min(everything), 1.0)
    x = alt.X(
        "nothing:Q", title="sum of rewards", scale=alt.Scale(domain=[min(everything) - pad, max(everything) + pad], nice=False)
    )
    y = alt.Y("who:N", title=None, sort=list(ASKED.values()), axis=alt.Axis(ticks=False, domain=False, labelLimit=180))
    base, ink = alt.Chart(rows_of(rows)), theme.scheme()["ink"]
    return alt.LayerChart(
        layer=[
            base.mark_rule(color=theme.scheme()["quiet"], strokeWidth=2).encode(x=x, x2="plan:Q", y=y),
            base.mark_point(size=90, color=ink, fill=theme.scheme()["background"], opacity=1).encode(x=x, y=y),
            base.mark_point(filled=True, size=90, color=ink, opacity=1).encode(x="plan:Q", y=y),
            *haloed(rows, {"x": alt.X("plan:Q"), "y": y, "text": "text:N"}, dy=-13, fontSize=11),
        ]
    ).properties(width=width, height=height)


# How each self is called on the axis; the order of `sa.welfare`.
JUDGES = {"initial": "the first self", "at the time": "the self at the time", "final": "the last self",
          "counterfactual": "the self untouched"}  # fmt: skip


def fits(runs: Any, width: int = WIDTH, height: int = 190) -> alt.LayerChart:
    """Returns how well an assistant's offer fits the preference of each self: at first, at the time, at last, and untouched.

    Input: `runs`, a result of `sa.simulate` with a preference and an offer, such as one of `sa.models.co_construction`, or a
    mapping from label to at most three such results. Keywords: `width`, `height` in pixels. The fit is that of `sa.welfare`;
    1 is perfect.
    Raises ValueError for more than three runs, or one with several people.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.co_construction, steering=1)
    >>> sa.figures.fits(run).description
    'Fit of the offer. The first self 1.00, the self at the time 0.84, the last self 0.83, the self untouched 0.77.'
    """
    table = tabled(runs, "fits")
    if len(table) > 3:
        raise ValueError(f"fits tells at most three runs apart, not {len(table)}.")
    rows: list[dict[str, Any]] = []
    said = []
    for k, (label, run) in enumerate(table.items()):
        found = welfare(run)
        if "fit" not in found or found["fit"].dims != ("judge",):
            raise ValueError("fits draws runs of one person, with a preference and an offer.")
        values = {name: float(found["fit"].sel(judge=key)) for key, name in JUDGES.items()}
        rows += [{"who": name, "fit": value, "run": label, "rank": k} for name, value in values.items()]
        words_ = ", ".join(f"{name} {two(value)}" for name, value in values.items())
        said.append(f"{label}: {words_}" if label else words_[0].upper() + words_[1:])
    low = min(row["fit"] for row in rows)
    x = alt.X(
        "fit:Q", title="how well the offer fits (1 is perfect)", scale=alt.Scale(domain=[min(low - 0.1, 0), 1.08], nice=False)
    )
    y = alt.Y("who:N", title=None, sort=list(JUDGES.values()), axis=alt.Axis(ticks=False, domain=False, labelLimit=180))
    ink, ground = theme.scheme()["ink"], theme.scheme()["background"]
    fills = [ground, theme.scheme()["quiet"], ink] if len(table) > 1 else [ink]
    ends: list[dict[str, Any]] = [
        {"who": name, "fit": min(one), "to": max(one)}
        for name in JUDGES.values()
        for one in [[row["fit"] for row in rows if row["who"] == name]]
    ]
    layers = [alt.Chart(rows_of(ends)).mark_rule(color=theme.scheme()["grid"], strokeWidth=3).encode(x=x, x2="to:Q", y=y)]
    for k in range(len(table)):
        own = alt.Chart(rows_of(row for row in rows if row["rank"] == k))
        layers.append(own.mark_point(size=110, stroke=ink, fill=fills[k], opacity=1).encode(x=x, y=y))
    # The runs are named where they lie furthest apart.
    spread = {end["who"]: end["to"] - end["fit"] for end in ends}
    named = [row for row in rows if row["run"] and row["who"] == max(spread, key=lambda who: round(spread[who], 6))]
    layers += haloed(named, {"x": x, "y": y, "text": "run:N"}, dy=-15, fontSize=11)
    return alt.LayerChart(layer=layers).properties(
        width=width, height=height, description=f"Fit of the offer. {'; '.join(said)}."
    )
