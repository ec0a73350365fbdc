"""People: who is in a study, what they take up, and how they live in each of its arms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import ndtri

from socioaffective.checks import mapped, number, unknown, whole
from socioaffective.compile import compiled
from socioaffective.model import Model
from socioaffective.policies import Policy, a_policy
from socioaffective.simulation.events import watches
from socioaffective.simulation.given import NOISE_STEP
from socioaffective.simulation.runs import simulate, switch_of

# More people in all arms together than these take minutes.
MOST_PEOPLE, MOST_POINTS = 50_000, 2_000
EXAMPLE = "{'ties': 0.5}"
# Keywords of a trial that a wrong name may have been meant for.
OPTIONS = ("policy", "interventions", "start", "arms", "measured", "people", "n", "weeks", "every", "enrol", "dose", "choice",
           "scatter", "dropout", "scale", "long", "seed")  # fmt: skip


@dataclass(frozen=True)
class Enrolled:
    """The people of a study: what they bring, their dose, their arm, and how soon they would leave."""

    given: dict[str, Any]
    size: int
    dose: np.ndarray
    arm: np.ndarray
    patience: np.ndarray


def refuse_words(model: Model, words: Iterable[str], call: str) -> None:
    """Raises ValueError for a model with a name that the call keeps for itself."""
    for name in words:
        if name in model.settings:
            raise ValueError(
                f"'{name}' is a keyword of {call} and a {model.settings[name].kind} of '{model.title}'; rename that."
            )


def arms_of(model: Model, arms: Any) -> dict[str, dict[str, Any]]:
    """Returns what is done in each arm, by label, once it can be done."""
    table = mapped(arms, "arms", "{'control': {'access': 0}, 'binding': {'cues': 0.6}}")
    if not table:
        raise ValueError("A trial needs at least one arm, such as {'control': {'access': 0}, 'binding': {'cues': 0.6}}.")
    made = {}
    for label, arm in table.items():
        if not isinstance(label, str):
            raise TypeError(f"An arm has a label in words, not {label!r}.")
        own = dict(arm) if isinstance(arm, Mapping) else {"policy": arm}
        a_policy(own.get("policy"))
        for name, value in own.items():
            if name == "policy":
                continue
            if name not in model.settings:
                raise unknown(
                    f"parameter, lever or input of '{model.title}' for the arm '{label}'", name, [*model.settings, "policy"]
                )
            own[name] = number(value, f"'{name}' in the arm '{label}'", model.settings[name].bounds)
        made[label] = own
    return made


def steps_of(model: Model, weeks: Any, every: Any, long: Any) -> tuple[tuple[float, float, int], np.ndarray]:
    """Returns the length of the runs, their step and how many steps lie between two points that are kept, and which of those
    points are waves."""
    length = number(weeks, "weeks (the length of the trial)", (1e-6, 1e5))
    apart = number(every, "every (between waves)", (1e-6, 1e5))
    count = round(length / apart)
    if count < 1 or abs(count * apart - length) > 1e-9 * length:
        raise ValueError(f"weeks must be a whole number of times every: {length:g} weeks are no multiple of {apart:g}.")
    if model.clock == "discrete" and apart != int(apart):
        raise ValueError(f"'{model.title}' moves in whole steps: every must be a whole number, not {apart:g}.")
    end = max(number(long, "long (the last week of the truth)", (0, 1e5)), length)
    # The truth is known at least once a week, however seldom somebody is asked.
    within = int(np.ceil(apart))
    points = within * int(np.ceil(end / apart - 1e-9))
    if points > MOST_POINTS:
        raise ValueError(f"{points:,} points until week {end:g} are too many; give a longer every= or an earlier long=.")
    step = apart / within
    parts = int(np.ceil(step / NOISE_STEP)) if model.noise and model.clock == "continuous" else 1
    return (points * step, step / parts, parts), within * np.arange(count + 1)


def enrolled(
    model: Model,
    people: Any,
    n: Any,
    settings: Mapping[str, Any],
    arms: int,
    root: int,
    enrol: Any,
    dose: Any,
    choice: Any,
    scatter: float,
) -> Enrolled:
    """Returns the people of a study, drawn from those who volunteer."""
    options = {name: settings[name] for name in ("policy", "interventions") if name in settings}
    wanted = None if n is None else whole(n, "n (people enrolled)", 1, MOST_PEOPLE)
    start, own, pool = _brought(model, people, {k: v for k, v in settings.items() if k not in options}, wanted)
    if pool * arms > MOST_PEOPLE:
        raise ValueError(f"{pool:,} people in {arms} arms are more than {MOST_PEOPLE:,} lives; give fewer.")
    # A run of no length to speak of checks all names and values, and knows where everybody begins.
    moment = 1 if model.clock == "discrete" else 1e-6
    begin = simulate(model, moment, start=start, seed=root, dt=moment, **own)
    willing = np.arange(pool)
    if enrol is not None:
        willing = np.flatnonzero(evaluated(model, begin, enrol, "enrol")[:, 0] > 0)
    taken = willing[:wanted]
    if len(taken) < max(2 * arms, wanted or 0):
        least = wanted if wanted and wanted >= 2 * arms else f"{arms} arms of at least two"
        raise ValueError(f"{len(willing)} of {pool} people volunteer, too few for {least}. Give more people.")
    streams = [np.random.default_rng(np.random.SeedSequence(root, spawn_key=(k, 1))) for k in range(len(taken))]
    draws = np.array([stream.random(3) for stream in streams]).T
    begin = begin.isel(person=taken)
    key = draws[0]
    if choice is not None:
        key = evaluated(model, begin, choice, "choice")[:, 0] + scatter * ndtri(draws[0])
    place = np.argsort(np.argsort(key, kind="stable"), kind="stable")
    arm = place % arms if choice is None else place * arms // len(taken)
    start, own = ({name: value[taken] for name, value in part.items()} for part in (start, own))
    share = _doses(model, begin, dose, scatter, draws[2])
    return Enrolled({"start": start, **own, **options}, len(taken), share, arm, draws[1])


def _brought(
    model: Model, people: Any, settings: Mapping[str, Any], wanted: int | None
) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Returns start values and settings of everybody who may volunteer, and how many they are."""
    brought = dict(mapped(people, "people", "{'start': {'ties': [0.2, 0.5]}, 'warmth': [0.5, 0.9]}"))
    if twice := sorted((set(brought) & set(settings)) - {"start"}):
        raise ValueError(f"'{twice[0]}' is given for the people and again as a keyword. Give it once.")
    start = {**mapped(brought.pop("start", None), "start", EXAMPLE), **mapped(settings.get("start"), "start", EXAMPLE)}
    own = {**brought, **{name: value for name, value in settings.items() if name != "start"}}
    for name in own:
        if name not in model.settings:
            raise unknown("parameter, lever, input or option of trial", name, [*model.settings, *OPTIONS])
    if odd := next((n for n, v in {**start, **own}.items() if np.ndim(v) > 1 or hasattr(v, "dims")), None):
        raise ValueError(f"'{odd}' is one number, or a list with one entry a person; a trial has no other dimensions.")
    sizes = {np.shape(v)[0] for v in [*start.values(), *own.values()] if np.ndim(v) == 1}
    if len(sizes) > 1:
        raise ValueError(f"The people are given with {' and '.join(map(str, sorted(sizes)))} entries; give each as many.")
    pool = sizes.pop() if sizes else wanted
    if not pool:
        raise ValueError("How many people? Give n=400, or people with one entry each.")
    begin_at = {**{name: q.start for name, q in model.states.items()}, **start}
    start, own = ({name: np.broadcast_to(value, pool) for name, value in part.items()} for part in (begin_at, own))
    return start, own, pool


def _doses(model: Model, begin: xr.Dataset, dose: Any, scatter: float, draws: np.ndarray) -> np.ndarray:
    """Returns the share of the access in their arm that people take up."""
    share = evaluated(model, begin, dose, "dose")[:, 0]
    if not hasattr(dose, "free_symbols") and (share.min() < 0 or share.max() > 1):
        raise ValueError(f"dose is a share of the access, from 0 to 1, not {share.min():g} to {share.max():g}.")
    return np.clip(share + scatter * ndtri(draws), 0, 1)


def lived(model: Model, arm: Mapping[str, Any], who: Enrolled, steps: tuple[float, float, int], root: int) -> xr.Dataset:
    """Returns the lives of all people in one arm, and in `attrs["used"]` the access that each had there."""
    length, step, parts = steps
    given = {**who.given, **{k: v for k, v in arm.items() if k != "policy"}}
    policy: Policy | None = arm.get("policy", given.pop("policy", None))
    used = who.dose
    # A model that knows no use has no dose, but may be asked of.
    if (used < 1).any() or {"access", "engagement"} & {*model.parameters, *model.inputs}:
        switch = switch_of(model)
        used = given.get(switch, model.settings[switch].default) * used
        given[switch] = used
    run = simulate(model, length, policy=policy, dt=None if model.clock == "discrete" else step, seed=root, **given)
    return run.isel(time=slice(None, None, parts)).assign_attrs(used=used)


def evaluated(model: Model, run: xr.Dataset, expression: Any, what: str) -> np.ndarray:
    """Returns an expression in the model's symbols, or a number or a list with an entry a person, over people and time."""
    shape = run.sizes["person"], run.sizes["time"]
    if not hasattr(expression, "free_symbols"):
        raw = np.asarray(expression)
        if raw.ndim == 0:
            return np.full(shape, number(expression, what))
        if raw.shape != shape[:1]:
            raise ValueError(f"{what} has the shape {raw.shape}; give a number, one entry for each of {shape[0]} people, or an "
                             "expression in the model's symbols.")  # fmt: skip
        return np.broadcast_to(np.array([number(v, f"An entry of {what}") for v in raw.tolist()])[:, None], shape)
    formula = watches(model, {what: expression})[what]

    def values(name: str) -> np.ndarray:
        known = run[name] if name in run.variables else None
        if known is None:
            return np.broadcast_to(np.asarray(run.attrs["settings"][name], dtype=float).reshape(-1, 1), shape)
        full = known.expand_dims(time=shape[1]) if "time" not in known.dims else known
        full = full if "person" in full.dims else full.expand_dims(person=shape[0])
        return full.transpose("person", "time").values

    return compiled(model, (formula,), "array")(
        np.stack([values(n) for n in model.states]), np.stack([values(n) for n in model.settings] or [np.zeros(shape)])
    )[0]
