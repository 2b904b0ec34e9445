"""Find the files to hand in and what is still to fix in them, before they are packed."""

import ast
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cs231n.checks.subprocess_runner import NoResults, check_in_subprocess
from cs231n.engine.judging import FILE_REMARKS
from cs231n.engine.judging.render import headline
from cs231n.engine.reference_data import (
    PATTERN,
    ReferenceData,
    ReferenceDataError,
    load_reference_data,
)
from cs231n.runtime import on_colab

BLANK = "Your answer here"  # how an answer cell begins before a student has written in it
SHOWN = 60  # characters of an answer in the receipt
MAX_MODULE, MAX_NOTEBOOK = 2**20, 20 * 2**20  # bytes; the autograder accepts no more


@dataclass(frozen=True)
class Handin:
    """The files of one assignment to hand in.

    Attributes:
        name: of the assignment.
        notebook, module: the two files, relative to the student's folder.
        answers: name of the npz with the public reference data.
        questions: grade_ids of the cells with inline answers, in order.
    """

    name: str
    notebook: str
    module: str
    answers: str
    questions: tuple[str, ...]

    @property
    def dotted(self) -> str:
        """Dotted name of the module."""
        return self.module.removesuffix(".py").replace("/", ".")


def find_handins(folder: Path) -> tuple[list[Handin], list[str]]:
    """Find the assignments whose public reference data are in a folder.

    Returns:
        The assignments, in the order of the files' names; and one line for each file that cannot
        be used, with the reason.
    """
    found, damaged = [], []
    for path in sorted(folder.glob(PATTERN)):
        try:
            found.append(_handin(path.name, load_reference_data(path)))
        except ReferenceDataError as error:
            damaged.append(str(error))
    return found, damaged


def _handin(file: str, data: ReferenceData) -> Handin:
    module = data.module.replace(".", "/") + ".py"
    return Handin(data.assignment, data.notebook, module, file, data.questions)


def check_module(
    folder: Path, handin: Handin, notebook: bytes = b""
) -> tuple[str, list[str], list[str]]:
    """Check the student's saved file as the autograder reads it.

    Args:
        folder: of the notebook.
        handin: the files to hand in.
        notebook: as packed, to find functions that were written in it.
    Returns:
        One line about all checks; one line for each thing to fix; and one for each thing that the
        autograder leaves out or sees differently, which costs nothing.
    """
    lines = _too_large(folder / handin.module, handin.module, MAX_MODULE)
    try:
        results = check_in_subprocess(folder, handin.dotted, handin.answers)
    except NoResults as why:
        advice = "run `python -m cs231n.checks` in a terminal to see more"
        return "not run", [*lines, f"{handin.module}: {why}; {advice}"], []
    first = results[0].verdict
    if first.findings and first.findings[0].code in ("unreadable", "import_failed"):
        finding = first.findings[0]
        text = "\n      ".join([f"{handin.module}: {finding.text}", *finding.details])
        return "not run, because Python cannot import the file", [*lines, text], []
    failed = [result for result in results if result.verdict.status != "passed"]
    elsewhere = functions_in(notebook)
    for result in failed:
        line, task = headline(result.verdict, result.points), result.verdict.task
        advice = f'see check("{task}")'
        if result.verdict.status == "not_attempted" and task in elsewhere:
            advice = (
                f"a cell of {handin.notebook} defines it, but only {handin.module} is graded: move "
                "it there and save the file"
            )
        lines.append(f"{line}; {advice}")
    notes = []
    for finding in (f for result in results for f in result.verdict.findings):
        if finding.remark and finding.code in FILE_REMARKS:
            text = "\n      ".join([f"{handin.module}: {finding.text}", *finding.details])
            (lines if finding.code == "code_skipped" else notes).append(text)
    earned = sum(result.verdict.points(result.points) for result in results)
    total = sum(result.points for result in results)
    passed = f"{len(results) - len(failed)} of {len(results)} passed"
    checks = f"{passed}, {earned:g} of {total:g} points by the checks of the notebook"
    return checks, lines, list(dict.fromkeys(notes))


def functions_in(raw: bytes) -> set[str]:
    """Return the names of the functions that code cells of a notebook define."""
    try:
        cells = json.loads(raw.decode("utf-8-sig"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
    names = set()
    for source in sources:
        code = "\n".join("pass" if line[:1] in "%!" else line for line in source.split("\n"))
        try:
            statements = ast.parse(code).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        names |= {s.name for s in statements if isinstance(s, ast.FunctionDef)}
    return names


def check_notebook(folder: Path, handin: Handin, raw: bytes, live: bool) -> list[str]:
    """Return one line for each thing to fix in the notebook.

    Args:
        folder: of the notebook.
        handin: the files to hand in.
        raw: the notebook as packed.
        live: whether it comes from the browser and not from the saved file.
    """
    lines = []
    if not live and on_colab():
        lines.append(
            f"{handin.notebook} is the file in {folder}, perhaps not the notebook that you see: "
            "choose File > Download > Download .ipynb, upload it there in the Files panel under "
            "this name and run this again"
        )
    if len(raw) > MAX_NOTEBOOK:
        lines.append(
            f"{handin.notebook} has {len(raw) / 2**20:.1f} MiB; up to {MAX_NOTEBOOK // 2**20} are "
            "graded: choose Edit > Clear Outputs of All Cells, save it and run this again"
        )
    answers = answer_cells(raw)
    if answers is None:
        hint = "open it in Jupyter, save it and run this again"
        return [*lines, f"{handin.notebook} is damaged or not a notebook: {hint}"]
    for number, grade_id in enumerate(handin.questions, 1):
        texts = [text for name, text in answers if name == grade_id]
        if not texts:
            lines.append(f"question {number}: its answer cell is missing from the notebook")
        elif all(map(_is_blank, texts)):
            lines.append(f'question {number}: not answered, or it still begins with "{BLANK}"')
    return lines


def first_words(handin: Handin, raw: bytes) -> list[str]:
    """Return one line for each question: the first words of its answer in the notebook `raw`."""
    answers, lines = answer_cells(raw) or [], []
    for number, grade_id in enumerate(handin.questions, 1):
        texts = [text for name, text in answers if name == grade_id and not _is_blank(text)]
        words = " ".join(" ".join(texts).split())
        shown = f'"{words}"' if len(words) <= SHOWN else f'"{words[:SHOWN].rstrip()} ..."'
        lines.append(f"question {number}: {shown if words else 'no answer'}")
    return lines


def saved_at(path: Path, now: datetime) -> str:
    """Say when a file was saved: the time, and the date if it is not that of `now`."""
    saved = datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
    form = "%H:%M:%S" if saved.date() == now.date() else "%Y-%m-%d %H:%M:%S"
    return f"saved at {saved:{form}}"


def _is_blank(answer: str) -> bool:
    return not answer.strip() or answer.lstrip().startswith(BLANK)


def answer_cells(raw: bytes) -> list[tuple[str, str]] | None:
    """Return (grade_id, text) of every cell with a grade_id, or None if `raw` is not a notebook."""
    try:
        cells = json.loads(raw.decode("utf-8-sig"))["cells"]
        named = [(c["metadata"].get("nbgrader", {}).get("grade_id"), c["source"]) for c in cells]
        return [(name, "".join(source)) for name, source in named if name]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _too_large(path: Path, name: str, limit: int) -> list[str]:
    if path.stat().st_size <= limit:
        return []
    return [f"{name} is larger than {limit / 2**20:g} MiB and will not be graded: shorten it"]
