"""Widget: what every explorer is made of, on the Python side: controls as traits, and the code in the page that all share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from socioaffective import theme
from socioaffective.checks import listed, unknown
from socioaffective.quantities import Quantity

RUNTIME = Path(__file__).parents[1] / "web" / "runtime.js"
STEPS = 100
# Each widget carries this much code; the rest lies once in the page, in the runtime.
LOADER = """export default {
  async render({ model, el, host }) {
    const { exports } = await host.getWidget(model.get("runtime"));
    return exports.render({ model, el });
  },
};"""


class Runtime(anywidget.AnyWidget):
    """What all explorers of a page share: the code that integrates, draws and listens."""

    _esm = RUNTIME.read_text(encoding="utf-8")


_shared: list[Runtime] = []


def runtime() -> Runtime:
    """Returns the one runtime of this process, made anew where it has been closed."""
    if not _shared or _shared[0].comm is None:
        _shared[:] = [Runtime()]
    return _shared[0]


class Shown(anywidget.AnyWidget):
    """A widget that the runtime draws from its `spec`; `theme` is "auto", "light" or "dark"."""

    _esm = LOADER
    runtime = anywidget.WidgetTrait().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)

    def __init__(self, spec: Mapping[str, Any], **traits: Any) -> None:
        super().__init__(runtime=runtime(), spec={**spec, "scheme": theme.SCHEMES}, **traits)


class Board(Shown):
    """A widget with controls: each is a trait of its name (with `_` behind it where the name is taken), so that it links and
    observes like any widget's. `.values` is where they stand, `.reset()` puts them back, `.code` is the call that repeats
    what is shown."""

    def __init__(self, controls: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], **traits: Any) -> None:
        self._traits_of = self._free([c["name"] for c in controls])
        self._controls = {c["name"]: c for c in controls}
        made = {self._traits_of[c["name"]]: _trait(c).tag(sync=True) for c in controls}
        self.add_traits(**made)
        super().__init__({**spec, "controls": list(controls), "traits": self._traits_of}, **traits)

    def _free(self, names: Sequence[str]) -> dict[str, str]:
        """Returns the trait of each control: its name, with as many `_` behind it as it takes to be nobody else's."""
        taken = {"self", *vars(self), *dir(type(self))}
        found: dict[str, str] = {}
        for name in names:
            trait = name
            # What begins with `_` and does not end with it is the widget's own, now or later.
            while trait in taken or (trait.startswith("_") and not trait.endswith("_")) or trait in {*names} - {name}:
                trait += "_"
            taken.add(trait)
            found[name] = trait
        return found

    @property
    def values(self) -> dict[str, Any]:
        """Where each control stands, by name."""
        return {name: getattr(self, trait) for name, trait in self._traits_of.items()}

    def reset(self) -> None:
        """Puts every control back to where it began."""
        with self.hold_trait_notifications():
            for name, trait in self._traits_of.items():
                setattr(self, trait, self._controls[name]["value"])

    def slack(self, name: str) -> float:
        """Returns by how much a number may be off in the code: a browser answers with sums of steps, 0.5000000000000001."""
        control = self._controls.get(name)
        moved = control is not None and self.values[name] != control["value"]
        return 1e-9 * control["step"] if control and moved else 0.0


class Number(traitlets.CFloat):
    """A number inside its bounds, which what is no number is not."""

    def validate(self, obj: Any, value: Any) -> float:
        number = super().validate(obj, value)
        if np.isnan(number):
            raise traitlets.TraitError(f"The '{self.name}' trait of {type(obj).__name__} must be a number, not {value!r}.")
        return number


class Label(Number):
    """One of several numbers: the nearest to what is given."""

    def __init__(self, labels: Sequence[float], value: float) -> None:
        self.labels = labels
        super().__init__(value, min=min(labels), max=max(labels))

    def validate(self, obj: Any, value: Any) -> float:
        number = super().validate(obj, value)
        return min(self.labels, key=lambda label: abs(label - number))


def _trait(control: Mapping[str, Any]) -> traitlets.TraitType:
    if "labels" in control:
        return Label(control["labels"], control["value"])
    if "options" in control:
        return traitlets.Enum(control["options"], control["value"])
    return Number(control["value"], min=control["low"], max=control["high"])


def slider(quantity: Quantity, folded: bool = False) -> dict[str, Any]:
    """Returns the control for a quantity, as the page reads it."""
    low, high = quantity.bounds
    begin = f"start of {quantity.label}" if quantity.kind == "state" else quantity.label
    return {"name": quantity.name, "label": begin, "meaning": quantity.meaning, "unit": quantity.unit, "low": low, "high": high,
            "step": step_of(quantity), "value": quantity.value, "folded": folded}  # fmt: skip


def menu(name: Any, words: Any) -> dict[str, Any]:
    """Returns the control that lets the reader choose one of several words."""
    if not isinstance(name, str):
        raise TypeError(f"A choice is named by the argument it is for, such as 'objective', not {name!r}.")
    words = listed(words, f"The words of '{name}'", "['engagement', 'needs']")
    if len(words) < 2 or not all(isinstance(word, str) for word in words):
        raise ValueError(f"'{name}' needs at least two words to choose from, not {words}.")
    if len(set(words)) < len(words):
        raise ValueError(f"'{name}' has a word twice: {words}. Give each once.")
    return {"name": name, "label": name.replace("_", " "), "meaning": "", "options": words, "value": words[0], "folded": False}


def step_of(quantity: Quantity) -> float:
    """Returns a round step, at most a hundredth of the range, that has the default on its grid where a thousandth can.

    >>> import socioaffective as sa
    >>> from socioaffective.explorer.widget import step_of
    >>> step_of(sa.models.ties.parameters["loss"]), step_of(sa.models.co_construction.parameters["personalisation"])
    (0.001, 0.02)
    """
    low, high = quantity.bounds
    top = np.log10((high - low) / STEPS)
    steps = [m * 10.0**k for k in (np.floor(top), np.floor(top) - 1) for m in (5, 2, 1) if m * 10.0**k <= 10**top * (1 + 1e-9)]
    on_grid = (s for s in steps if abs((quantity.value - low) / s - round((quantity.value - low) / s)) < 1e-6)
    return float(f"{next(on_grid, steps[-1]):.3g}")


def written(value: float, slack: float = 0.0) -> str:
    """Returns a number in the fewest digits, from twelve up, that are right to within `slack`."""
    texts = (f"{value:.{digits}g}" for digits in range(12, 18))
    return next(text for text in texts if abs(float(text) - value) <= slack)


def guessed(drawn: Sequence[Mapping[str, Any]], known: Collection[str], predict: str | None) -> str | None:
    """Returns the variable whose curve a reader can guess: the given one, or the first on a time course, or none without one.

    Raises ValueError for one that is not `known`, or that no time course shows.
    """
    courses = [name for view in drawn if view["kind"] == "course" for name in view["names"]]
    if predict is not None and predict not in known:
        raise unknown("variable to predict", predict, known)
    if predict is not None and predict not in courses:
        raise ValueError(
            f"The guess of '{predict}' is drawn over a time course: add sa.views.course('{predict}') to the views."
        )
    return predict or next(iter(courses), None)
