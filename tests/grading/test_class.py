"""A small class goes all the way, from release to feedback, and a batch that was killed goes on."""

import csv
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pupils import ROOT, answering, empty, first, solved, written

from socioaffective.grading.__main__ import main

SET = "00_tour"
DUE = datetime(2027, 3, 12, 12, tzinfo=UTC).timestamp()
PUPILS = {
    "right": lambda: solved(SET, "right"),
    "late": lambda: solved(SET, "late"),
    "half": lambda: solved(SET, "half", only={1, 2}, essay=""),
    "empty": lambda: empty(SET, "empty"),
    "wrong": lambda: answering(SET, 1, "answer_1 = -3.0", "wrong"),
    "copied": lambda: solved(SET, "right"),
    "broken": lambda: first(solved(SET, "broken"), "1 / 0"),
    "quits": lambda: first(solved(SET, "quits"), "import os; os._exit(0)"),
    "garbage": lambda: "this is no notebook",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory, shut_in, nbgrader):
    """A class that has been marked, and its feedback."""
    os.chdir(ROOT)
    root = tmp_path_factory.mktemp("class")
    assert main(["begin", "--course", str(root)]) == 0
    (root / "roster.csv").write_text(
        "id,first_name,last_name,email\n" + "".join(f"{p},{p},Pupil,{p}@example.org\n" for p in [*PUPILS, "absent"])
    )
    (root / "course.toml").write_text(f"[due]\n{SET} = 2027-03-12T12:00:00Z\n[grading]\nseconds = 60\n")
    for pupil, made in PUPILS.items():
        path = written(made(), root / "downloads" / f"{pupil}.ipynb")
        os.utime(path, (DUE, DUE + (36 * 3600 if pupil == "late" else -60)))
    assert main(["release", SET, "--course", str(root)]) == 0
    assert main(["all", SET, str(root / "downloads"), "--to", "plain", "--course", str(root)]) == 0
    return root


def children(pid):
    """Returns the processes that a process has begun, the one that tidies up after it aside."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for child in found if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()]


def runs(pid):
    """Returns whether a process goes on; one that has ended can still wait to be counted."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def marks(root):
    with (root / f"marks-{SET}-plain.csv").open() as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_everybody_gets_what_they_earned(course):
    got = {pupil: float(row["score"]) for pupil, row in marks(course).items()}
    full = got["right"]
    assert full == 20 and got["broken"] == full
    assert got["late"] == full * 0.8
    assert got["half"] == 10
    assert got["empty"] == got["wrong"] == got["quits"] == got["garbage"] == got["absent"] == 0
    # Somebody else's numbers: only what does not depend on them can be right.
    assert got["copied"] < full


def test_what_a_person_reads_waits_for_a_person(course):
    waiting = {pupil for pupil, row in marks(course).items() if row["to be marked by hand"]}
    assert {"right", "late"} <= waiting and not {"half", "empty", "absent", "garbage"} & waiting


def test_feedback_says_why_and_runs_nothing(course):
    page = (course / "feedback" / "copied" / SET / f"{SET}.html").read_text()
    assert "numbers of &#39;right&#39;" in page or "numbers of 'right'" in page
    garbage = (course / "feedback" / "garbage" / SET / f"{SET}.html").read_text()
    assert "no notebook" in garbage
    assert not (course / "feedback" / "absent").exists()


def test_the_same_submission_gets_the_same_mark_without_being_marked_again(course, capsys):
    before = marks(course)
    results = {path: path.stat().st_mtime_ns for path in (course / "results" / SET).glob("*.json")}
    assert main(["autograde", SET, "--course", str(course)]) == 0
    assert f"Marked {len(PUPILS)} ({len(PUPILS)} before)" in capsys.readouterr().out
    assert results == {path: path.stat().st_mtime_ns for path in results}
    for pupil in ("right", "copied"):
        (course / "results" / SET / f"{pupil}.json").unlink()
    assert main(["autograde", SET, "--course", str(course)]) == 0
    assert main(["export", SET, "--course", str(course)]) == 0
    assert marks(course) == before


def test_a_batch_that_was_killed_goes_on(course):
    results = course / "results" / SET
    for path in results.glob("*.json"):
        path.unlink()
    command = [sys.executable, "-m", "socioaffective.grading", "autograde", SET, "--course", str(course)]
    run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not list(results.glob("*.json")) and time.monotonic() < until:
        time.sleep(0.2)
    lanes = children(run.pid)
    run.kill()
    run.wait()
    until = time.monotonic() + 20
    while any(runs(pid) for pid in lanes) and time.monotonic() < until:
        time.sleep(0.2)
    assert lanes and not any(runs(pid) for pid in lanes)
    done = {path.name: json.loads(path.read_text()) for path in results.glob("*.json")}
    assert 0 < len(done) < len(PUPILS)
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert f"({len(done)} before)" in again.stdout, again.stdout + again.stderr
    assert not list(Path("/proc").glob("[0-9]*/root/tmp/machine"))
