"""Populations: many people who differ, drawn lazily: person k is the same whoever else is drawn."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import ndtr, ndtri

from socioaffective.checks import mapped, number, numbers, unknown, whole
from socioaffective.model import Model, a_model
from socioaffective.populations.copula import mixing
from socioaffective.populations.traits import TRAITS, Effect, Trait, combined, refusal
from socioaffective.quantities import Quantity
from socioaffective.spreads import Within, a_spread, normal, within

DESIGNS = ("random", "latin", "sobol")
# Numbers that a Latin hypercube may hold, since it is drawn whole; people that a Sobol sequence of 30 bits can tell apart.
MOST_LATIN, MOST_SOBOL = 2 * 10**7, 2**30
# Marks these streams of random numbers off from those of noise and of policies, which are counted by person.
STREAM = 2**32 - 1
# Uniform numbers lie strictly inside 0 to 1, where every inverse is finite.
TINY = 2.0**-54


def population(
    model: Model,
    size: int,
    seed: int = 0,
    *,
    design: str = "random",
    correlation: Mapping[tuple[str, str], float] | None = None,
    start: Mapping[str, Any] | None = None,
    **traits: Any,
) -> Population:
    """Returns people who differ, each in their own way: `sa.simulate(model, **people)` runs them all.

    Inputs: `model`; `size`, how many; `seed`. Keywords: `start`, by state, and every other keyword, a parameter, lever or
    input, each with how people differ in it: a spread of `sa.spreads`, a pair `(low, high)` for a uniform one, a frozen
    distribution of scipy.stats, one number for all, or an array with an entry for each. What is drawn is cut to the bounds of
    the quantity. Named traits (`attachment_anxiety`, `need_strength`, `loneliness`, `social_skill`, `available_ties`) are
    scores that move several quantities at once, from what is drawn for these or else from their defaults: `True` for standard
    normal scores, or a spread of scores. `people.traits` says what each moves. `correlation` maps pairs of names to the
    correlation of their normal scores (a Gaussian copula); that of the values themselves is a little smaller. `design`:
    "random"; "latin" (a Latin hypercube) and "sobol" (a scrambled Sobol sequence, best with a power of 2 people) fill the
    range more evenly, so that averages need fewer people.

    Only the settings are kept. `people.block(first, last)` draws the people from `first` up to `last`, the same numbers as
    in the whole; with "random" those of one person depend on the seed, the person's index and the name alone.
    Raises ValueError for an unknown name, a spread of which less than 0.01 lies within the bounds, an entry that does not (by
    the index of its person), a trait that moves nothing in the model, correlations that no people can have, and a Latin
    hypercube too large to be drawn whole; TypeError for what is no spread.
    Source: Nelsen, "An Introduction to Copulas"; Philox: Salmon and others 2011; `scipy.stats.qmc`.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.companion, 200, seed=1, start={"ties": sa.spreads.beta(4, 4)}, loneliness=True,
    ...                        sensitisation=(0.3, 0.7), correlation={("loneliness", "sensitisation"): 0.5})
    >>> run = sa.simulate(sa.models.companion, weeks=26, cues=0.6, dt=1, **people)
    >>> run["ties"].sizes["person"]
    200
    >>> bool((people.block(50, 60)["sensitisation"] == people["sensitisation"][50:60]).all())
    True
    """
    a_model(model)
    size, seed = whole(size, "size (how many people)"), whole(seed, "seed")
    if design not in DESIGNS:
        raise unknown("design", design, DESIGNS)
    given = _asked(model, start, traits)
    sources = {name: _source(quantity, value, size) for name, (quantity, value) in given.items()}
    drawn = [name for name, source in sources.items() if isinstance(source, Within)]
    if design == "latin" and size * len(drawn) > MOST_LATIN:
        raise ValueError(
            f"A Latin hypercube is drawn whole: {size:,} people times {len(drawn)} draws are {8e-9 * size * len(drawn):.1f} "
            f"gigabytes, and at most {MOST_LATIN:,} numbers are drawn. Use design='sobol', which goes by blocks."
        )
    if design == "sobol" and size > MOST_SOBOL:
        raise ValueError(f"A Sobol sequence tells at most {MOST_SOBOL:,} people apart, not {size:,}. Use design='random'.")
    fixed = [name for name in sources if name not in drawn]
    return Population(model, size, seed, design, sources, *mixing(correlation, drawn, fixed))


def _asked(model: Model, start: Any, traits: Mapping[str, Any]) -> dict[str, tuple[Quantity | Trait, Any]]:
    """Returns what people differ in, with what was given for it, in the order of the model and then of the traits."""
    start = mapped(start, "start", "{'ties': sa.spreads.beta(4, 4)}")
    named = {name: known for name, known in known_in(model).items() if isinstance(known, Trait)}
    for name in start:
        if name in {**model.settings, **named}:
            raise ValueError(f"'{name}' is no state, and begins nowhere; give it as a keyword: {name}=...")
        if name not in model.states:
            raise unknown("state", name, model.states)
    for name in traits:
        if name in model.states:
            raise ValueError(f"'{name}' is a state; say where it begins with start={{'{name}': ...}}.")
        if name not in {**model.settings, **named}:
            raise unknown("parameter, lever, input or trait", name, [*model.settings, *named])
    for name in named:
        if name in traits and not named[name].moves(model):
            raise refusal(named[name], model)
    given = {**start, **traits}
    return {name: (known, given[name]) for name, known in known_in(model).items() if name in given}


def known_in(model: Model) -> dict[str, Quantity | Trait]:
    """Returns all in which people may differ: states, settings, and named traits that are no names of the model's own."""
    named = {name: trait for name, trait in TRAITS.items() if name not in model.quantities}
    return {**model.states, **model.settings, **named}


def _source(quantity: Quantity | Trait, given: Any, size: int) -> Within | np.ndarray:
    """Returns how one quantity differs: a spread to draw from, or the values of all people."""
    if given is True and isinstance(quantity, Trait):
        given = normal(0, 1)
    if (spread := a_spread(given, quantity.name)) is not None:
        return within(spread, quantity)
    if isinstance(given, (str, bytes, Mapping)) or given is None:
        raise TypeError(
            f"'{quantity.name}' must be a spread such as sa.spreads.normal(0.5, 0.1), a pair (low, high), a number or an "
            f"array, not {given!r}."
        )
    shape = np.shape(given)
    if shape == ():
        return np.broadcast_to(number(given, f"'{quantity.name}'", quantity.bounds), size)
    if len(shape) != 1 or shape[0] != size:
        pair = " For a range give a pair in round brackets, (low, high)." if shape == (2,) else ""
        raise ValueError(f"'{quantity.name}' has shape {shape}; for {size} people give {size} entries in one row.{pair}")
    # A copy, so that people stay who they are whatever becomes of the caller's own array.
    values = numbers(np.array(given), lambda k: f"'{quantity.name}' of person {k} (counted from 0)", quantity.bounds)
    values.flags.writeable = False
    return values


@dataclass(frozen=True, eq=False, repr=False)
class Population(Mapping[str, Any]):
    """People who differ, as `sa.population` returns them: a mapping from names to arrays with an entry for each person.

    `model`, `size`, `seed`, `design`; `sources`, how each quantity differs; `mixed`, the names that are correlated, with the
    matrix `mix` that makes independent normal scores into correlated ones.
    """

    model: Model
    size: int
    seed: int
    design: str
    sources: Mapping[str, Within | np.ndarray]
    mixed: tuple[str, ...]
    mix: np.ndarray
    _effects: dict[str, list[tuple[Effect, str]]] = field(init=False)

    # Two are the same only as one thing: tables of arrays cannot be compared as mappings are.
    __eq__, __hash__ = object.__eq__, object.__hash__

    def __post_init__(self) -> None:
        effects: dict[str, list[tuple[Effect, str]]] = {}
        for name in self._named:
            for effect in TRAITS[name].moves(self.model):
                effects.setdefault(effect.on.name, []).append((effect, name))
        object.__setattr__(self, "_effects", effects)

    @property
    def _named(self) -> list[str]:
        """The named traits in which these people differ."""
        return [name for name in self.sources if name not in self.model.quantities]

    @property
    def differing(self) -> list[str]:
        """The quantities of the model that have an entry for each person, states first."""
        moved = {*self.sources, *self._effects}
        # Where nothing was given people are as many all the same; each begins where everybody does.
        return [n for n in {**self.model.states, **self.model.settings} if n in moved] or [next(iter(self.model.states))]

    def block(self, first: int, last: int) -> dict[str, Any]:
        """Returns the people from `first` up to but not including `last`, counted from 0, as keywords of `sa.simulate`.

        The numbers are, bit for bit, those of the whole. Raises ValueError for people whom the population does not have.

        >>> import socioaffective as sa
        >>> people = sa.population(sa.models.companion, 10**6, start={"ties": (0.2, 0.8)}, binding=(3, 6))
        >>> people.block(999_997, 1_000_000)["binding"].shape
        (3,)
        """
        values = self._values(first, last)
        states = {name: values[name] for name in self.differing if name in self.model.states}
        result = {name: values[name] for name in self.differing if name not in self.model.states}
        return {"start": states, **result} if states else result

    def _values(self, first: Any, last: Any) -> dict[str, np.ndarray]:
        """Returns the values of each quantity and the scores of each trait for these people."""
        last = whole(last, "last (the person after the last)", 0, self.size)
        first = whole(first, "first (the first person, counted from 0)", 0, last)
        drawn, scores = self._uniforms(first, last), {}
        for name, source in self.sources.items():
            scores[name] = source.ppf(drawn[name]) if isinstance(source, Within) else source[first:last].copy()
        values = {name: scores[name] for name in self._named}
        quantities = {**self.model.states, **self.model.settings}
        for name in self.differing:
            own = scores.get(name, np.full(last - first, quantities[name].value))
            effects = [(effect, scores[trait]) for effect, trait in self._effects.get(name, ())]
            values[name] = combined(effects, own, quantities[name].bounds) if effects else own
        return values

    def _uniforms(self, first: int, last: int) -> dict[str, np.ndarray]:
        """Returns a number strictly between 0 and 1 for each of these people and each name that is drawn."""
        names = [name for name, source in self.sources.items() if isinstance(source, Within)]
        if self.design == "random":
            result = {name: self._stream(name, first, last) for name in names}
        else:
            columns = self._latin[first:last] if self.design == "latin" else self._sobol(len(names), first, last)
            result = {name: np.ascontiguousarray(columns[:, k]) for k, name in enumerate(names)}
        result = {name: np.clip(column, TINY, 1 - 2 * TINY) for name, column in result.items()}
        # Sums by hand: a matrix product adds up in an order that depends on how many people there are.
        normals = [ndtri(result[name]) for name in self.mixed]
        for name, row in zip(self.mixed, self.mix, strict=True):
            total = np.zeros(last - first)
            for weight, column in zip(row, normals, strict=True):
                total += weight * column
            result[name] = np.clip(ndtr(total), TINY, 1 - 2 * TINY)
        return result

    def _stream(self, name: str, first: int, last: int) -> np.ndarray:
        """Returns the draws of these people for one name: each name has a stream, and person k its k-th number."""
        bits = np.random.Philox(np.random.SeedSequence(self.seed, spawn_key=(STREAM, *name.encode())))
        # The counter gives four numbers at a time.
        whole_counts, left = divmod(first, 4)
        bits.advance(whole_counts)
        return np.random.Generator(bits).random(last - first + left)[left:]

    def _sobol(self, width: int, first: int, last: int) -> np.ndarray:
        from scipy.stats import qmc

        if not width or first == last:
            return np.empty((last - first, width))
        points = qmc.Sobol(width, rng=self.seed)
        if first:
            points.fast_forward(first)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The balance properties")
            # Half a step up, off 0.
            return points.random(last - first) + 2.0**-31

    @cached_property
    def _latin(self) -> np.ndarray:
        from scipy.stats import qmc

        width = sum(isinstance(source, Within) for source in self.sources.values())
        return qmc.LatinHypercube(width, rng=self.seed).random(self.size) if width else np.empty((self.size, 0))

    @cached_property
    def _whole(self) -> dict[str, Any]:
        return self.block(0, self.size)

    def __getitem__(self, name: str) -> Any:
        if name not in list(self):
            raise KeyError(str(unknown("quantity in which these people differ", name, self)))
        return self._whole[name]

    def __iter__(self) -> Iterator[str]:
        starts = [name for name in self.differing if name in self.model.states]
        return iter([*(["start"] if starts else []), *(name for name in self.differing if name not in starts)])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getstate__(self) -> dict[str, Any]:
        # What was drawn is drawn again where it is needed, rather than sent.
        return {name: value for name, value in self.__dict__.items() if name not in ("_whole", "_latin")}

    def to_xarray(self) -> xr.Dataset:
        """Returns the people as a dataset: a variable for each quantity and each trait's scores, along `person`.

        >>> import socioaffective as sa
        >>> table = sa.population(sa.models.companion, 5, social_skill=True).to_xarray()
        >>> sorted(table), table["growth"].attrs["units"]
        (['acquaintance', 'growth', 'social_skill'], '1/week')
        """
        values, variables = self._values(0, self.size), {}
        for name, column in values.items():
            if (q := self.model.quantities.get(name)) is None:
                attrs = {"units": "standard deviations", "meaning": TRAITS[name].meaning, "kind": "trait"}
            else:
                attrs = {"units": q.unit, "meaning": q.meaning, "kind": q.kind}
            variables[name] = ("person", column, {"long_name": name.replace("_", " "), **attrs})
        made = {"title": f"People for {self.model.title}", "seed": self.seed, "design": self.design}
        return xr.Dataset(variables, {"person": np.arange(self.size)}, made)

    @property
    def traits(self) -> Traits:
        """What these people differ in, how, what it moves and who says so: a table in a notebook.

        >>> import socioaffective as sa
        >>> print(sa.population(sa.models.ties, 5, social_skill=True).traits)
        social_skill: normal(0, 1); growth times exp(0.25 z), acquaintance times exp(0.3 z)
        """
        return Traits(self)

    def _repr_markdown_(self) -> str:
        head = f"**{self.size:,} people for {self.model.title}**, seed {self.seed}, {self.design}"
        return f"{head}\n\n{self.traits._repr_markdown_()}"

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {_how(source)}" for name, source in self.sources.items()) or "all alike"
        return f"Population of {self.size:,} for '{self.model.title}', seed {self.seed}, {self.design}: {parts}"


def _how(source: Within | np.ndarray) -> str:
    if isinstance(source, Within):
        return repr(source)
    if not len(source) or (source == source[0]).all():
        return f"{source[0]:g} for all" if len(source) else "given"
    return f"given, {source.min():.3g} to {source.max():.3g}"


class Traits:
    """The table of what people differ in."""

    def __init__(self, people: Population) -> None:
        self.people = people

    def _rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        model = self.people.model
        for name, source in self.people.sources.items():
            if name in model.quantities:
                q = model.quantities[name]
                yield name, _how(source), f"{'where it begins' if q.kind == 'state' else 'itself'}", q.meaning, ""
            else:
                trait = TRAITS[name]
                yield (
                    name,
                    _how(source),
                    ", ".join(map(str, trait.moves(model))),
                    trait.meaning,
                    f"{trait.why} ({trait.source})",
                )

    def _repr_markdown_(self) -> str:
        head = "| in what | how | what it moves | what it is |\n|---|---|---|---|"
        rows = [f"| {name.replace('_', ' ')} | {how} | {moves} | {is_} |" for name, how, moves, is_, _ in self._rows()]
        why = [f"* **{name.replace('_', ' ')}**: {text}" for name, *_, text in self._rows() if text]
        z = "\n\nz is the score; whatever leaves its bounds is put on them.\n\n" + "\n".join(why) if why else ""
        return "\n".join([head, *rows]) + z

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {how}; {moves}" for name, how, moves, *_ in self._rows()) or "all alike"
