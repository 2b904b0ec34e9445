"""A sample class: what students really hand in, from the solution to a file that hangs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from autograder.config import Assignment

ANSWERS = (
    "While D is optimal and rejects every fake, the gradient that reaches G vanishes.",
    "A saddle point, not a minimum: alternating steps may circle around it.",
    "D is far ahead: its gradient for G is close to zero, so G learns nothing from it.",
)


def make_class(assignment: Assignment, course: Path) -> list[str]:
    """Put the sample submissions into `course/submitted`, replacing those of an earlier demo.

    Returns:
        The student ids, which say what was handed in.
    """
    solution = assignment.solution.read_text("utf-8")
    modules: dict[str, str | None] = {
        "solution": solution,
        "blank": None,
        "no-activations": _change(solution, "discriminator", _without_activations),
        "syntax-error": _change(solution, "get_optimizer", _without_last_bracket),
        "old-style": (assignment.folder / "demo" / "old_style.py").read_text("utf-8"),
        "hangs": _change(solution, "generator_loss", _with_endless_loop),
        "renamed-notebook": solution,
        "module-at-the-top": solution,
    }
    for name, text in modules.items():
        _hand_in(assignment, course, name, text)
    folder = course / "submitted" / "renamed-notebook" / assignment.name
    (folder / assignment.notebook).rename(folder / "GANs final (2).ipynb")
    folder = course / "submitted" / "module-at-the-top" / assignment.name
    module = f"{assignment.module}.py"
    (folder / assignment.package / module).rename(folder / module)
    return list(modules)


def _hand_in(assignment: Assignment, course: Path, name: str, text: str | None) -> None:
    folder = course / "submitted" / name / assignment.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(course / "release" / assignment.name, folder)
    if text is None:
        return
    (folder / assignment.package / f"{assignment.module}.py").write_text(text, "utf-8")
    path = folder / assignment.notebook
    notebook = json.loads(path.read_text("utf-8"))
    answers = dict(zip((q.grade_id for q in assignment.questions), ANSWERS, strict=True))
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    path.write_text(json.dumps(notebook), "utf-8")


def _change(source: str, function: str, change: Callable[[str], str]) -> str:
    """Change the text of one function of a module."""
    start = source.index(f"\ndef {function}(")
    end = source.find("\ndef ", start + 1)
    end = len(source) if end < 0 else end
    return source[:start] + change(source[start:end]) + source[end:]


def _without_activations(body: str) -> str:
    lines = body.splitlines(keepends=True)
    return "".join(line for line in lines if "nn.LeakyReLU(" not in line)


def _without_last_bracket(body: str) -> str:
    head, _, tail = body.rpartition(")")
    return head + tail


def _with_endless_loop(body: str) -> str:
    head, found, tail = body.rpartition("    return")
    return f"{head}    while True:\n        pass\n{found}{tail}"
