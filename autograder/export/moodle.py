"""Marks and feedback comments in Moodle's grading worksheet."""

import re
from collections.abc import Sequence
from html import escape

from autograder.errors import ClassListError
from autograder.reporting.models import ClassResults, StudentResult
from cs231n.engine.judging.degrees import limit_to_degree
from cs231n.engine.judging.render import to_html

from .roster import (
    match_students,
    maximum_problems,
    read_class_list,
    require_columns,
    shown_header,
)
from .table import (
    FORMULA_SIGNS,
    SEPARATORS,
    Export,
    ExportOptions,
    is_entry,
    kept_entries,
    preliminary_marks,
    student_marks,
    submission_counts,
    to_csv,
)

REQUIRED = ("Identifier", "Grade")
COMMENTS, MAXIMUM = "Feedback comments", "Maximum grade"
MATCHING = (  # column of the worksheet, field of a person; the most reliable pair first
    ("Identifier", "participant"),
    ("ID number", "lms_user_id"), ("ID number", "student"), ("Email address", "email"),
    ("Email address", "student"), ("Username", "student"), ("Email address", "local"),
)  # fmt: skip
MAX_COMMENT = 30_000  # characters; a spreadsheet's cell holds 32,767


def render(results: ClassResults, options: ExportOptions) -> Export:
    """Return the worksheet as it was downloaded, with grades and feedback comments filled in.

    Raises:
        ClassListError: the worksheet is missing or cannot be read.
    """
    if options.class_list is None:
        raise ClassListError(
            "--class-list: Moodle imports only its own grading worksheet; download it there and "
            "give it with --class-list"
        )
    identity = list(dict.fromkeys(column for column, _ in MATCHING[1:]))
    roster = read_class_list(options.class_list, (*REQUIRED, COMMENTS, *identity))
    if roster.column("Scale") is not None:
        raise ClassListError(
            f"{roster.path}: the assignment is graded with a scale; set a maximum grade of "
            f"{results.max_score:g} points in Moodle"
        )
    require_columns(
        roster, REQUIRED, "give the grading worksheet of this assignment, exported in English"
    )
    if not options.participants and not any(roster.column(n) is not None for n in identity):
        raise ClassListError(
            f"{roster.path}: expected one of the columns {', '.join(identity)}; found "
            f"{shown_header(roster)}; this site hides them, or the marking is blind: import the "
            "submissions with `collect`, which notes the numbers of the participants, or set up "
            "'Show user identity' in Moodle"
        )
    marks = student_marks(results, options)
    students, problems = match_students(
        roster, results.people, MATCHING, "Full name", marks, options.participants
    )
    grade, comment, maximum = map(roster.column, ("Grade", COMMENTS, MAXIMUM))
    rows: list[Sequence[str]] = [roster.header]
    kept, explain = [], results.assignment.student_help.explain
    for line, row in roster.rows:
        cells = list(row)
        if is_entry(row[grade]):
            kept.append(row[grade])
        elif line in students:
            mark = marks[students[line]]
            cells[grade] = mark.text
            if comment is not None:
                text = to_comment(mark.result, explain) if mark.result else "<p>No submission.</p>"
                cells[comment] = text
        rows.append(cells)
    maxima = [row[maximum] for _, row in roster.rows] if maximum is not None else []
    problems += maximum_problems(roster, results, maxima, "Moodle")
    notes = [*roster.notes, *kept_entries(roster.path, kept)]
    if comment is None:
        notes.append(
            f"{roster.path}: no column {COMMENTS!r}, so only the grades are written; enable "
            "'Feedback comments' in the assignment's feedback types for comments"
        )
    return Export(
        roster.byte_order_mark + to_csv(rows, roster.delimiter),
        submission_counts(marks[student] for student in students.values()),
        (*notes, *preliminary_marks(results)),
        (*results.problems, *problems),
    )


def to_comment(result: StudentResult, explain: str) -> str:
    """Return a student's feedback as HTML for a comment in Moodle; all text is escaped.

    Args:
        result: of the student.
        explain: how much the comment says about a mistake; see `judging.degrees`.
    """
    parts = [f"<p>{result.total:g} of {result.max_score:g} points.</p>"]
    if result.late_penalty:
        parts.append(f"<p>Late penalty: {result.late_penalty:g} points.</p>")
    parts += [f"<p>{escape(line)}</p>" for line in result.notes]
    shown: set[tuple] = set()
    for task in result.tasks:
        if task.verdict and task.verdict.findings and task.verdict.findings not in shown:
            shown.add(task.verdict.findings)  # a file that cannot be read costs all tasks, once
            parts.append(to_html(limit_to_degree(task.verdict, explain), task.points))
        if task.verdict and task.score != task.verdict.points(task.points):
            parts.append(f"<p>{task.name}: a grader set {task.score:g} of {task.points:g}.</p>")
    for number, question in enumerate(result.questions, 1):
        score = "not graded yet" if question.score is None else f"{question.score:g}"
        comment = f" {escape(question.comment)}" if question.comment else ""
        parts.append(f"<p>Question {number}: {score} of {question.points:g}.{comment}</p>")
    return _encode_formulas(_truncate(parts).replace("\n", "<br>"))


def _encode_formulas(comment: str) -> str:
    """Encode signs that would start a formula where a spreadsheet splits the text of a cell."""

    def encode(found: re.Match[str]) -> str:
        return found[1] + "".join(f"&#{ord(sign)};" for sign in found[2])

    return re.sub(rf"([{SEPARATORS}]\s*)([{FORMULA_SIGNS}]+)", encode, comment)


def _truncate(parts: list[str]) -> str:
    """Join the parts that fit into a cell."""
    kept, size = [], 0
    for part in parts:
        size += len(part)
        if size > MAX_COMMENT:
            kept.append("<p>Truncated; the feedback page contains the rest.</p>")
            break
        kept.append(part)
    return "".join(kept)
