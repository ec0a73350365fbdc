"""Control: the far-sighted optimum of an objective over the levers, with the shadow price of every state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import minimize

from socioaffective.checks import number, unknown, whole
from socioaffective.control.shooting import SMALL, CoarseError, Task, problem_of
from socioaffective.dynamics.equilibrium import settings_of, states_of
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.objectives import Objective, an_objective
from socioaffective.policies import COST, Steps, lever_names
from socioaffective.quantities import Quantity
from socioaffective.simulation.runs import simulate, switch_of

MOST_STARTS, MOST_DECISIONS = 50, 5_000
# Weight that the discount leaves, below which a control is not determined, and below which it is not even planned.
VANISHED, NOTHING = 1e-4, 1e-8
# How exactly a floor must be kept, and how often its price is raised to make it so.
KEPT, ROUNDS = 1e-3, 12


@dataclass(frozen=True, eq=False)
class Plan:
    """A far-sighted optimum; made by `optimise`.

    `.controls` are the levers from each decision on, over `time`, and whether they are `determined`: what comes so late that
    the discount has left it no weight is not. `.value` is the discounted integral (in steps, the sum) of the objective minus
    the cost of the levers; `.costates` are the shadow prices over `time`: what one unit more of a state would be worth at that
    moment, to whoever has this objective. `.converged` says whether the search came to an end, `.starts` what each start
    reached, `.spread` how far the worst ended below the best, relative to the best. `.prices` are those of the floors and
    `.shortfall` by how much a floor is missed at worst. `.error` estimates what the steps of the integration make of the
    value. `.policy` plays the plan and `.run` is the person under it, without noise.
    """

    model: Model
    objective: Objective
    value: float
    controls: xr.Dataset
    costates: xr.Dataset
    prices: xr.Dataset
    starts: xr.Dataset
    converged: bool
    shortfall: float
    error: float
    call: Mapping[str, Any]

    @property
    def levers(self) -> tuple[str, ...]:
        """The levers that are planned."""
        return tuple(str(name) for name in self.controls if name != "determined")

    @property
    def spread(self) -> float:
        """How far the worst start ended below the best, relative to the best."""
        values = self.starts["value"].values
        return float(np.ptp(values) / max(abs(values).max(), 1e-300))

    @property
    def determined(self) -> float:
        """The time up to which the controls are determined."""
        return float(self.controls.attrs["determined_until"])

    @property
    def policy(self) -> Steps:
        """The plan as a schedule; what is not determined stays as it was last."""
        table = self.controls.sel(time=slice(None, self.determined - 1e-9))
        times = table["time"].values.tolist()
        return Steps({name: dict(zip(times, table[name].values.tolist(), strict=True)) for name in self.levers})

    @cached_property
    def run(self) -> xr.Dataset:
        """The run of the person under this plan."""
        model = self.model.without_noise()
        return simulate(model, self.call["weeks"], self.call["start"], self.policy, **self.call["settings"])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plan):
            return NotImplemented
        mine, theirs = ((p.model.equations, p.model.quantities, p.objective, p.call) for p in (self, other))
        return mine == theirs and self.controls.identical(other.controls) and self.costates.identical(other.costates)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        unit = CLOCKS[self.model.clock]
        said = [
            f"Plan of {', '.join(self.levers)} over {self.call['weeks']:g} {unit}s for {self.objective}: value {self.value:.6g}"
        ]
        said.append("converged" if self.converged else "NOT converged")
        if self.starts.sizes["trial"] > 1:
            said.append(f"{self.starts.sizes['trial']} starts within {self.spread:.1g}")
        if self.determined < self.call["weeks"]:
            said.append(f"undetermined from {unit} {self.determined:g}")
        if self.shortfall > KEPT:
            said.append(f"a floor is missed by {self.shortfall:.2g}")
        return "; ".join(said)


def optimise(
    model: Model,
    objective: Objective | str = "engagement",
    weeks: float = 104,
    discount: float = 0.0,
    *,
    levers: Sequence[str] | None = None,
    every: float = 1,
    cost: float = COST,
    bias: float = 1.0,
    starts: int = 3,
    seed: int = 0,
    start: Mapping[str, float] | None = None,
    **settings: float,
) -> Plan:
    """Returns the levers that bring most of an objective over the whole time, as a `Plan` with controls, value and costates.

    Inputs: `model`; `objective`, such as `sa.objectives.needs` or the name of a quantity; `weeks`, the horizon (steps, for a
    discrete model); `discount`, the rate per week at which the future loses weight. Keywords: `levers`, those that are
    planned (all unless told otherwise; the others as `settings` or their defaults say); `every`, weeks between two decisions;
    `cost`, so that the payoff is objective - (cost/2) (sum of squared levers); `bias`, the weight of all that comes after the
    first decision as against now (below 1: quasi-hyperbolic discounting); `starts`, from how many guesses the search sets
    out (all levers low, all high, half-way, then at random by `seed`); `start` and `settings` as for `sa.simulate`.

    Levers are constant between decisions. The state is integrated by Runge-Kutta steps, fine enough that the value is exact to
    about 1e-7, and the slope of the value by every lever comes from the costates, backwards in time (Pontryagin), with all
    derivatives taken by SymPy; the search is L-BFGS-B. It finds local optima: `.spread` says how far the starts disagree. A
    floor is kept at each of these steps, to within 0.001, by an augmented Lagrangian, whose multipliers are the prices of the
    floor. Noise is left out of account.
    Raises ValueError for names, bounds and horizons that make no sense.

    >>> import socioaffective as sa
    >>> plan = sa.optimise(sa.models.companion, "engagement", weeks=26, every=2)
    >>> plan.converged, bool(plan.controls["cues"][0] > 0.3)
    (True, True)
    """
    a_model(model)
    length = number(weeks, f"weeks (the horizon in {CLOCKS[model.clock]}s)")
    step = number(every, f"every ({CLOCKS[model.clock]}s between two decisions)")
    if length <= 0 or step <= 0:
        raise ValueError(
            f"The horizon (weeks = {length:g}) and the time between decisions (every = {step:g}) must be positive."
        )
    if model.clock == "discrete" and (length != int(length) or step != int(step)):
        raise ValueError(f"'{model.title}' moves in whole steps: weeks ({length:g}) and every ({step:g}) must be whole.")
    aim = Aim(an_objective(objective), chosen_levers(model, levers, settings), *economics(discount, bias, cost))
    begin = dict(zip(model.states, states_of(model, start).tolist(), strict=True))
    values = dict(zip(model.settings, settings_of(model, settings).tolist(), strict=True))
    call = {"weeks": length, "start": begin, "settings": dict(settings), "every": step}
    return planned(model, aim, begin, values, call, whole(starts, "starts", 1, MOST_STARTS), whole(seed, "seed"))


def planned(
    model: Model,
    aim: Aim,
    begin: Mapping[str, float],
    values: Mapping[str, float],
    call: dict[str, Any],
    starts: int = 3,
    seed: int = 0,
) -> Plan:
    """Returns the best plan that the searches find for one person, once all that is given makes sense."""
    aim.refuse_a_start_below_a_floor(begin)
    task = aim.task(model, begin, values, call["weeks"], call["every"], aim.twin(model, begin, values))
    guesses = ways_of(task, starts, seed)
    task.settle(guesses)
    task.size = sized(task, guesses)
    finds = [searched(copy(task), guess) for guess in guesses]
    return _plan(model, aim, task, finds, call)


@dataclass(frozen=True)
class Aim:
    """What is optimised, by which levers, and how the future counts."""

    objective: Objective
    levers: tuple[str, ...]
    discount: float
    bias: float
    cost: float

    def twin(
        self, model: Model, start: Mapping[str, float], values: Mapping[str, float]
    ) -> tuple[list[float], dict[str, float]] | None:
        """Returns the states and the settings of the same person without the assistant, where the objective asks for that."""
        if not self.objective.impact:
            return None
        self.objective.formula(model)
        return list(start.values()), {**values, switch_of(model): 0.0}

    def refuse_a_start_below_a_floor(self, start: Mapping[str, float]) -> None:
        """Raises ValueError where no plan could keep a floor."""
        for name, level in self.objective.floors.items():
            if start.get(name, level) < level:
                raise ValueError(f"'{name}' starts at {start[name]:g}, below its floor of {level:g}: no plan can keep it.")

    def task(
        self,
        model: Model,
        start: Mapping[str, float],
        values: Mapping[str, float],
        weeks: float,
        every: float,
        twin: tuple[list[float], dict[str, float]] | None,
    ) -> Task:
        """Returns what is to be optimised for one person from a state on."""
        if weeks / every > MOST_DECISIONS:
            raise ValueError(
                f"weeks = {weeks:g} with every = {every:g} are {weeks / every:.4g} decisions; at most {MOST_DECISIONS} are "
                "planned."
            )
        count = max(int(np.ceil(weeks / every - 1e-9)), 1)
        edges = np.minimum(every * np.arange(count + 1), weeks)
        if self.discount:
            # What the discount leaves less weight than this changes no digit of what comes before.
            edges = edges[: np.searchsorted(edges, -np.log(NOTHING) / self.discount) + 1]
        begin = np.array([start[name] for name in model.states])
        problem = problem_of(model, self.objective, self.levers)
        return Task(problem, edges, begin, values, self.discount, self.bias, self.cost, twin)


@dataclass(frozen=True)
class Find:
    """Where a search ended: levers, value, whether it came to an end, and by how much a floor is missed."""

    levers: np.ndarray
    value: float
    converged: bool
    shortfall: float
    price: np.ndarray


def ways_of(task: Task, count: int, seed: int = 0) -> list[np.ndarray]:
    """Returns guesses to set out from: all levers low, high, half-way, then at random, each for the whole time."""
    low, high = task.problem.bounds
    rng = np.random.default_rng(seed)
    ways = [low + share * (high - low) for share in (0.0, 1.0, 0.5)][:count]
    ways += [rng.uniform(low, high) for _ in range(count - len(ways))]
    return [np.tile(way, (task.count, 1)) for way in ways]


def sized(task: Task, guesses: list[np.ndarray]) -> float:
    """Returns the unit in which the search measures the payoff: 1, or less where it is tiny."""
    found = [task.value_and_slope(guess) for guess in guesses]
    most = max(max(abs(value), float(np.abs(slope / task.scale).max())) for value, slope in found) / task.weight
    return most if 0 < most < SMALL else 1.0


def best_of(finds: list[Find]) -> Find:
    """Returns the best of what was found, first of all one that keeps its floors."""
    return max(finds, key=lambda find: (find.shortfall <= KEPT, find.value))


def searched(task: Task, guess: np.ndarray, exactness: float = 1e-12, most: int = 1000) -> Find:
    """Returns the local optimum that L-BFGS-B finds from a guess; floors by raising their price until they are kept."""
    u, missing = guess, np.inf
    for _ in range(ROUNDS if task.problem.floors else 1):
        u, ended = _climbed(task, u, max(exactness, 1e-9) if task.problem.floors else exactness, most)
        value, _, nodes = task.forward(u)
        if not task.problem.floors:
            return Find(u, value, ended, 0.0, task.price)
        short = task.missed(nodes)
        before, missing = missing, max(float(short.max()), 0.0)
        settled = np.abs(np.maximum(short, -task.price / task.stiffness)).max() <= KEPT
        task.price = np.maximum(0.0, task.price + task.stiffness * short)
        if settled:
            break
        task.stiffness *= 4 if missing > before / 4 else 1
    return Find(u, value, ended and missing <= 2 * KEPT, missing, task.price)


def _climbed(task: Task, guess: np.ndarray, exactness: float, most: int) -> tuple[np.ndarray, bool]:
    """Returns the levers uphill of a guess, and whether nothing was left to gain."""
    low, high = task.problem.bounds
    size = task.weight * task.size

    def loss(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = task.value_and_slope(z.reshape(task.scale.shape[0], -1) / task.scale)
        return -value / size, -(slope / task.scale / size).ravel()

    limits = np.stack([(low * task.scale).ravel(), (high * task.scale).ravel()], axis=1)
    options = {"maxiter": most, "maxfun": 2 * most, "ftol": exactness, "gtol": 1e-9, "maxcor": 20}
    try:
        answer = minimize(loss, (guess * task.scale).ravel(), jac=True, method="L-BFGS-B", bounds=limits, options=options)
    except CoarseError as found:
        # Each time the steps get shorter, so this comes to an end.
        task.settle([found.args[0]])
        return _climbed(task, guess, exactness, most)
    return np.clip(answer.x.reshape(guess.shape) / task.scale, low, high), bool(answer.success)


def _plan(model: Model, aim: Aim, task: Task, finds: list[Find], call: dict[str, Any]) -> Plan:
    """Returns a plan made of what the searches have found."""
    best = best_of(finds)
    before, task.price = task.steps, best.price
    task.settle([best.levers])
    if task.steps > before:
        best = searched(task, best.levers)
    value, at, nodes = task.forward(best.levers)
    _, costates = task.backward(best.levers, at, task._floors(nodes)[1])
    firsts = np.append(np.flatnonzero(np.diff(task.owner, prepend=-1)), len(task.owner))
    weights = np.exp(-aim.discount * task.edges)
    weights[1:] *= aim.bias
    sure = np.exp(-aim.discount * task.edges) >= VANISHED
    until = float(task.edges[-1] if sure.all() else task.edges[np.argmin(sure)])
    unit = CLOCKS[model.clock]
    time = {"long_name": "time", "units": f"{unit}s"}
    known = sure[:-1]
    controls = {
        name: ("time", np.where(known, best.levers[:, j], np.nan), _attrs(model.levers[name]))
        for j, name in enumerate(aim.levers)
    }
    controls["determined"] = ("time", known, {"long_name": "determined"})
    shadow = np.where(sure, 1.0, np.nan)[:, None] * costates[firsts] / np.where(weights > 0, weights, 1.0)[:, None]
    prices = {
        name: ("time", shadow[:, k], {"long_name": f"shadow price of {q.label}", "units": f"objective x {unit}s"})
        for k, (name, q) in enumerate(model.states.items())
    }
    floors = {name: ("time", task.by_decision(task.price)[:, j]) for j, name in enumerate(sorted(aim.objective.floors))}
    tried = {"value": ("trial", [find.value for find in finds]), "converged": ("trial", [find.converged for find in finds])}
    twice = task.copied(2 * task.steps).forward(best.levers)[0] if model.clock == "continuous" else value
    return Plan(
        model=model,
        objective=aim.objective,
        value=value,
        controls=xr.Dataset(controls, {"time": ("time", task.edges[:-1], time)}, {"determined_until": until}),
        costates=xr.Dataset(prices, {"time": ("time", task.edges, time)}),
        prices=xr.Dataset(floors, {"time": ("time", task.edges[1:], time)}),
        starts=xr.Dataset(tried),
        converged=best.converged,
        shortfall=best.shortfall,
        error=abs(twice - value) * 16 / 15,
        call=call,
    )


def _attrs(quantity: Quantity) -> dict[str, Any]:
    return {"long_name": quantity.label, "units": quantity.unit, "meaning": quantity.meaning, "bounds": list(quantity.bounds)}


def chosen_levers(model: Model, levers: Sequence[str] | None, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the levers to plan: those named, or all that no setting holds."""
    free = tuple(n for n in model.levers if n not in settings)
    names = free if levers is None else lever_names(levers, "name those to plan, or leave it out and all of them are.")
    for name in names:
        if name not in model.levers:
            raise unknown(f"lever of '{model.title}'", name, model.levers)
        if name in settings:
            raise ValueError(f"'{name}' is planned, so it cannot also be held at {settings[name]!r}.")
    if not names:
        raise ValueError(f"'{model.title}' needs at least one lever to plan; it has {', '.join(model.levers) or 'none'}.")
    return names


def economics(discount: float, bias: float, cost: float) -> tuple[float, float, float]:
    """Returns discount, bias and cost once they are numbers that make sense."""
    if (bias := number(bias, "bias", (0, 1))) == 0:
        raise ValueError("bias must be above 0: with 0 nothing after the first decision counts; use a horizon of one instead.")
    return number(discount, "discount (per week)", (0, 1e4)), bias, number(cost, "cost", (0, 1e6))
