"""Class lists as Canvas and Moodle export them: read in any encoding, matched by id."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import ClassListError
from autograder.gradebook.queries import Person
from autograder.reporting.models import ClassResults

from .table import StudentMark, parse_number

MAX_LIST = 50 * 2**20  # bytes
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls


@dataclass(frozen=True)
class ClassList:
    """A class list.

    Attributes:
        path: the file.
        delimiter: the character between its columns.
        header: the names of its columns.
        rows: pairs of line number and cells, one cell for each column.
        byte_order_mark: what the file began with; usually empty.
        notes: one line for each assumption made while reading it.
    """

    path: Path
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    byte_order_mark: str = ""
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> int | None:
        """Return the index of a column, ignoring case; None if there is none."""
        names = [head.strip().casefold() for head in self.header]
        return names.index(name.casefold()) if name.casefold() in names else None

    def cell(self, row: Sequence[str], name: str) -> str:
        """Return the text in a column of a row; empty if there is no such column."""
        index = self.column(name)
        return "" if index is None else row[index].strip()


def read_class_list(path: Path, wanted: Sequence[str]) -> ClassList:
    """Read a list separated by commas, semicolons or tabs, in UTF-8, UTF-16 or a Windows encoding.

    Args:
        path: the file.
        wanted: columns that it may have; the separator that shows most of them is the right one.
    Raises:
        ClassListError: it is missing, or is no table.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ClassListError(f"{path}: cannot be read ({error.strerror})") from None
    if len(raw) > MAX_LIST:
        raise ClassListError(f"{path}: {len(raw) >> 20} MiB, too large for a class list")
    if raw.startswith(WORKBOOKS):
        raise ClassListError(f"{path}: expected CSV; found a workbook (Excel); save it as CSV")
    text, encoding = _decode(raw)
    notes = []
    if encoding != "utf-8":
        notes.append(f"{path}: read as {encoding}; check that accented names look right")
    tables = {delimiter: _table(path, text, delimiter) for delimiter in ",;\t"}

    def quality(delimiter: str) -> tuple[int, int]:
        heads = [head.strip().casefold() for head in tables[delimiter][0][1]]
        return sum(name.casefold() in heads for name in wanted), len(heads)

    delimiter = max(tables, key=quality)
    (_, header), *rows = tables[delimiter]
    width = len(header)
    padded = []
    for line, row in rows:
        if len(row) != width:
            notes.append(f"{path} line {line}: {len(row)} cells, but the header has {width}")
        padded.append((line, (*row, *[""] * width)[:width]))
    mark = "\ufeff" if raw.startswith(BOM_UTF8) else ""
    return ClassList(path, delimiter, header, tuple(padded), mark, tuple(notes))


def require_columns(roster: ClassList, names: Sequence[str], advice: str) -> None:
    """Check that a list has columns of these names.

    Args:
        roster: the list.
        names: the columns.
        advice: why a column may be missing, and what helps.
    Raises:
        ClassListError: one of them is missing.
    """
    missing = [name for name in names if roster.column(name) is None]
    if missing:
        raise ClassListError(
            f"{roster.path}: expected the columns {', '.join(names)}; not found: "
            f"{', '.join(missing)} (found {shown_header(roster)}); {advice}"
        )


def shown_header(roster: ClassList) -> str:
    """Return the first columns of a list, for a message."""
    return ", ".join(roster.header[:12])[:200]


def _decode(raw: bytes) -> tuple[str, str]:
    """Return the text and the encoding that fits."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace"), "utf-16"
    if b"\0" in raw[:200]:
        encoding = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
        return raw.decode(encoding, "replace"), encoding
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"


def _table(path: Path, text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return line number and cells of each row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, tuple(row)) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise ClassListError(
            f"{path} line {reader.line_num}: expected a table ({error}); export it again"
        ) from None
    if rows and rows[0][1][0].startswith("sep="):  # a hint that Excel writes
        rows = rows[1:]
    return rows or [(1, ("",))]


def match_students(
    roster: ClassList,
    people: Sequence[Person],
    keys: Sequence[tuple[str, str]],
    name_column: str,
    marks: Mapping[str, StudentMark],
    participants: Mapping[str, str] | None = None,
) -> tuple[dict[int, str], list[str]]:
    """Match the rows of a list with students by the most reliable key that fits.

    Args:
        roster: the class list.
        people: every student in the gradebook.
        keys: pairs (column of the list, field of a person), the most reliable first. The field
            "local" compares the student id with the part of an address before its @, and
            "participant" the number at the end of a cell with that of `participants`.
        name_column: the column that contains the name, for messages.
        marks: student id -> mark, for messages, so that no mark is lost.
        participants: student id -> number in Moodle's worksheet.
    Returns:
        Line of the list -> student id; and one problem for each row and each student that matches
        nothing or more than one counterpart.
    """
    index = [(field, _index(roster, column, field)) for column, field in keys]
    claims: dict[int, list[str]] = defaultdict(list)
    students: dict[int, str] = {}
    problems = []
    for person in people:
        lines = _lines_of(person, index, participants or {})
        points = f"{marks[person.student].text or 'no'} points"
        for line in lines:
            claims[line].append(person.student)
        if not lines:
            problems.append(
                f"{person.student}: in the gradebook ({points}), but not in {roster.path}; add the "
                "row, or add e-mail and lms_user_id to the gradebook, and export again"
            )
        if len(lines) > 1:
            problems.append(
                f"{roster.path} lines {' and '.join(map(str, lines))}: each matches "
                f"{person.student} ({points}), so neither has a mark; keep one row and export again"
            )
    for line, row in roster.rows:
        matches = claims.get(line, [])
        if len(matches) == 1:
            students[line] = matches[0]
        elif matches:
            problems.append(
                f"{roster.path} line {line}: matches {' and '.join(matches)}, so it has no mark; "
                "correct e-mail or lms_user_id in the gradebook and export again"
            )
        else:
            has_id = any(roster.cell(row, column) for column, _ in keys)
            reason = "not in the gradebook" if has_id else "has no id"
            name = roster.cell(row, name_column)
            problems.append(f"{roster.path} line {line}: {name}: {reason}; no mark")
    rows_of = Counter(students.values())
    return {line: name for line, name in students.items() if rows_of[name] == 1}, problems


def maximum_problems(
    roster: ClassList, results: ClassResults, maxima: Sequence[str], program: str
) -> list[str]:
    """Return a line for each maximum in the other program that differs from the one here."""
    others = {parse_number(text) for text in maxima} - {None, results.max_score}
    return [
        f"{roster.path}: the assignment is worth {other:g} points in {program}, but "
        f"{results.max_score:g} here; change it there before the import; marks are not scaled"
        for other in sorted(others)
    ]


def _index(roster: ClassList, column: str, field: str) -> dict[str, list[int]]:
    """Return text of a column, ignoring case -> lines."""
    lines = defaultdict(list)
    at = roster.column(column)
    for line, row in roster.rows if at is not None else ():
        text = row[at].strip().casefold()
        if field == "local":
            text = text.partition("@")[0]
        elif field == "participant":
            number = re.search(r"\d+$", text)
            text = number[0] if number else ""
        lines[text].append(line)
    return lines


def _lines_of(
    person: Person,
    index: Sequence[tuple[str, Mapping[str, list[int]]]],
    participants: Mapping[str, str],
) -> list[int]:
    """Return the lines that match a person by the most reliable key that finds any."""
    for field, lines in index:
        if field == "participant":
            value = participants.get(person.student, "")
        else:
            value = person.student if field == "local" else getattr(person, field)
        if value and value.casefold() in lines:
            return lines[value.casefold()]
    return []
