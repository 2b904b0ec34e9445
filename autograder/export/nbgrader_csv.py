"""The columns and numbers of nbgrader's own CSV export."""

from collections.abc import Callable
from datetime import datetime

from autograder.errors import ClassListError
from autograder.reporting.models import ClassResults

from .table import (
    Export,
    ExportOptions,
    StudentMark,
    preliminary_marks,
    student_marks,
    submission_counts,
    to_csv,
)

# Heading -> cell, in the order of the file. nbgrader writes times in UTC without naming the zone.
COLUMNS: dict[str, Callable[[ClassResults, StudentMark], object]] = {
    "assignment": lambda results, row: results.assignment.name,
    "duedate": lambda results, row: _time(results.duedate),
    "timestamp": lambda results, row: _time(row.result.submitted) if row.result else "",
    "student_id": lambda results, row: row.person.student,
    "last_name": lambda results, row: row.person.last_name,
    "first_name": lambda results, row: row.person.first_name,
    "email": lambda results, row: row.person.email,
    "raw_score": lambda results, row: "" if row.mark is None else row.raw_score,
    "late_submission_penalty": lambda results, row: "" if row.mark is None else row.late_penalty,
    "score": lambda results, row: "" if row.mark is None else row.mark,
    "max_score": lambda results, row: results.max_score,
}


def render(results: ClassResults, options: ExportOptions) -> Export:
    """Return nbgrader's CSV; a student without a submission has 0, as in nbgrader.

    Raises:
        ClassListError: a class list was given.
    """
    if options.class_list is not None:
        raise ClassListError("--class-list: the nbgrader format needs no class list; omit it")
    marks = student_marks(results, options)
    rows = [[cell(results, row) for cell in COLUMNS.values()] for row in marks.values()]
    return Export(
        to_csv([list(COLUMNS), *rows]),
        submission_counts(marks.values()),
        preliminary_marks(results),
        results.problems,
    )


def _time(moment: datetime | None) -> object:
    return moment.replace(tzinfo=None) if moment else ""
