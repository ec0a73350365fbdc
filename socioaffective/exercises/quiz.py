"""Quiz: questions on one page, with a sentence for each and advice on what to read."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import altair as alt
import ipywidgets as widgets
import numpy as np

from socioaffective import theme
from socioaffective.checks import unknown


@dataclass(frozen=True)
class Question:
    """A question with its `options`, the right `answer`, a sentence that teaches, the section it prepares for, and a picture
    if it has one."""

    text: str
    options: tuple[str, ...]
    answer: str
    because: str
    section: int
    picture: Callable[[], alt.LayerChart] | None = None


def gain_and_loss() -> alt.LayerChart:
    """Returns a chart of two curves that cross, a gain that rises and falls and a loss that rises.

    >>> from socioaffective.exercises.quiz import gain_and_loss
    >>> gain_and_loss().description.split(". ")[0]
    'Gain and loss against x'
    """
    x, y = alt.X("x:Q", title="x", scale=alt.Scale(domain=[0, 1])), alt.Y("y:Q", title="amount per week")
    layers, grid = [], np.linspace(0, 1, 61)
    for name, heights, ink, at in (
        ("gain", 0.8 * grid * (1 - grid), theme.colour("preference"), 15),
        ("loss", 0.2 * grid, theme.colour("wanting"), 52),
    ):
        rows = [{"x": a, "y": b} for a, b in zip(grid.tolist(), heights.tolist(), strict=True)]
        layers.append(alt.Chart(alt.Data(values=rows)).mark_line(color=ink, strokeWidth=2.5).encode(x=x, y=y))
        label = alt.Chart(alt.Data(values=[rows[at]])).mark_text(
            text=name, align="right", dx=-8, dy=-4, color=ink, fontWeight="bold"
        )
        layers.append(label.encode(x=x, y=y))
    said = (
        "Gain and loss against x. At 0.5 gain is 0.2 and loss 0.1, at 1 gain is 0 and loss 0.2. The curves meet at 0 and 0.75."
    )
    return alt.LayerChart(layer=layers).properties(width=300, height=180, description=said)


TOOLKIT = (
    Question(
        "A curve rises to its highest point and falls again. At the highest point its slope is",
        ("as large as anywhere", "zero", "negative", "as large as its height"),
        "zero",
        "The slope says how fast the height changes, not how large it is; at the top rising turns into falling.",
        1,
    ),
    Question(
        "A tank holds 20 litres. 5 litres flow in each hour, and 3 flow out. How fast does its content change?",
        ("by 22 litres", "by 3 litres an hour", "by 2 litres an hour", "by a tenth"),
        "by 2 litres an hour",
        "A rate of change is an amount per time: what flows in less what flows out, however much there is.",
        1,
    ),
    Question(
        "Something halves every 5 weeks. How much of it is left after 15 weeks?",
        ("nothing", "a third", "a sixth", "an eighth"),
        "an eighth",
        "Three halvings leave a half of a half of a half: in equal times the same share goes, not the same amount.",
        2,
    ),
    Question(
        "Which x solves 0.3 (1 − x) = 0.1 x?",
        ("0.25", "0.5", "0.75", "1.5"),
        "0.75",
        "Bring everything with x to one side, 0.3 = 0.4 x, and divide by 0.4.",
        1,
    ),
    Question(
        "If exp(−0.2 t) = 0.5, then t is",
        ("ln 2 / 0.2", "0.2 ln 2", "0.5 / 0.2", "exp(0.5) / 0.2"),
        "ln 2 / 0.2",
        "The logarithm undoes the exponential: −0.2 t = ln 0.5, which is −ln 2; so t is about 0.69 / 0.2 = 3.5.",
        2,
    ),
    Question(
        "x lies between 0 and 1. Then x (1 − x) (x − 2) is",
        ("positive", "negative", "zero", "positive or negative, it depends on x"),
        "negative",
        "Two factors are positive and one is negative, and one negative factor makes a product negative.",
        1,
    ),
    Question(
        "A matrix has the eigenvalue −2. What does it do to a vector along the eigenvector that belongs to it?",
        (
            "it turns it by a right angle",
            "it takes 2 away from each entry",
            "it leaves it as it is",
            "it makes it twice as long and turns it to the opposite side",
        ),
        "it makes it twice as long and turns it to the opposite side",
        "Along an eigenvector a matrix does no more than multiply by a number, the eigenvalue.",
        4,
    ),
    Question(
        "What is the determinant of the matrix with the rows (1, 2) and (3, 4)?",
        ("−2", "2", "5", "10"),
        "−2",
        "It is the product of the diagonal less the product of the other two, 4 − 6; the sum of the diagonal, 5, is the trace.",
        4,
    ),
    Question(
        "Heights are bell-shaped around 170 cm, with a standard deviation of 8 cm. How many lie between 162 and 178 cm?",
        ("all", "half", "about two thirds", "about 95 %"),
        "about two thirds",
        "Within one standard deviation of the mean lie about 68 %, within two about 95 %.",
        9,
    ),
    Question(
        "The picture shows what something gains and what it loses each week when its size is x. Where does it grow?",
        ("where x is between 0 and 0.75", "where x is above 0.75", "only at 0.75", "where the gain curve rises"),
        "where x is between 0 and 0.75",
        "It grows where gain lies above loss, whichever way the two curves slope there; where they cross it stands still.",
        1,
        gain_and_loss,
    ),
)
QUIZZES = {"toolkit": TOOLKIT}
# What no school mathematics makes superfluous.
NEW = tuple(range(3, 10))


class Quiz(widgets.VBox):
    """Questions to answer on one page; made by `quiz`.

    `.choices` are the radio buttons, one group a question. `.check()` says of each answer whether it is right and why, and
    sets `.score` and `.advice`; nothing is stored.
    """

    def __init__(self, name: str, questions: Sequence[Question]) -> None:
        self.name, self.questions, self.advice = name, tuple(questions), ""
        self.score: int | None = None
        wide = widgets.Layout(width="max-content")
        self.choices = [
            widgets.RadioButtons(options=q.options, value=None, description=f"Question {k}", layout=wide)
            for k, q in enumerate(self.questions, start=1)
        ]
        self.verdicts = [widgets.HTML() for _ in self.questions]
        self.button = widgets.Button(description="Check", disabled=True, tooltip="Say which answers are right, and why")
        self.summary = widgets.HTML()
        for group in self.choices:
            group.observe(lambda change: setattr(self.button, "disabled", False), names="value")
        self.button.on_click(lambda _: self.check())
        rows: list[widgets.Widget] = []
        for q, group, verdict in zip(self.questions, self.choices, self.verdicts, strict=True):
            rows.append(widgets.HTML(f"<b>{html.escape(q.text)}</b>"))
            if q.picture:
                drawn, label = theme.picture(q.picture())
                rows.append(widgets.HTML(f"<div role='img' aria-label='{html.escape(label, quote=True)}'>{drawn}</div>"))
            rows += [group, verdict]
        super().__init__([*rows, self.button, self.summary])

    def __repr__(self) -> str:
        return f"Quiz('{self.name}': {len(self.questions)} questions)"

    def check(self) -> None:
        """Fixes the answers, says of each whether it is right and why, and what to read; one left open counts as missed."""
        missed = [q for q, group in zip(self.questions, self.choices, strict=True) if group.value != q.answer]
        for q, group, verdict in zip(self.questions, self.choices, self.verdicts, strict=True):
            group.disabled = True
            head = "Right." if q not in missed else f"{'Not so' if group.value else 'Left open'}. The answer: {q.answer}."
            verdict.value = f"<p>{html.escape(f'{head} {q.because}')}</p>"
        self.button.disabled = True
        self.score = len(self.questions) - len(missed)
        self.advice = _advice(self.questions, missed)
        said = html.escape(f"{self.score} of {len(self.questions)} are right. {self.advice}")
        self.summary.value = f"<p aria-live='polite'>{said}</p>"


def _advice(questions: Sequence[Question], missed: Sequence[Question]) -> str:
    slow = sorted({q.section for q in missed})
    easy = sorted({q.section for q in questions} - {*slow, *NEW})
    said = [f"Take your time with {_sections(slow)}."] if slow else []
    said += [f"You may skim {_sections(easy)}."] if easy else []
    return " ".join([*said, f"Sections {NEW[0]} to {NEW[-1]} are new to most people: read them in any case."])


def _sections(numbers: Sequence[int]) -> str:
    *most, last = map(str, numbers)
    return f"sections {', '.join(most)} and {last}" if most else f"section {last}"


def quiz(name: str) -> Quiz:
    """Returns a widget with multiple-choice questions: what a chapter takes for granted, and which sections to read.

    Input: `name` of the chapter, such as "toolkit". Raises ValueError for a chapter that has no quiz.

    >>> import socioaffective as sa
    >>> page = sa.exercises.quiz("toolkit")
    >>> page.choices[2].value = "an eighth"
    >>> page.check()
    >>> page, page.score
    (Quiz('toolkit': 10 questions), 1)
    """
    if not isinstance(name, str) or name not in QUIZZES:
        raise unknown("quiz", name, QUIZZES)
    return Quiz(name, QUIZZES[name])
