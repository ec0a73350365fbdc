"""Source: a model written out as a Python module that Numba compiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import sympy
from sympy.printing.pycode import PythonCodePrinter
from sympy.utilities.iterables import numbered_symbols

from socioaffective.aggregates import ces
from socioaffective.integrate import LEAST_POINTS
from socioaffective.model import Model
from socioaffective.quantities import in_exponentials

# What a formula may be made of, beside sums, products and powers, and what it is called in lanes.
FUNCTIONS = {"exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "Abs": "magnitude", "floor": "floor", "ceiling": "ceil",
             "tanh": "tanh", "sinh": "sinh", "cosh": "cosh"}  # fmt: skip


KEPT = (sympy.Min, sympy.Max, sympy.Piecewise)


class UnwritableError(Exception):
    """Raised for a formula that has no form in lanes; such a model is left to SciPy."""


class _Printer(PythonCodePrinter):
    """Writes expressions as functions and signs of lanes."""

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, power = expr.as_base_exp()
        power = sympy.Integer(int(power)) if power.is_Float and power == int(power) else power
        written = f"({self._print(base)})"
        if power.is_Integer and 1 <= abs(power) <= 8:
            whole = "*".join([written] * abs(int(power)))
        elif power.is_Rational and abs(power) == sympy.S.Half:
            whole = f"root{written}"
        else:
            return f"power(wide{written}, wide({self._print(power)}))"
        return f"({whole})" if power > 0 else f"(1.0 / ({whole}))"

    def _number(self, expr: Any) -> str:
        try:
            return repr(float(expr))
        except TypeError:
            return self._unknown(expr)

    def _print_Function(self, expr: Any) -> str:
        name = FUNCTIONS.get(type(expr).__name__)
        return f"{name}({self._print(expr.args[0])})" if name and len(expr.args) == 1 else self._unknown(expr)

    def _print(self, expr: Any, **kwargs: Any) -> str:
        if isinstance(expr, sympy.Expr) and expr.is_number:
            return self._number(expr)
        ours = isinstance(expr, sympy.Function) and not isinstance(expr, KEPT)
        return self._print_Function(expr) if ours else super()._print(expr, **kwargs)

    def _unknown(self, expr: Any) -> str:
        raise UnwritableError(str(expr))

    def _print_not_supported(self, expr: Any) -> str:
        return self._unknown(expr)

    def _fold(self, name: str, expr: Any) -> str:
        first, *rest = map(self._print, expr.args)
        for part in rest:
            first = f"{name}(wide({first}), wide({part}))"
        return first

    def _print_Min(self, expr: Any) -> str:
        return self._fold("least", expr)

    def _print_Max(self, expr: Any) -> str:
        return self._fold("greatest", expr)

    def _print_Piecewise(self, expr: Any) -> str:
        *cases, (last, condition) = expr.args
        if condition != True:  # noqa: E712 - SymPy's own truth
            return self._unknown(expr)
        written = self._print(last)
        for value, where in reversed(cases):
            written = f"choose({self._print(where)}, {self._print(value)}, {written})"
        return written

    def _print_Relational(self, expr: Any) -> str:
        return f"(({self._print(expr.lhs)}) - ({self._print(expr.rhs)}) {expr.rel_op} 0.0)"

    _print_Equality = _print_Unequality = _print_Relational

    def _print_And(self, expr: Any) -> str:
        return "(" + " & ".join(map(self._print, expr.args)) + ")"

    def _print_Or(self, expr: Any) -> str:
        return "(" + " | ".join(map(self._print, expr.args)) + ")"

    def _print_Not(self, expr: Any) -> str:
        inner = sympy.to_nnf(expr)
        return self._unknown(expr) if isinstance(inner, sympy.Not) else self._print(inner)

    _print_BooleanTrue = _print_BooleanFalse = _unknown


def _plain(expression: Any) -> Any:
    """Returns an expression without functions of our own."""
    expression = in_exponentials(sympy.sympify(expression))
    return expression.replace(lambda part: isinstance(part, ces), lambda part: part.doit())


def _hoisted(expression: Any, moving: frozenset, constants: dict[Any, Any]) -> Any:
    """Returns an expression in which whatever is made of settings alone is a constant, to be computed once a person."""
    if not expression.args or (isinstance(expression, sympy.Expr) and expression.is_number):
        return expression
    # Conditions, and the pairs of a formula with one, are no numbers that could be kept.
    if isinstance(expression, sympy.Expr) and not expression.free_symbols & moving:
        return constants.setdefault(expression, sympy.Symbol(f"k{len(constants)}", real=True))
    if isinstance(expression, (sympy.Add, sympy.Mul)):
        still = [part for part in expression.args if not part.free_symbols & moving]
        if len(still) > 1:
            rest = [_hoisted(part, moving, constants) for part in expression.args if part not in still]
            return expression.func(_hoisted(expression.func(*still), moving, constants), *rest)
    return expression.func(*(_hoisted(part, moving, constants) for part in expression.args))


def _lines(known: Mapping[str, str], parts: Sequence[tuple], results: Sequence[str]) -> str:
    """Returns the body of a function: what it uses of what is known, parts by name, and then what it leaves behind."""
    write = _Printer({"fully_qualified_modules": False}).doprint
    used = {s.name for _, part in parts for s in part.free_symbols}
    lines = [f"{name} = {place}" for name, place in known.items() if name in used]
    lines += [f"{name} = {write(part)}" for name, part in parts]
    return "".join(f"    {line}\n" for line in [*lines, *results] or ["pass"])


def _functions(states: tuple, settings: tuple, rates: tuple, events: tuple) -> tuple[str, int]:
    """Returns functions of a workspace and of the places of states, settings and results in it, and how many constants there
    are behind the settings: `prepare` computes these, `rates` and `measures` what they are called by."""
    named = {s: sympy.Symbol(f"{letter}{k}", real=True, nonnegative=s.is_nonnegative)
             for letter, group in (("y", states), ("p", settings)) for k, s in enumerate(group)}  # fmt: skip
    known = {named[s].name: f"load(w, y + {k} * WIDTH)" for k, s in enumerate(states)}
    known |= {named[s].name: f"load(w, p + {k} * WIDTH)" for k, s in enumerate(settings)}
    constants: dict[Any, Any] = {}
    # Rates and measures share a workspace, so that no name may be given twice.
    names, bodies = numbered_symbols("s", real=True), []
    for name, expressions in (("rates", rates), ("measures", events)):
        renamed = [_plain(e).xreplace(named) for e in expressions]
        shared, results = sympy.cse(renamed, names, optimizations=[], order="none")
        moving = frozenset(named[s] for s in states)
        again: dict[Any, Any] = {}
        parts = []
        for symbol, part in [*shared, *((sympy.Symbol(f"r{k}", real=True), e) for k, e in enumerate(results))]:
            part = part.xreplace(again)
            if symbol.name[0] == "s" and not part.free_symbols & moving:
                again[symbol] = constants.setdefault(part, symbol)
                continue
            moving |= {symbol}
            parts.append((symbol, part))
        parts = [(symbol.name, _hoisted(part, moving, constants)) for symbol, part in parts]
        bodies.append((name, parts, [f"store(w, r + {k} * WIDTH, r{k})" for k in range(len(results))]))
    places = {symbol.name: f"load(w, p + {len(settings) + k} * WIDTH)" for k, symbol in enumerate(constants.values())}
    first = [(symbol.name, part) for part, symbol in constants.items()]
    kept = [f"store(w, p + {len(settings) + k} * WIDTH, {name})" for k, (name, _) in enumerate(first)]
    text = "@njit\ndef prepare(w, p):\n" + _lines(known, first, kept)
    for name, parts, results in bodies:
        text += f"@njit\ndef {name}(w, y, p, r):\n" + _lines(known | places, parts, results)
    return text, len(constants)


@lru_cache(maxsize=256)
def _written(states: tuple, settings: tuple, expressions: tuple, events: tuple) -> str:
    functions, constants = _functions(states, settings, expressions, events)
    sizes = "STATES, SETTINGS, CONSTANTS, EVENTS, POINTS = "
    sizes += f"{len(states)}, {len(settings)}, {constants}, {len(events)}, {LEAST_POINTS}\n"
    head = "import numpy as np\nfrom numba import njit\n\nfrom socioaffective.machine.lanes import *\n"
    head += "from socioaffective.machine.running import NO_NUMBER, TOO_MANY, TOO_SMALL\n\n"
    stepper = files("socioaffective.machine").joinpath("stepper.py").read_text(encoding="utf-8")
    return head + sizes + functions + stepper.split("# The method.\n")[1]


def written(model: Model, events: tuple = ()) -> str:
    """Returns a model, with expressions whose zeros are looked for, as the text of a module with a function `integrate`.

    Raises UnwritableError for a formula that has no form in lanes.
    """
    states, settings = (tuple(model.symbols[n] for n in group) for group in (model.states, model.settings))
    return _written(states, settings, tuple(model.equations.values()), events)
