"""Grading: marks for a whole class, from notebooks that nobody has to trust. For instructors; see `exercises/README.md`.

A student's notebook runs in a worker that is shut in (`sandbox`, `worker`). Answers leave it as data (`wire`); functions stay
there and are called through a pipe. Another process, which runs no code of the student's, scores them (`scoring`) and writes
the marks into nbgrader's gradebook (`gradebook`). `python -m socioaffective.grading` does all of it, step by step.
"""
