"""Control: what an assistant would do that is scored by an objective.

`optimum` finds it by `shooting`, `foresight` are policies that plan on the way, `frontier` compares objectives and horizons,
`outlook` says what a run was worth to whom.
"""
