"""Model: states, equations and what they mean. Symbolic, nothing numeric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as _replace
from types import MappingProxyType
from typing import Any

import sympy

from socioaffective.checks import mapped, number, unknown
from socioaffective.expressions import as_observable, definition_order, expression_of, observed, state_of, symbols_in
from socioaffective.model_card import Card, folded
from socioaffective.quantities import Observable, Quantity, QuantitySymbol, input, lever, logistic, observable, parameter, state
from socioaffective.typeset import typeset

__all__ = ["Model", "input", "lever", "logistic", "observable", "parameter", "state"]

CLOCKS = {"continuous": "week", "discrete": "step"}


class Model:
    """A dynamical system written once, in symbols: every number, picture and printed equation comes from it.

    Inputs: `title`; `equations`, which maps each state to its rate of change per week (`clock="continuous"`) or to its
    next value (`clock="discrete"`). Keywords: `observables` maps names to expressions to be reported beside the states;
    `noise` maps states to the standard deviation of their noise per square root of a week (or per step); `source`;
    `left_out` and `refuted_by` say, for the model's card, what it leaves out and what would speak against it.

    Attributes, all read-only: `title`, `clock`, `source`, `left_out`, `refuted_by`; `states`, `parameters`, `levers`,
    `inputs` and `observables`, ordered mappings from name to metadata (`.start` of a state, `.default` of the rest,
    `.bounds`, `.unit`, `.meaning`, `.source`, `.symbol`); `symbols`, from name to SymPy symbol; `equations`, `noise`
    and `expressions` (of the observables), SymPy expressions in those symbols alone; `jacobian`, a SymPy matrix. In a
    notebook a model shows its equations and a table of its symbols.

    Raises ValueError or TypeError, with the name at fault, for a symbol that was never declared, a state without an
    equation, one name with two meanings, or an expression that is not a real number.

    >>> import socioaffective as sa
    >>> x = sa.state("mood", "how the day feels", start=0.2, bounds=(-1, 1))
    >>> rate = sa.parameter("recovery", 0.5, (0, 2), "1/week", "return to neutral")
    >>> model = sa.Model("Mood", {x: -rate * x})
    >>> model.equations[x], model.parameters["recovery"].default
    (-mood*recovery, 0.5)
    """

    title: str
    clock: str
    source: str
    left_out: str
    refuted_by: str
    # As written, with the wired inputs that stand for their definitions.
    _written: dict[QuantitySymbol, sympy.Expr]
    _sizes: dict[QuantitySymbol, sympy.Expr]
    _shown: dict[str, Observable]
    _definitions: dict[QuantitySymbol, sympy.Expr]
    # Values that were given to inputs and settings afterwards.
    _values: dict[str, Quantity]
    # With the definitions put in.
    _full: dict[QuantitySymbol, sympy.Expr]
    _equations: dict[QuantitySymbol, sympy.Expr]
    _noise: dict[QuantitySymbol, sympy.Expr]
    _expressions: dict[str, sympy.Expr]
    _symbols: dict[str, QuantitySymbol]
    _quantities: dict[str, Quantity]
    _observables: dict[str, Quantity]

    def __init__(
        self,
        title: str,
        equations: Mapping[Any, Any],
        observables: Mapping[str, Any] | None = None,
        noise: Mapping[Any, Any] | None = None,
        clock: str = "continuous",
        source: str = "",
        left_out: str = "",
        refuted_by: str = "",
    ) -> None:
        if clock not in CLOCKS:
            raise unknown("clock", clock, CLOCKS)
        if not isinstance(equations, Mapping) or not equations:
            raise TypeError(f"The equations of '{title}' must map each state to an expression, not be {equations!r}.")
        self._set(title=str(title), clock=clock, source=source, left_out=left_out, refuted_by=refuted_by)
        self._set(_definitions={}, _values={})
        written = {state_of(key, title): expression_of(value, key) for key, value in equations.items()}
        noise = mapped(noise, f"The noise of '{title}'", "{state: 0.1}")
        sizes = {state_of(key, title): expression_of(value, key) for key, value in noise.items()}
        for key in sizes:
            if key not in written:
                raise ValueError(f"The noise of '{title}' is given for '{key}', which has no equation there.")
        shown = mapped(observables, f"The observables of '{title}'", "{'total': x + y}")
        self._finish(written, {name: observed(given, name) for name, given in shown.items()}, sizes)

    def __setattr__(self, name: str, value: object = None) -> None:
        raise AttributeError("A model cannot be changed; model.replace(...) and model.wire(...) return a new one.")

    __delattr__ = __setattr__

    def _set(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def _finish(self, written: dict, shown: dict[str, Observable], sizes: dict) -> None:
        """Expands the definitions, collects the symbols and checks that they fit together."""
        order = definition_order(self._definitions, self.title)
        full: dict[Any, Any] = {}
        for symbol in order:
            full[symbol] = self._definitions[symbol].xreplace(full)
        self._set(_written=written, _shown=shown, _sizes=sizes, _full=full)
        self._set(_equations={x: e.xreplace(full) for x, e in written.items()})
        self._set(_noise={x: e.xreplace(full) for x, e in sizes.items()})
        defined = {s.name: full[s] for s in order}
        self._set(_expressions=defined | {name: o.expression.xreplace(full) for name, o in shown.items()})
        symbols: dict[str, QuantitySymbol] = {x.name: x for x in self._equations}
        used = [*written.values(), *self._definitions.values(), *sizes.values(), *(o.expression for o in shown.values())]
        for symbol in symbols_in(used, self.title):
            if symbol in self._definitions:
                continue
            if symbols.setdefault(symbol.name, symbol) != symbol:
                raise ValueError(
                    f"'{symbol.name}' is declared twice in '{self.title}' with different metadata "
                    f"({symbols[symbol.name].quantity.kind} and {symbol.quantity.kind}): declare it once and reuse it."
                )
        for name in symbols:
            if symbols[name].quantity.kind == "state" and symbols[name] not in self._equations:
                raise ValueError(f"The state '{name}' of '{self.title}' has no equation. Give one, or make it an input.")
        for name in self._expressions:
            if name in symbols:
                kind = symbols[name].quantity.kind
                way_out = f" Wire the input to it: wiring={{'{name}': '{name}'}}." if kind == "input" else ""
                raise ValueError(f"'{name}' is both an observable of '{self.title}' and the name of a {kind}.{way_out}")
        known = {n: self._values.get(n, s.quantity) for n, s in symbols.items()}
        computed = {s.name: as_observable(s.quantity) for s in order} | {n: o.named(n) for n, o in shown.items()}
        self._set(_symbols=symbols, _quantities=known, _observables=computed)

    def _kind(self, *kinds: str) -> Mapping[str, Quantity]:
        return MappingProxyType({n: q for kind in kinds for n, q in self._quantities.items() if q.kind == kind})

    @property
    def states(self) -> Mapping[str, Quantity]:
        """States by name, in the order of the equations."""
        return self._kind("state")

    @property
    def parameters(self) -> Mapping[str, Quantity]:
        """Parameters by name."""
        return self._kind("parameter")

    @property
    def levers(self) -> Mapping[str, Quantity]:
        """Levers by name."""
        return self._kind("lever")

    @property
    def inputs(self) -> Mapping[str, Quantity]:
        """Inputs that are not wired, by name."""
        return self._kind("input")

    @property
    def settings(self) -> Mapping[str, Quantity]:
        """Levers, inputs and parameters together: all that is given a value rather than computed."""
        return self._kind("lever", "input", "parameter")

    @property
    def observables(self) -> Mapping[str, Quantity]:
        """Observables by name, wired inputs first."""
        return MappingProxyType(self._observables)

    @property
    def quantities(self) -> Mapping[str, Quantity]:
        """Everything that has a name in this model."""
        return MappingProxyType({**self.states, **self.settings, **self._observables})

    @property
    def symbols(self) -> Mapping[str, Any]:
        """The SymPy symbol of every state, parameter, lever and input, by name."""
        return MappingProxyType(self._symbols)

    @property
    def equations(self) -> Mapping[Any, Any]:
        """Right-hand sides by state symbol, definitions expanded."""
        return MappingProxyType(self._equations)

    @property
    def expressions(self) -> Mapping[str, Any]:
        """Expressions of the observables by name, definitions expanded."""
        return MappingProxyType(self._expressions)

    @property
    def noise(self) -> Mapping[Any, Any]:
        """Sizes of the noise by state symbol; empty for a deterministic model."""
        return MappingProxyType(self._noise)

    def expand(self, expression: Any) -> Any:
        """Returns an expression with wired inputs replaced by what they are made of."""
        return expression_of(expression, self.title).xreplace(self._full)

    @property
    def jacobian(self) -> sympy.Matrix:
        """Matrix of the derivative of each right-hand side by each state."""
        return sympy.Matrix(list(self._equations.values())).jacobian(list(self._equations))

    def _copy(self, **fields: Any) -> Model:
        twin = Model.__new__(Model)
        twin.__dict__.update(self.__dict__ | fields)
        return twin

    def replace(self, /, **defaults: float) -> Model:
        """Returns the same model with other defaults or start values.

        Raises ValueError for a name the model does not have or a value outside its bounds.

        >>> import socioaffective as sa
        >>> sa.models.mirror.replace(influence=0.8).parameters["influence"].default
        0.8
        """
        values = dict(self._values)
        for name, value in defaults.items():
            if name not in self._quantities:
                raise unknown("start value, parameter, lever or input", name, self._quantities)
            values[name] = self._quantities[name].with_value(value)
        return self._copy(_values=values, _quantities=self._quantities | values)

    def without_noise(self) -> Model:
        """Returns the same model without its noise.

        >>> import socioaffective as sa
        >>> x = sa.state("mood")
        >>> len(sa.Model("Mood", {x: -x}, noise={x: 0.1}).without_noise().noise)
        0
        """
        return self._copy(_sizes={}, _noise={}) if self._noise else self

    def with_noise(self, /, **sizes: float) -> Model:
        """Returns the same model with noise that vanishes at the bounds of the states, so that none of them leaves its box.

        Inputs: sizes by state, the standard deviation per square root of a week (per step, for a discrete model) halfway
        between its bounds; 0 takes noise away. With a state x between a and b the size is 4 size (x - a)(b - x)/(b - a)^2,
        taken for a discrete model at the next value without noise. In a continuous model whose rates do not point outward no
        run leaves the box; one in steps of dt does so with a chance below that of a normal draw beyond
        (b - a)/(4 size sqrt(dt)) standard deviations at each. Sizes go up to where that is 6, at dt = 1/16 or a step.
        Raises ValueError for a name that is no state and a size out of bounds.

        >>> import socioaffective as sa
        >>> model = sa.models.ties.with_noise(ties=0.05)
        >>> next(iter(model.noise.values()))
        0.2*ties*(1 - ties)
        """
        if not sizes:
            raise ValueError(f"Say how much noise which state has: with_noise({next(iter(self.states))}=0.05).")
        noise = dict(self._sizes)
        for name, given in sizes.items():
            if name not in self.states:
                raise unknown(f"state of '{self.title}'", name, self.states)
            x, (low, high) = self._symbols[name], (sympy.nsimplify(end) for end in self.states[name].bounds)
            size = number(given, f"The noise of '{name}'", (0, float(high - low) / (6 if self.clock == "continuous" else 24)))
            place = x if self.clock == "continuous" else self._written[x]
            noise[x] = sympy.Float(4 * size / (high - low) ** 2) * (place - low) * (high - place)
            if size == 0:
                del noise[x]
        twin = self._copy()
        twin._finish(dict(self._written), dict(self._shown), noise)
        return twin

    def wire(self, /, **inputs: Any) -> Model:
        """Returns the model with inputs replaced by expressions; each wired input is then an observable of that name.

        An expression may use any declared symbols, or be the name of a state of this model.
        Raises ValueError for a name that is not an input, and for wires that form a loop.

        >>> import socioaffective as sa
        >>> ties = sa.models.ties.symbols["ties"]
        >>> sa.models.ties.wire(engagement=(1 - ties) / 2).expressions["engagement"]
        1/2 - ties/2
        """
        return self._rebuilt(inputs)

    def _rebuilt(self, wiring: Mapping[str, Any], **fields: Any) -> Model:
        """Returns a copy with these fields and with inputs wired; a wire that is one symbol leaves no definition."""
        twin = self._copy(**fields)
        written, sizes, shown, definitions = twin._written, twin._sizes, twin._shown, dict(twin._definitions)
        used = [*written.values(), *sizes.values(), *definitions.values(), *(o.expression for o in shown.values())]
        symbols = symbols_in(used, twin.title)
        open_inputs: dict[str, list] = {}
        for symbol in symbols:
            if symbol.quantity.kind == "input" and symbol not in definitions:
                open_inputs.setdefault(symbol.name, []).append(symbol)
        named = {x.name: x for x in written} | {n: o.expression for n, o in shown.items()}
        direct: dict[QuantitySymbol, sympy.Expr] = {}
        for name, given in wiring.items():
            if name not in open_inputs:
                raise unknown(f"input of '{twin.title}' to wire", name, open_inputs)
            if isinstance(given, str) and given not in named:
                raise unknown(f"state or observable of '{twin.title}' to wire to '{name}'", given, named)
            given = named[given] if isinstance(given, str) else expression_of(given, name)
            for symbol in open_inputs[name]:
                if given.is_Number:
                    number(float(given), f"The wire of '{name}'", symbol.quantity.bounds)
                (direct if given.is_Symbol else definitions)[symbol] = given
        for symbol in definition_order({**definitions, **direct}, twin.title):
            if symbol in direct:
                direct[symbol] = direct[symbol].xreplace(direct)
        twin._set(_definitions={s: e.xreplace(direct) for s, e in definitions.items()})
        twin._finish(
            {x: e.xreplace(direct) for x, e in written.items()},
            {n: _replace(o, expression=o.expression.xreplace(direct)) for n, o in shown.items()},
            {x: e.xreplace(direct) for x, e in sizes.items()},
        )
        return twin

    @property
    def latex(self) -> str:
        """The equations as LaTeX, the wired inputs and observables below them."""
        left = r"\dot{%s}" if self.clock == "continuous" else r"{%s}_{t+1}"
        lines = [(left % sympy.latex(x), e) for x, e in self._written.items()]
        lines += [(sympy.latex(s), e) for s, e in self._definitions.items()]
        lines += [(sympy.latex(sympy.Symbol(o.symbol or n)), o.expression) for n, o in self._shown.items()]
        rows = [rf"{name} &= {typeset(expression)}" for name, expression in lines]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    @property
    def card(self) -> Card:
        """The model card: equations, how each value and range was chosen, what was left out, what would refute it.

        >>> import socioaffective as sa
        >>> print(sa.models.mirror.card)
        Card of 'Mirror': 4 parameters, source: ours
        """
        return Card(self)

    def _repr_markdown_(self) -> str:
        head = "| symbol | name | what it is | value | range | unit |\n|---|---|---|---|---|---|"
        rows = []
        for q in self.quantities.values():
            value = "computed" if q.kind == "observable" else f"{'starts at ' * (q.kind == 'state')}{q.value:g}"
            letter = sympy.latex(sympy.Symbol(q.symbol))
            rows.append(f"| ${letter}$ | {q.label} | {q.meaning} | {value} | {q.bounds[0]:g} to {q.bounds[1]:g} | {q.unit} |")
        return f"**{self.title}**\n\n$$\n{self.latex}\n$$\n\n{folded(head, rows, 'symbols')}"

    def __repr__(self) -> str:
        return f"Model('{self.title}': states {', '.join(self.states)})"


def a_model(given: Any) -> Model:
    """Returns what was given once it is a model."""
    if not isinstance(given, Model):
        raise TypeError(f"A Model is needed first, such as sa.models.companion, not {given!r}.")
    return given
