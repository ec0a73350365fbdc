"""Composition: one model made of several blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from socioaffective.checks import listed, mapped
from socioaffective.expressions import observed
from socioaffective.model import Model
from socioaffective.quantities import Quantity, QuantitySymbol


def compose(
    title: str,
    blocks: Iterable[Model],
    wiring: Mapping[str, Any] | None = None,
    observables: Mapping[str, Any] | None = None,
    source: str = "",
    left_out: str = "",
    refuted_by: str = "",
) -> Model:
    """Returns one model made of several blocks, with their inputs wired to expressions or to names of states.

    Inputs: `title`; `blocks`, models of one clock that own different states and may share levers, parameters and
    inputs; `wiring` from input name to expression (see `Model.wire`). Keywords: further `observables`; `source`,
    `left_out` and `refuted_by` as in `Model`.
    An input that is not wired is the state of that name in another block, if there is one, and stays an input otherwise.
    Raises ValueError when two blocks own the same state or share a name that means different things, and for a wiring
    with a loop or an unknown input.

    >>> import socioaffective as sa
    >>> pair = sa.compose("Pair", [sa.models.wanting, sa.models.ties], {"engagement": sa.models.wanting.symbols["wanting"]})
    >>> list(pair.states)
    ['wanting', 'ties']
    """
    parts = (
        []
        if isinstance(blocks, Model)
        else listed(blocks, f"What makes up the Model '{title}'", "[sa.models.ties, sa.models.needs]")
    )
    if not parts or not all(isinstance(part, Model) for part in parts):
        raise TypeError("compose needs a list of at least one Model.")
    clocks = {part.clock for part in parts}
    if len(clocks) > 1:
        raise ValueError("Blocks of a continuous and of a discrete clock cannot be composed: they do not share a time.")
    merged: dict[str, dict] = {key: {} for key in ("_written", "_definitions", "_shown", "_sizes", "_values")}
    known: dict[QuantitySymbol, Quantity] = {}
    for part in parts:
        for state_symbol in part._written:
            if state_symbol.name in {x.name for x in merged["_written"]}:
                raise ValueError(f"Two blocks of '{title}' own the state '{state_symbol.name}'. Leave one out.")
        for name in merged["_shown"].keys() & part._shown.keys():
            raise ValueError(f"Two blocks of '{title}' have an observable '{name}'. Leave one out.")
        for name, symbol in part._symbols.items():
            if known.setdefault(symbol, part._quantities[name]) != part._quantities[name]:
                raise ValueError(f"Blocks of '{title}' give '{name}' different values. Make them agree with replace().")
        for key, table in merged.items():
            table.update(getattr(part, key))
    shown = mapped(observables, f"The observables of '{title}'", "{'total': x + y}")
    merged["_shown"] |= {name: observed(given, name) for name, given in shown.items()}
    owned = {x.name: x for x in merged["_written"]}
    # A value that one block gives to an input is not that of the state which another block owns by that name.
    merged["_values"] = {
        name: q for part in parts for name, q in part._values.items() if not (q.kind == "input" and name in owned)
    }
    inputs = {name for part in parts for name in part.inputs}
    wiring = mapped(wiring, f"The wiring of '{title}'", "{'engagement': expression}")
    for name in wiring:
        if name in owned and name in inputs and wiring[name] not in (name, owned[name]):
            raise ValueError(
                f"'{name}' is a state of '{title}', so an input of that name takes its value. To give the input another, "
                "rename it."
            )
    wires = {name: owned[name] for name in inputs & owned.keys()} | dict(wiring)
    said = {"title": title, "source": source, "left_out": left_out, "refuted_by": refuted_by}
    return parts[0]._rebuilt(wires, **said, **merged)
