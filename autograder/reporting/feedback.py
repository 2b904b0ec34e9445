"""Feedback for one student: a self-contained HTML page, and the same as Markdown."""

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
from autograder.fsutil import atomic_write
from autograder.submission.inline_answers import printable
from cs231n.engine.explaining.table import table_text
from cs231n.engine.judging.degrees import limit_to_degree
from cs231n.engine.judging.render import LOOKS
from cs231n.engine.schema import Finding

from .models import QuestionResult, StudentResult, TaskResult

TEMPLATES = Path(__file__).with_name("templates")
WHOLE_FILE = "all-tasks"
NO_VERDICT = ("?", "no stored verdict")
MARKDOWN_SYNTAX = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")


@dataclass(frozen=True)
class _Part:
    """A task as the page shows it."""

    name: str
    symbol: str
    label: str
    status: str
    score: float
    points: float
    auto: float | None
    findings: tuple[Finding, ...]
    anchor: str

    @property
    def changed(self) -> bool:
        """Whether a grader set a mark that differs from the automatic one."""
        return self.auto is not None and self.auto != self.score

    @property
    def has_details(self) -> bool:
        """Whether the page says more about the task than its row in the table."""
        return bool(self.findings) or self.changed


def to_html(assignment: Assignment, result: StudentResult) -> str:
    """Return the feedback page of one student: no script, no network, all text escaped."""
    return _template("feedback.html").render(_variables(assignment, result))


def to_markdown(assignment: Assignment, result: StudentResult) -> str:
    """Return the feedback of one student as Markdown; students' text cannot become markup."""
    return _template("feedback.md").render(_variables(assignment, result))


def write_feedback(
    assignment: Assignment, result: StudentResult, graded: Path, folder: Path
) -> Path:
    """Write both pages of one student.

    nbgrader's release_feedback stops for the whole class at a folder without the two files of the
    exchange. A submission that arrived another way therefore gets placeholders, and its page is
    released under a random name.

    Args:
        assignment: the assignment.
        result: the student.
        graded: the student's folder in `autograded`.
        folder: the folder for the pages; created if missing.
    Returns:
        Path of the HTML page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = Path(assignment.notebook).stem
    atomic_write(folder / f"{stem}.html", to_html(assignment, result))
    atomic_write(folder / f"{stem}.md", to_markdown(assignment, result))
    for name, placeholder in zip(EXCHANGE_FILES, ("unknown", None), strict=True):
        if (graded / name).is_file():
            atomic_write(folder / name, (graded / name).read_text("utf-8"))
        elif not (folder / name).is_file():
            atomic_write(folder / name, placeholder or secrets.token_hex(64))
    return folder / f"{stem}.html"


def _variables(assignment: Assignment, result: StudentResult) -> dict:
    """Return the variables of the templates."""
    tasks = [_task(task, assignment.student_help.explain) for task in result.tasks]
    detailed = _whole_file(tasks) or [part for part in tasks if part.has_details]
    if detailed and detailed[0].anchor == WHOLE_FILE:
        tasks = [replace(part, anchor=WHOLE_FILE) for part in tasks]
    questions = [_question(number, q) for number, q in enumerate(result.questions, 1)]
    waiting = ""
    if result.waiting:
        answers = "1 answer is" if result.waiting == 1 else f"{result.waiting} answers are"
        waiting = f"{answers} not marked yet."
    return {
        "title": assignment.title,
        "student": f"{result.name} ({result.student})" if result.name else result.student,
        "result": result,
        "tasks": tasks,
        "detailed": detailed,
        "questions": questions,
        "plain": [part.name for part in tasks if not part.has_details and part.status == "passed"],
        "waiting": waiting,
        "looks": LOOKS,
    }


def _task(task: TaskResult, explain: str) -> _Part:
    verdict = task.verdict
    if verdict is None:
        return _Part(task.name, *NO_VERDICT, "not_attempted", task.score, task.points, None, (), "")
    symbol, label, _ = LOOKS[verdict.status]
    return _Part(
        name=task.name,
        symbol=symbol,
        label=label,
        status=verdict.status,
        score=task.score,
        points=task.points,
        auto=verdict.points(task.points),
        findings=limit_to_degree(verdict, explain).findings,
        anchor=task.name,
    )


def _whole_file(tasks: list[_Part]) -> list[_Part]:
    """Return one part for all tasks if each has the same findings, as after a failed import."""
    reasons = {(part.status, part.findings, part.changed) for part in tasks}
    if len(tasks) < 2 or len(reasons) > 1 or not tasks[0].findings or tasks[0].changed:
        return []
    score, points = (sum(getattr(part, name) for part in tasks) for name in ("score", "points"))
    return [
        replace(
            tasks[0], name="All tasks", score=score, points=points, auto=score, anchor=WHOLE_FILE
        )
    ]


def _question(number: int, question: QuestionResult) -> dict:
    if not question.answer.strip():
        label = "no answer"
    elif question.score is None:
        label = "not marked yet"
    else:
        label = "to be marked again" if question.waiting else "marked"
    return {**vars(question), "title": f"Question {number}", "label": label}


def _inline(text: str) -> str:
    """Return text that is safe within a line of Markdown."""
    return MARKDOWN_SYNTAX.sub(r"\\\1", " ".join(str(text).split()))


def _breakable(name: str) -> Markup:
    """Return a name that a narrow window breaks only after underscores."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))


def _fenced(text: str) -> str:
    """Return text as a block with a fence longer than any run of backticks in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _late(seconds: float) -> str:
    """Return a delay in its two largest units, rounded up to a minute."""
    minutes = -int(-seconds // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min"]
    return " ".join([part for part in parts if part and part != "0 min"][:2])


def finalize(value: object) -> object:
    """Return a template's value without control characters and lone surrogates."""
    return printable(value) if type(value) is str else value  # Markup is already safe


FILTERS: dict[str, Callable] = {
    "inline": _inline,
    "fenced": _fenced,
    "breakable": _breakable,
    "time": _time,
    "late": _late,
    "points": lambda points: f"{points:g}",
    "table": table_text,
}


@lru_cache
def _template(name: str):
    """Return a template; HTML escapes every variable."""
    html = name.endswith(".html")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=html, undefined=StrictUndefined,
        trim_blocks=html, lstrip_blocks=html, keep_trailing_newline=True, finalize=finalize,
    )  # fmt: skip
    environment.filters.update(FILTERS)
    return environment.get_template(name)
