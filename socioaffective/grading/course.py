"""Course: a folder with what belongs to one class, and the settings in its `course.toml`."""

from __future__ import annotations

import csv
import math
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socioaffective.checks import unknown
from socioaffective.exercises import SETS
from socioaffective.exercises.variants import EXAMPLE, same_student
from socioaffective.grading.sandbox import Limits

# How learning-management systems name their columns. A table [export.NAME] in course.toml adds one.
COLUMNS = {
    "plain": {
        "id": "{id}", "last name": "{last_name}", "first name": "{first_name}", "email": "{email}", "score": "{score:g}",
        "points": "{points:g}", "late penalty": "{penalty:g}", "to be marked by hand": "{waiting}",
    },
    "moodle": {"ID number": "{id}", "Email address": "{email}", "Assignment: {set} (Real)": "{score:g}"},
    "canvas": {
        "Student": "{last_name}, {first_name}", "ID": "", "SIS User ID": "{id}", "SIS Login ID": "{email}", "Section": "",
        "{set}": "{score:g}",
    },
    "blackboard": {"Username": "{id}", "{set} [Total Pts: {points:g} Score]": "{score:g}"},
    "brightspace": {"OrgDefinedId": "#{id}", "{set} Points Grade": "{score:g}", "End-of-Line Indicator": "#"},
}  # fmt: skip
SECRET = "secret.txt"
TEMPLATE = """# Settings of one course. Sets that have no line under [due] are never late.
[due]
# "07_companionship" = 2027-03-12T12:00:00Z

[late]
grace_minutes = 60  # so much later is not late
per_day = 0.1  # the share of the marks that each day costs that has begun
most = 0.5  # and no more than this share

[grading]
lanes = 2  # submissions at a time, one for each core
seconds = 120  # processor time that a notebook may take
cell_seconds = 60  # and each of its cells; by the clock four times as long
memory_gb = 3

# How your learning-management system names its columns, where none of the known ways fits:
# [export.mine]
# "Student number" = "{id}"
# "Mark" = "{score:g}"
"""
NBGRADER = """c = get_config()  # noqa: F821 - nbgrader defines it
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = {name!r}
c.CourseDirectory.submitted_directory = "collected"
"""


@dataclass(frozen=True)
class Student:
    """One line of the roster."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Course:
    """A folder with the settings, the roster, what was sent, the gradebook, and what goes back. Made by `open_course`."""

    root: Path
    due: Mapping[str, datetime] = field(default_factory=dict)
    late: Mapping[str, float] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    lanes: int = 2
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def secret(self) -> str:
        """A word that nobody else knows, from which labels without names are made."""
        return (self.root / SECRET).read_text(encoding="utf-8")

    def folder(self, step: str, student: str, name: str) -> Path:
        """Returns where a student's notebook of a set is after a step: "collected", "autograded" or "feedback"."""
        return self.root / step / student / name

    @property
    def roster(self) -> dict[str, Student]:
        """The students by id, from `roster.csv`; ValueError for a column that is missing and an id that cannot be a folder."""
        path, found = self.root / "roster.csv", {}
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if "id" not in (reader.fieldnames or ()):
                raise ValueError(f"{path} needs a first line with the columns id, first_name, last_name, email.")
            for row in reader:
                student = Student(**{f: (row.get(f) or "").strip() for f in Student.__dataclass_fields__})
                if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9@._+-]{0,80}", student.id) or same_student(student.id) == EXAMPLE:
                    raise ValueError(f"'{student.id}' in {path} cannot be an id: use letters, digits and @ . _ + -.")
                if student.id in found:
                    raise ValueError(f"'{student.id}' stands twice in {path}.")
                found[student.id] = student
        return found

    def penalty(self, name: str, sent: datetime | None, score: float) -> float:
        """Returns the marks that are taken off for a set that was sent at a time.

        >>> from datetime import UTC, datetime, timedelta
        >>> from pathlib import Path
        >>> from socioaffective.grading.course import Course
        >>> noon = datetime(2027, 3, 12, 12, tzinfo=UTC)
        >>> course = Course(Path("."), {"00_tour": noon}, {"grace_minutes": 60, "per_day": 0.1, "most": 0.5})
        >>> [course.penalty("00_tour", noon + timedelta(hours=h), 20) for h in (0.5, 2, 26, 1000)]
        [0.0, 2.0, 4.0, 10.0]
        """
        if name not in self.due or sent is None:
            return 0.0
        over = (sent - self.due[name]).total_seconds() - 60 * self.late.get("grace_minutes", 0)
        days = math.ceil(over / 86400) if over > 0 else 0
        return score * min(self.late.get("per_day", 0) * days, self.late.get("most", 1))


def open_course(root: Path) -> Course:
    """Returns the course in a folder; FileNotFoundError where there is none, ValueError for a setting that is wrong."""
    path = root / "course.toml"
    if not path.exists():
        raise FileNotFoundError(
            f"There is no course in {root}. Begin one: python -m socioaffective.grading begin --course {root}"
        )
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} cannot be read: {error}.") from None
    known = tomllib.loads(TEMPLATE)
    for table in given:
        if table not in (*known, "export"):
            raise unknown(f"table in {path}", table, (*known, "export"))
    for table in ("late", "grading"):
        for key, value in given.get(table, {}).items():
            if key not in known[table]:
                raise unknown(f"setting [{table}] in {path}", key, known[table])
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise ValueError(f"{key} in {path} must be a number, not {value!r}.")
    grading = known["grading"] | given.get("grading", {})
    limits = Limits(grading["seconds"], grading["cell_seconds"], int(grading["memory_gb"] * 2**30))
    due = {a_set(name): _moment(name, moment) for name, moment in given.get("due", {}).items()}
    columns = COLUMNS | given.get("export", {})
    return Course(root.resolve(), due, known["late"] | given.get("late", {}), limits, max(1, int(grading["lanes"])), columns)


def begin_course(root: Path) -> Course:
    """Returns a new course in a folder, with settings and an empty roster to fill in; what is there is left as it is."""
    root.mkdir(parents=True, exist_ok=True)
    for name, text in (("course.toml", TEMPLATE), ("roster.csv", "id,first_name,last_name,email\n")):
        if not (root / name).exists():
            (root / name).write_text(text, encoding="utf-8")
    if not (root / SECRET).exists():
        (root / SECRET).write_text(secrets.token_hex(16), encoding="utf-8")
    config = NBGRADER.format(root=str(root.resolve()), name=root.resolve().name)
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    return open_course(root)


def a_set(name: str) -> str:
    """Returns the name of a set once there is such a set.

    >>> from socioaffective.grading.course import a_set
    >>> a_set("00_tour")
    '00_tour'
    """
    if name not in SETS:
        raise unknown("set of exercises", name, SETS)
    return name


def _moment(name: str, given: Any) -> datetime:
    if not isinstance(given, datetime):
        raise ValueError(f"'{name}' is due at a moment, written 2027-03-12T12:00:00Z, not {given!r}.")
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def columns_for(course: Course, to: str, rows: Iterator[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Yields the lines of a table for a learning-management system, its heading first.

    >>> from pathlib import Path
    >>> from socioaffective.grading.course import COLUMNS, Course, columns_for
    >>> row = {"set": "00_tour", "points": 25, "id": "ada7", "score": 20.5}
    >>> list(columns_for(Course(Path("."), columns=COLUMNS), "blackboard", [row]))
    [['Username', '00_tour [Total Pts: 25 Score]'], ['ada7', '20.5']]
    """
    if to not in course.columns:
        raise unknown("way to name columns", to, course.columns)
    columns, headed = course.columns[to], False
    for row in rows:
        if not headed:
            yield [head.format(**row) for head in columns]
            headed = True
        # A name that begins like a formula would be one in a spreadsheet.
        cells = [value.format(**row) for value in columns.values()]
        yield [f"'{cell}" if cell[:1] in "=+-@" and cell[:1] else cell for cell in cells]
