"""The library's side of the benchmark: the one function to change when the library gets a faster way."""

import numpy as np
from yardsticks import LEVERS, WEEKS, Task

import socioaffective as sa

# People in a measurement, and numbers of threads it can be asked for.
SIZE, THREADS = 256, (1,)


def simulated(task: Task, out: np.ndarray, threads: int = 1) -> np.ndarray:
    """Fills `out`, (people, states, times), with the states at whole weeks."""
    own = dict(task.people)
    run = sa.simulate(sa.models.ecosystem, WEEKS, start={"ties": own.pop("ties")}, dt=1, **own, **LEVERS)
    for k, name in enumerate(sa.models.ecosystem.states):
        out[:, k] = run[name].values.T
    return out
