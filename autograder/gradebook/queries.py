"""Read nbgrader's gradebook as plain records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nbgrader import api
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from autograder.grading.store import Record

from .connection import reading


@dataclass(frozen=True)
class Mark:
    """The mark of one graded cell.

    Attributes:
        auto: what the autograder gave, or None.
        score: what counts: a mark given by hand, else the automatic one, else 0; with extra credit.
        maximum: the points of the cell.
        by_hand: whether a person still has to look at it.
        given: whether there is a mark, by hand or automatic.
    """

    auto: float | None
    score: float
    maximum: float
    by_hand: bool
    given: bool = True


@dataclass(frozen=True)
class Person:
    """A student in the gradebook; every field but the id may be empty."""

    student: str
    first_name: str
    last_name: str
    email: str
    lms_user_id: str


@dataclass(frozen=True)
class Entry:
    """One submission in the gradebook.

    Attributes:
        person: who submitted it.
        submitted: when, naive, in UTC, or None.
        late_s: seconds after the deadline with the student's extension; 0 if in time.
        late_penalty: points that are taken off.
        marks: cell name -> mark.
        comments: cell name -> a grader's comment, where there is one.
    """

    person: Person
    submitted: datetime | None
    late_s: float
    late_penalty: float
    marks: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All points less the late penalty; never below 0, as in nbgrader's own export."""
        points = sum(mark.score for mark in self.marks.values())
        return max(0.0, round(points - self.late_penalty, 2))


@dataclass(frozen=True)
class Book:
    """An assignment in the gradebook.

    Attributes:
        duedate: naive, in UTC, or None.
        people: student id -> person, for everybody in the gradebook.
        entries: student id -> submission.
    """

    duedate: datetime | None
    people: dict[str, Person]
    entries: dict[str, Entry]


def seconds_late(when: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    """Return the seconds after the deadline; 0 if in time or if either time is unknown."""
    if when is None or due is None:
        return 0.0
    return max(0.0, (when - due - (extension or timedelta())).total_seconds())


def read_class(db_url: str, assignment: str) -> Book:
    """Read every student in the gradebook, and all marks and comments of one assignment.

    Raises:
        GradebookError: the gradebook cannot be read.
    """
    with reading(db_url) as session:
        duedate = session.scalar(
            select(api.Assignment.duedate).where(api.Assignment.name == assignment)
        )
        students = {student.student: student for student in _students(session)}
        entries = _entries(session, assignment, duedate, students)
        for student, name, mark in _marks(session, assignment):
            entries[student].marks[name] = mark
        for student, name, text in _comments(session, assignment):
            entries[student].comments[name] = text
        return Book(duedate, students, entries)


def read_marks(db_url: str, assignment: str) -> dict[str, dict[str, Mark]]:
    """Read all marks of an assignment.

    Returns:
        student id -> cell name -> mark, for every student with a submission in the gradebook.
    Raises:
        GradebookError: the gradebook cannot be read.
    """
    marks: dict[str, dict[str, Mark]] = {}
    with reading(db_url) as session:
        for student, name, mark in _marks(session, assignment):
            marks.setdefault(student, {})[name] = mark
    return marks


def holds(marks: dict[str, Mark], record: Record) -> bool:
    """Return whether a student's automatic marks, by cell, are those of the verdicts."""
    return all(
        verdict.task in marks
        and marks[verdict.task].auto == verdict.points(marks[verdict.task].maximum)
        for verdict in record.verdicts
    )


def _students(session: Session) -> Iterator[Person]:
    table = api.Student
    columns = select(table.id, table.first_name, table.last_name, table.email, table.lms_user_id)
    for row in session.execute(columns.order_by(table.id)):
        yield Person(*(value or "" for value in row))


def _entries(session: Session, assignment: str, duedate, students) -> dict[str, Entry]:
    """Return the graded submissions; an extension before the submission makes none."""
    submission = api.SubmittedAssignment
    penalty = func.coalesce(func.sum(api.SubmittedNotebook.late_submission_penalty), 0.0)
    columns = (
        select(submission.student_id, submission.timestamp, submission.extension, penalty)
        .join(api.Assignment, api.Assignment.id == submission.assignment_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == submission.id)
        .where(api.Assignment.name == assignment)
        .group_by(submission.id, submission.student_id, submission.timestamp, submission.extension)
    )
    entries = {}
    for student, submitted, extension, points in session.execute(columns):
        late = seconds_late(submitted, duedate, extension)
        entries[student] = Entry(students[student], submitted, late, float(points))
    return entries


def _marks(session: Session, assignment: str) -> Iterator[tuple[str, str, Mark]]:
    grade = api.Grade
    columns = (
        select(
            api.SubmittedAssignment.student_id, api.GradeCell.name, api.GradeCell.max_score,
            grade.auto_score, grade.manual_score, grade.score, grade.needs_manual_grade,
        )
        .select_from(grade)
        .join(api.GradeCell, api.GradeCell.id == grade.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == grade.notebook_id)
        .join(api.SubmittedAssignment)
        .join(api.Assignment)
        .where(api.Assignment.name == assignment)
    )  # fmt: skip
    for student, name, maximum, auto, manual, score, by_hand in session.execute(columns):
        given = auto is not None or manual is not None
        yield student, name, Mark(auto, score, maximum, by_hand, given)


def _comments(session: Session, assignment: str) -> Iterator[tuple[str, str, str]]:
    comment = api.Comment
    columns = (
        select(api.SubmittedAssignment.student_id, api.BaseCell.name, comment.manual_comment)
        .select_from(comment)
        .join(api.BaseCell, api.BaseCell.id == comment.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == comment.notebook_id)
        .join(api.SubmittedAssignment)
        .join(api.Assignment)
        .where(api.Assignment.name == assignment, comment.manual_comment.is_not(None))
    )
    yield from session.execute(columns)
