"""Quantities: what a model is written with. Each is a SymPy symbol that knows its own meaning, unit and bounds."""

from __future__ import annotations

import keyword
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

import sympy

from socioaffective.checks import interval, number

# Words that runs, figures and analyses already use beside the names of a model.
RUN_WORDS = ("model", "weeks", "start", "policy", "seed", "dt", "interventions", "events", "time", "person")
FIGURE_WORDS = ("run", "basins", "width", "height", "resolution", "setting", "state", "points", "arrows", "loop", "cycles")
ANALYSIS_WORDS = ("settle", "at", "within", "window", "lag", "detrend", "bandwidth", "every", "runs", "indicator", "tipped",
                  "starts", "kind", "steps", "size", "design", "correlation")  # fmt: skip
# Stands for the value of an observable, which has none. NaN would make each copy of a model differ from the others.
COMPUTED = 0.0
RESERVED = frozenset({*RUN_WORDS, *FIGURE_WORDS, *ANALYSIS_WORDS})


@dataclass(frozen=True, order=True)
class Quantity:
    """Metadata of one named quantity of a model.

    `kind` is "state", "parameter", "lever", "input" or "observable"; `value` is what it is unless told otherwise,
    read as `.start` for a state and as `.default` for the rest; an observable, which is computed, has neither.
    """

    name: str
    kind: str
    value: float
    bounds: tuple[float, float]
    unit: str
    meaning: str
    source: str
    symbol: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"A {self.kind} needs a name in letters, not {self.name!r}.")
        if not self.name.isidentifier() or keyword.iskeyword(self.name):
            raise ValueError(
                f"'{self.name}' cannot name a {self.kind}: use one word or words_joined_like_this, "
                "not a Python keyword. How it prints in an equation is set by symbol=."
            )
        if self.name in RESERVED:
            raise ValueError(f"'{self.name}' cannot name a {self.kind}: runs, figures or analyses use that word themselves.")
        for field in ("unit", "meaning", "source", "symbol"):
            if not isinstance(getattr(self, field), str):
                raise TypeError(f"The {field} of '{self.name}' must be text, not {getattr(self, field)!r}.")

    @property
    def start(self) -> float:
        """Start value of a state."""
        if self.kind != "state":
            raise AttributeError(f"'{self.name}' is a {self.kind} and has no start; it has a default.")
        return self.value

    @property
    def default(self) -> float:
        """Default value of a parameter, lever or input."""
        if self.kind in ("state", "observable"):
            raise AttributeError(f"'{self.name}' is a {self.kind} and has no default.")
        return self.value

    @property
    def label(self) -> str:
        """The name as it stands on an axis or a slider."""
        return self.name.replace("_", " ")

    def with_value(self, value: Any) -> Quantity:
        """Returns a copy with another start or default, once it lies inside the bounds."""
        return replace(self, value=number(value, f"'{self.name}'", self.bounds))


@dataclass(frozen=True)
class Observable:
    """An expression to be reported beside the states, with its metadata; made by `observable`."""

    expression: sympy.Expr
    bounds: tuple[float, float]
    unit: str
    meaning: str
    symbol: str | None

    def named(self, name: str) -> Quantity:
        """Returns the metadata under the name that the model gives."""
        return Quantity(name, "observable", COMPUTED, self.bounds, self.unit, self.meaning, "", self.symbol or name)


class QuantitySymbol(sympy.Symbol):
    """A SymPy symbol that carries its `Quantity`; two are equal only when all their metadata are."""

    __slots__ = ("quantity",)
    quantity: Quantity

    def __new__(cls, quantity: Quantity) -> QuantitySymbol:
        # Not `positive`: SymPy would then lose every solution at 0.
        assumptions = {"nonnegative": True} if quantity.bounds[0] >= 0 else {"real": True}
        self = sympy.Symbol.__xnew__(cls, quantity.name, commutative=True, **assumptions)
        self.quantity = quantity
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[Quantity], dict]:
        return (self.quantity,), {}

    def __reduce__(self) -> tuple:
        return QuantitySymbol, (self.quantity,)

    def _hashable_content(self) -> tuple:
        # Without this SymPy's cache would hand back an older symbol of the same name, with its older default.
        return (*super()._hashable_content(), self.quantity)

    def _latex(self, printer: Any) -> str:
        return printer._print(sympy.Symbol(self.quantity.symbol))


def _declare(name: Any, kind: str, value: Any, bounds: Any, unit: str, meaning: str, source: str, symbol: str | None) -> Any:
    if isinstance(name, str):
        # As Python does with keywords: a keyboard's micro sign becomes the Greek letter.
        name = unicodedata.normalize("NFKC", name)
    limits = interval(bounds, f"{kind} '{name}'")
    known = Quantity(name, kind, 0.0, limits, unit, meaning, source, name if symbol is None else symbol)
    return QuantitySymbol(known.with_value(value))


def state(
    name: str,
    meaning: str = "",
    start: float = 0.0,
    bounds: tuple[float, float] = (0.0, 1.0),
    unit: str = "1",
    symbol: str | None = None,
    source: str = "",
) -> Any:
    """Returns a SymPy symbol for a quantity that changes over time.

    `start` is where it begins, inside `bounds`, the box in which rest points are looked for and charts are drawn.
    `name` is a word and serves everywhere (code, data, sliders, axes); `symbol` is only how it prints in an equation.

    Raises ValueError for a start outside the bounds or a name that is not a Python identifier, TypeError for a
    value that is not a number.

    >>> import socioaffective as sa
    >>> ties = sa.state("ties", "human ties", start=0.6, symbol="H")
    >>> ties, ties.quantity.start, ties.quantity.bounds
    (ties, 0.6, (0.0, 1.0))
    """
    return _declare(name, "state", start, bounds, unit, meaning, source, symbol)


def parameter(
    name: str,
    default: float,
    bounds: tuple[float, float],
    unit: str = "1",
    meaning: str = "",
    source: str = "",
    symbol: str | None = None,
) -> Any:
    """Returns a SymPy symbol for a constant of the model that a reader can move inside `bounds`.

    `unit` is text, such as "1/week". Raises like `state`.

    >>> import socioaffective as sa
    >>> decay = sa.parameter("decay", 0.1, (0, 1), "1/week", "how fast wanting fades", symbol="delta")
    >>> decay.quantity.default, decay.quantity.unit
    (0.1, '1/week')
    """
    return _declare(name, "parameter", default, bounds, unit, meaning, source, symbol)


def lever(
    name: str,
    meaning: str = "",
    default: float = 0.0,
    bounds: tuple[float, float] = (0.0, 1.0),
    unit: str = "1",
    symbol: str | None = None,
    source: str = "",
) -> Any:
    """Returns a SymPy symbol for something the assistant does and a policy can set at any time.

    By convention 0 supports the need and 1 exploits it. Raises like `state`.

    >>> import socioaffective as sa
    >>> cues = sa.lever("cues", "attachment cues", default=0.3, symbol="v")
    >>> cues.quantity.kind, cues.quantity.default
    ('lever', 0.3)
    """
    return _declare(name, "lever", default, bounds, unit, meaning, source, symbol)


def input(  # noqa: A001 - the field's word, and users write sa.input
    name: str,
    default: float,
    bounds: tuple[float, float],
    meaning: str = "",
    unit: str = "1",
    symbol: str | None = None,
    source: str = "",
) -> Any:
    """Returns a SymPy symbol for what a block takes from others: held at `default` alone, replaced by `Model.wire`.

    Raises like `state`.

    >>> import socioaffective as sa
    >>> engagement = sa.input("engagement", 0.3, (0, 1), "share of free time with the assistant", symbol="e")
    >>> engagement.quantity.kind
    'input'
    """
    return _declare(name, "input", default, bounds, unit, meaning, source, symbol)


def observable(
    expression: Any, meaning: str = "", bounds: tuple[float, float] = (0.0, 1.0), unit: str = "1", symbol: str | None = None
) -> Observable:
    """Returns an expression with its meaning, for the `observables` of a `Model` (a bare expression will do too).

    `bounds` is the range in which charts draw it.

    >>> import socioaffective as sa
    >>> x = sa.state("skill", start=0.2)
    >>> gap = sa.observable(1 - x, "what is left to learn", symbol="G")
    >>> sa.Model("Practice", {x: (1 - x) / 10}, {"gap": gap}).observables["gap"].meaning
    'what is left to learn'
    """
    if isinstance(expression, str):
        raise TypeError(f"An observable is an expression, not the text {expression!r}; write it with symbols, not in quotes.")
    return Observable(sympy.sympify(expression), interval(bounds, "an observable"), unit, meaning, symbol)


class logistic(sympy.Function):  # noqa: N801 - a function, like sympy.tanh
    """Returns 1/(1 + exp(-u)) as a SymPy expression: a share between 0 and 1 from log-odds u.

    It prints as the word, so that the exponential is not taken for engagement e.

    >>> import socioaffective as sa
    >>> sa.logistic(0), sa.logistic(2).n(4)
    (1/2, 0.8808)
    """

    @classmethod
    def eval(cls, u: Any) -> Any:
        return sympy.Rational(1, 2) if u.is_zero else None

    def fdiff(self, argindex: int = 1) -> Any:
        return self * (1 - self)

    def _eval_evalf(self, prec: int) -> Any:
        return self.in_exponentials()._eval_evalf(prec)

    def in_exponentials(self) -> Any:
        return 1 / (1 + sympy.exp(-self.args[0]))

    def _eval_rewrite_as_exp(self, u: Any, **hints: Any) -> Any:
        return self.in_exponentials()

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{logistic}}\left({printer._print(self.args[0])}\right)"


def in_exponentials(expression: Any) -> Any:
    """Returns the expression with every logistic written out, for solvers and code printers."""
    if not expression.has(logistic):
        return expression
    return expression.replace(logistic, lambda u: logistic(u, evaluate=False).in_exponentials())
