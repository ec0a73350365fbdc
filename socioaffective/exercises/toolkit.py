"""The questions of the toolkit, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from socioaffective.equilibrium import RestPoints, classify, equilibria
from socioaffective.exercises.answers import attempt, plain, point_out
from socioaffective.exercises.questions import Question, Reply
from socioaffective.model import Model
from socioaffective.quantities import parameter, state

MATRICES = {"A": [[-3, 1], [-1, -3]], "B": [[2, 1], [3, -1]], "C": [[-3, 1], [1, -3]], "D": [[0.5, 2], [-2, 0]]}
KINDS = ("stable node", "unstable node", "stable focus", "unstable focus", "saddle")
BEFORE, AFTER = 0.2, 0.4
PERIOD, HALVES = 10.0, 5.0
# Relative; the determinant without the square of the real part is off by 2.5 %.
CLOSE = 0.01

share = state("share", "people who use the app", start=0.01, symbol="x")
spread = parameter("spread", 0.5, (0, 2), "1/week", "how fast users win others", symbol="s")
quitting = parameter("quitting", BEFORE, (0, 2), "1/week", "how fast users give up", symbol="q")
app = Model("App", {share: spread * share * (1 - share) - quitting * share})

goodwill = state("goodwill", "how willing people are", start=0.8, bounds=(0, 4), symbol="g")
recovery = parameter("recovery", 0.4, (0.01, 2), "1/week", "how fast goodwill comes back", symbol="rho")
ceiling = parameter("ceiling", 1.0, (0.1, 4), "1", "where it stops by itself", symbol="K")
demand = parameter("demand", 0.05, (0, 2), "1/week", "what is asked of people", symbol="h")
favours = Model("Favours", {goodwill: recovery * goodwill * (1 - goodwill / ceiling) - demand})


def _kind(trace: float, determinant: float, factor: float = 4) -> str:
    """Returns the kind by the theorem, or by a wrong factor of the determinant."""
    if determinant < 0:
        return "saddle"
    return f"{'stable' if trace < 0 else 'unstable'} {'focus' if trace**2 < factor * determinant else 'node'}"


def _slips(matrix: Any) -> list[tuple[str, str]]:
    """Returns the kinds that usual mistakes give to a matrix, each with its sentence."""
    (a, b), (c, d) = matrix
    trace, determinant, right = a + d, a * d - b * c, _kind(a + d, a * d - b * c)
    turned = {"stable": "unstable", "unstable": "stable"}
    first, _, last = right.partition(" ")
    return [
        (
            _kind(determinant, trace),
            "Trace and determinant are swapped: the trace is the sum of the diagonal, the determinant is made of products.",
        ),
        (
            _kind(trace, a * d + b * c),
            "The sign in the determinant is wrong: it is the product of the diagonal *less* the product of the other two.",
        ),
        (
            _kind(trace, determinant, 1),
            "The parabola is in the wrong place: compare the squared trace with four times the determinant.",
        ),
        (
            _kind(a + d, a * d),
            "The two entries off the diagonal are left out. They belong to the determinant.",
        ),
        (
            f"{turned[first]} {last}" if last else right,
            "Stable and unstable are turned round: a negative trace means that distances shrink.",
        ),
        (
            f"{first} {'node' if last == 'focus' else 'focus'}" if last else right,
            "Nodes and foci are turned round: where the squared trace is smaller than four determinants, paths turn.",
        ),
    ]


def classify_matrices(answer: Any) -> str:
    answer = answer.tolist() if isinstance(answer, np.ndarray) else answer
    if not isinstance(answer, (list, tuple)) or len(answer) != len(MATRICES):
        raise Reply('Give four kinds in a list, in the order A, B, C, D, such as ["saddle", "stable node", ...].')
    given = [" ".join(str(kind).lower().replace("spiral", "focus").replace("point", "").split()) for kind in answer]
    for kind in given:
        if kind not in KINDS:
            raise Reply(f"'{kind}' is not among the kinds: {', '.join(KINDS)}.")
    right = [classify(np.linalg.eigvals(np.array(m, dtype=float))) for m in MATRICES.values()]
    if given == right:
        return "A and C differ by one sign only, and that one sign decides whether paths turn."
    slips = list(zip(*(_slips(m) for m in MATRICES.values()), strict=True))
    for slip in slips:
        if given == [kind for kind, _ in slip]:
            raise Reply(slip[0][1])
    name, said = next((n, g) for n, g, r in zip(MATRICES, given, right, strict=True) if g != r)
    (a, b), (c, d) = MATRICES[name]
    raise Reply(
        f"{name} has trace {a + d:g} and determinant {a * d - b * c:g}: is that {'an' if said[0] == 'u' else 'a'} {said}?"
    )


@lru_cache(maxsize=4)
def _pace(leaving: float) -> float:
    """Returns how fast the app comes to rest where people use it, per week."""
    return float(-equilibria(app, quitting=leaving)[-1].eigenvalues[0].real)


def half_life_after_a_change(answer: Any) -> str:
    weeks, pace, old = plain(answer, -1e6, 1e6, "The half-life in weeks"), _pace(AFTER), _pace(BEFORE)
    s = spread.quantity.default
    key = np.log(2) / pace
    if abs(weeks / key - 1) <= 0.02:
        return "Quitting doubled, and a disturbance now lasts three times as long: what counts is the slope at the rest point."
    point_out(
        weeks,
        [
            (-key, "The sign: a half-life is a time, and positive. The slope is negative, the rate is minus the slope."),
            (1 / pace, "That is the time constant, one over the rate: by then 37 % is left, not half."),
            (pace, "That is the rate, per week. A half-life is ln 2 over it."),
            (-pace, "That is the slope at the new rest point. The rate is minus that, and the half-life ln 2 over it."),
            (equilibria(app, quitting=AFTER)[-1].state["share"], "That is where it comes to rest. How fast does it get there?"),
            (3, "That is read off the first weeks, far from rest, where it goes faster. Measure once it is close."),
            (np.log(2) / old, "That was the half-life before the change. What counts is the slope at the new rest point."),
            (1 / old, "That was the time constant before the change."),
            (
                np.log(2) / AFTER,
                "That is ln 2 over the rate of quitting alone. Those who win others hold the share up: take the slope.",
            ),
            (np.log(2) / s, "That is ln 2 over the rate of spreading alone. Take the slope of the whole rule."),
            (np.log(2) / (s + AFTER), "The two rates do not add up: spreading works against quitting. Take the slope."),
            (7 * key, "Is that in days? Give it in weeks."),
        ],
        0.02 * abs(weeks),
    )
    raise Reply(
        f"After {weeks:.3g} weeks {np.exp(-pace * weeks):.0%} of a small disturbance is left, and should be half of it."
    )


def _expression(answer: Any) -> sympy.Expr:
    """Returns the answer in the model's own symbols, or replies that it is no expression in them."""
    if isinstance(answer, sympy.core.relational.Relational):
        raise Reply("Give the right-hand side alone, without an equals sign.")
    if isinstance(answer, (list, tuple)) and len(answer) == 1 and isinstance(answer[0], tuple):
        raise Reply("The pair holds goodwill and demand at the fold: give the demand alone.")
    if isinstance(answer, (str, list, tuple, set, dict, bool)) or not isinstance(answer, (sympy.Expr, int, float)):
        raise Reply("Give one expression in the symbols of the model, such as recovery / ceiling.")
    answer, known = sympy.sympify(answer), {s.name: s for s in (goodwill, recovery, ceiling, demand)}
    for symbol in answer.free_symbols:
        if symbol.name not in known:
            raise Reply(f"There is no '{symbol}' in the model. Its symbols are {', '.join(known)}.")
    return answer.subs({symbol: known[symbol.name] for symbol in answer.free_symbols})


def _fold() -> tuple[sympy.Expr, sympy.Expr]:
    """Returns the goodwill and the demand at the fold, derived from the model."""
    rate = favours.equations[goodwill]
    (found,) = sympy.solve([rate, rate.diff(goodwill)], [goodwill, demand], dict=True)
    return found[goodwill], found[demand]


def _same(one: sympy.Expr, other: sympy.Expr) -> bool:
    """Returns whether two expressions agree at five points, which no two of different form do by chance."""
    rng = np.random.default_rng(2)
    points = [dict(zip((recovery, ceiling), map(float, rng.uniform(0.3, 1.9, 2)), strict=True)) for _ in range(5)]
    values = np.array([[complex(e.subs(point).evalf()) for e in (one, other)] for point in points])
    return bool(np.allclose(values[:, 0], values[:, 1], rtol=1e-9))


def fold_of_favours(answer: Any) -> str:
    given, (at, value) = _expression(answer), _fold()
    if given.has(demand):
        raise Reply("The demand itself is still in it. Solve for it.")
    if given.has(goodwill):
        raise Reply("Goodwill is still in it. At a fold two equations hold, f = 0 and f' = 0: use the second to get rid of it.")
    if attempt("This expression", _same, given, value):
        return "Ask for more than that, and there is no level at which goodwill can rest: it falls, and goes on falling."
    for wrong, sentence in (
        (-value, "Only the sign is wrong: demand enters the rule with a minus."),
        (at, "That is the goodwill at the fold. Put it into f = 0 to get the demand there."),
        (
            value / ceiling,
            "The ceiling is left out. Recovery is fastest at half of the ceiling, and is then larger for a high one.",
        ),
        (value / recovery, "The recovery is left out: whoever recovers twice as fast can bear twice the demand."),
        (2 * value, "One factor of a half is lost: at the fold there are two, from goodwill and from the bracket."),
        (4 * value, "That is recovery times ceiling. The fold comes at a part of it: both factors are at their half there."),
        (0 * value, "Without demand goodwill rests at the ceiling, and the slope there is not zero. Solve f = 0 and f' = 0."),
    ):
        if attempt("This expression", _same, given, wrong):
            raise Reply(sentence)
    there = {recovery: 0.8, ceiling: 2}
    raise Reply(
        f"For a recovery of 0.8 and a ceiling of 2 you say {float(sympy.sympify(given).subs(there)):.3g}. Look at the number "
        "of rest points there, and solve f = 0 and f' = 0."
    )


def _matrix(answer: Any) -> np.ndarray:
    try:
        rows = [list(row) for row in (answer.tolist() if hasattr(answer, "tolist") else answer)]
    except TypeError:
        rows = []
    if [len(row) for row in rows] != [2, 2]:
        raise Reply("Give a matrix: two rows of two numbers, such as [[-1, 2], [-2, -1]].")
    return np.array([[plain(v, -1e6, 1e6, "An entry of the matrix") for v in row] for row in rows])


def build_focus(answer: Any) -> str:
    values = np.linalg.eigvals(_matrix(answer)).astype(complex)
    growth, turn = float(values.real.max()), float(np.abs(values.imag).max())
    if turn < 1e-9:
        raise Reply(
            "The eigenvalues are real, so nothing turns: that is no focus. Let the two answer each other with opposite signs."
        )
    right_growth, right_turn = -np.log(2) / HALVES, 2 * np.pi / PERIOD
    near = lambda a, b: abs(a - b) <= CLOSE * abs(b)  # noqa: E731 - one comparison
    if near(growth, right_growth) and near(turn, right_turn):
        return "Half of the trace says how fast it shrinks, and the determinant less the square of that how fast it turns."
    if abs(growth) < 1e-9:
        raise Reply("That turns for ever and never shrinks: a centre. The trace must be negative.")
    if near(growth, -right_turn) and near(turn, np.log(2) / HALVES):
        raise Reply("Real and imaginary part are swapped: shrinking belongs to the real part, turning to the imaginary one.")
    for wrong, sentence in (
        (-right_growth, "It grows: in 5 weeks distances double. Both real parts must be negative."),
        (
            -1 / HALVES,
            "You took 5 weeks for the time constant. After 5 weeks half is left, not 37 %: the real part is −ln 2 / 5.",
        ),
        (2 * right_growth, "The real part is half of the trace, and not the trace. Now distances halve in 2.5 weeks."),
        (
            right_growth / 2,
            "The two times are swapped: 5 weeks belong to shrinking, 10 weeks to turning."
            if near(turn, 2 * right_turn)
            else "The trace is twice the real part. Now distances halve in 10 weeks.",
        ),
    ):
        if near(growth, wrong):
            raise Reply(sentence)
    if growth > 0:
        raise Reply("It grows: the trace is positive.")
    if not near(growth, right_growth):
        raise Reply(f"Distances halve in {np.log(2) / -growth:.3g} weeks, and should in {HALVES:g}. Mind the real part.")
    for wrong, sentence in (
        (1 / PERIOD, "That is the frequency, turns per week. The imaginary part is the angular frequency, 2π over the period."),
        (PERIOD, "The imaginary part is not the period: it is 2π over the period."),
        (
            (right_turn**2 - right_growth**2) ** 0.5,
            "The determinant is the sum of *both* squares, of the real and of the imaginary part.",
        ),
    ):
        if near(turn, wrong):
            raise Reply(sentence)
    raise Reply(f"It halves as it should, but one turn takes {2 * np.pi / turn:.4g} weeks, and should take {PERIOD:g}.")


def build_three(answer: Any) -> str:
    if not isinstance(answer, Model):
        raise Reply("Give a model, made with sa.Model.")
    if len(answer.states) != 1 or answer.clock != "continuous" or answer.noise:
        raise Reply("The model has one state, in continuous time and without noise.")
    points: RestPoints = attempt("This model", equilibria, answer)
    kinds = [point.kind for point in points]
    if "degenerate" in kinds:
        at = next(iter(points[kinds.index("degenerate")].state.values()))
        raise Reply(f"At {round(at, 6) + 0.0:.4g} the slope is zero, so that it does not tell. Use roots that are single.")
    if kinds == ["stable node", "unstable node", "stable node"]:
        raise Reply("Three, but the outer two are stable and the middle one is not. Turn the sign of the whole rule round.")
    if len(points) != 3:
        low, high = next(iter(answer.states.values())).bounds
        raise Reply(
            f"Between {low:g} and {high:g}, the bounds of the state, there should be three rest points, not {len(points)}."
        )
    if kinds != ["unstable node", "stable node", "unstable node"]:
        raise Reply(
            f"From left to right they are: {', '.join(kinds)}. The outer two should be unstable, the middle one stable."
        )
    proof = (
        "interval arithmetic proves that there is no fourth" if points.complete else "a fourth was searched for, and not found"
    )
    return f"Whoever leaves the stretch between the outer two never comes back. In the bounds of your state {proof}."


def largest_step(answer: Any) -> str:
    step, rate = plain(answer, -1e6, 1e6, "The step in weeks"), _pace(BEFORE)
    s, key = spread.quantity.default, 2 / rate
    if abs(step / key - 1) <= 0.01:
        return "There the map's slope is −1: a small error comes back with its sign turned, and only what is curved decides."
    point_out(
        step,
        [
            (
                1 / rate,
                "With that step the slope of the map is 0, and it settles at once. Larger steps overshoot, and still settle.",
            ),
            (rate, "That is the rate. A step is a time, so it is a number over the rate."),
            (2 * rate, "Turn it over: the step times the rate must stay below 2."),
            (2 / s, "That is 2 over the rate of spreading. What counts is the rate at the rest point, minus the slope there."),
            (
                2 / BEFORE,
                "That is 2 over the rate of quitting. What counts is the rate at the rest point, minus the slope there.",
            ),
            (2 / (s + BEFORE), "The two rates do not add up: spreading works against quitting. Take the slope."),
            (4 / rate, "There the slope of the map is −3. It must not fall below −1."),
            (np.log(2) / rate, "That is the half-life. It settles there, but so it does with larger steps."),
            (0.0, "With a step of 0 nothing moves at all."),
        ],
        0.01 * max(abs(step), 1e-9),
    )
    if step < 0:
        raise Reply("A step is a time, and positive.")
    slope = 1 - step * rate
    verdict = "it does not settle: take a smaller one" if abs(slope) > 1 else "it settles: a larger one does so too"
    raise Reply(f"With a step of {step:g} the slope of the map at rest is {slope:.3g}, so {verdict}.")


QUESTIONS = {
    1: Question(classify_matrices),
    2: Question(half_life_after_a_change),
    3: Question(fold_of_favours),
    4: Question(build_focus),
    5: Question(build_three),
    6: Question(largest_step),
}
