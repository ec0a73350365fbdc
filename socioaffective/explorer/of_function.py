"""The explorer of a function that returns a figure, which the kernel draws: at each move, or once for all choices."""

from __future__ import annotations

import inspect
import itertools
import re
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import traitlets
from altair.utils.schemapi import SchemaValidationError, debug_mode
from tqdm.auto import tqdm

from socioaffective import theme
from socioaffective.checks import listed, unknown
from socioaffective.explorer.widget import Board, menu, slider, written
from socioaffective.quantities import QuantitySymbol

# So many pictures are drawn ahead at most; more would make a notebook heavy.
MOST_AHEAD = 400


class FigureExplorer(Board):
    """Controls for a function that returns a figure, and the figure; made by `explore`.

    `.settings` are its arguments, `.picture` is the figure as SVG, `.alternative` says in words what is shown, or why
    nothing can be.
    """

    picture = traitlets.Unicode().tag(sync=True)
    alternative = traitlets.Unicode().tag(sync=True)
    trouble = traitlets.Bool().tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    drawn = traitlets.Int().tag(sync=True)
    pictures = traitlets.Bytes().tag(sync=True)

    def __init__(self, figure: Callable[..., alt.TopLevelMixin], controls: Sequence[Mapping[str, Any]], ahead: bool) -> None:
        name = getattr(figure, "__name__", "")
        self.figure, self.name = figure, name if name.isidentifier() else "figure"
        self._resting = False
        self._known: dict[tuple, tuple[str, str, bool, list[str]]] = {}
        spec = {"kind": "figure", "title": self.name.replace("_", " "), "file": self.name, "call": self.name, "ahead": ahead}
        spec["pairs"] = theme.pairs()
        super().__init__(controls, spec)
        if ahead:
            self.pictures = self._ahead()
        self.draw()
        self.observe(self._moved, names=list(self._traits_of.values()))

    def __repr__(self) -> str:
        return f"Explorer({self.name}: {', '.join(self._controls)})"

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of the function as the controls stand."""
        return self.values

    @property
    def code(self) -> str:
        """The call that repeats the present figure."""
        now = self.values.items()
        words = [f"{n}={v!r}" if isinstance(v, str) else f"{n}={written(v, self.slack(n))}" for n, v in now]
        return f"{self.name}({', '.join(words)})"

    def reset(self) -> None:
        """Puts every control back to where it began and draws once."""
        self._resting = True
        super().reset()
        self._resting = False
        self.draw()

    def _moved(self, _: Any) -> None:
        # Several controls that move at once ask one after the other for the same figure.
        if not self._resting and self._shown != self.values:
            self.draw()

    def draw(self) -> None:
        """Computes the figure at the present controls and shows it, or says why it cannot."""
        self._shown = self.values
        with self.hold_sync():
            self.picture, self.alternative, self.trouble, self.notes = self._drawn(self.values)
            self.drawn += 1

    def _drawn(self, settings: Mapping[str, Any]) -> tuple[str, str, bool, list[str]]:
        if known := self._known.get(tuple(settings.values())):
            return known
        try:
            with warnings.catch_warnings(record=True) as noticed:
                warnings.simplefilter("always", UserWarning)
                picture, alternative = theme.picture(chart_of(self.name, self.figure, settings))
        except (RuntimeError, ValueError, SchemaValidationError) as error:
            return "", str(error), True, []
        return picture, alternative, False, list(dict.fromkeys(str(w.message) for w in noticed))

    def _ahead(self) -> bytes:
        """Returns the pictures of all choices, first control slowest, each with its words, packed together."""
        choices = list(itertools.product(*(c["options"] for c in self._controls.values())))
        if len(choices) > MOST_AHEAD:
            raise ValueError(f"These controls have {len(choices)} choices; at most {MOST_AHEAD} pictures are drawn ahead.")
        parts = []
        # The first is checked by Altair, which takes half of the time; the others are made in the same way.
        for k, chosen in enumerate(tqdm(choices, desc=self.name, disable=len(choices) < 50, leave=False)):
            with debug_mode(k == 0):
                self._known[chosen] = self._drawn(dict(zip(self._controls, chosen, strict=True)))
            picture, alternative, trouble, notes = self._known[chosen]
            parts.append("\x1f".join([_lean(picture), alternative, str(int(trouble)), *notes]))
        return zlib.compress("\x1e".join(parts).encode(), 9)


def _lean(picture: str) -> str:
    """Returns an SVG without what only a program that edits it reads."""
    return re.sub(r' aria-\w+="[^"]*"| class="[^"]*"| role="[^"]*"', "", picture)


def chart_of(name: str, figure: Callable[..., Any], settings: Mapping[str, Any]) -> alt.TopLevelMixin:
    """Returns the figure that a function of the reader makes; whatever it raises is an error that the view can show."""
    try:
        chart = figure(**settings)
    except (RuntimeError, ValueError):
        raise
    except Exception as error:
        raise RuntimeError(f"{name} raised {type(error).__name__}: {error}.") from error
    if not isinstance(chart, alt.TopLevelMixin):
        raise ValueError(f"{name} must return a figure, such as one of sa.figures, not {type(chart).__name__}.")
    return chart


def controls_of(given: Any) -> list[dict[str, Any]]:
    """Returns the controls of a function: sliders for quantities, menus for choices."""
    found: dict[str, dict[str, Any]] = {}
    for each in listed(given or [], "controls", "[sa.parameter('patience', ...), {'objective': ['engagement', 'needs']}]"):
        if isinstance(each, Mapping):
            made = {name: menu(name, words) for name, words in each.items()}
        elif isinstance(each, QuantitySymbol):
            made = {each.name: slider(each.quantity)}
        else:
            raise TypeError(
                f"A control is made by sa.parameter, or a mapping from a name to words to choose from, not {each!r}."
            )
        if twice := set(made) & set(found):
            raise ValueError(f"The control '{min(twice)}' is given twice.")
        found |= made
    if not found:
        raise ValueError("A function is explored by its arguments: give at least one control.")
    return list(found.values())


def refuse_other_arguments(figure: Callable, names: Sequence[str]) -> None:
    """Raises ValueError where the controls are not the arguments of a function."""
    try:
        arguments = inspect.signature(figure).parameters.values()
    except (TypeError, ValueError):  # some functions written in C have none
        return
    kinds = {p.name: p.kind for p in arguments}
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    by_name = [n for n, kind in kinds.items() if kind in named]
    called = getattr(figure, "__name__", "the function")
    if inspect.Parameter.VAR_KEYWORD not in kinds.values():
        for name in names:
            if name not in by_name:
                raise unknown(f"argument of {called}", name, by_name)
    for p in arguments:
        if p.name not in names and p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            raise ValueError(f"{called} needs '{p.name}' too: give it a control, or a default in the function.")
