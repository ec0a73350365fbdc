"""The quiz: one right answer to each question, in no constant place, and advice that follows from what was missed."""

import html

import numpy as np
import pytest
import sympy

import socioaffective as sa
from socioaffective.exercises.quiz import NEW, QUIZZES, TOOLKIT, gain_and_loss


def answered(page, right=()):
    """Gives the right answer to these questions, counted from 1, and a wrong one to the others."""
    for k, (q, group) in enumerate(zip(page.questions, page.choices, strict=True), start=1):
        group.value = q.answer if k in right else next(option for option in q.options if option != q.answer)
    page.check()
    return page


@pytest.mark.parametrize("name", QUIZZES)
def test_every_question_can_be_answered_and_teaches(name):
    for q in QUIZZES[name]:
        assert q.options.count(q.answer) == 1 and len(set(q.options)) == len(q.options) >= 3
        assert q.because.endswith(".") and len(q.because) > 40 and q.because.count(". ") == 0
        assert len({q.text for q in QUIZZES[name]}) == len(QUIZZES[name])


def test_the_right_answer_stands_in_every_place_about_equally_often():
    places = [q.options.index(q.answer) for q in TOOLKIT]
    assert len(places) == 10 and set(places) == {0, 1, 2, 3}
    assert max(places.count(k) for k in range(4)) <= 3
    assert all(len({*places[k : k + 3]}) > 1 for k in range(8))


def test_the_answers_are_right():
    t, x = sympy.symbols("t x", positive=True)
    answers = [q.answer for q in TOOLKIT]
    assert sympy.Rational(1, 2) ** 3 == sympy.Rational(1, 8) and answers[2] == "an eighth"
    assert float(answers[3]) == sympy.solve(0.3 * (1 - x) - 0.1 * x, x)[0]
    assert float(sympy.solve(sympy.exp(-0.2 * t) - 0.5, t)[0]) == pytest.approx(float(sympy.sympify("log(2) / 0.2")))
    assert answers[4] == "ln 2 / 0.2"
    inside = np.linspace(0.01, 0.99, 99)
    assert (inside * (1 - inside) * (inside - 2) < 0).all() and answers[5] == "negative"
    assert round(np.linalg.det([[1, 2], [3, 4]])) == -2 and answers[7] == "−2"
    assert sympy.erf(1 / sympy.sqrt(2)).evalf() == pytest.approx(0.68, abs=0.01) and answers[8] == "about two thirds"


def test_the_picture_shows_what_its_question_is_about():
    chart = gain_and_loss().to_dict()
    gain, loss = (np.array([[row["x"], row["y"]] for row in layer["data"]["values"]]) for layer in chart["layer"][::2])
    grows = gain[:, 1] > loss[:, 1] + 1e-12
    assert gain[grows, 0].min() > 0 and gain[grows, 0].max() < 0.75 and grows.sum() == 44
    assert TOOLKIT[9].answer == "where x is between 0 and 0.75"
    page = sa.exercises.quiz("toolkit")
    drawn = [child.value for child in page.children if "<svg" in str(getattr(child, "value", ""))]
    assert len(drawn) == 1 and html.escape(chart["description"], quote=True) in drawn[0]


def test_nothing_is_said_before_the_answers_are_fixed():
    page = sa.exercises.quiz("toolkit")
    assert page.score is None and page.button.disabled and not any(v.value for v in page.verdicts)
    page.choices[0].value = "zero"
    assert not page.button.disabled and page.verdicts[0].value == ""
    page.button.click()
    assert page.score == 1 and page.button.disabled and all(group.disabled for group in page.choices)


def test_each_question_gets_its_verdict_and_its_sentence():
    page = answered(sa.exercises.quiz("toolkit"), right=(2, 7))
    for k, (q, verdict) in enumerate(zip(page.questions, page.verdicts, strict=True), start=1):
        said = html.unescape(verdict.value)
        assert q.because in said
        assert ("Right." in said) == (k in (2, 7)) and (f"The answer: {q.answer}." in said) == (k not in (2, 7))
    assert "2 of 10 are right" in page.summary.value and "aria-live" in page.summary.value


def test_what_was_left_open_counts_as_missed_and_is_said_so():
    page = sa.exercises.quiz("toolkit")
    page.choices[8].value = "all"
    page.check()
    assert page.score == 0
    assert "Left open" in page.verdicts[0].value and "Not so" in page.verdicts[8].value


@pytest.mark.parametrize(
    ("right", "advice"),
    [
        (range(1, 11), "You may skim sections 1 and 2."),
        ((), "Take your time with sections 1, 2, 4 and 9."),
        ((1, 2, 4, 6, 9, 10), "Take your time with sections 2 and 4. You may skim section 1."),
        ((2, 3, 4, 5, 6, 7, 8, 9, 10), "Take your time with section 1. You may skim section 2."),
    ],
)
def test_the_advice_follows_from_what_was_missed(right, advice):
    page = answered(sa.exercises.quiz("toolkit"), right)
    assert page.score == len(right)
    assert page.advice == f"{advice} Sections {NEW[0]} to {NEW[-1]} are new to most people: read them in any case."


def test_repr_is_stable_and_a_name_that_is_not_there_is_told():
    assert repr(sa.exercises.quiz("toolkit")) == "Quiz('toolkit': 10 questions)"
    for name in ("tolkit", 3, None, ["toolkit"]):
        with pytest.raises(ValueError, match="There is no quiz"):
            sa.exercises.quiz(name)
