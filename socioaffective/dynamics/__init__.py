"""Dynamics: what a model does in the long run, whoever runs it: rest points, cycles, their bifurcations, basins and warnings.

Rest points: `equilibrium` finds them, `proof` says whether there are others (by `intervals`), `plane` draws nullclines.
One setting moves: `curves` follows, `branches` and `tracing` make a diagram of it, `jets` and `normal_forms` say what kind a
special point is, `hysteresis` walks up and down, `fold_curves` follow a fold in two settings, `cycles` are followed too.
Where starts end: `manifolds` divide the plane, `fates` counts. How fast: `timescales`, `lyapunov`.
What can be seen before a loss: `indicators`, and `alarm_rates` how often they are right.
"""
