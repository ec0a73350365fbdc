"""Wire: answers as plain data, and back. What comes back is built from a list of known things; nothing is ever run."""

from __future__ import annotations

import builtins
import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom

from socioaffective.aggregates import ces, ces_slope
from socioaffective.control.foresight import Planner
from socioaffective.model import Model
from socioaffective.objectives import Objective
from socioaffective.oversight import alarms
from socioaffective.policies.base import Relay, Steps
from socioaffective.policies.climbing import Climber
from socioaffective.policies.learning import ABTest, Bandit
from socioaffective.policies.turns import Capped, Resting
from socioaffective.quantities import Quantity, QuantitySymbol, logistic, observable
from socioaffective.worlds.selves import DRMDP

MOST_NODES, MOST_TEXT, MOST_BITS, MOST_POWER = 100_000, 20_000, 4096, 10_000
# Made of values alone, by fields. A class of the student's own, or a subclass, is never among them.
ALARMS = (alarms.Either, alarms.Level, alarms.Trend, alarms.Cusum, alarms.Slowing, alarms.Always)
POLICIES = (Steps, Relay, Capped, Resting, Climber, ABTest, Bandit, Planner)
KINDS = {kind.__name__: kind for kind in (*POLICIES, *ALARMS, Objective, DRMDP)}
CONSTANTS = ("pi", "E", "I", "oo", "zoo", "nan", "GoldenRatio", "EulerGamma", "true", "false")
HEADS = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Mod, sympy.Tuple, sympy.FiniteSet, ExprCondPair, logistic, ces, ces_slope)
KNOWN = {head.__name__: head for head in HEADS}
# Where SymPy has its functions, relations and conditions: none of these is made of a text, as symbols and functions are.
FAMILIES = ("sympy.functions.", "sympy.core.relational", "sympy.logic.boolalg")
# What a function of the notebook may be said to have raised: nothing by which a check, or a loop in it, ends well.
RAISED = (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError)
PLAIN = (type(None), bool, float, str)


class Refused(ValueError):  # noqa: N818 - what is said of an answer is no error
    """What was given cannot be sent, or is nothing that could have been sent."""


@dataclasses.dataclass(frozen=True)
class Opaque:
    """What an answer was that is not data: no check takes it for anything."""

    said: str

    def __repr__(self) -> str:
        return self.said


def pack(value: Any, calls: list[Callable]) -> Any:
    """Returns a value as what JSON can hold; functions are put into `calls` and sent as their place there.

    Raises Refused for what is too large. What is no data at all becomes an `Opaque` with its type's name.

    >>> from socioaffective.grading.wire import pack
    >>> pack((1, 2.5), [])
    ['tuple', [['int', '1'], 2.5]]
    """
    return _Packer(calls).pack(value)


class _Packer:
    def __init__(self, calls: list[Callable]) -> None:
        self.calls, self.left = calls, MOST_NODES

    def pack(self, value: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Refused("it is too large")
        kind = type(value)
        if kind in PLAIN:
            if kind is str and len(value) > MOST_TEXT:
                raise Refused("its text is too long")
            return value if kind is not float or math.isfinite(value) else ["float", repr(value)]
        if value is ...:
            return ["ellipsis"]
        if kind is int:
            return ["int", self._digits(value)]
        if kind is complex:
            return ["complex", self.pack(value.real), self.pack(value.imag)]
        if kind in (list, tuple):
            return [kind.__name__, [self.pack(item) for item in value]]
        if kind in (set, frozenset):
            # In an order that does not hang on hashes.
            return [kind.__name__, sorted((self.pack(item) for item in value), key=repr)]
        if kind in (dict, MappingProxyType):
            return ["dict", [[self.pack(k), self.pack(v)] for k, v in value.items()]]
        if kind is Fraction:
            return ["fraction", self._digits(value.numerator), self._digits(value.denominator)]
        return self._pack_other(value, kind)

    def _pack_other(self, value: Any, kind: type) -> Any:
        if isinstance(value, np.generic):
            return ["scalar", self.pack(value.item())]
        if kind is np.ndarray:
            if value.size > MOST_NODES:
                raise Refused("its array is too large")
            return ["array", [str(n) for n in value.shape], [self.pack(item) for item in value.ravel().tolist()]]
        if str(kind.__module__).startswith("xarray."):
            return self.pack(np.asarray(value)) if hasattr(value, "dims") and hasattr(value, "dtype") else self._opaque(kind)
        if kind is Model:
            return self._model(value)
        if isinstance(value, (sympy.Basic, sympy.MatrixBase)):
            return self._symbolic(value)
        if KINDS.get(kind.__name__) is kind:
            fields = [[name, self.pack(getattr(value, name))] for name in inspect.signature(kind).parameters]
            return ["kind", kind.__name__, fields]
        if isinstance(value, type) or not callable(value):
            return self._opaque(kind)
        self.calls.append(value)
        return ["call", len(self.calls) - 1]

    def _digits(self, value: int) -> str:
        if value.bit_length() > MOST_BITS:
            raise Refused("its number is too large")
        return str(value)

    def _opaque(self, kind: type) -> Any:
        return ["opaque", f"an object of type {kind.__name__[:60]}"]

    def _quantity(self, quantity: Quantity) -> Any:
        return ["quantity", [[f.name, self.pack(getattr(quantity, f.name))] for f in dataclasses.fields(quantity)]]

    def _model(self, model: Model) -> Any:
        shown = {
            name: [self.pack(expression), self.pack(q.bounds), q.unit, q.meaning]
            for name, expression in model.expressions.items()
            for q in (model.observables[name],)
        }
        moved = {n: q.value for n, q in {**model.states, **model.settings}.items() if q != model.symbols[n].quantity}
        return ["model", model.title, self.pack(dict(model.equations)), list(shown.items()), self.pack(dict(model.noise)),
                model.clock, self.pack(moved)]  # fmt: skip

    def _symbolic(self, value: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Refused("it is too large")
        if isinstance(value, sympy.MatrixBase):
            return ["matrix", *map(str, value.shape), [self._symbolic(item) for item in value]]
        if isinstance(value, QuantitySymbol):
            return self._quantity(value.quantity)
        if isinstance(value, sympy.Symbol):
            return ["symbol", value.name, [[k, v] for k, v in value._assumptions_orig.items() if isinstance(v, bool)]]
        if isinstance(value, sympy.Integer):
            return ["Integer", self._digits(value.p)]
        if isinstance(value, sympy.Rational):
            return ["Rational", self._digits(value.p), self._digits(value.q)]
        if isinstance(value, sympy.Float):
            return ["Float", str(value)[:100], min(int(value._prec), 1000)]
        for name in CONSTANTS:
            if value == getattr(sympy, name):
                return ["constant", name]
        if value is sympy.S.NegativeInfinity:
            return ["constant", "-oo"]
        args = [self._symbolic(arg) for arg in value.args]
        return ["head", type(value).__name__, args]


def unpack(data: Any, call: Callable[..., Any]) -> Any:
    """Returns the value that was packed; a function becomes one that asks `call(place, *arguments)`.

    Raises Refused for anything that `pack` does not make.

    >>> from socioaffective.grading.wire import pack, unpack
    >>> unpack(pack({"cues": 0.5}, []), print)
    {'cues': 0.5}
    """
    try:
        return _Unpacker(call).unpack(data)
    except Refused:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise Refused(f"it is no answer ({type(error).__name__}: {str(error)[:200]})") from None


class _Unpacker:
    def __init__(self, call: Callable[..., Any]) -> None:
        self.call, self.left = call, 4 * MOST_NODES

    def unpack(self, data: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Refused("it is too large")
        if type(data) in PLAIN:
            return data
        if type(data) is int:
            return float(data)
        tag, *rest = data
        return getattr(self, f"of_{tag}", self._unknown)(*rest)

    def _unknown(self, *rest: Any) -> Any:
        raise Refused("it is no answer")

    def of_int(self, digits: str) -> int:
        if len(digits) > 1300:
            raise Refused("its number is too large")
        return int(digits)

    def of_ellipsis(self) -> Any:
        return ...

    def of_float(self, said: str) -> float:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[said]

    def of_complex(self, real: Any, imag: Any) -> complex:
        return complex(self.unpack(real), self.unpack(imag))

    def of_list(self, items: list) -> list:
        return [self.unpack(item) for item in items]

    def of_tuple(self, items: list) -> tuple:
        return tuple(self.of_list(items))

    def of_set(self, items: list) -> set:
        return set(self.of_list(items))

    def of_frozenset(self, items: list) -> frozenset:
        return frozenset(self.of_list(items))

    def of_dict(self, items: list) -> dict:
        return {self.unpack(k): self.unpack(v) for k, v in items}

    def of_fraction(self, above: str, below: str) -> Fraction:
        return Fraction(self.of_int(above), self.of_int(below))

    def of_scalar(self, item: Any) -> Any:
        return np.asarray(self.unpack(item))[()]

    def of_array(self, shape: list[str], items: list) -> np.ndarray:
        return np.array(self.of_list(items)).reshape([self.of_int(n) for n in shape])

    def of_opaque(self, said: str) -> Opaque:
        return Opaque(str(said)[:100])

    def of_call(self, place: int) -> Callable:
        if type(place) is not int:
            raise Refused("it is no answer")

        def function(*args: Any, **keywords: Any) -> Any:
            return self.call(place, *args, **keywords)

        return function

    def of_kind(self, name: str, fields: list) -> Any:
        return KINDS[name](**{field: self.unpack(value) for field, value in fields})

    def of_quantity(self, fields: list) -> QuantitySymbol:
        given = {name: self.unpack(value) for name, value in fields}
        given["bounds"] = tuple(float(b) for b in given["bounds"])
        return QuantitySymbol(Quantity(**given))

    def of_model(self, title: str, equations: Any, shown: list, noise: Any, clock: str, moved: Any) -> Model:
        observables = {
            name: observable(self.unpack(expression), bounds=self.unpack(bounds), unit=str(unit), meaning=str(meaning))
            for name, (expression, bounds, unit, meaning) in shown
        }
        model = Model(str(title)[:200], self.unpack(equations), observables, self.unpack(noise), clock)
        values = self.unpack(moved)
        return model.replace(**values) if values else model

    def of_matrix(self, rows: str, columns: str, items: list) -> sympy.Matrix:
        return sympy.Matrix(self.of_int(rows), self.of_int(columns), self._expressions(items))

    def of_symbol(self, name: str, assumptions: list) -> sympy.Symbol:
        if not re.fullmatch(r"\w{1,60}", name):
            raise Refused("a symbol has a strange name")
        return sympy.Symbol(name, **{str(k): v for k, v in assumptions if isinstance(v, bool)})

    def of_Integer(self, digits: str) -> sympy.Integer:
        return sympy.Integer(self.of_int(digits))

    def of_Rational(self, above: str, below: str) -> sympy.Rational:
        return sympy.Rational(self.of_int(above), self.of_int(below))

    def of_Float(self, said: str, bits: int) -> sympy.Float:
        if not re.fullmatch(r"[-+0-9.eE]{1,100}", said):
            raise Refused("it is no answer")
        return sympy.Float(said, precision=min(int(bits), 1000))

    def of_constant(self, name: str) -> Any:
        return -sympy.oo if name == "-oo" else getattr(sympy, name) if name in CONSTANTS else self._unknown()

    def of_head(self, name: str, args: list) -> Any:
        head: Any = KNOWN.get(name) or getattr(sympy, name, None)
        parts = self._expressions(args)
        known = isinstance(head, type) and (head in HEADS or head.__module__.startswith(FAMILIES))
        if not known or issubclass(head, BooleanAtom):
            return Opaque(f"an expression of kind {str(name)[:60]}")
        if head is sympy.Pow and parts[1].is_number and abs(parts[1].evalf(5)) > MOST_POWER:
            raise Refused("its power is too large")
        return head(*parts)

    def _expressions(self, items: list) -> list:
        """Returns the parts of an expression; SymPy would read a text among them, and to read it is to run it."""
        parts = self.of_list(items)
        if not all(isinstance(part, (sympy.Basic, sympy.MatrixBase)) for part in parts):
            raise Refused("it is no answer")
        return parts


def error_of(name: str, text: str) -> Exception:
    """Returns the exception that a function raised, as one that Python has itself.

    >>> from socioaffective.grading.wire import error_of
    >>> error_of("KeyError", "tie"), error_of("MyOwn", "no")
    (KeyError('tie'), RuntimeError('MyOwn: no'))
    """
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, RAISED) and not issubclass(kind, UnicodeError):
        return kind(text)
    return RuntimeError(f"{name}: {text}")


def mapping(data: Any) -> Mapping[str, Any]:
    """Returns a message once it is a mapping.

    >>> from socioaffective.grading.wire import mapping
    >>> mapping({"cell": 3})
    {'cell': 3}
    """
    if not isinstance(data, dict):
        raise Refused("it is no message")
    return data
