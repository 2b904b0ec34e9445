"""The autograder zip for Gradescope: our code, the references, and the two scripts it runs."""

import os
import zipfile
from pathlib import Path

from .assignment import ROOM, Assignment, load_assignments
from .release import collect_files

SCRIPTS = ("setup.sh", "run_autograder")


def zip_files(assignment: Assignment) -> dict[str, Path]:
    """What goes into the zip: path inside -> file. No solution, no mistakes, no notebook output."""
    files = {name: ROOM / "container" / name for name in SCRIPTS}
    files["pyproject.toml"] = assignment.top / "pyproject.toml"
    ours = [each.room / "assignment.toml" for each in load_assignments(assignment.top)]
    for path in (*sorted(ROOM.glob("*.py")), *ours, assignment.hidden_checks):
        files[path.relative_to(ROOM.parent).as_posix()] = path
    shipped = [n for n in collect_files(assignment) if n.startswith(f"{assignment.package}/")]
    for name in (*shipped, assignment.notebook, assignment.public_checks.name):
        files[name] = assignment.top / name
    return files


def write_zip(assignment: Assignment, output: Path) -> list[str]:
    """Write the zip; the same files give the same bytes.

    Returns:
        The paths inside.
    Raises:
        ReleaseError, OSError: a file is missing, or the zip cannot be written.
    """
    files, part = zip_files(assignment), output.with_name(f"{output.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for inside, path in sorted(files.items()):
            entry = zipfile.ZipInfo(inside, (1980, 1, 1, 0, 0, 0))
            rights = 0o755 if inside in SCRIPTS else 0o644
            entry.external_attr, entry.create_system = (0o100000 | rights) << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
    os.replace(part, output)
    return sorted(files)
