"""Curves: how good an alarm is, over its thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import listed, number, unknown
from socioaffective.dynamics.alarm_rates import Z
from socioaffective.oversight.alarms import Alarm, an_alarm
from socioaffective.shares import wilson

CALM = ("spared", "without assistant")
MOST_THRESHOLDS = 200
DELAYS = {"delay_low": 0.25, "delay": 0.5, "delay_high": 0.75}


def operating_curve(
    watch: xr.Dataset,
    alarm: Callable[[float], Alarm],
    thresholds: Sequence[float],
    late: float = 0.0,
    calm: str = "spared",
) -> xr.Dataset:
    """Returns how many an alarm catches, how late, and how often it is false, over its thresholds.

    Inputs: `watch`, a result of `sa.oversee`, whose reports are gone through again; `alarm`, a function from a threshold to an
    alarm on quantities that were reported; `thresholds`. Keywords: `late`, weeks after the decline that still count as in time;
    `calm`, on whose reports an alarm is false: of people who do not decline, "spared", or of everybody in their life
    "without assistant".

    Returns a Dataset over `threshold`: `false_alarms`, the share of the calm for whom it rings at some time; of those who
    decline, `in_time` and `caught`, shares for whom it rings at most `late` weeks after, and at all; each with the ends `_low`
    and `_high` of its 95 % interval (Wilson); `delay`, the median of the weeks from decline to alarm where it rings, with the
    quartiles `delay_low` and `delay_high`; in `attrs` how many `declined` and were `calm`. All of it belongs to this span and
    these reports: the longer one watches, the more alarms are false.

    Raises ValueError where nobody declines or nobody is calm, and for a quantity that was not reported.

    >>> import socioaffective as sa
    >>> noisy = sa.models.companion.with_noise(ties=0.05)
    >>> alarm, decline = sa.oversight.level("ties", below=0.3), sa.oversight.loss("ties", by=0.3)
    >>> watch = sa.oversee(noisy, 40, alarm, decline=decline, cues=0.7)
    >>> curve = sa.oversight.operating_curve(watch, lambda low: sa.oversight.level("ties", below=low), [0.2, 0.4])
    >>> bool(curve["false_alarms"][0] <= curve["false_alarms"][1])
    True
    """
    if not isinstance(watch, xr.Dataset) or "reports" not in watch:
        raise TypeError("operating_curve needs a result of sa.oversee with an alarm on reports.")
    if not callable(alarm):
        example = "lambda h: sa.oversight.cusum('ties', h)"
        raise TypeError(f"alarm must be a function from a threshold to an alarm, such as {example}, not {alarm!r}.")
    if calm not in CALM:
        raise unknown("kind of calm", calm, CALM)
    levels = [number(each, "A threshold") for each in listed(thresholds, "thresholds", "[0.2, 0.3, 0.4]")]
    if not 1 <= len(levels) <= MOST_THRESHOLDS:
        raise ValueError(f"Give 1 to {MOST_THRESHOLDS} thresholds, not {len(levels)}.")
    slack, declined = number(late, "late (weeks)"), watch["declined"].values
    falls = np.isfinite(declined)
    quiet = np.ones_like(falls) if calm == "without assistant" else ~falls
    if not falls.any() or not quiet.any():
        who = "declines" if not falls.any() else "is spared; take calm='without assistant'"
        raise ValueError(f"Of {len(falls)} people nobody {who}, so there is nothing to judge an alarm by.")
    table: dict[str, list[Any]] = {name: [] for name in ("false_alarms", "in_time", "caught", *DELAYS)}
    for threshold in levels:
        rule = an_alarm(alarm(threshold))
        rang = rings(watch, rule, "unwatched")
        falsely = rings(watch, rule, calm) if calm == "without assistant" else rang
        delay = rang[falls] - declined[falls]
        table["false_alarms"].append(np.isfinite(falsely[quiet]).mean())
        table["in_time"].append((delay <= slack).mean())
        table["caught"].append(np.isfinite(delay).mean())
        heard = delay[np.isfinite(delay)]
        for name, share in DELAYS.items():
            table[name].append(np.quantile(heard, share) if heard.size else np.nan)
    data: dict[str, Any] = {name: ("threshold", np.array(values)) for name, values in table.items()}
    for name, count in (("false_alarms", quiet.sum()), ("in_time", falls.sum()), ("caught", falls.sum())):
        low, high = wilson(data[name][1], int(count), Z)
        data |= {f"{name}_low": ("threshold", low), f"{name}_high": ("threshold", high)}
    said = {"alarm": repr(alarm(levels[0])), "late": slack, "declined": int(falls.sum()), "calm": int(quiet.sum())}
    return xr.Dataset(data, {"threshold": levels}, said)


def rings(watch: xr.Dataset, alarm: Alarm, life: str = "unwatched") -> np.ndarray:
    """Returns when an alarm first rings on the reports of a life that has been watched already; NaN for never."""
    for name in alarm.names:
        if name not in watch["quantity"].values:
            raise unknown("quantity that was reported", name, watch["quantity"].values.tolist())
    told = watch["reports"].sel(told=life)
    update, rang = alarm.begin(watch.sizes["person"]), np.full(watch.sizes["person"], np.nan)
    for k, week in enumerate(watch["report"].values):
        on = update({name: told.sel(quantity=name).values[k] for name in alarm.names})
        rang[on & np.isnan(rang)] = week
    return rang
