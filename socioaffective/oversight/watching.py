"""Watching: people with an assistant, an alarm for each, and what a response costs and saves."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import listed, mapped, number, unknown, whole
from socioaffective.dynamics.alarm_rates import MOST_NUMBERS
from socioaffective.dynamics.indicators import noisy
from socioaffective.model import Model
from socioaffective.objectives import Objective, an_objective
from socioaffective.oversight.alarms import Alarm, an_alarm
from socioaffective.oversight.guard import Guard
from socioaffective.oversight.losses import Loss
from socioaffective.oversight.responses import Response, a_response
from socioaffective.policies import Climber, Steps
from socioaffective.simulation.runs import counterfactual, simulate

LIVES = ("without assistant", "unwatched", "watched")
# Weeks between two decisions of the assistant, and between two points of a run.
DECIDES, STEP = 1.0, 0.25
MOST_PEOPLE = 100_000


def oversee(
    model: Model,
    people: int | Mapping[str, Any],
    alarm: Alarm,
    response: Response | None = None,
    *,
    decline: Loss,
    weeks: float = 104,
    policy: Steps | Climber | None = None,
    every: float = 4,
    error: float = 0.05,
    scores: Sequence[Objective | str] | None = None,
    seed: int = 0,
    dt: float | None = None,
    **settings: Any,
) -> xr.Dataset:
    """Returns for each person when an alarm rang, whether and when they truly declined, and what the response cost and saved.

    Inputs: `model`, with noise (`model.with_noise(...)`); `people`, how many alike, or a mapping of start values and settings
    with an entry a person, such as `sa.population(...)`; `alarm` and `response`, made by `sa.oversight`; without a response the
    alarm is only listened to. Keywords: `decline`, an `sa.oversight.loss`; `weeks`; `policy`, what the assistant does while
    nobody hinders it (`sa.policies.fixed`, `schedule` or `climber`; levers can be given by keyword too), decided once a week;
    `every`, weeks between two reports of a person, and `error`, the standard deviation of one; `scores`, what is averaged over
    the weeks (engagement, and the needs where the model has them, else the quantity that declines); `seed`; `dt`, the step of
    the runs (a quarter of a week); settings by name.

    Each person is run three times with the same chance events: without the assistant, with it and unwatched, and watched. Until
    their alarm rings a person's watched life is their unwatched one, to the last bit. Returns a Dataset over `person`: `rang`
    and `declined`, weeks, NaN for never, the latter in the unwatched life; `delay`, from decline to alarm, negative where the
    alarm was first; `false_alarm`, rang but never declined, and `missed`; `rings`, how often the response began; over `life`
    too `lost`, whether in decline at the end, and the scores; over `time`, each week, `low_share`, how many are low at that
    time, `rang_share`, for how many it has rung, and means over people; `reports`, over `report` and `quantity`, as `told` in
    the two lives without a response. An alarm that rings long before a decline counts as right, also where it did so by chance.
    A person's results do not depend on how many others there are.

    Raises ValueError for a model without noise or without anything to switch off, an unknown name, a value out of bounds, times
    that do not fit each other, and where it would take more than 1.6 GB.

    >>> import socioaffective as sa
    >>> noisy = sa.models.companion.with_noise(ties=0.03)
    >>> alarm, decline = sa.oversight.level("ties", below=0.3), sa.oversight.loss("ties", by=0.1)
    >>> watch = sa.oversee(noisy, 20, alarm, sa.oversight.support(), decline=decline, cues=0.8, weeks=208, seed=1)
    >>> unwatched, watched = (int(watch["lost"].sel(life=life).sum()) for life in ("unwatched", "watched"))
    >>> unwatched > watched
    True
    """
    setting = Setting(model, people, decline, weeks, policy, every, error, scores, seed, dt, settings)
    return setting.run(an_alarm(alarm), None if response is None else a_response(response))


def compare(
    model: Model, people: int | Mapping[str, Any], measures: Mapping[str, tuple[Alarm, Response]], **keywords: Any
) -> xr.Dataset:
    """Returns what measures cost and save, against the same people and chance events unwatched and without the assistant.

    Inputs: `model` and `people` as for `sa.oversee`; `measures`, a mapping from label to a pair of alarm and response. Keywords
    as for `sa.oversee`. Returns a Dataset over `measure`, beginning with "without assistant" and "unwatched": the mean over
    people of each score, `<score>_gain`, what it is above unwatched, and `<score>_error`, the standard error of that gain, in
    which chance is shared by both; `rang` and `lost`, shares of people; and over `time` too what `sa.oversee` has over time.

    >>> import socioaffective as sa
    >>> alarm, decline = sa.oversight.level("ties", below=0.3), sa.oversight.loss("ties", by=0.1)
    >>> measures = {f"cap {cap}": (alarm, sa.oversight.cap(cues=cap)) for cap in (0.3, 0.6)}
    >>> table = sa.oversight.compare(sa.models.companion.with_noise(ties=0.03), 10, measures, decline=decline, cues=0.8)
    >>> bool(table["ties"].sel(measure="cap 0.3") > table["ties"].sel(measure="unwatched"))
    True
    """
    if not mapped(measures, "measures", "{'cap': (alarm, response)}"):
        raise ValueError("measures is empty: give at least one, such as {'cap': (alarm, response)}.")
    pairs = {}
    for label, pair in measures.items():
        if not isinstance(label, str) or label in LIVES:
            raise ValueError(f"A measure needs a label in words other than {', '.join(LIVES)}; {label!r} is not.")
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"The measure '{label}' must be a pair (alarm, response), not {pair!r}.")
        pairs[label] = an_alarm(pair[0]), a_response(pair[1])
    setting = Setting(model, people, **({"decline": None} | keywords))
    columns: dict[str, dict[str, np.ndarray]] = {}
    over_time: dict[str, xr.Dataset] = {}
    for label, (alarm, response) in pairs.items():
        watch = setting.run(alarm, response)
        own = {name: watch[name].sel(life="watched").values for name in (*setting.scores, "lost")}
        columns[label] = own | {"rang": watch["rang"].notnull().values}
        over_time[label] = _over_time(watch, "watched")
    before = {life: {name: watch[name].sel(life=life).values for name in (*setting.scores, "lost")} for life in LIVES[:2]}
    nobody = np.zeros(watch.sizes["person"], bool)
    columns = {life: own | {"rang": nobody} for life, own in before.items()} | columns
    data: dict[str, Any] = {}
    for name in (*setting.scores, "lost", "rang"):
        data[name] = ("measure", [float(own[name].mean()) for own in columns.values()], {"long_name": name.replace("_", " ")})
    for name in setting.scores:
        gains = [own[name] - columns["unwatched"][name] for own in columns.values()]
        data[f"{name}_gain"] = ("measure", [float(gain.mean()) for gain in gains])
        if len(nobody) > 1:
            data[f"{name}_error"] = ("measure", [float(gain.std(ddof=1) / len(gain) ** 0.5) for gain in gains])
    over_time = {life: _over_time(watch, life) for life in LIVES[:2]} | over_time
    courses = xr.concat(list(over_time.values()), xr.IndexVariable("measure", list(columns)))
    return courses.assign(data).assign_attrs({**watch.attrs, "alarm": "several", "response": "several"})


def _over_time(watch: xr.Dataset, life: str) -> xr.Dataset:
    """Returns what all people of a life come to over time; in one without a response no alarm has rung."""
    courses = watch[[n for n in watch.data_vars if "time" in watch[n].dims]].sel(life=life, drop=True)
    return courses if life == "watched" else courses.assign(rang_share=courses["rang_share"] * 0)


class Setting:
    """People, their assistant and chance events, in which alarms and responses are tried; checked once."""

    def __init__(
        self,
        model: Model,
        people: Any,
        decline: Any,
        weeks: float = 104,
        policy: Any = None,
        every: float = 4,
        error: float = 0.05,
        scores: Any = None,
        seed: int = 0,
        dt: float | None = None,
        settings: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> None:
        noisy(model)
        if not isinstance(decline, Loss):
            raise TypeError(f"decline is made by sa.oversight.loss, such as loss('ties', by=0.1), not {decline!r}.")
        if policy is not None and not isinstance(policy, (Steps, Climber)):
            raise TypeError(f"policy must be sa.policies.fixed, schedule or climber here, not {policy!r}.")
        self.model, self.decline, self.policy = model, decline, policy
        self.weeks = number(weeks, "weeks", (1e-6, 1e6))
        self.error = number(error, "error (of a report)", (0, 1e6))
        self.start, given = _people(model, people, {**(settings or {}), **others})
        self.levels = {name: given.pop(name) for name in model.levers if name in given}
        self.settings = given
        for name, level in self.levels.items():
            for extreme in (level.min(), level.max()):
                number(extreme, f"'{name}'", model.levers[name].bounds)
        taken = _ruled(model, policy)
        if twice := taken & set(self.levels):
            raise ValueError(f"'{min(twice)}' is set by the policy; it cannot be given as well.")
        self.spacing, self.dt, self.decides = self._times(every, dt)
        self.scores = _scored(model, scores, decline.name)
        self.seed = whole(seed, "seed")
        self.watchable = [*model.states, *model.observables]
        if decline.name not in self.watchable:
            raise unknown(f"state or observable of '{model.title}' to decline", decline.name, self.watchable)
        if decline.weeks > self.weeks:
            raise ValueError(f"A decline of {decline.weeks:g} weeks cannot be seen in {self.weeks:g}: give a longer run.")
        self.before: tuple[xr.Dataset, xr.Dataset, Guard] | None = None
        self.left_bounds = ""

    def _times(self, every: Any, dt: Any) -> tuple[float, float, float]:
        """Returns the weeks between reports, points and decisions, once they fit each other."""
        discrete = self.model.clock == "discrete"
        spacing = number(every, "every (weeks between two reports)", (1e-3, self.weeks))
        decides = min(DECIDES, spacing)
        step = 1.0 if discrete else min(STEP, decides) if dt is None else number(dt, "dt", (1e-6, decides))
        for length, of, what in ((spacing, decides, "every"), (decides, step, "a decision")):
            if abs(length / of - round(length / of)) > 1e-9:
                raise ValueError(f"{what} must be a multiple of {of:g} weeks, not {length:g}: reports come with decisions, "
                                 "once a week, and decisions at points of the run.")  # fmt: skip
        return spacing, step, decides

    def run(self, alarm: Alarm, response: Response | None) -> xr.Dataset:
        """Returns the results of one alarm and response."""
        for name in (*alarm.names, *(response.names if response else ())):
            if name not in self.watchable:
                raise unknown(f"state or observable of '{self.model.title}' to report", name, self.watchable)
        if response is not None:
            response.on(self.model)
            if response.costs and not isinstance(self.policy, Climber):
                raise ValueError("A charge only moves an assistant that minds what levers cost: policy=sa.policies.climber().")
        alone, unwatched, listener = self._before(alarm)
        lives, guard = [alone, unwatched], listener
        if response is not None:
            guard = self._guarded(alarm, response)
            lives.append(self._kept(self._lived(guard)))
        table = self._table(lives, guard, listener)
        said = {"title": self.model.title, "alarm": repr(alarm), "response": repr(response) if response else "none"}
        own = {"decline": repr(self.decline), "weeks": self.weeks, "every": self.spacing, "error": self.error}
        return table.assign_attrs(**said, **own, seed=self.seed, left_bounds=self.left_bounds)

    def _guarded(self, alarm: Alarm, response: Response | None) -> Guard:
        return Guard(alarm, response, self.policy, self.levels, self.spacing, self.error, self.decides)

    def _before(self, alarm: Alarm) -> tuple[xr.Dataset, xr.Dataset, Guard]:
        """Returns both lives without a response, which are lived once, and who listened."""
        if self.before is None:
            listener = self._guarded(alarm, None)
            run = self._lived(listener)
            # The same policy is heard again by the person without the assistant.
            own = listener.rang, listener.rings, listener.reports
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore", UserWarning)
                alone = counterfactual(run)
            listener.calm = listener.reports
            listener.rang, listener.rings, listener.reports = own
            self._note(alone)
            self.before = self._kept(alone), self._kept(run), listener
        return self.before

    def _lived(self, guard: Guard) -> xr.Dataset:
        people, steps = len(next(iter(self.start.values()))), self.weeks / self.dt
        numbers = steps * people * (3 * len(self.model.states) + len(self.model.settings) + len(self.model.observables))
        if numbers > MOST_NUMBERS:
            raise ValueError(f"{people:,} people over {steps:,.0f} steps would take {8e-9 * numbers:.2g} GB a life. Give fewer "
                             "people, fewer weeks or a longer dt=.")  # fmt: skip
        # What leaves its bounds is noted, and what is no number ends the run.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", UserWarning)
            run = simulate(self.model, self.weeks, self.start, guard, self.seed, self.dt, **self.settings)
        self._note(run)
        return run

    def _note(self, run: xr.Dataset) -> None:
        """Notes where a run leaves its bounds, which the result says, and warns once."""
        if run.attrs["left_bounds"] and not self.left_bounds:
            self.left_bounds = run.attrs["left_bounds"]
            message = f"In a run of '{self.model.title}' {self.left_bounds} Give a smaller dt= or less noise."
            warnings.warn(message, stacklevel=2)

    def _kept(self, run: xr.Dataset) -> xr.Dataset:
        """Returns of a life what is needed: the course of what declines, and the scores."""
        people = run.sizes["person"]
        scores = {f"score of {name}": ("person", np.broadcast_to(aim.score(run), people)) for name, aim in self.scores.items()}
        followed = [n for n in dict.fromkeys((self.decline.name, "engagement")) if n in run]
        return run[followed].drop_vars([n for n in run.coords if n not in run.dims]).assign(scores)

    def _weeks(self, run: xr.Dataset) -> xr.DataArray:
        """Returns the times at which decisions are made."""
        return run["time"].isel(time=slice(None, None, round(self.decides / self.dt)))

    def _courses(self, lives: list[xr.Dataset], rang: np.ndarray) -> dict[str, tuple]:
        """Returns what all people come to over time, in each life."""
        weeks, over = self._weeks(lives[0]).values, ("life", "time")
        low = [self.decline.is_lost(run, lives[0])[:: round(self.decides / self.dt)].mean(axis=1) for run in lives]
        rung, share = (rang <= weeks[:, None]).mean(axis=1), {"units": "1", "bounds": [0, 1], "kind": "observable"}
        courses: dict[str, tuple] = {
            "low_share": (over, np.array(low), {"long_name": "low", "meaning": "share of people who are low", **share}),
            "rang_share": ("time", rung, {"long_name": "rung", "meaning": "share for whom the alarm has rung", **share}),
        }
        for name in (n for n in (self.decline.name, "engagement") if n in lives[0]):
            means = np.array([run[name].mean("person").sel(time=weeks).values for run in lives])
            courses[f"{name}_mean"] = (over, means, {**lives[0][name].attrs, "long_name": f"mean {name.replace('_', ' ')}"})
        return courses

    def _table(self, lives: list[xr.Dataset], guard: Guard, listener: Guard) -> xr.Dataset:
        alone, unwatched, rang = *lives[:2], guard.rang
        declined = self.decline.first(unwatched, alone)
        weeks, over = {"units": "weeks"}, ("life", "person")
        data: dict[str, Any] = {
            "rang": ("person", rang, {"long_name": "alarm", **weeks}),
            "declined": ("person", declined, {"long_name": "true decline, unwatched", **weeks}),
            "delay": ("person", rang - declined, {"long_name": "from decline to alarm", **weeks}),
            "false_alarm": ("person", np.isfinite(rang) & np.isnan(declined)),
            "missed": ("person", np.isnan(rang) & np.isfinite(declined)),
            "rings": ("person", guard.rings),
            "lost": (over, np.array([self.decline.at_the_end(run, alone) for run in lives])),
        }
        data |= self._courses(lives, rang)
        for name in self.scores:
            data[name] = (over, np.array([run[f"score of {name}"].values for run in lives]))
        coords: dict[str, Any] = {"life": list(LIVES[: len(lives)]), "person": np.arange(len(rang)), "time": self._weeks(alone)}
        if listener.reports:
            told = [np.array(list(life.values())) for life in (listener.calm, listener.reports)]
            data["reports"] = (("told", "quantity", "report", "person"), np.array(told))
            weeks_of = self.spacing * np.arange(told[0].shape[1])
            coords |= {"told": list(LIVES[:2]), "quantity": list(listener.reports), "report": ("report", weeks_of, weeks)}
        return xr.Dataset(data, coords)


def _people(model: Model, people: Any, settings: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Returns start values with an entry a person, and settings."""
    if isinstance(people, Mapping):
        given = dict(people)
        start = dict(mapped(given.pop("start", None), "start", "{'ties': [0.4, 0.6]}"))
        if twice := given.keys() & settings.keys():
            raise ValueError(f"'{min(twice)}' is given both by the people and as a keyword. Give it once.")
        given |= settings
    else:
        start, given = {}, dict(settings)
    start |= dict(mapped(given.pop("start", None), "start", "{'ties': 0.7}"))
    for name in [*start, *given]:
        if name not in (model.states if name in start else model.settings):
            raise unknown("state or setting" if name not in start else "state", name, [*model.states, *model.settings])
    start, given = ({name: _entries(name, value) for name, value in each.items()} for each in (start, given))
    sizes = {value.size for value in [*start.values(), *given.values()] if value.ndim}
    if not isinstance(people, Mapping):
        sizes.add(whole(people, "people (how many)", 1, MOST_PEOPLE))
    if len(sizes) > 1:
        raise ValueError(f"People have {' and '.join(map(str, sorted(sizes)))} values; give each list an entry a person.")
    count = sizes.pop() if sizes else 1
    first = next(iter(model.states))
    full = {first: model.states[first].value} | start
    return {name: np.broadcast_to(value, count).astype(float) for name, value in full.items()}, given


def _entries(name: str, value: Any) -> np.ndarray:
    """Returns a value, or a value for each person, once it is one of the two."""
    if isinstance(value, xr.DataArray) and value.dims not in ((), ("person",)):
        raise ValueError(f"'{name}' goes along {', '.join(map(str, value.dims))}; people are one row, along 'person'.")
    try:
        entries = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"'{name}' must be a number or a list with one number a person, not {value!r}.") from None
    if entries.ndim > 1 or not entries.size:
        raise ValueError(f"'{name}' has shape {entries.shape}; give one number, or a list with an entry a person.")
    return entries


def _ruled(model: Model, policy: Steps | Climber | None) -> set[str]:
    """Returns the levers that a policy sets, once the model has them and what they climb."""
    if policy is None:
        return set()
    if isinstance(policy, Climber) and policy.objective not in model.expressions:
        raise unknown(f"observable of '{model.title}' to climb", policy.objective, model.expressions)
    names = model.levers if policy.levers is None else policy.levers
    for name in names:
        if name not in model.levers:
            raise unknown(f"lever of '{model.title}'", name, model.levers)
    return set(names)


def _scored(model: Model, scores: Any, declines: str) -> dict[str, Objective]:
    """Returns objectives by name, once the model has what they are made of."""
    if scores is None:
        whole_life = "wellbeing" in model.observables and "illbeing" in model.observables
        scores = [*(["engagement"] if "engagement" in model.observables else []), "needs" if whole_life else declines]
    aims = [an_objective(one) for one in listed(scores, "scores", "['engagement', 'needs']")]
    for aim in aims:
        aim.formula(model)
        if str(aim) in ("lost", "rang", "declined", "delay", "reports", "missed", "false_alarm"):
            raise ValueError(f"A score cannot be called '{aim}', as a result is.")
    return {str(aim): aim for aim in aims}
