"""What all export formats share: a mark for each student, options, safe CSV cells."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.gradebook.queries import Person
from autograder.reporting.models import ClassResults, StudentResult
from autograder.submission.inline_answers import printable

NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
FORMULA_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four are full-width, as in Asian fonts
SEPARATORS = ",;\t\n|"
MAX_NAMES = 5  # students named in a note


@dataclass(frozen=True)
class ExportOptions:
    """Options of an export, the same for each format.

    Attributes:
        class_list: the class as the other program exports it, or None.
        column: title of the assignment in the other program; None for its title here.
        blank_missing: leave the cells of students without a submission empty instead of writing 0.
        participants: student id -> number by which Moodle's worksheet names the student, as far
            as the import of the submissions has shown it.
    """

    class_list: Path | None = None
    column: str | None = None
    blank_missing: bool = False
    participants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SubmissionCounts:
    """How many students of an export submitted, and how many have no submission."""

    submitted: int
    missing: int


@dataclass(frozen=True)
class Export:
    """The result of an export.

    Attributes:
        text: content of the file.
        counts: the students who have a row with their mark.
        notes: one line for each assumption that the instructor should check.
        problems: one line for each mark that is missing from the file or may be wrong in it.
    """

    text: str
    counts: SubmissionCounts
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudentMark:
    """A student and their mark.

    Attributes:
        person: name, address and ids from the gradebook.
        result: the graded submission, or None if there is none.
        mark: all points less the late penalty; None if the cell stays empty.
    """

    person: Person
    result: StudentResult | None
    mark: float | None

    @property
    def raw_score(self) -> float:
        """All points before the late penalty."""
        return round(self.result.auto_score + self.result.hand_score, 2) if self.result else 0.0

    @property
    def late_penalty(self) -> float:
        """Points that are subtracted for a late submission."""
        return self.result.late_penalty if self.result else 0.0

    @property
    def text(self) -> str:
        """The mark as the content of a cell."""
        return "" if self.mark is None else f"{self.mark:g}"


def student_marks(results: ClassResults, options: ExportOptions) -> dict[str, StudentMark]:
    """Return student id -> mark for every student in the gradebook, sorted by id."""
    by_id = {result.student: result for result in results.results}
    without_submission = None if options.blank_missing else 0.0
    marks = {}
    for person in results.people:
        result = by_id.get(person.student)
        mark = result.total if result else without_submission
        marks[person.student] = StudentMark(person, result, mark)
    return marks


def display_name(person: Person) -> str:
    """Return "last name, first name", as gradebooks sort; the id if no name is known."""
    return ", ".join(filter(None, (person.last_name, person.first_name))) or person.student


def submission_counts(marks: Iterable[StudentMark]) -> SubmissionCounts:
    """Count the students with and without a submission."""
    submitted = [mark.result is not None for mark in marks]
    return SubmissionCounts(sum(submitted), len(submitted) - sum(submitted))


def preliminary_marks(results: ClassResults) -> tuple[str, ...]:
    """Return a note on the students whose answers are not all marked by hand, if there are any."""
    students = [result.student for result in results.results if result.waiting]
    if not students:
        return ()
    answers = sum(result.waiting for result in results.results)
    names = ", ".join(students[:MAX_NAMES]) + (", ..." if len(students) > MAX_NAMES else "")
    return (
        f"{count(answers, 'answer')} of {count(len(students), 'student')} still to mark by hand; "
        f"their marks are preliminary ({names})",
    )


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or plural ("1 student", "2 students")."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def parse_number(text: str) -> float | None:
    """Return a number written with a decimal point or comma; None if the text is no number."""
    text = text.strip()
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None


def is_entry(text: str) -> bool:
    """Return whether the other program's cell holds an entry that is no number, such as EX."""
    return bool(text.strip(" -\u2013")) and parse_number(text.strip().removesuffix("%")) is None


def kept_entries(path: Path, entries: Sequence[str]) -> tuple[str, ...]:
    """Return a note on the entries of a class list that stay because they are no numbers."""
    if not entries:
        return ()
    counts = Counter(entry.strip()[:20] for entry in entries).most_common(MAX_NAMES)
    shown = ", ".join(f"{number} {text}" for text, number in counts)
    entry = "1 entry is" if len(entries) == 1 else f"{len(entries):,} entries are"
    return (f"{path}: {entry} not a number and kept unchanged: {shown}",)


def to_csv(rows: Iterable[Sequence], delimiter: str = ",") -> str:
    """Return rows as CSV; a spreadsheet cannot interpret the text of a cell as a formula.

    A spreadsheet that expects another delimiter splits a cell there, so what follows any delimiter
    within a cell must not be a formula either.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerows([[_escape_formulas(str(cell), delimiter) for cell in row] for row in rows])
    return file.getvalue()


def _escape_formulas(text: str, delimiter: str) -> str:
    text = printable(text)
    bare, others = text.strip(), re.escape(SEPARATORS.replace(delimiter, ""))
    formula = re.match(rf"[{FORMULA_SIGNS}][\s\S]", bare) and parse_number(bare) is None
    text = re.sub(rf"([{others}]\s*)(?=[{FORMULA_SIGNS}])", r"\1'", text)
    return f"'{text}" if formula else text
