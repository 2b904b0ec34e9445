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

BUSY_SECONDS = 2.0


class GradebookError(Exception):
    """The gradebook cannot be used; the message says where and what to do."""


def check_writable(db_url: str) -> None:
    """Make sure that the gradebook can be written to now.

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
            f"{url.database}: the gradebook cannot be written ({error}); close the program that "
            "holds it (formgrader, a database browser) and run again: no verdict is lost"
        ) from None


@contextmanager
def writing(db_url: str, course_id: str) -> Iterator[Session]:
    """A session that writes; nbgrader makes the tables if there are none.

    Raises:
        GradebookError: the gradebook is locked, gone or cannot be used; what was committed stays.
    """
    try:
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
        url = make_url(db_url)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise GradebookError(
                f"{url.database}: no gradebook there; run `python -m autograder release`"
            )
        engine = create_engine(url)
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
        return make_url(db_url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "db_url in nbgrader_config.py"


def _remedy(error: Exception) -> str:
    if isinstance(error, ImportError):
        return "`pip install 'gans-assignment[postgresql]'`, write postgresql+psycopg:// in db_url"
    return "close what holds it, or start its server,"
