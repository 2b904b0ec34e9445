"""Add the hidden tests to the notebook, and check that a release changes nothing else in it."""

import json
import re
from pathlib import Path

from autograder.config import Assignment, notebook_problems
from autograder.errors import ReleaseError

SUPPORT_LINE = 'SUPPORT_URL = ""'
HIDDEN = """
### BEGIN HIDDEN TESTS
raise RuntimeError("graded without the course's nbgrader_config.py: no marks; see its first lines")
### END HIDDEN TESTS"""


def add_hidden_tests(assignment: Assignment, path: Path, support_url: str = "") -> None:
    """Add the hidden tests to every graded cell of a copy of the notebook.

    Their code raises an error: our plugin replaces them by verdicts. Without the plugin, no student
    gets marks; nbgrader alone would give full marks for a cell without output.

    Args:
        assignment: of the notebook.
        path: the copy to change.
        support_url: address of the student zip or of a git repository (.git), or empty.
    Raises:
        ReleaseError: the graded cells differ from the tasks of assignment.toml.
    """
    if problems := notebook_problems(assignment):
        raise ReleaseError("\n".join(f"{assignment.table}: {problem}" for problem in problems))
    notebook = json.loads(with_support(path, support_url))
    for cell in notebook["cells"]:
        facts = cell["metadata"].get("nbgrader", {})
        if facts.get("grade") and cell["cell_type"] == "code":
            cell["source"] = "".join(cell["source"]) + HIDDEN
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def compare_notebooks(assignment: Assignment, released: Path, support_url: str = "") -> list[str]:
    """Return a line for each difference between the released notebook and the repository's.

    Equal notebooks have the same metadata and the same cells in the same order, except for
    nbgrader's additions: `checksum` and `cell_type` in the metadata of its cells, and `deletable`
    and `editable` beside it.
    """
    top = json.loads(with_support(assignment.repository / assignment.notebook, support_url))
    ours = [_plain(cell) for cell in top["cells"]]
    new = json.loads((released / assignment.notebook).read_text("utf-8"))
    theirs = [_plain(cell) for cell in new["cells"]]
    where = released / assignment.notebook
    problems = [
        f"{where}: cell {index} ({a.get('id')}) differs from the repository's notebook"
        for index, (a, b) in enumerate(zip(ours, theirs, strict=False))
        if a != b
    ]
    if len(ours) != len(theirs):
        problems.append(f"{where}: expected {len(ours)} cells; found {len(theirs)}")
    if {**top, "cells": 0} != {**new, "cells": 0}:
        problems.append(f"{where}: the metadata differ from those of the repository's notebook")
    return problems


def with_support(path: Path, support_url: str) -> str:
    """Return the notebook's text with the address of the files for Colab.

    Raises:
        ReleaseError: the address is malformed, or the notebook has no line for it.
    """
    text = path.read_text("utf-8")
    if not support_url:
        return text
    if not re.fullmatch(r"https?://[!-~]+", support_url):
        raise ReleaseError(f"--support-url: expected https://...; found {support_url!r}")
    filled = f"SUPPORT_URL = {json.dumps(support_url)}"
    line, new = (json.dumps(text)[1:-1] for text in (SUPPORT_LINE, filled))
    if text.count(line) != 1:
        raise ReleaseError(f"{path}: expected the line {SUPPORT_LINE} once, for --support-url")
    return text.replace(line, new)


def _plain(cell: dict) -> dict:
    """Return a cell without nbgrader's additions, with its source as one string."""
    facts = dict(cell["metadata"])
    if "nbgrader" in facts:
        added = ("checksum", "cell_type")
        facts["nbgrader"] = {k: v for k, v in facts["nbgrader"].items() if k not in added}
        facts = {k: v for k, v in facts.items() if k not in ("deletable", "editable")}
    return {**cell, "metadata": facts, "source": "".join(cell["source"])}
