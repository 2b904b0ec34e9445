"""Lets nbgrader use our verdicts: its autograde goes our way, whoever starts it.

`nbgrader autograde`, formgrader's button and our own command all make an `Autograde` converter;
`install` puts ours in its place.
"""

import importlib
from pathlib import Path

import nbgrader
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

from .assignment import load_assignment
from .converter import JudgeAndWrite

HOOKS = ("nbgrader.converters", "nbgrader.apps.autogradeapp", "nbgrader.apps.api")


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
    steps = GenerateAssignment.preprocessors.default()
    c.GenerateAssignment.preprocessors = [
        KeepAnswerCells if step is ClearSolutions else step for step in steps
    ]
    for name in HOOKS:
        importlib.import_module(name).Autograde = JudgeAndWrite
    importlib.import_module("nbgrader.api").get_alembic_version = _schema_version


def _schema_version() -> str:
    """What nbgrader asks a program called `alembic` for: six seconds, and lost without a PATH."""
    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()
