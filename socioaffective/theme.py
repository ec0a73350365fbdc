"""Theme: one colour for one thing everywhere, in light and dark, and a renderer whose output can be compared."""

from __future__ import annotations

import hashlib
import json
import math
import threading
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import vl_convert

from socioaffective.checks import unknown
from socioaffective.machine.backends import backend
from socioaffective.typeset import in_notebooks

# (light, dark), each with a contrast of at least 4.5 to its background, for names are written in them. The colour-blind take a
# few of them for one another, so every line also bears its name.
COLOURS = {
    "autonomy": ("#0072B2", "#56B4E9"),
    "competence": ("#A86400", "#F0B429"),
    "relatedness": ("#00805E", "#2FC79A"),
    "wanting": ("#C8470A", "#FF8A5B"),
    "liking": ("#B0508A", "#E79BC8"),
    "ties": ("#4B4E9E", "#A9A6F5"),
    "engagement": ("#5A5A5A", "#BDBDBD"),
    "preference": ("#00707A", "#4FD0DA"),
    "offer": ("#8C3B8F", "#DD9BE0"),
    "accommodation": ("#7A5A2B", "#D2B48C"),
    "steering": ("#2C5F8A", "#8FBCE6"),
    "cues": ("#7D6B00", "#D9C24A"),
}
SAME_AS = {"felt_relatedness": "relatedness", "skill": "competence", "performance": "preference"}
# For names that have no colour of their own, in order of appearance.
SPARE = [
    COLOURS[name] for name in ("autonomy", "wanting", "relatedness", "offer", "competence", "ties", "liking", "preference")
]
SCHEMES = {
    "light": {
        "background": "#FFFFFF",
        "ink": "#1F1F1F",
        "quiet": "#666666",
        "grid": "#E6E6E6",
        "low": "#FBE3D3",
        "high": "#DDE6F6",
    },
    "dark": {
        "background": "#14171A",
        "ink": "#ECECEC",
        "quiet": "#8C9096",
        "grid": "#2C3136",
        "low": "#4A2F22",
        "high": "#26324A",
    },
}
# The share of an axis below which a difference cannot be seen, and two processors may disagree.
GRAIN = 1e-5
# The oldest version that the converter has, next to the 5.6 of JupyterLab.
VL_VERSION = "5.8"
VEGALITE = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
# The role of a mark that says its own words when it is pointed at; a page, which has no script for charts, keeps them.
TOLD = "point with a label"
_current = "light"


def _look() -> alt.theme.ThemeConfig:
    now: Any = config()
    return alt.theme.ThemeConfig(config=now)


def setup(theme: str = "light") -> None:
    """Returns nothing; prepares a notebook: the workbook's charts, light or dark, and formulas, shown without a network.

    Call it once at the top. Every chart then comes as a Vega-Lite figure for JupyterLab, as a picture for everything
    else, and as a sentence that says what it shows. Runs are computed "by size" (`sa.backend`), the same bits each time.
    Raises ValueError for a theme other than "light" and "dark".

    >>> import socioaffective as sa
    >>> sa.setup()
    """
    global _current
    if theme not in SCHEMES:
        raise unknown("theme", theme, SCHEMES)
    _current = theme
    alt.theme.register("socioaffective", enable=True)(_look)
    alt.renderers.register("socioaffective", bundle)
    alt.renderers.enable("socioaffective")
    in_notebooks()
    backend("by size")
    # The converter takes a third of a second to start; it does so while the reader reads.
    threading.Thread(target=vl_convert.vegalite_to_svg, args=({"mark": "point"}, VL_VERSION)).start()


def colour(name: str, rank: int = 0) -> str:
    """Returns the colour of a quantity in the present theme; `rank` picks one for a name that has none of its own."""
    return colours(name, rank)[shade()]


def colours(name: str, rank: int = 0) -> tuple[str, str]:
    """Returns the colours of a quantity in the light and in the dark theme."""
    return COLOURS.get(SAME_AS.get(name, name)) or SPARE[rank % len(SPARE)]


def shade() -> int:
    """Returns which of a (light, dark) pair is meant in the present theme."""
    return 0 if _current == "light" else 1


def scheme() -> dict[str, str]:
    """Returns the colours of background, ink and tints in the present theme."""
    return SCHEMES[_current]


def pairs() -> list[tuple[str, str]]:
    """Returns each colour of the workbook in light and in dark."""
    light, dark = SCHEMES["light"], SCHEMES["dark"]
    return [*COLOURS.values(), *((light[key], dark[key]) for key in light), ("#000", dark["ink"])]


def tint(share: float) -> str:
    """Returns the background tint of a basin, from that of a low rest point (0) to that of a high one (1)."""
    share = (share - 0.5) * 2.5 + 0.5
    low, high = (tuple(int(scheme()[end][k : k + 2], 16) for k in (1, 3, 5)) for end in ("low", "high"))
    return "#" + "".join(f"{round(a + (b - a) * min(max(share, 0.0), 1.0)):02X}" for a, b in zip(low, high, strict=True))


def config() -> dict[str, Any]:
    """Returns how charts look in the present theme, as Vega-Lite takes it."""
    now = scheme()
    text = {
        "labelColor": now["ink"],
        "titleColor": now["ink"],
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
    }
    return {
        "background": now["background"],
        "font": "Helvetica, Arial, sans-serif",
        "view": {"stroke": None, "continuousWidth": 420, "continuousHeight": 280},
        "axis": text | {"gridColor": now["grid"], "domainColor": now["quiet"], "tickColor": now["quiet"]},
        "axisX": {"tickCount": 6},
        "header": text,
        "text": {"color": now["ink"], "fontSize": 12},
        "title": {"color": now["ink"], "fontSize": 14, "anchor": "start"},
    }


def rounded(values: Iterable[float | None], extent: float | None = None) -> list[float | None]:
    """Returns numbers rounded to 1e-5 of their extent (or the one given), never -0, so that a figure can be compared.

    >>> from socioaffective.theme import rounded
    >>> rounded([0.0, 1 / 3, -1e-17, 1.0])
    [0.0, 0.33333, 0.0, 1.0]
    """
    numbers = list(values)
    known = [v for v in numbers if v is not None and math.isfinite(v)]
    if not known:
        return [None for _ in numbers]
    span = extent if extent is not None else max(known) - min(known)
    span = span or max(abs(v) for v in known) or 1.0
    # The odd factor keeps an extent of 0.99999... and one of 1 on the same side of a power of ten.
    places = -math.floor(math.log10(span * 1.0123 * GRAIN))
    # Round numbers in a model lead to values that lie just between two roundings; a little off, they do not.
    off = 0.0137 * 10.0**-places
    return [None if v is None or not math.isfinite(v) else round(float(v) + off, places) + 0.0 for v in numbers]


def strict(spec: dict[str, Any]) -> dict[str, Any]:
    """Returns a Vega-Lite specification whose data and axes are rounded, the same on every machine."""
    # Altair names a data set by a digest of the numbers before rounding.
    names = {old: f"data-{k}" for k, old in enumerate(spec.get("datasets", {}))}
    return _walk(spec, names) | {"$schema": SCHEMA}


def _walk(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_walk(entry, names) for entry in node]
    if not isinstance(node, dict):
        return node
    result = {key: _walk(entry, names) for key, entry in node.items() if key not in ("values", "datasets")}
    if result.get("name") in names:
        result["name"] = names[result["name"]]
    if _numeric(domain := node.get("domain", ())):
        # What is round already stays as it was written: 104 does not become 104.0.
        result["domain"] = [old if old == new else new for old, new in zip(domain, rounded(domain), strict=True)]
    if "values" in node:
        result["values"] = _round_rows(node["values"]) if isinstance(node["values"], (list, tuple)) else node["values"]
    if "datasets" in node:
        result["datasets"] = {names[key]: _round_rows(rows) for key, rows in node["datasets"].items()}
    return result


def _round_rows(rows: Sequence[Any]) -> list[Any]:
    if not rows or not all(isinstance(row, dict) for row in rows):
        return list(rows)
    columns = {key: [row.get(key) for row in rows] for key in rows[0]}
    for key, column in columns.items():
        if _numeric(column):
            columns[key] = rounded(column)
    return [{**row, **{key: column[k] for key, column in columns.items()}} for k, row in enumerate(rows)]


def _numeric(values: Any) -> bool:
    return isinstance(values, list) and all(
        v is None or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in values
    )


def bundle(spec: dict[str, Any], **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what a notebook stores of a chart: the specification, a picture, and a sentence with a digest."""
    exact = strict(spec)
    digest = hashlib.sha256(json.dumps(exact, sort_keys=True).encode()).hexdigest()[:12]
    picture = _packed(vl_convert.vegalite_to_png(exact, vl_version=VL_VERSION, scale=2))
    size = {side: int.from_bytes(picture[at : at + 4], "big") // 2 for side, at in (("width", 16), ("height", 20))}
    text = f"{describe(exact)} [{digest}]"
    return {VEGALITE: exact, "image/png": picture, "text/plain": text}, {"image/png": size}


def _packed(png: bytes) -> bytes:
    """Returns the same picture in a third of the bytes: the converter packs for speed, and a notebook is kept."""
    head, pixels, at = png[:8], b"", 8
    chunks = []
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        if kind == b"IDAT":
            pixels += body
        else:
            chunks.append((kind, body))
        at += 12 + size
    chunks.insert(-1, (b"IDAT", zlib.compress(zlib.decompress(pixels), 9)))
    return head + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big") for kind, body in chunks
    )


def describe(spec: dict[str, Any]) -> str:
    """Returns the alternative text of a specification: its own description, or those of the charts it is made of."""
    parts = [part for key in ("hconcat", "vconcat", "concat") for part in spec.get(key, [])]
    return spec.get("description") or " ".join(describe(part) for part in parts) or "A chart without a description."


def picture(chart: alt.TopLevelMixin) -> tuple[str, str]:
    """Returns a chart as an SVG element, and its alternative text."""
    spec = strict(chart.to_dict())
    return vl_convert.vegalite_to_svg(spec, vl_version=VL_VERSION), describe(spec)
