"""Views: the linked pictures of an explorer, each a description that the page draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import sympy

from socioaffective import theme
from socioaffective.checks import listed, mapped, number, unknown, whole
from socioaffective.model import Model
from socioaffective.views.lights import Light, at, light, over_time, stable_states

__all__ = [
    "Light",
    "View",
    "at",
    "authorship",
    "cobweb",
    "course",
    "diagram",
    "fan",
    "light",
    "multiples",
    "needs",
    "path",
    "phase_line",
    "phase_plane",
    "region",
    "stable_states",
    "trace_determinant",
]


@dataclass(frozen=True)
class View:
    """A picture that an explorer can show; made by the functions of `sa.views`, such as `sa.views.course`.

    `kind` names it; `described(model)` is what the page draws it from.

    >>> import socioaffective as sa
    >>> sa.views.course("ties").kind
    'course'
    """

    kind: str
    describe: Callable[[Model], dict[str, Any]]

    def __repr__(self) -> str:
        return f"View('{self.kind}')"

    def described(self, model: Any) -> dict[str, Any]:
        """Returns what the page needs to draw this view of a model; ValueError where the model has no such view."""
        return {"kind": self.kind, **self.describe(model)}


def _known(name: Any, what: str, known: Iterable[str]) -> None:
    """Raises ValueError for what is no name among those known."""
    names = list(known)
    if not isinstance(name, str) or name not in names:
        raise unknown(what, name, names)


def _planar(model: Model, what: str) -> None:
    if len(model.states) != 2:
        raise ValueError(f"{what} needs a model of two states; '{model.title}' has {len(model.states)}.")


def course(*names: str, twin: bool = False) -> View:
    """Returns the view of quantities over time: states and observables, unless told otherwise.

    Inputs: `names` of states, levers or observables. Keyword: `twin` draws the same person without the assistant too, dashed.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.companion, ["cues"], views=[sa.views.course("ties", twin=True)])
    Explorer('Companion': cues)
    """

    once = tuple(one for k, one in enumerate(names) if one not in names[:k])

    def describe(model: Model) -> dict[str, Any]:
        return {"names": over_time(model, once or (*model.states, *model.observables), "a time course"), "twin": bool(twin)}

    return View("course", describe)


def phase_plane(basins: bool = True) -> View:
    """Returns the view of a model of two states at once: the path, whose start can be dragged, nullclines, rest points,
    separatrices and, where `basins` is true, basins.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.companion, ["cues"], views=[sa.views.phase_plane()])
    Explorer('Companion': cues)
    """

    def describe(model: Model) -> dict[str, Any]:
        _planar(model, "A phase plane")
        return {"basins": bool(basins) and model.clock == "continuous"}

    return View("phase_plane", describe)


def path(x: str, y: str) -> View:
    """Returns the view of a run against two of its variables, whatever the number of states.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.ecosystem, ["access"], views=[sa.views.path("engagement", "wellbeing")])
    Explorer('Ecosystem': access)
    """
    return View("path", lambda model: dict(zip(("x", "y"), over_time(model, (x, y), "a path"), strict=True)))


def phase_line() -> View:
    """Returns the view of a model of one state: its rate of change against the state, with rest points and a start to drag.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.mirror, ["exaggeration"], views=[sa.views.phase_line()])
    Explorer('Mirror': exaggeration)
    """

    def describe(model: Model) -> dict[str, Any]:
        if len(model.states) != 1 or model.clock != "continuous":
            raise ValueError(f"A phase line needs a continuous model of one state; '{model.title}' is another.")
        return {}

    return View("phase_line", describe)


def cobweb() -> View:
    """Returns the view of a map of one state: the next value against the present one, and the run as a cobweb.

    >>> import socioaffective as sa
    >>> x = sa.state("x", start=0.2)
    >>> r = sa.parameter("r", 2.8, (0, 4))
    >>> sa.explore(sa.Model("Map", {x: r * x * (1 - x)}, clock="discrete"), ["r"], weeks=30, views=[sa.views.cobweb()])
    Explorer('Map': r)
    """

    def describe(model: Model) -> dict[str, Any]:
        if len(model.states) != 1 or model.clock != "discrete":
            raise ValueError(f"A cobweb needs a discrete model of one state; '{model.title}' is another.")
        return {}

    return View("cobweb", describe)


def diagram(setting: str, state: str | None = None, loop: bool = False) -> View:
    """Returns the view of all rest points along a parameter, lever or input, with the present value as a line to drag.

    Inputs: `setting`, its name; `state`, the one to draw (the last one unless told otherwise). Keyword: `loop` adds the
    jumps of the hysteresis loop. For models of one or two states.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.companion, ["cues"], views=[sa.views.diagram("cues", loop=True)])
    Explorer('Companion': cues)
    """

    def describe(model: Model) -> dict[str, Any]:
        if len(model.states) > 2 or model.clock != "continuous":
            raise ValueError(f"A diagram needs a continuous model of one or two states; '{model.title}' is another.")
        _known(setting, "parameter, lever or input for a diagram", model.settings)
        drawn = list(model.states)[-1] if state is None else state
        _known(drawn, "state for a diagram", model.states)
        return {"setting": setting, "state": drawn, "loop": bool(loop)}

    return View("diagram", describe)


def trace_determinant() -> View:
    """Returns the view of a planar model's rest points in the trace-determinant plane; the dot can be dragged, and the controls
    move by the least that takes it there.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.co_construction, ["influence"], views=[sa.views.trace_determinant()])
    Explorer('Co-construction': influence)
    """

    def describe(model: Model) -> dict[str, Any]:
        _planar(model, "The trace-determinant plane")
        if model.clock != "continuous":
            raise ValueError(f"The trace-determinant plane is for continuous models; '{model.title}' moves in steps.")
        return {}

    return View("trace_determinant", describe)


def needs() -> View:
    """Returns the view of satisfaction against frustration, a path from square to dot for each need.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.needs, ["engagement"], views=[sa.views.needs()])
    Explorer('Needs': engagement)
    """

    def describe(model: Model) -> dict[str, Any]:
        known = [*model.states, *model.observables]
        pairs = [[n, f"{n}_frustration"] for n in known if f"{n}_frustration" in known]
        if {"satisfaction", "frustration"} <= set(known):
            pairs.append(["satisfaction", "frustration"])
        if not pairs:
            raise ValueError(f"The plane of needs needs a satisfaction and a frustration; '{model.title}' has none.")
        return {"pairs": pairs}

    return View("needs", describe)


def authorship() -> View:
    """Returns the view of who has authored the preference at rest: the person's own share and the assistant's.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.co_construction, ["steering"], views=[sa.views.authorship()])
    Explorer('Co-construction': steering)
    """

    def describe(model: Model) -> dict[str, Any]:
        share = over_time(model, ("authorship",), "the bar of authorship")[0]
        return {"share": share, "inks": [list(theme.colours(name)) for name in ("preference", "offer")]}

    return View("authorship", describe)


def fan(name: str, spread: Mapping[str, float], people: int = 100) -> View:
    """Returns the view of many people over time: the median and the bands that hold half and nine tenths of them.

    Inputs: `name`, what is drawn; `spread`, such as `{"ties": 0.2}`, by how much each quantity differs between people: evenly,
    up to so much below and above its control, inside its bounds. Keyword: `people`, from 10 to 400.

    >>> import socioaffective as sa
    >>> sa.explore(sa.models.companion, ["cues"], views=[sa.views.fan("ties", {"ties": 0.2, "decay": 0.1})])
    Explorer('Companion': cues)
    """

    def describe(model: Model) -> dict[str, Any]:
        known = {**model.states, **model.settings}
        given = mapped(spread, "spread", "{'ties': 0.2}")
        if not given:
            raise ValueError("A fan needs something in which people differ, such as spread={'ties': 0.2}.")
        for one in given:
            _known(one, "state, parameter, lever or input to spread", known)
        sizes = {n: number(v, f"The spread of '{n}'", (0, known[n].bounds[1] - known[n].bounds[0])) for n, v in given.items()}
        (drawn,) = over_time(model, (name,), "a fan")
        return {"name": drawn, "spread": sizes, "people": whole(people, "people", 10, 400)}

    return View("fan", describe)


def multiples(over: str, *names: str) -> View:
    """Returns the view of small multiples: the same quantities over time, once for each choice of a control that is a menu.

    Inputs: `over`, the name of the control; `names`, what to draw.

    >>> import socioaffective as sa
    >>> harmless = sa.models.companion.replace(cues=0.2)
    >>> two = {"bridging": harmless, "binding": sa.models.companion}
    >>> sa.explore(two, ["ties"], views=[sa.views.multiples("model", "ties")])
    Explorer('Companion': model, ties)
    """

    def describe(model: Model) -> dict[str, Any]:
        return {"over": over, "names": over_time(model, names or tuple(model.states), "small multiples")}

    return View("multiples", describe)


def region(x: str, y: str, margin: Any, words: tuple[str, str] = ("holds", "fails")) -> View:
    """Returns the view of where, in the plane of two of a model's quantities, an expression is positive, and the present point.

    Inputs: `x` and `y`, names of settings or states (for their start); `margin`, an expression in the model's symbols;
    `words` for where it is positive and for where it is not. The point can be dragged where the explorer has those controls.

    >>> import socioaffective as sa
    >>> q, lam = (sa.models.scaffold.symbols[n] for n in ("help_quality", "learning"))
    >>> patient = sa.views.region("help_quality", "learning", lam * (1 - q) / q - 0.05, ("practises", "is helped"))
    >>> sa.explore(sa.models.scaffold, ["help_quality", "learning"], views=[patient])
    Explorer('Scaffold': help_quality, learning)
    """

    def describe(model: Model) -> dict[str, Any]:
        from socioaffective.javascript import expression_body

        for name in (x, y):
            _known(name, "state, parameter, lever or input for a region", {**model.states, **model.settings})
        if x == y:
            raise ValueError(f"The plane of a region has two different quantities, not '{x}' twice.")
        if (
            isinstance(words, str)
            or not isinstance(words, Sequence)
            or [isinstance(word, str) for word in words] != [True, True]
        ):
            raise ValueError(f"words are two, for where it holds and where it fails, not {words!r}.")
        if not isinstance(margin, (sympy.Basic, Real)):
            raise TypeError(f"The margin of a region is an expression in the model's symbols, not {margin!r}.")
        return {"x": x, "y": y, "margin": expression_body([margin], model), "words": list(words)}

    return View("region", describe)


def chosen(given: Any, default: list[View]) -> list[View]:
    """Returns views once they are some."""
    if given is None:
        return default
    views = listed(given, "views", "[sa.views.course('ties'), sa.views.phase_plane()]")
    for one in views:
        if not isinstance(one, View):
            raise TypeError(f"A view is made by sa.views, such as sa.views.course('ties'), not {one!r}.")
    if not views:
        raise ValueError("An explorer needs at least one view.")
    return views
