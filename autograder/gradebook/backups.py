"""Copies of gradebook and verdicts from before a run that changed marks, for `undo`.

Only a gradebook in a file is copied; a database server has backups of its own.
"""

import io
import os
import re
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from autograder.config import Assignment
from autograder.errors import GradebookError
from autograder.fsutil import atomic_write
from autograder.layout import CourseLayout

KEPT = 10  # backups of a course
BOOK = "gradebook.db"  # name of the gradebook in a backup
DUE = "due "  # the reason of a backup that holds the configuration, too: `due` changes both
NAME = re.compile(r"(\d{8}T\d{12}) (.+)\.zip")
GIVEN = (  # what a person gave: one row per mark and per comment
    "SELECT id, manual_score, extra_credit FROM grade "
    "WHERE manual_score IS NOT NULL OR extra_credit IS NOT NULL",
    "SELECT id, manual_comment, NULL FROM comment WHERE manual_comment IS NOT NULL",
)


@dataclass(frozen=True)
class Backup:
    """One backup.

    Attributes:
        path: the zip.
        made: when, in UTC.
        reason: the command that ran after it, such as "grade gans".
    """

    path: Path
    made: datetime
    reason: str


def gradebook_file(db_url: str) -> Path | None:
    """Return the file of a gradebook; None for a database server."""
    url = make_url(db_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def copy_gradebook(source: Path, target: Path) -> None:
    """Copy a gradebook into a file; what another program writes meanwhile is whole or absent.

    Raises:
        GradebookError: one of the two cannot be used.
    """
    try:
        with (
            closing(sqlite3.connect(_read_only(source), uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise GradebookError(
            f"{source}: cannot be copied to {target} ({error}); close the program that holds it "
            "and run again"
        ) from None


def save_backup(
    layout: CourseLayout, db_url: str, assignment: Assignment, reason: str
) -> Backup | None:
    """Copy the gradebook and the stored verdicts of an assignment; delete the oldest backups.

    Returns:
        The backup; None if there is no gradebook file yet.
    Raises:
        GradebookError: the gradebook cannot be copied.
        OSError: the backup cannot be written.
    """
    book = gradebook_file(db_url)
    if book is None or not book.is_file() or not book.stat().st_size:
        return None
    layout.backups.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory(dir=layout.backups, prefix=".part-") as folder:
        copy_gradebook(book, Path(folder) / BOOK)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(Path(folder) / BOOK, BOOK)
            if reason.startswith(DUE):
                archive.write(layout.config, layout.config.name)
            for path in sorted(layout.verdicts(assignment).glob("*.json")):
                archive.write(path, f"{assignment.name}/{path.name}")
    made = datetime.now(UTC)
    path = layout.backups / f"{made:%Y%m%dT%H%M%S%f} {reason}.zip"
    atomic_write(path, buffer.getvalue(), mode=0o600)
    for old in list_backups(layout)[:-KEPT]:
        old.path.unlink(missing_ok=True)
    return Backup(path, made, reason)


def list_backups(layout: CourseLayout) -> list[Backup]:
    """Return the backups of a course, the oldest first."""
    found = []
    for path in sorted(layout.backups.glob("*.zip")):
        if name := NAME.fullmatch(path.name):
            made = datetime.strptime(name[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            found.append(Backup(path, made, name[2]))
    return found


def count_given_since(backup: Backup, db_url: str) -> int:
    """Return how many marks and comments a person gave, changed or removed since a backup.

    Raises:
        GradebookError: the backup or the gradebook cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        old = _given(_unpack_gradebook(backup, Path(folder)))
    new = _given(gradebook_file(db_url) or Path())
    return sum(old.get(key) != new.get(key) for key in {*old, *new})


def restore_backup(backup: Backup, layout: CourseLayout, db_url: str) -> None:
    """Put gradebook and verdicts back into the state of a backup, and delete the backup.

    The gradebook is written through SQLite, so that a running formgrader sees the change.

    Raises:
        GradebookError: the backup cannot be read, or the gradebook cannot be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        book = _unpack_gradebook(backup, Path(folder))
        copy_gradebook(book, gradebook_file(db_url) or Path())
    with zipfile.ZipFile(backup.path) as archive:
        names = [name for name in archive.namelist() if "/" in name]
        if layout.config.name in archive.namelist():
            atomic_write(layout.config, archive.read(layout.config.name))
        for assignment in {name.partition("/")[0] for name in names} or {backup.reason.split()[-1]}:
            for path in (layout.all_verdicts / assignment).glob("*.json"):
                path.unlink()
        for name in names:
            atomic_write(layout.all_verdicts / name, archive.read(name), mode=0o600)
    os.unlink(backup.path)


def _read_only(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro"


def _unpack_gradebook(backup: Backup, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(backup.path) as archive:
            return Path(archive.extract(BOOK, folder))
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise GradebookError(
            f"{backup.path}: cannot be read ({error}); delete it to use the backup before it"
        ) from None


def _given(book: Path) -> dict[str, tuple]:
    """Return id of a row -> what a person gave there."""
    try:
        with closing(sqlite3.connect(_read_only(book), uri=True)) as session:
            return {row[0]: row[1:] for query in GIVEN for row in session.execute(query)}
    except sqlite3.Error as error:
        raise GradebookError(f"{book}: cannot be read ({error}); put the gradebook back") from None
