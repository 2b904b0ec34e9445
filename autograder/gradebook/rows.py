"""The rows of nbgrader's gradebook that a submission fills, found or made for many at once."""

from dataclasses import dataclass
from datetime import datetime

from nbgrader import api
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from autograder.errors import GradebookError

from .connection import RELEASE
from .queries import seconds_late


@dataclass(frozen=True)
class Frame:
    """What the gradebook knows of an assignment before anybody hands in.

    Attributes:
        assignment: id of its row.
        notebook: id of the row of its notebook.
        duedate: in UTC without saying so, or None.
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


def read_frame(session: Session, assignment: str, notebook: str, points: dict) -> Frame:
    """Read an assignment's frame.

    Args:
        notebook: its name in the gradebook.
        points: cell name -> points, as the released notebook says.
    Raises:
        GradebookError: the gradebook knows no such assignment, or knows it with other cells.
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
        raise GradebookError(
            f"{what}: expected the cells and points of the released notebook, {points}; found "
            f"{found}; {RELEASE}"
        )
    return Frame(
        row.assignment_id,
        row.id,
        row.assignment.duedate,
        {cell.name: cell.id for cell in row.grade_cells},
        {cell.name: cell.id for cell in row.solution_cells},
        {cell.name: cell.checksum for cell in row.source_cells},
    )


class Rows:
    """The rows of a batch of students; those that are missing are made when asked for.

    Args:
        session: where they are added to; its owner commits.
        frame: of the assignment.
        students: the ids of the batch.
    """

    def __init__(self, session: Session, frame: Frame, students: list[str]):
        self.session, self.frame = session, frame
        known = select(api.Student.id).where(api.Student.id.in_(students))
        self.people = set(session.scalars(known))
        handed_in, notebook = api.SubmittedAssignment, api.SubmittedNotebook
        mine = select(handed_in).where(
            handed_in.assignment_id == frame.assignment, handed_in.student_id.in_(students)
        )
        self.submissions = {row.student_id: row for row in session.scalars(mine)}
        ids = [row.id for row in self.submissions.values()]
        mine = select(notebook).where(
            notebook.notebook_id == frame.notebook, notebook.assignment_id.in_(ids)
        )
        self.notebooks = {row.assignment_id: row for row in session.scalars(mine)}
        ids = [row.id for row in self.notebooks.values()]
        self.grades = self._cells_of(
            api.Grade, ids, "auto_score", "manual_score", "extra_credit", "needs_manual_grade"
        )
        self.comments = self._cells_of(api.Comment, ids, "auto_comment")

    def _cells_of(self, kind: type, notebooks: list[str], *columns: str) -> dict:
        """(notebook, cell) -> row, with these columns and none that takes a query each."""
        wanted = [getattr(kind, name) for name in ("id", "notebook_id", "cell_id", *columns)]
        mine = select(kind).where(kind.notebook_id.in_(notebooks)).options(load_only(*wanted))
        return {(row.notebook_id, row.cell_id): row for row in self.session.scalars(mine)}

    def add_student(self, student: str, create: bool) -> None:
        """Make sure that the student is in the gradebook.

        Raises:
            ValueError: not there, and not to be created.
        """
        if student not in self.people and not create:
            raise ValueError(f"no student {student} in the gradebook, and create_student is off")
        if student not in self.people:
            self.session.add(api.Student(id=student))
            self.people.add(student)

    def submission(self, student: str) -> api.SubmittedAssignment:
        """The row of a student's submission."""
        if student not in self.submissions:
            self.submissions[student] = self._new(
                api.SubmittedAssignment, assignment_id=self.frame.assignment, student_id=student
            )
        return self.submissions[student]

    def notebook(self, submission: api.SubmittedAssignment) -> api.SubmittedNotebook:
        """The row of the notebook of a submission."""
        if submission.id not in self.notebooks:
            self.notebooks[submission.id] = self._new(
                api.SubmittedNotebook, notebook_id=self.frame.notebook, assignment_id=submission.id
            )
        return self.notebooks[submission.id]

    def grade(self, notebook: api.SubmittedNotebook, cell: str) -> api.Grade:
        """The row of the mark of a cell."""
        return self._of_cell(self.grades, api.Grade, notebook, self.frame.graded[cell])

    def comment(self, notebook: api.SubmittedNotebook, cell: str) -> api.Comment:
        """The row of the comments on an answer."""
        return self._of_cell(self.comments, api.Comment, notebook, self.frame.answers[cell])

    def seconds_late(self, submission: api.SubmittedAssignment) -> float:
        """Seconds after the deadline, with the student's extension."""
        return seconds_late(submission.timestamp, self.frame.duedate, submission.extension)

    def _of_cell(self, known: dict, kind: type, notebook, cell_id: str):
        key = notebook.id, cell_id
        if key not in known:
            known[key] = self._new(kind, notebook_id=notebook.id, cell_id=cell_id)
        return known[key]

    def _new(self, kind: type, **columns):
        row = kind(id=api.new_uuid(), **columns)
        self.session.add(row)
        return row
