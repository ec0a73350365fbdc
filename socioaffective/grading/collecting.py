"""Collecting: from what a learning-management system lets one download to one notebook a student."""

from __future__ import annotations

import re
import shutil
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from socioaffective.grading.course import Course, Student
from socioaffective.grading.submissions import MOST_BYTES

TIME = "timestamp.txt"


@dataclass(frozen=True)
class Sent:
    """A notebook that was found: its `path` in the download, when it was last written, and how it is read."""

    path: PurePosixPath
    written: datetime
    size: int
    place: Path
    packed: bool = False

    def read(self) -> bytes:
        """Returns its content, or as much as one byte more than is read of any notebook."""
        if self.packed:
            with zipfile.ZipFile(self.place) as archive, archive.open(str(self.path)) as packed:
                return packed.read(MOST_BYTES + 1)
        with self.place.open("rb") as file:
            return file.read(MOST_BYTES + 1)


def found_in(download: Path) -> Iterator[Sent]:
    """Yields the notebooks in a folder or zip archive; nothing is unpacked, and links are not followed."""
    if download.is_dir():
        for path in sorted(download.rglob("*.ipynb")):
            if path.is_file() and not path.is_symlink() and ".ipynb_checkpoints" not in path.parts:
                known = path.stat()
                when = datetime.fromtimestamp(known.st_mtime, UTC)
                yield Sent(PurePosixPath(path.relative_to(download).as_posix()), when, known.st_size, path)
    elif zipfile.is_zipfile(download):
        with zipfile.ZipFile(download) as archive:
            for entry in sorted(archive.infolist(), key=lambda e: e.filename):
                inside = PurePosixPath(entry.filename)
                if inside.suffix == ".ipynb" and "__MACOSX" not in inside.parts:
                    yield Sent(inside, _written(entry), entry.file_size, download, packed=True)
    else:
        raise ValueError(f"{download} is neither a folder nor a zip archive.")


def _written(entry: zipfile.ZipInfo) -> datetime:
    """Returns when an entry was written: an archive has local time without a zone, or a date that there is none."""
    try:
        return datetime(*entry.date_time).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)


def plain(text: str) -> str:
    """Returns a name with nothing but its letters and digits, as file names have it.

    >>> from socioaffective.grading.collecting import plain
    >>> plain("Zoë O'Hara")
    'zoeohara'
    """
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in bare if c.isalnum())


def names_of(student: Student) -> set[str]:
    """Returns what a download may call a student: id, email or name, either way round.

    >>> from socioaffective.grading.collecting import names_of
    >>> from socioaffective.grading.course import Student
    >>> sorted(names_of(Student("ada7", "Ada", "Lovelace", "a.lovelace@example.org")))
    ['ada7', 'adalovelace', 'alovelace', 'alovelaceexampleorg', 'lovelaceada']
    """
    first, last = student.first_name, student.last_name
    names = [
        student.id,
        student.email,
        student.email.partition("@")[0],
        *([first + last, last + first] if first and last else []),
    ]
    return {plain(name) for name in names if name}


def whose(path: PurePosixPath, roster: dict[str, Student]) -> list[str]:
    """Returns the students that a file can be from: those whom the first part of its path, up to a "_", names.

    >>> from pathlib import PurePosixPath
    >>> from socioaffective.grading.collecting import whose
    >>> from socioaffective.grading.course import Student
    >>> roster = {"ada7": Student("ada7", "Ada", "Lovelace")}
    >>> for path in ("ada7.ipynb", "ada7/00_tour.ipynb", "lovelaceada_LATE_12_34_00_tour.ipynb", "bob.ipynb",
    ...              "Ada Lovelace_123_assignsubmission_file/tour.ipynb"):
    ...     print(whose(PurePosixPath(path), roster))
    ['ada7']
    ['ada7']
    ['ada7']
    []
    ['ada7']
    """
    first = path.parts[0] if len(path.parts) > 1 else path.stem
    # An id may have a "_" itself, so longer beginnings are tried before shorter ones.
    parts = first.split("_")
    for k in range(len(parts), 0, -1):
        named = plain("".join(parts[:k]))
        if found := [s.id for s in roster.values() if named in names_of(s)]:
            return found
    return []


def collect(course: Course, name: str, downloads: list[Path], at: datetime | None = None) -> list[str]:
    """Returns what there is to say of a collection: whose notebooks came, and which files are nobody's.

    The latest notebook of each student is kept, with the time at which it was written, or `at` for all.
    """
    latest: dict[str, Sent] = {}
    roster, said = course.roster, []
    for sent in (sent for download in downloads for sent in found_in(download)):
        who = whose(sent.path, roster)
        if len(who) != 1:
            said.append(f"{sent.path}: " + (f"may be from {' or '.join(who)}" if who else "from nobody in the roster"))
        elif who[0] not in latest or sent.written >= latest[who[0]].written:
            latest[who[0]] = sent
    for student, sent in sorted(latest.items()):
        folder = course.folder("collected", student, name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            (folder / f"{name}.ipynb").write_bytes(sent.read())
        except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:  # Locked, damaged or vanished.
            said.append(f"{sent.path}: cannot be read ({error})")
        moment = (at or sent.written).astimezone(UTC)
        (folder / TIME).write_text(moment.strftime("%Y-%m-%d %H:%M:%S UTC"), encoding="utf-8")
    missing = [student for student in roster if not course.folder("collected", student, name).exists()]
    said.append(
        f"Collected {len(latest)} of {len(roster)} notebooks." + (f" None from {', '.join(missing)}." if missing else "")
    )
    return said


def sent_at(course: Course, name: str, student: str) -> datetime | None:
    """Returns when a student's notebook was sent, or None."""
    path = course.folder("collected", student, name) / TIME
    found = re.match(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", path.read_text(encoding="utf-8")) if path.exists() else None
    return datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if found else None
