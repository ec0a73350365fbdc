"""Every set: its copy for students, its numbers, its checks, and the answers that they must fail and pass."""

import importlib.util
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
import sympy

import socioaffective as sa
from socioaffective.exercises.guide import objectives, outlines, refreshed
from socioaffective.exercises.release import BLANK, outline, same, student_copy

ROOT = Path(__file__).parents[2]
SETS = sorted(path.parent.name for path in ROOT.glob("exercises/*/source.ipynb"))
QUESTIONS = [(name, number) for name in SETS for number in sa.exercises.questions(name)]
VARIED = [(name, number) for name, number in QUESTIONS if sa.exercises.questions(name)[number].numbers]
CLASS = [f"student-{k}" for k in range(500)]
every_set = pytest.mark.parametrize("name", SETS)
every_question = pytest.mark.parametrize(("name", "number"), QUESTIONS)
every_varied = pytest.mark.parametrize(("name", "number"), VARIED)


def notebook(name, which="source"):
    return nbformat.read(ROOT / "exercises" / name / f"{which}.ipynb", as_version=4)


@cache
def bank(name):
    spec = importlib.util.spec_from_file_location(f"bank_{name}", ROOT / "exercises" / name / "bank.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hidden(name, number, answer):
    """Runs what only graders see."""
    code = {item.number: item.hidden for item in outline(notebook(name))}[number]
    exec(code, {"sa": sa, "np": np, "sympy": sympy, "my": sa.exercises.variant(name, "example"), f"answer_{number}": answer})


def test_every_set_has_a_folder():
    assert set(SETS) == set(sa.exercises.SETS)


@every_set
def test_the_student_copy_is_fresh_and_holds_no_solution(name):
    """Otherwise: python -m socioaffective.exercises.release."""
    source, student = notebook(name), notebook(name, "student")
    assert same(student, student_copy(source))
    text = "\n".join(c.source for c in student.cells)
    assert "SOLUTION" not in text and "Solution" not in text and "Rubric" not in text
    for item in outline(source):
        for line in item.hidden.splitlines():
            assert len(line) < 12 or line not in text
    assert text.count("= ...") == sa.exercises.count(name)


@every_set
def test_the_outline_is_whole(name):
    items = outline(notebook(name))
    assert [item.number for item in items] == list(range(1, len(items) + 1))
    assert 5 <= len(items) <= 8
    assert {item.number for item in items if not item.rubric} == set(sa.exercises.questions(name))
    text = "\n".join(c.source for c in notebook(name, "student").cells)
    assert text.count(BLANK) == sum(bool(item.rubric) for item in items)


@every_set
def test_solutions_get_full_marks_and_unsolved_copies_none(name):
    for which, expected in (("source", "all visible checks passed"), ("student", "not answered yet")):
        cells = [c for c in notebook(name, which).cells if c.cell_type == "code" and "exercises.check(" in c.source]
        verdicts = [c.outputs[0].data["text/plain"] for c in cells]
        assert len(verdicts) == sa.exercises.count(name)
        assert all(expected in v for v in verdicts)


@every_set
def test_solutions_get_full_marks_for_other_numbers(name, monkeypatch):
    given = []
    monkeypatch.setattr(sa.exercises, "check", lambda *args, real=sa.exercises.check: given.append(real(*args)))
    space = {}
    for cell in notebook(name).cells:
        if cell.cell_type == "code":
            exec(cell.source.replace('student = "example"', 'student = "ada7"'), space)
    assert len(given) == sa.exercises.count(name)
    assert all(verdict.passed for verdict in given), given


@every_question
def test_wrong_answers_fail_each_with_its_own_message(name, number):
    answers = bank(name).WRONG[number]
    assert len(answers) >= 3
    for answer, words in answers:
        verdict = sa.exercises.check(name, number, answer)
        assert verdict.answered and not verdict.passed and verdict.share < 1 and words in verdict.message, verdict
    assert len({words for _, words in answers}) == len(answers)


@every_question
def test_unusual_right_answers_pass(name, number):
    answers = bank(name).RIGHT[number]
    assert answers
    for answer in answers:
        assert sa.exercises.check(name, number, answer).passed, answer
        hidden(name, number, answer)


@every_set
def test_hidden_checks_see_what_the_visible_ones_do_not(name):
    passing = getattr(bank(name), "HIDDEN", {})
    assert set(passing) == {item.number for item in outline(notebook(name)) if item.hidden}
    for number, answers in passing.items():
        for answer, words in answers:
            assert sa.exercises.check(name, number, answer).passed, answer
            with pytest.raises(AssertionError, match=words):
                hidden(name, number, answer)


@every_set
def test_a_number_has_one_name(name):
    names = [n for question in sa.exercises.questions(name).values() for n in question.numbers]
    assert len(set(names)) == len(names)


@every_varied
def test_every_number_that_can_be_drawn_leads_to_what_the_question_is_about(name, number):
    question = sa.exercises.questions(name)[number]
    assert question.promise and len(list(question.combinations())) >= 5
    assert question.examples() in list(question.combinations())
    for numbers in question.combinations():
        assert question.regime(**numbers), numbers


@every_varied
def test_right_answers_pass_and_usual_mistakes_fail_whatever_the_numbers(name, number):
    question = sa.exercises.questions(name)[number]
    for numbers in question.combinations() if question.key else ():
        key, room = question.key(**numbers), question.room(**numbers)
        question.judge(key, **numbers)
        sentences = [sentence for _, sentence in question.mistakes(**numbers)]
        for wrong, _ in question.mistakes(**numbers):
            # Further off than two tolerances, so that no number is both a right answer and a usual mistake.
            assert abs(wrong - key) > 2 * room, (numbers, wrong, key)
            with pytest.raises(sa.exercises.Reply) as caught:
                question.judge(wrong, **numbers)
            assert str(caught.value) in sentences, (numbers, wrong)


@every_varied
def test_the_numbers_of_five_hundred_students_are_equally_hard(name, number):
    """How exactly the answer has to be known, as a share of its size, differs by less than a factor of two and a half."""
    question = sa.exercises.questions(name)[number]
    given = [sa.exercises.variant(name, who).questions[number] for who in CLASS]
    assert len({tuple(numbers.values()) for numbers in given}) >= 5
    if question.key:
        exact = [question.room(**n) / abs(question.key(**n)) for n in {tuple(g.items()): g for g in given}.values()]
        assert max(exact) < 2.5 * min(exact)


@every_set
def test_of_five_hundred_students_few_share_all_numbers(name):
    if any(question.numbers for question in sa.exercises.questions(name).values()):
        rows = {tuple(tuple(n.values()) for n in sa.exercises.variant(name, who).questions.values()) for who in CLASS}
        assert len(rows) >= 100


def test_the_guide_has_the_tables_of_today_and_every_objective_is_served():
    """Otherwise: python -m socioaffective.exercises.release."""
    guide = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
    assert refreshed(guide, ROOT / "exercises", ROOT / "notebooks") == guide
    sets, known = outlines(ROOT / "exercises"), objectives(ROOT / "notebooks")
    served = {number for items in sets.values() for item in items for number in item.objectives}
    checked = {number for items in sets.values() for item in items if not item.rubric for number in item.objectives}
    assert served == set(known)
    assert sorted(set(known) - checked) == [], "for these there is no question that checks itself"
