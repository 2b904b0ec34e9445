"""What an assignment hands in, and what is still missing in it. Reads files, runs none."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cs231n.checks.subprocess_runner import NoVerdicts, judge_apart
from cs231n.engine.judging.render import headline
from cs231n.engine.reference_data import PATTERN, ReferenceDataError, load_reference_data
from cs231n.runtime import on_colab

BLANK = "Your answer here"  # how an answer cell begins before a student has written in it
FRESH = 120  # seconds since the notebook was saved; Jupyter saves by itself every two minutes
MAX_MODULE, MAX_NOTEBOOK = 2**20, 20 * 2**20  # bytes; the autograder takes no more


@dataclass(frozen=True)
class Handin:
    """The files of one assignment that are handed in.

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
        """The module as Python imports it."""
        return self.module.removesuffix(".py").replace("/", ".")


def find_handins(folder: Path) -> tuple[list[Handin], list[str]]:
    """The assignments whose public reference data are in a folder, by name of the file.

    Returns:
        Those found; and for each file that cannot be used one line that says why.
    """
    found, damaged = [], []
    for path in sorted(folder.glob(PATTERN)):
        try:
            found.append(_handin(path.name, load_reference_data(path).spec))
        except ReferenceDataError as error:
            damaged.append(str(error))
        except KeyError:
            damaged.append(
                f"{path}: does not say what is handed in; take it again from the zip that has the "
                "folder cs231n/"
            )
    return found, damaged


def _handin(answers: str, spec: dict) -> Handin:
    module = spec["module"].replace(".", "/") + ".py"
    questions = tuple(spec["questions"])
    return Handin(spec["assignment"], spec["notebook"], module, answers, questions)


def module_remarks(folder: Path, handin: Handin) -> tuple[str, list[str]]:
    """How the saved file stands with the checks.

    Returns:
        One line on all checks; and a line for each thing to look at.
    """
    lines = _too_large(folder / handin.module, handin.module, MAX_MODULE)
    try:
        found = judge_apart(folder, handin.dotted, handin.answers)
    except NoVerdicts as why:
        advice = "run `python -m cs231n.checks` in a terminal to see more"
        return "not run", [*lines, f"{handin.module}: {why}; {advice}"]
    first = found[0][0]
    if first.findings and first.findings[0].code in ("unreadable", "import_failed"):
        finding = first.findings[0]
        text = "\n      ".join([f"{handin.module}: {finding.text}", *finding.details])
        return "not run, the file stops Python", [*lines, text]
    missed = [(v, points) for v, points in found if v.status != "passed"]
    for verdict, points in missed:
        lines.append(f'{headline(verdict, points)}; see check("{verdict.task}")')
    earned = sum(verdict.points(points) for verdict, points in found)
    most = sum(points for _, points in found)
    passed = f"{len(found) - len(missed)} of {len(found)} passed"
    return f"{passed}, {earned:g} of {most:g} points by the checks of the notebook", lines


def notebook_remarks(
    folder: Path, handin: Handin, raw: bytes, live: bool, now: datetime
) -> list[str]:
    """A line for each thing to look at in the notebook.

    Args:
        raw: the notebook as it is handed in.
        live: whether that is what the browser shows, and not the saved file.
        now: the time, with a time zone.
    """
    lines = []
    if not live and on_colab():
        lines.append(
            f"{handin.notebook} is the file in {folder}, perhaps not the notebook that you see: "
            "choose File > Download > Download .ipynb, upload it there in the Files panel under "
            "this name and run this again"
        )
    elif not live:
        lines += _too_old(folder / handin.notebook, now)
    if len(raw) > MAX_NOTEBOOK:
        lines.append(
            f"{handin.notebook} has {len(raw) / 2**20:.1f} MiB; up to {MAX_NOTEBOOK // 2**20} are "
            "graded: choose Edit > Clear Outputs of All Cells, save it and run this again"
        )
    answers = answer_cells(raw)
    if answers is None:
        hint = "open it in Jupyter, save it and run this again"
        return [*lines, f"{handin.notebook} is not a notebook, or a damaged one: {hint}"]
    for number, grade_id in enumerate(handin.questions, 1):
        texts = [text for name, text in answers if name == grade_id]
        if not texts:
            lines.append(f"question {number}: its answer cell is gone from the notebook")
        elif all(not text.strip() or text.lstrip().startswith(BLANK) for text in texts):
            lines.append(f'question {number}: not answered, or it still begins with "{BLANK}"')
    return lines


def answer_cells(raw: bytes) -> list[tuple[str, str]] | None:
    """(grade_id, text) of every cell with a grade_id, or None if `raw` is not a notebook."""
    try:
        cells = json.loads(raw.decode("utf-8-sig"))["cells"]
        named = [(c["metadata"].get("nbgrader", {}).get("grade_id"), c["source"]) for c in cells]
        return [(name, "".join(source)) for name, source in named if name]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _too_large(path: Path, name: str, limit: int) -> list[str]:
    if path.stat().st_size <= limit:
        return []
    return [f"{name} has more than {limit / 2**20:g} MiB, which is not graded: shorten it"]


def _too_old(path: Path, now: datetime) -> list[str]:
    saved = datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
    minutes = (now - saved).total_seconds() / 60
    if minutes * 60 <= FRESH:
        return []
    ago = f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
    return [
        f"{path.name} was saved {ago} ago ({saved:%Y-%m-%d %H:%M}): if you have written in it "
        "since, save it and run this again"
    ]
