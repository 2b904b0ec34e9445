"""Read the known solutions of an assignment.

`mistakes/` holds wrong solutions, `variants/` holds correct ones that are written in another way. A
file contains what differs from the reference solution. Its docstring begins with a sentence on what
is wrong, for contributors. A line `Loses: discriminator 10` states the marks that the file must
lose, and `Explains: 0.2; 0.01` the words that a student's check must contain, separated by
semicolons. `Explains: no, because ...` states why a check cannot name the cause. A file whose first
line of code is `# whole file` replaces the solution instead of extending it.
"""

import ast
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from autograder.config import Assignment
from autograder.errors import AssignmentError
from cs231n.engine.loading.load_source import load_source
from cs231n.engine.probes.force_cpu import on_cpu


@dataclass(frozen=True)
class KnownSolution:
    """One wrong or unusual solution.

    Attributes:
        name: such as "discriminator/slope_0_2".
        says: what is wrong or unusual, for contributors.
        loses: task -> points; empty for a correct solution.
        explains: words that the findings on each spoiled task must contain; empty if they cannot
            name the cause.
        source: the bytes of a complete student's file.
    """

    name: str
    says: str
    loses: dict[str, float]
    explains: tuple[str, ...]
    source: bytes


def load_known_solutions(assignment: Assignment, folder: str) -> list[KnownSolution]:
    """Return all files of the folder `mistakes` or `variants`, sorted by name.

    Raises:
        AssignmentError: a file has no docstring, is not Python, or names an unknown task.
    """
    root = assignment.folder / folder
    solution = assignment.solution.read_text("utf-8")
    return [_load(path, root, solution, assignment) for path in sorted(root.rglob("*.py"))]


def _load(path: Path, root: Path, solution: str, assignment: Assignment) -> KnownSolution:
    text = path.read_text("utf-8")
    try:
        docstring = ast.get_docstring(ast.parse(text)) or ""
    except SyntaxError as error:
        raise AssignmentError(f"{path}:{error.lineno}: {error.msg}; correct that line") from None
    if not docstring:
        raise AssignmentError(f"{path}: expected a docstring that states the mistake; add one")
    sentence = re.split(r"\n\s*\n", docstring)[0].replace("\n", " ")
    loses = _loses(path, docstring, {task.name for task in assignment.tasks})
    source = text if "\n# whole file\n" in text else solution + "\n\n" + text
    name = path.relative_to(root).with_suffix("").as_posix()
    return KnownSolution(name, sentence, loses, _explains(docstring), source.encode())


def _explains(docstring: str) -> tuple[str, ...]:
    line = re.search(r"^Explains: (.*)$", docstring, re.MULTILINE)
    if line is None or line.group(1).startswith("no, because "):
        return ()
    return tuple(word.strip() for word in line.group(1).split(";"))


def _loses(path: Path, docstring: str, tasks: set[str]) -> dict[str, float]:
    line = re.search(r"^Loses: (.*)$", docstring, re.MULTILINE)
    loses = {}
    for part in line.group(1).split(",") if line else ():
        task, _, points = part.strip().partition(" ")
        if task not in tasks:
            raise AssignmentError(f"{path}: no task {task!r} in assignment.toml; correct `Loses:`")
        try:
            loses[task] = float(points)
        except ValueError:
            raise AssignmentError(
                f"{path}: expected `Loses: TASK POINTS`; found {part.strip()!r}; correct it"
            ) from None
    return loses


def load_own_source(assignment: Assignment, source: bytes) -> ModuleType:
    """Return a complete file of this repository as a module; never one that a student wrote."""
    with on_cpu():
        return load_source(source, assignment.package, assignment.module, "<reference>")


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress what known solutions print and what PyTorch warns of in them."""
    with (
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        yield
