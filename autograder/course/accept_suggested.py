"""Accept suggested marks of which a program has understood every part."""

from nbgrader import api
from sqlalchemy import select

from autograder.config import Assignment
from autograder.gradebook.backups import save_backup
from autograder.gradebook.connection import GradebookSettings, writing
from autograder.layout import CourseLayout
from autograder.marking.orbit import SUGGESTERS
from autograder.submission.inline_answers import NotebookError, parse_cells


def accept_suggested(
    assignment: Assignment, layout: CourseLayout, gradebook: GradebookSettings, pattern: str = "*"
) -> dict[str, float]:
    """Give every exact suggestion to the answers that wait for their first mark.

    A mark that a person gave stays, and so does an answer that was read only in part.

    Args:
        assignment: the assignment.
        layout: the course's paths.
        gradebook: the course's gradebook.
        pattern: id of the only student, or "*".
    Returns:
        student id -> points given; one question of an assignment at most has suggestions.
    Raises:
        GradebookError: the gradebook cannot be written.
    """
    accepted: dict[str, float] = {}
    questions = [q for q in assignment.questions if q.grade_id in SUGGESTERS]
    if not questions:
        return accepted
    save_backup(layout, gradebook.db_url, assignment, f"accept {assignment.name}")
    with writing(gradebook.db_url, gradebook.course_id) as session:
        for question in questions:
            for student, grade in session.execute(_waiting(assignment, question.grade_id)):
                if pattern not in ("*", student):
                    continue
                text = _answer(layout, assignment, student, question.grade_id)
                found = SUGGESTERS[question.grade_id](text, float(question.points))
                if found is not None and found.exact:
                    grade.manual_score, grade.needs_manual_grade = found.points, False
                    accepted[student] = found.points
        session.commit()
    return accepted


def _waiting(assignment: Assignment, grade_id: str):
    """Return the query for students and marks that no person has given yet."""
    return (
        select(api.SubmittedAssignment.student_id, api.Grade)
        .select_from(api.Grade)
        .join(api.GradeCell, api.GradeCell.id == api.Grade.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
        .join(api.SubmittedAssignment)
        .join(api.Assignment)
        .where(
            api.Assignment.name == assignment.name,
            api.GradeCell.name == grade_id,
            api.Grade.needs_manual_grade.is_(True),
            api.Grade.manual_score.is_(None),
        )
        .order_by(api.SubmittedAssignment.student_id)
    )


def _answer(layout: CourseLayout, assignment: Assignment, student: str, grade_id: str) -> str:
    try:
        cells = parse_cells(layout.autograded_notebook(assignment, student).read_bytes())
    except (OSError, NotebookError):
        return ""
    return next((cell.source for cell in cells if cell.grade_id == grade_id), "")
