"""Batch: marks a whole class, some at a time; what is done is kept, so that a batch that was killed goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import nbformat

import socioaffective
from socioaffective.grading.course import Course
from socioaffective.grading.sandbox import Limits, die_with_parent
from socioaffective.grading.scoring import Marked, Scorer

_scorer: list[Scorer] = []
# How often a submission may bring down the process that marks it before it is given up.
STRIKES = 2


def mark_all(course: Course, name: str, source: Path, again: bool = False) -> Iterator[tuple[Marked, bool]]:
    """Yields what each collected submission of a set got, as it is done, and whether it had been marked before.

    A submission is marked anew when it, the source notebook or the library has changed, or `again`.
    """
    waiting: dict[str, str] = {}
    for student in sorted(course.roster):
        path = submission(course, name, student)
        if not path.parent.exists():
            continue
        digest = _digest(path, source, student, course.limits)
        kept = None if again else _kept(course, name, student, digest)
        if kept:
            yield kept, True
        else:
            waiting[student] = digest
    cache = _prepare(course, source) if waiting else course.root
    strikes = dict.fromkeys(waiting, 0)
    while waiting:
        for marked in _round(course, name, source, cache, list(waiting), strikes):
            _keep(course, name, marked, waiting.pop(marked.student))
            yield marked, False


def submission(course: Course, name: str, student: str) -> Path:
    """Returns where a student's notebook is once it is collected."""
    return course.folder("collected", student, name) / f"{name}.ipynb"


def _round(
    course: Course, name: str, source: Path, cache: Path, students: list[str], strikes: dict[str, int]
) -> Iterator[Marked]:
    """Yields until all are marked or a process is brought down; then the rest waits for another round."""
    # After a fall one at a time, so that it is known whose fault the next one is.
    alone = any(strikes.values())
    lanes = get_context("spawn").Value("i", 0)
    given_up = [student for student in students if strikes[student] >= STRIKES]
    for student in given_up:
        yield Marked(student, {}, {}, ["This could not be marked: it brought down the process that marks. Look at it by hand."])
    with ProcessPoolExecutor(
        1 if alone else course.lanes,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(name, source, course.limits, cache, lanes),
    ) as pool:
        jobs: dict[Future, str] = {
            pool.submit(_mark, student, submission(course, name, student)): student
            for student in students
            if student not in given_up
        }
        try:
            for job in as_completed(jobs):
                yield job.result()
        except BrokenProcessPool:
            unfinished = [student for job, student in jobs.items() if not job.done() or job.exception()]
            for student in unfinished[:1] if alone else unfinished[: course.lanes]:
                strikes[student] += 1
        except GeneratorExit:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _prepare(course: Course, source: Path) -> Path:
    """Returns a folder with what the solutions, which are trusted, compile; all that students' answers compile goes elsewhere.

    Were it one folder, each submission would find what those before it have left, and it would grow too large to copy.
    """
    machine = course.root / "machine"
    cache = machine / hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    done = cache / "done"
    if not done.exists():
        cache.mkdir(parents=True, exist_ok=True)
        cells = [cell.source for cell in nbformat.read(source, as_version=4).cells if cell.cell_type == "code"]
        command, ours = [sys.executable, "-c", "\n".join(cells)], os.environ | {"SOCIOAFFECTIVE_CACHE": str(cache.resolve())}
        subprocess.run(command, check=True, cwd=cache, env=ours, stdout=subprocess.DEVNULL)
        done.touch()
    os.environ |= {"SOCIOAFFECTIVE_CACHE": str((machine / "answers").resolve()), "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    return cache


def _begin(name: str, source: Path, limits: Limits, cache: Path, lanes: Synchronized) -> None:
    die_with_parent()
    with lanes.get_lock():
        lanes.value += 1
        lane = lanes.value
    _scorer.append(Scorer(name, source, limits, cache, lane))
    _scorer[0].warm()


def _mark(student: str, path: Path) -> Marked:
    return _scorer[0].mark(student, path)


def _digest(path: Path, source: Path, student: str, limits: Limits) -> str:
    """Returns what a mark depends on, in short."""
    mixed = hashlib.sha256(repr((student, limits, socioaffective.__version__)).encode())
    package = Path(socioaffective.__file__).parent
    for file in (source, path, *sorted(package.glob("exercises/*.py")), *sorted(package.glob("grading/*.py"))):
        mixed.update(file.read_bytes() if file.is_file() and not file.is_symlink() else b"-")
    return mixed.hexdigest()


def _result(course: Course, name: str, student: str) -> Path:
    return course.root / "results" / name / f"{student}.json"


def _kept(course: Course, name: str, student: str, digest: str) -> Marked | None:
    try:
        kept = json.loads(_result(course, name, student).read_text(encoding="utf-8"))
        if kept.pop("digest") == digest:
            return Marked(**kept | {"errors": {int(k): v for k, v in kept["errors"].items()}})
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return None


def _keep(course: Course, name: str, marked: Marked, digest: str) -> None:
    path = _result(course, name, marked.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(marked.as_data() | {"digest": digest}), encoding="utf-8")
    draft.replace(path)


def reports(course: Course, name: str) -> dict[str, dict[str, float]]:
    """Returns what is told of the answers of a class, by student, from the marks that were kept."""
    found = {}
    for path in sorted((course.root / "results" / name).glob("*.json")):
        for report in json.loads(path.read_text(encoding="utf-8"))["reports"].values():
            found[path.stem] = report
    return found
