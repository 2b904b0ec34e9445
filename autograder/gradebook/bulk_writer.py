"""Marks into nbgrader's gradebook and notebooks into `autograded`: one writer, in batches.

nbgrader's own converter opens the gradebook some fifteen times for each student. This writes the
same rows with nbgrader's own models, many students to a transaction, and the same files.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from nbgrader import utils
from nbgrader.converters.autograde import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import Session

from autograder.config import Assignment
from autograder.grading.store import Record, Store
from autograder.submission.inline_answers import NotebookError, read_cells
from autograder.submission.reader import Submission, rebuild

from .connection import first_line, writing
from .notebook import GradedNotebook
from .rows import Rows, read_frame

BATCH = 20  # students to a transaction; while it is written, workers live on jobs in hand
STAGE = ".autograder/rebuilt"

Pair = tuple[Submission, Record]


def write_marks(
    converter: Autograde, assignment: Assignment, store: Store, graded: Iterable[Pair]
) -> dict[str, str]:
    """Write marks and notebooks of judged submissions, and remember that they are written.

    Marks and comments that a person gave stay. What is not yet written when this
    stops is written by the next run: a record counts as recorded only after both steps.

    Args:
        converter: nbgrader's, with the course's configuration.
        graded: read as it comes, so that judging and writing can go on side by side.
    Returns:
        student -> why their marks could not be written.
    Raises:
        GradebookError: the gradebook is locked or gone, or does not know the assignment.
    """
    return _Writer(converter, assignment, store).write(graded)


class _Writer:
    def __init__(self, converter: Autograde, assignment: Assignment, store: Store):
        self.converter, self.assignment, self.store = converter, assignment, store
        course = converter.coursedir
        self.release = Path(course.format_path(course.release_directory, ".", assignment.name))
        self.stage = Path(course.root, STAGE)
        self.page = GradedNotebook(self.release / assignment.notebook)
        self.late = AssignLatePenalties(parent=converter)
        self.late.init_plugin()
        self.failures: dict[str, str] = {}

    def write(self, graded: Iterable[Pair]) -> dict[str, str]:
        course, rest = self.converter.coursedir, iter(graded)
        name = Path(self.assignment.notebook).stem
        try:
            with writing(course.db_url, course.course_id) as session:
                self.frame = read_frame(session, self.assignment.name, name, self.page.graded)
                self.page.set_checksums(self.frame.checksums)
                while batch := list(islice(rest, BATCH)):
                    self._write(session, batch)
        finally:
            shutil.rmtree(self.stage, ignore_errors=True)
        return self.failures

    def _write(self, session: Session, batch: list[Pair]) -> None:
        """Files aside, rows into the gradebook, then files into their place."""
        staged = [pair for pair in batch if self._stage(*pair)]
        try:
            self._record(session, staged)
            session.commit()
        except Exception as error:
            session.rollback()
            if _is_of_gradebook(error):
                raise  # no other student would fare better
            if len(staged) == 1:
                self._fail(staged[0][0].student, error)
                return
            for pair in staged:
                self._write(session, [pair])
            return
        session.expunge_all()
        for pair in staged:
            self._publish(*pair)

    def _stage(self, handed_in: Submission, record: Record) -> bool:
        """Rebuild a submission beside its place; False if that failed."""
        try:
            notebook = self.page.fill_in(handed_in, record.verdicts)
            dest = self.stage / handed_in.student
            rebuild(handed_in, self.assignment, self.release, dest, notebook)
        except (OSError, ValueError) as error:
            self._fail(handed_in.student, error)
            return False
        return True

    def _record(self, session: Session, batch: list[Pair]) -> None:
        """Marks, comments and late penalties of a batch."""
        rows = Rows(session, self.frame, [handed_in.student for handed_in, _ in batch])
        for handed_in, record in batch:
            rows.add_student(handed_in.student, self.converter.create_student)
            submission = rows.submission(handed_in.student)
            if handed_in.timestamp is not None:
                submission.timestamp = utils.parse_utc(handed_in.timestamp)
            notebook = rows.notebook(submission)
            score = self._give_marks(rows, notebook, handed_in, record)
            for name in self.page.blank:
                answered = self.page.is_answered(name, handed_in)
                rows.comment(notebook, name).auto_comment = None if answered else "No response."
            if self.late.enabled:
                late_s = rows.seconds_late(submission)
                penalty = self._penalty(handed_in.student, score, late_s)
                notebook.late_submission_penalty = penalty

    def _give_marks(self, rows: Rows, notebook, handed_in: Submission, record: Record) -> float:
        """Automatic marks of one student, and what a person has to look at; the score.

        nbgrader asks to look again at each mark that a person gave, whenever it grades. Here it is
        asked for only if the answer, or the automatic mark in whose place it stands, is another.
        """
        score, before = 0.0, None
        for name, auto in self._auto_scores(handed_in, record):
            grade = rows.grade(notebook, name)
            if grade.manual_score is None:
                grade.needs_manual_grade = auto is None
            elif name in self.page.blank:
                before = self._answers_before(handed_in.student) if before is None else before
                same = before.get(name) == handed_in.answers.get(name, self.page.blank[name])
                grade.needs_manual_grade = grade.needs_manual_grade or not same
            else:
                changed = grade.auto_score != auto
                grade.needs_manual_grade = grade.needs_manual_grade or changed
            grade.auto_score = auto
            given = auto if grade.manual_score is None else grade.manual_score
            score += 0.0 if given is None else given + (grade.extra_credit or 0.0)
        return score

    def _answers_before(self, student: str) -> dict[str, str]:
        """The answers that a grader has seen, by cell."""
        dest = Path(self.converter._format_dest(self.assignment.name, student))
        try:
            return dict(read_cells((dest / self.assignment.notebook).read_bytes()))
        except (OSError, NotebookError):
            return {}

    def _auto_scores(self, handed_in: Submission, record: Record) -> Iterator[tuple]:
        """(cell, mark) pairs; None where a person has to give the mark."""
        for verdict in record.verdicts:
            if verdict.task in self.page.points:
                yield verdict.task, verdict.points(self.page.points[verdict.task])
        for name in self.page.blank:
            yield name, None if self.page.is_answered(name, handed_in) else 0.0

    def _penalty(self, student: str, score: float, late_s: float) -> float | None:
        """What the course's late-penalty plugin takes off, within the bounds that nbgrader sets."""
        if late_s <= 0:
            return None
        penalty = self.late.plugin_inst.late_submission_penalty(student, score, late_s)
        return None if penalty is None else min(max(penalty, 0.0), score)

    def _publish(self, handed_in: Submission, record: Record) -> None:
        """Put the rebuilt submission into `autograded`; from here on it counts as recorded."""
        name, student = self.assignment.name, handed_in.student
        dest = self.converter._format_dest(name, student)
        try:
            if os.path.lexists(dest):
                utils.rmtree(dest)
            os.makedirs(os.path.dirname(dest), exist_ok=True)
            shutil.move(self.stage / student, dest)
            self.converter.set_permissions(name, student)
            self.store.mark_recorded(record, handed_in.key())
        except OSError as error:
            self._fail(student, error)

    def _fail(self, student: str, error: Exception) -> None:
        self.failures[student] = first_line(error)


def _is_of_gradebook(error: Exception) -> bool:
    """Locked, gone, damaged; not a name that the database refuses, nor a late-penalty plugin."""
    kinds = OperationalError, InterfaceError, InternalError
    return isinstance(error, kinds) or type(error) is DatabaseError
