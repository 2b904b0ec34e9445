"""Write the marks of a class for another program.

Each target format is one module of this package and one entry of `EXPORTERS`. All formats render
the same `ClassResults`, so they cannot disagree about a mark. To add a column to a format, add a
line to `COLUMNS` in its module (`canvas.py`, `nbgrader_csv.py`). To add a format, write a function
`(ClassResults, ExportOptions) -> Export` and enter it here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from autograder.reporting.models import ClassResults

from . import canvas, moodle, nbgrader_csv
from .table import Export, ExportOptions


@dataclass(frozen=True)
class Exporter:
    """A target format.

    Attributes:
        render: writes the marks in that format.
        description: what the file is for, in the help of the command line.
    """

    render: Callable[[ClassResults, ExportOptions], Export]
    description: str


EXPORTERS = {
    "nbgrader": Exporter(nbgrader_csv.render, "the columns of nbgrader's own CSV export"),
    "canvas": Exporter(canvas.render, "a CSV file for the import of Canvas's gradebook"),
    "moodle": Exporter(moodle.render, "the grading worksheet with grades and comments"),
}

__all__ = ["EXPORTERS", "Export", "ExportOptions", "Exporter", "roster"]
