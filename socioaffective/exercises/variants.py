"""Variants: the numbers that a student gets, from the student's id alone."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping

from socioaffective.checks import unknown
from socioaffective.exercises.questions import Question

EXAMPLE = "example"
HOW_TO = (
    "Write your answer where it says `...`, run the cell, then run the check below it. A check looks at what your answer does, "
    "not at how you found it, and says something useful when it is not right yet. It saves nothing and sends nothing anywhere. "
    "A question without a check is read by a person."
)


def same_student(student: str) -> str:
    """Returns a student's id as it is compared: without case or outer spaces.

    >>> from socioaffective.exercises.variants import same_student
    >>> same_student(" Ada7 ")
    'ada7'
    """
    if not isinstance(student, (str, int)) or isinstance(student, bool) or not str(student).strip():
        raise ValueError(f"A student's id is a text such as 'ada7', not {student!r}.")
    return " ".join(str(student).split()).casefold()


def drawn(name: str, number: int, question: Question, student: str) -> dict[str, float]:
    """Returns the numbers of one question: a hash of set, question and id picks each, so they are the same on any machine.

    >>> from socioaffective.exercises.questions import Number, Question
    >>> from socioaffective.exercises.variants import drawn
    >>> drawn("a set", 1, Question(str, {"cues": Number(0.5, "cues", [0.4, 0.5, 0.6])}), "ada7")
    {'cues': 0.6}
    """
    who = same_student(student)
    if who == EXAMPLE:
        return question.examples()
    digest = hashlib.sha256(f"{name}/{number}/{who}".encode()).digest()
    picks = (int.from_bytes(digest[4 * k : 4 * k + 4]) for k in range(len(question.numbers)))
    return {n: q.choices[pick % len(q.choices)] for (n, q), pick in zip(question.numbers.items(), picks, strict=True)}


class Variant:
    """The numbers of one student for one set, each an attribute; a notebook shows them as a table. Made by `variant`."""

    def __init__(self, name: str, student: str, questions: Mapping[int, Question]) -> None:
        self.name, self.student = name, same_student(student)
        self.questions = {k: drawn(name, k, q, student) for k, q in questions.items()}
        self._rows = [(k, n, v, questions[k].numbers[n].meaning) for k, of in self.questions.items() for n, v in of.items()]
        self._values = {n: value for _, n, value, _ in self._rows}

    def __getattr__(self, name: str) -> float:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._values:
            raise AttributeError(str(unknown(f"number of '{self.name}'", name, self._values)))
        return self._values[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {value:g}" for _, name, value, _ in self._rows)
        return f"Numbers of '{self.student}' in {self.name}: {said or 'none, all have the same questions'}"

    def _repr_markdown_(self) -> str:
        whose = "the example: put your own id above, and run the cell again" if self.student == EXAMPLE else self.student
        rows = [f"| {k} | `my.{name}` | {value:g} | {meaning} |" for k, name, value, meaning in self._rows]
        table = ["| question | number | value | what it is |", "|---|---|---|---|", *rows] if rows else []
        return "\n".join([HOW_TO, "", f"Numbers of {html.escape(whose)}." if rows else "Here all have the same.", "", *table])
