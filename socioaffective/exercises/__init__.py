"""Exercises: each set checks itself, by what an answer does rather than by how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from socioaffective.checks import unknown
from socioaffective.exercises.questions import Question, Reply, Verdict
from socioaffective.exercises.quiz import quiz as quiz
from socioaffective.exercises.variants import EXAMPLE, Variant, drawn

# Each set and the module that knows its questions: a mapping QUESTIONS from number to Question.
SETS = {
    "00_tour": "tour",
    "01_co_construction": "co_construction",
    "02_needs": "needs",
    "03_wanting_and_liking": "wanting_and_liking",
    "04_social_reward_hacking": "social_reward_hacking",
    "05_now_or_later": "now_or_later",
    "06_whose_preferences": "whose_preferences",
    "07_companionship": "companionship",
    "08_ecosystem": "ecosystem",
    "09_populations": "populations",
    "10_measuring_it": "measuring_it",
    "11_oversight": "oversight",
    "challenge": "challenge",
    "toolkit": "toolkit",
}


def variant(name: str, student: str) -> Variant:
    """Returns the numbers of a student for a set, each an attribute; a notebook shows them as a table.

    Inputs: `name` of the set, such as "07_companionship"; `student`, an id; "example" has the numbers of the printed copy. The
    same id gets the same numbers on every machine, and every number that can be drawn leads to what its question is about.
    Raises ValueError for a set that does not exist and for an empty id.

    >>> import socioaffective as sa
    >>> sa.exercises.variant("07_companionship", "example").near_the_edge
    0.75
    """
    return Variant(name, student, questions(name))


def check(name: str, question: int, answer: Any, student: str = EXAMPLE) -> Verdict:
    """Returns a verdict on an answer: whether it passes, and a sentence that helps.

    Inputs: `name` of the set, such as "00_tour"; `question`, its number; `answer`, whatever the question asks for, or
    `...` while there is none; `student`, the id whose numbers it is about. Raises ValueError for a set or question that does
    not exist; an answer of the wrong kind is not an error but gets a sentence.

    >>> import socioaffective as sa
    >>> sa.exercises.check("00_tour", 1, ...)
    Question 1: not answered yet.
    """
    known = questions(name)
    if question not in known:
        raise unknown(f"question of '{name}'", question, map(str, known))
    numbers = drawn(name, question, known[question], student)
    if answer is ...:
        return Verdict(question, False, False, "")
    try:
        praise = known[question].judge(answer, **numbers)
    except Reply as reply:
        return Verdict(question, True, False, str(reply), reply.share)
    return Verdict(question, True, True, praise, 1.0)


def count(name: str) -> int:
    """Returns how many questions of a set check themselves.

    >>> import socioaffective as sa
    >>> sa.exercises.count("00_tour")
    4
    """
    return len(questions(name))


def questions(name: str) -> Mapping[int, Question]:
    """Returns the questions of a set that check themselves, by number.

    >>> import socioaffective as sa
    >>> list(sa.exercises.questions("00_tour"))
    [1, 2, 3, 4]
    """
    if name not in SETS:
        raise unknown("set of exercises", name, SETS)
    return import_module(f"socioaffective.exercises.{SETS[name]}").QUESTIONS
