"""Study: a trial of a model's people, and what can be made of its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import listed, number, unknown, whole
from socioaffective.model import Model, a_model
from socioaffective.trials import estimates
from socioaffective.trials.estimates import Estimates
from socioaffective.trials.people import OPTIONS, Enrolled, arms_of, enrolled, evaluated, lived, refuse_words, steps_of
from socioaffective.trials.scales import Scale, as_share, points_of, scales_of

LEVELS = (0.5, 0.9999)


@dataclass(frozen=True)
class Study:
    """A trial that was run; made by `sa.trial`.

    `.data` is what the researchers have: each measured quantity over `person` and `time`, in the points of its scale where it
    has one, NaN from when somebody is gone; `arm`, `use` (the access each person had) and `left` (the week they left, NaN for
    who stayed) by person. `.truth` is what only the model knows: each measured quantity without error over `arm`, `person`
    and `time`, for the same people in *every* arm, with nobody gone, until long after the trial.

    >>> import socioaffective as sa
    >>> sa.trial(sa.models.companion, {"control": {"access": 0}, "binding": {"cues": 0.7}}, "ties", n=20)
    Study(20 people, 4 weeks, ties; left: control 0%, binding 0%)
    """

    model: Model
    data: xr.Dataset
    truth: xr.Dataset
    scales: Mapping[str, Scale]
    seed: int

    @property
    def arms(self) -> list[str]:
        """The arms, the first of which is the reference."""
        return [str(arm) for arm in self.truth["arm"].values]

    @property
    def measured(self) -> list[str]:
        """The quantities that are measured."""
        return [str(name) for name in self.data.data_vars]

    @property
    def dropout(self) -> dict[str, float]:
        """The share of each arm that has left by the end of the trial."""
        gone = np.isfinite(self.data["left"].values)
        return {arm: float(gone[self.data["arm"].values == arm].mean()) for arm in self.arms}

    def __repr__(self) -> str:
        size, weeks = self.data.sizes["person"], float(self.data["time"][-1])
        gone = ", ".join(f"{arm} {share:.0%}" for arm, share in self.dropout.items())
        return f"Study({size} people, {weeks:g} weeks, {', '.join(self.measured)}; left: {gone})"

    def difference(self, name: str | None = None, week: float | None = None, level: float = 0.95) -> Estimates:
        """Returns, for each arm but the first, its mean minus that of the first arm, of those who are still there.

        Keywords: `name`, the measured quantity (the first unless told otherwise); `week`, when (the last wave); `level` of the
        intervals, which are Welch's, by scipy.stats. Raises ValueError where an arm has fewer than two people left.
        """
        name, at = self._named(name), self._wave(week)
        values, arms = self.data[name].isel(time=at).values, self.data["arm"].values
        groups = {arm: values[(arms == arm) & np.isfinite(values)] for arm in self.arms}
        if short := next((arm for arm, group in groups.items() if len(group) < 2), None):
            raise ValueError(f"In '{short}' {len(groups[short])} people are left at this week; a difference needs two in each.")
        first, *others = self.arms
        level = number(level, "level", LEVELS)
        found = {arm: estimates.welch(groups[arm], groups[first], level) for arm in others}
        return Estimates(found, f"difference from {first}", sum(map(len, groups.values())))

    def regression(
        self,
        on: str = "arm",
        name: str | None = None,
        week: float | None = None,
        adjust: Sequence[str] | None = None,
        level: float = 0.95,
    ) -> Estimates:
        """Returns the coefficients of a measured quantity at a week on the arm or on the use, by ordinary least squares.

        Inputs: `on`, "arm" (randomised: one coefficient for each arm but the first) or "use" (as it happened). Keywords:
        `adjust`, measured quantities whose first reading goes in too (the outcome's own unless told otherwise, none as `[]`);
        `name`, `week`, `level` as in `difference`. Of those still there.
        Raises ValueError where nobody differs in what it is regressed on.
        """
        name, at = self._named(name), self._wave(week)
        if on not in ("arm", "use"):
            raise unknown("regressor", on, ["arm", "use"])
        y = self.data[name].isel(time=at).values
        columns = estimates.dummies(self.data["arm"].values, self.arms) if on == "arm" else {"use": self.data["use"].values}
        if not columns:
            raise ValueError("This study has one arm, so there is no arm to compare: regress on='use'.")
        for one in [name] if adjust is None else listed(adjust, "adjust", "['relatedness']"):
            columns[f"{self._named(one)} at first"] = self.data[one].isel(time=0).values
        there = np.isfinite(y) & np.isfinite(np.stack(list(columns.values()))).all(axis=0)
        found = estimates.least_squares(y[there], {n: c[there] for n, c in columns.items()}, number(level, "level", LEVELS))
        return Estimates(found, f"least squares on {on}", int(there.sum()))

    def mixed_model(self, name: str | None = None, level: float = 0.95) -> Estimates:
        """Returns the coefficients of all readings on time, arm and both, with an intercept and a slope for each person.

        "binding x time" is by how much more a week the arm rises than the first. Uses everybody who was read at least once,
        which allows for leaving that hangs on what was read before, not for leaving that hangs on what was not. By restricted
        maximum likelihood, of statsmodels; ImportError where that is not installed. `.converged`: whether it came to an end.
        """
        name = self._named(name)
        if self.data.sizes["time"] < 3:
            raise ValueError("A slope for each person needs at least three waves: give a shorter every=, or more weeks=.")
        y, times = self.data[name].values, np.broadcast_to(self.data["time"].values, self.data[name].shape)
        there = np.isfinite(y)
        groups = np.broadcast_to(np.arange(len(y))[:, None], y.shape)[there]
        columns = {"time": times[there]}
        for arm, who in estimates.dummies(self.data["arm"].values, self.arms).items():
            columns[arm] = np.broadcast_to(who[:, None], y.shape)[there]
            columns[f"{arm} x time"] = columns[arm] * columns["time"]
        found, converged = estimates.mixed(y[there], columns, groups, columns["time"], number(level, "level", LEVELS))
        return Estimates(found, "mixed model", len(np.unique(groups)), converged)

    def true_difference(self, name: str | None = None, week: float | None = None) -> dict[str, float]:
        """Returns what `difference` would find of everybody in every arm, nobody gone and nothing misread, in the same points.

        Keywords: `name`, the measured quantity (the first unless told otherwise); `week`, when (the last of `.truth`).
        """
        name = self._named(name)
        last = float(self.truth["time"][-1])
        values = self.in_points(name).sel(time=last if week is None else self._known_week(week), method="nearest")
        first, *others = (float(values.sel(arm=arm).mean()) for arm in self.arms)
        return {arm: mean - first for arm, mean in zip(self.arms[1:], others, strict=True)}

    def in_points(self, name: str) -> xr.DataArray:
        """Returns the truth about a measured quantity in the points in which it is measured."""
        if name not in self.scales:
            return self.truth[name]
        return points_of(self.scales[name], self.truth[name], tuple(self.truth[name].attrs["bounds"]))

    def _named(self, name: str | None) -> str:
        if name is None:
            return self.measured[0]
        if name not in self.measured:
            raise unknown("measured quantity", name, self.measured)
        return name

    def _known_week(self, week: float) -> float:
        times = self.truth["time"].values
        return number(week, "week", (float(times[0]), float(times[-1])))

    def _wave(self, week: float | None) -> int:
        times = self.data["time"].values
        if week is None:
            return len(times) - 1
        at = int(np.argmin(np.abs(times - number(week, "week", (0, float(times[-1]))))))
        if abs(times[at] - week) > 1e-9:
            raise ValueError(f"Nobody was asked at week {week:g}; the waves are {', '.join(f'{t:g}' for t in times)}.")
        return at


def trial(
    model: Model,
    arms: Mapping[str, Any],
    measured: Sequence[str] | str,
    people: Mapping[str, Any] | None = None,
    n: int | None = None,
    weeks: float = 4,
    *,
    every: float = 1,
    enrol: Any = None,
    dose: Any = 1.0,
    choice: Any = None,
    scatter: float = 0.0,
    dropout: Any = 0.0,
    scale: Any = None,
    long: float = 104,
    seed: int = 0,
    **settings: Any,
) -> Study:
    """Returns a study of a model's people: who was in which arm, what they said at each wave, who left, and what is true.

    Inputs: `model`; `arms`, a mapping from label to what is done there, a mapping of parameters, levers and inputs (with
    `"policy"` for a policy) or a policy alone, the first arm being the reference; `measured`, the states and observables that
    are asked for; `people`, values by name with one entry a person and `"start"` for start values, as `sa.simulate` takes them
    (the same person n times unless told otherwise); `n`, how many are enrolled; `weeks`, how long the trial lasts.

    Keywords, in the order in which they act; expressions are in the model's symbols:
    `enrol`, an expression of start values and parameters: whoever has it above 0 volunteers, and the first n of them are taken.
    `dose`, the share of the access in their arm that people take up, a number from 0 to 1, a list, or an expression of where
    they begin, which makes use self-selected.
    `choice`, an expression of where they begin: people are then put into arms in the order of it, those who have least of it in
    the first, instead of at random. `scatter`, the standard deviation of what else moves dose and choice.
    `dropout`, the hazard of leaving, a week: a number or an expression, so that leaving may hang on the outcome. Who leaves is
    not asked any more, and goes on living as before.
    `every`, weeks between two waves; `scale`, how they are read: without error unless told otherwise, "BPNSFS", a
    `sa.trials.Scale`, or a mapping of those.
    `long`, until which week the truth is known; `seed`. Every other keyword is one of `sa.simulate`, for all arms.

    As many people are in each arm, by chance unless they choose. What is drawn for a person hangs on the seed and on their
    place alone. Raises ValueError for unknown names, values out of bounds, and too few volunteers.

    >>> import numpy as np
    >>> import socioaffective as sa
    >>> arms = {"control": {"access": 0}, "binding": {"cues": 0.7}}
    >>> people = {"start": {"ties": np.linspace(0.1, 0.8, 60)}}
    >>> study = sa.trial(sa.models.companion, arms, "felt_relatedness", people, weeks=4, seed=1)
    >>> study.difference()["binding"].value > 0, study.true_difference(week=104)["binding"] < 0
    (True, True)
    """
    refuse_words(a_model(model), OPTIONS, "trial")
    arms = arms_of(model, arms)
    names = [measured] if isinstance(measured, str) else listed(measured, "measured", "['relatedness']")
    if not names or len(set(names)) < len(names):
        raise ValueError("A trial measures at least one quantity, each once.")
    known = {**model.states, **model.observables}
    for name in names:
        if name not in known:
            raise unknown(f"state or observable of '{model.title}' to measure", name, known)
    scales = scales_of(scale, names)
    root = whole(seed, "seed", 0, 2**32 - 1)
    steps, waves = steps_of(model, weeks, every, long)
    noise = number(scatter, "scatter", (0, 1))
    who = enrolled(model, people, n, settings, len(arms), root, enrol, dose, choice, noise)
    runs = {label: lived(model, arm, who, steps, root) for label, arm in arms.items()}
    truth = _truth(model, runs, names, dropout)
    data = _read(truth, who, list(arms), waves, scales, root, known)
    used = np.array([runs[label].attrs["used"] for label in arms])
    data["use"] = ("person", used[who.arm, np.arange(who.size)], {"long_name": "use that each person could have", "units": "1"})
    return Study(model, data.set_coords("use"), truth, scales, root)


def _truth(model: Model, runs: Mapping[str, xr.Dataset], names: list[str], dropout: Any) -> xr.Dataset:
    """Returns measured quantities of everybody in every arm, and the probability that they would still be asked."""
    parts = []
    for run in runs.values():
        part = run[names].transpose("person", "time")
        hazard = evaluated(model, run, dropout, "dropout")
        if hazard.min() < 0:
            raise ValueError(f"dropout is a hazard, at least 0 a week; here it goes down to {hazard.min():.3g}.")
        gaps = np.diff(run["time"].values)
        piled = np.cumsum((hazard[:, 1:] + hazard[:, :-1]) / 2 * gaps, axis=1)
        parts.append(part.assign(staying=(("person", "time"), np.exp(-np.pad(piled, ((0, 0), (1, 0)))))))
    joined = xr.concat(parts, dim="arm", coords="minimal", compat="override", combine_attrs="override")
    return joined.reset_coords(drop=True).assign_coords(arm=list(runs), person=np.arange(joined.sizes["person"]))


def _read(
    truth: xr.Dataset, who: Enrolled, arms: list[str], waves: np.ndarray, scales: Mapping[str, Scale], root: int, known: Mapping
) -> xr.Dataset:
    """Returns what the people of a study say at each wave, as long as they are there."""
    own = truth.isel(time=waves).isel(
        arm=xr.DataArray(who.arm, dims="person"), person=xr.DataArray(np.arange(who.size), dims="person")
    )
    times = own["time"].values
    # Somebody leaves when the probability to have stayed falls below a number of their own.
    gone = own["staying"].transpose("person", "time").values < who.patience[:, None]
    left = np.where(gone.any(axis=1), times[np.argmax(gone, axis=1)], np.nan)
    variables = {}
    items = sum(scale.items for scale in scales.values())
    draws = (
        np.stack([_stream(root, k, 2).standard_normal((len(times), items)) for k in range(who.size)]) if items else np.empty(0)
    )
    at = 0
    for name in map(str, truth.data_vars):
        if name == "staying":
            continue
        values = own[name].transpose("person", "time").values
        attrs = {"long_name": known[name].label, "units": known[name].unit}
        if name in scales:
            scale = scales[name]
            values = scale.scored(as_share(values, known[name].bounds), draws[..., at : at + scale.items])
            at += scale.items
            attrs |= {"units": f"points, {scale.low} to {scale.high}"}
        variables[name] = (("person", "time"), np.where(gone, np.nan, values), attrs)
    coords = {
        "person": np.arange(who.size),
        "time": ("time", times, {"long_name": "time", "units": "weeks"}),
        "arm": ("person", np.array(arms)[who.arm]),
        "left": ("person", left, {"long_name": "week of leaving", "units": "weeks"}),
    }
    return xr.Dataset(variables, coords)


def _stream(root: int, person: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(root, spawn_key=(person, purpose)))
