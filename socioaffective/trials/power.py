"""Power: how often a trial finds what is there, by simulation and in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats

from socioaffective.checks import listed, number, unknown, whole
from socioaffective.shares import wilson
from socioaffective.trials.scales import as_share
from socioaffective.trials.study import Study

ALPHAS = (1e-6, 0.5)
MOST_TRIALS, LARGEST = 20_000, 1_000_000
# Scores drawn at once, 16 MB, and in all, about ten seconds.
AT_ONCE, MOST_SCORES = 2_000_000, 4e8
# How often everybody is read for the moments of what is read.
READINGS = 50


def power(
    study: Study,
    sizes: Sequence[int],
    arm: str | None = None,
    name: str | None = None,
    week: float | None = None,
    *,
    trials: int = 1000,
    alpha: float = 0.05,
    seed: int = 0,
) -> xr.Dataset:
    """Returns how often trials of given sizes, with the people and arms of a study, find a difference.

    Inputs: `study`, a result of `sa.trial`, whose people are the pool; `sizes`, how many are enrolled, half in each arm; `arm`,
    the one compared with the first (the last unless told otherwise); `name`, the measured quantity; `week`, when it is asked,
    any time of the study's truth (the end of the trial unless told otherwise). Keywords: `trials` of each size; `alpha`, the
    level of the two-sided test; `seed`.

    Each trial draws its people anew from the pool, reads them with the study's scales, loses those who leave, and tests the
    difference of means by Welch's test. Returns a Dataset over `people`: `power` with the ends `power_low` and `power_high` of
    its 95 % interval (Wilson), `closed_form`, the power of that test for normal scores with the pool's means and variances
    (noncentral t), and `wrong_sign`, the share of the differences found that point the other way than the pool's truth in the
    last week of the study, NaN where none was found. `attrs`: `effect` (the difference in what is read), `spread` (its pooled
    standard deviation), `standardised`, their quotient, and `staying`, the share of each arm still there.

    Raises ValueError for a size below 4 or unknown names, and where it would take too long.

    >>> import numpy as np
    >>> import socioaffective as sa
    >>> arms = {"control": {"access": 0}, "binding": {"cues": 0.7}}
    >>> people = {"start": {"ties": np.linspace(0.1, 0.8, 100)}}
    >>> study = sa.trial(sa.models.companion, arms, "felt_relatedness", people, weeks=4, seed=1)
    >>> found = sa.power(study, [20, 80], trials=200)
    >>> bool(found["power"][0] < found["power"][1])
    True
    """
    if not isinstance(study, Study):
        raise TypeError(f"power needs a study made by sa.trial, not {type(study).__name__}.")
    first, *others = study.arms
    if not others:
        raise ValueError("This study has one arm, so there is no difference to find.")
    arm = others[-1] if arm is None else arm
    if arm not in others:
        raise unknown("arm to compare with the first", arm, others)
    counts = [whole(size, "A size (people enrolled)", 4, LARGEST) for size in listed(sizes, "sizes", "[50, 100, 200]")]
    if not counts:
        raise ValueError("power needs at least one size, such as [50, 100, 200].")
    repeats, level = whole(trials, "trials", 1, MOST_TRIALS), number(alpha, "alpha", ALPHAS)
    root = whole(seed, "seed", 0, 2**32 - 1)
    pool = _Pool(study, (first, arm), name, week)
    if (scores := sum(counts) * repeats * pool.items) > MOST_SCORES:
        raise ValueError(
            f"{scores:.2g} answers would be drawn, more than {MOST_SCORES:.0e}; give fewer trials= or smaller sizes."
        )
    found = [pool.tested(size, repeats, level, np.random.default_rng([root, k])) for k, size in enumerate(counts)]
    share = np.array([hit for hit, _ in found])
    low, high = wilson(share, repeats, stats.norm.ppf(0.975))
    means, variances = pool.moments(np.random.default_rng([root, len(counts)]))
    exact = [closed_form(means, variances, [size // 2 * s for s in pool.stays], level) for size in counts]
    spread = float(np.sqrt(variances.mean()))
    return xr.Dataset(
        {
            "power": ("people", share), "power_low": ("people", low), "power_high": ("people", high),
            "closed_form": ("people", exact), "wrong_sign": ("people", [wrong for _, wrong in found]),
        },
        {"people": ("people", counts, {"long_name": "people enrolled", "units": "1"})},
        {"effect": float(means[1] - means[0]), "spread": spread, "standardised": float(means[1] - means[0]) / spread,
         "staying": dict(zip((first, arm), map(float, pool.stays), strict=True)), "trials": repeats, "alpha": level},
    )  # fmt: skip


class _Pool:
    """The people of a study in two of its arms at one week, to draw trials from."""

    def __init__(self, study: Study, arms: tuple[str, str], name: str | None, week: float | None) -> None:
        name = study._named(name)
        when = float(study.data["time"][-1]) if week is None else study._known_week(week)
        now = study.truth.sel(arm=list(arms)).sel(time=when, method="nearest").transpose("arm", "person")
        self.scale, bounds = study.scales.get(name), tuple(study.truth[name].attrs["bounds"])
        self.levels = now[name].values if self.scale is None else as_share(now[name].values, bounds)
        self.staying = now["staying"].values
        self.stays = self.staying.mean(axis=1)
        self.sign = np.sign(study.true_difference(name)[arms[1]])
        self.items = 1 if self.scale is None else self.scale.items

    def read(self, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return levels if self.scale is None else self.scale.read(levels, rng)

    def tested(self, size: int, trials: int, alpha: float, rng: np.random.Generator) -> tuple[float, float]:
        """Returns the share of trials that find a difference, and of those the share that find it the wrong way round."""
        hits = wrong = 0
        batch = max(AT_ONCE // (size * self.items), 1)
        for begun in range(0, trials, batch):
            shape = min(batch, trials - begun), size // 2
            means, errors, counts = np.array([self._arm(k, shape, rng) for k in range(2)]).swapaxes(0, 1)
            with np.errstate(divide="ignore", invalid="ignore"):
                gap = means[1] - means[0]
                t = gap / np.sqrt(errors.sum(axis=0))
                free = errors.sum(axis=0) ** 2 / (errors**2 / (counts - 1)).sum(axis=0)
                hit = 2 * stats.t.sf(np.abs(t), free) < alpha
            hits += int(hit.sum())
            wrong += int((hit & (np.sign(gap) == -self.sign)).sum())
        return hits / trials, wrong / hits if hits else np.nan

    def _arm(self, k: int, shape: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns mean, squared standard error and number of those still there, of an arm in each of many trials."""
        who = rng.integers(0, self.levels.shape[1], shape)
        there = rng.random(shape) < self.staying[k][who]
        scores = self.read(self.levels[k][who], rng)
        count = there.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (scores * there).sum(axis=1) / count
            variance = (((scores - mean[:, None]) * there) ** 2).sum(axis=1) / (count - 1)
            return mean, variance / count, count

    def moments(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Returns means and variances of what is read of those still there, in both arms."""
        scores = self.read(np.repeat(self.levels[None], READINGS, axis=0), rng)
        weights = np.broadcast_to(self.staying, scores.shape)
        means = np.average(scores, axis=(0, 2), weights=weights)
        return means, np.average((scores - means[:, None]) ** 2, axis=(0, 2), weights=weights)


def closed_form(means: Any, variances: Any, counts: Any, alpha: float) -> float:
    """Returns the power of Welch's test of two normal groups with these means, variances and sizes, by a noncentral t."""
    errors = np.asarray(variances) / counts
    if min(counts) <= 1 or not (error := float(np.sqrt(errors.sum()))) > 0:
        return float("nan")
    free = errors.sum() ** 2 / (errors**2 / (np.asarray(counts) - 1)).sum()
    away, edge = (means[1] - means[0]) / error, stats.t.ppf(1 - alpha / 2, free)
    found = float(stats.nct.sf(edge, free, away) + stats.nct.cdf(-edge, free, away))
    # Far out SciPy's noncentral t is no number, and the normal one is as good.
    return found if np.isfinite(found) else float(stats.norm.sf(edge - abs(away)))


def sample_size(effect: float, spread: float = 1.0, power: float = 0.8, alpha: float = 0.05, staying: float = 1.0) -> int:
    """Returns how many people to enrol in two equal arms, so that a difference is found with a given power.

    Inputs: `effect`, the difference of means; `spread`, the standard deviation within an arm, in the same unit. Keywords:
    `power`; `alpha` of the two-sided t-test; `staying`, the share still there at the end. The smallest even number whose power,
    for normal outcomes, is at least what is asked. Raises ValueError for an effect of 0 and where ten million are too few.

    >>> import socioaffective as sa
    >>> sa.trials.sample_size(0.5), sa.trials.sample_size(0.25)
    (128, 506)
    """
    gap = abs(number(effect, "effect")) / number(spread, "spread", (1e-12, 1e12))
    wanted, level = number(power, "power", (alpha, 0.9999)), number(alpha, "alpha", ALPHAS)
    stay = number(staying, "staying", (0.01, 1))

    def enough(each: int) -> bool:
        return closed_form((0, gap), (1, 1), (each * stay, each * stay), level) >= wanted

    low, high = int(np.ceil(1 / stay)), 5_000_000
    if not gap or not enough(high):
        raise ValueError(f"Ten million people are too few for an effect of {gap:.2g} standard deviations.")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return 2 * high
