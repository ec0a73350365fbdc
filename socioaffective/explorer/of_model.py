"""The explorer of a model, which the page integrates by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets
import xarray as xr

from socioaffective import models, views
from socioaffective.checks import unknown
from socioaffective.explorer.widget import Board, guessed, menu, slider, written
from socioaffective.javascript import described
from socioaffective.model import CLOCKS, Model
from socioaffective.policies import Climber, climber
from socioaffective.policies.climbing import closed_by
from socioaffective.simulation.runs import simulate, switch_of

POINTS = 1001


class Explorer(Board):
    """Controls for a model and the views that they move; made by `explore`.

    Beside what every board has, `.run` is the present run, `.settings` and `.start` say where the controls stand, and
    `.guess` is the curve that the reader drew.
    """

    guess = traitlets.Instance(dict, allow_none=True).tag(sync=True)

    def __init__(
        self,
        choices: Mapping[str, Model],
        names: Sequence[str],
        shown: Sequence[views.View],
        weeks: float,
        fold: bool,
        policy: Climber | None,
        lights: Sequence[views.Light],
        predict: str | None,
        choice: str,
        called: str,
    ) -> None:
        self._choices, self._policy, self.weeks = dict(choices), policy, weeks
        closed = {word: one if policy is None else closed_by(policy, one) for word, one in choices.items()}
        self._closed = {word: one.without_noise() for word, one in closed.items()}
        self._choice, self._called = choice if len(choices) > 1 else None, called
        first = next(iter(self._closed.values()))
        quantities = {**first.states, **first.settings}
        controls = [menu(self._choice, list(choices))] if self._choice else []
        controls += [slider(quantities[n], fold and quantities[n].kind == "parameter") for n in names]
        drawn = [v.described(first) for v in shown]
        self._see_to(drawn)
        slopes = any(v["kind"] in ("phase_plane", "phase_line", "diagram", "trace_determinant", "cobweb") for v in drawn)
        slopes = slopes or any(s.reading["name"] is None for light in lights for s in light.samples)
        spec = {
            "kind": "model",
            "title": self.title,
            "file": models.name_of(next(iter(choices.values()))) or "model",
            "models": [described(one, slopes) for one in self._closed.values()],
            "choice": {"name": self._choice, "options": list(choices)} if self._choice else None,
            "weeks": weeks,
            "unit": CLOCKS[first.clock],
            "points": POINTS if first.clock == "continuous" else int(weeks) + 1,
            "views": drawn,
            "lights": [light.described(first, weeks) for light in lights],
            "switch": _switch(first),
            "predict": predict,
            "download": list(dict.fromkeys([*first.states, *first.levers, *first.observables])),
            "guessed": guessed(drawn, [*first.states, *first.levers, *first.observables], predict),
            "code": {
                "heads": [self._head(word) for word in choices],
                "tail": self._tail,
                "known": [self._known(word) for word in choices],
            },
        }
        super().__init__(controls, spec)

    def _see_to(self, drawn: Sequence[Mapping[str, Any]]) -> None:
        """Raises ValueError for small multiples over something that is no menu."""
        for view in drawn:
            if view["kind"] == "multiples" and view["over"] != self._choice:
                raise ValueError(
                    f"Small multiples are drawn over a menu, not over '{view['over']}': explore several models, as "
                    "sa.explore({'bridging': one, 'binding': other}, ...) does, over='model'."
                )

    def __repr__(self) -> str:
        return f"Explorer('{self.title}': {', '.join(self._controls)})"

    @property
    def title(self) -> str:
        """The titles of the models, once each."""
        return ", ".join(dict.fromkeys(one.title for one in self._choices.values()))

    @property
    def model(self) -> Model:
        """The model that is chosen at present."""
        return self._choices[self._word]

    @property
    def _word(self) -> str:
        return getattr(self, self._traits_of[self._choice]) if self._choice else next(iter(self._choices))

    @property
    def settings(self) -> dict[str, Any]:
        """Parameters, levers and inputs as the controls stand."""
        return {n: v for n, v in self.values.items() if n in self._closed[self._word].settings}

    @property
    def start(self) -> dict[str, float]:
        """Start values as the controls stand."""
        return {n: v for n, v in self.values.items() if n in self._closed[self._word].states}

    @property
    def run(self) -> xr.Dataset:
        """The present run, as `sa.simulate` gives it."""
        return simulate(self.model.without_noise(), self.weeks, self.start, self._policy, **self.settings)

    def _known(self, word: str) -> dict[str, float]:
        """Returns the values that the call of a model need not say."""
        name = models.name_of(self._choices[word])
        own = models.CATALOGUE[name] if name else self._choices[word]
        known = own if self._policy is None else closed_by(self._policy, own)
        return {n: q.value for n, q in {**known.states, **known.settings}.items()}

    def _head(self, word: str) -> str:
        name = models.name_of(self._choices[word])
        noise = ".without_noise()" if self._choices[word].noise else ""
        own = f"{self._called}[{word!r}]" if self._choice else self._called
        return f"sa.simulate({f'sa.models.{name}' if name else own}{noise}"

    @property
    def code(self) -> str:
        """The call that repeats the present run: for a model of the catalogue it runs as it is."""
        closed, known = self._closed[self._word], self._known(self._word)
        now = {n: q.value for n, q in {**closed.states, **closed.settings}.items()} | self.start | self.settings
        moved = {n: written(v, self.slack(n)) for n, v in now.items() if abs(v - known[n]) > self.slack(n)}
        start = {n: float(v) for n, v in moved.items() if n in closed.states}
        words = [f"weeks={written(self.weeks)}", *([f"start={start}"] if start else [])]
        words += [f"{n}={v}" for n, v in moved.items() if n not in start]
        return f"{self._head(self._word)}, {', '.join([*words, *self._tail])})"

    @property
    def _tail(self) -> list[str]:
        if self._policy is None:
            return []
        plain = climber(self._policy.objective)
        fields = ("levers", "cost", "rate")
        words = [f"{f}={getattr(self._policy, f)!r}" for f in fields if getattr(self._policy, f) != getattr(plain, f)]
        return [f"policy=sa.policies.climber({', '.join([repr(self._policy.objective), *words])})"]


def _switch(model: Model) -> str | None:
    try:
        return switch_of(model)
    except ValueError:
        return None


def default_views(model: Model, show: Sequence[str]) -> list[views.View]:
    """Returns the time course and what says most of a model with so many states."""
    states = list(model.states)
    if len(states) == 1:
        beside = views.cobweb() if model.clock == "discrete" else views.phase_line()
    else:
        beside = views.phase_plane() if len(states) == 2 else views.path(*states[:2])
    return [views.course(*show), beside]


def names_of(model: Model, controls: Sequence[Any]) -> list[str]:
    """Returns the names of controls once the model has them."""
    for name in controls:
        if not isinstance(name, str) or name not in {**model.states, **model.settings}:
            raise unknown("parameter, lever, input or state", name, [*model.settings, *model.states])
    return list(controls)
