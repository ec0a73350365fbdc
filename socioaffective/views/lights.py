"""Lights: claims about a run, which an explorer says hold or fail, and what their conditions are written with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
import xarray as xr

from socioaffective.checks import number, unknown
from socioaffective.model import Model


def over_time(model: Model, names: tuple, what: str) -> list[str]:
    """Returns names once the model has them over time."""
    known = [*model.states, *model.levers, *model.observables]
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise unknown(f"state, lever or observable for {what}", name, known)
    return list(names)


class Sample(sympy.Dummy):
    """A number read off a run, to write conditions with; made by `at`."""

    reading: dict[str, Any]


def at(name: str, week: float, alone: bool = False) -> Sample:
    """Returns the value of a quantity at a week, as a SymPy symbol to write the condition of a `light` with.

    Keyword: `alone` reads it for the same person without the assistant.

    >>> import socioaffective as sa
    >>> lonelier = sa.views.at("ties", 104) < sa.views.at("ties", 104, alone=True)
    """
    if not isinstance(name, str):
        raise TypeError(f"at reads a quantity by its name, such as at('ties', 104), not {name!r}.")
    week = number(week, "week")
    symbol = Sample(f"{name}_{week:g}{'_alone' * bool(alone)}", real=True)
    symbol.reading = {"name": name, "time": week, "alone": bool(alone)}
    return symbol


def stable_states() -> Sample:
    """Returns the number of stable rest points of a model of one or two states, to write the condition of a `light` with.

    >>> import socioaffective as sa
    >>> bistable = sa.views.stable_states() > 1
    """
    symbol = Sample("stable_states", integer=True)
    symbol.reading = {"name": None, "time": 0.0, "alone": False}
    return symbol


@dataclass(frozen=True)
class Light:
    """A claim, and the condition on a run by which an explorer says that it holds or fails; made by `light`.

    >>> import socioaffective as sa
    >>> sa.views.light("Ties are lost", sa.views.at("ties", 104) < 0.1).text
    'Ties are lost'
    """

    text: str
    condition: Any

    @property
    def samples(self) -> list[Sample]:
        """What the condition reads."""
        return sorted(self.condition.atoms(Sample), key=lambda s: (s.name, s.dummy_index))

    def described(self, model: Any, weeks: float, begin: float = 0.0) -> dict[str, Any]:
        """Returns what the page needs; ValueError for what the model does not have or a week outside the run."""
        from socioaffective.javascript import condition_body
        from socioaffective.simulation.runs import switch_of

        for sample in self.samples:
            reading = sample.reading
            if reading["name"] is not None:
                over_time(model, (reading["name"],), f"the light '{self.text}'")
            elif len(model.states) > 2 or not isinstance(model, Model):
                raise ValueError(f"Rest points are counted for models of one or two states; '{model.title}' has more.")
            number(reading["time"], f"The week of the light '{self.text}'", (begin, weeks))
            if reading["alone"]:
                switch_of(model)
        return {"text": self.text, "samples": [s.reading for s in self.samples], "test": condition_body(self)}

    def holds(self, run: xr.Dataset) -> bool:
        """Returns whether the condition holds for a run of one person; ValueError for a run that it cannot read.

        >>> import socioaffective as sa
        >>> lost = sa.views.light("Ties are lost", sa.views.at("ties", 104) < 0.1)
        >>> lost.holds(sa.simulate(sa.models.companion, cues=0.2)), lost.holds(sa.simulate(sa.models.companion, cues=0.9))
        (False, True)
        """
        from socioaffective.dynamics.equilibrium import equilibria
        from socioaffective.simulation.runs import counterfactual

        if not isinstance(run, xr.Dataset) or set(run.sizes) != {"time"}:
            what = f"one with {dict(run.sizes)}" if isinstance(run, xr.Dataset) else repr(run)
            raise ValueError(f"A light reads the run of one person, such as sa.simulate gives it, not {what}.")
        values = {}
        for sample in self.samples:
            reading = sample.reading
            if reading["name"] is None:
                rest = equilibria(run.attrs["call"].model, **run.attrs["settings"])
                values[sample] = sum(point.stable for point in rest)
            else:
                source = counterfactual(run) if reading["alone"] else run
                if reading["name"] not in source:
                    raise unknown(
                        f"variable of the run for the light '{self.text}'", reading["name"], map(str, source.data_vars)
                    )
                span = source["time"][0].item(), source["time"][-1].item()
                number(reading["time"], f"The week of the light '{self.text}'", span)
                values[sample] = float(source[reading["name"]].interp(time=reading["time"]))
        return bool(self.condition.xreplace(values))


def light(text: str, condition: Any) -> Light:
    """Returns a claim that an explorer shows with a light: it holds here, or it fails here.

    Inputs: `text`, the claim in words; `condition`, a SymPy comparison (or several, joined by `&`, `|`, `~`) of what `at` and
    `stable_states` read. Raises TypeError for anything else.

    >>> import socioaffective as sa
    >>> at = sa.views.at
    >>> relief = at("felt_relatedness", 4) > at("felt_relatedness", 4, alone=True)
    >>> sa.explore(sa.models.companion, ["cues"], lights=[sa.views.light("Relief after four weeks", relief)])
    Explorer('Companion': cues)
    """
    from sympy.core.relational import Relational
    from sympy.logic.boolalg import Boolean

    samples = condition.atoms(Sample) if isinstance(condition, Boolean) else set()
    # A symbol is a Boolean to SymPy, so that a number alone would pass for a claim.
    loose = (
        condition.xreplace({r: sympy.Dummy() for r in condition.atoms(Relational)}).free_symbols & samples if samples else ()
    )
    if not samples or condition.free_symbols - samples or loose:
        raise TypeError(
            "The condition of a light compares what sa.views.at and sa.views.stable_states read, such as "
            f"at('ties', 104) < 0.1, not {condition!r}."
        )
    return Light(str(text), condition)
