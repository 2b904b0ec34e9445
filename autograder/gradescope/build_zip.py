"""Build the autograder zip for Gradescope: code, reference data, and the two scripts it starts."""

from pathlib import Path

from autograder import fsutil
from autograder.config import Assignment
from autograder.release.course import collect_files

CONTAINER = Path(__file__).with_name("container")
# The packages of the autograder that the container runs.
PACKAGES = (
    "gradescope",
    "grading",
    "sandbox",
    "submission",
)


def zip_files(assignment: Assignment) -> dict[str, Path | bytes]:
    """Return path in the zip -> file or content.

    The zip contains the scripts of `container/` with LF line ends, the packages that grade a
    submission, the released package and notebook, and the assignment's own table and reference
    data. It contains no solution, no mistakes, and no data of another assignment.

    Args:
        assignment: the assignment that the zip grades.
    """
    files: dict[str, Path | bytes] = {}
    for script in _files(CONTAINER):
        files[script.name] = script.read_bytes().replace(b"\r\n", b"\n")
    folder = assignment.repository / "autograder"
    code = [*folder.glob("*.py"), *(path for name in PACKAGES for path in _files(folder / name))]
    released = [assignment.repository / name for name in collect_files(assignment)
                if name.startswith(f"{assignment.package}/")]  # fmt: skip
    for path in (
        *(path for path in code if path.parent.name != CONTAINER.name),
        *released,
        assignment.repository / "pyproject.toml",
        assignment.repository / assignment.notebook,
        assignment.table,
        assignment.public_checks,
        assignment.hidden_checks,
    ):
        files[path.relative_to(assignment.repository).as_posix()] = path
    return dict(sorted(files.items()))


def write_autograder_zip(assignment: Assignment, path: Path) -> list[str]:
    """Write the zip; the same files produce the same bytes.

    Args:
        assignment: the assignment that the zip grades.
        path: the zip.
    Returns:
        The paths in the zip.
    Raises:
        ReleaseError: a released file is missing.
        OSError: another file is missing, or the zip cannot be written.
    """
    files = zip_files(assignment)
    fsutil.write_zip(files, path, programs=[script.name for script in _files(CONTAINER)])
    return list(files)


def _files(folder: Path) -> list[Path]:
    """Return the files below a folder, without caches of the interpreter."""
    paths = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return sorted(path for path in paths if path.is_file())
