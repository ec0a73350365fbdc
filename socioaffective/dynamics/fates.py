"""Fates: where starts end, and until when a run can still return."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.integrate import solve_ivp

from socioaffective.checks import mapped, unknown, whole
from socioaffective.compile import rates
from socioaffective.dynamics.equilibrium import Equilibrium, box_of, equilibria, settings_of
from socioaffective.dynamics.manifolds import planar, told
from socioaffective.integrate import MOST_TOGETHER, StuckError
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.shares import wilson
from socioaffective.simulation.runs import Call, simulate

# A start this many boxes away has left for good.
FAR = 20
ELSEWHERE, UNDECIDED = -1, -2
# A start has settled this close to a rest point, as a share of the box, or a quarter of the way to the next one.
SETTLED = 0.004
# A rate of growth below this share of the fastest one says nothing of how long to wait.
SLOWEST = 1e-6
# Time scales further apart than this are left to a method for stiff equations, one start after the other.
STIFF = 100
MOST_ALONE, MOST_UNDEFINED = 30_000, 200
# Steps of a map, and steps times numbers that are moved: a few seconds.
MOST_STEPS, MOST_WORK = 100_000, 5e8
# Standard errors on either side of a share that hold it 19 times of 20.
WILSON = 1.96
# A run is asked at so many times at most whether it can still return.
MOST_TIMES = 1_000


@dataclass(frozen=True)
class BasinShares:
    """Shares of the box by where they end: `shares`, their standard `errors` and 95 % `intervals` by index of a rest point in
    `equilibria` (-1 for elsewhere, -2 for undecided), from so many `starts`."""

    shares: dict[int, float]
    errors: dict[int, float]
    intervals: dict[int, tuple[float, float]]
    equilibria: list[Equilibrium]
    starts: int

    def __repr__(self) -> str:
        lines = [f"Shares of {self.starts} random starts, with 95% intervals:"]
        for k, share in self.shares.items():
            low, high = self.intervals[k]
            where = {ELSEWHERE: "elsewhere", UNDECIDED: "undecided"}.get(k) or told(self.equilibria[k].state)
            lines.append(f"  {share:.1%} ({low:.1%} to {high:.1%}) {where}")
        return "\n".join(lines)


@dataclass(frozen=True)
class NoReturn:
    """Until when a run can return: `time` (None where that is never lost), `state` at it, and how much later there is no
    return, `accuracy`; the `goal`; from which of the checked `times` it is `reached`; and all that in a `sentence`."""

    time: float | None
    state: dict[str, float] | None
    goal: Equilibrium
    times: np.ndarray
    reached: np.ndarray
    accuracy: float
    sentence: str

    def __repr__(self) -> str:
        return self.sentence


def basins(model: Model, resolution: int = 40, **settings: float) -> xr.DataArray:
    """Returns where each start of a grid ends: the index of a stable rest point in `sa.equilibria`, -1 for elsewhere, or -2
    for undecided.

    Inputs: `model`, with two states; `resolution`, the number of starts along each side; settings by name. The starts are
    the centres of equal cells. A start may leave the box and come back; it is -1 when it goes 20 widths of the box away from
    its middle, comes to where a formula has no value, cycles, or has not settled after 30 of the slowest time constants, and
    -2 when so long a time is not computed: beside a degenerate rest point, with one time constant a million times another, or
    100,000 steps of a map. Raises ValueError for a model that is not planar and a resolution that is not a whole number from
    2 to 400.

    >>> import socioaffective as sa
    >>> fate = sa.basins(sa.models.companion, cues=0.7, resolution=10)
    >>> fate.dims, sorted(set(fate.values.ravel().tolist()))
    (('wanting', 'ties'), [0, 2])
    """
    planar(model)
    count = whole(resolution, "resolution (starts along a side)", 2, 400)
    return basins_of(model, settings_of(model, settings), equilibria(model, **settings), count)


def basins_of(model: Model, p: np.ndarray, rest: list[Equilibrium], resolution: int) -> xr.DataArray:
    """Returns the basins of a planar model whose rest points are known."""
    axes = centres(box_of(model), resolution)
    starts = np.stack(np.meshgrid(*axes, indexing="ij")).reshape(2, -1)
    fate = _fates(model, p, rest, starts).reshape(resolution, resolution)
    return xr.DataArray(fate, dict(zip(model.states, axes, strict=True)), list(model.states))


def basin_shares(model: Model, starts: int = 2000, seed: int = 0, **settings: float) -> BasinShares:
    """Returns which share of the box ends at each stable rest point, for a model with any number of states.

    Inputs: `model`; `starts`, how many are drawn, uniformly over the box; `seed` of the draw; settings by name. The result
    has `.shares`, `.errors` (standard errors) and `.intervals` (95 %, by Wilson's method), each by index of the rest point
    in `.equilibria`, -1 for elsewhere, and -2 for undecided where there are any, as in `sa.basins`. Noise of the model is left
    out. The errors are those of sampling alone: a rest point that `sa.equilibria` misses counts as elsewhere, and a start
    counts as settled once each state is within 0.004 of its bounds' width, or a quarter of the way to the next rest point.
    Raises ValueError for a count or a seed that is not a positive whole number, and for an unknown name.
    Source: Menck et al. (2013), "How basin stability complements the linear-stability paradigm", doi:10.1038/nphys2516.

    >>> import socioaffective as sa
    >>> found = sa.basin_shares(sa.models.mirror, starts=400)
    >>> list(found.shares), round(found.shares[0] + found.shares[2], 9)
    ([0, 2, -1], 1.0)
    >>> abs(found.shares[0] - 0.5) < 3 * found.errors[0]
    True
    """
    p = settings_of(model, settings)
    count = whole(starts, "starts (how many are drawn)", 1, 100_000)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be a whole number from 0 up, not {seed!r}.")
    rest, box = equilibria(model, **settings), box_of(model)
    drawn = np.random.default_rng(seed).uniform(size=(count, len(box))).T
    fate = _fates(model, p, rest, box[:, :1] + drawn * (box[:, 1:] - box[:, :1]))
    known = [*(k for k, point in enumerate(rest) if point.stable), ELSEWHERE, *[UNDECIDED] * bool((fate == UNDECIDED).any())]
    shares = {k: float((fate == k).mean()) for k in known}
    errors = {k: math.sqrt(share * (1 - share) / count) for k, share in shares.items()}
    ends = {k: wilson(share, count, WILSON) for k, share in shares.items()}
    intervals = {k: (float(low), float(high)) for k, (low, high) in ends.items()}
    return BasinShares(shares, errors, intervals, rest, count)


def point_of_no_return(model: Model, run: xr.Dataset, change: Mapping[str, float], goal: int | None = None) -> NoReturn:
    """Returns until when in a run a change of settings still brings the person back, all else as it was.

    Inputs: `model`; `run`, a result of `sa.simulate` for one person; `change`, settings by name, such as `{"cues": 0}`, that
    hold from the moment of the change on; `goal`, the index in `sa.equilibria` (with the change made) of the stable rest
    point to return to: unless told otherwise the one that is reached when the change is made where the run begins.
    The result has `.time`, the last moment (None where there is none), the `.state` at it, the `.goal`, whether it is
    `.reached` from each of the `.times` that were checked (at most 1,000, evenly spread), and a `.sentence`. Of several
    losses it is the last, and the sentence says whether a return is possible again later. Between two checked times the
    moment is found by bisection, each time repeating the run up to there, to a millionth of the run's length; in a model that
    moves in steps or has noise it is the checked time. What happens between two checked times and is undone there is missed.
    The way back is followed without noise. Raises ValueError for a run of several people or of a model with other equations
    or noise, for a setting that moves in the run and is not in `change`, for a goal that is not a stable rest point, and where
    it is undecided (`sa.basins`) where a way back ends.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=208, cues=0.9)
    >>> found = sa.point_of_no_return(sa.models.companion, run, {"cues": 0.7})
    >>> found.goal.kind, bool(found.reached[0]), bool(found.reached[-1])
    ('stable node', True, False)
    """
    call = _one_person(model, run)
    held = {**_held(model, run, call, change), **change}
    p, rest = settings_of(model, held), equilibria(model, **held)
    keep = np.unique(np.linspace(0, run.sizes["time"] - 1, min(run.sizes["time"], MOST_TIMES)).round().astype(int))
    times, states = run["time"].values[keep], np.stack([run[name].values[keep] for name in model.states])
    fate = _fates(model, p, rest, states)
    if (undecided := fate == UNDECIDED).any():
        raise ValueError(
            f"From {int(undecided.sum())} of {len(times)} times of this run it is not decided where '{model.title}' ends after "
            "the change: some of it is too slow beside the rest. Change the settings a little more."
        )
    stable = [k for k, point in enumerate(rest) if point.stable]
    made = " and ".join(f"{name} at {float(value):g}" for name, value in change.items())
    if goal is None and fate[0] == ELSEWHERE:
        raise ValueError(
            f"With {made} this run would come to rest nowhere from its start; stable rest points to give as goal: {stable}."
        )
    if goal is not None and (isinstance(goal, bool) or not isinstance(goal, (int, np.integer)) or goal not in stable):
        raise unknown("stable rest point with the index", goal, map(str, stable))
    aim = int(fate[0]) if goal is None else int(goal)
    reached = fate == aim
    losses, time, last, accuracy = np.flatnonzero(reached[:-1] & ~reached[1:]), None, None, 0.0
    if losses.size:
        k = int(losses[-1])
        time, until, state = float(times[k]), float(times[k + 1]), states[:, k]
        smooth = model.clock == "continuous" and not model.noise
        while smooth and until - time > 1e-6 * (times[-1] - times[0]):
            middle = (time + until) / 2
            there = _at(model, call, middle)
            if _fates(model, p, rest, there[:, None], 1e-10)[0] == aim:
                time, state = middle, there
            else:
                until = middle
        accuracy, last = until - time, dict(zip(model.states, map(float, state), strict=True))
    sentence = _verdict(f"With {made}", told(rest[aim].state), CLOCKS[model.clock], times, reached, time, len(losses))
    return NoReturn(time, last, rest[aim], times, reached, accuracy, sentence)


def _one_person(model: Model, run: Any) -> Call:
    """Returns the call that made a run, once it is one of this model for one person."""
    a_model(model)
    call = run.attrs.get("call") if isinstance(run, xr.Dataset) else None
    if not isinstance(call, str):
        raise TypeError(f"point_of_no_return needs a result of sa.simulate, not {type(run).__name__}.")
    if not isinstance(call, Call):
        raise ValueError("This run was read from a file and no longer knows its model; repeat it with sa.simulate first.")
    if call.model.clock != model.clock or call.model.equations != model.equations or call.model.noise != model.noise:
        raise ValueError(f"This run is of '{call.model.title}', not of '{model.title}': clock, equations and noise must agree.")
    if call.people or set(run.sizes) != {"time"}:
        whom = call.people or dict(run.sizes)
        raise ValueError(f"This run was made with {whom}. Repeat it with sa.simulate for one person alone.")
    if run.sizes["time"] < 2:
        raise ValueError("This run has fewer than two times left; give it as it came.")
    return call


def _held(model: Model, run: xr.Dataset, call: Call, change: Any) -> dict[str, float]:
    """Returns the settings in force in a run; ValueError for one that moves and is not going to be changed."""
    if not mapped(change, "change", "{'cues': 0}"):
        raise ValueError("change is empty: say what is changed, such as {'cues': 0}.")
    for name in change:
        if name in model.states:
            raise ValueError(f"'{name}' is a state; a change is one of settings, such as {{'cues': 0}}.")
    moved = {name for setting in (call.options["interventions"] or {}).values() for name in setting}
    held = {name: run[name].values[0] if name in model.levers else run.attrs["settings"][name] for name in model.settings}
    for name in model.settings:
        moves = np.ptp(run[name].values) > 0 if name in model.levers else name in moved
        if moves and name not in change:
            raise ValueError(f"'{name}' moves in this run; say at what it is held after the change: change={{'{name}': ...}}.")
    return held


def _at(model: Model, call: Call, time: float) -> np.ndarray:
    """Returns the states of a run at any time, by repeating it up to there."""
    earlier = {week: setting for week, setting in (call.options["interventions"] or {}).items() if week <= time}
    options = {**call.options, "weeks": time, "dt": time, "events": None, "interventions": earlier}
    with warnings.catch_warnings():
        # The run itself has said where it leaves its bounds.
        warnings.simplefilter("ignore", UserWarning)
        again = simulate(call.model, policy=call.policy, **options)
    return np.array([float(again[name][-1]) for name in model.states])


def _verdict(made: str, goal: str, unit: str, times: np.ndarray, reached: np.ndarray, time: float | None, losses: int) -> str:
    """Returns in words until when there is a return, and what the answer rests on."""
    checked = f"Checked at {len(times)} times from {unit} {times[0]:g} to {times[-1]:g}."
    if reached.all():
        return f"{made} there is always a return to {goal}: no point of no return. {checked}"
    if not reached.any():
        return f"{made} there is never a return to {goal}. {checked}"
    if time is None:
        return f"{made} there is a return to {goal} only from about {unit} {times[np.argmax(reached)]:.4g} on. {checked}"
    said = f"{made} there is a return to {goal} until {unit} {time:.6g}, and none just after."
    if losses > 1:
        said += f" It is lost {losses} times; this is the last."
    if reached[-1]:
        again = times[np.flatnonzero(~reached)[-1] + 1]
        said += f" It is not one-way: from about {unit} {again:.4g} a return is possible again."
    return f"{said} {checked}"


def _fates(model: Model, p: np.ndarray, rest: list[Equilibrium], starts: np.ndarray, rtol: float = 1e-6) -> np.ndarray:
    """Returns for starts, shape (states, starts), the index of the stable rest point where each ends, -1 or -2."""
    box, y = box_of(model), starts
    width = box[:, 1] - box[:, 0]
    fate = np.full(y.shape[1], ELSEWHERE)
    goals = {k: np.array(list(point.state.values())) for k, point in enumerate(rest) if point.stable}
    places = np.array([list(point.state.values()) for point in rest]).reshape(-1, len(box)) / width
    gaps = np.abs(places[:, None] - places).max(axis=-1)
    np.fill_diagonal(gaps, np.inf)
    near = np.minimum(SETTLED, gaps.min(axis=1, initial=np.inf) / 4)
    pending = np.arange(y.shape[1])
    # Without a stable rest point there is no need to look, and no saying whether a degenerate one attracts.
    spans, enough, stiff = _spans(model, rest, y.size) if goals else ([], not any(e.degenerate for e in rest), False)
    for span in spans:
        with np.errstate(all="ignore"):
            y = _advance(model, y, p, span, rtol, stiff)
        if model.clock == "continuous":
            fate[pending[np.isnan(y).any(axis=0)]] = UNDECIDED
        alive = np.isfinite(y).all(axis=0) & (np.abs(y - box.mean(axis=1)[:, None]) < FAR * width[:, None]).all(axis=0)
        y, pending = y[:, alive], pending[alive]
        for k, goal in goals.items():
            there = (np.abs(y - goal[:, None]) < near[k] * width[:, None]).all(axis=0)
            fate[pending[there]] = k
            y, pending = y[:, ~there], pending[~there]
        if not pending.size:
            break
    if not enough:
        fate[pending] = UNDECIDED
    return fate


def centres(box: np.ndarray, count: int) -> list[np.ndarray]:
    """Returns the centres of `count` equal cells along each side of the box."""
    return [low + (np.arange(count) + 0.5) / count * (high - low) for low, high in box]


def _spans(model: Model, rest: list[Equilibrium], size: int) -> tuple[list[float], bool, bool]:
    """Returns stretches of time that double, up to 30 of the slowest time constants; whether they reach so far, and whether
    the fastest is so much faster that only a method for stiff equations gets there. `size` is how many numbers are moved."""
    discrete = model.clock == "discrete"
    values = np.concatenate([point.eigenvalues for point in rest if point.kind != "centre"])
    growth = np.abs(np.log(np.maximum(np.abs(values), 1e-12))) if discrete else np.abs(values.real)
    fastest = 1.0 if discrete else growth.max()
    # A rest point about to vanish has no time constant to speak of.
    slow = growth > SLOWEST * fastest
    slowest = 1 / growth[slow].min(initial=fastest)
    enough = bool(slow.all())
    if discrete and 30 * slowest > (most := min(MOST_STEPS, MOST_WORK / size)):
        slowest, enough = most / 30, False
    return [slowest * s for s in (2.0, 2.0, 4.0, 8.0, 14.0)], enough, not discrete and fastest * slowest > STIFF


def _advance(model: Model, y: np.ndarray, p: np.ndarray, span: float, rtol: float, stiff: bool) -> np.ndarray:
    """Returns where starts are after a stretch of time; NaN for those with which the integration does not come to an end."""
    right = rates(model, "array")
    if model.clock == "discrete":
        for _ in range(int(np.ceil(span))):
            y = right(y, p)
        return y
    if not y.size:
        return y
    box = box_of(model)
    middle, width = box.mean(axis=1), box[:, 1] - box[:, 0]

    # What runs off to infinity, or comes to where a formula has no value, is held: it would stop the integration of them all.
    def held(t: float, flat: np.ndarray) -> np.ndarray:
        s = flat.reshape(y.shape)
        move = right(s, p)
        goes = (np.abs(s - middle[:, None]) < FAR * width[:, None]).all(axis=0) & np.isfinite(move).all(axis=0)
        return np.where(goes, move, 0.0).ravel()

    # One start alone is followed faster that way too.
    if not stiff and y.shape[1] > 1:
        with suppress(StuckError):
            tolerance = np.repeat(rtol / 100 * width, y.shape[1])
            counted = _counted(held, MOST_TOGETHER)
            answer = solve_ivp(counted, (0, span), y.ravel(), "DOP853", [span], rtol=rtol, atol=tolerance)
            if answer.success:
                return answer.y[:, -1].reshape(y.shape)
    ends = np.full(y.shape, np.nan)
    for k, start in enumerate(y.T):
        with suppress(StuckError):
            try:
                field = _counted(_alone(model, p, middle, width), MOST_ALONE)
                answer = solve_ivp(field, (0, span), start, "LSODA", [span], rtol=rtol, atol=rtol / 100 * width)
            except OverflowError:
                ends[:, k] = np.inf
                continue
            if answer.success:
                ends[:, k] = answer.y[:, -1]
    return ends


def _alone(model: Model, p: np.ndarray, middle: np.ndarray, width: np.ndarray) -> Callable:
    """Returns the rates for one start; OverflowError where it has gone off or has come to where a formula has no value."""
    scalar, settings, none, undefined = rates(model), p.tolist(), [0.0] * len(width), itertools.count(1)

    def alone(t: float, s: np.ndarray) -> list[float]:
        if not (np.abs(s - middle) < FAR * width).all():
            raise OverflowError
        with suppress(ArithmeticError, ValueError, TypeError):
            move = scalar(s.tolist(), settings)
            if all(map(math.isfinite, move)):
                return move
        # A step that was too long may look beyond the edge of a formula; who keeps looking is at that edge.
        if next(undefined) > MOST_UNDEFINED:
            raise OverflowError
        return none

    return alone


def _counted(field: Callable, most: int) -> Callable:
    """Returns the field so that it gives up after so many evaluations."""
    count = itertools.count(1)

    def counted(t: float, y: np.ndarray) -> Any:
        if next(count) > most:
            raise StuckError
        return field(t, y)

    return counted
