"""The instructor's commands: `python -m socioaffective.grading --help`."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from socioaffective.grading import batch, sandbox
from socioaffective.grading.collecting import collect
from socioaffective.grading.course import COLUMNS, Course, a_set, begin_course, columns_for, open_course


def source_of(name: str) -> Path:
    """Returns the source notebook of a set, which only instructors have."""
    path = Path("exercises") / a_set(name) / "source.ipynb"
    if not path.exists():
        raise FileNotFoundError(f"There is no {path}. Run this where the folder `exercises` with the sources is.")
    return path


def begin(course: Course, args: argparse.Namespace) -> None:
    """Says what to fill in."""
    print(f"Fill in {course.root / 'roster.csv'} (id, first_name, last_name, email) and {course.root / 'course.toml'}.")


def release(course: Course, args: argparse.Namespace) -> None:
    """Makes the student's copy and tells the gradebook of its questions."""
    from socioaffective.grading.gradebook import release as released

    print(f"Hand out {released(course, args.set, source_of(args.set))}.")


def gather(course: Course, args: argparse.Namespace) -> None:
    """Takes one notebook for each student from downloads."""
    at = datetime.fromisoformat(args.at).astimezone(UTC) if args.at else None
    print("\n".join(collect(course, args.set, args.downloads, at)))


def autograde(course: Course, args: argparse.Namespace) -> None:
    """Marks what was collected."""
    from tqdm import tqdm

    from socioaffective.grading.gradebook import enter, items_of, opened, release

    sandbox.ready()
    source = source_of(args.set)
    release(course, args.set, source)
    items, full, before = items_of(source), 0.0, 0
    total = sum(batch.submission(course, args.set, student).parent.exists() for student in course.roster)
    lines = []
    with opened(course) as gradebook, tqdm(total=total, desc=args.set, unit="notebook", disable=None) as bar:
        entered = {s.student.id for s in gradebook.assignment_submissions(args.set)}
        for marked, known in batch.mark_all(course, args.set, source, args.again):
            if not known or marked.student not in entered:
                enter(gradebook, course, args.set, items, marked)
            full, before = full + sum(marked.marks.values()), before + known
            lines += [f"{marked.student}: {note}" for note in marked.notes]
            bar.update()
    print("\n".join(sorted(lines)))
    points = sum(item.points for item in items if not item.rubric)
    print(f"Marked {total} ({before} before): {full / max(total, 1):.1f} of {points} points on average, without what is read.")


def feedback(course: Course, args: argparse.Namespace) -> None:
    """Makes the pages that go back."""
    from socioaffective.grading.gradebook import feedback as made

    pages = made(course, args.set)
    print(f"{len(pages)} pages in {course.root / 'feedback'}, and all of them in feedback-{args.set}.zip.")


def export(course: Course, args: argparse.Namespace) -> None:
    """Writes a table of marks."""
    from socioaffective.grading.gradebook import settle

    rows = settle(course, args.set)
    path = course.root / f"marks-{args.set}-{args.to}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(columns_for(course, args.to, iter(rows)))
    waiting = [row["id"] for row in rows if row["waiting"]]
    print(f"Marks of {len(rows)} students: {path}." + (f" To be marked by hand: {len(waiting)}." if waiting else ""))


def page(course: Course, args: argparse.Namespace) -> None:
    """Shows where the policies of a class stand, without names."""
    from socioaffective.exercises import class_page

    of = {who: (report["engagement"], report["wellbeing"]) for who, report in batch.reports(course, args.set).items()}
    if not of:
        raise ValueError(f"No policy in {args.set} has earned a mark yet: autograde the challenge first.")
    path = class_page.write(class_page.points(of, course.secret), course.root / f"class-{args.set}.html")
    print(f"{len(of)} policies: {path}. Each student's feedback says which is theirs.")


def everything(course: Course, args: argparse.Namespace) -> None:
    """Collects, marks, makes pages and exports."""
    for step in (gather, autograde, feedback, export):
        step(course, args)


STEPS = {
    "begin": (begin, "make a folder for a course"),
    "release": (release, "make the copy that students get"),
    "collect": (gather, "take one notebook a student from what was downloaded"),
    "autograde": (autograde, "mark what was collected; goes on where it was stopped"),
    "feedback": (feedback, "make a page for each student"),
    "export": (export, "write the marks as a table"),
    "page": (page, "show the policies of a class on the challenge's plane, without names"),
    "all": (everything, "collect, autograde, feedback and export"),
}


def main(given: Sequence[str] | None = None) -> int:
    """Runs one command; returns 1 and says why where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m socioaffective.grading", description="Release, collect, mark, return.")
    steps = parser.add_subparsers(dest="step", required=True, metavar="step")
    for name, (_, said) in STEPS.items():
        step = steps.add_parser(name, help=said, description=said)
        step.add_argument("--course", type=Path, default=Path("build/course"), help="the folder of the course")
        if name != "begin":
            step.add_argument("set", help="the set of exercises, such as 07_companionship")
        if name in ("collect", "all"):
            step.add_argument("downloads", type=Path, nargs="+", help="folders or zip archives with notebooks")
            step.add_argument("--at", help="when all of them were sent, 2027-03-12T12:00:00Z, where files do not tell")
        if name in ("autograde", "all"):
            step.add_argument("--again", action="store_true", help="mark those that were marked as well")
        if name in ("export", "all"):
            step.add_argument("--to", default="plain", help=f"whose columns: {', '.join(COLUMNS)}, or one of course.toml")
    args = parser.parse_args(given)
    try:
        if args.step != "begin":
            a_set(args.set)
        STEPS[args.step][0](begin_course(args.course) if args.step == "begin" else open_course(args.course), args)
    except (ValueError, OSError, ImportError, sandbox.Unfit) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
