"""Matrices: the two questions of the toolkit about what a matrix does, one to classify and one to build."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from socioaffective.dynamics.equilibrium import classify
from socioaffective.exercises.answers import plain
from socioaffective.exercises.questions import Reply

# The first sheet. The others have the same four in another order, or with all signs turned, which makes them run backwards.
FIRST_SHEET: list[list[list[float]]] = [[[-3, 1], [-1, -3]], [[2, 1], [3, -1]], [[-3, 1], [1, -3]], [[0.5, 2], [-2, 0]]]
# Relative; the determinant without the square of the real part is off by at least twice as much.
CLOSE = 0.01
KINDS = ("stable node", "unstable node", "stable focus", "unstable focus", "saddle")


def matrices(sheet: int) -> dict[str, list[list[float]]]:
    """Returns the four matrices of a sheet, 1 to 8, by their letters.

    >>> from socioaffective.exercises.matrices import matrices
    >>> matrices(1)["B"], matrices(6)["A"]
    ([[2, 1], [3, -1]], [[-2, -1], [-3, 1]])
    """
    turned, first = divmod(sheet - 1, len(FIRST_SHEET))
    sign = -1 if turned else 1
    given = FIRST_SHEET[first:] + FIRST_SHEET[:first]
    return {name: [[sign * v for v in row] for row in rows] for name, rows in zip("ABCD", given, strict=True)}


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


def _kinds(sheet: int) -> tuple[list[str], list[tuple[list[str], str]]]:
    """Returns the right kinds of a sheet, and those to which each mistake leads, with its sentence."""
    each = list(matrices(sheet).values())
    slips = zip(*(_slips(matrix) for matrix in each), strict=True)
    right = [classify(np.linalg.eigvals(np.array(matrix, dtype=float))) for matrix in each]
    return right, [([kind for kind, _ in slip], slip[0][1]) for slip in slips]


def mistakes_tell(sheet: int) -> bool:
    """Returns whether the theorem gives the library's own kinds for a sheet, and each usual mistake others.

    >>> from socioaffective.exercises.matrices import mistakes_tell
    >>> mistakes_tell(1)
    True
    """
    right, slips = _kinds(sheet)
    by_theorem = [_kind(a + d, a * d - b * c) for (a, b), (c, d) in matrices(sheet).values()]
    return by_theorem == right and len({tuple(kinds) for kinds in (right, *(kinds for kinds, _ in slips))}) == 1 + len(slips)


def classify_matrices(answer: Any, sheet: int) -> str:
    answer = answer.tolist() if isinstance(answer, np.ndarray) else answer
    if not isinstance(answer, (list, tuple)) or len(answer) != len(FIRST_SHEET):
        raise Reply('Give four kinds in a list, in the order A, B, C, D, such as ["saddle", "stable node", ...].')
    given = [" ".join(str(kind).lower().replace("spiral", "focus").replace("point", "").split()) for kind in answer]
    for kind in given:
        if kind not in KINDS:
            raise Reply(f"'{kind}' is not among the kinds: {', '.join(KINDS)}.")
    right, slips = _kinds(sheet)
    if given == right:
        return "Two of them differ by one sign only, and that one sign decides whether paths turn."
    for kinds, sentence in slips:
        if given == kinds:
            raise Reply(sentence)
    name, said = next((n, g) for n, g, r in zip("ABCD", given, right, strict=True) if g != r)
    (a, b), (c, d) = matrices(sheet)[name]
    raise Reply(
        f"{name} has trace {a + d:g} and determinant {a * d - b * c:g}: is that {'an' if said[0] == 'u' else 'a'} {said}?"
    )


def _matrix(answer: Any) -> np.ndarray:
    try:
        rows = [list(row) for row in (answer.tolist() if hasattr(answer, "tolist") else answer)]
    except TypeError:
        rows = []
    if [len(row) for row in rows] != [2, 2]:
        raise Reply("Give a matrix: two rows of two numbers, such as [[-1, 2], [-2, -1]].")
    return np.array([[plain(v, -1e6, 1e6, "An entry of the matrix") for v in row] for row in rows])


def build_focus(answer: Any, turns_in: float, halves_in: float) -> str:
    values = np.linalg.eigvals(_matrix(answer)).astype(complex)
    growth, turn = float(values.real.max()), float(np.abs(values.imag).max())
    if turn < 1e-9:
        raise Reply(
            "The eigenvalues are real, so nothing turns: that is no focus. Let the two answer each other with opposite signs."
        )
    right_growth, right_turn = _parts(turns_in, halves_in)
    if _near(growth, right_growth) and _near(turn, right_turn):
        return "Half of the trace says how fast it shrinks, and the determinant less the square of that how fast it turns."
    if abs(growth) < 1e-9:
        raise Reply("That turns for ever and never shrinks: a centre. The trace must be negative.")
    if _near(growth, -right_turn) and _near(turn, -right_growth):
        raise Reply("Real and imaginary part are swapped: shrinking belongs to the real part, turning to the imaginary one.")
    if _near(growth, _parts(halves_in, turns_in)[0]) and _near(turn, _parts(halves_in, turns_in)[1]):
        raise Reply(f"The two times are swapped: {halves_in:g} weeks belong to shrinking, {turns_in:g} weeks to turning.")
    for wrong, sentence in (
        (-right_growth, f"It grows: in {halves_in:g} weeks distances double. Both real parts must be negative."),
        (
            -1 / halves_in,
            f"You took {halves_in:g} weeks for the time constant. By then half is left, not 37 %: the real part is "
            f"−ln 2 / {halves_in:g}.",
        ),
        (
            2 * right_growth,
            f"The real part is half of the trace, and not the trace. Now it halves in {halves_in / 2:g} weeks.",
        ),
        (right_growth / 2, f"The trace is twice the real part. Now distances halve in {2 * halves_in:g} weeks."),
    ):
        if _near(growth, wrong):
            raise Reply(sentence)
    if growth > 0:
        raise Reply("It grows: the trace is positive.")
    if not _near(growth, right_growth):
        raise Reply(f"Distances halve in {np.log(2) / -growth:.3g} weeks, and should in {halves_in:g}. Mind the real part.")
    for wrong, sentence in (
        (
            1 / turns_in,
            "That is the frequency, turns per week. The imaginary part is the angular one, 2π over the period.",
        ),
        (turns_in, "The imaginary part is not the period: it is 2π over the period."),
        (
            _without_a_square(right_growth, right_turn),
            "The determinant is the sum of *both* squares, of the real and of the imaginary part.",
        ),
    ):
        if _near(turn, wrong):
            raise Reply(sentence)
    raise Reply(f"It halves as it should, but one turn takes {2 * np.pi / turn:.4g} weeks, and should take {turns_in:g}.")


def is_a_clear_focus(turns_in: float, halves_in: float) -> bool:
    """Returns whether these two times make a stable focus in which the usual mistakes can be told from the right answer.

    >>> from socioaffective.exercises.matrices import is_a_clear_focus
    >>> is_a_clear_focus(10, 5), is_a_clear_focus(10, 20)
    (True, False)
    """
    growth, turn = _parts(turns_in, halves_in)
    kind = classify(np.linalg.eigvals(np.array([[growth, -turn], [turn, growth]])))
    return kind == "stable focus" and _without_a_square(growth, turn) < (1 - 2 * CLOSE) * turn


def _parts(turns_in: float, halves_in: float) -> tuple[float, float]:
    """Returns the real and the imaginary part that belong to these two times."""
    return -math.log(2) / halves_in, 2 * math.pi / turns_in


def _near(value: float, right: float) -> bool:
    return abs(value - right) <= CLOSE * abs(right)


def _without_a_square(growth: float, turn: float) -> float:
    """Returns the imaginary part for who takes the square of the right one for the determinant."""
    return (turn**2 - growth**2) ** 0.5
