"""Write marks into nbgrader's gradebook and notebooks into `autograded`, many students at once.

nbgrader's own converter opens the gradebook about fifteen times for each student. This module
writes the same rows with nbgrader's own models, BATCH students per transaction, and the same files.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader import api, utils
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import Session, load_only

from autograder.config import Assignment
from autograder.errors import GradebookError, StoreError
from autograder.grading.store import Record, Store
from autograder.layout import CourseLayout
from autograder.submission.inline_answers import NotebookError, read_cells
from autograder.submission.reader import Submission, rebuild

from .connection import RELEASE, GradebookSettings, first_line, writing
from .late_penalties import penalty_of
from .notebook import GradedNotebook
from .queries import seconds_late

BATCH = 20  # students per transaction; during a commit, the queued jobs keep the workers busy


@dataclass(frozen=True)
class AssignmentRows:
    """What the gradebook knows of an assignment before the first submission.

    Attributes:
        assignment: id of its row.
        notebook: id of the row of its notebook.
        duedate: naive, in UTC, or None.
        graded: cell name -> id, for cells with marks.
        answers: cell name -> id, for cells that a grader comments on.
        checksums: cell name -> checksum of the source.
    """

    assignment: str
    notebook: str
    duedate: datetime | None
    graded: dict[str, str]
    answers: dict[str, str]
    checksums: dict[str, str]


def read_assignment_rows(
    session: Session, assignment: str, notebook: str, points: dict[str, float]
) -> AssignmentRows:
    """Read the rows of an assignment that `release` has created.

    Args:
        session: an open session of the gradebook.
        assignment: its name.
        notebook: its notebook's name in the gradebook.
        points: cell name -> points in the released notebook.
    Raises:
        GradebookError: the gradebook lacks the assignment or has other cells for it.
    """
    row = session.scalars(
        select(api.Notebook)
        .join(api.Assignment)
        .where(api.Assignment.name == assignment, api.Notebook.name == notebook)
    ).one_or_none()
    what = f"the gradebook's notebook {notebook} of {assignment}"
    if row is None:
        raise GradebookError(
            f"{what}: not found; put the right gradebook back, or {RELEASE} for a new one: it "
            "holds no marks that were given by hand"
        )
    found = {cell.name: cell.max_score for cell in row.grade_cells}
    if found != points:
        raise GradebookError(f"{what}: {_differences(found, points)}; {RELEASE}")
    return AssignmentRows(
        row.assignment_id,
        row.id,
        row.assignment.duedate,
        {cell.name: cell.id for cell in row.grade_cells},
        {cell.name: cell.id for cell in row.solution_cells},
        {cell.name: cell.checksum for cell in row.source_cells},
    )


def _differences(found: dict[str, float], expected: dict[str, float]) -> str:
    """Say which cells differ between the gradebook and the released notebook."""
    names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]

    def points(cells: dict[str, float], name: str) -> str:
        return f"{cells[name]:g} points" if name in cells else "no such cell"

    listed = [
        f"{name}: {points(expected, name)} in the released notebook, {points(found, name)} in the "
        "gradebook"
        for name in names[:3]
    ]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return "; ".join(listed) + more


class RowCache:
    """The gradebook rows of a batch of students, read at once; missing rows are created on demand.

    Args:
        session: new rows are added to it; its owner commits.
        rows: of the assignment.
        students: the ids of the batch.
    """

    def __init__(self, session: Session, rows: AssignmentRows, students: list[str]):
        self.session, self.rows = session, rows
        known = select(api.Student.id).where(api.Student.id.in_(students))
        self.students = set(session.scalars(known))
        submission, notebook = api.SubmittedAssignment, api.SubmittedNotebook
        query = select(submission).where(
            submission.assignment_id == rows.assignment, submission.student_id.in_(students)
        )
        self.submissions = {row.student_id: row for row in session.scalars(query)}
        ids = [row.id for row in self.submissions.values()]
        query = select(notebook).where(
            notebook.notebook_id == rows.notebook, notebook.assignment_id.in_(ids)
        )
        self.notebooks = {row.assignment_id: row for row in session.scalars(query)}
        ids = [row.id for row in self.notebooks.values()]
        self.grades = self._read_cells(
            api.Grade, ids, "auto_score", "manual_score", "extra_credit", "needs_manual_grade"
        )
        self.comments = self._read_cells(api.Comment, ids, "auto_comment")

    def add_student(self, student: str, create: bool) -> None:
        """Add the student to the gradebook, if missing.

        Raises:
            ValueError: the student is missing and must not be created.
        """
        if student not in self.students and not create:
            raise ValueError(f"no student {student} in the gradebook, and create_student is off")
        if student not in self.students:
            self.session.add(api.Student(id=student))
            self.students.add(student)

    def submission(self, student: str) -> Any:
        """Return the row of a student's submission."""
        if student not in self.submissions:
            self.submissions[student] = self._new(
                api.SubmittedAssignment, assignment_id=self.rows.assignment, student_id=student
            )
        return self.submissions[student]

    def notebook(self, submission: Any) -> Any:
        """Return the row of the notebook of a submission."""
        if submission.id not in self.notebooks:
            self.notebooks[submission.id] = self._new(
                api.SubmittedNotebook, notebook_id=self.rows.notebook, assignment_id=submission.id
            )
        return self.notebooks[submission.id]

    def grade(self, notebook: Any, cell: str) -> Any:
        """Return the row of the mark of a cell."""
        return self._cell_row(self.grades, api.Grade, notebook, self.rows.graded[cell])

    def comment(self, notebook: Any, cell: str) -> Any:
        """Return the row of the comments on an answer."""
        return self._cell_row(self.comments, api.Comment, notebook, self.rows.answers[cell])

    def automatic_mark(self, student: str, cell: str) -> float | None:
        """Return the automatic mark in the gradebook; None if there is none."""
        submission = self.submissions.get(student)
        notebook = self.notebooks.get(submission.id) if submission is not None else None
        if notebook is None:
            return None
        row = self.grades.get((notebook.id, self.rows.graded[cell]))
        return None if row is None else row.auto_score

    def _read_cells(self, kind: type, notebooks: list[str], *columns: str) -> dict:
        """Return (notebook, cell) -> row with these columns, and no column that needs a query."""
        wanted = [getattr(kind, name) for name in ("id", "notebook_id", "cell_id", *columns)]
        query = select(kind).where(kind.notebook_id.in_(notebooks)).options(load_only(*wanted))
        return {(row.notebook_id, row.cell_id): row for row in self.session.scalars(query)}

    def _cell_row(self, known: dict, kind: type, notebook: Any, cell_id: str) -> Any:
        key = notebook.id, cell_id
        if key not in known:
            known[key] = self._new(kind, notebook_id=notebook.id, cell_id=cell_id)
        return known[key]

    def _new(self, kind: type, **columns: Any) -> Any:
        row = kind(id=api.new_uuid(), **columns)
        self.session.add(row)
        return row


@dataclass(frozen=True)
class _Marked:
    """One submission whose marks are to be written."""

    submission: Submission
    record: Record

    @property
    def student(self) -> str:
        return self.submission.student


class GradebookWriter:
    """Write the marks of graded submissions, a batch at a time, while the context is open.

    Marks and comments given by a person stay. A record counts as recorded only after its rows and
    its files are written, so an interrupted run leaves the rest to the next one.

    Attributes:
        failures: student -> why their marks could not be written.
        error: why the gradebook cannot be used (locked, gone, other cells), or None. After an
            error, `add` does nothing: grading goes on, and the next run writes the marks.

    Args:
        settings: the course's gradebook.
        layout: the course's paths.
        assignment: the assignment that is graded.
        store: marks that are written are noted there.
        batch: students per transaction.
        rows_only: write no files and leave the store unchanged, for a copy of the gradebook.
    """

    def __init__(
        self,
        settings: GradebookSettings,
        layout: CourseLayout,
        assignment: Assignment,
        store: Store,
        batch: int = BATCH,
        rows_only: bool = False,
    ):
        self.settings, self.layout, self.assignment = settings, layout, assignment
        self.store, self.batch, self.rows_only = store, batch, rows_only
        self.failures: dict[str, str] = {}
        self.error: GradebookError | None = None
        self._waiting: list[_Marked] = []
        self._stack = ExitStack()

    def __enter__(self) -> "GradebookWriter":
        self.page = GradedNotebook(self.layout.released_notebook(self.assignment))
        try:
            self.session = self._stack.enter_context(
                writing(self.settings.db_url, self.settings.course_id)
            )
            self._guard(self._read_assignment)
        except GradebookError as error:
            self.error = error
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is None:
            self._flush()
        self._stack.close()
        shutil.rmtree(self.layout.staging, ignore_errors=True)

    def add(self, submission: Submission, record: Record) -> None:
        """Write the marks of a submission with the next batch, unless they are there already."""
        self._waiting.append(_Marked(submission, record))
        if len(self._waiting) >= self.batch:
            self._flush()

    def _read_assignment(self) -> None:
        name = Path(self.assignment.notebook).stem
        self.rows = read_assignment_rows(self.session, self.assignment.name, name, self.page.graded)
        self.page.set_checksums(self.rows.checksums)

    def _flush(self) -> None:
        batch, self._waiting = self._waiting, []
        if batch and self.error is None:
            self._guard(lambda: self._write(batch))

    def _guard(self, action) -> None:
        """Run an action on the session; if the gradebook fails, close it and keep the reason."""
        try:
            action()
        except BaseException as error:
            try:
                if not self._stack.__exit__(type(error), error, error.__traceback__):
                    raise
            except GradebookError as why:
                self.error = why

    def _write(self, batch: list[_Marked]) -> None:
        """Stage the files, commit the rows, then move the files into place."""
        try:
            cache = RowCache(self.session, self.rows, [each.student for each in batch])
            staged = [e for e in batch if not self._is_current(cache, e) and self._stage(e)]
            self._record(cache, staged)
            self.session.commit()
        except Exception as error:
            self.session.rollback()
            if _is_of_gradebook(error):
                raise  # the other students would fail, too
            if len(batch) == 1:
                self._fail(batch[0].student, error)
                return
            for each in batch:
                self._write([each])
            return
        self.session.expunge_all()
        for each in staged:
            self._publish(each)

    def _is_current(self, cache: RowCache, marked: _Marked) -> bool:
        """Return whether gradebook and `autograded` hold this submission's marks and files."""
        notebook = self.layout.autograded_notebook(self.assignment, marked.student)
        return (
            marked.record.recorded == marked.submission.key()
            and notebook.is_file()
            and all(
                cache.automatic_mark(marked.student, name) == mark
                for name, mark in self._verdict_marks(marked.record)
            )
        )

    def _stage(self, marked: _Marked) -> bool:
        """Rebuild a submission in the staging folder; return False if that failed."""
        if self.rows_only:
            return True
        try:
            notebook = self.page.fill_in(marked.submission, marked.record.verdicts)
            release, staging = self.layout.release(self.assignment), self.layout.staging
            rebuild(marked.submission, self.assignment, release, staging / marked.student, notebook)
        except Exception as error:
            self._fail(marked.student, error)
            return False
        return True

    def _record(self, cache: RowCache, batch: list[_Marked]) -> None:
        """Set marks, comments and late penalties of a batch."""
        for marked in batch:
            cache.add_student(marked.student, self.settings.create_students)
            row = cache.submission(marked.student)
            if marked.submission.timestamp is not None:
                row.timestamp = utils.parse_utc(marked.submission.timestamp)
            notebook = cache.notebook(row)
            score = self._set_marks(cache, notebook, marked)
            for name in self.page.blank:
                answered = self.page.is_answered(name, marked.submission)
                cache.comment(notebook, name).auto_comment = None if answered else "No response."
            late_s = seconds_late(row.timestamp, self.rows.duedate, row.extension)
            penalty = penalty_of(self.settings, marked.student, score, late_s)
            notebook.late_submission_penalty = penalty

    def _set_marks(self, cache: RowCache, notebook: Any, marked: _Marked) -> float:
        """Set the automatic marks of one student and return the score.

        nbgrader requests another look at each mark that a person gave, at every grading. This
        method requests it only if the answer, or the automatic mark behind it, has changed.
        """
        submission = marked.submission
        score, before = 0.0, None
        for name, auto in self._automatic_marks(marked):
            grade = cache.grade(notebook, name)
            if grade.manual_score is None:
                grade.needs_manual_grade = auto is None
            elif name in self.page.blank:
                before = self._graded_answers(marked.student) if before is None else before
                same = before.get(name) == submission.answers.get(name, self.page.blank[name])
                grade.needs_manual_grade = grade.needs_manual_grade or not same
            else:
                changed = grade.auto_score != auto
                grade.needs_manual_grade = grade.needs_manual_grade or changed
            grade.auto_score = auto
            mark = auto if grade.manual_score is None else grade.manual_score
            score += 0.0 if mark is None else mark + (grade.extra_credit or 0.0)
        return score

    def _graded_answers(self, student: str) -> dict[str, str]:
        """Return the answers that a grader has seen, by cell."""
        try:
            path = self.layout.autograded_notebook(self.assignment, student)
            return dict(read_cells(path.read_bytes()))
        except (OSError, NotebookError):
            return {}

    def _verdict_marks(self, record: Record) -> Iterator[tuple[str, float]]:
        """Yield cell and mark for each automatically graded cell."""
        for verdict in record.verdicts:
            if verdict.task in self.page.points:
                yield verdict.task, verdict.points(self.page.points[verdict.task])

    def _automatic_marks(self, marked: _Marked) -> Iterator[tuple[str, float | None]]:
        """Yield cell and mark for each cell; None where a person has to give the mark."""
        yield from self._verdict_marks(marked.record)
        for name in self.page.blank:
            yield name, None if self.page.is_answered(name, marked.submission) else 0.0

    def _publish(self, marked: _Marked) -> None:
        """Move the rebuilt submission into `autograded` and note that its marks are recorded."""
        if self.rows_only:
            return
        dest = self.layout.autograded(self.assignment, marked.student)
        try:
            if os.path.lexists(dest):
                utils.rmtree(str(dest))
            dest.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(self.layout.staging / marked.student, dest)
            self.settings.set_permissions(self.assignment.name, marked.student)
            self.store.mark_recorded(marked.record, marked.submission.key())
        except StoreError:
            raise
        except Exception as error:
            self._fail(marked.student, error)

    def _fail(self, student: str, error: Exception) -> None:
        self.failures[student] = first_line(error)


def _is_of_gradebook(error: Exception) -> bool:
    """Return whether an error concerns the gradebook as a whole (locked, gone, damaged).

    A name that the database refuses and a failing late-penalty plugin concern one student.
    """
    kinds = OperationalError, InterfaceError, InternalError
    return isinstance(error, kinds) or type(error) is DatabaseError
