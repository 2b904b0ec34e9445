"""Build a course directory: the files of students, released by nbgrader's own generate step."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.config import ASSIGNMENTS, REPOSITORY, Assignment, load_assignments
from autograder.errors import ReleaseError
from autograder.fsutil import write_zip
from autograder.grading.reference_data import reference_data_of
from cs231n.engine.reference_data import pack_reference_data

from .leak_check import find_leaks
from .student_notebook import add_hidden_tests, compare_notebooks

MARK = ".autograder/course.json"  # in every course directory that this command made
CONFIG = '''"""Written by `python -m autograder release`. Add your own options at the end.

This file lets nbgrader's commands and formgrader run the autograder. If the autograder moves, run
`release` again on this folder; marks and submissions stay.
"""

import sys
from pathlib import Path

AUTOGRADER = Path({top!r})
if not (AUTOGRADER / "autograder" / "nbgrader_bridge" / "plugin.py").is_file():
    raise SystemExit(
        f"error: {{__file__}}: expected the autograder in {{AUTOGRADER}}; not found; "
        "run `python -m autograder release` from its new folder on this course"
    )
if str(AUTOGRADER) not in sys.path:
    sys.path.append(str(AUTOGRADER))

from autograder.nbgrader_bridge.plugin import install  # noqa: E402

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {course!r}
c.Autograde.exclude_overwriting = {keep!r}
install(c)
'''


@dataclass(frozen=True)
class Release:
    """A released course.

    Attributes:
        course: the course directory.
        files: the relative paths of what students get.
        archive: the student zip.
        kept: one line for each part of an existing course that did not change.
    """

    course: Path
    files: tuple[str, ...]
    archive: Path
    kept: tuple[str, ...]


def lay_student_folder(assignment: Assignment, folder: Path) -> tuple[int, int]:
    """Write the files of the student zip into a folder; keep files that exist.

    Returns:
        The number of files written, and the number of files kept.
    Raises:
        ReleaseError, AssignmentError: a file is missing or stale.
    """
    written, files = 0, collect_files(assignment)
    for name, content in files.items():
        target = folder / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            written += 1
    return written, len(files) - written


def release(assignment: Assignment, course: Path, support_url: str = "") -> Release:
    """Build or update a course directory.

    Submissions, gradebook, marks, feedback and the instructor's lines in nbgrader_config.py stay.
    After an error, the folders `source` and `release` are unchanged.

    Args:
        assignment: to release.
        course: a new, empty or already released directory.
        support_url: where the notebook fetches its files on Colab: the address of the student
            zip, or of a git repository with these files that ends in .git; may be empty.
    Raises:
        ReleaseError: a foreign directory, a missing file, or an objection of nbgrader or a check.
        AssignmentError: the reference data are missing or stale.
        GradebookError: the gradebook exists and cannot be written.
    """
    course = course.resolve()
    kept = _prepare(course, assignment)
    files = collect_files(assignment)
    for step in ("source", "release"):
        _move_away(course, step, assignment)
    try:
        _lay_source(assignment, course, files, support_url)
        _write_config(assignment, course)
        _generate(course, assignment)
        released = course / "release" / assignment.name
        problems = compare_notebooks(assignment, released, support_url)
        problems += find_leaks(assignment, released, files)
        if problems:
            raise ReleaseError("\n".join(problems))
    except BaseException:
        for step in ("source", "release"):
            _restore(course, step, assignment)
        raise
    shutil.rmtree(course / ".autograder" / "previous", ignore_errors=True)
    archive = course / f"{assignment.name}-student.zip"
    write_student_zip(released, assignment.name, archive)
    return Release(course, tuple(files), archive, tuple(kept))


def collect_files(assignment: Assignment) -> dict[str, bytes]:
    """Return the files that students get: path -> content, sorted.

    They are those of `released_files`, without the stubs of other assignments, with the values of
    the table in the reference data, and with the README for students.

    Raises:
        ReleaseError: a listed file is missing, or is a link.
        AssignmentError: the reference data are missing or stale.
    """
    root, files = assignment.repository, {"README.md": _readme(assignment)}
    others = {other.stub for other in load_assignments(root)} - {assignment.stub}
    for pattern in assignment.released_files:
        paths = [p for p in root.glob(pattern) if "__pycache__" not in p.parts]
        if not paths and "*" not in pattern:
            raise ReleaseError(f"{root / pattern}: not found; restore it from the repository")
        for path in paths:
            if path.is_symlink():
                raise ReleaseError(f"{path}: expected a regular file; found a link; replace it")
            if path.is_file() and path not in others:
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    public, _ = reference_data_of(assignment)
    files[assignment.public_checks.name] = pack_reference_data(public)
    return dict(sorted(files.items()))


def _readme(assignment: Assignment) -> bytes:
    """Return the README for students, for this assignment."""
    text = (ASSIGNMENTS / "README-students.md").read_text("utf-8")
    return text.format(
        title=assignment.title,
        notebook=assignment.notebook,
        package=assignment.package,
        module=f"{assignment.package}/{assignment.module}.py",
        checks=assignment.public_checks.name,
        task=assignment.tasks[0].name,
        name=assignment.name,
    ).encode()


def write_student_zip(released: Path, name: str, archive: Path) -> None:
    """Write a zip of the released folder; the same files produce the same bytes."""
    paths = sorted(path for path in released.rglob("*") if path.is_file())
    write_zip({f"{name}/{p.relative_to(released).as_posix()}": p for p in paths}, archive)


def released_names(course: Path) -> list[str]:
    """Return the names of the assignments released into a course; none for another folder."""
    try:
        return list(json.loads((course / MARK).read_text("utf-8"))["assignments"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _prepare(course: Path, assignment: Assignment) -> list[str]:
    """Create the folder of a course, or check it; return a line for each part that stays."""
    if course.exists() and not course.is_dir():
        raise ReleaseError(f"{course}: expected a folder; found a file; name a folder")
    if course.is_dir() and any(course.iterdir()) and not (course / MARK).is_file():
        raise ReleaseError(
            f"{course}: expected a new or empty folder; found one with other files; name another"
        )
    (course / MARK).parent.mkdir(parents=True, exist_ok=True)
    names = sorted({*released_names(course), assignment.name})
    (course / MARK).write_text(json.dumps({"assignments": names}) + "\n", "utf-8")
    kept = []
    for name in ("submitted", "autograded", "feedback"):
        count = len(list((course / name).glob(f"*/{assignment.name}")))
        if count:
            kept.append(f"kept {name}: {count} students")
    return kept + [f"kept {p}" for p in ("gradebook.db",) if (course / p).exists()]


def _lay_source(
    assignment: Assignment, course: Path, files: Mapping[str, bytes], support_url: str
) -> None:
    """Write the files that students get, with the hidden tests added to the graded cells."""
    source = course / "source" / assignment.name
    for name, content in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    add_hidden_tests(assignment, source / assignment.notebook, support_url)


def _write_config(assignment: Assignment, course: Path) -> None:
    """Write nbgrader_config.py; keep the instructor's lines after ours."""
    path = course / "nbgrader_config.py"
    ours = load_assignments(assignment.repository)
    text = CONFIG.format(
        top=str(REPOSITORY),
        course=ours[0].name,
        keep={each.name: list(each.submitted_files) for each in ours},
    )
    end = "install(c)\n"
    own = path.read_text("utf-8").partition(end)[2] if path.exists() else ""
    path.write_text(text + own, "utf-8")


def _generate(course: Path, assignment: Assignment) -> None:
    """Run nbgrader's generate step in this process.

    Raises:
        ReleaseError: nbgrader refuses, for example to remove a cell that has marks.
    """
    from autograder.errors import NbgraderError
    from autograder.nbgrader_bridge.apps import generate_assignment

    try:
        generate_assignment(course, assignment.name)
    except NbgraderError as error:
        raise ReleaseError(f"{course}: nbgrader generate_assignment failed: {error}") from None


def _move_away(course: Path, step: str, assignment: Assignment) -> None:
    old = course / ".autograder" / "previous" / step
    shutil.rmtree(old, ignore_errors=True)
    if (course / step / assignment.name).exists():
        old.parent.mkdir(parents=True, exist_ok=True)
        os.replace(course / step / assignment.name, old)


def _restore(course: Path, step: str, assignment: Assignment) -> None:
    old, place = course / ".autograder" / "previous" / step, course / step / assignment.name
    shutil.rmtree(place, ignore_errors=True)
    if old.exists():
        os.replace(old, place)
