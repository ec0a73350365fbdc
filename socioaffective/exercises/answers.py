"""Answers: what the questions of several sets do with one, before they judge it."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import sympy

from socioaffective.checks import number, unknown
from socioaffective.compile import rates
from socioaffective.dynamics.equilibrium import box_of, settings_of
from socioaffective.exercises.questions import Reply
from socioaffective.model import Model
from socioaffective.policies import Steps


def plain(answer: Any, low: float, high: float, what: str) -> float:
    """Returns the answer as a number between two bounds, or replies that it is none.

    >>> from socioaffective.exercises.answers import plain
    >>> plain(2, 0, 104, "The week")
    2.0
    """
    try:
        return number(answer, what, (low, high))
    except (TypeError, ValueError) as error:
        raise Reply(str(error)) from None


def share(answer: Any, what: str) -> float:
    """Returns the answer as a share between 0 and 1, or replies that it is none, with a word for a percentage.

    >>> from socioaffective.exercises.answers import share
    >>> share(0.25, "Engagement")
    0.25
    """
    value = plain(answer, -1e9, 1e9, what)
    if 1 < value <= 100:
        raise Reply(f"{what} is a share between 0 and 1. Did you give a percentage? {value:g} % is {value / 100:g}.")
    return plain(value, 0, 1, what)


def point_out(value: float, mistakes: Iterable[tuple[float, str]], within: float) -> None:
    """Returns nothing; replies with the sentence of the usual mistake whose number this is, or is nearest to.

    >>> from socioaffective.exercises.answers import point_out
    >>> point_out(0.3, [(0.5, "That is the half.")], 0.01)
    """
    near = [(abs(value - wrong), sentence) for wrong, sentence in mistakes if abs(value - wrong) <= within]
    if near:
        raise Reply(min(near, key=lambda found: found[0])[1])


def attempt(what: str, function: Callable, *args: Any, **keywords: Any) -> Any:
    """Returns what a function returns, or replies that `what` cannot be run, and why.

    >>> from socioaffective.exercises.answers import attempt
    >>> attempt("This sum", sum, [1, 2])
    3
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*args, **keywords)
    except Reply:
        raise
    except Exception as error:  # A student's own function may raise anything.
        said = str(error) if isinstance(error, (TypeError, ValueError, RuntimeError)) else f"{type(error).__name__}: {error}"
        raise Reply(f"{what} cannot be run: {said}") from None


def formula(answer: Any, symbols: Mapping[str, sympy.Symbol]) -> sympy.Expr:
    """Returns the answer as an expression in these symbols, or replies what is wrong with it.

    Symbols are told by their names, so that a student's own `sympy.symbols("n")` will do. A text is not read: to read it is
    to run it.

    >>> import sympy
    >>> from socioaffective.exercises.answers import formula
    >>> formula(sympy.Symbol("n") / 2, {"n": sympy.Symbol("n", positive=True)})
    n/2
    """
    allowed = ", ".join(symbols)
    if isinstance(answer, str):
        raise Reply(f"Give the formula itself, without quotation marks, made of {allowed}.")
    if isinstance(answer, (list, tuple, sympy.Tuple, sympy.FiniteSet)) and len(answer) == 1:
        (answer,) = answer
    if isinstance(answer, sympy.core.relational.Relational):
        raise Reply(f"Give what the quantity equals, one expression without an equals sign, made of {allowed}.")
    try:
        # A text inside any of these would be run as well.
        found = None if isinstance(answer, (list, tuple, set, frozenset, dict)) else sympy.sympify(answer, strict=True)
    except (sympy.SympifyError, TypeError, AttributeError, ValueError):
        raise Reply(f"Give an expression, made of {allowed}.") from None
    if not isinstance(found, sympy.Expr):
        raise Reply(f"Give an expression, made of {allowed}.")
    foreign = {s for s in found.free_symbols if getattr(s, "name", None) not in symbols}
    if foreign:
        raise Reply(str(unknown("symbol", min(map(str, foreign)), symbols)))
    return found.xreplace({s: symbols[s.name] for s in found.free_symbols})


def alike(found: sympy.Expr, key: sympy.Expr) -> bool:
    """Returns whether two formulas have the same values, at a few points where all symbols lie between 0 and 1.

    >>> import sympy
    >>> from socioaffective.exercises.answers import alike
    >>> n = sympy.Symbol("n", positive=True)
    >>> alike((n**2 - 0.25) / (n - 0.5), n + sympy.Rational(1, 2))
    True
    """
    symbols, rng = sorted(found.free_symbols | key.free_symbols, key=str), np.random.default_rng(7)
    points = [dict(zip(symbols, map(float, rng.uniform(0.1, 0.9, len(symbols))), strict=True)) for _ in range(6)]
    theirs, ours = ([complex(formula.subs(point)) for point in points] for formula in (found, key))
    return bool(np.allclose(theirs, ours, rtol=1e-6, atol=1e-9))


def is_plan(answer: Any, states: str, lever: str) -> bool:
    """Returns whether a policy is set beforehand, rather than a function of the state; replies where it is no policy.

    >>> import socioaffective as sa
    >>> from socioaffective.exercises.answers import is_plan
    >>> is_plan(sa.policies.fixed(cues=0.5), "{'wanting': 0.1}", "cues")
    True
    """
    if isinstance(answer, type) or not (isinstance(answer, Steps) or callable(answer)):
        raise Reply(f"Give a policy: a function from a state, such as {states}, to {{'{lever}': ...}}.")
    return isinstance(answer, Steps)


def lever_of(policy: Callable, lever: str, **state: float) -> float:
    """Returns the lever that a function of the state sets there, or replies that it answers wrongly.

    >>> from socioaffective.exercises.answers import lever_of
    >>> lever_of(lambda state: {"cues": state["wanting"]}, "cues", wanting=0.25)
    0.25
    """
    where = ", ".join(f"{name} of {value:g}" for name, value in state.items())
    said = policy({name: float(value) for name, value in state.items()})
    if not isinstance(said, Mapping) or set(said) != {lever}:
        raise Reply(f"For {where} the policy returned {said!r}; it must return a mapping such as {{'{lever}': 0.5}}.")
    return plain(said[lever], 0, 1, f"For {where} the policy's '{lever}'")


def way_out(model: Model, lives: Iterable[Mapping[str, float]]) -> str:
    """Returns where, under one of these settings, the model points out of its box, in words, and "" where it never does.

    >>> import socioaffective as sa
    >>> from socioaffective.exercises.answers import way_out
    >>> way_out(sa.models.need, [{"support": 1}])
    ''
    """
    # The scalar back end knows more functions than the array one, such as erf.
    move, box = rates(model), box_of(model)
    grids = [np.linspace(low, high, 11) for low, high in box]
    for life in lives:
        p = settings_of(model, dict(life)).tolist()
        for k, name in enumerate(model.states):
            for side, outward in ((0, -1), (1, 1)):
                edges = [[box[k, side]] if j == k else grid for j, grid in enumerate(grids)]
                for y in itertools.product(*edges):
                    if outward * move(list(map(float, y)), p)[k] > 1e-9:
                        return f"{name} can {'rise above' if side else 'fall below'} {box[k, side]:g}"
    return ""
