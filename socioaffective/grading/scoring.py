"""Scoring: marks for one submission. Nothing here runs a student's code; the worker does, and answers."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import select
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import sympy
from sympy.parsing import sympy_parser

import socioaffective as sa
from socioaffective import theme
from socioaffective.exercises.questions import Verdict
from socioaffective.exercises.release import FOR_HIDDEN, Item, outline, student_copy
from socioaffective.exercises.variants import same_student
from socioaffective.grading.sandbox import POLL, Limits, Stopped, Worker, die_first, die_with_parent, resident
from socioaffective.grading.submissions import Unreadable, cells_of
from socioaffective.grading.wire import Opaque, Refused, error_of, mapping, pack, unpack
from socioaffective.grading.worker import NoPictures
from socioaffective.machine.backends import backend

# Points, what is said, and what is told of an answer beside.
Scored = tuple[float, str, dict[str, float]]
SCORING_SECONDS, SCORING_ADDRESSES, MOST_SAID = 120, 12 * 2**30, 4_000


@dataclass
class Marked:
    """What a submission got: `marks`, `messages` and `reports` by cell, `notes` on the whole, `errors` by code cell."""

    student: str
    marks: dict[str, float]
    messages: dict[str, str]
    notes: list[str] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)
    cells: list[dict] = field(default_factory=list)
    reports: dict[str, dict[str, float]] = field(default_factory=dict)
    seconds: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """Returns all of it as what JSON can hold."""
        return asdict(self)


class Scorer:
    """Marks submissions of one set, one after another, as the set's source notebook says.

    `name` is that of the set, `source` its notebook, `cache` a folder for compiled code.
    """

    def __init__(self, name: str, source: Path, limits: Limits, cache: Path, lane: int = 0) -> None:
        notebook = nbformat.read(source, as_version=4)
        self.name, self.limits, self.cache, self.lane = name, limits, cache, lane
        self.items = outline(notebook)
        released = student_copy(notebook)
        self.checks = {c.source.strip() for c in released.cells if "exercises.check(" in c.source}
        self.solutions = [cell.source for cell in notebook.cells if cell.cell_type == "code"]

    def warm(self) -> None:
        """Runs the solutions, which are trusted, so that what checks need for everybody is computed once."""
        space: dict[str, Any] = {}
        theme.vl_convert = NoPictures  # type: ignore[assignment]
        with contextlib.redirect_stdout(io.StringIO()):
            for source in self.solutions:
                exec(source, space)

    def mark(self, student: str, path: Path) -> Marked:
        """Returns the marks of a submission, whatever it is."""
        began = time.monotonic()
        marked = Marked(student, {item.cell: 0.0 for item in self.items}, {})
        try:
            marked.cells = cells_of(path)
        except Unreadable as error:
            marked.notes.append(str(error))
            return marked
        try:
            self._run(student, marked)
        except Stopped as stop:
            marked.notes.append(f"The notebook was stopped: {stop}. Questions without a verdict got no marks.")
        except Exception as error:  # A notebook can write any message; it must not end a whole batch.
            marked.notes.append(f"The notebook was stopped: it wrote what is no answer ({type(error).__name__}).")
        marked.seconds = time.monotonic() - began
        return marked

    def _run(self, student: str, marked: Marked) -> None:
        code = [(k, c["source"]) for k, c in enumerate(marked.cells) if c["cell_type"] == "code"]
        code = [(k, source) for k, source in code if source.strip() not in self.checks]
        checked = [item for item in self.items if not item.rubric]
        request = {
            "limits": asdict(self.limits) | {"lane": self.lane},
            "cells": [source for _, source in code],
            "names": [f"answer_{item.number}" for item in checked],
        }
        with Worker(self.limits, self.cache) as worker:
            worker.ask(request)
            for message in worker.lines():
                message = self._message(message)
                if "answers" in message:
                    break
                if message.get("error"):
                    marked.errors[code[int(message["cell"])][0]] = readable(message["error"])
            worked = message.get("student")
            if isinstance(worked, str) and worked.strip() and same_student(worked) != same_student(student):
                marked.notes.append(
                    f"This was worked with the numbers of '{bare(worked)}' and marked with those of '{student}'."
                )
            for item in checked:
                data = mapping(message["answers"]).get(f"answer_{item.number}")
                points, said, report = self._apart(worker, partial(self._score, item, data, student, worker))
                marked.marks[item.cell], marked.messages[item.cell] = points, readable(said)
                if report:
                    marked.reports[item.cell] = report

    def _message(self, message: Any) -> Mapping[str, Any]:
        try:
            return mapping(message)
        except Refused as refused:
            raise Stopped(str(refused)) from None

    def _apart(self, worker: Worker, job: Callable[[], Scored]) -> Scored:
        """Returns what a job returns, done by a child with limits of its own: an answer can be costly to look at."""
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.close(ours)
                die_with_parent()
                die_first()
                for what, most in ((resource.RLIMIT_CPU, SCORING_SECONDS), (resource.RLIMIT_AS, SCORING_ADDRESSES)):
                    resource.setrlimit(what, (most, most))
                # To read a text as a formula is to run it. An answer that holds a text where a formula belongs stays one.
                sympy_parser.parse_expr = _unread
                # So that a mark does not hang on how fast this machine was.
                backend("by size")
                points, said, report = job()
                os.write(theirs, json.dumps([points, said[:MOST_SAID], report]).encode())
            except BaseException as error:  # A child never returns into its parent's code.
                os.write(theirs, json.dumps([0.0, f"Your answer cannot be marked ({type(error).__name__}).", {}]).encode())
            finally:
                os._exit(0)
        os.close(theirs)
        try:
            return self._outcome(ours, worker, child)
        finally:
            os.close(ours)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def _outcome(self, pipe: int, worker: Worker, child: int) -> Scored:
        began, text = time.monotonic(), b""
        while time.monotonic() - began < 2 * SCORING_SECONDS:
            if select.select([pipe], [], [], POLL)[0]:
                part = os.read(pipe, 65536)
                if not part:
                    return tuple(json.loads(text)) if text else (0.0, "Your answer takes too much to look at.", {})
                text += part
            worker.watch()
            if resident(child) > self.limits.memory:
                return 0.0, "Your answer takes too much memory to look at.", {}
        return 0.0, "Your answer takes too long to look at.", {}

    def _score(self, item: Item, data: Any, student: str, worker: Worker) -> Scored:
        """Returns points and what is said: first what the visible check says, then the hidden one."""
        np.random.seed(0)
        try:
            answer = unpack(data, _caller(worker))
        except Refused as refused:
            return 0.0, f"Your answer cannot be read: {refused}.", {}
        if isinstance(answer, Opaque) and answer.said.startswith("it "):
            return 0.0, f"Your answer cannot be read: {answer.said}.", {}
        verdict = self._verdict(item, answer, student)
        hidden = FOR_HIDDEN if item.hidden else 0
        points = verdict.share * (item.points - hidden)
        if not (verdict.passed and hidden):
            return points, repr(verdict), self._report(item, answer, verdict)
        said = self._hidden(item, answer, student)
        if said is not None:
            points, said = points - hidden, f"A hidden check: {said}"
        return (
            points + hidden,
            f"{verdict!r} {said or 'The hidden checks passed as well.'}",
            self._report(item, answer, verdict),
        )

    def _report(self, item: Item, answer: Any, verdict: Verdict) -> dict[str, float]:
        report = sa.exercises.questions(self.name)[item.number].report
        return dict(report(answer)) if report and verdict.share else {}

    def _verdict(self, item: Item, answer: Any, student: str) -> Verdict:
        try:
            return sa.exercises.check(self.name, item.number, answer, student)
        except Exception as error:  # No answer is an error.
            return Verdict(item.number, True, False, f"It cannot be used ({type(error).__name__}: {str(error)[:300]}).")

    def _hidden(self, item: Item, answer: Any, student: str) -> str | None:
        """Returns what the hidden checks say, and None where they pass."""
        space = {"sa": sa, "np": np, "sympy": sympy, "my": sa.exercises.variant(self.name, student)}
        try:
            exec(compile(item.hidden, "hidden", "exec"), space | {f"answer_{item.number}": answer})
        except AssertionError as failed:
            return str(failed)
        except Exception as error:  # No answer is an error.
            return f"it cannot be used ({type(error).__name__}: {str(error)[:300]})."
        return None


def _caller(worker: Worker) -> Callable[..., Any]:
    """Returns a function that asks the worker to call one of the notebook's."""
    lines, asked = worker.lines(), [os.getpid() * 1_000_000]

    def call(place: int, *args: Any, **keywords: Any) -> Any:
        asked[0] += 1
        worker.ask({"id": asked[0], "call": place, "args": pack(list(args), []), "keywords": pack(keywords, [])})
        for message in lines:
            # What is left of a call that was given up is passed over.
            if isinstance(message, dict) and message.get("id") == asked[0]:
                break
        if "error" in message:
            raise error_of(*map(str, message["error"]))
        return unpack(message["value"], _no_function)

    return call


def _unread(*_: Any, **__: Any) -> Any:
    raise SyntaxError("a text is no formula")


def readable(said: Any) -> str:
    """Returns a text of a student's without what would steer a terminal or cannot be written to a file.

    >>> from socioaffective.grading.scoring import readable
    >>> readable("no \x1b[31mred")
    'no ?[31mred'
    """
    text = str(said)[:MOST_SAID].encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)


def bare(said: str) -> str:
    """Returns a text of a student's as a part of a sentence, with nothing in it that would be a link, a picture or a tag.

    >>> from socioaffective.grading.scoring import bare
    >>> bare("ada_7 <img src=x>")
    'ada_7 img src x'
    """
    return " ".join(re.findall(r"[\w@.+-]+", said[:60]))


def _no_function(*_: Any, **__: Any) -> Any:
    raise TypeError("your function must return values, not functions")
