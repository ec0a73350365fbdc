"""Answers survive the way out of a session as what they were, and nothing else comes through."""

import contextlib
import importlib.util
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

import socioaffective as sa
from socioaffective.grading.wire import MOST_BITS, Opaque, Refused, error_of, pack, unpack

ROOT = Path(__file__).parents[2]


def sent(value):
    calls = []
    return unpack(json.loads(json.dumps(pack(value, calls))), lambda place, *args, **given: calls[place](*args, **given))


def banks():
    for path in sorted(ROOT.glob("exercises/*/bank.py")):
        spec = importlib.util.spec_from_file_location(f"bank_{path.parent.name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for number in module.WRONG:
            yield pytest.param(path.parent.name, number, module, id=f"{path.parent.name}-{number}")


@pytest.mark.parametrize(("name", "number", "bank"), list(banks()))
def test_an_answer_of_the_banks_arrives_as_what_it_was(name, number, bank):
    """So what is said of it, which the banks' own tests ask for, is said of what arrives."""
    for answer in [*bank.RIGHT[number], *(wrong for wrong, _ in bank.WRONG[number])]:
        arrived = sent(answer)
        if not isinstance(arrived, Opaque):
            assert pack(arrived, []) == pack(answer, [])
        else:
            assert not sa.exercises.check(name, number, arrived).passed


@pytest.mark.parametrize(("name", "number"), [("07_companionship", 5), ("05_now_or_later", 5), ("01_co_construction", 5)])
def test_what_is_said_of_functions_and_models_is_said_of_what_arrives(name, number):
    bank = next(param.values[2] for param in banks() if param.values[:2] == (name, number))
    for answer, words in bank.WRONG[number]:
        assert words in sa.exercises.check(name, number, sent(answer)).message
    for answer in bank.RIGHT[number]:
        assert sa.exercises.check(name, number, sent(answer)).passed, answer


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -2.5, "text", (1, [2.0, "a"]), {("a", 1): {2: None}}, {1, 2}, frozenset({"a"}), 1 + 2j, ...,
        Fraction(1, 3),
        sympy.Rational(1, 3), sympy.pi * sympy.sqrt(2), -sympy.oo, sympy.Symbol("n", positive=True) ** 2,
        sympy.Piecewise((sympy.Symbol("x"), sympy.Symbol("x") > 0), (0, True)),
        sympy.Matrix([[1, 2], [3, 4]]), sympy.Eq(sympy.Symbol("x"), 1), sympy.Float("0.1", 40), sa.logistic(sympy.Symbol("x")),
        sa.policies.fixed(cues=0.5), sa.policies.schedule(cues={0: 0.9, 20: 0.1}), sa.policies.climber(),
        sa.oversight.level("ties", below=0.4) | sa.oversight.cusum("ties"), sa.worlds.drmdp.examples["trainer"],
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_a_value_arrives_as_it_was(value):
    assert sent(value) == value and type(sent(value)) is type(value)


def test_an_array_arrives_as_it_was():
    assert np.array_equal(sent(np.arange(6.0).reshape(2, 3)), np.arange(6.0).reshape(2, 3))
    assert np.isnan(sent(float("nan"))) and sent(float("-inf")) == -np.inf


@pytest.mark.parametrize("name", ["ecosystem", "companion", "sphere", "need"])
def test_a_model_arrives_with_its_equations_and_defaults(name):
    model = getattr(sa.models, name)
    moved = model.replace(**{next(iter(model.states)): next(iter(model.states.values())).bounds[1]})
    arrived = sent(moved)
    assert arrived.equations == moved.equations and arrived.states == moved.states and arrived.settings == moved.settings
    assert arrived.expressions == moved.expressions


def test_a_function_is_called_where_it_is():
    policy = sent(lambda state: {"cues": state["ties"] / 2})
    assert policy({"ties": 0.5}) == {"cues": 0.25}


class AlwaysRight(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __hash__ = float.__hash__
    __float__ = __abs__ = lambda self: 0.0


@pytest.mark.parametrize("value", [AlwaysRight(3), object(), AlwaysRight, [AlwaysRight(2)], type("Model", (), {})()])
def test_an_object_of_ones_own_is_no_value(value):
    arrived = sent(value)
    assert isinstance(arrived[0] if isinstance(arrived, list) else arrived, Opaque)


@pytest.mark.parametrize("value", ["a" * 10**6, np.zeros(10**6), list(range(10**6)), 2 ** (MOST_BITS + 1)], ids=range(4))
def test_what_is_too_large_is_not_sent(value):
    with pytest.raises(Refused, match="too l"):
        pack(value, [])


FORGED = [
    ["nothing"],
    ["__class__", 1],
    ["unpack", 1],
    ["kind", "Path", [["path", "/etc/passwd"]]],
    ["kind", "Level", [["nonsense", 1]]],
    ["head", "Lambda", []],
    ["head", "sympify", ["__import__('os')"]],
    ["head", "Pow", [["Integer", ["int", "9"]], ["Integer", ["int", "99999999"]]]],
    ["symbol", "x.__class__", []],
    ["apply", "f", ["x"]],
    ["head", "sin", ["x"]],
    ["head", "Symbol", ["x"]],
    ["constant", "__builtins__"],
    ["Float", "1e10 + 3", 53],
    ["int", "1" * 10**5],
    ["call", "0"],
    ["model", "M", 1, 2, 3, 4, 5],
    [],
    {"a": 1},
]


@pytest.mark.parametrize("data", FORGED, ids=range(len(FORGED)))
def test_forged_data_is_refused(data):
    with contextlib.suppress(Refused):
        assert isinstance(unpack(data, lambda *_: None), Opaque)


def test_deep_data_is_refused():
    data = 1.0
    for _ in range(100_000):
        data = ["list", [data]]
    with pytest.raises(Refused):
        unpack(data, lambda *_: None)


def test_an_error_is_one_of_pythons():
    assert isinstance(error_of("ValueError", "no"), ValueError)
    assert type(error_of("SystemExit", "0")) is type(error_of("open", "x")) is RuntimeError
