"""Lanes: a Numba type of several floats side by side, one a person, which the processor computes with at once.

What is done to one lane does not depend on the others, so a person's numbers are the same to the last bit wherever they stand.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

WIDTH = 8
# Without the assumption that there is no NaN, under which a NaN loops for ever, and without other orders of addition, which
# would undo the two parts of log 2 below.
FLAGS = ("contract", "arcp", "nsz")
_DOUBLES = ir.VectorType(ir.DoubleType(), WIDTH)
_BITS = ir.VectorType(ir.IntType(1), WIDTH)


class _Kind(types.Type):
    def __init__(self, name: str) -> None:
        super().__init__(name=f"socioaffective_{name}")


class _Lanes(_Kind):
    def __init__(self) -> None:
        super().__init__("lanes")


class _Mask(_Kind):
    def __init__(self) -> None:
        super().__init__("mask")


lanes, mask = _Lanes(), _Mask()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _DOUBLES)


@register_model(_Mask)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _BITS)


def _wide(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    """Returns a value as lanes: a number stands in each of them."""
    if isinstance(kind, _Kind):
        return value
    number = context.cast(builder, value, kind, types.float64)
    nothing, place = ir.Constant(_DOUBLES, ir.Undefined), ir.IntType(32)
    first = builder.insert_element(nothing, number, ir.Constant(place, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(place, WIDTH), [0] * WIDTH))


def _numbers(*kinds: Any) -> bool:
    """Whether these can be computed with as lanes, at least one of them being some."""
    return any(isinstance(k, _Lanes) for k in kinds) and all(isinstance(k, (_Lanes, types.Number)) for k in kinds)


def _binary(sign: Any, instruction: str) -> None:
    @intrinsic
    def compute(context, a, b):  # type: ignore[no-untyped-def]
        def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
            left, right = (_wide(ctx, builder, v, k) for v, k in zip(given, signature.args, strict=True))
            return getattr(builder, instruction)(left, right, flags=FLAGS)

        return lanes(a, b), generate

    @overload(sign)
    def chosen(a, b):  # type: ignore[no-untyped-def]
        return (lambda a, b: compute(a, b)) if _numbers(a, b) else None


for _sign, _instruction in ((operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul"), (operator.truediv, "fdiv")):
    _binary(_sign, _instruction)


def _comparing(sign: Any, words: str) -> None:
    @intrinsic
    def compute(context, a, b):  # type: ignore[no-untyped-def]
        def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
            left, right = (_wide(ctx, builder, v, k) for v, k in zip(given, signature.args, strict=True))
            compare = builder.fcmp_unordered if words == "!=" else builder.fcmp_ordered
            return compare(words, left, right)

        return mask(a, b), generate

    @overload(sign)
    def chosen(a, b):  # type: ignore[no-untyped-def]
        return (lambda a, b: compute(a, b)) if _numbers(a, b) else None


_SIGNS = {operator.lt: "<", operator.le: "<=", operator.gt: ">", operator.ge: ">=", operator.eq: "==", operator.ne: "!="}
for _sign, _words in _SIGNS.items():
    _comparing(_sign, _words)


@intrinsic
def _negative(context, a):  # type: ignore[no-untyped-def]
    def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
        return builder.fsub(ir.Constant(_DOUBLES, [-0.0] * WIDTH), given[0], flags=FLAGS)

    return lanes(a), generate


@overload(operator.neg)
def _neg(a):  # type: ignore[no-untyped-def]
    return (lambda a: _negative(a)) if isinstance(a, _Lanes) else None


def _logical(sign: Any, instruction: str) -> None:
    @intrinsic
    def compute(context, a, b):  # type: ignore[no-untyped-def]
        return mask(a, b), lambda ctx, builder, signature, given: getattr(builder, instruction)(*given)

    @overload(sign)
    def chosen(a, b):  # type: ignore[no-untyped-def]
        return (lambda a, b: compute(a, b)) if isinstance(a, _Mask) and isinstance(b, _Mask) else None


for _sign, _instruction in ((operator.and_, "and_"), (operator.or_, "or_")):
    _logical(_sign, _instruction)


@intrinsic
def choose(context, where, a, b):  # type: ignore[no-untyped-def]
    """Returns `a` in the lanes where a mask says so and `b` in the others."""

    def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
        left, right = (_wide(ctx, builder, v, k) for v, k in zip(given[1:], signature.args[1:], strict=True))
        return builder.select(given[0], left, right)

    return lanes(where, a, b), generate


@intrinsic
def some(context, where):  # type: ignore[no-untyped-def]
    """Returns whether a mask holds in any lane."""

    def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
        bits = builder.bitcast(given[0], ir.IntType(WIDTH))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(WIDTH), 0))

    return types.boolean(where), generate


def _address(context: Any, builder: Any, kind: Any, value: Any, index: Any) -> Any:
    array = context.make_array(kind)(context, builder, value)
    return builder.bitcast(builder.gep(array.data, [index]), _DOUBLES.as_pointer())


@intrinsic
def load(context, array, index):  # type: ignore[no-untyped-def]
    """Returns the lanes that stand in a flat array from an index on."""

    def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
        place = ctx.cast(builder, given[1], signature.args[1], types.intp)
        return builder.load(_address(ctx, builder, signature.args[0], given[0], place), align=8)

    return lanes(array, index), generate


@intrinsic
def store(context, array, index, value):  # type: ignore[no-untyped-def]
    """Puts lanes into a flat array from an index on."""

    def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
        place = ctx.cast(builder, given[1], signature.args[1], types.intp)
        wide = _wide(ctx, builder, given[2], signature.args[2])
        builder.store(wide, _address(ctx, builder, signature.args[0], given[0], place), align=8)
        return ctx.get_dummy_value()

    return types.void(array, index, value), generate


def _by_llvm(name: str) -> Any:
    """Returns a function of lanes that LLVM has for all of them at once."""

    @intrinsic
    def compute(context, a):  # type: ignore[no-untyped-def]
        def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
            kind = ir.FunctionType(_DOUBLES, [_DOUBLES])
            function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f64")
            return builder.call(function, [_wide(ctx, builder, given[0], signature.args[0])])

        return lanes(a), generate

    return compute


floor, ceil, root, magnitude = (_by_llvm(name) for name in ("floor", "ceil", "sqrt", "fabs"))
# One lane after the other; few formulas have them.
log, sin, cos = (_by_llvm(name) for name in ("log", "sin", "cos"))


@intrinsic
def _power_of_two(context, n):  # type: ignore[no-untyped-def]
    """Returns 2^n for whole n between -1022 and 1023."""

    def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
        narrow = builder.fptosi(given[0], ir.VectorType(ir.IntType(32), WIDTH))
        whole = builder.sext(narrow, ir.VectorType(ir.IntType(64), WIDTH))
        raised = builder.add(whole, ir.Constant(whole.type, [1023] * WIDTH))
        return builder.bitcast(builder.shl(raised, ir.Constant(whole.type, [52] * WIDTH)), _DOUBLES)

    return lanes(n), generate


@intrinsic
def wide(context, a):  # type: ignore[no-untyped-def]
    """Returns a number as lanes, and lanes as they are."""
    return lanes(a), lambda ctx, builder, signature, given: _wide(ctx, builder, given[0], signature.args[0])


@njit(inline="always")
def least(a, b):  # type: ignore[no-untyped-def]
    """Returns the smaller of two; NaN where either is."""
    return choose((a < b) | (a != a), a, b)


@njit(inline="always")
def greatest(a, b):  # type: ignore[no-untyped-def]
    """Returns the greater of two; NaN where either is."""
    return choose((a > b) | (a != a), a, b)


@intrinsic
def _rough_log2(context, x):  # type: ignore[no-untyped-def]
    """Returns the logarithm to base 2 of positive lanes, straight between powers of 2: within 0.09."""

    def generate(ctx, builder, signature, given):  # type: ignore[no-untyped-def]
        bits = builder.bitcast(given[0], ir.VectorType(ir.IntType(64), WIDTH))
        whole = lambda value: ir.Constant(bits.type, [value] * WIDTH)  # noqa: E731
        raised = builder.trunc(builder.lshr(bits, whole(52)), ir.VectorType(ir.IntType(32), WIDTH))
        rest = builder.or_(builder.and_(bits, whole(2**52 - 1)), whole(1023 << 52))
        exponent, within = builder.sitofp(raised, _DOUBLES), builder.bitcast(rest, _DOUBLES)
        return builder.fsub(builder.fadd(exponent, within, flags=FLAGS), ir.Constant(_DOUBLES, [1024.0] * WIDTH), flags=FLAGS)

    return lanes(x), generate


@njit
def rough_power(x, power):  # type: ignore[no-untyped-def]
    """Returns positive lanes to a small power, to about a hundredth: for what only steers."""
    exponent = greatest(least(power * _rough_log2(x), 1000.0), -1000.0)
    n = floor(exponent)
    inside = exponent - n
    return _power_of_two(n) * (1.0 + inside * (0.6565 + 0.3435 * inside))


@njit
def exp(x):  # type: ignore[no-untyped-def]
    """Returns e to the power of lanes, to within two units in the last place; subnormal results are 0."""
    # Cody and Waite 1980: x = n log 2 + r, log 2 in two parts so that r keeps its digits, and a series for e^r.
    inside = choose(x > -708.0, choose(x < 709.0, x, 709.0), -708.0)
    n = floor(inside * 1.4426950408889634 + 0.5)
    r = (inside - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    s = r * (1 / 6227020800) + 1 / 479001600
    s = s * r + 1 / 39916800
    s = s * r + 1 / 3628800
    s = s * r + 1 / 362880
    s = s * r + 1 / 40320
    s = s * r + 1 / 5040
    s = s * r + 1 / 720
    s = s * r + 1 / 120
    s = s * r + 1 / 24
    s = s * r + 1 / 6
    s = s * r + 0.5
    s = s * r + 1.0
    s = s * r + 1.0
    finite = choose(x < -708.0, 0.0, choose(x > 709.78, 1e308 * 10.0, s * _power_of_two(n)))
    return choose(x != x, x, finite)


@njit
def tanh(x):  # type: ignore[no-untyped-def]
    """Returns the hyperbolic tangent of lanes."""
    return 1.0 - 2.0 / (exp(2.0 * x) + 1.0)


@njit
def sinh(x):  # type: ignore[no-untyped-def]
    """Returns the hyperbolic sine of lanes."""
    return 0.5 * (exp(x) - exp(-x))


@njit
def cosh(x):  # type: ignore[no-untyped-def]
    """Returns the hyperbolic cosine of lanes."""
    return 0.5 * (exp(x) + exp(-x))


@njit
def power(x, n):  # type: ignore[no-untyped-def]
    """Returns lanes to the power of lanes; of a negative number a whole power alone is a number."""
    size = choose(n == 0.0, 1.0, exp(log(magnitude(x)) * n))
    whole, odd = n == floor(n), n - 2.0 * floor(0.5 * n) == 1.0
    return choose(x < 0.0, choose(whole, choose(odd, -size, size), root(x)), size)
