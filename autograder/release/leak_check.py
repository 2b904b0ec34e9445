"""Find what students must never get: foreign files, hidden values, lines of the solution."""

import ast
import io
import json
import re
from collections.abc import Collection
from pathlib import Path

import numpy as np

from autograder.config import Assignment

# Lines that occur in any solution; lines shorter than MIN_LINE reveal nothing.
COMMON_LINES = {"return nn.Sequential(", "if seed is not None:", "torch.manual_seed(seed)"}
MIN_LINE = 16
MIN_NUMBERS = 8
GUIDE = "grading_guide.md"  # in the assignment's data folder; for graders only
MIN_GUIDE_LINE = 30  # characters; shorter lines are headings


def find_leaks(assignment: Assignment, released: Path, files: Collection[str]) -> list[str]:
    """Check a released folder before students get it.

    Args:
        assignment: that the folder releases.
        released: the folder.
        files: the relative paths that it may contain.
    Returns:
        One line for each problem; an empty list if the folder may be released.
    """
    found = {p.relative_to(released).as_posix() for p in released.rglob("*") if not p.is_dir()}
    problems = [
        f"{released / name}: not in the list of released files" for name in found - {*files}
    ]
    problems += [f"{released / name}: missing from the release" for name in {*files} - found]
    problems += unfinished_stubs(released / assignment.submitted_files[0], assignment)
    lines = revealing_lines(assignment) | guide_lines(assignment)
    hidden = hidden_values(assignment.hidden_checks)
    for name in sorted(found):
        problems += _leaks_of(released / name, lines, hidden)
    return sorted(problems)


def unfinished_stubs(path: Path, assignment: Assignment) -> list[str]:
    """Return a line for each task whose stub does more than raise NotImplementedError.

    In a class, `__init__` is the stub; its other methods are given.
    """
    tree = ast.parse(path.read_text("utf-8"))
    stubs = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            own = [n for n in node.body if getattr(n, "name", "") == "__init__"]
            stubs |= {node.name: own[0]} if own else {}
    return [
        f"{path}: {task.name} must only `raise NotImplementedError`"
        for task in assignment.tasks
        if task.name not in stubs or not _is_unwritten(stubs[task.name])
    ]


def _is_unwritten(stub: ast.FunctionDef) -> bool:
    """Whether a body consists of a docstring or `super().__init__()`, and the raise."""
    first, *rest = stub.body
    given = isinstance(first, ast.Expr) and (
        isinstance(first.value, ast.Constant) or ast.unparse(first) == "super().__init__()"
    )
    return given and len(rest) == 1 and ast.unparse(rest[0]) == "raise NotImplementedError"


def revealing_lines(assignment: Assignment) -> set[str]:
    """Return the lines of the solution that the stub lacks and that reveal something."""
    solution = {_code(line) for line in assignment.solution.read_text("utf-8").splitlines()}
    stub = {_code(line) for line in assignment.stub.read_text("utf-8").splitlines()}
    tells = {line for line in solution - stub if len(line) >= MIN_LINE and "import" not in line}
    return {line for line in tells - COMMON_LINES if re.search(r"[(=]", line)}


def guide_lines(assignment: Assignment) -> set[str]:
    """Return the lines of the grading guide that would reveal it; empty without a guide."""
    path = assignment.folder / GUIDE
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {
        line.strip() for line in lines
        if len(line.strip()) >= MIN_GUIDE_LINE and not line.startswith(("|", "#"))
    }  # fmt: skip


def hidden_values(path: Path) -> dict[str, np.ndarray]:
    """Return the hidden arrays with enough different numbers to be recognised."""
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return {
        n: a for n, a in arrays.items() if a.dtype.kind == "f" and np.unique(a).size >= MIN_NUMBERS
    }


def _code(line: str) -> str:
    return line.split("  #")[0].strip()


def _leaks_of(path: Path, lines: set[str], hidden: dict[str, np.ndarray]) -> list[str]:
    if path.suffix == ".npz":
        return _leaks_of_arrays(path, hidden)
    raw = path.read_bytes()
    problems = [
        f"{path}: contains hidden values ({n})" for n, a in hidden.items() if a.tobytes() in raw
    ]
    if path.suffix in (".py", ".ipynb", ".md", ".txt"):
        text = raw.decode("utf-8")
        problems += [
            f"{path}: a line of the solution or of the grading guide: {line}"
            for line in lines
            if line in text or json.dumps(line, ensure_ascii=False)[1:-1] in text
        ]
        numbers = {n: repr(float(a.flat[0])) for n, a in hidden.items()}
        problems += [
            f"{path}: contains a hidden value ({name}: {number})"
            for name, number in numbers.items()
            if len(number) > 8 and number in text
        ]
        if "HIDDEN TESTS" in text:
            problems.append(f"{path}: contains the text of hidden tests")
    return problems


def _leaks_of_arrays(path: Path, hidden: dict[str, np.ndarray]) -> list[str]:
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
        public = {file[name].tobytes() for name in file.files}
    return [
        f"{path}: contains hidden values ({n})" for n, a in hidden.items() if a.tobytes() in public
    ]
