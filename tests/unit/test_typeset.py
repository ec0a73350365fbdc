"""Formulas are printed as one would write them, and lose nothing on the way."""

import pytest
import sympy

import socioaffective as sa
from socioaffective.typeset import typeset

s = {**sa.models.needs.symbols, **sa.models.co_construction.symbols}
e, a, kappa, x, x0, m = (s[n] for n in ("engagement", "accommodation", "anchoring", "preference", "anchor", "offer"))


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        (x0 - x, "x_{0} - x"),
        (e * (m - x) * kappa, r"\kappa e \left(m - x\right)"),
        (1 - e + kappa * e * (1 - a), r"1 - e + \kappa e \left(1 - a\right)"),
        (1 - a / (2 * kappa), r"1 - \frac{a}{2 \kappa}"),
        (-a * kappa, r"- \kappa a"),
        (x - 3, "x - 3"),
        (-((x - m) ** 2) / 2, r"- \frac{\left(x - m\right)^{2}}{2}"),
        (a * sa.logistic(x - x0), r"a \operatorname{logistic}\left(x - x_{0}\right)"),
        (sympy.Integer(0), "0"),
    ],
)
def test_terms_and_factors_stand_in_the_usual_order(expression, written):
    assert typeset(expression) == written


@pytest.mark.parametrize("model", list(sa.models), ids=lambda model: model.title)
def test_every_symbol_of_an_equation_is_printed(model):
    for right in model.equations.values():
        shown = typeset(right)
        for symbol in right.free_symbols:
            assert sympy.latex(symbol) in shown


def test_the_order_does_not_depend_on_how_it_was_written():
    assert typeset(a * kappa + e) == typeset(e + kappa * a) == r"e + \kappa a"
