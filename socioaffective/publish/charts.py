"""Charts of a page: pictures inside the page itself, in the colours of the reader's theme."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

import vl_convert

from socioaffective import theme

LOW, HIGH = (tuple(theme.SCHEMES[name][end] for name in ("light", "dark")) for end in ("low", "high"))
# A title inside a mark is what browsers show under the pointer.
SAYING = r"<path\2\3><title>\1</title></path>"


def figure(spec: dict[str, Any], text: str, number: int) -> str:
    """Returns a Vega-Lite specification as a picture in HTML, with its alternative text; `number` keeps its names apart."""
    svg = vl_convert.vegalite_to_svg(spec, vl_version=theme.VL_VERSION)
    svg = re.sub(rf'<path aria-label="([^"]*)"([^>]*) aria-roledescription="{theme.TOLD}"([^>]*)/>', SAYING, svg)
    # The picture is described as a whole; its other parts say nothing that helps.
    svg = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\1figure{number}-", svg)
    return described(svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(text)}" ', 1))


def described(picture: str) -> str:
    """Returns a picture in the frame that the page gives to charts."""
    return f'<figure class="chart">{picture}</figure>'


def alternative(text: str) -> str:
    """Returns what a chart shows, without the digest that tests compare.

    >>> from socioaffective.publish.charts import alternative
    >>> alternative("Autonomy falls from 1 to 0.3. [0123456789ab]")
    'Autonomy falls from 1 to 0.3.'
    """
    return re.sub(r"\s*\[[0-9a-f]{12}\]$", "", text)


def recoloured(body: str) -> str:
    """Returns the style rules that show the workbook's colours in either theme, for those that a page uses."""
    rules = []
    for name in ("fill", "stroke"):
        for written in sorted(set(re.findall(rf'\b{name}="(#[0-9A-Fa-f]{{3,6}})"', body))):
            if pair := both(written):
                rules.append(f'.chart [{name}="{written}"] {{ {name}: light-dark({pair[0]}, {pair[1]}); }}\n')
    return "".join(rules)


def both(colour: str) -> tuple[str, str] | None:
    """Returns a colour of the workbook in light and in dark, whichever it is given in, or None for any other colour.

    >>> from socioaffective.publish.charts import both
    >>> both("#0072B2") == both("#56B4E9") == ("#0072B2", "#56B4E9")
    True
    """
    return _pairs().get(colour.upper())


@cache
def _pairs() -> dict[str, tuple[str, str]]:
    pairs = theme.pairs()
    for share in range(1001):
        light, dark = (_between(LOW[k], HIGH[k], share / 1000) for k in (0, 1))
        pairs.append((light, dark))
    # A colour that both themes have is the light one: charts are light unless they were asked to be dark.
    return {dark: (light, dark) for light, dark in reversed(pairs)} | {light: (light, dark) for light, dark in reversed(pairs)}


def _between(low: str, high: str, share: float) -> str:
    ends = (tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5)) for colour in (low, high))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in zip(*ends, strict=True))
