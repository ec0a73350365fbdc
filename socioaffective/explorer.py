"""Explorer: sliders made from a model's own metadata, and the pictures they move."""

from __future__ import annotations

import html
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import ipywidgets as widgets
import numpy as np

from socioaffective import figures, models, theme
from socioaffective.checks import listed, unknown
from socioaffective.model import Model, a_model
from socioaffective.quantities import Quantity
from socioaffective.simulation import simulate

STEPS = 100


class Explorer(widgets.VBox):
    """Sliders for a model and the view they move; made by `explore`.

    `.sliders` maps each name to its slider, `.settings` and `.start` say where they stand, `.code` is the call that
    repeats the present run, `.alternative` says in words what is shown, and `.reset()` goes back to the defaults.
    """

    def __init__(
        self, model: Model, names: Sequence[str], show: Sequence[str], weeks: float, fold: bool, beside: Any, below: Any
    ) -> None:
        self.model, self.show, self.weeks, self.beside, self.below = model, list(show), weeks, beside, below
        quantities = {**model.settings, **model.states}
        self.sliders = {name: _slider(quantities[name]) for name in names}
        self.defaults = {name: quantities[name].value for name in names}
        self.view = widgets.HTML()
        self.call = widgets.HTML()
        self.alternative = ""
        self._paused = False
        for slider in self.sliders.values():
            slider.observe(lambda change: self.draw(), names="value")
        button = widgets.Button(description="Reset", tooltip="Put every slider back where it began")
        button.on_click(lambda _: self.reset())
        rest = [n for n in names if quantities[n].kind == "parameter"] if fold else []
        shown = [n for n in names if n not in rest]
        first = _beside([self.sliders[n] for n in shown or rest])
        folded = [_beside([self.sliders[n] for n in rest])] if shown and rest else []
        more = [widgets.Accordion(folded, titles=["parameters"])] if folded else []
        controls = widgets.VBox([first, *more, button, self.call])
        super().__init__([controls, self.view])
        self.draw()

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
        # A browser answers with sums of steps, such as 0.5000000000000001.
        moved = {n: float(f"{v:g}") for n, v in now.items() if f"{v:g}" != f"{known[n].value:g}"}
        start = {n: v for n, v in moved.items() if n in self.model.states}
        words = [f"weeks={self.weeks:g}", *([f"start={start}"] if start else [])]
        words += [f"{n}={v:g}" for n, v in moved.items() if n not in start]
        return f"sa.simulate({f'sa.models.{name}' if name else 'model'}, {', '.join(words)})"

    def reset(self) -> None:
        """Puts every slider back to its default and draws once."""
        self._paused = True
        for name, slider in self.sliders.items():
            slider.value = self.defaults[name]
        self._paused = False
        self.draw()

    def draw(self) -> None:
        """Computes the run at the present sliders and shows it, or says why it cannot."""
        if self._paused:
            return
        try:
            with warnings.catch_warnings(record=True) as noticed:
                warnings.simplefilter("always", UserWarning)
                run = simulate(self.model, self.weeks, self.start, **self.settings)
                chart = self._chart(run)
        except (RuntimeError, ValueError) as error:
            self.view.value = f"<p role='alert'>{html.escape(str(error))}</p>"
            return
        picture, self.alternative = theme.picture(chart)
        label = html.escape(self.alternative, quote=True)
        said = "".join(
            f"<p role='status'>{html.escape(str(w.message))}</p>" for w in {str(w.message): w for w in noticed}.values()
        )
        self.view.value = f"<div role='img' aria-label='{label}' style='overflow-x:auto'>{picture}</div>{said}"
        self.call.value = f"<code>{html.escape(self.code)}</code>"

    def _chart(self, run: Any) -> alt.TopLevelMixin:
        course = figures.time_course(run, self.show, width=360, height=280) if self.show else None
        states = list(self.model.states)
        if self.beside is not None:
            beside = self.beside(run)
        elif len(states) == 1 and self.model.clock == "discrete":
            beside = figures.cobweb(self.model, run, width=280, height=280, **self.settings)
        elif len(states) == 1:
            beside = figures.phase_line(self.model, run, width=280, height=280, **self.settings)
        elif len(states) == 2:
            beside = figures.phase_plane(self.model, run, width=280, height=280, **self.settings)
        else:
            beside = figures.path(run, states[0], states[1], width=280, height=280)
        pair = alt.hconcat(course, beside, spacing=30) if self.show else beside
        return pair if self.below is None else alt.vconcat(pair, self.below(run), spacing=20)


def explore(
    model: Model,
    controls: Sequence[str] | None = None,
    show: Sequence[str] | str | None = None,
    weeks: float = 104,
    beside: Callable[[Any], alt.Chart] | None = None,
    below: Callable[[Any], alt.Chart] | None = None,
) -> Explorer:
    """Returns a widget: a slider for each quantity and, beside each other, the time course and the phase plane.

    Inputs: `model`; `controls`, the names to give a slider (parameters, levers, inputs, or states for their start; unless
    told otherwise everything, with the parameters folded away); `show`, the variables over time (states and observables
    unless told otherwise; none, as `[]`, for no time course); `weeks`, how long (steps, for a discrete model); `beside`, a
    figure of the run to show in place of the phase plane, such as `sa.figures.need_plane`; `below`, one to show under both.
    Labels, ranges and meanings come from the model. With one state the rate of change (of a discrete model the cobweb) stands
    in for the phase plane, with three or more the path of the first two.
    Raises ValueError for a name that the model does not have.

    >>> import socioaffective as sa
    >>> view = sa.explore(sa.models.companion, controls=["cues", "ties"])
    >>> view.sliders["cues"].value = 0.9
    >>> view.code
    'sa.simulate(sa.models.companion, weeks=104, cues=0.9)'
    """
    a_model(model)
    names = (
        listed(controls, "controls", "['cues', 'ties']")
        if controls is not None
        else [*model.levers, *model.inputs, *model.states, *model.parameters]
    )
    for name in names:
        if name not in model.states and name not in model.settings:
            raise unknown("parameter, lever, input or state", name, [*model.settings, *model.states])
    if isinstance(show, str):
        show = [show]
    known = [*model.states, *model.levers, *model.observables]
    for name in show or ():
        if name not in known:
            raise unknown("state, lever or observable", name, known)
    shown = [*model.states, *model.observables] if show is None else list(show)
    return Explorer(model, names, shown, weeks, controls is None, beside, below)


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
