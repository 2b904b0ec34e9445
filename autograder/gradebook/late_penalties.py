"""Late penalties: computed from the due date, the extension, the plugin and the marks as they are.

A penalty in the gradebook is a copy that any of its four inputs can outdate. `refresh_penalties`
computes every copy again; each command that shows or exports marks calls it first.
"""

from collections.abc import Container
from dataclasses import dataclass, field

from nbgrader import api
from sqlalchemy import func, select

from .connection import GradebookSettings, first_line, reading, writing
from .queries import seconds_late


@dataclass
class RefreshedPenalties:
    """The result of a refresh.

    Attributes:
        changed: student id -> penalty before and after, for the penalties that changed.
        failures: student id -> why the course's plugin could not compute the penalty.
    """

    changed: dict[str, tuple[float, float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def problems(self, assignment: str) -> list[str]:
        """Return a line for each penalty that could not be computed."""
        return [
            f"submitted/{student}/{assignment}: late penalty not computed: the plugin of "
            f"nbgrader_config.py failed ({reason}); correct it and grade again"
            for student, reason in self.failures.items()
        ]


def penalty_of(
    settings: GradebookSettings, student: str, score: float, late_s: float
) -> float | None:
    """Return the penalty that the course's plugin sets, within the bounds of nbgrader.

    Args:
        settings: the course's gradebook; its plugin may raise any error.
        student: the student id.
        score: points before the penalty.
        late_s: seconds after the due date with the student's extension.
    """
    if late_s <= 0 or settings.late_penalty is None:
        return None
    penalty = settings.late_penalty(student, score, late_s)
    return None if penalty is None else min(max(penalty, 0.0), score)


def refresh_penalties(
    settings: GradebookSettings, assignment: str, excluded: Container[str] = (), write: bool = True
) -> RefreshedPenalties:
    """Compute all late penalties of an assignment again; write those that differ.

    Args:
        settings: the course's gradebook and its plugin.
        assignment: name of the assignment.
        excluded: student ids that are left unchanged.
        write: False to report the changes only.
    Raises:
        GradebookError: the gradebook cannot be read, or a penalty cannot be written.
    """
    result = RefreshedPenalties()
    wanted: dict[str, float | None] = {}
    for student, notebook, penalty, score, late_s in _read_rows(settings.db_url, assignment):
        if student in excluded:
            continue
        try:
            now = penalty_of(settings, student, score, late_s)
        except Exception as error:  # a course's own plugin can raise anything
            result.failures[student] = first_line(error)
            continue
        if now != penalty:
            wanted[notebook] = now
        if (now or 0.0) != (penalty or 0.0):
            result.changed[student] = (penalty or 0.0, now or 0.0)
    if wanted and write:
        with writing(settings.db_url, settings.course_id) as session:
            for notebook, now in wanted.items():
                session.get(api.SubmittedNotebook, notebook).late_submission_penalty = now
            session.commit()
    return result


def _read_rows(db_url: str, assignment: str) -> list[tuple[str, str, float | None, float, float]]:
    """Return student, id of the notebook, penalty, score and seconds late of each submission."""
    submission, notebook = api.SubmittedAssignment, api.SubmittedNotebook
    query = (
        select(
            submission.student_id, notebook.id, notebook.late_submission_penalty,
            func.coalesce(func.sum(api.Grade.score), 0.0),
            submission.timestamp, api.Assignment.duedate, submission.extension,
        )
        .select_from(notebook)
        .join(submission, submission.id == notebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == submission.assignment_id)
        .outerjoin(api.Grade, api.Grade.notebook_id == notebook.id)
        .where(api.Assignment.name == assignment)
        .group_by(
            submission.student_id, notebook.id, notebook.late_submission_penalty,
            submission.timestamp, api.Assignment.duedate, submission.extension,
        )
        .order_by(submission.student_id)
    )  # fmt: skip
    with reading(db_url) as session:
        return [
            (student, row, penalty, float(score), seconds_late(when, due, extension))
            for student, row, penalty, score, when, due, extension in session.execute(query)
        ]
