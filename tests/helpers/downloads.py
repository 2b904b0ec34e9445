"""Downloads of a class in the documented formats of the platforms (docs/collect.md).

Each builder takes the same invented class and returns the bytes of a zip, so that one set of tests
holds for every platform.
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Student:
    """One person of the invented class and what they handed in.

    Attributes:
        number: a running number; every id is made from it.
        first, last: names, some with accents or in other alphabets.
        files: path inside the submission -> contents; empty for no files.
        late: handed in after the deadline.
        listed: in the class list.
    """

    number: int
    first: str
    last: str
    files: dict[str, bytes] = field(default_factory=dict)
    late: bool = False
    listed: bool = True

    @property
    def login(self) -> str:
        return f"student{self.number:02d}"

    @property
    def canvas_id(self) -> str:
        return str(10_000 + self.number)

    @property
    def moodle_id(self) -> str:
        return str(500 + self.number)

    @property
    def email(self) -> str:
        return f"{self.login}@example.edu"

    @property
    def submitted(self) -> datetime:
        return START + timedelta(minutes=self.number, days=3 if self.late else 0)


def pack(files: dict[str, bytes]) -> bytes:
    """Return a zip with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def canvas(students: Iterable[Student]) -> bytes:
    """Canvas, "Download Submissions": flat, `bellann_LATE_10001_900001_file`."""
    files = {}
    attachment = 900_000
    for student in students:
        name = "".join(c for c in f"{student.last}{student.first}".lower() if c.isalnum())
        late = "LATE_" if student.late else ""
        for path, data in student.files.items():
            attachment += 1
            base = path.rsplit("/", 1)[-1]
            files[f"{name}_{late}{student.canvas_id}_{attachment}_{base}"] = data
    return pack(files)


def moodle(students: Iterable[Student], flat: bool = False) -> bytes:
    """Moodle, "Download all submissions", in folders or flat."""
    files = {}
    for student in students:
        name = f"{student.first} {student.last}".replace("_", " ").replace("'", "")
        start = f"{name}_{student.moodle_id}_assignsubmission_file"
        for path, data in student.files.items():
            inside = f"{start}_{path.rsplit('/', 1)[-1]}" if flat else f"{start}/{path}"
            files[inside] = data
    return pack(files)


def gradescope(students: Iterable[Student]) -> bytes:
    """Gradescope, "Export submissions": folders and `submission_metadata.yml`."""
    top, files, lines = "assignment_700001_export", {}, ["---"]
    for student in students:
        folder = f"submission_{800_000 + student.number}"
        lines += [
            f"{folder}:",
            "  :submitters:",
            f"  - :name: {student.first} {student.last}",
            f"    :sid: {student.login}",
            f"    :email: {student.email}",
            f"  :created_at: {student.submitted:%Y-%m-%d %H:%M:%S}.000000000 Z",
            "  :score: 3.0",
            "  :results:",
            '    output: "it: printed',
            "...",
            'this"',
        ]
        for path, data in student.files.items():
            files[f"{top}/{folder}/{path}"] = data
    files[f"{top}/submission_metadata.yml"] = "\n".join(lines).encode()
    return pack(files)


def folders(students: Iterable[Student]) -> bytes:
    """A folder for each student, named by the login."""
    return pack(
        {
            f"{student.login}/{path}": data
            for student in students
            for path, data in student.files.items()
        }
    )


def canvas_list(students: Iterable[Student]) -> str:
    """The gradebook as Canvas exports it."""
    rows = [("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "GANs (123)")]
    rows += [("    Points Possible", "", "", "", "", "100")]
    rows += [
        (f"{s.last}, {s.first}", s.canvas_id, "", s.login, "A and B", "")
        for s in students
        if s.listed
    ]
    return _csv(rows)


def moodle_list(students: Iterable[Student]) -> str:
    """The grading worksheet as Moodle exports it."""
    rows = [
        ("Identifier", "Full name", "Username", "Email address", "Status", "Grade",
         "Maximum grade", "Last modified (grade)", "Feedback comments")
    ]  # fmt: skip
    rows += [
        (
            f"Participant {s.moodle_id}",
            f"{s.first} {s.last}",
            s.login,
            s.email,
            "",
            "",
            "100",
            "-",
            "",
        )
        for s in students
        if s.listed
    ]
    return _csv(rows)


def gradescope_list(students: Iterable[Student]) -> str:
    """The grades as Gradescope exports them."""
    rows = [("First Name", "Last Name", "SID", "Email", "Total Score")]
    rows += [(s.first, s.last, s.login, s.email, "") for s in students if s.listed]
    return _csv(rows)


def _csv(rows: Iterable[tuple]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
