"""JavaScript: a model as plain data and function bodies, so that a page computes what Python computes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sympy
from sympy.logic.boolalg import Boolean
from sympy.printing.jscode import JavascriptCodePrinter
from sympy.simplify.cse_main import tree_cse
from sympy.utilities.iterables import numbered_symbols

from socioaffective import theme
from socioaffective.checks import unknown
from socioaffective.model import Model, a_model
from socioaffective.quantities import Quantity, in_exponentials

# Up to here all slopes are written unless told otherwise: those views that need them are of one or two states.
FEW_STATES = 3
# Integer powers up to this one are products, which are faster than Math.pow and as exact.
MOST_FACTORS = 4


class _Printer(JavascriptCodePrinter):
    """Writes expressions in names that are already declared; parts that stand twice in the code become lines before it."""

    def __init__(self, names: dict[Any, str]) -> None:
        super().__init__({"strict": False})
        self._not_supported: set = set()
        self.names = names
        self.lines: list[str] = []
        self.made = 0

    def declare(self, expression: Any) -> str:
        """Returns the name of a new constant that holds an expression."""
        text = self._print(expression)
        self.made += 1
        self.lines.append(f"const s{self.made} = {text};")
        return f"s{self.made}"

    def _once(self, expression: Any) -> str:
        """Returns text that may stand several times."""
        return self._print(expression) if expression.is_Atom else self.declare(expression)

    def emptyPrinter(self, expr: Any) -> str:
        raise ValueError(
            f"The function '{type(expr).__name__}' cannot be computed in JavaScript; explore a function that returns a figure "
            "of it instead: sa.explore(figure, controls=[...])."
        )

    def _print_Symbol(self, expr: Any) -> str:
        return self.names[expr]

    def _print_Dummy(self, expr: Any) -> str:
        return self.names[expr]

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr))

    def _print_NumberSymbol(self, expr: Any) -> str:
        return repr(float(expr))

    def _print_Infinity(self, expr: Any) -> str:
        return "Infinity"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "(-Infinity)"

    def _print_Rational(self, expr: Any) -> str:
        return f"({expr.p} / {expr.q})"

    def _print_Pow(self, expr: Any) -> str:
        base, power = expr.base, expr.exp
        if power.is_Integer and 1 < abs(power) <= MOST_FACTORS:
            factors = " * ".join([self._once(base)] * abs(int(power)))
            return f"({factors})" if power > 0 else f"(1 / ({factors}))"
        if power in (-1, -sympy.S.Half):
            return f"(1 / {self.parenthesize(1 / expr, sympy.printing.precedence.PRECEDENCE['Pow'])})"
        if power == sympy.S.Half:
            return f"Math.sqrt({self._print(base)})"
        return f"Math.pow({self._print(base)}, {self._print(power)})"

    def _print_Mod(self, expr: Any) -> str:
        return f"({super()._print_Mod(expr)})"

    def _print_Heaviside(self, expr: Any) -> str:
        where, at_zero = expr.args
        u = self._once(where)
        return f"({u} > 0 ? 1 : {u} < 0 ? 0 : {u} === 0 ? {self._print(at_zero)} : NaN)"

    def _print_Piecewise(self, expr: Any) -> str:
        text = "NaN"
        for value, condition in reversed(expr.args):
            text = self._print(value) if condition == True else f"{self._print(condition)} ? {self._print(value)} : {text}"  # noqa: E712
        return f"({text})"

    def _print_Relational(self, expr: Any) -> str:
        return f"({self._print(expr.lhs)} {RELATIONS[expr.rel_op]} {self._print(expr.rhs)})"

    def _print_And(self, expr: Any) -> str:
        return self._joined(" && ", expr)

    def _print_Or(self, expr: Any) -> str:
        return self._joined(" || ", expr)

    def _joined(self, word: str, expr: Any) -> str:
        return f"({word.join(self._print(part) for part in sorted(expr.args, key=sympy.default_sort_key))})"

    def _print_Not(self, expr: Any) -> str:
        return f"(!{self._print(expr.args[0])})"

    def _print_ITE(self, expr: Any) -> str:
        return "({} ? {} : {})".format(*map(self._print, expr.args))

    def _print_BooleanTrue(self, expr: Any) -> str:
        return "true"

    def _print_BooleanFalse(self, expr: Any) -> str:
        return "false"

    def _print_ces(self, expr: Any) -> str:
        return f"ces({', '.join(map(self._print, expr.args))})"

    def _print_ces_slope(self, expr: Any) -> str:
        return f"cesSlope({', '.join(map(self._print, expr.args))})"


RELATIONS = {"==": "===", "!=": "!==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def described(model: Model, slopes: bool | None = None) -> dict[str, Any]:
    """Returns a model as plain data: what it is made of, and its equations as JavaScript.

    Inputs: `model`; `slopes`, whether to write the slope of each rate by each state (unless told otherwise for up to three
    states). "rates" (next values of a discrete model), "shown" (the observables) and "slopes" (row by row, or None, also
    where a formula has no slope) are bodies of functions of `y` (states), `p` (settings) and `out`, which they fill.
    Raises ValueError for a function that JavaScript cannot compute.

    >>> import socioaffective as sa
    >>> from socioaffective.javascript import described
    >>> print(described(sa.models.wanting)["rates"])
    const y0 = y[0];
    const p0 = p[0], p1 = p[1], p2 = p[2], p3 = p[3];
    out[0] = p0*p1*p3*(1 - y0) - p2*y0;
    """
    a_model(model)
    ranks = {name: k for k, name in enumerate([*model.states, *model.observables, *model.settings])}
    rates = tuple(model.equations.values())
    wanted = len(model.states) <= FEW_STATES if slopes is None else slopes

    def listed(table: Any) -> list[dict[str, Any]]:
        return [_described(q, ranks[q.name]) for q in table.values()]

    return {
        "title": model.title,
        "clock": model.clock,
        "states": listed(model.states),
        "settings": listed(model.settings),
        "observables": listed(model.observables),
        "rates": _body_in(model, rates),
        "shown": _body_in(model, tuple(model.expressions.values())),
        "slopes": _slopes(*_arguments(model), rates) if wanted else None,
    }


def _described(quantity: Quantity, rank: int) -> dict[str, Any]:
    low, high = map(float, quantity.bounds)
    return {
        "name": quantity.name,
        "label": quantity.label,
        "kind": quantity.kind,
        "meaning": quantity.meaning,
        "unit": quantity.unit,
        "low": low,
        "high": high,
        "value": None if quantity.kind == "observable" else float(quantity.value),
        "symbol": quantity.symbol,
        "colour": list(theme.colours(quantity.name, rank)),
    }


def expression_body(expressions: Iterable[Any], model: Model) -> str:
    """Returns the body of a JavaScript function of `y`, `p` and `out` for expressions in a model's symbols.

    A comparison, or several joined by `&`, `|` and `~`, gives 1 where it holds and 0 elsewhere. Raises ValueError for a
    symbol that the model does not have and for a function that JavaScript cannot compute.

    >>> import socioaffective as sa
    >>> from socioaffective.javascript import expression_body
    >>> ties = sa.models.companion.symbols["ties"]
    >>> print(expression_body([2 * ties, ties < 0.3], sa.models.companion))
    const y1 = y[1];
    out[0] = 2*y1;
    out[1] = +(y1 < 0.3);
    """
    written = []
    for given in expressions:
        expression = sympy.sympify(given)
        # A relation is no expression: its two sides are expanded through the wired inputs they use.
        wired = {s: model.expand(s) for s in expression.free_symbols if s not in model.symbols.values()}
        expression = expression.xreplace({s: e for s, e in wired.items() if e != s})
        strangers = sorted(str(s) for s in expression.free_symbols if s not in model.symbols.values())
        if strangers:
            raise unknown(f"symbol of '{model.title}'", strangers[0], model.symbols)
        written.append(expression)
    return _body_in(model, tuple(written))


def _arguments(model: Model) -> tuple[tuple, tuple]:
    return tuple(model.symbols[n] for n in model.states), tuple(model.symbols[n] for n in model.settings)


def _body_in(model: Model, expressions: tuple) -> str:
    return _body(*_arguments(model), expressions)


@lru_cache(maxsize=512)
def _slopes(states: tuple, settings: tuple, rates: tuple) -> str | None:
    slopes = tuple(sympy.Matrix(rates).jacobian(states))
    if any(e.has(sympy.Derivative, sympy.Subs, sympy.DiracDelta) for e in slopes):
        return None
    return _body(states, settings, slopes)


@lru_cache(maxsize=512)
def _body(states: tuple, settings: tuple, expressions: tuple) -> str:
    shared, outs = tree_cse([in_exponentials(e) for e in expressions], numbered_symbols(cls=sympy.Dummy))
    printer = _Printer({s: f"{letter}{k}" for letter, group in (("y", states), ("p", settings)) for k, s in enumerate(group)})
    for symbol, expression in shared:
        printer.names[symbol] = printer.declare(expression)
    writes = []
    for k, out in enumerate(outs):
        text = printer._print(out)
        writes.append(f"out[{k}] = {'+' if isinstance(out, Boolean) and not out.is_Symbol else ''}{text};")
    used = {symbol for e in expressions for symbol in e.free_symbols}
    # All is read before anything is written, so that `out` may be `y` itself.
    heads = [_reads(letter, group, used) for letter, group in (("y", states), ("p", settings))]
    return "\n".join([*filter(None, heads), *printer.lines, *writes])


def _reads(letter: str, symbols: Sequence[Any], used: set) -> str:
    parts = [f"{letter}{k} = {letter}[{k}]" for k, symbol in enumerate(symbols) if symbol in used]
    return f"const {', '.join(parts)};" if parts else ""


def condition_body(light: Any) -> str:
    """Returns the body of a function that puts into `out[0]` whether a light holds; `y` is what it reads, in order."""
    return _body(tuple(light.samples), (), (light.condition,))
