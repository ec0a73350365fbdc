"""Stores: where the parts of a summary are kept as they come, in memory or on the disk."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from socioaffective.checks import needed
from socioaffective.populations.surveys import Part, Survey
from socioaffective.populations.tallies import Tally


class InMemory:
    """Values of each person at some weeks, shape (columns, people, weeks); parts that are done are not kept."""

    def __init__(self, survey: Survey) -> None:
        self.values = np.full((len(survey.columns), survey.people.size, len(survey.kept)), np.nan)

    def done(self, first: int) -> bool:
        return False

    def write(self, part: Part) -> None:
        self.values[:, part.first : part.first + part.values.shape[1]] = part.values

    def column(self, k: int) -> Any:
        """Returns the values of a column, shape (people, weeks)."""
        return self.values[k]


class OnDisk:
    """A Zarr group with a variable for each column, along person and week, and beside it all that each part has found."""

    def __init__(self, survey: Survey, place: Any, portion: int) -> None:
        zarr = needed("zarr", "cluster")
        self.survey, self.portion = survey, portion
        size, parts = survey.people.size, -(-survey.people.size // portion)
        group = zarr.open_group(place, mode="a")
        key = _key(survey, portion)
        if group.attrs.get("call", key) != key:
            raise ValueError(f"The store {place} holds the results of another call; give another one, or remove it.")
        if "call" not in group.attrs:
            if list(group.members()):
                raise ValueError(f"The store {place} holds something else; give an empty one.")
            group.attrs["call"] = key
        weeks = [float(survey.times[k]) for k in survey.kept]
        if weeks:
            self._made(group, "week", (len(weeks),), (len(weeks),), float, ("week",))[:] = weeks
            for name in survey.columns:
                self._made(group, f"{name}_at", (size, len(weeks)), (portion, len(weeks)), float, ("person", "week"))
        found, nobody = group.require_group("parts"), survey.nobody()
        self.group = group
        self.tables = {name: self._made(found, name, (parts, *table.shape), (1, *table.shape), np.int64)
                       for name, table in _tables(nobody).items() if table.size}  # fmt: skip
        self.lost = self._made(found, "lost", (size,), (portion,), np.bool_)
        self.finished = self._made(found, "finished", (parts,), (1,), np.bool_)

    @staticmethod
    def _made(group: Any, name: str, shape: tuple, chunks: tuple, kind: Any, dims: tuple | None = None) -> Any:
        if name in group:
            return group[name]
        empty = np.nan if kind is float else 0
        return group.create_array(name, shape=shape, chunks=chunks, dtype=kind, fill_value=empty, dimension_names=dims)

    def done(self, first: int) -> bool:
        return bool(self.finished[first // self.portion])

    def read(self, first: int) -> Part:
        """Returns a part that was written before."""
        k, tally = first // self.portion, self.survey.nobody()
        for name, table in self.tables.items():
            _tables(tally)[name][...] = table[k]
        lost = first + np.flatnonzero(self.lost[first : first + self.portion])
        return Part(first, tally, np.empty((0, 0, 0)), lost.tolist())

    def write(self, part: Part) -> None:
        k, own = part.first // self.portion, slice(part.first, part.first + part.values.shape[1])
        for name, values in zip(self.survey.columns if self.survey.kept else (), part.values, strict=False):
            self.group[f"{name}_at"][own] = values
        for name, table in self.tables.items():
            table[k] = _tables(part.tally)[name]
        gone = np.zeros(part.values.shape[1], dtype=bool)
        gone[np.array(part.lost, dtype=int) - part.first] = True
        self.lost[own] = gone
        # Last, so that a part that was cut off half-way is done again.
        self.finished[k] = True

    def column(self, k: int) -> Any:
        """Returns the values of a column, read when they are needed."""
        return self.group[f"{self.survey.columns[k]}_at"]


def _tables(tally: Tally) -> dict[str, np.ndarray]:
    return {"cells": tally.cells, "sums": tally.sums, "crossed": tally.crossed, "people": tally.counted}


def _key(survey: Survey, portion: int) -> str:
    """Returns what tells a call from others."""
    size, model = survey.people.size, survey.model
    formulas = (model.equations, model.expressions, model.noise, [q.value for q in model.quantities.values()])
    asked = [
        getattr(survey, name) for name in survey.__dataclass_fields__ if name not in ("model", "people", "backend", "times")
    ]
    # What is drawn is told by its spread and a few people, what was given by all of its values.
    numbers = [survey.times, survey.people.mix]
    numbers += [given for given in survey.people.sources.values() if isinstance(given, np.ndarray) and given.strides != (0,)]
    for block in (survey.people.block(0, min(size, 64)), survey.people.block(max(0, size - 64), size)):
        numbers += [*block.pop("start", {}).values(), *block.values()]
    people = (survey.people.seed, survey.people.design, survey.people.mixed)
    text = repr((size, people, portion, model.title, formulas, asked)).encode()
    return hashlib.sha256(text + b"".join(np.asarray(n, dtype=float).tobytes() for n in numbers)).hexdigest()
