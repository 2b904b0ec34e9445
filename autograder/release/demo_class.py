"""A sample class for a demonstration: typical submissions, from the solution to an endless loop."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from autograder.config import Assignment


def make_class(assignment: Assignment, course: Path) -> list[str]:
    """Put sample submissions into `course/submitted`, replacing those of an earlier demo.

    Every file `demo/NAME.py` in the assignment's folder is one more submission.

    Args:
        assignment: the assignment.
        course: a course into which it was released.
    Returns:
        The student ids, which describe the submissions.
    """
    solution = assignment.solution.read_text("utf-8")
    middle = len(assignment.tasks) // 2
    modules: dict[str, str | None] = {
        "solution": solution,
        "blank": None,
        "known-mistake": _with_mistake(assignment, solution),
        "syntax-error": _edit(solution, assignment.tasks[middle].name, _remove_last_bracket),
        "hangs": _edit(solution, assignment.tasks[middle - 1].name, _add_endless_loop),
        "renamed-notebook": solution,
        "module-at-the-top": solution,
    }
    for path in sorted((assignment.folder / "demo").glob("*.py")):
        modules[path.stem.replace("_", "-")] = path.read_text("utf-8")
    for student, text in modules.items():
        _submit(assignment, course, student, text)
    folder = course / "submitted" / "renamed-notebook" / assignment.name
    (folder / assignment.notebook).rename(folder / "final version (2).ipynb")
    folder = course / "submitted" / "module-at-the-top" / assignment.name
    module = f"{assignment.module}.py"
    (folder / assignment.package / module).rename(folder / module)
    return list(modules)


def _submit(assignment: Assignment, course: Path, student: str, text: str | None) -> None:
    """Write one submission: the released files, the module and answers; None changes nothing."""
    folder = course / "submitted" / student / assignment.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(course / "release" / assignment.name, folder)
    if text is None:
        return
    (folder / assignment.package / f"{assignment.module}.py").write_text(text, "utf-8")
    path = folder / assignment.notebook
    notebook = json.loads(path.read_text("utf-8"))
    answers = _answers(assignment)
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    path.write_text(json.dumps(notebook), "utf-8")


def _answers(assignment: Assignment) -> dict[str, str]:
    """Return grade_id -> answer, from `demo/answers.json` if the assignment has it."""
    path = assignment.folder / "demo" / "answers.json"
    written = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    sample = "A sample answer for the demonstration."
    return {each.grade_id: written.get(each.grade_id, sample) for each in assignment.questions}


def _with_mistake(assignment: Assignment, solution: str) -> str:
    """Return the solution with the first known mistake of the first task that has any."""
    for task in assignment.tasks:
        for path in sorted((assignment.folder / "mistakes" / task.name).glob("*.py")):
            mistake = path.read_text("utf-8")
            if "\n# whole file\n" not in mistake:
                return f"{solution}\n\n{mistake}"
    return solution


def _edit(source: str, name: str, edit: Callable[[str], str]) -> str:
    """Return a module in which one function or class is edited as text."""
    start = re.search(rf"^(?:def|class) {name}\b", source, re.MULTILINE).start()
    following = re.compile(r"^(?:def|class) ", re.MULTILINE).search(source, start + 1)
    end = following.start() if following else len(source)
    return source[:start] + edit(source[start:end]) + source[end:]


def _remove_last_bracket(body: str) -> str:
    head, _, tail = body.rpartition(")")
    return head + tail


def _add_endless_loop(body: str) -> str:
    head, statement, tail = body.rpartition("    return")
    return f"{head}    while True:\n        pass\n{statement}{tail}"
