"""Alarms: rules that ring for a person, from spaced and noisy reports alone and at the moment that a report comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from socioaffective.checks import number, unknown, whole
from socioaffective.dynamics.indicators import LEAST_POINTS, _rolling

Update = Callable[[Mapping[str, np.ndarray]], np.ndarray]
# Which indicators an alarm can follow; the return rate says what the autocorrelation says.
FOLLOWED = ("variance", "autocorrelation")
MOST_REPORTS = 10_000


@dataclass(frozen=True)
class Alarm:
    """A rule that rings; made by `level`, `trend`, `cusum`, `slowing`, `always` and, of two, by `|`.

    `names` are the quantities that it needs reports of. `begin(people)` starts a watch and returns `update(reports)`, which is
    given the next report of everybody, an array for each name, and returns for whom the alarm is on.
    """

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,) if hasattr(self, "name") else ()

    def begin(self, people: int) -> Update:
        raise NotImplementedError

    def __or__(self, other: Alarm) -> Alarm:
        return Either(self, an_alarm(other))


def an_alarm(given: Any) -> Alarm:
    """Returns what was given once it is an alarm."""
    if not isinstance(given, Alarm):
        raise TypeError(f"An alarm is made by sa.oversight.level, trend, cusum, slowing or always, not {given!r}.")
    return given


@dataclass(frozen=True)
class Either(Alarm):
    """An alarm that is on where one of two is."""

    first: Alarm
    second: Alarm

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.first.names, *self.second.names)))

    def begin(self, people: int) -> Update:
        both = self.first.begin(people), self.second.begin(people)
        return lambda seen: both[0](seen) | both[1](seen)

    def __repr__(self) -> str:
        return f"{self.first!r} | {self.second!r}"


@dataclass(frozen=True)
class Level(Alarm):
    name: str
    below: float | None
    above: float | None
    reports: int

    def begin(self, people: int) -> Update:
        run = np.zeros(people, int)

        def update(seen: Mapping[str, np.ndarray]) -> np.ndarray:
            now = seen[self.name] < self.below if self.below is not None else seen[self.name] > self.above
            run[:] = np.where(now, run + 1, 0)
            return run >= self.reports

        return update

    def __repr__(self) -> str:
        side = f"below {self.below:g}" if self.below is not None else f"above {self.above:g}"
        return f"{self.name} {side}, {self.reports} {'report' if self.reports == 1 else 'reports'} running"


@dataclass(frozen=True)
class Trend(Alarm):
    name: str
    fall: float
    reports: int

    def begin(self, people: int) -> Update:
        last: list[np.ndarray] = []
        centred = np.arange(self.reports) - (self.reports - 1) / 2
        weight = centred / (centred @ centred) * (self.reports - 1)

        def update(seen: Mapping[str, np.ndarray]) -> np.ndarray:
            last.append(seen[self.name])
            del last[: -self.reports]
            if len(last) < self.reports:
                return np.zeros(people, bool)
            return sum(-w * report for w, report in zip(weight, last, strict=True)) >= self.fall

        return update

    def __repr__(self) -> str:
        return f"{self.name} falling by {self.fall:g} over {self.reports} reports"


@dataclass(frozen=True)
class Cusum(Alarm):
    name: str
    threshold: float
    slack: float
    expected: float | None
    sd: float | None
    learn: int

    def begin(self, people: int) -> Update:
        first: list[np.ndarray] = []
        known = [np.full(people, np.nan if v is None else v) for v in (self.expected, self.sd)]
        total = np.zeros(people)

        def update(seen: Mapping[str, np.ndarray]) -> np.ndarray:
            report = seen[self.name]
            if self.expected is None and len(first) < self.learn:
                first.append(report)
                if len(first) == self.learn:
                    known[0] = np.mean(first, axis=0)
                    # Of somebody who never varies any change is infinitely many standard deviations.
                    known[1] = np.std(first, axis=0, ddof=1) if self.sd is None else known[1]
                return np.zeros(people, bool)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.nan_to_num((known[0] - report) / known[1], nan=0.0)
            total[:] = np.maximum(0.0, total + step - self.slack)
            rings = total > self.threshold
            total[rings] = 0.0
            return rings

        return update

    def __repr__(self) -> str:
        base = f"expected {self.expected:g}" if self.expected is not None else f"{self.learn} reports to learn from"
        return f"CUSUM of {self.name} above {self.threshold:g} (slack {self.slack:g}, {base})"


@dataclass(frozen=True)
class Slowing(Alarm):
    name: str
    indicator: str
    above: float
    window: int
    values: int

    def begin(self, people: int) -> Update:
        last: list[np.ndarray] = []
        signs: list[np.ndarray] = []
        agreed = np.zeros(people)

        def update(seen: Mapping[str, np.ndarray]) -> np.ndarray:
            last.append(seen[self.name])
            del last[: -self.window]
            if len(last) < self.window:
                return np.zeros(people, bool)
            now = _rolling(np.array(last), self.window, 1, True)[self.indicator][-1]
            agreed[:] = agreed + sum((np.sign(now - before) for before in signs), np.zeros(people))
            signs.append(now)
            # Kendall's tau with time, brought up to date by the pairs that the new value makes.
            pairs = len(signs) * (len(signs) - 1) / 2
            return (agreed > self.above * pairs) & (len(signs) >= self.values)

        return update

    def __repr__(self) -> str:
        return f"{self.indicator} of {self.name} in {self.window} reports rising, tau above {self.above:g}"


@dataclass(frozen=True)
class Always(Alarm):
    def begin(self, people: int) -> Update:
        return lambda seen: np.ones(people, bool)

    def __repr__(self) -> str:
        return "for everybody from the start"


def level(name: str, below: float | None = None, above: float | None = None, reports: int = 1) -> Alarm:
    """Returns the alarm that rings when so many reports running lie below (or above) a level.

    Inputs: `name`, a state or observable; `below` or `above`, one of them; `reports`, how many in a row.

    >>> import socioaffective as sa
    >>> sa.oversight.level("ties", below=0.3, reports=2)
    ties below 0.3, 2 reports running
    """
    if (below is None) == (above is None):
        raise ValueError("Give one of below and above: level('ties', below=0.3).")
    low, high = (None if v is None else number(v, what) for v, what in ((below, "below"), (above, "above")))
    return Level(_named(name), low, high, whole(reports, "reports (how many in a row)", 1, MOST_REPORTS))


def trend(name: str, fall: float, reports: int = 6) -> Alarm:
    """Returns the alarm that rings when the straight line through the last reports falls by more than so much.

    Inputs: `name`, a state or observable; `fall`, from the first of these reports to the last, by least squares; `reports`, how
    many, at least 2. A negative `fall` is a rise.

    >>> import socioaffective as sa
    >>> sa.oversight.trend("ties", fall=0.1, reports=6)
    ties falling by 0.1 over 6 reports
    """
    return Trend(
        _named(name), number(fall, "fall"), whole(reports, "reports (that the line is drawn through)", 2, MOST_REPORTS)
    )


def cusum(
    name: str,
    threshold: float = 5.0,
    slack: float = 0.5,
    *,
    expected: float | None = None,
    sd: float | None = None,
    learn: int = 12,
) -> Alarm:
    """Returns the alarm that adds up how far reports fall short, and rings when the sum passes a threshold (CUSUM).

    The sum S becomes max(0, S + (expected - report)/sd - slack), and begins anew when it has rung. Inputs: `name`, a state or
    observable; `threshold` of S and `slack`, what is let pass at each report, both in standard deviations. Keywords: `expected`
    and `sd` of a report while all is well; left out, they are learned from each person's own first `learn` reports, during
    which nothing rings. For independent normal reports that are truly known `sa.oversight.run_length` says how long it takes;
    learned values make false alarms more frequent, and reports that follow each other closely, as those of a slow state do,
    more frequent still.

    Source: Page 1954, Biometrika 41 [recalled, verify].

    >>> import socioaffective as sa
    >>> sa.oversight.cusum("ties", threshold=4)
    CUSUM of ties above 4 (slack 0.5, 12 reports to learn from)
    """
    limit, pause = number(threshold, "threshold (in standard deviations)", (0, 1e6)), number(slack, "slack", (0, 1e3))
    if expected is None and sd is not None:
        raise ValueError("sd goes with expected: give both, or neither and let each person's first reports tell.")
    if expected is not None and sd is None:
        raise ValueError("expected goes with sd, by which the shortfall is divided: give both.")
    given = None if expected is None else number(expected, "expected")
    spread = None if sd is None else number(sd, "sd", (1e-12, 1e12))
    return Cusum(_named(name), limit, pause, given, spread, whole(learn, "learn (how many reports)", 3, MOST_REPORTS))


def slowing(name: str, above: float = 0.7, indicator: str = "variance", window: int = 26, values: int = 8) -> Alarm:
    """Returns the alarm that rings when an early-warning indicator keeps rising: Kendall's tau with time above a threshold.

    Inputs: `name`, a state or observable; `above`, the threshold of tau, -1 to 1. Keywords: `indicator`, "variance" or
    "autocorrelation" (from one report to the next); `window`, the reports that each value is computed from, a straight line
    taken off them; `values`, how many values there must be before it can ring. It is `sa.early_warning(..., detrend="linear")`,
    brought up to date at each report; `sa.alarm_rates` says how often such a trend comes by chance.

    >>> import socioaffective as sa
    >>> sa.oversight.slowing("ties", above=0.6)
    variance of ties in 26 reports rising, tau above 0.6
    """
    if indicator not in FOLLOWED:
        raise unknown("indicator to follow", indicator, FOLLOWED)
    wide = whole(window, "window (in reports)", LEAST_POINTS + 1, MOST_REPORTS)
    return Slowing(
        _named(name), indicator, number(above, "above (tau)", (-1, 1)), wide, whole(values, "values", 3, MOST_REPORTS)
    )


def always() -> Alarm:
    """Returns the alarm that rings for everybody at the first report: what a measure without any alarm is compared by.

    >>> import socioaffective as sa
    >>> sa.oversight.always()
    for everybody from the start
    """
    return Always()


def run_length(threshold: float, slack: float = 0.5, shift: float = 0.0) -> float:
    """Returns how many reports a CUSUM takes on average until it rings, by Siegmund's approximation.

    Inputs: `threshold` and `slack` as in `cusum`; `shift`, by how many standard deviations reports fall short (0: all is well,
    the number is then the time to a false alarm). For independent normal reports of known mean and sd; one-sided, from S = 0.
    With d = shift - slack and b = threshold + 1.166 it is (exp(-2 d b) + 2 d b - 1) / (2 d^2), and b^2 at d = 0.

    Source: Siegmund 1985, Sequential Analysis, chapter 2 [recalled, verify]; checked in the tests against simulation.

    >>> import socioaffective as sa
    >>> round(sa.oversight.run_length(5)), round(sa.oversight.run_length(5, shift=1), 1)
    (938, 10.3)
    """
    b = number(threshold, "threshold (in standard deviations)", (0, 1e3)) + 1.166
    d = number(shift, "shift (in standard deviations)", (-1e3, 1e3)) - number(slack, "slack", (0, 1e3))
    x = d * b
    if -2 * x > 700:
        return float("inf")
    # Near d = 0 the difference of large terms is taken from the series.
    return float(b**2 * (1 - 2 * x / 3 + x**2 / 3)) if abs(x) < 1e-4 else float((np.exp(-2 * x) + 2 * x - 1) / (2 * d**2))


def _named(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"An alarm watches a quantity by its name, such as 'ties', not {name!r}.")
    return name
