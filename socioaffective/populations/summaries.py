"""Summaries: what becomes of many people, in one pass, without ever holding their runs."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import Any

import xarray as xr
from tqdm.auto import tqdm

from socioaffective.checks import listed, needed, number
from socioaffective.machine.running import processors
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.policies import said
from socioaffective.populations.people import Population
from socioaffective.populations.stores import InMemory, OnDisk
from socioaffective.populations.surveys import TOGETHER, WITHOUT, Part, Survey, part_of, survey_of
from socioaffective.populations.tallies import Tally
from socioaffective.simulation.room import refuse_without_room

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
# People after whom a result is handed in, a second's work or more, and how many results there are at most.
PORTION, MOST_PORTIONS = 16_384, 1024
# People from whom on a bar is shown.
WORTH_A_BAR = 50_000


def summarise(
    model: Model,
    people: Population,
    weeks: float = 104,
    policy: Any = None,
    *,
    every: float = 1,
    quantities: Sequence[str] | None = None,
    quantiles: Sequence[float] = QUANTILES,
    against: Any = WITHOUT,
    at: Sequence[float] = (),
    seed: int | None = None,
    interventions: Mapping[Any, Mapping[str, Any]] | None = None,
    events: Mapping[str, Any] | None = None,
    client: Any = None,
    store: Any = None,
    **settings: Any,
) -> xr.Dataset:
    """Returns what becomes of many people, in one pass: quantiles, means and shares over `time`, runs are never held.

    Inputs: `model`; `people`, a result of `sa.population`; `weeks`; `policy`, `seed`, `interventions`, `events` and every
    other keyword as in `sa.simulate`, constants for all people. Keywords: `every`, weeks between two times of the result;
    `quantities`, states, levers and observables by name (all states and observables unless told otherwise); `quantiles`,
    shares of the people; `against`, with whom each person is compared: "no assistant", the same person and seed with access 0;
    a mapping of settings for another reference, such as `{"cues": 0}`, in place of the policy; or None. `at`, weeks at which
    each person's own values are kept as well. `client`, a `dask.distributed.Client`, has the work done by its workers.
    `store`, a folder or a Zarr store, is written to as results come, and a call that finds one goes on where it ended.

    The result has, for a quantity such as relatedness: `relatedness` (time, quantile), `relatedness_mean` and
    `relatedness_sd` (time), and against a reference the difference of each person to theirs: `relatedness_gap` (time,
    quantile), `relatedness_gap_mean`, `relatedness_gap_sd`, and `relatedness_worse`, the share who are worse off. For an event
    `tipped`: `tipped_share`, the share for whom it has been. With `at`: `relatedness_at` and `relatedness_gap_at` (person,
    week). Whoever cannot be integrated is left out, named in `lost` and in a warning. Quantiles are read off counts in 1,024
    cells between the bounds of a quantity, so they are exact to a thousandth of that range; where people lie beyond the bounds
    there is no number, and a warning. Counts and sums are whole numbers: the same people give the same bits, whatever the
    processors, the workers or their order, as long as one back end computes them all (`sa.backend`; with "auto" people are
    run by SciPy until machine code is there). An interrupt gives what was found of the people so far, and says so.
    Raises ValueError for an unknown name, a week that is none of the times, a model without an assistant to do without, what
    would not fit into memory, and a store of another call; TypeError for what is no population.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.companion, 500, start={"ties": sa.spreads.beta(4, 4)})
    >>> found = sa.summarise(sa.models.companion, people, weeks=52, cues=0.7, every=4)
    >>> found["ties"].dims, bool(found["ties_gap_mean"][-1] < 0)
    (('time', 'quantile'), True)
    """
    shares = [number(q, "A quantile", (0, 1)) for q in listed(quantiles, "quantiles", "[0.1, 0.5, 0.9]")]
    survey = survey_of(a_model(model), people, weeks, policy, every, quantities, against, at, seed, interventions, events,
                     settings, client is not None)  # fmt: skip
    # SciPy steps people together, so what they are portioned into shows in the last bits.
    portion = _portion(people.size, client is None and store is None and survey.backend != "scipy")
    _refuse_without_room(survey, portion, store is not None)
    kept = InMemory(survey) if store is None else OnDisk(survey, store, portion)
    firsts = range(0, people.size, portion)
    begun, left = ([first for first in firsts if kept.done(first) == done] for done in (True, False))
    tally, stopped = survey.nobody(), False
    lost: list[int] = []
    bar = tqdm(total=people.size, desc="people", disable=people.size < WORTH_A_BAR, leave=False)
    parts = itertools.chain(
        (kept.read(first) for first in begun if isinstance(kept, OnDisk)), _parts(survey, left, portion, client)
    )
    try:
        for part in parts:
            if part.first not in begun:
                kept.write(part)
            tally.merge(part.tally)
            lost += part.lost
            bar.update(min(portion, people.size - part.first))
    except KeyboardInterrupt:
        if not tally.people:
            raise
        stopped = True
    finally:
        bar.close()
    return _result(survey, tally, sorted(lost), shares, kept, stopped)


def _portion(size: int, here: bool) -> int:
    """Returns after how many people a result is handed in. Only here do few people make small parts, so that each processor
    has one; for workers a part is a second's work, and on the disk all of them are of one size on any machine."""
    fewest = -(-size // PORTION) or 1
    parts = min(max(fewest, processors()) if here else fewest, MOST_PORTIONS)
    portion = max(1, -(-size // parts)) if here or parts < fewest else PORTION
    return portion if portion < TOGETHER else -(-portion // TOGETHER) * TOGETHER


def _parts(survey: Survey, firsts: Sequence[int], portion: int, client: Any) -> Iterator[Part]:
    """Yields what is found of each portion of the people, as it comes, by this machine's processors or by workers."""
    jobs = iter([(survey, first, min(first + portion, survey.people.size)) for first in firsts])
    if client is None:
        pool = ThreadPoolExecutor(processors())
        submit, width = pool.submit, processors()
        wait = lambda held: next(as_completed(held))  # noqa: E731
        stop = lambda held: pool.shutdown(cancel_futures=True)  # noqa: E731
    else:
        distributed = needed("distributed", "cluster")
        submit = partial(client.submit, pure=False, retries=2)
        width = sum(client.nthreads().values())
        wait = lambda held: next(distributed.as_completed(held))  # noqa: E731
        stop = client.cancel
    # Few are under way at a time, so that what is found never piles up.
    held = {submit(part_of, *job) for job in itertools.islice(jobs, width + 1)}
    try:
        while held:
            done = wait(held)
            held.discard(done)
            held |= {submit(part_of, *job) for job in itertools.islice(jobs, 1)}
            yield done.result()
    finally:
        stop(list(held))


def _refuse_without_room(survey: Survey, portion: int, stored: bool) -> None:
    """Raises ValueError where what is kept, or what is under way at once, would not fit."""
    columns, times = len(survey.columns), len(survey.times)
    under_way = 3 * processors() * survey.nobody().cells[:, :1].size * times
    under_way += min(processors() * TOGETHER, survey.people.size) * times * 6 * len(survey.model.quantities)
    held = min(portion * processors(), survey.people.size) if stored else survey.people.size
    values = columns * len(survey.kept) * held
    refuse_without_room(under_way + values, f"A summary of {survey.people.size:,} people at {times:,} times",
                        "Ask for fewer quantities=, fewer weeks at=, a longer every=, or have values written to a "
                        "store= on the disk.")  # fmt: skip


def _result(survey: Survey, tally: Tally, lost: list[int], shares: Sequence[float], kept: Any, stopped: bool) -> xr.Dataset:
    """Returns the summary as a dataset, with a warning for whatever is not in it."""
    model, size = survey.model, survey.people.size
    known = {**model.states, **model.levers, **model.observables}
    quantiles, means, deviations, below = tally.quantiles(shares), tally.means(), tally.deviations(), tally.shares_below()
    variables: dict[str, Any] = {}
    for k, name in enumerate(survey.columns):
        q = known[name.removesuffix("_gap") if k >= len(survey.names) else name]
        label = q.label if k < len(survey.names) else f"{q.label}, difference to the reference"
        attrs = {"long_name": label, "units": q.unit, "meaning": q.meaning, "kind": q.kind}
        variables[name] = (("time", "quantile"), quantiles[k], attrs)
        variables[f"{name}_mean"] = ("time", means[k], attrs)
        variables[f"{name}_sd"] = ("time", deviations[k], attrs)
        if k >= len(survey.names):
            worse = {"long_name": f"share with less {q.label} than in the reference", "units": "1"}
            variables[f"{name.removesuffix('_gap')}_worse"] = ("time", below[k], worse)
        if survey.kept:
            variables[f"{name}_at"] = (("person", "week"), kept.column(k), attrs)
    for name, share in zip(survey.events, tally.shares_crossed(), strict=True):
        variables[f"{name}_share"] = ("time", share, {"long_name": f"share for whom {name.replace('_', ' ')}", "units": "1"})
    unit = CLOCKS[model.clock] + "s"
    coords: dict[str, Any] = {"time": ("time", survey.times, {"long_name": "time", "units": unit}), "quantile": list(shares)}
    if survey.kept:
        coords["week"] = survey.times[list(survey.kept)]
    said_of = [f"Stopped after {tally.people + len(lost):,} of {size:,} people."] if stopped else []
    if lost:
        some = ", ".join(map(str, lost[:5])) + (", ..." if len(lost) > 5 else "")
        said_of.append(f"{len(lost):,} of the people (counted from 0: {some}) could not be integrated and are left out.")
    for name, outside in zip(survey.columns, tally.beyond(), strict=True):
        if outside:
            said_of.append(
                f"'{name}' of {outside:,} people lies outside its bounds, where it is not counted; give it wider ones."
            )
    for words in said_of:
        warnings.warn(words, stacklevel=3)
    made: dict[str, Any] = {
        "title": f"{model.title}, {tally.people:,} people",
        "people": tally.people,
        "lost": lost,
        "policy": said(survey.policy),
        "seed": "none" if survey.seed is None else survey.seed,
        "backend": survey.backend,
        "reference": str(survey.reference),
        "notes": " ".join(said_of),
    }
    return xr.Dataset(variables, coords, made)
