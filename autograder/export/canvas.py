"""Marks for Canvas and Moodle, laid into the list of the class that they export."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from autograder.errors import ClassListError
from autograder.reporting.load import ClassResults, StudentResult
from cs231n.engine.judging.render import to_html

from .roster import ClassList, match
from .table import Export, display_name, marks_of, number, to_csv, waiting

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
CANVAS_IDS = (*CANVAS, "Integration ID", "Root Account")
CANVAS_KEYS = (
    ("ID", "lms_user_id"), ("SIS User ID", "lms_user_id"), ("SIS Login ID", "student"),
    ("SIS User ID", "student"), ("ID", "student"), ("SIS Login ID", "email"),
    ("SIS Login ID", "local"),
)  # fmt: skip
MOODLE = ("Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Feedback comments")
MOODLE_KEYS = (
    ("ID number", "lms_user_id"), ("ID number", "student"), ("Email address", "email"),
    ("Email address", "student"), ("Username", "student"), ("Email address", "local"),
)  # fmt: skip
POINTS = "    Points Possible"  # as Canvas writes it
MAX_COMMENT = 30_000  # characters; a spreadsheet's cell ends at 32,767


def to_canvas(found: ClassResults, listed: ClassList, title: str) -> Export:
    """Canvas's gradebook import: who is who, and one column with the marks.

    Args:
        listed: the gradebook as exported from Canvas.
        title: of the assignment in Canvas.
    Raises:
        ClassListError: several columns have that title.
    """
    head, at = _canvas_column(listed, title)
    special = [(n, row) for n, row in listed.rows if row[0].strip() == POINTS.strip()]
    most = special[0][1][at].strip() if special and at is not None else ""
    first = special[0][0] if special else 0
    people = [(n, row) for n, row in listed.rows if n > first and not _is_test_student(row)]
    marks = marks_of(found)
    students, problems = match(
        replace(listed, rows=tuple(people)), found.people, CANVAS_KEYS, "Student", marks
    )
    problems += _maximum(listed, found, [most], "Canvas")
    kept = [i for i, name in enumerate(listed.header) if name.strip() in CANVAS_IDS]
    names = [listed.header[i] for i in kept]
    rows: list[Sequence] = [(*names, head)]
    rows.append([*(POINTS if n.strip() == "Student" else "" for n in names), _points(found, most)])
    rows += [(*(row[i] for i in kept), _mark(marks, students.get(n))) for n, row in people]
    notes = list(listed.notes)
    if at is None:
        notes.append(f"{listed.path}: no column {title!r}; Canvas will ask whether to make one")
    return _export(found, rows, listed, len(students), notes, problems)


def to_canvas_without_list(found: ClassResults, title: str) -> Export:
    """The same by the lms_user_id that the gradebook holds."""
    rows: list[Sequence] = [(*CANVAS, title), (POINTS, "", "", "", "", _points(found, ""))]
    problems, marks = list(found.problems), marks_of(found)
    for person in found.people:
        mark = _mark(marks, person.student)
        if person.lms_user_id:
            rows.append((display_name(person), person.lms_user_id, "", person.student, "", mark))
        else:
            problems.append(f"{person.student} ({mark} points): no lms_user_id; give --class-list")
    return Export(to_csv(rows), len(rows) - 2, waiting(found), tuple(problems))


def to_moodle(found: ClassResults, listed: ClassList) -> Export:
    """Moodle's grading worksheet, as it was downloaded, with marks and feedback comments in it."""
    marks, by_id = marks_of(found), {result.student: result for result in found.results}
    students, problems = match(listed, found.people, MOODLE_KEYS, "Full name", marks)
    grade, comment, most = map(listed.column, ("Grade", "Feedback comments", "Maximum grade"))
    rows: list[Sequence] = [listed.header]
    for line, row in listed.rows:
        new, student = list(row), students.get(line)
        if student is not None:
            new[grade] = _mark(marks, student)
            result = by_id.get(student)
            new[comment] = to_comment(result) if result else "<p>No submission.</p>"
        rows.append(new)
    problems += _maximum(listed, found, [row[most] for _, row in listed.rows], "Moodle")
    return _export(found, rows, listed, len(students), listed.notes, problems)


def to_comment(result: StudentResult) -> str:
    """A student's feedback as the piece of HTML that Moodle takes; all text escaped."""
    parts = [f"<p>{result.total:g} of {result.max_score:g} points.</p>"]
    if result.late_penalty:
        parts.append(f"<p>Late penalty: {result.late_penalty:g} points.</p>")
    parts += [f"<p>{escape(line)}</p>" for line in result.notes]
    for task in result.tasks:
        if task.verdict and task.verdict.findings:
            parts.append(to_html(task.verdict, task.points))
        if task.verdict and task.score != task.verdict.points(task.points):
            parts.append(f"<p>{task.name}: a grader gave {task.score:g} of {task.points:g}.</p>")
    for count, question in enumerate(result.questions, 1):
        given = "not graded yet" if question.score is None else f"{question.score:g}"
        comment = f" {escape(question.comment)}" if question.comment else ""
        parts.append(f"<p>Question {count}: {given} of {question.points:g}.{comment}</p>")
    kept, size = [], 0
    for part in parts:
        size += len(part)
        if size > MAX_COMMENT:
            kept.append("<p>Cut here; the feedback page has all of it.</p>")
            break
        kept.append(part)
    return "".join(kept).replace("\n", "<br>")


def _canvas_column(listed: ClassList, title: str) -> tuple[str, int | None]:
    """Heading and place of the assignment's column; Canvas adds the number of the assignment."""
    pattern = re.compile(re.escape(title.strip()) + r"( \(\d+\))?", re.IGNORECASE)
    heads = [i for i, name in enumerate(listed.header) if pattern.fullmatch(name.strip())]
    if len(heads) > 1:
        names = " and ".join(listed.header[i] for i in heads)
        raise ClassListError(f"{listed.path}: {names}: which? give one of them as --column")
    return (listed.header[heads[0]], heads[0]) if heads else (title, None)


def _is_test_student(row: Sequence[str]) -> bool:
    """The student that every Canvas course has for its teacher to try things with."""
    return row[0].strip().casefold() in ("student, test", "test student")


def _mark(marks: Mapping[str, float], student: str | None) -> str:
    return "" if student is None else f"{marks[student]:g}"


def _points(found: ClassResults, most: str) -> str:
    return most or f"{found.max_score:g}"


def _maximum(listed: ClassList, found: ClassResults, texts, where: str) -> list[str]:
    """A line if the other program counts to another number of points."""
    others = {number(text) for text in texts} - {None, found.max_score}
    return [
        f"{listed.path}: the assignment is worth {other:g} points in {where}, {found.max_score:g} "
        "here; change it there before the import, marks are not scaled"
        for other in sorted(others)
    ]


def _export(found, rows: list, listed: ClassList, marked: int, notes, problems) -> Export:
    text = ("\ufeff" if listed.bom else "") + to_csv(rows, listed.delimiter)
    return Export(text, marked, (*notes, *waiting(found)), (*found.problems, *problems))
