"""Model cards: what a model says, how its numbers were chosen, what it leaves out, what would speak against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# A table of more rows than this is folded away under a line that says how many there are.
MOST_ROWS = 20


def folded(head: str, rows: list[str], what: str) -> str:
    """Returns a Markdown table, folded when it is long."""
    table = "\n".join([head, *rows])
    if len(rows) <= MOST_ROWS:
        return table
    return f"<details>\n<summary>{len(rows)} {what}: what each is (click to open)</summary>\n\n{table}\n\n</details>"


@dataclass(frozen=True)
class Card:
    """The model card of a model, shown in a notebook as text and tables; made by `Model.card`."""

    model: Any

    def __repr__(self) -> str:
        return (
            f"Card of '{self.model.title}': {len(self.model.parameters)} parameters, source: {self.model.source or 'not given'}"
        )

    def _repr_markdown_(self) -> str:
        model = self.model
        rows = [
            f"| {q.label} | {q.meaning} | {q.default:g} ({q.bounds[0]:g} to {q.bounds[1]:g}) | {q.source} |"
            for q in model.parameters.values()
        ]
        table = folded("| parameter | what it is | value (range) | how chosen |\n|---|---|---|---|", rows, "parameters")
        said = {"Source": model.source, "Left out": model.left_out, "What would speak against it": model.refuted_by}
        words = "\n\n".join(f"**{head}.** {text[:1].upper() + text[1:]}." for head, text in said.items() if text)
        return f"### Card of the model: {model.title}\n\n{words}\n\n{table}"
