"""Marks for the import of Canvas's gradebook."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from autograder.errors import ClassListError
from autograder.reporting.models import ClassResults

from .roster import (
    ClassList,
    match_students,
    maximum_problems,
    read_class_list,
    shown_header,
)
from .table import (
    Export,
    ExportOptions,
    StudentMark,
    display_name,
    is_entry,
    kept_entries,
    preliminary_marks,
    student_marks,
    submission_counts,
    to_csv,
)


@dataclass(frozen=True)
class Column:
    """A column of the file.

    Attributes:
        heading: its title; `TITLE` for the title of the assignment in Canvas.
        cell: the text for a student.
        identifies: True if Canvas recognises students by the column; with a class list, its cells
            are copied from there.
        points_possible: True if the row "Points Possible" contains the maximum in this column.
    """

    heading: str
    cell: Callable[[StudentMark], str]
    identifies: bool = False
    points_possible: bool = False


TITLE = "TITLE"
COLUMNS = (
    Column("Student", lambda row: display_name(row.person), identifies=True),
    Column("ID", lambda row: row.person.lms_user_id, identifies=True),
    Column("SIS User ID", lambda row: "", identifies=True),
    Column("SIS Login ID", lambda row: row.person.student, identifies=True),
    Column("Section", lambda row: "", identifies=True),
    Column(TITLE, lambda row: row.text, points_possible=True),
)
NAMES = ("Student", "LastName", "FirstName")
OPTIONAL_COLUMNS = (
    *NAMES[1:],
    "Integration ID",
    "Root Account",
)  # copied from a class list that has them
MATCHING = (  # column of the class list, field of a person; the most reliable pair first
    ("ID", "lms_user_id"), ("SIS User ID", "lms_user_id"), ("SIS Login ID", "student"),
    ("SIS User ID", "student"), ("ID", "student"), ("SIS Login ID", "email"),
    ("SIS Login ID", "local"),
)  # fmt: skip
POINTS_POSSIBLE = "    Points Possible"  # Canvas indents it


def render(results: ClassResults, options: ExportOptions) -> Export:
    """Return a file for Canvas's gradebook import.

    With a class list (the gradebook as Canvas exports it), the columns that identify a student are
    copied from it. Without one, they come from the gradebook, and each student needs an
    `lms_user_id` there.

    Raises:
        ClassListError: the class list cannot be read, or several of its columns fit the title.
    """
    title = options.column or results.assignment.title
    marks = student_marks(results, options)
    if options.class_list is None:
        return _from_gradebook(results, marks, title)
    wanted = [column.heading for column in COLUMNS if column.identifies]
    roster = read_class_list(options.class_list, wanted)
    ids = list(dict.fromkeys(column for column, _ in MATCHING))
    if not any(roster.column(name) is not None for name in ids):
        raise ClassListError(
            f"{roster.path}: expected one of the columns {', '.join(ids)}, which identify students"
            f"; found {shown_header(roster)}; Canvas always exports ID: give the file as Canvas "
            "exported it"
        )
    return _from_class_list(results, marks, title, roster)


def _from_gradebook(results: ClassResults, marks: dict[str, StudentMark], title: str) -> Export:
    known = [row for row in marks.values() if row.person.lms_user_id]
    unknown = [row for row in marks.values() if not row.person.lms_user_id]
    problems = results.problems
    if unknown and not known:
        problems += ("no student has an lms_user_id in the gradebook; give --class-list",)
    elif unknown:
        named = ", ".join(f"{row.person.student} ({row.text or 'no'} points)" for row in unknown)
        problems += (f"not in the file, because they have no lms_user_id: {named}; "
                     "give --class-list",)  # fmt: skip
    rows = [
        [title if column.heading == TITLE else column.heading for column in COLUMNS],
        [POINTS_POSSIBLE, *_points_possible(COLUMNS[1:], f"{results.max_score:g}")],
        *([column.cell(row) for column in COLUMNS] for row in known),
    ]
    return Export(to_csv(rows), submission_counts(known), preliminary_marks(results), problems)


def _from_class_list(
    results: ClassResults, marks: dict[str, StudentMark], title: str, roster: ClassList
) -> Export:
    heading, index = _assignment_column(roster, title)
    headers = [(n, row) for n, row in roster.rows if row[0].strip() == POINTS_POSSIBLE.strip()]
    first_line = headers[0][0] if headers else 0
    maximum = headers[0][1][index].strip() if headers and index is not None else ""
    people = [
        (n, row) for n, row in roster.rows
        if n > first_line and not _is_test_student(row) and not _is_posting_row(row)
    ]  # fmt: skip
    students, problems = match_students(
        replace(roster, rows=tuple(people)), results.people, MATCHING, "Student", marks
    )
    problems += maximum_problems(roster, results, [maximum], "Canvas")

    identifying = {c.heading for c in COLUMNS if c.identifies} | set(OPTIONAL_COLUMNS)
    if roster.column("SIS Login ID") is None:
        identifying.discard("SIS User ID")  # Canvas refuses this column without the other
    copied = [i for i, name in enumerate(roster.header) if name.strip() in identifying]
    computed = [column for column in COLUMNS if not column.identifies]
    names = [roster.header[i] for i in copied]
    names_given = [name for name in NAMES if roster.column(name) is not None]
    points = maximum or f"{results.max_score:g}"
    rows: list[Sequence[str]] = [
        [*names, *(heading if column.heading == TITLE else column.heading for column in computed)],
        [*(POINTS_POSSIBLE if name.strip() in names_given[:1] else "" for name in names),
         *_points_possible(computed, points)],
    ]  # fmt: skip
    kept = []
    for line, row in people:
        mark = marks.get(students.get(line, ""))
        entry = row[index] if index is not None and is_entry(row[index]) else ""
        kept += [entry] if entry else []
        cells = [entry or (column.cell(mark) if mark else "") for column in computed]
        rows.append([*(row[i] for i in copied), *cells])
    notes = [*roster.notes, *kept_entries(roster.path, kept)]
    if index is None:
        notes.append(_missing_column(roster, title, identifying))
    return Export(
        roster.byte_order_mark + to_csv(rows, roster.delimiter),
        submission_counts(marks[student] for student in students.values()),
        (*notes, *preliminary_marks(results)),
        (*results.problems, *problems),
    )


def _points_possible(columns: Sequence[Column], points: str) -> list[str]:
    return [points if column.points_possible else "" for column in columns]


def _assignment_column(roster: ClassList, title: str) -> tuple[str, int | None]:
    """Return heading and index of the assignment's column; Canvas appends the assignment's id."""
    pattern = re.compile(re.escape(title.strip()) + r"( \(\d+\))?", re.IGNORECASE)
    matches = [i for i, name in enumerate(roster.header) if pattern.fullmatch(name.strip())]
    if len(matches) > 1:
        names = " and ".join(repr(roster.header[i]) for i in matches)
        raise ClassListError(
            f"{roster.path}: expected one column {title!r}; found {names}; give one as --column"
        )
    return (roster.header[matches[0]], matches[0]) if matches else (title, None)


def _missing_column(roster: ClassList, title: str, identifying: set[str]) -> str:
    """Return the note that the list has no column for the assignment, with those that it has."""
    others = [name for name in map(str.strip, roster.header) if re.search(r" \(\d+\)$", name)]
    found = f"it has {', '.join(map(repr, others[:12]))}" if others else "it has no assignments"
    return (
        f"{roster.path}: no column {title!r}; {found}; give one as --column, or let Canvas create "
        "a new assignment"
    )


def _is_posting_row(row: Sequence[str]) -> bool:
    """Return whether a row says for each assignment whether its grades are posted by hand."""
    cells = {cell.strip().casefold() for cell in row} - {""}
    return bool(cells) and all(cell.startswith(("manual posting", "muted")) for cell in cells)


def _is_test_student(row: Sequence[str]) -> bool:
    """Return whether a row is the test student that Canvas adds to every course."""
    return row[0].strip().casefold() in ("student, test", "test student")
