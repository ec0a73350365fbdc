"""Expressions: what a model is written with, checked, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from socioaffective.checks import unknown
from socioaffective.quantities import COMPUTED, Observable, Quantity, QuantitySymbol, observable


def state_of(key: Any, title: str) -> QuantitySymbol:
    """Returns a key of a model's equations once it is a state."""
    if not isinstance(key, QuantitySymbol) or key.quantity.kind != "state":
        kind = f"a {key.quantity.kind}" if isinstance(key, QuantitySymbol) else f"not declared ({type(key).__name__})"
        raise TypeError(f"The equations of '{title}' must be keyed by states made with sa.state(...); '{key}' is {kind}.")
    return key


def expression_of(given: Any, owner: Any) -> sympy.Expr:
    """Returns what was written for `owner` once it is a finite real expression."""
    if isinstance(given, str):
        raise TypeError(f"The expression for '{owner}' is the text {given!r}; write it with symbols, not in quotes.")
    try:
        expression = sympy.sympify(given)
    except (sympy.SympifyError, TypeError):
        raise TypeError(f"The expression for '{owner}' must be made of symbols and numbers, not {given!r}.") from None
    if not isinstance(expression, sympy.Expr):
        raise TypeError(f"The expression for '{owner}' must be a number for every state, not {given!r}.")
    if expression.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, sympy.I):
        raise ValueError(f"The expression for '{owner}' is not a finite real number: {expression}.")
    strangers = expression.atoms(AppliedUndef)
    if strangers:
        raise ValueError(f"The expression for '{owner}' uses {strangers.pop()}, a function without a formula.")
    return expression


def observed(given: Any, name: str) -> Observable:
    """Returns what was written for an observable, with metadata or without."""
    if isinstance(given, Observable):
        return replace(given, expression=expression_of(given.expression, name))
    return observable(expression_of(given, name))


def symbols_in(expressions: Iterable[Any], title: str) -> list[QuantitySymbol]:
    """Returns the symbols in order of first use, so that nothing depends on the order of a set."""
    found = dict.fromkeys(
        part for expression in expressions for part in sympy.preorder_traversal(expression) if isinstance(part, sympy.Symbol)
    )
    declared = [symbol for symbol in found if isinstance(symbol, QuantitySymbol)]
    for symbol in found:
        if symbol not in declared:
            raise ValueError(
                f"'{title}' uses the symbol '{symbol}', which was not made with sa.state, sa.parameter, sa.lever or "
                f"sa.input. {unknown('declared symbol', symbol.name, [s.name for s in declared])}"
            )
    return declared


def definition_order(definitions: Mapping[Any, Any], title: str) -> list[Any]:
    """Returns the wired inputs so that each comes after those it is made of."""
    needs = {s: [t for t in definitions if t in e.free_symbols] for s, e in definitions.items()}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        loop = " -> ".join(str(s) for s in error.args[1])
        raise ValueError(f"The wiring of '{title}' runs in a loop: {loop}. Break it with a state.") from None


def as_observable(quantity: Quantity) -> Quantity:
    """Returns the metadata of a wired input, which is computed."""
    return replace(quantity, kind="observable", value=COMPUTED)
