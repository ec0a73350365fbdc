"""Typeset: expressions as one would write them by hand: what is positive first, rates before what they act on."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter

# The order of the factors of a product; sums and functions come last.
FACTORS = ("parameter", "input", "lever", "state", "observable")


class _Printer(LatexPrinter):
    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list:
        terms = expr.as_ordered_terms()
        negative_last = not any(term.is_Number and term > 0 for term in terms)
        return sorted(terms, key=lambda t: (negative_last and t.could_extract_minus_sign(), len(_factors(t))))

    def _print_Mul(self, expr: Any) -> str:
        number, rest = expr.as_coeff_Mul()
        factors = sorted(rest.as_ordered_factors(), key=_rank)
        return super()._print_Mul(sympy.Mul(*([] if number == 1 else [number]), *factors, evaluate=False))


def _factors(term: Any) -> list:
    return [factor for factor in sympy.Mul.make_args(term) if not factor.is_Number]


def _rank(factor: Any) -> int:
    known = getattr(factor.as_base_exp()[0], "quantity", None)
    return len(FACTORS) if known is None else FACTORS.index(known.kind)


def typeset(expression: Any, **settings: Any) -> str:
    r"""Returns an expression as LaTeX; `settings` are those of `sympy.latex`.

    >>> import socioaffective as sa
    >>> from socioaffective.typeset import typeset
    >>> typeset(next(iter(sa.models.wanting.equations.values())))
    '\\sigma e v \\left(1 - w\\right) - \\delta w'
    """
    return _Printer({**settings, "order": "none"}).doprint(expression)


def in_notebooks() -> None:
    """Returns nothing; has a notebook show SymPy expressions, and tuples and lists of them, in this way."""
    from IPython.core.getipython import get_ipython

    if get_ipython() is not None:
        sympy.init_printing(pretty_print=False, use_latex="mathjax", latex_printer=typeset)
