"""Question: what a set asks, the numbers that differ from student to student, and what is said of an answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class Reply(Exception):  # noqa: N818 - a reply to a student is no error
    """Raised inside a check to end it with what the student should read, and the `share` of the marks that is earned."""

    def __init__(self, message: str, share: float = 0.0) -> None:
        super().__init__(message)
        self.share = share


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer: `answered`, `passed`, a `message`, and the `share` of the marks; it saves nothing anywhere."""

    question: int
    answered: bool
    passed: bool
    message: str
    share: float = 0.0

    def __repr__(self) -> str:
        head = "all visible checks passed" if self.passed else "not yet" if self.answered else "not answered yet"
        return f"Question {self.question}: {head}. {self.message}".rstrip()


@dataclass(frozen=True)
class Number:
    """A number in a question: that of the `example`, its `meaning`, and the `choices` from which students get theirs."""

    example: float
    meaning: str
    choices: Sequence[float]


@dataclass(frozen=True)
class Question:
    """A question: `judge(answer, **numbers)` returns praise or raises Reply.

    `regime(**numbers)` proves, by the library, that the numbers lead to what the question is about; `promise` says in words
    what that is. Where the answer is one number, `key(**numbers)` is the right one, `room(**numbers)` how far off an answer
    may be, and `mistakes(**numbers)` the answers to which usual misconceptions lead, each with its sentence.
    `report(answer)` is what else is told of an answer that earns marks, to whoever looks at a whole class.
    """

    judge: Callable[..., str]
    numbers: Mapping[str, Number] = field(default_factory=dict)
    regime: Callable[..., bool] | None = None
    promise: str = ""
    key: Callable[..., float] | None = None
    room: Callable[..., float] | None = None
    mistakes: Callable[..., Sequence[tuple[float, str]]] | None = None
    report: Callable[[Any], Mapping[str, float]] | None = None

    def examples(self) -> dict[str, float]:
        """Returns the numbers of the example."""
        return {name: number.example for name, number in self.numbers.items()}

    def combinations(self) -> Iterator[dict[str, float]]:
        """Returns all numbers that any student can get."""
        for values in itertools.product(*(number.choices for number in self.numbers.values())):
            yield dict(zip(self.numbers, values, strict=True))


def quantity(
    what: str,
    key: Callable[..., float],
    within: float,
    praise: str | Callable[..., str],
    otherwise: Callable[..., str],
    *,
    mistakes: Callable[..., Sequence[tuple[float, str]]] = lambda **numbers: (),
    relative: bool = False,
    bounds: tuple[float, float] = (-1e9, 1e9),
    share: bool = False,
    numbers: Mapping[str, Number] | None = None,
    regime: Callable[..., bool] | None = None,
    promise: str = "",
) -> Question:
    """Returns a question whose answer is one number.

    Inputs: `what` the number is, to begin a sentence with; `key(**numbers)`, the right answer; `within`, how far off an answer
    may be, as a share of the key if `relative`; `praise`, a sentence or a function of the numbers; `otherwise(value,
    **numbers)`, the sentence for an answer that is no usual mistake. Keywords: `mistakes(**numbers)`, pairs of a wrong answer
    and its sentence; `bounds` of a sensible answer, or `share` for one between 0 and 1; the others as in `Question`.

    >>> from socioaffective.exercises.questions import quantity
    >>> half = quantity("The half", lambda: 0.5, 0.01, "Well halved.", lambda value: "Halve one.")
    >>> half.judge(0.505)
    'Well halved.'
    """
    from socioaffective.exercises import answers

    asked = dict(numbers or {})
    examples = {name: number.example for name, number in asked.items()}

    def room(**numbers: float) -> float:
        return within * abs(key(**numbers)) if relative else within

    def judge(answer: Any, **numbers: float) -> str:
        value = answers.share(answer, what) if share else answers.plain(answer, *bounds, what)
        right, near = key(**numbers), room(**numbers)
        if abs(value - right) <= near * (1 + 1e-9):
            return praise(**numbers) if callable(praise) else praise
        answers.point_out(value, mistakes(**numbers), near)
        if numbers != examples and abs(value - key(**examples)) <= near:
            raise Reply("That is right for the example's numbers. Yours are in the table at the top.")
        raise Reply(otherwise(value, **numbers))

    return Question(judge, asked, regime, promise, key, room, mistakes)
