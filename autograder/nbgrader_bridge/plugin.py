"""Lets nbgrader use our verdicts: autograde and generate_feedback go our way, whoever starts them.

nbgrader's commands, formgrader's buttons and our own commands all make the same converters;
`install` puts ours in their place.
"""

import importlib
import sys
from pathlib import Path

import nbgrader
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

from autograder.config import known_assignment

from .converters import FeedbackPages, JudgeAndWrite

OURS = {"Autograde": JudgeAndWrite, "GenerateFeedback": FeedbackPages}
FORMGRADER = "nbgrader.server_extensions.formgrader.handlers"
HOOKS = ("converters", "apps.autogradeapp", "apps.generatefeedbackapp", "apps.api")


class KeepAnswerCells(ClearSolutions):
    """nbgrader's ClearSolutions would write YOUR ANSWER HERE over our answer cells.

    Our source holds no solutions, so there is nothing to clear, and what is released is what
    stands at the top of the repository.
    """

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Leave our assignments as they are; another one is cleared."""
        if known_assignment(resources["nbgrader"]["assignment"]) is not None:
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
    for module in (importlib.import_module(f"nbgrader.{name}") for name in HOOKS):
        for name in OURS.keys() & vars(module).keys():
            setattr(module, name, OURS[name])
    importlib.import_module("nbgrader.api").get_alembic_version = _schema_version
    if FORMGRADER in sys.modules:  # in Jupyter's server, before formgrader has its addresses
        _add_marking_page()


def _add_marking_page() -> None:
    from .marking_page import ADDRESS, MarkingHandler

    addresses = importlib.import_module(FORMGRADER).default_handlers
    if not any(address[0] == ADDRESS for address in addresses):
        addresses.insert(0, (ADDRESS, MarkingHandler))


def _schema_version() -> str:
    """What nbgrader asks a program called `alembic` for: six seconds, and lost without a PATH."""
    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()
