"""The questions of chapter 01, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from socioaffective.compile import rates
from socioaffective.equilibrium import box_of
from socioaffective.exercises.answers import attempt, plain, point_out, way_out
from socioaffective.exercises.questions import Question, Reply
from socioaffective.model import Model
from socioaffective.models import co_construction
from socioaffective.quantities import parameter, state

STEERED = {"engagement": 0.8, "steering": 1.0}
FORK = 2.0

a = parameter("influence_on_me", 0.5, (0.01, 2), "1/week", "pull of the offer on me", "ours", "alpha_x")
b = parameter("influence_on_you", 0.2, (0.01, 2), "1/week", "pull of the offer on you", "ours", "alpha_y")
c = parameter("personalisation", 0.3, (0.01, 2), "1/week", "how fast the offer follows each of us", "ours", "beta")
x = state("mine", "what I like", 0.8, (-1, 1), symbol="x")
y = state("yours", "what you like", -0.6, (-1, 1), symbol="y")
m = state("offer", "what we are offered", 0.0, (-1, 1), symbol="m")
household = Model("Household", {x: a * (m - x), y: b * (m - y), m: c * (x - m) + c * (y - m)}, source="ours")


def _shares(anchoring: float) -> float:
    return float(co_construction.expressions["authorship"].subs(_values() | {co_construction.symbols["anchoring"]: anchoring}))


@lru_cache(maxsize=1)
def _values() -> dict[Any, float]:
    given = {n: STEERED.get(n, q.default) for n, q in co_construction.settings.items() if n != "anchoring"}
    return {co_construction.symbols[n]: value for n, value in given.items()}


@lru_cache(maxsize=1)
def _half() -> float:
    """Returns the anchoring at which the assistant's share is one half."""
    share = co_construction.expressions["authorship"].subs(_values())
    return float(sympy.solve(share - 0.5, co_construction.symbols["anchoring"])[0])


def even_authorship(answer: Any) -> str:
    kappa, key = plain(answer, 0, 2, "Anchoring"), _half()
    if abs(kappa - key) <= 0.01:
        return "Weaker than that, and the assistant is the main author."
    q = {s.name: value for s, value in _values().items()}
    pull, push, follow = q["influence"] * q["engagement"], q["steering_rate"] * q["steering"], q["personalisation"]
    point_out(
        kappa,
        [
            (0.5, "One half is the share that is asked for. Give the anchoring at which the share is that."),
            (pull, "There the anchor pulls as hard as the offer. But the offer is not at the target: it follows the person."),
            (pull * push / follow, "Steering has been left out below the line: it moves the offer as personalisation does."),
            (key / q["engagement"], "Engagement has been left out: the offer pulls only while it is used."),
        ],
        0.01,
    )
    has = _shares(kappa)
    size = "more than half: try a stronger one" if has > 0.5 else "less than half: try a weaker one"
    raise Reply(f"At an anchoring of {kappa:g} the assistant's share is {has:.2f}, {size}.")


def _points() -> list[dict[Any, float]]:
    rng = np.random.default_rng(1)
    return [dict(zip((x, y, m, a, b, c), map(float, rng.uniform(0.2, 0.9, 6)), strict=True)) for _ in range(5)]


def _slopes(kept: Any) -> np.ndarray:
    """Returns the derivatives by the three states at the points, shape (points, 3)."""
    return np.array([[float(kept.diff(s).doit().subs(point).evalf()) for s in (x, y, m)] for point in _points()])


def _flow() -> np.ndarray:
    return np.array([[float(rate.subs(point)) for rate in household.equations.values()] for point in _points()])


def _still(slopes: np.ndarray) -> bool:
    terms = slopes * _flow()
    return bool((abs(terms.sum(axis=1)) <= 1e-9 * abs(terms).sum(axis=1)).all())


def kept_quantity(answer: Any) -> str:
    if isinstance(answer, (sympy.core.relational.Relational, sympy.logic.boolalg.BooleanAtom)):
        raise Reply("Give the quantity itself, without an equals sign: an expression that keeps its value.")
    if isinstance(answer, (str, list, tuple, dict, bool)) or not isinstance(answer, (sympy.Expr, int, float)):
        raise Reply("Give an expression in the symbols of the household, such as mine + 2 * offer.")
    answer, known = sympy.sympify(answer), {s.name: s for s in (x, y, m, a, b, c)}
    for symbol in answer.free_symbols:
        if symbol.name not in known:
            raise Reply(f"There is no '{symbol}' in the household. Its symbols are {', '.join(known)}.")
    kept = answer.subs({symbol: known[symbol.name] for symbol in answer.free_symbols})
    slopes = attempt("This expression", _slopes, kept)
    if not np.isfinite(slopes).all():
        raise Reply("This expression is not a finite number everywhere in the box. Find one that is.")
    if not slopes.any():
        raise Reply("That never changes, whatever happens: it holds no preference and no offer. Find one that does.")
    if _still(slopes):
        return "Whoever is influenced least weighs most in where the three of you meet."
    if _still(slopes * [1, 1, -1]):
        raise Reply("Only a sign is wrong: what the two of you lose the offer gains, so all three weights have one sign.")
    turned = np.array([[point[s] for s in (a, b, c)] for point in _points()])
    if np.allclose(np.cross(slopes, turned), 0):
        raise Reply("The weights are turned round. Who is pulled harder gives way more, and so counts for less, not for more.")
    if not (slopes[:, 0].any() and slopes[:, 1].any()):
        raise Reply("One of the two people is left out. The offer follows both, so what is kept must hold both.")
    rate = (slopes * _flow()).sum(axis=1)[0]
    raise Reply(
        f"That changes: at one point of the household its rate is {rate:.3g} a week. Make the terms of its rate cancel."
    )


def _ready(answer: Any) -> None:
    """Replies where the answer is not a model of one lean in continuous time with an exaggeration."""
    if not isinstance(answer, Model):
        raise Reply("Give a model, made with sa.Model.")
    if len(answer.states) != 1 or answer.clock != "continuous" or answer.noise:
        raise Reply("The mirror has one state, the preference, which moves in continuous time and without noise.")
    if box_of(answer).tolist() != [[-1.0, 1.0]]:
        raise Reply("Let the preference live between -1 and 1: bounds=(-1, 1).")
    if "exaggeration" not in answer.parameters:
        raise Reply("The model needs a parameter with the name 'exaggeration'.")
    low, high = answer.parameters["exaggeration"].bounds
    if low > 0 or high < 5:
        raise Reply("Let exaggeration go from 0 to 5: bounds (0, 5).")
    if any(rate.has(sympy.tanh) for rate in answer.equations.values()):
        raise Reply("That echo is still a tanh. Any other odd curve that levels off will do.")


def _field(model: Model) -> Any:
    """Returns the rate as a function of preference and exaggeration, which need not lie inside its bounds."""
    move, k = rates(model), list(model.settings).index("exaggeration")
    p = [q.value for q in model.settings.values()]
    return lambda lean, gain: float(move([float(lean)], [*p[:k], float(gain), *p[k + 1 :]])[0])


def _rests(rate: Any, gain: float) -> str:
    """Returns the rest points from left to right, "s" for a stable one and "u" for an unstable one."""
    # An even number of points, so that none falls on the middle itself.
    signs = np.sign([rate(lean, gain) for lean in np.linspace(-1, 1, 1000)])
    signs = signs[signs != 0]
    return "".join("s" if left > 0 else "u" for left, right in pairwise(signs) if left != right)


def build_mirror(answer: Any) -> str:
    _ready(answer)
    rate = _field(answer)
    attempt("This model", _judge_mirror, answer, rate)
    return "The fork does not need a tanh: it needs a middle that is steep enough and an echo that falls behind further out."


def _judge_mirror(model: Model, rate: Any) -> None:
    gains, leans = np.linspace(0, 5, 26), np.linspace(0.01, 1, 12)
    if any(abs(rate(lean, g) + rate(-lean, g)) > 1e-9 for lean in leans for g in gains[::5]):
        raise Reply("The two sides are not treated alike: the rate at -x must be minus the rate at x. Make the echo odd.")
    echoes = np.array([(rate(lean, g) - rate(lean, 0)) / np.tanh(g * lean) for g in gains[1:] for lean in leans])
    if np.ptp(echoes) < 1e-6 * abs(echoes).max():
        raise Reply("That echo is still a tanh, written in another way. Any other odd curve that levels off will do.")
    slope = np.array([(rate(1e-6, g) - rate(-1e-6, g)) / 2e-6 for g in gains])
    if slope[0] >= -1e-6:
        raise Reply("Without any exaggeration a small lean does not fade: nothing pulls back to the middle.")
    if slope[-1] < slope[0] - 1e-6:
        raise Reply("The echo has the wrong sign: the more it exaggerates, the faster a lean fades.")
    if slope[-1] <= 0:
        raise Reply("The middle stays stable up to an exaggeration of 5. A small lean must be echoed: mind the slope at 0.")
    fork = float(np.interp(0, slope, gains))
    if abs(fork - FORK) > 0.05:
        raise Reply(f"The middle turns unstable at an exaggeration of {fork:.2f}, and should at {FORK:g}. Mind the anchor.")
    if leaves := way_out(model, [{"exaggeration": g} for g in gains]):
        raise Reply(f"The preference leaves its box: {leaves}. Does the echo level off, inside the box too?")
    for gain, wanted in ((1.0, "s"), (FORK - 0.2, "s"), (FORK + 0.2, "sus"), (5.0, "sus")):
        if (found := _rests(rate, gain)) != wanted:
            raise Reply(
                f"At an exaggeration of {gain:g} there are {found.count('s')} stable places of rest and {found.count('u')} "
                f"unstable ones; there should be {wanted.count('s')} and {wanted.count('u')}."
            )
    # Beyond its bounds the exaggeration shows whether the echo goes on growing.
    if rate(1, 100) - rate(1, 50) > 0.05 * (rate(1, 50) - rate(1, 0)):
        raise Reply("It forks, but the echo grows without end as exaggeration does. It must level off.")


QUESTIONS = {1: Question(even_authorship), 2: Question(kept_quantity), 3: Question(build_mirror)}
