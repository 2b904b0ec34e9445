"""The autograder zip for Gradescope: our code, the references, and the two scripts it runs."""

from pathlib import Path

from autograder import fsutil
from autograder.config import REPOSITORY, Assignment, load_assignments
from autograder.release.course import collect_files

CODE = REPOSITORY / "autograder"
CONTAINER = Path(__file__).with_name("container")
SCRIPTS = ("setup.sh", "run_autograder")


def zip_files(assignment: Assignment) -> dict[str, Path]:
    """What goes into the zip: path inside -> file. No solution, no mistakes, no notebook output."""
    files = {name: CONTAINER / name for name in SCRIPTS}
    files["pyproject.toml"] = assignment.repository / "pyproject.toml"
    ours = [each.folder / "assignment.toml" for each in load_assignments(assignment.repository)]
    for path in (*sorted(CODE.rglob("*.py")), *ours, assignment.hidden_checks):
        files[path.relative_to(assignment.repository).as_posix()] = path
    shipped = [n for n in collect_files(assignment) if n.startswith(f"{assignment.package}/")]
    for name in (*shipped, assignment.notebook, assignment.public_checks.name):
        files[name] = assignment.repository / name
    return files


def write_zip(assignment: Assignment, output: Path) -> list[str]:
    """Write the zip; the same files give the same bytes.

    Returns:
        The paths inside.
    Raises:
        ReleaseError, OSError: a file is missing, or the zip cannot be written.
    """
    files = dict(sorted(zip_files(assignment).items()))
    fsutil.write_zip(files, output, programs=SCRIPTS)
    return list(files)
