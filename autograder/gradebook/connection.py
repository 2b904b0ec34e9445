"""Open nbgrader's gradebook, a file or a server; each error is one line."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader import api
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from autograder.errors import GradebookError

BUSY_SECONDS = 2.0
RELEASE = "run `python -m autograder release` on the course"
REPLACE = f"put the gradebook back, or move this file away and {RELEASE},"
REMEDIES = {  # words in the database's error -> what to do
    "locked": "close the program that holds it (formgrader, a database browser)",
    "readonly": f"make file and folder writable, or, if the file was moved away, {RELEASE},",
    "unable to open": "make file and folder readable and writable",
    "not a database": REPLACE,
    "malformed": REPLACE,
    "no such table": REPLACE,
    "no such column": REPLACE,
    "full": "make room on the disk",
}


@dataclass(frozen=True)
class GradebookSettings:
    """What a course's nbgrader_config.py says about its gradebook.

    Attributes:
        db_url: address of the database; the path of a file is absolute.
        course_id: nbgrader's name of the course.
        create_students: add students who are not in the gradebook yet.
        late_penalty: (student, score, seconds late) -> points to take off or None; None if late
            penalties are off.
        set_permissions: (assignment, student) -> set the rights of an `autograded` folder.
        penalty_text: what a late submission costs, in words.
    """

    db_url: str
    course_id: str
    create_students: bool
    late_penalty: Callable[[str, float, float], float | None] | None
    set_permissions: Callable[[str, str], None]
    penalty_text: str = "none"


def check_writable(db_url: str) -> None:
    """Check that the gradebook can be written to now, if there is one.

    Raises:
        GradebookError: it is locked by another program, read-only or not a database.
    """
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database or not Path(url.database).exists():
        return
    try:
        book = sqlite3.connect(url.database, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            book.execute("BEGIN IMMEDIATE")
            book.execute("ROLLBACK")
        finally:
            book.close()
    except sqlite3.Error as error:
        raise GradebookError(
            f"{url.database}: the gradebook cannot be written ({error}); {_remedy(error)}"
            " and run again: no verdict is lost"
        ) from None


@contextmanager
def writing(db_url: str, course_id: str) -> Iterator[Session]:
    """Yield a session that writes into an existing gradebook.

    Raises:
        GradebookError: the gradebook is locked, gone or cannot be used; what was committed stays.
    """
    try:
        _check_exists(db_url)
        check_writable(db_url)
        with api.Gradebook(db_url, course_id) as book:
            yield book.db
    except (SQLAlchemyError, ImportError) as error:
        raise GradebookError(
            f"{_shown_address(db_url)}: the gradebook cannot be written ({first_line(error)}); "
            f"{_remedy(error)} and run again: no verdict is lost, and marks that are in it stay"
        ) from None


@contextmanager
def reading(db_url: str) -> Iterator[Session]:
    """Yield a session that reads; it creates no file and no table.

    Raises:
        GradebookError: there is no gradebook, or it cannot be read.
    """
    try:
        _check_exists(db_url)
        engine = create_engine(make_url(db_url))
        try:
            with Session(engine) as session:
                yield session
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        raise GradebookError(
            f"{_shown_address(db_url)}: the gradebook cannot be read ({first_line(error)}); "
            f"{_remedy(error)} and run again"
        ) from None


def _check_exists(db_url: str) -> None:
    """Refuse a missing or empty file, before a library creates tables without rows."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite":
        return
    path = Path(url.database or "")
    if not path.is_file() or path.stat().st_size == 0:
        found = "an empty file" if path.is_file() else "no gradebook there"
        raise GradebookError(
            f"{url.database}: {found}; put the gradebook back, or {RELEASE} "
            "for a new one: it holds no marks that were given by hand"
        )


def first_line(error: Exception) -> str:
    """Return the line of an error that says what is wrong."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else repr(error)


def absolute_url(db_url: str, course: Path) -> str:
    """Return the address with the path of a file made absolute, and any other text unchanged."""
    try:
        url = make_url(db_url)
    except SQLAlchemyError:
        return db_url
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(course / url.database))
    return url.render_as_string(hide_password=False)


def _shown_address(db_url: str) -> str:
    """Return the address of a gradebook without a password."""
    try:
        url = make_url(db_url)
        is_file = url.get_backend_name() == "sqlite" and url.database
        return url.database if is_file else url.render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "db_url in nbgrader_config.py"


def _remedy(error: Exception) -> str:
    if isinstance(error, ImportError):
        return "`pip install 'gans-assignment[postgresql]'`, write postgresql+psycopg:// in db_url"
    reason = first_line(error)
    remedies = (remedy for words, remedy in REMEDIES.items() if words in reason)
    return next(remedies, "close the program that holds it, or start its server,")
