"""Lets nbgrader use our verdicts: its autograde goes our way, whoever starts it.

`nbgrader autograde`, formgrader's button and our own command all make an `Autograde` converter.
`install` puts ours in its place, and `WriteVerdicts` where nbgrader would execute the notebook.
"""

import html
import importlib
from pathlib import Path

import nbgrader
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader import utils
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.autograde import Autograde
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearSolutions,
    Execute,
    NbGraderPreprocessor,
)

from cs231n.engine.render import to_html

from .assignment import load_assignment
from .converter import RebuildAndAutograde

HOOKS = ("nbgrader.converters", "nbgrader.apps.autogradeapp", "nbgrader.apps.api")


class WriteVerdicts(NbGraderPreprocessor):
    """Write each verdict as the one output of its cell, in the form nbgrader reads marks from."""

    def __call__(self, nb, resources):
        """Always at work: `--no-execute` and other switches would leave cells without output."""
        return self.preprocess(nb, resources)

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Fill in the graded cells.

        Raises:
            RuntimeError: a graded cell has no verdict; nbgrader would give it all its points.
        """
        if resources["nbgrader"]["assignment"] != load_assignment().name:
            return Execute(parent=self.parent)(nb, resources)
        record, notes = resources.get("autograder", (None, ()))
        verdicts = {verdict.task: verdict for verdict in record.verdicts} if record else {}
        clear = ClearHiddenTests(parent=self.parent)
        for index, cell in enumerate(nb.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if utils.is_grade(cell):
                self._write(cell, verdicts.get(cell.metadata.nbgrader["grade_id"]))
                clear.preprocess_cell(cell, resources, index)
        if notes:
            nb.cells.insert(0, _notes_cell(notes))
        return nb, resources

    def _write(self, cell: NotebookNode, verdict) -> None:
        name, points = cell.metadata.nbgrader["grade_id"], float(cell.metadata.nbgrader["points"])
        if verdict is None:
            raise RuntimeError(f"cell {name}: no verdict for it; run release and autograde again")
        data = {
            "text/plain": repr(verdict.points(points)),
            "text/html": to_html(verdict, points),
        }
        cell.outputs = [new_output("execute_result", data)]


class KeepAnswerCells(ClearSolutions):
    """nbgrader's ClearSolutions would write YOUR ANSWER HERE over our answer cells.

    Our source holds no solutions, so there is nothing to clear, and what is released is what
    stands at the top of the repository.
    """

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Leave our assignment as it is; another one is cleared."""
        if resources["nbgrader"]["assignment"] == load_assignment().name:
            return nb, resources
        return super().preprocess(nb, resources)


def install(c) -> None:
    """Make nbgrader in this process go our way. Called from the course's nbgrader_config.py.

    Args:
        c: the configuration that `get_config()` gives there.
    """
    ours = {Execute: WriteVerdicts, ClearSolutions: KeepAnswerCells}
    steps = Autograde.autograde_preprocessors.default()
    c.Autograde.autograde_preprocessors = [ours.get(step, step) for step in steps]
    steps = GenerateAssignment.preprocessors.default()
    c.GenerateAssignment.preprocessors = [ours.get(step, step) for step in steps]
    for name in HOOKS:
        importlib.import_module(name).Autograde = RebuildAndAutograde
    importlib.import_module("nbgrader.api").get_alembic_version = _schema_version


def _schema_version() -> str:
    """What nbgrader asks a program called `alembic` for: six seconds, and lost without a PATH."""
    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()


def _notes_cell(notes: tuple[str, ...]) -> NotebookNode:
    """A cell above all others with what was missing; inside <pre> nothing is read as Markdown."""
    lines = html.escape("\n".join(notes)).replace("\n\n", "\n")
    cell = new_markdown_cell(
        f'<pre style="white-space:pre-wrap">Notes on this submission\n{lines}</pre>'
    )
    cell.id = "autograder-notes"
    cell.metadata["autograder"] = {"notes": list(notes)}
    return cell
