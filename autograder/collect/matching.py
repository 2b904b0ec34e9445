"""Find out whose an upload is: by the class list, by the gradebook, or by the id in its name."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.errors import ClassListError
from autograder.export.roster import ClassList
from autograder.gradebook.people import list_people

# kind of id in a download -> columns of a class list that hold it
COLUMNS = {
    "canvas_id": ("ID",),
    "moodle_id": ("Identifier",),
    "sid": ("SID", "SIS User ID", "ID number", "SIS Login ID", "Username"),
    "email": ("Email address", "Email", "SIS Login ID", "Username"),
    "login": ("SIS Login ID", "Username", "Login"),
    "name": ("Full name", "Student", "Name"),
    "group": ("Group",),
    "folder": ("SIS Login ID", "Username", "SID", "ID number", "SIS User ID", "Email address",
               "Email", "ID"),
}  # fmt: skip
# columns that make good names of folders, the best first
STUDENT_ID = ("SIS Login ID", "Username", "SID", "ID number", "SIS User ID", "Email address",
              "Email", "ID")  # fmt: skip
UNSAFE_ID = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]|^[.~ ]|[. ]$|^$")
MAX_ID = 120  # bytes of a student id: it names folders


@dataclass(frozen=True)
class ListedPerson:
    """A student as a class list or the gradebook knows them.

    Attributes:
        student: the id that names their folder in `submitted`.
        ids: kind of id, as in COLUMNS -> texts by which a download may name them.
        first_name, last_name, email, lms_user_id: for the gradebook; empty if not known.
    """

    student: str
    ids: dict[str, tuple[str, ...]]
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class Match:
    """Whose one upload is.

    Attributes:
        students: ids; several for a group, none if nobody or no single person fits.
        problem: why there is none, as the end of a line; else empty.
        by: what it was matched by, for the table.
    """

    students: tuple[str, ...]
    problem: str = ""
    by: str = ""


def people_of(listed: ClassList, column: str | None = None) -> list[ListedPerson]:
    """Return the people of a class list, without the rows that have no id.

    Args:
        listed: the list, as a platform exports it.
        column: title of the column with the student ids; None for the best there is.
    Raises:
        ClassListError: it has no column that identifies anybody, or not the wanted one.
    """
    wanted = (column,) if column else (*STUDENT_ID, "Identifier")
    if not any(listed.column(name) is not None for name in wanted):
        heads = ", ".join(listed.header[:12])[:200]
        raise ClassListError(
            f"{listed.path}: expected one of the columns {', '.join(wanted)}; found {heads}; give "
            "--id-column TITLE"
        )
    people = []
    for _, row in listed.rows:
        cells = {name: listed.cell(row, name) for name in _names(COLUMNS)}
        ids = {kind: _texts(cells, names) for kind, names in COLUMNS.items()}
        if "Identifier" in cells:
            ids["moodle_id"] = tuple(re.findall(r"(\d+)\s*$", cells["Identifier"]))
        wanted = (column,) if column else STUDENT_ID
        student = next((listed.cell(row, name) for name in wanted if listed.cell(row, name)), "")
        if not student and not column and ids["moodle_id"]:
            student = f"participant-{ids['moodle_id'][0]}"
        if student and not row[0].strip().startswith("Points Possible"):
            first, last = _name(listed, row)
            email = cells["Email address"] or cells["Email"]
            people.append(ListedPerson(student, ids, first, last, email, cells["ID"]))
    return people


def read_people(db_url: str) -> list[ListedPerson]:
    """Return the students of the gradebook.

    Raises:
        GradebookError: it cannot be read.
    """
    return [
        ListedPerson(
            known.student,
            {
                "canvas_id": _known(known.lms_user_id),
                "sid": _known(known.student, known.lms_user_id),
                "email": _known(known.email, known.student),
                "login": _known(known.student, known.email.partition("@")[0]),
                "folder": _known(known.student),
            },
        )
        for known in list_people(db_url)
    ]


def _known(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def find_people(
    identities: Iterable[dict[str, str]],
    listed: Sequence[ListedPerson],
    known: Sequence[ListedPerson],
) -> Match:
    """Find the students of one upload.

    Args:
        identities: ids of each person, as the download gives them.
        listed: the class list, or nobody.
        known: the gradebook's students.
    """
    students, by = [], ""
    for identity in identities:
        match = _find_one(identity, listed, known)
        if match.problem:
            return match
        students += match.students
        by = match.by
    return Match(tuple(dict.fromkeys(students)), by=by)


def _find_one(
    identity: dict[str, str], listed: Sequence[ListedPerson], known: Sequence[ListedPerson]
) -> Match:
    shown = ", ".join(f"{_label(kind)} {text}" for kind, text in identity.items())
    for source, people in (("class list", listed), ("gradebook", known)):
        for kind, text in identity.items():
            found = _with_id(people, kind, text)
            if len(found) == 1 or (found and kind == "group"):
                return Match(
                    tuple(person.student for person in found), by=f"{_label(kind)}, {source}"
                )
            if found:
                names = " and ".join(person.student for person in found[:3])
                return Match((), f"{shown}: fits {names} in the {source}; correct the list")
    if listed:
        return Match((), f"{shown}: not in the class list; add the row, or import it by hand")
    usable = [
        kind
        for kind in ("folder", "login", "sid", "email", "canvas_id", "moodle_id")
        if kind in identity
    ]
    if not usable:
        return Match((), f"{shown}: only a name, and names identify nobody; give --class-list")
    student = unicodedata.normalize("NFC", identity[usable[0]].strip())
    if UNSAFE_ID.search(student) or len(student.encode("utf-8", "replace")) > MAX_ID:
        return Match((), f"{shown}: cannot be the name of a folder; give --class-list")
    return Match((student,), by=_label(usable[0]))


def similar_ids(students: Iterable[str], known: Iterable[str]) -> dict[str, list[str]]:
    """Return student id -> other known ids that differ only in case, spaces, accents or form."""
    groups: dict[str, set[str]] = defaultdict(set)
    for other in known:
        groups[_folded(other)].add(other)
    return {
        student: sorted(groups[_folded(student)] - {student})
        for student in students
        if groups[_folded(student)] - {student}
    }


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c) and not c.isspace())


def _with_id(people: Sequence[ListedPerson], kind: str, text: str) -> list[ListedPerson]:
    wanted = unicodedata.normalize("NFKC", text).casefold().strip()
    found = [
        person
        for person in people
        if any(
            unicodedata.normalize("NFKC", own).casefold() == wanted
            for own in person.ids.get(kind, ())
        )
    ]
    return found


def _texts(cells: dict[str, str], names: Sequence[str]) -> tuple[str, ...]:
    found = [cells[name] for name in names if cells.get(name)]
    local = [text.partition("@")[0] for text in found if "@" in text]
    return tuple(dict.fromkeys([*found, *local]))


def _names(columns: dict[str, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for names in columns.values() for name in names))


def _name(listed: ClassList, row: Sequence[str]) -> tuple[str, str]:
    """Return first and last name, from two columns or from "Last, First"."""
    first = listed.cell(row, "First name") or listed.cell(row, "FirstName")
    last = listed.cell(row, "Last name") or listed.cell(row, "LastName")
    if first or last:
        return first, last
    whole = listed.cell(row, "Student") or listed.cell(row, "Full name") or listed.cell(row, "Name")
    if "," in whole:
        last, _, first = whole.partition(",")
    else:
        first, _, last = whole.rpartition(" ")
    return first.strip(), last.strip()


def _label(kind: str) -> str:
    return {"canvas_id": "Canvas id", "moodle_id": "Moodle participant", "sid": "SID",
            "anonymous_id": "anonymous id", "folder": "folder"}.get(kind, kind)  # fmt: skip
