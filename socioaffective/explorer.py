"""Explorer: sliders made from a model's own metadata, and the pictures they move."""

from __future__ import annotations

import html
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import ipywidgets as widgets
import numpy as np
from altair.utils.schemapi import SchemaValidationError

from socioaffective import figures, models, theme
from socioaffective.checks import listed, number, unknown
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.quantities import Quantity, QuantitySymbol
from socioaffective.simulation import simulate

STEPS = 100


class Board(widgets.VBox):
    """Controls and the picture they move. `.sliders` maps each name to its control, `.alternative` says in words what is shown
    (or why nothing can be), `.code` is the call that repeats it, and `.reset()` goes back to the defaults."""

    code = ""

    def __init__(self, controls: Mapping[str, widgets.Widget], folded: Sequence[str] = ()) -> None:
        self.sliders = dict(controls)
        self.defaults = {name: control.value for name, control in controls.items()}
        self.view, self.call = widgets.HTML(), widgets.HTML()
        self.alternative = ""
        self._paused = False
        for control in self.sliders.values():
            control.observe(lambda change: self.draw(), names="value")
        button = widgets.Button(description="Reset", tooltip="Put every slider back where it began")
        button.on_click(lambda _: self.reset())
        shown = [n for n in self.sliders if n not in folded]
        first = _beside([self.sliders[n] for n in shown or folded])
        rest = [_beside([self.sliders[n] for n in folded])] if shown and folded else []
        more = [widgets.Accordion(rest, titles=["parameters"])] if rest else []
        super().__init__([widgets.VBox([first, *more, button, self.call]), self.view])
        self.draw()

    def reset(self) -> None:
        """Puts every control back to its default and draws once."""
        self._paused = True
        for name, control in self.sliders.items():
            control.value = self.defaults[name]
        self._paused = False
        self.draw()

    def draw(self) -> None:
        """Computes the picture at the present controls and shows it, or says why it cannot."""
        if self._paused:
            return
        self.call.value = f"<code>{html.escape(self.code)}</code>"
        try:
            with warnings.catch_warnings(record=True) as noticed:
                warnings.simplefilter("always", UserWarning)
                picture, self.alternative = theme.picture(self._chart())
        except (RuntimeError, ValueError, SchemaValidationError) as error:
            self.alternative = str(error)
            self.view.value = f"<p role='alert'>{html.escape(self.alternative)}</p>"
            return
        label = html.escape(self.alternative, quote=True)
        said = "".join(
            f"<p role='status'>{html.escape(str(w.message))}</p>" for w in {str(w.message): w for w in noticed}.values()
        )
        self.view.value = f"<div role='img' aria-label='{label}' style='overflow-x:auto'>{picture}</div>{said}"

    def _slack(self, name: str) -> float:
        """Returns by how much a number may be off in the code: a browser answers with sums of steps, 0.5000000000000001."""
        control = self.sliders.get(name)
        return 0.0 if control is None or control.value == self.defaults[name] else 1e-9 * control.step

    def _chart(self) -> alt.TopLevelMixin:
        raise NotImplementedError


class Explorer(Board):
    """Sliders for a model and the view they move; made by `explore`.

    Beside what every board has, `.settings` and `.start` say where the sliders stand.
    """

    def __init__(
        self, model: Model, names: Sequence[str], show: Sequence[str], weeks: float, fold: bool, beside: Any, below: Any
    ) -> None:
        self.model, self.show, self.weeks, self.beside, self.below = model, list(show), weeks, beside, below
        quantities = {**model.settings, **model.states}
        folded = [n for n in names if quantities[n].kind == "parameter"] if fold else []
        super().__init__({name: _slider(quantities[name]) for name in names}, folded)

    def __repr__(self) -> str:
        return f"Explorer('{self.model.title}': {', '.join(self.sliders)})"

    @property
    def settings(self) -> dict[str, float]:
        """Parameters, levers and inputs as the sliders stand."""
        return {n: s.value for n, s in self.sliders.items() if n in self.model.settings}

    @property
    def start(self) -> dict[str, float]:
        """Start values as the sliders stand."""
        return {n: s.value for n, s in self.sliders.items() if n in self.model.states}

    @property
    def code(self) -> str:
        """The call that repeats the present run: for a model of the catalogue it runs as it is."""
        name = models.name_of(self.model)
        known = (models[name] if name else self.model).quantities
        now = {n: q.value for n, q in {**self.model.states, **self.model.settings}.items()} | self.start | self.settings
        moved = {n: _written(v, self._slack(n)) for n, v in now.items() if abs(v - known[n].value) > self._slack(n)}
        start = {n: float(v) for n, v in moved.items() if n in self.model.states}
        words = [f"weeks={_written(self.weeks)}", *([f"start={start}"] if start else [])]
        words += [f"{n}={v}" for n, v in moved.items() if n not in start]
        return f"sa.simulate({f'sa.models.{name}' if name else 'model'}, {', '.join(words)})"

    def _chart(self) -> alt.TopLevelMixin:
        run = simulate(self.model, self.weeks, self.start, **self.settings)
        course = figures.time_course(run, self.show, width=360, height=280) if self.show else None
        states = list(self.model.states)
        if self.beside is not None:
            beside = _drawn("beside", self.beside, run)
        elif len(states) == 1 and self.model.clock == "discrete":
            beside = figures.cobweb(self.model, run, width=280, height=280, **self.settings)
        elif len(states) == 1:
            beside = figures.phase_line(self.model, run, width=280, height=280, **self.settings)
        elif len(states) == 2:
            beside = figures.phase_plane(self.model, run, width=280, height=280, **self.settings)
        else:
            beside = figures.path(run, states[0], states[1], width=280, height=280)
        pair = alt.hconcat(course, beside, spacing=30) if self.show else beside
        return pair if self.below is None else alt.vconcat(pair, _drawn("below", self.below, run), spacing=20)


class FigureExplorer(Board):
    """Controls for a function that returns a figure, and the figure; made by `explore`. `.settings` are its arguments."""

    def __init__(self, figure: Callable[..., alt.TopLevelMixin], controls: Mapping[str, widgets.Widget]) -> None:
        name = getattr(figure, "__name__", "")
        self.figure, self.name = figure, name if name.isidentifier() else "figure"
        super().__init__(controls)

    def __repr__(self) -> str:
        return f"Explorer({self.name}: {', '.join(self.sliders)})"

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of the function as the controls stand."""
        return {name: control.value for name, control in self.sliders.items()}

    @property
    def code(self) -> str:
        """The call that repeats the present figure."""
        now = self.settings.items()
        words = [f"{n}={v!r}" if isinstance(v, str) else f"{n}={_written(v, self._slack(n))}" for n, v in now]
        return f"{self.name}({', '.join(words)})"

    def _chart(self) -> alt.TopLevelMixin:
        return _drawn(self.name, self.figure, **self.settings)


def _drawn(name: str, figure: Callable[..., Any], *given: Any, **settings: Any) -> alt.TopLevelMixin:
    """Returns the figure that a function of the reader makes; whatever it raises is an error that the view can show."""
    try:
        chart = figure(*given, **settings)
    except (RuntimeError, ValueError):
        raise
    except Exception as error:
        raise RuntimeError(f"{name} raised {type(error).__name__}: {error}.") from error
    if not isinstance(chart, alt.TopLevelMixin):
        raise ValueError(f"{name} must return a figure, such as one of sa.figures, not {type(chart).__name__}.")
    return chart


def _written(value: float, slack: float = 0.0) -> str:
    """Returns a number in the fewest digits, from twelve up, that are right to within `slack`."""
    texts = (f"{value:.{digits}g}" for digits in range(12, 18))
    return next(text for text in texts if abs(float(text) - value) <= slack)


def explore(
    model: Model | Callable[..., alt.TopLevelMixin],
    controls: Sequence[Any] | None = None,
    show: Sequence[str] | str | None = None,
    weeks: float = 104,
    beside: Callable[[Any], alt.Chart] | None = None,
    below: Callable[[Any], alt.Chart] | None = None,
) -> Board:
    """Returns a widget: controls, and the picture that they move, of a model or of a function that returns a figure.

    Of a model: a slider for each quantity and, beside each other, the time course and the phase plane. Inputs: `model`;
    `controls`, the names to give a slider (parameters, levers, inputs, or states for their start; unless told otherwise
    everything, with the parameters folded away); `show`, the variables over time (states and observables unless told
    otherwise; none, as `[]`, for no time course); `weeks`, how long (steps, for a discrete model); `beside`, a figure of the
    run to show in place of the phase plane, such as `sa.figures.need_plane`; `below`, one to show under both. Labels, ranges
    and meanings come from the model. With one state the rate of change (of a discrete model the cobweb) stands in for the
    phase plane, with three or more the path of the first two.

    Of a function: `controls` are its arguments, each a quantity made by `sa.parameter`, which becomes a slider, or a mapping
    from a name to the words to choose from. What the function raises is shown in place of the figure.

    Raises ValueError for a name that the model or the function does not have, and for an argument that is left without a
    control, TypeError for what is no control, no list of names, no number of weeks or no function.

    >>> import socioaffective as sa
    >>> view = sa.explore(sa.models.companion, controls=["cues", "ties"])
    >>> view.sliders["cues"].value = 0.9
    >>> view.code
    'sa.simulate(sa.models.companion, weeks=104, cues=0.9)'

    >>> def course(cues, variable):
    ...     return sa.figures.time_course(sa.simulate(sa.models.companion, cues=cues), variable)
    >>> cues = sa.parameter("cues", 0.5, (0, 1), "1", "how strongly it binds")
    >>> sa.explore(course, controls=[cues, {"variable": ["ties", "wanting"]}]).code
    "course(cues=0.5, variable='ties')"
    """
    if callable(model) and not isinstance(model, (Model, type)):
        if any(given is not None for given in (show, beside, below)) or number(weeks, "weeks") != 104:
            raise ValueError("show, weeks, beside and below are for exploring a model; a function says itself what it shows.")
        made = _controls(controls)
        _refuse_other_arguments(model, made)
        return FigureExplorer(model, made)
    a_model(model)
    names = (
        listed(controls, "controls", "['cues', 'ties']")
        if controls is not None
        else [*model.levers, *model.inputs, *model.states, *model.parameters]
    )
    for name in names:
        if not isinstance(name, str) or name not in {**model.states, **model.settings}:
            raise unknown("parameter, lever, input or state", name, [*model.settings, *model.states])
    known = [*model.states, *model.levers, *model.observables]
    if show is None:
        shown = [*model.states, *model.observables]
    else:
        shown = [show] if isinstance(show, str) else listed(show, "show", "['wanting', 'ties']")
    for name in shown:
        if not isinstance(name, str) or name not in known:
            raise unknown("state, lever or observable", name, known)
    weeks = number(weeks, f"weeks (the length of the run in {CLOCKS[model.clock]}s)")
    for word, figure in (("beside", beside), ("below", below)):
        if figure is not None and not callable(figure):
            raise TypeError(f"{word} must be a function that draws a run, such as sa.figures.need_plane, not {figure!r}.")
    return Explorer(model, names, shown, weeks, controls is None, beside, below)


def _controls(given: Any) -> dict[str, widgets.Widget]:
    """Returns the controls of a function by name: sliders for quantities, menus for choices."""
    found: dict[str, widgets.Widget] = {}
    for each in listed(given or [], "controls", "[sa.parameter('patience', ...), {'objective': ['engagement', 'needs']}]"):
        if isinstance(each, Mapping):
            made = {name: _menu(name, words) for name, words in each.items()}
        elif isinstance(each, QuantitySymbol):
            made = {each.name: _slider(each.quantity)}
        else:
            raise TypeError(
                f"A control is made by sa.parameter, or a mapping from a name to words to choose from, not {each!r}."
            )
        if twice := set(made) & set(found):
            raise ValueError(f"The control '{min(twice)}' is given twice.")
        found |= made
    if not found:
        raise ValueError("A function is explored by its arguments: give at least one control.")
    return found


def _refuse_other_arguments(figure: Callable, names: Mapping[str, Any]) -> None:
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


def _menu(name: Any, words: Any) -> widgets.Dropdown:
    if not isinstance(name, str):
        raise TypeError(f"A choice is named by the argument it is for, such as 'objective', not {name!r}.")
    words = listed(words, f"The words of '{name}'", "['engagement', 'needs']")
    if len(words) < 2 or not all(isinstance(word, str) for word in words):
        raise ValueError(f"'{name}' needs at least two words to choose from, not {words}.")
    if len(set(words)) < len(words):
        raise ValueError(f"'{name}' has a word twice: {words}. Give each once.")
    wide = widgets.Layout(width="32em")
    return widgets.Dropdown(
        options=words, value=words[0], description=name.replace("_", " "), style={"description_width": "13em"}, layout=wide
    )


def _beside(sliders: Sequence[widgets.Widget]) -> widgets.Box:
    """Returns sliders in as many columns as there is room for, so that the picture below stays in sight."""
    return widgets.Box(sliders, layout=widgets.Layout(flex_flow="row wrap"))


def step_of(quantity: Quantity) -> float:
    """Returns a round step, at most a hundredth of the range, that has the default on its grid where a thousandth can.

    >>> import socioaffective as sa
    >>> from socioaffective.explorer import step_of
    >>> step_of(sa.models.ties.parameters["loss"]), step_of(sa.models.co_construction.parameters["personalisation"])
    (0.001, 0.02)
    """
    low, high = quantity.bounds
    top = np.log10((high - low) / STEPS)
    steps = [m * 10.0**k for k in (np.floor(top), np.floor(top) - 1) for m in (5, 2, 1) if m * 10.0**k <= 10**top * (1 + 1e-9)]
    on_grid = (s for s in steps if abs((quantity.value - low) / s - round((quantity.value - low) / s)) < 1e-6)
    return float(f"{next(on_grid, steps[-1]):.3g}")


def _slider(quantity: Quantity) -> widgets.FloatSlider:
    low, high = quantity.bounds
    begin = f"start of {quantity.label}" if quantity.kind == "state" else quantity.label
    unit = "" if quantity.unit == "1" else f" ({quantity.unit})"
    return widgets.FloatSlider(
        value=quantity.value,
        min=low,
        max=high,
        step=step_of(quantity),
        description=begin + unit,
        tooltip=f"{quantity.meaning} [{low:g} to {high:g}]",
        readout_format=".3g",
        style={"description_width": "13em"},
        layout=widgets.Layout(width="32em"),
    )


class Prediction(widgets.VBox):
    """A question to commit to before looking; made by `predict`. `.choice` is the reader's, `.answer` the model's."""

    def __init__(self, question: str, options: Sequence[str], answer: str, because: str) -> None:
        self.question, self.answer, self.choice = question, answer, None
        self.options = widgets.RadioButtons(options=list(options), value=None, layout=widgets.Layout(width="max-content"))
        self.button = widgets.Button(description="This is my guess", disabled=True, layout=widgets.Layout(width="12em"))
        self.verdict = widgets.HTML()
        self.because = because
        self.options.observe(lambda change: setattr(self.button, "disabled", change["new"] is None), names="value")
        self.button.on_click(lambda _: self.commit())
        super().__init__([widgets.HTML(f"<b>{html.escape(question)}</b>"), self.options, self.button, self.verdict])

    def __repr__(self) -> str:
        return f"Prediction('{self.question}')"

    def commit(self) -> None:
        """Fixes the reader's choice and shows what the model does."""
        if self.options.value is None:
            return
        self.choice = self.options.value
        self.options.disabled = self.button.disabled = True
        verdict = "So does the model." if self.choice == self.answer else f"The model does something else: {self.answer}."
        said = html.escape(f"You said: {self.choice}. {verdict} {self.because}")
        self.verdict.value = f"<p aria-live='polite'>{said}</p>"


def predict(question: str, options: Sequence[str], answer: str | Callable[[], str], because: str = "") -> Prediction:
    """Returns a widget that asks the reader to commit to one of several options, and only then says what the model does.

    Inputs: `question`; `options`, at least two; `answer`, the option that is right, or a function that computes it;
    `because`, a sentence shown with it. Raises ValueError when the answer is not one of the options.

    >>> import socioaffective as sa
    >>> ask = sa.predict("Which way does it go?", ["up", "down"], answer="down")
    >>> ask.options.value = "up"
    >>> ask.commit()
    >>> ask.choice, ask.answer
    ('up', 'down')
    """
    right = answer() if callable(answer) else answer
    options = listed(options, "options", "['up', 'down']")
    if len(options) < 2:
        raise ValueError(f"A guess needs at least two options, not {options}.")
    if right not in options:
        raise unknown("option", right, options)
    return Prediction(question, options, right, because)
