"""Feedback for each student: one HTML page that needs nothing else, and the same as Markdown."""

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.config import Assignment
from autograder.submission.inline_answers import printable
from cs231n.engine.judging.render import LOOKS
from cs231n.engine.schema import Finding

from .load import QuestionResult, StudentResult, TaskResult

PAGES = Path(__file__).with_name("templates")
ALL = "all-tasks"
UNKNOWN = ("?", "no verdict on disk")
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
EXCHANGE = ("timestamp.txt", "submission_secret.txt")


@dataclass(frozen=True)
class _Part:
    """One task or question as the page shows it."""

    name: str
    sign: str
    word: str
    status: str
    score: float
    points: float
    auto: float | None
    findings: tuple[Finding, ...]
    anchor: str

    @property
    def changed(self) -> bool:
        """True if a person set another mark than the verdict's."""
        return self.auto is not None and self.auto != self.score

    @property
    def told(self) -> bool:
        """True if there is more to say than the line in the table."""
        return bool(self.findings) or self.changed


def to_html(assignment: Assignment, result: StudentResult) -> str:
    """The feedback page of one student: no script, no network, all text escaped."""
    return _template("feedback.html").render(_words(assignment, result))


def to_markdown(assignment: Assignment, result: StudentResult) -> str:
    """The feedback of one student as Markdown; students' text cannot become markup."""
    return _template("feedback.md").render(_words(assignment, result))


def write_feedback(
    assignment: Assignment, result: StudentResult, graded: Path, folder: Path
) -> Path:
    """Write both pages of one student.

    nbgrader's release_feedback stops for the whole class at a folder without the two files of the
    exchange, so a submission that came another way gets stand-ins: its page is then released under
    a random name.

    Args:
        graded: the student's folder in `autograded`.
        folder: where the pages go, made if missing.
    Returns:
        The HTML page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = Path(assignment.notebook).stem
    _write(folder / f"{stem}.html", to_html(assignment, result))
    _write(folder / f"{stem}.md", to_markdown(assignment, result))
    for name, otherwise in zip(EXCHANGE, ("unknown", None), strict=True):
        if (graded / name).is_file():
            _write(folder / name, (graded / name).read_text("utf-8"))
        elif not (folder / name).is_file():
            _write(folder / name, otherwise or secrets.token_hex(64))
    return folder / f"{stem}.html"


def _write(path: Path, text: str) -> None:
    """A reader finds the old page or the new one, never a part."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    os.replace(part, path)


def _words(assignment: Assignment, result: StudentResult) -> dict:
    """What the pages are filled with."""
    tasks = [_task(task) for task in result.tasks]
    told = _all_alike(tasks) or [part for part in tasks if part.told]
    if told and told[0].anchor == ALL:
        tasks = [replace(part, anchor=ALL) for part in tasks]
    questions = [_question(number, q) for number, q in enumerate(result.questions, 1)]
    waiting = ""
    if result.waiting:
        which = "1 question is" if result.waiting == 1 else f"{result.waiting} questions are"
        waiting = f"{which} still to be graded by hand."
    return {
        "title": assignment.title,
        "who": f"{result.name} ({result.student})" if result.name else result.student,
        "result": result,
        "tasks": tasks,
        "told": told,
        "questions": questions,
        "plain": [part.name for part in tasks if not part.told and part.status == "passed"],
        "waiting": waiting,
        "looks": LOOKS,
    }


def _task(task: TaskResult) -> _Part:
    verdict = task.verdict
    if verdict is None:
        return _Part(task.name, *UNKNOWN, "not_attempted", task.score, task.points, None, (), "")
    sign, word, _ = LOOKS[verdict.status]
    auto, score = verdict.points(task.points), task.score
    return _Part(
        task.name, sign, word, verdict.status, score, task.points, auto, verdict.findings, task.name
    )


def _all_alike(tasks: list[_Part]) -> list[_Part]:
    """One part in place of all if a file as a whole is why: the same is said of each task."""
    said = {(part.status, part.findings, part.changed) for part in tasks}
    if len(tasks) < 2 or len(said) > 1 or not tasks[0].findings or tasks[0].changed:
        return []
    score, points = (sum(getattr(part, name) for part in tasks) for name in ("score", "points"))
    whole = replace(tasks[0], name="All tasks", score=score, points=points, auto=score, anchor=ALL)
    return [whole]


def _question(number: int, question: QuestionResult) -> dict:
    if not question.answer.strip():
        word = "no answer"
    elif question.score is None:
        word = "not graded yet"
    else:
        word = "to be looked at again" if question.waiting else "graded"
    return {**vars(question), "title": f"Question {number}", "word": word}


def _inline(text: str) -> str:
    """Text inside a line of Markdown."""
    return SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _breakable(name: str) -> Markup:
    """A name that a narrow window breaks after its underscores only."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))


def _fenced(text: str) -> str:
    """Text as a block that no run of backticks inside can end."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _late(seconds: float) -> str:
    """How late, in the two largest units, rounded up to a minute."""
    minutes = -int(-seconds // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min"]
    return " ".join([part for part in parts if part and part != "0 min"][:2])


def _finalize(value):
    return printable(value) if type(value) is str else value  # not Markup, which is escaped


FILTERS: dict[str, Callable] = {
    "inline": _inline,
    "fenced": _fenced,
    "breakable": _breakable,
    "moment": _moment,
    "late": _late,
    "points": lambda points: f"{points:g}",
}


@lru_cache
def _template(name: str):
    """A template; whatever comes into HTML is escaped."""
    html = name.endswith(".html")
    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=html, undefined=StrictUndefined,
        trim_blocks=html, lstrip_blocks=html, keep_trailing_newline=True, finalize=_finalize,
    )  # fmt: skip
    pages.filters.update(FILTERS)
    return pages.get_template(name)
