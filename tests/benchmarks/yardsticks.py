"""Yardsticks: one task, two years of many people in the ecosystem, done by hand in plain Python, in NumPy and in C."""

import ctypes
import math
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

import socioaffective as sa

WEEKS, RTOL, ATOL = 104, 1e-6, 1e-6
TIMES = np.arange(WEEKS + 1.0)
STATES = list(sa.models.ecosystem.states)
LEVERS = {"cues": 0.5, "accommodation": 0.0, "steering": 0.0}
# Where people differ, and between which values.
SPREADS = {"ties": (0.05, 0.9), "sensitisation": (0.1, 1.5), "growth": (0.01, 0.2), "appeal_of_cues": (2.0, 12.0)}
SOURCE = Path(__file__).with_name("ecosystem.c")
# The three with "no" were a tenth faster than -O3 -ffast-math alone: the sums stay as written, and fewer numbers are spilt.
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fno-associative-math", "-fno-gcse", "-fno-tree-pre"]
FLAGS += ["-fopenmp", "-fPIC", "-Wno-psabi"]


@dataclass(frozen=True)
class Task:
    """People by seed: an array for each of `SPREADS`; starts and settings that all of them share."""

    size: int
    seed: int = 1

    @cached_property
    def people(self) -> dict[str, np.ndarray]:
        draw = np.random.default_rng(self.seed)
        return {name: draw.uniform(low, high, self.size) for name, (low, high) in SPREADS.items()}

    @cached_property
    def start(self) -> dict[str, float]:
        return {name: quantity.value for name, quantity in sa.models.ecosystem.states.items()}

    @cached_property
    def settings(self) -> dict[str, float]:
        return {name: quantity.value for name, quantity in sa.models.ecosystem.settings.items()} | LEVERS

    def person(self, k: int) -> tuple[list[float], dict[str, float]]:
        """Returns the start values and the settings of person k."""
        own = {name: float(values[k]) for name, values in self.people.items()}
        return list((self.start | {"ties": own.pop("ties")}).values()), self.settings | own

    def room(self) -> np.ndarray:
        """Returns an array for the answer, (people, states, times), whose pages are there already."""
        return np.full((self.size, len(STATES), len(TIMES)), np.nan)


def rates_of(p: dict, exp=math.exp):
    """Returns the rates as a function of time and states, by hand; with `exp=np.exp` and settings that are arrays, of many."""
    v, a, s = p["cues"], p["accommodation"], p["steering"]
    draw = p["baseline_appeal"] + p["appeal_of_fit"] + p["appeal_of_ease"] * a
    closeness = p["appeal_of_cues"] * v * (1 - v / (2 * p["peak_of_appeal"]))
    fit, leaning, liking, wanting = (p[f"appeal_of_{n}"] for n in ("fit", "leaning", "liking", "wanting"))
    access, influence, anchoring, anchor = p["access"], p["influence"], p["anchoring"], p["anchor"]
    follow, steer, target = p["personalisation"], p["steering_rate"] * s, p["target"]
    sensitising, decay, recovery, habituation = p["sensitisation"] * v, p["decay"], p["recovery"], p["habituation"]
    growth, eps, free = p["growth"], p["acquaintance"], p["bridging"] * (1 - v) - 1
    loss, bind, chosen_most = p["loss"], p["loss"] * p["binding"] * v, 1 - s * (1 - p["endorsement"])
    own_A, use_A, press_A, cost_A = (
        p[f"{n}"] for n in ("autonomy_of_own_time", "autonomy_of_use", "autonomy_pressure", "cost_of_pressure_to_use")
    )
    own_C, use_C = p["competence_of_own_time"], p["competence_of_practice"] * (1 - a) - p["competence_of_own_time"]
    press_C, ease, warm = p["competence_pressure"], p["cost_of_ease"] * a, p["warmth"] * v
    isolation, alone = p["isolation_cost"], p["relatedness_pressure"] + p["isolation_cost"]
    kinds = ("gain", "loss", "strain", "relief")
    (gA, dA, fA, pA), (gC, dC, fC, pC), (gR, dR, fR, pR) = (
        [p[f"{need}_{kind}"] for kind in kinds] for need in ("autonomy", "competence", "relatedness")
    )

    def rates(t, y):
        x, m, w, l, H, A, FA, C, FC, R, FR = y  # noqa: E741
        apart, unwanting = m - x, 1 - w
        pull = draw - fit * apart * apart + leaning * x + liking * l + wanting * w + closeness * (1 - R)
        e = access / (1 + exp(-pull))
        chosen = chosen_most * unwanting
        UA, TA = own_A + e * (use_A * chosen - own_A), press_A + cost_A * e * (1 - chosen)
        UC, TC = own_C + use_C * e, press_C + ease * e
        UR, TR = H + warm * e, alone - isolation * H
        return (
            influence * e * apart + anchoring * A * (anchor - x),
            steer * (target - m) - follow * apart,
            sensitising * e * unwanting - decay * w,
            recovery * (1 - l) - habituation * e * l,
            growth * (1 - H) * (eps + H) * (1 + free * e) - H * (loss + bind * e),
            gA * UA * (1 - A) - dA * TA * A,
            fA * TA * (1 - FA) - pA * UA * FA,
            gC * UC * (1 - C) - dC * TC * C,
            fC * TC * (1 - FC) - pC * UC * FC,
            gR * UR * (1 - R) - dR * TR * R,
            fR * TR * (1 - FR) - pR * UR * FR,
        )

    return rates


def looped(task: Task, out: np.ndarray, method: str = "RK45", rtol: float = RTOL, atol: float = ATOL) -> np.ndarray:
    """One person after another by SciPy, with plain numbers."""
    for k in range(task.size):
        start, settings = task.person(k)
        field = rates_of(settings)
        out[k] = solve_ivp(
            lambda t, y, field=field: field(t, y.tolist()), (0, WEEKS), start, method, TIMES, rtol=rtol, atol=atol
        ).y
    return out


def blocked(task: Task, out: np.ndarray, substeps: int = 1, block: int = 8192) -> np.ndarray:
    """Runge and Kutta's fourth-order method by NumPy with `substeps` steps a week, for `block` people at a time."""
    h = 1 / substeps
    y, k, z, total = (np.empty((len(STATES), block)) for _ in range(4))
    for first in range(0, task.size, block):
        own = {name: values[first : first + block] for name, values in task.people.items()}
        people = len(own["ties"])
        y, k, z, total = (array[:, :people] for array in (y, k, z, total))
        y[:] = np.array(list(task.start.values()))[:, None]
        y[STATES.index("ties")] = own.pop("ties")
        field = rates_of(task.settings | own, np.exp)
        out[first : first + block, :, 0] = y.T
        for week in range(1, WEEKS + 1):
            for _ in range(substeps):
                total[:] = z[:] = y
                for weight, reach in ((h / 6, h / 2), (h / 3, h / 2), (h / 3, h), (h / 6, 0)):
                    for row, rate in enumerate(field(0.0, z)):
                        k[row] = rate
                    total += weight * k
                    np.multiply(k, reach, out=z)
                    z += y
                y[:] = total
            out[first : first + block, :, week] = y.T
    return out


class InC:
    """The C program, compiled for this machine; what differs between people are arrays, the rest one record."""

    def __init__(self, folder: Path):
        compiler = shutil.which("gcc")
        if compiler is None:
            raise FileNotFoundError("gcc is not installed here, so there is no C program to compare with.")
        compiled, library = folder / "ecosystem.o", folder / "ecosystem.so"
        subprocess.run([compiler, *FLAGS, "-c", SOURCE, "-o", compiled], check=True)
        # Linked without -ffast-math, which would make all of this process flush small numbers to zero.
        subprocess.run([compiler, "-shared", "-fopenmp", compiled, "-o", library, "-lm"], check=True)
        self.call = ctypes.CDLL(os.fspath(library)).run
        self.call.restype = None
        record = re.search(r"double (steering[^;]*);\s*} Settings", SOURCE.read_text(encoding="utf-8"))
        self.names = re.split(r"[\s,]+", record[1])
        self.steps = np.zeros(2, dtype=np.int64)

    def __call__(self, task: Task, out: np.ndarray, threads: int = 1) -> np.ndarray:
        pointer = lambda a: a.ctypes.data_as(ctypes.c_void_p)  # noqa: E731
        start = np.array(list(task.start.values()))
        settings = np.array([task.settings[name] for name in self.names])
        people = [pointer(task.people[name]) for name in SPREADS]
        tolerances = ctypes.c_double(RTOL), ctypes.c_double(ATOL)
        shape = ctypes.c_long(len(TIMES)), *tolerances, ctypes.c_int(threads)
        self.call(
            ctypes.c_long(task.size), *people, pointer(start), pointer(settings), *shape, pointer(out), pointer(self.steps)
        )
        return out
