"""The autograded notebook of a student: the released one with answers, verdicts and notes in it."""

import html
import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader import utils

from autograder.submission.reader import Submission
from cs231n.engine.judging.render import to_html
from cs231n.engine.schema import Verdict


class GradedNotebook:
    """The released notebook, read once, to be filled in for one student after another.

    What it writes is what nbgrader's own steps leave in `autograded`, byte for byte: what does not
    change is formatted once, which takes most of nbgrader's time for each student.

    Attributes:
        graded: cell -> points, for all graded cells.
        points: the same for those that are graded automatically.
        blank: cell -> released text, for the answer cells, which are graded by hand.

    Args:
        path: the notebook in the course's `release`.
    """

    def __init__(self, path: Path):
        self.notebook = nbformat.read(path, as_version=4)
        self.graded, self.points, self.blank = {}, {}, {}
        for cell in self.notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            if utils.is_grade(cell):
                name = cell.metadata.nbgrader["grade_id"]
                self.graded[name] = float(cell.metadata.nbgrader["points"])
                if cell.cell_type == "code":
                    self.points[name] = self.graded[name]
                else:
                    self.blank[name] = cell.source
        self._format()

    def set_checksums(self, checksums: dict[str, str]) -> None:
        """Take the gradebook's checksums of cells: those of the source, hidden tests included."""
        for cell in self.notebook.cells:
            facts = cell.metadata.get("nbgrader", {})
            if facts.get("grade_id") in checksums:
                facts["checksum"] = checksums[facts["grade_id"]]
        self._format()

    def _format(self) -> None:
        whole = json.loads(nbformat.writes(self.notebook))
        self._cells = [(cell, _dump(cell), _name(cell)) for cell in whole["cells"]]
        self._head, self._tail = _dump({**whole, "cells": []}).split("[]", 1)

    def fill_in(self, submission: Submission, verdicts: tuple[Verdict, ...]) -> str:
        """Return the notebook of one student as text.

        Raises:
            ValueError: a graded cell has no verdict; nbgrader would give it all its points.
        """
        given = {verdict.task: verdict for verdict in verdicts}
        cells = [_dump(_notes_cell(submission.notes))] if submission.notes else []
        for cell, text, name in self._cells:
            if name in self.points:
                cells.append(_dump({**cell, "outputs": [self._output(name, given.get(name))]}))
            elif name in submission.answers:
                answered = {**cell, "source": _lines(submission.answers[name])}
                if pictures := submission.pictures.get(name):
                    answered["attachments"] = {p.name: p.bundle() for p in pictures}
                cells.append(_dump(answered))
            else:
                cells.append(text)
        inner = ",\n".join(cells).replace("\n", "\n  ")
        text = f"{self._head}[\n  {inner}\n ]{self._tail}\n"
        return text.encode("utf-8", "replace").decode("utf-8")  # an error message may hold anything

    def is_answered(self, name: str, submission: Submission) -> bool:
        """Return whether the answer cell differs from the released one."""
        return submission.answers.get(name, self.blank[name]) != self.blank[name]

    def _output(self, name: str, verdict: Verdict | None) -> dict:
        """Return a verdict as the only output of its cell, in the form that nbgrader reads."""
        if verdict is None:
            raise ValueError(f"cell {name}: no verdict for it; run release and grade again")
        points = self.points[name]
        data = {
            "text/html": _lines(to_html(verdict, points)),
            "text/plain": [repr(verdict.points(points))],
        }
        return {
            "data": data, "execution_count": None, "metadata": {}, "output_type": "execute_result",
        }  # fmt: skip


def _dump(part: dict) -> str:
    return json.dumps(part, indent=1, sort_keys=True, ensure_ascii=False)


def _name(cell: dict) -> str | None:
    facts = cell["metadata"].get("nbgrader", {})
    return facts.get("grade_id") if facts.get("grade") else None


def _lines(text: str) -> list[str]:
    """Return a text as notebook files store it."""
    return text.splitlines(keepends=True)


def _notes_cell(notes: tuple[str, ...]) -> dict:
    """Return a first cell with the notes on a submission, in <pre>, which holds no Markdown."""
    lines = html.escape("\n".join(notes)).replace("\n\n", "\n")
    text = f'<pre style="white-space:pre-wrap">Notes on this submission\n{lines}</pre>'
    cell = new_markdown_cell(text, metadata={"autograder": {"notes": list(notes)}})
    return {**cell, "id": "autograder-notes", "source": _lines(text)}
