"""Deciding: what a policy answers in a run, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from socioaffective import policies
from socioaffective.checks import number, unknown
from socioaffective.model import Model
from socioaffective.policies import Stepwise

# Shortest time between two decisions, in weeks: some ten minutes.
SHORTEST_DECISION = 1e-3


def answer_of(model: Model, feedback: Callable, t: float, state: Sequence[float], values: Sequence[float]) -> list[float]:
    """Returns the settings of one person with the levers that the policy chooses in this state."""
    return list(
        {**dict(zip(model.settings, values, strict=True)), **chosen_by(model, feedback, t, _named(model, state))}.values()
    )


def _named(model: Model, state: Sequence[float]) -> dict[str, float]:
    return dict(zip(model.states, state, strict=True))


def chosen_by(model: Model, feedback: Callable, t: float, state: Mapping[str, float]) -> dict[str, float]:
    """Returns the levers that a policy chooses in a state, once they are some."""
    try:
        chosen = feedback(dict(state))
    except Exception as error:
        forgotten = str(getattr(feedback, "__module__", "")).startswith(f"{policies.__name__}.")
        hint = f" Call it first: sa.policies.{feedback.__name__}(...)." if forgotten else ""
        where = ", ".join(f"{name} = {value:.4g}" for name, value in state.items())
        raise RuntimeError(f"The policy raised {type(error).__name__}: {error}, at time {t:.4g} with {where}.{hint}") from error
    if not isinstance(chosen, Mapping):
        raise TypeError(f"The policy returned {chosen!r} at time {t:.4g}; it must return a mapping such as {{'cues': 0.5}}.")
    result = {}
    for name, value in chosen.items():
        if name not in model.levers:
            raise unknown("lever", name, model.levers)
        result[name] = number(value, f"The policy's '{name}' at time {t:.4g}", model.levers[name].bounds)
    return result


class Decisions:
    """What a stepwise policy decides in a run: at which `times`, and each person by a memory of their own."""

    def __init__(
        self,
        model: Model,
        policy: Stepwise,
        times: np.ndarray,
        people: int,
        seed: tuple[int | None, int],
        held: set[str],
        ends: float | None,
    ) -> None:
        self.model, self.held = model, held
        every = number(policy.every, f"every, the time between two decisions of {type(policy).__name__},")
        if every < SHORTEST_DECISION:
            raise ValueError(f"every, the time between two decisions, must be at least {SHORTEST_DECISION:g}, not {every:g}.")
        self.times = every * np.arange(int(np.floor(times[-1] / every + 1e-9)) + 1)
        root, skip = seed
        seeds = [np.random.SeedSequence(root, spawn_key=(person, 1, skip)) for person in range(people)]
        length = float(times[-1]) if ends is None else ends
        self.deciders = [policy.begin(model, length, np.random.default_rng(own)) for own in seeds]
        for decide in self.deciders:
            if not callable(decide):
                raise TypeError(
                    f"begin of {type(policy).__name__} must return a function decide(time, state, settings), not {decide!r}."
                )

    def take(self, time: float, y: np.ndarray, p: np.ndarray) -> None:
        """Sets the levers of each person from now on."""
        names, settings = list(self.model.states), list(self.model.settings)
        for person, decide in enumerate(self.deciders):
            state = dict(zip(names, y[:, person].tolist(), strict=True))
            now = dict(zip(settings, p[:, person].tolist(), strict=True))
            chosen = chosen_by(self.model, lambda s, now=now, decide=decide: decide(time, s, now), time, state)
            if twice := self.held & set(chosen):
                raise ValueError(f"'{min(twice)}' is set by the policy; it cannot be given as well.")
            for name, value in chosen.items():
                p[settings.index(name), person] = value


def answers(model: Model, feedback: Callable, t: float, y: np.ndarray, p: np.ndarray) -> np.ndarray:
    people = [answer_of(model, feedback, t, y[:, k].tolist(), p[:, k].tolist()) for k in range(y.shape[1])]
    return np.array(people).T.reshape(p.shape)
