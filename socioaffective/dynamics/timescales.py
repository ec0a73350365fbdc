"""Time scales: how fast each part of a model comes to rest, and the smaller model once the fast parts have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from scipy.linalg import schur, solve_sylvester

from socioaffective import quantities
from socioaffective.checks import number, unknown
from socioaffective.compile import compiled, jacobian, rates
from socioaffective.composition import compose
from socioaffective.dynamics.equilibrium import SAME, Equilibrium, box_of, equilibria, settings_of
from socioaffective.integrate import one
from socioaffective.model import CLOCKS, Model, a_model, observable

# A rest point this close to what was asked, as a share of the box, is the one that was meant.
NEAR = 1e-3
# A map takes at most this many steps on its way to rest.
MOST_STEPS = 100_000
# Eigenvalues closer than this share of their size are one: rounding alone parts those of merging modes so far.
REPEATED = 1e-5
# Points at which a reduction is tried.
SAMPLES = 2000


@dataclass(frozen=True)
class Mode:
    """One mode of a rest point: its time constant `time`, its `eigenvalue`, and the share of each state in it.

    `half_life` is the time in which a distance halves, or doubles where the mode `grows`; `period` is that of a turning mode,
    else NaN. Times are in weeks, or in steps.
    """

    time: float
    half_life: float
    period: float
    grows: bool
    eigenvalue: complex
    shares: dict[str, float]


@dataclass(frozen=True)
class TimeScales:
    """Modes of a rest point from fast to slow: `modes`, `ratios` of neighbours, and the widest gap between them.

    `fast` and `slow` are the names of the states on either side of that gap, `separation` is its ratio (1 where there is no
    gap), `at` the rest point.
    """

    modes: tuple[Mode, ...]
    ratios: tuple[float, ...]
    separation: float
    fast: tuple[str, ...]
    slow: tuple[str, ...]
    at: Equilibrium
    unit: str

    def __repr__(self) -> str:
        rows = []
        for mode in self.modes:
            shares = ", ".join(f"{n} {s:.2f}" for n, s in sorted(mode.shares.items(), key=lambda x: -x[1]) if s >= 0.05)
            turning = f", turns in {mode.period:.4g}" if mode.period == mode.period else ""
            rows.append(f"  {mode.time:.4g} {self.unit}s{' (grows)' if mode.grows else ''}{turning}: {shares}")
        split = f"fast: {', '.join(self.fast)}; slow: {', '.join(self.slow)}, {self.separation:.3g} times slower"
        return "\n".join([f"TimeScales, {split if self.fast and self.slow else 'no state told apart as fast'}", *rows])


def time_scales(model: Model, at: Equilibrium | Mapping[str, float] | None = None, **settings: float) -> TimeScales:
    """Returns the time constants at a rest point, from fast to slow, and which states are fast and which slow.

    Inputs: `model`; `at`, an `Equilibrium` or enough states to tell it from other rest points, otherwise the stable one that
    the run from the model's own start reaches; settings by name. Noise plays no part.

    Each mode has its time constant `1/|Re eigenvalue|` (in steps `1/|ln modulus|`), half-life, period, and the share of every
    state in it: participation factors, the size of left times right eigenvector, which add up to 1 in each mode and do not
    depend on units. Modes whose eigenvalues agree to five digits cannot be told apart: each has the mean of their eigenvalues,
    and the shares of all of them together. A complex pair is one mode. Fast and slow are told apart at the widest gap between
    neighbours; a state is fast when more of it is in the modes before the gap.

    Raises ValueError for an unknown name, a value outside its bounds, and where there is no such rest point. It speaks of
    small distances from that point only.

    Source: Perez-Arriaga, Verghese and Schweppe 1982, IEEE Transactions on Power Apparatus and Systems 101.

    >>> import socioaffective as sa
    >>> sa.time_scales(sa.models.companion, cues=0.7)
    TimeScales, fast: wanting; slow: ties, 8.98 times slower
      4.913 weeks: wanting 0.98
      44.11 weeks: ties 0.98
    """
    point = rest_at(model, at, settings)
    slope = jacobian(model)(np.array(list(point.state.values())), settings_of(model, settings))
    values, factors = _participation(slope, box_of(model))
    kept = np.flatnonzero(values.imag >= 0)
    each = [_mode(complex(values[k]), factors[:, k], model) for k in kept]
    order = np.argsort([mode.time for mode in each], kind="stable")
    modes, kept = tuple(each[k] for k in order), kept[order]
    with np.errstate(all="ignore"):
        times = np.array([mode.time for mode in modes])
        ratios = np.where(times[1:] <= times[:-1] * (1 + REPEATED), 1.0, times[1:] / times[:-1])
    separation, fast = 1.0, np.zeros(len(slope), dtype=bool)
    if ratios.size and ratios.max() > 1:
        separation = float(ratios.max())
        # Both of a complex pair count.
        weight = factors[:, kept] * np.where(values[kept].imag > 0, 2, 1)
        gap = int(ratios.argmax()) + 1
        fast = weight[:, :gap].sum(axis=1) > weight[:, gap:].sum(axis=1)
    named = tuple(zip(model.states, fast, strict=True))
    return TimeScales(
        modes,
        tuple(map(float, ratios)),
        separation,
        tuple(name for name, quick in named if quick),
        tuple(name for name, quick in named if not quick),
        point,
        CLOCKS[model.clock],
    )


def _participation(slope: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the eigenvalues of a slope and how much of each state (rows) is in the mode of each (columns).

    It is on the diagonal of the projector on the modes of one eigenvalue. For a single mode that is left times right
    eigenvector; where several have merged it exists as well, which their eigenvectors do not.
    """
    width = box[:, 1] - box[:, 0]
    slope = slope * (width / width[:, None])
    values = np.linalg.eigvals(slope).astype(complex)
    size, factors = np.maximum(np.abs(values), np.abs(values)[:, None]), np.empty(slope.shape)
    alike = np.abs(values - values[:, None]) <= REPEATED * size
    while (wider := alike @ alike).sum() > alike.sum():
        alike = wider
    means = alike @ values / alike.sum(axis=1)
    for k, group in enumerate(alike):
        triangle, basis, count = schur(slope, "complex", sort=lambda v, group=group: group[np.abs(values - v).argmin()])
        onto = np.eye(count, len(slope), dtype=complex)
        if count < len(slope):
            onto[:, count:] = solve_sylvester(triangle[:count, :count], -triangle[count:, count:], triangle[:count, count:])
        factors[:, k] = np.abs(np.diag(basis[:, :count] @ onto @ basis.conj().T)) / count
    return means, factors


def _mode(value: complex, factors: np.ndarray, model: Model) -> Mode:
    with np.errstate(divide="ignore"):
        growth = float(np.log(abs(value))) if model.clock == "discrete" else value.real
        turn = float(np.abs(np.angle(value))) if model.clock == "discrete" else value.imag
        time = float(1 / np.abs(np.float64(growth)))
    shares = dict(zip(model.states, map(float, factors / factors.sum()), strict=True))
    return Mode(time, time * float(np.log(2)), 2 * np.pi / turn if turn else float("nan"), growth > 0, value, shares)


def rest_at(model: Model, at: Any, settings: Mapping[str, float]) -> Equilibrium:
    """Returns the rest point that is meant: the one near `at`, or the one that the run from the model's start reaches.

    >>> import socioaffective as sa
    >>> from socioaffective.dynamics.timescales import rest_at
    >>> rest_at(sa.models.mirror, {"preference": 0.5919}, {})
    Equilibrium(stable node at preference = 0.5919)
    """
    a_model(model)
    found = equilibria(model, **settings)
    listed = "; ".join(map(str, found)) or "none"
    if at is None:
        return _reached(model, found, settings, listed)
    wanted = at.state if isinstance(at, Equilibrium) else at
    if not isinstance(wanted, Mapping) or not wanted:
        raise TypeError(f"at must be an Equilibrium or a mapping of states, such as {{'{next(iter(model.states))}': 0.5}}, "
                        f"not {at!r}.")  # fmt: skip
    for name, value in wanted.items():
        if name not in model.states:
            raise unknown("state", name, model.states)
        number(value, f"'{name}'")
    width = {n: q.bounds[1] - q.bounds[0] for n, q in model.states.items()}
    away = {k: max(abs(point.state[n] - v) / width[n] for n, v in wanted.items()) for k, point in enumerate(found)}
    near = sorted((k for k in away if away[k] <= NEAR), key=away.__getitem__)
    if not near or (len(near) > 1 and away[near[1]] < 10 * max(away[near[0]], SAME)):
        what = "several rest points; name more states" if near else "no rest point at these settings"
        where = ", ".join(f"{n} = {v:.4g}" for n, v in wanted.items())
        raise ValueError(f"Near {where}, '{model.title}' has {what}. Found: {listed}.")
    return found[near[0]]


def _reached(model: Model, found: list[Equilibrium], settings: Mapping[str, float], listed: str) -> Equilibrium:
    """Returns the stable rest point that the run from the model's start reaches, without its noise."""
    stable = [point for point in found if point.stable]
    if not stable:
        raise ValueError(f"'{model.title}' has no stable rest point in its box at these settings. Found: {listed}. "
                         "Say which is meant with at=...")  # fmt: skip
    box, p = box_of(model), settings_of(model, settings)
    goals = np.array([list(point.state.values()) for point in stable])
    y = np.array([q.value for q in model.states.values()])
    with np.errstate(divide="ignore"):
        growth = [np.log(np.abs(e.eigenvalues)) if model.clock == "discrete" else e.eigenvalues.real for e in stable]
    slowest = max(1 / np.abs(g).min() for g in growth)
    slowest = np.clip(slowest, 1, MOST_STEPS / 64) if model.clock == "discrete" else slowest
    right = rates(model)
    for span in (slowest * np.array([2.0, 2, 4, 8, 16, 32])).tolist():
        try:
            if model.clock == "discrete":
                for _ in range(int(np.ceil(span))):
                    y = np.array(right(y.tolist(), p.tolist()))
            else:
                y = one(lambda t, s: right(s, p.tolist()), y, np.array([0.0, span]), model.states)[:, -1]
        except (RuntimeError, ArithmeticError, ValueError, TypeError):
            break
        near = (np.abs(y - goals) <= NEAR * (box[:, 1] - box[:, 0])).all(axis=1)
        if near.any():
            return stable[int(near.argmax())]
    raise ValueError(f"From its start '{model.title}' reaches no stable rest point at these settings. Found: {listed}. "
                     "Say which is meant with at=...")  # fmt: skip


def quasi_steady(model: Model, *states: str) -> Model:
    """Returns the model in which the named states are at rest for the others, as fast states nearly are.

    Inputs: `model`; names of `states`. Their equations are set to rest, solved in symbols and put in everywhere; runs report
    them as observables under their own names. Rest points stay where they were. The error of a run is of the order of the
    ratio of the time scales (`sa.time_scales`), once the first moments of the fast states are over.

    The solution is tried at 2,000 points: the other states drawn over their bounds, with the model's own settings at half of
    the points and settings drawn over theirs at the rest. Within the bounds it must attract and be the only one, and at the
    model's own settings it must not leave them. That is a search, not a proof.

    Raises ValueError for an unknown name, no state left, a state with noise, an equation without a solution in closed form
    (a state inside a function, or of degree above two), and where it has several solutions, none, or one that repels.

    Source: Tikhonov's theorem; Kokotovic, Khalil and O'Reilly 1999, Singular Perturbation Methods in Control, chapter 1.

    >>> import socioaffective as sa
    >>> settled = sa.quasi_steady(sa.models.wanting_liking, "liking")
    >>> list(settled.states), settled.expressions["liking"]
    (['wanting'], recovery/(engagement*habituation + recovery))
    """
    a_model(model)
    if not states:
        raise ValueError(f"Name at least one state of '{model.title}' to put at rest: {', '.join(model.states)}.")
    for name in states:
        if name not in list(model.states):
            raise unknown(f"state of '{model.title}'", name, model.states)
    if set(states) == set(model.states):
        raise ValueError(f"'{model.title}' would have no state left; its rest points are sa.equilibria(...).")
    resting = {model.symbols[name]: model.states[name] for name in states}
    for symbol in resting:
        if model.noise.get(symbol, 0) != 0:
            raise ValueError(f"'{symbol}' has noise, which would be lost at rest. Keep it as a state, or leave its noise out.")
    solution = _only(model, list(resting), _candidates(model, list(resting)))
    swap = {x: quantities.input(q.name, q.value, q.bounds, q.meaning, q.unit, q.symbol, q.source) for x, q in resting.items()}
    equations = {x: e.xreplace(swap) for x, e in model.equations.items() if x not in resting}
    noise = {x: e.xreplace(swap) for x, e in model.noise.items() if x not in resting}
    shown = {
        name: observable(model.expressions[name].xreplace(swap), q.meaning, q.bounds, q.unit, q.symbol)
        for name, q in model.observables.items()
    }
    left_out = "; ".join(filter(None, [model.left_out, f"how {' and '.join(states)} come to rest"]))
    title = f"{model.title} with {' and '.join(states)} at rest"
    base = Model(title, equations, shown, noise, model.clock, model.source, left_out, model.refuted_by)
    wires = {x.name: e for x, e in solution.items() if x.name in base.inputs}
    # A state that nothing else needs, or that equals a symbol, leaves no wire behind.
    alone = {
        x.name: observable(e, q.meaning, q.bounds, q.unit, q.symbol)
        for (x, e), q in zip(solution.items(), resting.values(), strict=True)
        if x.name not in base.inputs or e.is_Symbol
    }
    settled = compose(title, [base], wires, alone, model.source, left_out, model.refuted_by)
    values = {**model.states, **model.settings}
    return settled.replace(**{n: q.value for n, q in values.items() if n in settled.states or n in settled.settings})


def _candidates(model: Model, resting: list) -> list[dict[Any, Any]]:
    """Returns every solution of the equations of rest, each as a mapping from state to expression."""
    still = {x: model.equations[x] - (x if model.clock == "discrete" else 0) for x in resting}
    open_ones: list[tuple[dict, dict]] = [(still, {})]
    solved = []
    while open_ones:
        equations, known = open_ones.pop()
        if not equations:
            solved.append({x: known[x] for x in resting})
            continue
        roots = {x: _roots(e, x, resting) for x, e in equations.items()}
        able = {x: found for x, found in roots.items() if found is not None}
        if not able:
            raise _unsolvable(*next(iter(equations.items())))
        x = min(able, key=lambda x: len(able[x]))
        for root in able[x]:
            rest = {z: e.subs(x, root) for z, e in equations.items() if z != x}
            open_ones.append((rest, {**{z: e.subs(x, root) for z, e in known.items()}, x: root}))
    return solved


def _roots(expression: Any, x: Any, resting: list) -> list | None:
    """Returns the roots in `x` of an expression, or None where no formula of degree one or two gives them."""
    atoms = _inseparable(expression)
    if any(a.has(x) for a in atoms):
        return None
    names = {a: sympy.Dummy(f"f{k}", real=True) for k, a in enumerate(sorted(atoms, key=sympy.default_sort_key))}
    back = {dummy: atom for atom, dummy in names.items()}
    numerator = sympy.fraction(sympy.together(expression.xreplace(names)))[0]
    roots: list = []
    for factor, _ in sympy.factor_list(numerator)[1]:
        # Another state at rest would solve the equation without telling anything of this one.
        if not factor.has(x) and factor.xreplace(back).has(*resting):
            return None
        if factor.has(x):
            degree = sympy.degree(factor, x)
            if degree > 2:
                return None
            roots += [root.xreplace(back) for root in sympy.roots(sympy.Poly(factor, x))]
    return [sympy.factor(root) if root.is_rational_function(x) else root for root in roots]


def _inseparable(expression: Any) -> list:
    """Returns the parts of an expression that polynomials and their quotients do not have, such as a logistic or a root."""
    parts = expression.atoms(sympy.Function, sympy.Pow, sympy.Piecewise)
    return [part for part in parts if not (isinstance(part, sympy.Pow) and part.exp.is_Integer)]


def _unsolvable(x: Any, expression: Any) -> ValueError:
    inside = sorted((str(part) for part in _inseparable(expression) if part.has(x)), key=len)
    why = f"has {x} inside {inside[0]}" if inside else f"is of a degree above two in {x}, or a product with another state"
    return ValueError(
        f"At rest the equation of '{x}', 0 = {expression}, {why}, so there is no formula for '{x}'. Keep it as a state: runs "
        "of the full model and sa.equilibria need no formula. Or write that equation with a simpler function."
    )


def _only(model: Model, resting: list, candidates: list[dict]) -> dict[Any, Any]:
    """Returns the one candidate that lies in the box and attracts; ValueError where there are several or none."""
    rng, rows = np.random.default_rng(0), [list(model.states).index(x.name) for x in resting]
    limits = np.array([q.bounds for q in (*model.states.values(), *model.settings.values())])
    points = rng.uniform(limits[:, :1], limits[:, 1:], (len(limits), SAMPLES))
    own = np.arange(SAMPLES) < SAMPLES // 2
    y, p = points[: len(model.states)], points[len(model.states) :]
    p[:, own] = settings_of(model, {})[:, None]
    box = box_of(model)[rows]
    slack = 1e-9 * (box[:, 1] - box[:, 0])[:, None]
    levels = np.array([compiled(model, tuple(c.values()), "array")(y, p) for c in candidates]).reshape(-1, len(rows), SAMPLES)
    inside = ((levels >= box[:, :1] - slack) & (levels <= box[:, 1:] + slack)).all(axis=1)
    x, right = resting[0], model.equations[resting[0]]
    several = inside.sum(axis=0) > 1
    if several.any():
        k = int(several.argmax())
        found = " and ".join(f"{level:.4g}" for level in levels[inside[:, k], 0, k])
        raise ValueError(f"'{x}' can rest at {found}, {_place(model, resting, y, p, k)}: which of them depends on the past, so "
                         f"it must stay a state. Its equation: {right}.")  # fmt: skip
    fits = inside[:, own].all(axis=1)
    if not fits.any():
        missed = np.flatnonzero(own & ~inside.any(axis=0))
        where = f", {_place(model, resting, y, p, int(missed[0]))}" if missed.size else ""
        raise ValueError(f"'{x}' has no one level of rest within its bounds [{box[0, 0]:g}, {box[0, 1]:g}]{where}. Its "
                         f"equation: {right}. Widen the bounds if it may go there, or keep it as a state.")  # fmt: skip
    best = int(fits.argmax())
    y[rows] = levels[best]
    slopes = np.moveaxis(jacobian(model)(y, p), -1, 0)[:, rows][:, :, rows]
    used = inside[best] & np.isfinite(slopes).all(axis=(1, 2))
    values = np.linalg.eigvals(slopes[used])
    repels = (np.abs(values) >= 1 if model.clock == "discrete" else values.real >= 0).any(axis=1)
    if repels.any():
        k = int(np.flatnonzero(used)[repels.argmax()])
        raise ValueError(f"The level {y[rows[0], k]:.4g} of '{x}' does not attract, {_place(model, resting, y, p, k)}: a run "
                         f"would not stay near it. Keep it as a state. Its equation: {right}.")  # fmt: skip
    return candidates[best]


def _place(model: Model, resting: list, y: np.ndarray, p: np.ndarray, k: int) -> str:
    """Returns where one of the points lies, in words: the states that stay, and the settings in the equations."""
    used = {s.name for x in resting for s in model.equations[x].free_symbols}
    named = [(n, v) for n, v in zip((*model.states, *model.settings), (*y[:, k], *p[:, k]), strict=True) if n in used]
    rest = {x.name for x in resting}
    return "for example where " + (", ".join(f"{n} = {v:.3g}" for n, v in named if n not in rest) or "all is at its default")
