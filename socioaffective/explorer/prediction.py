"""Prediction: a question that the reader commits to before looking."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import traitlets

from socioaffective.checks import listed, unknown
from socioaffective.explorer.widget import Shown


class Prediction(Shown):
    """A question to commit to before looking; made by `predict`. `.choice` is the reader's, `.answer` the model's."""

    choice = traitlets.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(self, question: str, options: Sequence[str], answer: str, because: str) -> None:
        self.question, self.options, self.answer, self.because = question, list(options), answer, because
        super().__init__(
            {"kind": "question", "question": question, "options": self.options, "answer": answer, "because": because}
        )

    def __repr__(self) -> str:
        return f"Prediction('{self.question}')"

    def commit(self, choice: str) -> None:
        """Fixes the reader's choice, once and for all, and shows what the model does."""
        if choice not in self.options:
            raise unknown("option", choice, self.options)
        if self.choice is None:
            self.choice = choice


def predict(question: str, options: Sequence[str], answer: str | Callable[[], str], because: str = "") -> Prediction:
    """Returns a widget that asks the reader to commit to one of several options, and only then says what the model does.

    Inputs: `question`; `options`, at least two; `answer`, the option that is right, or a function that computes it;
    `because`, a sentence shown with it. Raises ValueError when the answer is not one of the options.

    >>> import socioaffective as sa
    >>> ask = sa.predict("Which way does it go?", ["up", "down"], answer="down")
    >>> ask.commit("up")
    >>> ask.choice, ask.answer
    ('up', 'down')
    """
    right = answer() if callable(answer) else answer
    options = listed(options, "options", "['up', 'down']")
    if len(options) < 2 or not all(isinstance(option, str) for option in options) or len(set(options)) < len(options):
        raise ValueError(f"A guess needs at least two options, different ones in words, not {options}.")
    if right not in options:
        raise unknown("option", right, options)
    return Prediction(question, options, right, because)
