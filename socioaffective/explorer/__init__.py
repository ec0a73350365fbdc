"""Explorer: controls made from a model's own metadata, and the linked pictures that they move."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import xarray as xr

from socioaffective.checks import listed, number
from socioaffective.explorer.of_function import FigureExplorer, controls_of, refuse_other_arguments
from socioaffective.explorer.of_model import Explorer, default_views, names_of
from socioaffective.explorer.of_table import TableExplorer, variables_of
from socioaffective.explorer.prediction import Prediction, predict
from socioaffective.explorer.widget import Board
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.policies import Climber
from socioaffective.policies.climbing import closed_by
from socioaffective.views import View, chosen
from socioaffective.views.lights import Light, over_time

__all__ = ["Board", "Explorer", "FigureExplorer", "Prediction", "TableExplorer", "explore", "predict"]

# The most points of a run of a discrete model that a page draws at every move.
MOST_STEPS = 5000


def explore(
    model: Model | Mapping[str, Model] | xr.Dataset | Callable[..., alt.TopLevelMixin],
    controls: Sequence[Any] | None = None,
    show: Sequence[str] | str | None = None,
    weeks: float = 104,
    *,
    views: Sequence[View] | None = None,
    policy: Climber | None = None,
    lights: Sequence[Light] = (),
    predict: str | None = None,
    ahead: bool = False,
    choice: str = "model",
    called: str | None = None,
) -> Board:
    """Returns a widget: controls, and the linked pictures that they move, of a model, a table of runs, or a function.

    Of a model, which the page integrates by itself, without a kernel. Inputs: `model`, or a mapping from words to models of
    the same quantities, which the reader can choose from; `controls`, the names to give a slider (parameters, levers,
    inputs, or states for their start; unless told otherwise everything, with the parameters folded away); `show`, the
    variables over time (states and observables unless told otherwise; none, as `[]`, for no time course); `weeks`, how long
    (steps, for a discrete model). Keywords: `views`, what to show instead, from `sa.views`; `policy`, a
    `sa.policies.climber` to close the model with; `lights`, claims that hold or fail, from `sa.views.light`; `predict`, a
    variable whose curve the reader draws before it is shown. Labels, ranges and meanings come from the model. Beside the
    time course stands the phase plane; with one state the rate of change (of a discrete model the cobweb), with three or
    more the path of the first two. A model with noise is shown without it.

    The code that repeats a run names a model of the catalogue by itself; for a model of your own, or a table, `called` is the
    name that it has in your notebook. `choice` names the menu of several models.

    Of a table, such as a sweep: each dimension beside time is a control, `show` are the variables.

    Of a function that returns a figure, which the kernel draws: `controls` are its arguments, each a quantity made by
    `sa.parameter`, which becomes a slider, or a mapping from a name to the words to choose from. What the function raises
    is shown in place of the figure. With `ahead`, where all controls are menus, every figure is drawn at once, so that the
    explorer needs no kernel afterwards.

    Every control is a trait of its name: it can be set, linked and observed.

    Raises ValueError for a name that the model or the function does not have, and for an argument that is left without a
    control, TypeError for what is no control, no list of names, no number of weeks or no function.

    >>> import socioaffective as sa
    >>> view = sa.explore(sa.models.companion, controls=["cues", "ties"])
    >>> view.cues = 0.9
    >>> view.code
    'sa.simulate(sa.models.companion, weeks=104, cues=0.9)'

    >>> def course(cues, variable):
    ...     return sa.figures.time_course(sa.simulate(sa.models.companion, cues=cues), variable)
    >>> cues = sa.parameter("cues", 0.5, (0, 1), "1", "how strongly it binds")
    >>> sa.explore(course, controls=[cues, {"variable": ["ties", "wanting"]}]).code
    "course(cues=0.5, variable='ties')"
    """
    if isinstance(model, xr.Dataset):
        _refuse(model=model, weeks=weeks != 104, controls=controls, policy=policy, ahead=ahead)
        names = variables_of(model, None if show is None else _names(show))
        drawn = None if views is None else chosen(views, [])
        return TableExplorer(model, names, drawn, _lights(lights), predict, _word(called, "runs"))
    if callable(model) and not isinstance(model, (Model, type)):
        only = {
            "called": called,
            "show": show is not None,
            "views": views,
            "policy": policy,
            "lights": lights,
            "predict": predict,
        }
        _refuse(weeks=number(weeks, "weeks") != 104, **only)
        made = controls_of(controls)
        refuse_other_arguments(model, [one["name"] for one in made])
        if ahead and any("options" not in one for one in made):
            raise ValueError("Figures can be drawn ahead where all controls are menus; a slider has too many values.")
        return FigureExplorer(model, made, bool(ahead))
    if ahead:
        raise ValueError("ahead is for exploring a function; a model is computed by the page itself.")
    choices = _choices(model)
    called = _word(called, "models" if len(choices) > 1 else "model")
    if policy is not None and not isinstance(policy, Climber):
        raise TypeError(f"A page can compute sa.policies.climber; for another policy explore a function, not {policy!r}.")
    first = next(iter(choices.values()))
    first = first if policy is None else closed_by(policy, first)
    everything = [*first.levers, *first.inputs, *first.states, *first.parameters]
    names = everything if controls is None else names_of(first, listed(controls, "controls", "['cues', 'ties']"))
    if twice := {n for n in names if names.count(n) > 1}:
        raise ValueError(f"The control '{min(twice)}' is given twice.")
    shown = [] if show is None else over_time(first, tuple(_names(show)), "a time course")
    weeks = number(weeks, f"weeks (the length of the run in {CLOCKS[first.clock]}s)")
    if weeks <= 0 or (first.clock == "discrete" and (weeks != int(weeks) or weeks > MOST_STEPS)):
        raise ValueError(f"weeks must be above 0, and for a discrete model a whole number up to {MOST_STEPS}, not {weeks:g}.")
    default = default_views(first, shown)
    drawn = chosen(views, default[1:] if show is not None and not shown else default)
    return Explorer(choices, names, drawn, weeks, controls is None, policy, _lights(lights), predict, _word(choice), called)


def _word(given: str | None, otherwise: str = "") -> str:
    """Returns a name that can stand in code."""
    if given is None:
        return otherwise
    if not isinstance(given, str) or not given.isidentifier():
        raise ValueError(f"choice and called are names, such as 'sees' and 'asked', not {given!r}.")
    return given


def _lights(given: Any) -> list[Light]:
    lights = listed(given, "lights", "[sa.views.light('Ties are lost', sa.views.at('ties', 104) < 0.1)]")
    for light in lights:
        if not isinstance(light, Light):
            raise TypeError(f"A light is made by sa.views.light, not {light!r}.")
    return lights


def _names(show: Any) -> list:
    return [show] if isinstance(show, str) else listed(show, "show", "['wanting', 'ties']")


def _refuse(**given: Any) -> None:
    """Raises ValueError for options that are for exploring a model."""
    model = given.pop("model", None)
    for name, value in given.items():
        if value is not None and value is not False and value != ():
            what = "a table of runs" if model is not None else "a function"
            raise ValueError(f"{name} is for exploring a model; {what} says itself what it shows.")


def _choices(model: Any) -> dict[str, Model]:
    """Returns the models to choose from, once they have the same quantities; a single one under an empty word."""
    if not isinstance(model, Mapping):
        return {"": a_model(model)}
    if len(model) < 2 or not all(isinstance(word, str) for word in model):
        raise ValueError("A choice of models needs at least two, by words: sa.explore({'bridging': one, 'binding': other}).")
    for one in model.values():
        a_model(one)
    first, *others = model.values()
    for one in others:
        if list(one.states) != list(first.states) or list(one.settings) != list(first.settings):
            raise ValueError(f"'{one.title}' and '{first.title}' have different states or settings, so they share no controls.")
        if one.clock != first.clock:
            raise ValueError(f"'{one.title}' and '{first.title}' keep different clocks.")
    return dict(model)
