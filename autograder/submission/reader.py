"""What a student handed in, made safe to look at: rebuild, don't repair.

Two things are taken from a submission, by allow-list: the student's module and the text of the
answer cells. They are laid on a fresh copy of the released files. Nothing else is read or copied.
"""

import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.config import Assignment
from autograder.fsutil import RefusedFile, check_path, look_for, read_file

from .inline_answers import NotebookError, choose_answers, read_cells

MAX_MODULE = 2**20  # bytes; a solution has 10 KB
MAX_NOTEBOOK = 20 * 2**20  # bytes; notebooks with figures of three GANs have 5 MB


@dataclass(frozen=True)
class Submission:
    """What is taken from one student.

    Attributes:
        student: name of the folder in `submitted`.
        source: the module as read once, or None.
        refused: why there is no source, as one line, or None.
        answers: grade_id -> text, for the questions that were answered.
        notes: one line for each thing that was missing, refused or ambiguous.
        timestamp: text of a valid timestamp.txt, or None.
        secret: text of a valid submission_secret.txt, under which nbgrader releases the feedback,
            or None.
    """

    student: str
    source: bytes | None
    refused: str | None
    answers: dict[str, str]
    notes: tuple[str, ...]
    timestamp: str | None
    secret: str | None = None

    def key_of_module(self) -> str:
        """A hash of what the verdicts depend on."""
        return _digest([hashlib.sha256(self.source or b"").hexdigest(), self.refused])

    def key(self) -> str:
        """A hash of all of it."""
        rest = [self.answers, self.notes, self.timestamp, self.secret]
        return _digest([self.student, self.key_of_module(), *rest])


def find_students(
    submitted: Path, assignment: Assignment, wanted: Callable[[str], bool] = lambda _: True
) -> tuple[list[str], list[str]]:
    """List the students who handed in the assignment.

    Args:
        submitted: the course's folder of submissions.
        wanted: which student ids to list.
    Returns:
        Student ids, sorted; and problems, a line each: two folders whose names differ only in
        case, spaces or accents' encoding are one student's, and neither is listed.
    """
    if not submitted.is_dir():
        return [], []
    groups: dict[str, list[str]] = {}
    for entry in sorted(submitted.iterdir()):
        if not entry.name.startswith(".") and os.path.lexists(entry / assignment.name):
            plain = unicodedata.normalize("NFKC", entry.name).strip().casefold()
            groups.setdefault(plain, []).append(entry.name)
    students, problems = [], []
    for names in groups.values():
        if len(names) == 1 and wanted(names[0]):
            students.append(names[0])
        elif len(names) > 1 and any(map(wanted, names)):
            listed = " and ".join(f"{submitted.name}/{name!r}" for name in names)
            problems.append(f"{listed}: two submissions of one student; keep one and grade again")
    return students, problems


def read_submission(
    submitted: Path, student: str, assignment: Assignment, released: dict[str, str]
) -> Submission:
    """Read what one student handed in. Never raises for what a student can do.

    Args:
        submitted: the course's folder of submissions.
        released: grade_id -> text of the answer cells as released.
    Raises:
        FileNotFoundError: the folder was taken away; that says nothing of what is in it.
    """
    found = _read(submitted, student, assignment, released)
    own = submitted / student
    if not os.path.lexists(own / assignment.name) and (own.is_dir() or not os.path.lexists(own)):
        raise FileNotFoundError("the folder was taken away; put it back and grade again")
    return found


def _read(
    submitted: Path, student: str, assignment: Assignment, released: dict[str, str]
) -> Submission:
    where = f"{submitted.name}/{student}/{assignment.name}"
    folder = submitted / student / assignment.name
    notes: list[str] = []
    try:
        check_path(submitted, folder)
        if not folder.is_dir():
            raise RefusedFile("is a file, not a folder")
    except RefusedFile as why:
        line = f"{where}: {why}; replace it by the student's own folder and grade again"
        return Submission(student, None, line, {}, (line,), None)
    source, refused = _read_module(submitted, folder, where, assignment, notes)
    answers = _read_answers(submitted, folder, where, assignment, released, notes)
    timestamp = _read_timestamp(submitted, folder, where, notes)
    secret = _read_secret(submitted, folder, where, notes)
    return Submission(student, source, refused, answers, tuple(notes), timestamp, secret)


def released_answers(notebook: Path, assignment: Assignment) -> dict[str, str]:
    """grade_id -> text of the answer cells in the released notebook."""
    cells = dict(read_cells(notebook.read_bytes()))
    return {q.grade_id: cells[q.grade_id] for q in assignment.questions}


def rebuild(
    submission: Submission, assignment: Assignment, release: Path, dest: Path, notebook: str
) -> None:
    """Lay the fresh released files, the student's module and a notebook into `dest`.

    Args:
        release: the course's `release/<assignment>`.
        dest: a folder that is replaced.
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


def _read_module(
    submitted: Path, folder: Path, where: str, assignment: Assignment, notes: list[str]
) -> tuple[bytes | None, str | None]:
    """The student's module, or the line that says why there is none."""
    wanted = Path(assignment.package) / f"{assignment.module}.py"

    def similar(name: str) -> bool:
        return name.lower().startswith(assignment.module) and name.lower().endswith(".py")

    others = [path for path in look_for(folder, similar) if path != wanted]
    listed = ", ".join(_place(path) for path in others[:3])
    try:
        source = read_file(submitted, folder / wanted, MAX_MODULE)
        if not source.strip():
            raise RefusedFile("is empty")
    except RefusedFile as why:
        missing = not os.path.lexists(folder / wanted)
        line = f"no {wanted.as_posix()}" if missing else f"{wanted.as_posix()} {why}"
        line = f"{where}: {line}" + (f" (found {listed})" if listed else "")
        line += "; put it back and grade again"
        notes.append(line)
        return None, line
    if others:
        notes.append(f"{where}: also found {listed}; {wanted.as_posix()} counts")
    return source, None


def _place(path: Path) -> str:
    return f"{path.name} at the top" if path.parent == Path(".") else path.as_posix()


def _read_answers(
    submitted: Path,
    folder: Path,
    where: str,
    assignment: Assignment,
    released: dict[str, str],
    notes: list[str],
) -> dict[str, str]:
    """The answers, from the notebook of the right name or the only other one that has them."""
    usable, right, missing = {}, Path(assignment.notebook), ""
    others = [p for p in look_for(folder, lambda n: n.endswith(".ipynb")) if p != right]
    for path in [right, *others[:9]]:
        try:
            cells = read_cells(read_file(submitted, folder / path, MAX_NOTEBOOK))
        except (RefusedFile, NotebookError) as why:
            if path == right:
                missing = f"{right} {why}" if os.path.lexists(folder / right) else f"no {right}"
            continue
        if any(name in released for name, _ in cells):
            usable[path] = cells
    missing = missing or f"{right} has no answer cells"
    if right in usable:
        chosen = right
        if len(usable) > 1:
            notes.append(f"{where}: {len(usable)} notebooks with answers; {right} counts")
    elif len(usable) == 1:
        chosen = next(iter(usable))
        notes.append(f"{where}: {missing}; answers taken from {chosen.as_posix()}")
    else:
        several = " and ".join(path.as_posix() for path in usable)
        found = f"several others have answers: {several}; keep one" if usable else "no answers"
        notes.append(f"{where}: {missing}; {found}; the code is graded without them")
        return {}
    answers, remarks = choose_answers(usable[chosen], released)
    notes.extend(f"{where}/{chosen.as_posix()}: {remark}" for remark in remarks)
    return answers


def _read_timestamp(submitted: Path, folder: Path, where: str, notes: list[str]) -> str | None:
    """The text of timestamp.txt if nbgrader will understand it."""
    from nbgrader.utils import parse_utc

    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return None
    try:
        text = read_file(submitted, path, 2**20).decode("ascii").strip()
        if len(text) > 100 or not isinstance(parse_utc(text), datetime):
            raise ValueError
        return text
    except RefusedFile as why:
        found = str(why)
    except (ValueError, OverflowError, TypeError):
        found = "is not a time such as 2026-01-31 23:59:00 UTC"
    notes.append(f"{where}: timestamp.txt {found}; left out, so nothing counts as late; correct it")
    return None


def _read_secret(submitted: Path, folder: Path, where: str, notes: list[str]) -> str | None:
    """The random name that `nbgrader submit` gave the submission; only the exchange knows one."""
    path = folder / "submission_secret.txt"
    if not os.path.lexists(path):
        return None
    try:
        text = read_file(submitted, path, 2**20).decode("ascii")
        if not re.fullmatch("[0-9a-f]{32,256}", text):
            raise RefusedFile("is not what `nbgrader submit` writes")
        return text
    except (RefusedFile, UnicodeDecodeError) as why:
        found = str(why) if isinstance(why, RefusedFile) else "is not text"
    notes.append(f"{where}: submission_secret.txt {found}; left out: no feedback by the exchange")
    return None
