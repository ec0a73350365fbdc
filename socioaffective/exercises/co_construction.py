"""The questions of chapter 01, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from socioaffective.compile import rates
from socioaffective.dynamics.equilibrium import box_of, equilibria
from socioaffective.dynamics.tracing import continuation
from socioaffective.exercises.answers import attempt, formula, way_out
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.model import Model
from socioaffective.models import co_construction, mirror
from socioaffective.quantities import parameter, state
from socioaffective.simulation.runs import simulate

# How the pair of question 1 is set, but for where it begins.
PAIR: dict[str, Any] = {"engagement": 0.8, "steering": 0.5, "anchoring": 0.1}
HALF = 0.5

a = parameter("influence_on_me", 0.5, (0.01, 2), "1/week", "pull of the offer on me", "ours", "alpha_x")
b = parameter("influence_on_you", 0.2, (0.01, 2), "1/week", "pull of the offer on you", "ours", "alpha_y")
c = parameter("personalisation", 0.3, (0.01, 2), "1/week", "how fast the offer follows each of us", "ours", "beta")
x = state("mine", "what I like", 0.8, (-1, 1), symbol="x")
y = state("yours", "what you like", -0.6, (-1, 1), symbol="y")
m = state("offer", "what we are offered", 0.0, (-1, 1), symbol="m")
household = Model("Household", {x: a * (m - x), y: b * (m - y), m: c * (x - m) + c * (y - m)}, source="ours")


@lru_cache(maxsize=32)
def _first_year(first_lean: float, first_offer: float) -> tuple[np.ndarray, np.ndarray]:
    run = simulate(co_construction, 52, {"preference": first_lean, "offer": first_offer}, **PAIR)
    return run["preference"].values, run["offer"].values


def lowest_on_the_way(first_lean: float, first_offer: float) -> float:
    """Returns how low the preference of somebody who is steered upwards gets on the way.

    >>> from socioaffective.exercises.co_construction import lowest_on_the_way
    >>> round(lowest_on_the_way(0.8, -0.8), 2)
    0.3
    """
    return float(_first_year(first_lean, first_offer)[0].min())


def _elsewhere_on_the_path(first_lean: float, first_offer: float) -> list[tuple[float, str]]:
    leans, offers = _first_year(first_lean, first_offer)
    return [
        (leans[-1], "There the preference comes to rest. It was lower before: follow the path from its square."),
        (offers[leans.argmin()], "That is the offer at the lowest point. Give the preference, which is read across."),
        (first_lean, "There they begin."),
        (0.0, "That is where their own taste is. The path turns round before it gets there."),
    ]


def _down_then_up(first_lean: float, first_offer: float) -> bool:
    """Returns whether there is one stable resting place, above the lowest point, and the preference turns round once."""
    leans, _ = _first_year(first_lean, first_offer)
    (rest,) = equilibria(co_construction, **PAIR)
    # Steps beneath the solver's tolerance are no turns.
    steps = np.diff(leans)
    turns = np.count_nonzero(np.diff(np.sign(steps[abs(steps) > 1e-6])))
    return rest.stable and turns == 1 and leans.min() < min(first_lean, rest.state["preference"]) - 0.05


def _lower_or_higher(value: float, **numbers: float) -> str:
    side = "lower than" if value > lowest_on_the_way(**numbers) else "not as low as"
    return f"They get {side} {value:g}. Look where the path crosses the teal line: there the preference stands still."


KAPPA = co_construction.symbols["anchoring"]


@lru_cache(maxsize=32)
def _share(used: float, force: float) -> sympy.Expr:
    """Returns the assistant's share, as a formula in anchoring."""
    values = {n: q.default for n, q in co_construction.settings.items()} | {"engagement": used, "steering": force}
    symbols = {co_construction.symbols[n]: value for n, value in values.items() if n != KAPPA.name}
    return co_construction.expressions["authorship"].subs(symbols)


@lru_cache(maxsize=32)
def even_anchoring(used: float, force: float) -> float:
    """Returns the anchoring at which person and assistant have equal shares, from the formula of the model.

    >>> from socioaffective.exercises.co_construction import even_anchoring
    >>> round(even_anchoring(0.8, 1.0), 3)
    0.142
    """
    return float(sympy.solve(_share(used, force) - HALF, KAPPA)[0])


def _something_left_out(used: float, force: float) -> list[tuple[float, str]]:
    rates_of = co_construction.parameters
    pull, push = rates_of["influence"].default * used, rates_of["steering_rate"].default * force
    usual = [
        (HALF, "One half is the share that is asked for. Give the anchoring at which the share is that."),
        (pull, "There the anchor pulls as hard as the offer. But the offer is not at the target: it follows the person."),
        (
            pull * push / rates_of["personalisation"].default,
            "Steering has been left out below the line: it moves the offer as personalisation does.",
        ),
        (even_anchoring(1, force), "Engagement has been left out: the offer pulls only while it is used."),
        (even_anchoring(used, 1), f"That is right for full force. This assistant steers with {force:g} of it."),
    ]
    return [(wrong, sentence) for wrong, sentence in usual if abs(wrong - even_anchoring(used, force)) > 0.01]


def _halves_once(used: float, force: float) -> bool:
    """Returns whether the preference rests half-way to the target there, and the share only falls with anchoring."""
    settings = {"anchoring": even_anchoring(used, force), "engagement": used, "steering": force}
    (rest,) = equilibria(co_construction, **settings)
    falls = np.diff([float(_share(used, force).subs(KAPPA, kappa)) for kappa in np.linspace(0, 2, 41).tolist()]) < 0
    return abs(rest.state["preference"] - HALF) < 1e-9 and bool(falls.all())


def _too_weak_or_strong(kappa: float, used: float, force: float) -> str:
    share = float(_share(used, force).subs(KAPPA, kappa))
    size = "more than half: try a stronger one" if share > HALF else "less than half: try a weaker one"
    return f"At an anchoring of {kappa:g} the assistant's share is {share:.2f}, {size}."


def _seen(seen_lean: float, seen_offer: float) -> dict[str, float]:
    """Returns settings under which a pair with its own taste at 0 and its target at 1 rests where it is seen."""
    anchor, steering = (seen_offer - seen_lean) / seen_lean, (seen_offer - seen_lean) / (1 - seen_offer)
    pulls = {"influence": 0.4, "anchoring": 0.4 * anchor, "personalisation": 0.5, "steering_rate": 0.5 * steering / HALF}
    return pulls | {"engagement": 1, "steering": HALF}


@lru_cache(maxsize=32)
def after_twice_the_force(seen_lean: float, seen_offer: float) -> float:
    """Returns where the preference of a pair that is seen at rest comes to rest once it is steered twice as hard.

    >>> from socioaffective.exercises.co_construction import after_twice_the_force
    >>> round(after_twice_the_force(0.24, 0.6), 3)
    0.3
    """
    (rest,) = equilibria(co_construction, **_seen(seen_lean, seen_offer) | {"steering": 1})
    return rest.state["preference"]


def _other_rests(seen_lean: float, seen_offer: float) -> list[tuple[float, str]]:
    key = after_twice_the_force(seen_lean, seen_offer)
    usual = [
        (2 * seen_lean, "Twice the force is not twice the share: the harder it steers, the less is left to move the offer."),
        (seen_lean, "There it rests now."),
        (seen_lean / seen_offer, "That is the limit, for an offer which stands at the target however it is pulled back."),
        (key * seen_offer / seen_lean, "That is where the offer comes to rest. Give the preference."),
        ((1 + seen_lean) / 2, "That is half-way from here to the target. Which pulls balance, and which of them is doubled?"),
    ]
    return [(wrong, sentence) for wrong, sentence in usual if abs(wrong - key) > 0.01]


def _rests_as_seen(seen_lean: float, seen_offer: float) -> bool:
    """Returns whether one resting place, a stable one, is where the pair is seen, whatever the rates that balance so."""
    settings = _seen(seen_lean, seen_offer)
    faster = settings | {name: settings[name] * 1.5 for name in ("influence", "anchoring")}
    rests = [point for given in (settings, faster) for point in equilibria(co_construction, **given)]
    want = {"preference": seen_lean, "offer": seen_offer}
    return len(rests) == 2 and all(p.stable and all(abs(p.state[n] - v) < 1e-9 for n, v in want.items()) for p in rests)


def _not_balanced(value: float, seen_lean: float, seen_offer: float) -> str:
    side = "further" if value < after_twice_the_force(seen_lean, seen_offer) else "less far"
    return f"It goes {side} than {value:g}. At rest the pulls on the preference balance, and so do those on the offer."


def _points() -> list[dict[Any, float]]:
    """Returns points of the box, with leans and offers on both sides of the middle."""
    rng = np.random.default_rng(1)
    states, pulls = rng.uniform(-0.9, 0.9, (5, 3)), rng.uniform(0.2, 0.9, (5, 3))
    return [dict(zip((x, y, m, a, b, c), [*map(float, row)], strict=True)) for row in np.hstack([states, pulls])]


def _slopes(kept: Any) -> np.ndarray:
    """Returns the derivatives by the three states at the points, shape (points, 3)."""
    return np.array([[float(kept.diff(s).doit().subs(point).evalf()) for s in (x, y, m)] for point in _points()])


def _flow() -> np.ndarray:
    return np.array([[float(rate.subs(point)) for rate in household.equations.values()] for point in _points()])


def _still(slopes: np.ndarray) -> bool:
    terms = slopes * _flow()
    return bool((abs(terms.sum(axis=1)) <= 1e-9 * abs(terms).sum(axis=1)).all())


def kept_quantity(answer: Any) -> str:
    kept = formula(answer, {s.name: s for s in (x, y, m, a, b, c)})
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


def build_mirror(answer: Any, fork_at: float) -> str:
    _ready(answer)
    rate = _field(answer)
    attempt("This model", _judge_mirror, answer, rate, fork_at)
    return "The fork does not need a tanh: it needs a middle that is steep enough and an echo that falls behind further out."


def _judge_mirror(model: Model, rate: Any, fork_at: float) -> None:
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
    if abs(fork - fork_at) > 0.05:
        raise Reply(f"The middle turns unstable at an exaggeration of {fork:.2f}, and should at {fork_at:g}. Mind the anchor.")
    if leaves := way_out(model, [{"exaggeration": g} for g in gains]):
        raise Reply(f"The preference leaves its bounds: {leaves}. Does the echo level off, inside them too?")
    for gain, wanted in ((1.0, "s"), (fork_at - 0.2, "s"), (fork_at + 0.2, "sus"), (5.0, "sus")):
        if (found := _rests(rate, gain)) != wanted:
            raise Reply(
                f"At an exaggeration of {gain:g} there are {found.count('s')} stable resting places and {found.count('u')} "
                f"unstable ones; there should be {wanted.count('s')} and {wanted.count('u')}."
            )
    # Beyond its bounds the exaggeration shows whether the echo goes on growing.
    if rate(1, 100) - rate(1, 50) > 0.05 * (rate(1, 50) - rate(1, 0)):
        raise Reply("It forks, but the echo grows without end as exaggeration does. It must level off.")


def _forks(fork_at: float) -> bool:
    """Returns whether the mirror of the chapter, with an anchor to match, has its one fork there."""
    anchoring = (fork_at - 1) * mirror.parameters["influence"].default
    points = continuation(mirror, "exaggeration", (0, 5), anchoring=anchoring).branch_points
    return len(points) == 1 and abs(points[0].value - fork_at) < 1e-6


QUESTIONS = {
    1: quantity(
        "The lowest preference",
        lowest_on_the_way,
        0.02,
        "For weeks it would have looked as if steering drove this person away from the target.",
        _lower_or_higher,
        mistakes=_elsewhere_on_the_path,
        bounds=(-1, 1),
        numbers={
            "first_lean": Number(0.8, "preference at the start", [0.6, 0.7, 0.8]),
            "first_offer": Number(-0.8, "offer at the start", [-0.8, -0.6, -0.4]),
        },
        regime=_down_then_up,
        promise="one stable resting place, and a preference that falls below it first",
    ),
    2: quantity(
        "Anchoring",
        even_anchoring,
        0.005,
        "Weaker than that, and the assistant is the main author.",
        _too_weak_or_strong,
        mistakes=_something_left_out,
        bounds=(0, 2),
        numbers={
            "used": Number(0.8, "share of free time with the assistant", [0.6, 0.7, 0.8, 0.9]),
            "force": Number(1.0, "force of steering", [0.8, 0.9, 1.0]),
        },
        regime=_halves_once,
        promise="one anchoring at which the preference rests half-way",
    ),
    3: quantity(
        "The preference at rest",
        after_twice_the_force,
        0.005,
        "And no rate was needed: where two that pull at each other come to rest says how hard each pulls, not how fast.",
        _not_balanced,
        mistakes=_other_rests,
        bounds=(-1, 1),
        numbers={
            "seen_lean": Number(0.24, "preference at rest", [0.2, 0.24, 0.28]),
            "seen_offer": Number(0.6, "offer at rest", [0.56, 0.6, 0.64]),
        },
        regime=_rests_as_seen,
        promise="one resting place, the same for any rates with that balance",
    ),
    4: Question(kept_quantity),
    5: Question(
        build_mirror,
        {"fork_at": Number(2.0, "exaggeration at the fork", [1.5, 1.75, 2.0, 2.25, 2.5])},
        _forks,
        "a mirror that forks there",
    ),
}
