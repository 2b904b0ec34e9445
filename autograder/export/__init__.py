"""Marks for other programs, all from one picture of the class."""

import os
from pathlib import Path

from autograder.errors import ClassListError
from autograder.reporting.load import ClassResults

from .canvas import CANVAS, MOODLE, to_canvas, to_canvas_without_list, to_moodle
from .roster import read_class_list
from .table import Export, marks_of, to_csv, waiting

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def export(
    found: ClassResults, to: str, class_list: Path | None, column: str | None = None
) -> Export:
    """The marks for another program.

    Args:
        to: "nbgrader", "canvas" or "moodle".
        class_list: the list of the class as that program exports it.
        column: title of the assignment in Canvas; None for the title that it has here.
    Raises:
        ClassListError: the list is needed and missing, or cannot be used.
    """
    title = column or found.assignment.title
    if to == "nbgrader":
        if class_list is not None:
            raise ClassListError("--class-list: nbgrader's own CSV needs none; leave it out")
        return to_nbgrader(found)
    if to == "canvas":
        if class_list is None:
            return to_canvas_without_list(found, title)
        return to_canvas(found, read_class_list(class_list, CANVAS), title)
    if class_list is None:
        raise ClassListError(
            "--class-list: Moodle takes its own grading worksheet only; download it there"
        )
    return to_moodle(found, read_class_list(class_list, MOODLE))


def to_nbgrader(found: ClassResults) -> Export:
    """The columns and numbers of nbgrader's own CSV exporter; who did not hand in has 0."""
    by_id, marks = {result.student: result for result in found.results}, marks_of(found)
    due, rows = found.duedate.replace(tzinfo=None) if found.duedate else "", [COLUMNS]
    for person in found.people:
        result = by_id.get(person.student)
        when, raw, penalty = "", 0.0, 0.0
        if result:
            when = result.submitted.replace(tzinfo=None) if result.submitted else ""
            raw = round(result.auto_score + result.hand_score, 2)
            penalty = result.late_penalty
        who = person.student, person.last_name, person.first_name, person.email
        points = raw, penalty, marks[person.student], found.max_score
        rows.append((found.assignment.name, due, when, *who, *points))
    return Export(to_csv(rows), len(found.people), waiting(found), found.problems)


def write_export(path: Path, made: Export) -> None:
    """Write the file, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(made.text, "utf-8", newline="")
    os.replace(part, path)
