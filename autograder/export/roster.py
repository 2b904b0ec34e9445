"""Class lists as Canvas and Moodle export them: read whatever their encoding, matched by id."""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import ClassListError
from autograder.gradebook.queries import Person

MAX_LIST = 50 * 2**20  # bytes
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls


@dataclass(frozen=True)
class ClassList:
    """A class list.

    Attributes:
        path: of the file.
        encoding: as which it was read.
        delimiter: between its columns.
        header: the names of its columns.
        rows: line number, and a cell for each column.
        bom: True if it began with a byte order mark.
        notes: lines on what was taken for granted in reading it.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    bom: bool
    notes: tuple[str, ...]

    def column(self, name: str) -> int | None:
        """Where a column stands, whatever its case; None if there is none."""
        names = [head.strip().casefold() for head in self.header]
        return names.index(name.casefold()) if name.casefold() in names else None

    def cell(self, row: Sequence[str], name: str) -> str:
        """The text in a column of a row; empty if there is no such column."""
        at = self.column(name)
        return "" if at is None else row[at].strip()


def read_class_list(path: Path, wanted: Sequence[str]) -> ClassList:
    """Read a list; comma, semicolon or tab, in UTF-8, UTF-16 or a Windows encoding.

    Args:
        wanted: columns that it must have.
    Raises:
        ClassListError: it is missing, no table, or lacks a column.
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
        notes.append(f"{path}: read as {encoding}; look whether names with accents are right")
    tables = {mark: _table(path, text, mark) for mark in ",;\t"}

    def known(mark: str) -> tuple[int, int]:
        heads = [head.strip().casefold() for head in tables[mark][0][1]]
        return sum(name.casefold() in heads for name in wanted), len(heads)

    delimiter = max(tables, key=known)
    (_, header), *rows = tables[delimiter]
    found = ClassList(path, encoding, delimiter, header, (), raw.startswith(BOM_UTF8), ())
    missing = [name for name in wanted if found.column(name) is None]
    if missing:
        heads = ", ".join(header[:12])
        raise ClassListError(
            f"{path}: expected the columns {', '.join(wanted)}; not found: {', '.join(missing)} "
            f"(found {heads[:200]}); export it again, in English"
        )
    width = len(header)
    even = []
    for line, row in rows:
        if len(row) != width:
            notes.append(f"{path} line {line}: {len(row)} cells where the header has {width}")
        even.append((line, (*row, *[""] * width)[:width]))
    return ClassList(path, encoding, delimiter, header, tuple(even), found.bom, tuple(notes))


def _decode(raw: bytes) -> tuple[str, str]:
    """The text and the encoding that was taken."""
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
    """Line number and cells of each row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, tuple(row)) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise ClassListError(f"{path} line {reader.line_num}: not a table ({error})") from None
    if rows and rows[0][1][0].startswith("sep="):  # a hint that Excel writes
        rows = rows[1:]
    return rows or [(1, ("",))]


def match(
    found: ClassList,
    people: Sequence[Person],
    keys: Sequence[tuple[str, str]],
    name: str,
    marks: Mapping[str, float],
) -> tuple[dict[int, str], list[str]]:
    """Match rows with students by the surest key that fits, and say who is left over.

    Args:
        people: everybody in the gradebook.
        keys: (column of the list, field of a person), the surest first; the field "local" stands
            for the student id as it stands before the @ of an address.
        name: the column with the name, for messages.
        marks: student id -> mark, for messages, so that no mark is lost.
    Returns:
        line of the list -> student id; and a line for each row and student without a partner, or
        with more than one.
    """
    index = [(field, _index(found, column, field == "local")) for column, field in keys]
    claims: dict[int, list[str]] = defaultdict(list)
    students, problems = {}, []
    for person in people:
        lines, points = _lines_of(person, index), f"{marks.get(person.student, 0.0):g} points"
        for line in lines:
            claims[line].append(person.student)
        if not lines:
            problems.append(
                f"{person.student}: in the gradebook ({points}), but not in {found.path}; add the "
                "row, or e-mail and lms_user_id to the gradebook, and export again"
            )
        if len(lines) > 1:
            problems.append(
                f"{found.path} lines {' and '.join(map(str, lines))}: each is {person.student} "
                f"({points}); no mark in the file; keep one row and export again"
            )
    for line, row in found.rows:
        who = claims.get(line, [])
        if len(who) == 1:
            students[line] = who[0]
        elif who:
            problems.append(
                f"{found.path} line {line}: is each of {' and '.join(who)}; no mark in the file; "
                "correct e-mail or lms_user_id in the gradebook and export again"
            )
        else:
            known = any(found.cell(row, column) for column, _ in keys)
            why = "not in the gradebook" if known else "has no id"
            problems.append(f"{found.path} line {line}: {found.cell(row, name)}: {why}; no mark")
    rows_of = Counter(students.values())
    return {line: who for line, who in students.items() if rows_of[who] == 1}, problems


def _index(found: ClassList, column: str, local: bool) -> dict[str, list[int]]:
    """Text of a column, without regard to case -> lines."""
    lines = defaultdict(list)
    at = found.column(column)
    for line, row in found.rows if at is not None else ():
        text = row[at].strip().casefold()
        lines[text.partition("@")[0] if local else text].append(line)
    return lines


def _lines_of(person: Person, index) -> list[int]:
    """The lines of the list that are this person, by the surest key that finds any."""
    for field, lines in index:
        mine = person.student if field == "local" else getattr(person, field)
        if mine and mine.casefold() in lines:
            return lines[mine.casefold()]
    return []
