"""nbgrader's gradebook, read and checked; only nbgrader itself writes marks into it."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from .store import Record

BUSY_SECONDS = 2.0


class GradebookError(Exception):
    """The gradebook cannot be used; the message says where and what to do."""


@dataclass(frozen=True)
class Mark:
    """The mark of one graded cell.

    Attributes:
        auto: what the autograder gave, or None.
        score: what counts: a mark given by hand, else the automatic one, else 0.
        maximum: the points of the cell.
        by_hand: True while a person still has to look at it.
    """

    auto: float | None
    score: float
    maximum: float
    by_hand: bool


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


def read_marks(db_url: str, assignment: str) -> dict[str, dict[str, Mark]]:
    """All marks of an assignment.

    Returns:
        student id -> cell name -> mark, for every student with a submission in the gradebook.
    Raises:
        GradebookError: the gradebook cannot be read.
    """
    try:
        with Gradebook(db_url) as book:
            try:
                submissions = book.assignment_submissions(assignment)
            except MissingEntry:
                return {}
            return {submission.student.id: _marks_of(submission) for submission in submissions}
    except SQLAlchemyError as error:
        where = make_url(db_url).render_as_string(hide_password=True)
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise GradebookError(f"{where}: the gradebook cannot be read ({reason})") from None


def holds(marks: dict[str, dict[str, Mark]], record: Record) -> bool:
    """True if these marks, of a whole class, are what the verdicts on one student say."""
    mine = marks.get(record.student, {})
    return all(
        verdict.task in mine
        and mine[verdict.task].auto == verdict.points(mine[verdict.task].maximum)
        for verdict in record.verdicts
    )


def _marks_of(submission) -> dict[str, Mark]:
    return {
        grade.name: Mark(grade.auto_score, grade.score, grade.max_score, grade.needs_manual_grade)
        for notebook in submission.notebooks
        for grade in notebook.grades
    }
