"""Model cards: what a model says, how its numbers were chosen, what it leaves out, what would speak against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socioaffective.model import Model


@dataclass(frozen=True)
class Card:
    """The model card of a model, shown in a notebook as text and tables; made by `Model.card`."""

    model: Model

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
        table = "| parameter | what it is | value (range) | how chosen |\n|---|---|---|---|\n" + "\n".join(rows)
        said = {"Source": model.source, "Left out": model.left_out, "What would speak against it": model.refuted_by}
        words = "\n\n".join(f"**{head}.** {text[:1].upper() + text[1:]}." for head, text in said.items() if text)
        return f"### Card of the model: {model.title}\n\n{words}\n\n{table}"
