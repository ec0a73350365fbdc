"""Guard: an assistant that is watched, and that changes what it does to a person when that person's alarm rings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from socioaffective.compile import compiled
from socioaffective.model import Model
from socioaffective.oversight.alarms import Alarm
from socioaffective.oversight.responses import Response
from socioaffective.policies import Climber, Steps, Together, limits

# A climber's step, times how much its slope can change over a lever, stays below 1 for slopes up to this.
STEEPEST = 10.0


class Guard(Together):
    """What the assistant does, every so often, with a response for whom the alarm has rung.

    `policy` is None, `sa.policies.fixed`, `schedule` or `climber`; `levels` are those of the other levers, an entry a person.
    `spacing` is the weeks between two reports, `error` the standard deviation of one. After a run `reports` holds the reports
    by name, shape (reports, people), `rang` the week of each person's first ring and `rings` how often it has rung anew; `calm`
    is for reports that were heard before."""

    def __init__(
        self,
        alarm: Alarm,
        response: Response | None,
        policy: Steps | Climber | None,
        levels: Mapping[str, np.ndarray],
        spacing: float,
        error: float,
        every: float,
    ) -> None:
        self.alarm, self.response, self.policy, self.levels = alarm, response, policy, levels
        self.spacing, self.error, self.every = spacing, error, every
        self.reports: dict[str, list[np.ndarray]] = {}
        self.calm: dict[str, list[np.ndarray]] = {}
        self.rang = self.rings = np.array([])

    def begin_together(self, model: Model, weeks: float, streams: list) -> Callable[[float, Mapping, Mapping], Mapping]:
        people = len(streams)
        names = list(dict.fromkeys((*self.alarm.names, *(self.response.names if self.response else ()))))
        count = int(np.floor(weeks / self.spacing + 1e-9)) + 1
        # By quantity first, so that what a response asks for as well leaves the reports to the alarm as they are.
        errors = np.stack([stream.standard_normal((len(names), count)) for stream in streams], axis=-1)
        known = {**{n: model.symbols[n] for n in model.states}, **model.expressions}
        seen = compiled(model, tuple(known[n] for n in names), "array") if names else None
        update, base = self.alarm.begin(people), Base(model, self.policy, self.levels, people, self.every)
        caps, costs = self.response.on(model) if self.response else ({}, {})
        reports: dict[str, list[np.ndarray]] = {n: [] for n in names}
        rang, rings = np.full(people, np.nan), np.zeros(people, int)
        self.reports, self.rang, self.rings = reports, rang, rings
        active, ends = np.zeros(people, bool), np.full(people, np.inf)

        def look(y: np.ndarray, p: np.ndarray) -> Mapping[str, np.ndarray]:
            true = seen(y, p) if seen else ()
            for j, name in enumerate(names):
                reports[name].append(true[j] + self.error * errors[j, len(reports[name])])
            return {n: own[-1] for n, own in reports.items()}

        def decide(time: float, state: Mapping, settings: Mapping) -> Mapping[str, np.ndarray]:
            y, now = np.array(list(state.values())), dict(settings)
            if time == 0:
                now |= base.first
            p = np.array([np.broadcast_to(v, people) for v in now.values()])
            active[time >= ends - 1e-9] = False
            if abs(time / self.spacing - round(time / self.spacing)) < 1e-9:
                told = look(y, p)
                on = update(told)
                if self.response and self.response.until:
                    active[told[self.response.until[0]] > self.response.until[1]] = False
                rang[on & np.isnan(rang)] = time
                begins = on & ~active
                rings[begins] += 1
                active[begins] = True
                ends[begins] = time + (self.response.weeks if self.response else np.inf)
            ceilings = {n: np.where(active, caps.get(n, np.inf), np.inf) for n in model.levers}
            charges = {n: np.where(active, costs.get(n, 0.0), 0.0) for n in model.levers}
            return base(time, y, p, ceilings, charges)

        return decide

    def __repr__(self) -> str:
        return f"watched by {self.alarm!r}, then {self.response!r}" if self.response else f"watched by {self.alarm!r}"


class Base:
    """What the assistant does while nobody hinders it, under ceilings and charges for each person."""

    def __init__(self, model: Model, policy: Any, levels: Mapping[str, np.ndarray], people: int, every: float) -> None:
        self.model, self.policy, self.every = model, policy, every
        self.caps = limits(model, policy.caps) if policy is not None else {}
        self.climbing: list[str] = []
        if isinstance(policy, Climber):
            self.climbing = list(model.levers if policy.levers is None else policy.levers)
            payoff = model.expressions[policy.objective]
            self.slopes = compiled(model, tuple(payoff.diff(model.symbols[n]) for n in self.climbing), "array")
        self.levels = {n: np.broadcast_to(levels.get(n, q.value), people) for n, q in model.levers.items()}
        self.first = {n: np.minimum(v, self.caps.get(n, np.inf)) for n, v in self.scheduled(0.0).items()}

    def scheduled(self, time: float) -> dict[str, np.ndarray]:
        """Returns the levels of levers at a time, where nothing climbs."""
        levels = dict(self.levels)
        for name, steps in self.policy.levers.items() if isinstance(self.policy, Steps) else ():
            begun = [float(week) for week in steps if float(week) <= time + 1e-9]
            if begun:
                levels[name] = np.full(len(levels[name]), float(next(steps[w] for w in steps if float(w) == max(begun))))
        return levels

    def __call__(
        self, time: float, y: np.ndarray, p: np.ndarray, ceilings: Mapping[str, np.ndarray], charges: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        highest = {n: np.minimum(c, self.caps.get(n, np.inf)) for n, c in ceilings.items()}
        levers = {n: np.minimum(v, highest[n]) for n, v in self.scheduled(time).items()}
        return levers | self._climbed(y, p, highest, charges) if self.climbing else levers

    def _climbed(self, y: np.ndarray, p: np.ndarray, highest: Mapping, charges: Mapping) -> dict[str, np.ndarray]:
        """Returns the levers a decision's time further up the slope, with the states as they are."""
        settings = list(self.model.settings)
        rows, bounds = [settings.index(n) for n in self.climbing], [self.model.levers[n].bounds for n in self.climbing]
        low = np.array([b[0] for b in bounds])[:, None]
        high = np.maximum(low, np.minimum(np.array([b[1] for b in bounds])[:, None], [highest[n] for n in self.climbing]))
        cost = self.policy.cost + np.array([charges[n] for n in self.climbing])
        u, p = np.clip(p[rows], low, high), p.copy()
        steps = np.ceil(self.policy.rate * self.every * (STEEPEST + cost.max(axis=0)))
        # A person's steps are their own, so that nobody else's charge changes them.
        for k in range(int(steps.max())):
            p[rows] = u
            move = self.policy.rate * self.every / steps * (self.slopes(y, p) - cost * u)
            u = np.where(k < steps, np.clip(u + move, low, high), u)
        return dict(zip(self.climbing, u, strict=True))
