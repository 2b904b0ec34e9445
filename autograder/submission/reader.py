"""Read submissions safely: rebuild them instead of repairing them.

An allow-list selects two parts of a submission: the student's module and the text of the answer
cells. `rebuild` combines them with a fresh copy of the released files. Nothing else is read.
"""

import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.config import Assignment
from autograder.fsutil import RefusedFile, check_path, read_file

from .file_tree import FileTree, read_folder
from .find_answers import FoundAnswers, ReleasedAnswers, find_answers
from .inline_answers import NotebookError, parse_cells
from .locate import locate_module
from .pictures import Picture
from .timestamps import FORM, UnclearTime, nbgrader_form, parse_timestamp

MAX_LISTED = 5  # paths in a message
MAX_NOTEBOOK = 20 * 2**20  # bytes; notebooks with figures of three GANs have 5 MB
MAX_NOTEBOOKS = 10  # looked at in one submission
STUB = "raise NotImplementedError"  # in a function that is not written yet
MAX_NOTE = 500  # characters of a note; a path may have 4,000


@dataclass(frozen=True)
class Submission:
    """The parts of a submission that are graded.

    Attributes:
        student: name of the folder in `submitted`.
        source: content of the module, or None.
        refused: the reason why there is no source, as one line, or None.
        answers: grade_id -> text, for the answered questions.
        notes: one line for each part that was missing, refused or ambiguous. Students read them.
        timestamp: text of a valid timestamp.txt, or None.
        secret: text of a valid submission_secret.txt, which names the released feedback, or None.
        pictures: grade_id -> pictures in the answer, for the questions with some.
    """

    student: str
    source: bytes | None
    refused: str | None
    answers: dict[str, str]
    notes: tuple[str, ...]
    timestamp: str | None
    secret: str | None = None
    pictures: Mapping[str, tuple[Picture, ...]] = field(default_factory=dict)

    def key_of_module(self) -> str:
        """Return a hash of everything that the verdicts depend on."""
        return _digest([hashlib.sha256(self.source or b"").hexdigest(), self.refused])

    def key(self) -> str:
        """Return a hash of the whole submission."""
        rest: list[object] = [self.answers, self.notes, self.timestamp, self.secret]
        if self.pictures:
            shown = (picture.data for group in self.pictures.values() for picture in group)
            rest.append(hashlib.sha256(b"".join(shown)).hexdigest())
        return _digest([self.student, self.key_of_module(), *rest])


def find_students(
    submitted: Path, assignment: Assignment, wanted: Callable[[str], bool] = lambda _: True
) -> tuple[list[str], list[str]]:
    """List the students who submitted the assignment.

    Two folders whose names differ only in case, spaces or the encoding of accents belong to one
    student. Neither is listed, and a problem names both. A folder that cannot be listed, or whose
    name is not UTF-8, which no gradebook can hold, is a problem too.

    Args:
        submitted: the course's folder of submissions.
        assignment: the assignment.
        wanted: returns whether to list a student id.
    Returns:
        Student ids, sorted; and problems, one line each.
    """
    if not submitted.is_dir():
        return [], []
    groups: dict[str, list[str]] = {}
    students, problems = [], []
    for entry in sorted(submitted.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not os.access(entry, os.R_OK | os.X_OK):
            if wanted(entry.name):
                line = "cannot be listed; correct its permissions and grade again"
                problems.append(f"{submitted.name}/{entry.name}: {line}")
        elif not os.path.lexists(entry / assignment.name):
            continue
        elif not _is_utf8(entry.name):
            if wanted(entry.name):
                line = "the name of the folder is not UTF-8; rename it and grade again"
                problems.append(f"{submitted.name}/{entry.name!r}: {line}")
        else:
            plain = unicodedata.normalize("NFKC", entry.name).strip().casefold()
            groups.setdefault(plain, []).append(entry.name)
    for names in groups.values():
        if len(names) == 1 and wanted(names[0]):
            students.append(names[0])
        elif len(names) > 1 and any(map(wanted, names)):
            listed = " and ".join(f"{submitted.name}/{name!r}" for name in names)
            problems.append(f"{listed}: two submissions of one student; keep one and grade again")
    return students, problems


def _is_utf8(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def describe_contents(submitted: Path) -> str:
    """Say what the folder of submissions contains, for a message that it lacks a submission.

    Args:
        submitted: the course's folder of submissions.
    """
    paths = sorted(submitted.glob("*")) if submitted.is_dir() else []
    paths = [inner for path in paths for inner in (sorted(path.glob("*")) or [path])]
    if not paths:
        return "submitted/ is empty"
    names = [path.relative_to(submitted).as_posix() for path in paths[:MAX_LISTED]]
    more = ", ..." if len(paths) > MAX_LISTED else ""
    return f"submitted/ contains {', '.join(names)}{more}"


def read_submission(
    submitted: Path, student: str, assignment: Assignment, released: Mapping[str, str]
) -> Submission:
    """Read one submission. No content of a submission raises an error.

    Args:
        submitted: the course's folder of submissions.
        student: name of the folder in it.
        assignment: the assignment.
        released: grade_id -> text of the answer cells as released.
    Raises:
        FileNotFoundError: the folder was removed, which says nothing about its content.
    """
    submission = _read(submitted, student, assignment, released)
    own = submitted / student
    if not os.path.lexists(own / assignment.name) and (own.is_dir() or not os.path.lexists(own)):
        raise FileNotFoundError("the folder was removed; restore it and grade again")
    return submission


def _read(
    submitted: Path, student: str, assignment: Assignment, released: Mapping[str, str]
) -> Submission:
    folder = submitted / student / assignment.name
    try:
        check_path(submitted, folder)
        if not folder.is_dir():
            raise RefusedFile("is a file, not a folder")
    except RefusedFile as reason:
        line = f"the folder of this submission {reason}; submit the files again"
        return Submission(student, None, line, {}, (line,), None)
    parts = read_parts(submitted, folder, assignment, released)
    timestamp, timestamp_notes = _read_timestamp(submitted, folder)
    secret, secret_notes = _read_secret(submitted, folder)
    notes = (*parts.notes, *timestamp_notes, *secret_notes)
    return Submission(
        student, parts.source, parts.refused, parts.answers, notes, timestamp, secret,
        parts.pictures,
    )  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """What a student wrote, in whatever form it was uploaded.

    Attributes:
        source, refused, answers, notes, pictures: as in `Submission`.
    """

    source: bytes | None
    refused: str | None
    answers: dict[str, str]
    notes: tuple[str, ...]
    pictures: Mapping[str, tuple[Picture, ...]] = field(default_factory=dict)


def read_parts(
    root: Path, folder: Path, assignment: Assignment, released: Mapping[str, str]
) -> Parts:
    """Find the module and the answers in a folder: the one reader of `grade` and Gradescope.

    Args:
        root: a trusted folder above `folder`.
        folder: what was uploaded; nothing in it is trusted.
        assignment: the assignment.
        released: the answer cells as released; see `released_answers`.
    """
    tree = read_folder(root, folder)
    module = locate_module(tree, assignment, assignment.stub.read_bytes())
    if not isinstance(released, ReleasedAnswers):
        released = ReleasedAnswers(dict(released))
    found = _read_answers(tree, assignment, released)
    refused = None if module.refused is None else _in_one_line(module.refused)
    lines = [*module.notes, *found.notes, *_misplaced(assignment, module.source, found.functions)]
    notes = tuple(_in_one_line(note) for note in lines)
    return Parts(module.source, refused, found.texts, notes, found.pictures)


def _misplaced(
    assignment: Assignment, source: bytes | None, in_cells: Collection[str]
) -> list[str]:
    """Return a note on each function that the notebook defines and the module does not."""
    text = (source or b"").decode("utf-8", "replace")
    notes = []
    for task in assignment.tasks:
        written = re.search(rf"^(?:def|class) +{task.name}\b.*\n(?:(?:[ \t].*)?\n)*", text, re.M)
        if task.name in in_cells and (written is None or STUB in written[0]):
            notes.append(
                f"{assignment.notebook}: a code cell defines {task.name}, but only "
                f"{assignment.module}.py is graded, which has no code for it"
            )
    return notes


def _in_one_line(note: str) -> str:
    """Return a note, which may quote any file name, without line breaks, and not too long."""
    line = "".join(c if c.isprintable() else "?" for c in note)
    half = MAX_NOTE // 2
    return line if len(line) <= MAX_NOTE else f"{line[:half]} ... {line[-half:]}"


def released_answers(notebook: Path, assignment: Assignment) -> ReleasedAnswers:
    """Return the answer cells of the released notebook: grade_id -> text."""
    names = [question.grade_id for question in assignment.questions]
    return ReleasedAnswers.from_notebook(notebook.read_bytes(), names)


def rebuild(
    submission: Submission, assignment: Assignment, release: Path, dest: Path, notebook: str
) -> None:
    """Write fresh released files, the student's module and a notebook into `dest`.

    Args:
        submission: the student's parts.
        assignment: the assignment.
        release: the course's `release/<assignment>`.
        dest: a folder, which is replaced.
        notebook: the text of the notebook.
    """
    shutil.rmtree(dest, ignore_errors=True)
    shutil.copytree(release, dest)
    if submission.source is not None:
        (dest / assignment.package / f"{assignment.module}.py").write_bytes(submission.source)
    texts = {"timestamp.txt": submission.timestamp, "submission_secret.txt": submission.secret}
    for name, text in texts.items():
        if text is not None:
            (dest / name).write_text(text, "utf-8")
    (dest / assignment.notebook).write_text(notebook, "utf-8")


def _digest(fields: list[object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _read_answers(
    tree: FileTree, assignment: Assignment, released: ReleasedAnswers
) -> FoundAnswers:
    """Return the answers and notes, from the right notebook or the only other one with answers."""
    usable: dict[str, FoundAnswers] = {}
    expected, problem = assignment.notebook, f"no {assignment.notebook}"
    notebooks = [file for file in tree.files if file.path.suffix == ".ipynb"]
    notebooks.sort(key=lambda file: file.path.as_posix() != expected)
    for file in notebooks[:MAX_NOTEBOOKS]:
        path = file.path.as_posix()
        try:
            found = find_answers(parse_cells(file.read(MAX_NOTEBOOK)), released)
        except (RefusedFile, NotebookError) as reason:
            problem = f"{expected} {reason}" if path == expected else problem
            continue
        if found.cells or found.texts:
            usable[path] = found
        elif path == expected:
            problem = f"{expected} has no answer cells"
    refused = next((line for line in tree.refused if line.startswith(f"{expected} ")), None)
    problem = refused or problem
    differing = {json.dumps([found.texts, found.notes]) for found in usable.values()}
    if expected in usable:
        chosen = expected
        several = f"{len(usable)} notebooks with answers; {expected} is graded"
        notes = [several] if len(differing) > 1 else []
    elif len(differing) == 1:
        chosen = next(iter(usable))
        notes = [f"{problem}; the answers come from {chosen}"]
    else:
        others = f"several others have answers ({' and '.join(usable)}); submit one"
        outcome = others if usable else "no answers"
        return FoundAnswers(notes=[f"{problem}; {outcome}; only the code is graded"])
    found = usable[chosen]
    found.notes = [*notes, *(f"{chosen}: {remark}" for remark in found.notes)]
    return found


def _read_timestamp(submitted: Path, folder: Path) -> tuple[str | None, list[str]]:
    """Return the text of timestamp.txt as nbgrader writes it, and notes."""
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return None, []
    try:
        text = read_file(submitted, path, 2**20).decode("ascii")
        return nbgrader_form(parse_timestamp(text)), []
    except RefusedFile as error:
        reason = str(error)
    except UnicodeDecodeError:
        reason = f"is not {FORM}"
    except UnclearTime as error:
        reason = str(error)
    return None, [f"timestamp.txt {reason}; it is ignored, so nothing counts as late"]


def _read_secret(submitted: Path, folder: Path) -> tuple[str | None, list[str]]:
    """Return the random name that `nbgrader submit` gave the submission, and notes."""
    path = folder / "submission_secret.txt"
    if not os.path.lexists(path):
        return None, []
    try:
        text = read_file(submitted, path, 2**20).decode("ascii")
        if re.fullmatch("[0-9a-f]{32,256}", text):
            return text, []
        reason = "is not what `nbgrader submit` writes"
    except RefusedFile as error:
        reason = str(error)
    except UnicodeDecodeError:
        reason = "is not text"
    return None, [f"submission_secret.txt {reason}; the exchange cannot return the feedback"]
