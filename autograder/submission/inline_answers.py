"""Read the answers in a student's notebook as data: it is neither executed nor trusted."""

import json
import re
from dataclasses import dataclass
from typing import Any

MAX_ANSWER = 20_000  # characters; a long essay has 5,000
# Parsing costs time and memory for each value, however large the file is. These are counted before
# parsing, also inside texts. A notebook with the figures of three GANs has 2,000 and 20,000.
MAX_VALUES = {b"{": 100_000, b"[": 100_000, b",": 1_000_000}

TAG_OPENS = re.compile(r"<(?=[A-Za-z/!?])")
LINK_OPENS = re.compile(r"\](?=[(:])")  # [text](target), [name]: target
BARE_LINK = re.compile(r"(?<=[A-Za-z]://)(?=\S)|(?<=www\.)(?=\S)", re.IGNORECASE)
MATH_OPENS = re.compile(r"\\(?=(href|mmlToken|require|style|class|cssId)(?![A-Za-z]))")
DISGUISES = re.compile(r"&(?=#|(dollar|bsol);)")  # what becomes a formula once it is HTML
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class NotebookError(Exception):
    """A file is not a notebook; the message continues a sentence about the file."""


@dataclass(frozen=True)
class NotebookCell:
    """One cell of a notebook that a student may have changed in any way.

    Attributes:
        kind: "markdown", "code" or another text.
        id, grade_id: of the cell; empty and None if it has none.
        ids: `id`, and what front ends such as Colab keep as `metadata.id`.
        source: its text.
        attachments: whatever the file has there.
    """

    kind: str
    id: str
    grade_id: str | None
    ids: tuple[str, ...]
    source: str
    attachments: object = None


def parse_cells(raw: bytes) -> list[NotebookCell]:
    """Return the cells of a notebook; those without a text are omitted.

    Args:
        raw: the notebook file.
    Raises:
        NotebookError: as `read_cells`.
    """
    cells = []
    for cell in _cells(raw):
        source = _source(cell)
        if source is not None:
            ids = [text for text in (cell.get("id"), _within(cell, "metadata", "id"))
                   if isinstance(text, str) and text]  # fmt: skip
            kind = cell.get("cell_type")
            cells.append(
                NotebookCell(
                    kind if isinstance(kind, str) else "", ids[0] if ids else "", _grade_id(cell),
                    tuple(ids), source, cell.get("attachments"),
                )
            )  # fmt: skip
    return cells


def read_cells(raw: bytes) -> list[tuple[str, str]]:
    """Find every cell with an nbgrader grade_id.

    Args:
        raw: the submitted notebook file.
    Returns:
        (grade_id, source) pairs in the notebook's order; malformed cells are omitted.
    Raises:
        NotebookError: not JSON, too many values, nested too deeply, or without a list of cells.
    """
    found = [(_grade_id(cell), _source(cell)) for cell in _cells(raw)]
    return [(name, source) for name, source in found if name is not None and source is not None]


def read_notes(raw: bytes) -> list[str]:
    """Return the notes on a submission that grading wrote into its notebook.

    Args:
        raw: the graded notebook file.

    Raises:
        NotebookError: as `read_cells`.
    """
    first = next(iter(_cells(raw)), {})
    found = _within(first, "metadata", "autograder", "notes")
    return [str(line) for line in found] if isinstance(found, list) else []


def printable(text: str) -> str:
    """Return text without control characters and lone surrogates."""
    return CONTROLS.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def make_harmless(text: str) -> str:
    """Truncate an answer, and keep it from being read as HTML, as a link or as an image.

    nbgrader puts an answer into formgrader and feedback pages without cleaning its HTML, so
    `<script` becomes `< script`, which a browser ignores and a reader or a formula does not notice.
    A link could run a script in the grader's browser, and an image could tell its server who the
    grader is. So `](` becomes `] (`, and addresses such as `https://...` and formula commands that
    create links get a space as well.
    """
    text = printable(text.replace("\r\n", "\n"))
    if len(text) > MAX_ANSWER:
        text = text[:MAX_ANSWER] + f"\n\n[truncated: the answer had {len(text)} characters]"
    text = MATH_OPENS.sub(r"\\ ", LINK_OPENS.sub("] ", DISGUISES.sub("& ", text)))
    return TAG_OPENS.sub("< ", BARE_LINK.sub(" ", text))


def _cells(raw: bytes) -> list[dict[str, Any]]:
    for sign, most in MAX_VALUES.items():
        if (count := raw.count(sign)) > most:
            raise NotebookError(
                f"has {count:,} times {sign.decode()!r}, more than {most:,}; clear all outputs and "
                "submit it again"
            )
    try:
        notebook = json.loads(raw.decode("utf-8-sig"))
    except RecursionError:
        raise NotebookError("is nested too deeply to be a notebook") from None
    except (ValueError, MemoryError):
        raise NotebookError("is not a notebook (not JSON)") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise NotebookError("is not a notebook (no list of cells)")
    return [cell for cell in cells if isinstance(cell, dict)]


def _within(record: object, *keys: str) -> object:
    """Return the value at the end of a path of keys, or None."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def _grade_id(cell: dict[str, Any]) -> str | None:
    found = _within(cell, "metadata", "nbgrader", "grade_id")
    return found if isinstance(found, str) else None


def _source(cell: dict[str, Any]) -> str | None:
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None
