"""Make nbgrader use the autograder for autograde and generate_feedback, however they are started.

nbgrader's commands and formgrader's buttons create the same converters; `install` replaces them.
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

from .converters import AutogradeConverter, FeedbackConverter

FORMGRADER = "nbgrader.server_extensions.formgrader.handlers"
REPLACEMENTS = {"Autograde": AutogradeConverter, "GenerateFeedback": FeedbackConverter}
HOOKS = ("converters", "apps.autogradeapp", "apps.generatefeedbackapp", "apps.api")


class KeepAnswerCells(ClearSolutions):
    """Keep the answer cells of the autograder's assignments.

    nbgrader's ClearSolutions would replace their text by YOUR ANSWER HERE. The source of these
    assignments holds no solutions, so nothing has to be cleared.
    """

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Leave the autograder's assignments unchanged; clear any other."""
        if known_assignment(resources["nbgrader"]["assignment"]) is not None:
            return nb, resources
        return super().preprocess(nb, resources)


def install(c) -> None:
    """Replace nbgrader's converters in this process. The course's nbgrader_config.py calls this.

    Args:
        c: what `get_config()` returns there.
    """
    steps = GenerateAssignment.preprocessors.default()
    c.GenerateAssignment.preprocessors = [
        KeepAnswerCells if step is ClearSolutions else step for step in steps
    ]
    c.ZipCollectApp.extractor_plugin = f"{__package__}.zip_collect.CollectingExtractor"
    for module in (importlib.import_module(f"nbgrader.{name}") for name in HOOKS):
        for name in REPLACEMENTS.keys() & vars(module).keys():
            setattr(module, name, REPLACEMENTS[name])
    _read_timestamps_safely()
    importlib.import_module("nbgrader.api").get_alembic_version = _schema_version
    if FORMGRADER in sys.modules:  # in Jupyter's server, before formgrader has its addresses
        _add_marking_page()


def _read_timestamps_safely() -> None:
    """Let a timestamp.txt that nbgrader cannot read count as no time of submission.

    nbgrader raises for such a file, and formgrader's page for the whole class stays empty.
    """
    interface = importlib.import_module("nbgrader.apps.api").NbGraderAPI
    original = interface.get_submitted_timestamp
    if getattr(original, "is_safe", False):
        return

    def get_submitted_timestamp(self, assignment_id, student_id):
        try:
            return original(self, assignment_id, student_id)
        except (ValueError, OverflowError, OSError):
            return None

    get_submitted_timestamp.is_safe = True  # type: ignore[attr-defined]
    interface.get_submitted_timestamp = get_submitted_timestamp


def _add_marking_page() -> None:
    """Add the marking page to formgrader, and the grading guide to its page of a submission."""
    from .marking_page import ADDRESS, GuidedSubmissionHandler, MarkingHandler

    handlers = importlib.import_module(FORMGRADER)
    addresses = handlers.default_handlers
    addresses[:] = [
        (address, GuidedSubmissionHandler if handler is handlers.SubmissionHandler else handler,
         *rest)
        for address, handler, *rest in addresses
    ]  # fmt: skip
    if not any(address[0] == ADDRESS for address in addresses):
        addresses.insert(0, (ADDRESS, MarkingHandler))


def _schema_version() -> str:
    """Return nbgrader's schema version without its call of `alembic`: 6 s, and it needs a PATH."""
    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()
