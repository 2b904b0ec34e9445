"""Known wrong solutions (`mistakes/`) and unusual right ones (`variants/`), read from their files.

A file holds what differs from the reference solution. Its docstring begins with the sentence that
a student gets; a line `Loses: discriminator 10` names the marks that it must lose, and
`Named: no` says that recognition is not expected (random outcomes, say). A file whose first line of
code is `# whole file` stands alone instead of on top of the solution.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.config import Assignment
from autograder.errors import AssignmentError


@dataclass(frozen=True)
class Entry:
    """One wrong or unusual solution.

    Attributes:
        name: such as "discriminator/slope_0_2".
        says: the sentence for the student.
        loses: task -> points; empty for a right solution.
        named: a check must recognise it.
        source: bytes of a complete student's file.
    """

    name: str
    says: str
    loses: dict[str, float]
    named: bool
    source: bytes


def load_entries(assignment: Assignment, folder: str) -> list[Entry]:
    """All entries of `mistakes` or `variants`, sorted by name.

    Raises:
        AssignmentError: a file has no docstring or names an unknown task.
    """
    root = assignment.folder / folder
    solution = assignment.solution.read_text("utf-8")
    paths = sorted(root.rglob("*.py"))
    return [_load(path, root, solution, assignment) for path in paths]


def _load(path: Path, root: Path, solution: str, assignment: Assignment) -> Entry:
    text = path.read_text("utf-8")
    doc = ast.get_docstring(ast.parse(text)) or ""
    if not doc:
        raise AssignmentError(f"{path}: expected a docstring that says what is wrong; add one")
    says = re.split(r"\n\s*\n", doc)[0].replace("\n", " ")
    loses = _loses(path, doc, {t.name for t in assignment.tasks})
    source = text if "\n# whole file\n" in text else solution + "\n\n" + text
    name = path.relative_to(root).with_suffix("").as_posix()
    return Entry(name, says, loses, "Named: no" not in doc, source.encode())


def _loses(path: Path, doc: str, tasks: set[str]) -> dict[str, float]:
    line = re.search(r"^Loses: (.*)$", doc, re.MULTILINE)
    loses = {}
    for part in line.group(1).split(",") if line else ():
        task, points = part.split()
        if task not in tasks:
            raise AssignmentError(f"{path}: no task {task!r} in assignment.toml; correct `Loses:`")
        loses[task] = float(points)
    return loses
