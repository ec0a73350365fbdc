"""Deciding: what a policy answers in a run, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from socioaffective import policies
from socioaffective.checks import number, unknown
from socioaffective.model import CLOCKS, Model
from socioaffective.policies import Capped, Stepwise, Together, said

# Shortest time between two decisions, in weeks: some ten minutes.
SHORTEST_DECISION = 1e-3
MOST_DECISIONS = 1_000_000


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
        hint = f" Call it first: sa.policies.{said(getattr(feedback, '__wrapped__', feedback))}(...)." if forgotten else ""
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


@dataclass
class Memory:
    """What a stepwise policy keeps of each person, from when it first acts in a run; what decides for all is one decider."""

    begun: float
    deciders: list[Callable]
    streams: list[np.random.Generator]
    fresh: list[tuple]

    def drew(self) -> bool:
        """Returns whether anything has been drawn at random."""
        return [_used(stream) for stream in self.streams] != self.fresh


def _used(stream: np.random.Generator) -> tuple:
    seeds = stream.bit_generator.seed_seq
    return stream.bit_generator.state, seeds.n_children_spawned  # type: ignore[attr-defined]


class Decisions:
    """What a stepwise policy decides in a run: at which `times`, and each person by a memory of their own.

    `stood` are the levers as they stand where the policy takes over from another, if it does; `memories` are those of the
    policies that have acted before.
    """

    def __init__(
        self,
        model: Model,
        policy: Stepwise,
        times: np.ndarray,
        begun: float,
        seeds: Sequence[np.random.SeedSequence],
        held: set[str],
        stood: Mapping[str, np.ndarray],
        memories: dict[int, Memory],
    ) -> None:
        self.model, self.policy, self.held, self.stood = model, policy, held, stood
        core = policy.policy if isinstance(policy, Capped) else policy
        self.name, left = type(core).__name__, float(times[-1]) - begun
        every = self._spacing(times, left, len(seeds))
        self.times = begun + every * np.arange(int(np.floor(left / every + 1e-9)) + 1)
        if id(core) not in memories:
            streams = [np.random.default_rng(own) for own in seeds]
            fresh = [_used(stream) for stream in streams]
            if isinstance(core, Together):
                deciders = [self._begun(core.begin_together, left, streams)]
            else:
                deciders = [self._begun(core.begin, left, stream) for stream in streams]
            memories[id(core)] = Memory(begun, deciders, streams, fresh)
        self.memory = memories[id(core)]

    def _spacing(self, times: np.ndarray, left: float, people: int) -> float:
        """Returns the time between two decisions, once the run can keep to it."""
        unit, given = CLOCKS[self.model.clock] + "s", getattr(self.policy, "every", None)
        if given is None:
            raise TypeError(f"{self.name} needs every, the {unit} between two decisions: write every = 1 in its class.")
        every = number(given, f"every, the time between two decisions of {self.name},")
        if every < SHORTEST_DECISION:
            raise ValueError(f"every, the time between two decisions, must be at least {SHORTEST_DECISION:g}, not {every:g}.")
        if (count := left / every * people) > MOST_DECISIONS:
            raise ValueError(f"{self.name} would decide {count:.2g} times; at most {MOST_DECISIONS:,}. Give a longer every.")
        step = float(times[1])
        stepped = self.model.noise or self.model.clock == "discrete"
        if stepped and every < left and abs(every / step - round(every / step)) > 1e-6:
            way_out = "" if self.model.clock == "discrete" else ", or a dt that divides it"
            raise ValueError(
                f"{self.name} decides every {every:g} {unit}, between two steps of this run ({step:g} apart). "
                f"Give a multiple of that{way_out}."
            )
        return every

    def _begun(self, begin: Callable, weeks: float, stream: np.random.Generator | list) -> Callable:
        try:
            decide = begin(self.model, weeks, stream)
        except (ValueError, TypeError, RuntimeError):
            raise
        except Exception as error:
            raise RuntimeError(f"begin of {self.name} raised {type(error).__name__}: {error}.") from error
        if not callable(decide):
            raise TypeError(f"begin of {self.name} must return a function decide(time, state, settings), not {decide!r}.")
        return decide

    def take(self, time: float, y: np.ndarray, p: np.ndarray) -> None:
        """Sets the levers of each person from now on."""
        names, settings = list(self.model.states), list(self.model.settings)
        lowered = self.policy.lowered if isinstance(self.policy, Capped) else lambda chosen: chosen
        since = time - self.memory.begun
        if isinstance(self.policy, Together):
            now = dict(zip(settings, p, strict=True)) | {n: v for n, v in self.stood.items() if n not in self.held}
            for name, values in self.memory.deciders[0](since, dict(zip(names, y, strict=True)), now).items():
                p[settings.index(name)] = values
            self.stood = {}
            return
        for person, decide in enumerate(self.memory.deciders):
            state = dict(zip(names, y[:, person].tolist(), strict=True))
            now = dict(zip(settings, p[:, person].tolist(), strict=True))
            now |= {name: float(levels[person]) for name, levels in self.stood.items() if name not in self.held}
            chosen = chosen_by(self.model, lambda s, now=now, decide=decide: lowered(decide(since, s, now)), time, state)
            if twice := self.held & set(chosen):
                raise ValueError(f"'{min(twice)}' is set by the policy; it cannot be given as well.")
            for name, value in chosen.items():
                p[settings.index(name), person] = value
        self.stood = {}


def answers(model: Model, feedback: Callable, t: float, y: np.ndarray, p: np.ndarray) -> np.ndarray:
    people = [answer_of(model, feedback, t, y[:, k].tolist(), p[:, k].tolist()) for k in range(y.shape[1])]
    return np.array(people).T.reshape(p.shape)
