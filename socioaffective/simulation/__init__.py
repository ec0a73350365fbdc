"""Simulation: a model in time.

`runs` is the way in; `given` checks what a run starts from, `deciding` asks the policy, `segments` takes a run from one
change to the next, `events` says when a line was crossed, `relay` lets policies take turns, `sweeps` runs a function over
labelled values, `room` refuses what would not fit into memory. The numerical methods are in `socioaffective.integrate`.
"""
