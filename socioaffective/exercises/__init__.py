"""Exercises: each set checks itself, by what an answer does rather than by how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from socioaffective.checks import unknown
from socioaffective.exercises.quiz import quiz as quiz

# Each set and the module that knows its questions: a mapping QUESTIONS from number to a function of the answer.
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
    "toolkit": "toolkit",
}


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer: `answered`, `passed`, and a `message`; it saves nothing anywhere."""

    question: int
    answered: bool
    passed: bool
    message: str

    def __repr__(self) -> str:
        head = "all visible checks passed" if self.passed else "not yet" if self.answered else "not answered yet"
        return f"Question {self.question}: {head}. {self.message}".rstrip()


class Reply(Exception):  # noqa: N818 - a reply to a student is no error
    """Raised inside a check to end it with what the student should read."""


def check(name: str, question: int, answer: Any) -> Verdict:
    """Returns a verdict on an answer: whether it passes, and a sentence that helps.

    Inputs: `name` of the set, such as "00_tour"; `question`, its number; `answer`, whatever the question asks for, or
    `...` while there is none. Raises ValueError for a set or question that does not exist; an answer of the wrong kind
    is not an error but gets a sentence.

    >>> import socioaffective as sa
    >>> sa.exercises.check("00_tour", 1, ...)
    Question 1: not answered yet.
    """
    questions = _questions(name)
    if question not in questions:
        raise unknown(f"question of '{name}'", question, map(str, questions))
    if answer is ...:
        return Verdict(question, False, False, "")
    try:
        praise = questions[question](answer)
    except Reply as reply:
        return Verdict(question, True, False, str(reply))
    return Verdict(question, True, True, praise)


def count(name: str) -> int:
    """Returns how many questions a set has.

    >>> import socioaffective as sa
    >>> sa.exercises.count("00_tour")
    3
    """
    return len(_questions(name))


def _questions(name: str) -> Mapping[int, Callable[[Any], str]]:
    if name not in SETS:
        raise unknown("set of exercises", name, SETS)
    return import_module(f"socioaffective.exercises.{SETS[name]}").QUESTIONS
