"""Ways into nbgrader's gradebook, a file or a server; what goes wrong there is one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader import api
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from autograder.errors import GradebookError

BUSY_SECONDS = 2.0
RELEASE = "run `python -m autograder release` on the course"
ANOTHER = f"put the gradebook back, or move this file away and {RELEASE},"
REMEDIES = {  # by what the database says
    "locked": "close the program that holds it (formgrader, a database browser)",
    "readonly": f"make file and folder writable, or, if the file was moved away, {RELEASE},",
    "unable to open": "make file and folder readable and writable",
    "not a database": ANOTHER,
    "malformed": ANOTHER,
    "no such table": ANOTHER,
    "no such column": ANOTHER,
    "full": "make room on the disk",
}


def check_writable(db_url: str) -> None:
    """Make sure that the gradebook can be written to now, if there is one.

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
    """A session that writes into a gradebook that is there.

    Raises:
        GradebookError: the gradebook is locked, gone or cannot be used; what was committed stays.
    """
    try:
        _find(db_url)
        check_writable(db_url)
        with api.Gradebook(db_url, course_id) as book:
            yield book.db
    except (SQLAlchemyError, ImportError) as error:
        raise GradebookError(
            f"{_where(db_url)}: the gradebook cannot be written ({first_line(error)}); "
            f"{_remedy(error)} and run again: no verdict is lost, and marks that are in it stay"
        ) from None


@contextmanager
def reading(db_url: str) -> Iterator[Session]:
    """A session that reads; it makes no file and no table.

    Raises:
        GradebookError: there is no gradebook, or it cannot be read.
    """
    try:
        _find(db_url)
        engine = create_engine(make_url(db_url))
        try:
            with Session(engine) as session:
                yield session
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        raise GradebookError(
            f"{_where(db_url)}: the gradebook cannot be read ({first_line(error)}); "
            f"{_remedy(error)} and run again"
        ) from None


def _find(db_url: str) -> None:
    """Refuse a file that is not there or empty, before a library makes tables without rows."""
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
    """The line of an error that says what is wrong."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else repr(error)


def anchored(db_url: str, course: Path) -> str:
    """The address with the path of a file made absolute; any other as it is, sense or nonsense."""
    try:
        url = make_url(db_url)
    except SQLAlchemyError:
        return db_url
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(course / url.database))
    return url.render_as_string(hide_password=False)


def _where(db_url: str) -> str:
    """The address of a gradebook as it may be shown."""
    try:
        url = make_url(db_url)
        is_file = url.get_backend_name() == "sqlite" and url.database
        return url.database if is_file else url.render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "db_url in nbgrader_config.py"


def _remedy(error: Exception) -> str:
    if isinstance(error, ImportError):
        return "`pip install 'gans-assignment[postgresql]'`, write postgresql+psycopg:// in db_url"
    said = first_line(error)
    found = [remedy for words, remedy in REMEDIES.items() if words in said]
    return found[0] if found else "close what holds it, or start its server,"
