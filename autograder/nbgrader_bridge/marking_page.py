"""A page in formgrader's server that shows one question at a time, for all students.

It reads nbgrader's gradebook and saves through formgrader's own requests, so the page and
formgrader always agree. `plugin.install` adds its address to formgrader when the configuration of
the course is read.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader import api
from nbgrader.server_extensions.formgrader.base import BaseHandler, check_notebook_dir, check_xsrf
from nbgrader.server_extensions.formgrader.handlers import SubmissionHandler
from sqlalchemy import select
from sqlalchemy.orm import aliased
from tornado import web

from autograder.config import Assignment, Question, known_assignment
from autograder.errors import AutograderError, contain_failure
from autograder.marking.guide import QuestionGuide, read_guide
from autograder.marking.orbit import SUGGESTERS, Suggestion
from autograder.marking.similar_answers import group_answers
from autograder.submission.inline_answers import NotebookError, parse_cells

TEMPLATES = Path(__file__).with_name("templates")
ADDRESS = r"/formgrader/marking/([^/]+)(?:/([^/]+))?/?"
REUSED = 12  # comments offered again, the most frequent first
PICTURE = re.compile(r"!\[picture \d+\]\(attachment:(picture-\d+\.png)\)")


@dataclass(frozen=True)
class AnswerCard:
    """One student's answer as the page shows it.

    Attributes:
        number: from 1; stands for the name on an anonymous page.
        student, name: the id and the name, as far as the gradebook has them.
        text: the answer; `html` is the same rendered, without HTML of its own.
        grade, comment: ids by which formgrader saves the two.
        score, remark: what a person gave; None and "" if nothing.
        extra: extra credit that a person gave, or None.
        is_open: a person has to look at it.
        suggestion: a suggested mark, or None.
        group: number of the group of alike answers, 0 for none.
        identical: all answers of the group are the same text.
        pictures: base64 of the PNGs in the answer, which grading has encoded.
        page: address of the submission in formgrader.
    """

    number: int
    student: str
    name: str
    text: str
    html: Markup
    grade: str
    comment: str
    score: float | None
    extra: float | None
    remark: str
    is_open: bool
    suggestion: Suggestion | None
    group: int
    identical: bool
    pictures: tuple[str, ...]
    page: str


class MarkingHandler(BaseHandler):
    """Serves `/formgrader/marking/ASSIGNMENT/QUESTION`."""

    @property
    def base_url(self) -> str:
        """The server's own base, "/" at least: the path of the cookie that a login sets."""
        return self.settings.get("base_url", "/")

    @web.authenticated
    @check_xsrf
    @check_notebook_dir
    def get(self, name: str, question: str | None) -> None:
        """Write the page of a question, by default the first."""
        try:
            assignment = known_assignment(name)
        except AutograderError as error:
            raise web.HTTPError(500, str(error)) from None
        if assignment is None or not assignment.questions:
            raise web.HTTPError(404, f"{name}: no assignment with questions that a person marks")
        names = [each.grade_id for each in assignment.questions]
        base_url = self.base_url.rstrip("/")
        if question is None:
            return self.redirect(f"{base_url}/formgrader/marking/{name}/{names[0]}")
        if question not in names:
            raise web.HTTPError(404, f"{question}: no such question; there are {', '.join(names)}")
        asked = assignment.questions[names.index(question)]
        autograded = Path(self.coursedir.root, self.coursedir.autograded_directory)
        cards = read_cards(self.gradebook.db, assignment, asked, autograded, base_url)
        self.write(
            render(
                assignment, asked, cards, read_guide(assignment).get(question, QuestionGuide()),
                base_url, anonymous=self.get_argument("anonymous", "1") != "0",
            )
        )  # fmt: skip


class GuideCells(Preprocessor):
    """Show the grading guide below each answer in formgrader.

    The cells exist only in the page that formgrader renders, never in a file.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Insert the guide of each question, and a suggested mark if there is one."""
        assignment = known_assignment(resources.get("assignment_id", ""))
        guides = read_guide(assignment) if assignment else {}
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in guides and cell.cell_type == "markdown":
                points = float(cell.metadata.nbgrader.get("points", 0))
                found = _suggestion(SUGGESTERS.get(name), cell.source, points)
                cells.append(new_markdown_cell(_guide_text(guides[name], found)))
        nb.cells = cells
        return nb, resources


def _guide_text(guide: QuestionGuide, suggestion: Suggestion | None) -> str:
    """Return the guide of a question as Markdown that a click opens."""
    parts = ["<details><summary>For graders: model answer, points, typical wrong answers"]
    if suggestion:
        parts[0] += f" (suggestion: {suggestion.points:g} points)"
    parts[0] += "</summary>"
    if suggestion:
        parts.append(f"**Suggestion**: {suggestion.points:g} ({escape(suggestion.reason)})")
    for title, text in (
        ("Model answer", guide.model_answer),
        ("Points", guide.points),
        ("Typical wrong answers", guide.wrong_answers),
    ):
        if text:
            parts.append(f"**{title}**\n\n{text}")
    return "\n\n".join([*parts, "</details>"])


class GuidedSubmissionHandler(SubmissionHandler):
    """Formgrader's page of one submission, with the grading guide below each answer."""

    @property
    def exporter(self) -> HTMLExporter:
        """Formgrader's exporter, which adds the guide."""
        exporter = super().exporter
        if not getattr(exporter, "shows_guide", False):
            exporter.register_preprocessor(GuideCells(), enabled=True)
            exporter.shows_guide = True
        return exporter


def read_cards(
    session, assignment: Assignment, question: Question, autograded: Path, base_url: str = ""
) -> list[AnswerCard]:
    """Read all answers to a question from the gradebook and the graded notebooks.

    Args:
        session: of nbgrader's gradebook.
        assignment: the assignment.
        question: whose answers are read.
        autograded: the course's folder of graded submissions.
        base_url: of the Jupyter server.
    """
    answer_cell = aliased(api.SolutionCell, flat=True)
    columns = (
        select(
            api.Student.id, api.Student.first_name, api.Student.last_name,
            api.SubmittedNotebook.id, api.Grade.id, api.Grade.manual_score,
            api.Grade.extra_credit,
            api.Grade.needs_manual_grade, api.Comment.id, api.Comment.manual_comment,
        )
        .select_from(api.Grade)
        .join(api.GradeCell, api.GradeCell.id == api.Grade.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
        .join(api.SubmittedAssignment)
        .join(api.Assignment)
        .join(api.Student, api.Student.id == api.SubmittedAssignment.student_id)
        .join(answer_cell, (answer_cell.notebook_id == api.SubmittedNotebook.notebook_id)
              & (answer_cell.name == api.GradeCell.name))
        .outerjoin(api.Comment, (api.Comment.notebook_id == api.SubmittedNotebook.id)
                   & (api.Comment.cell_id == answer_cell.id))
        .where(api.Assignment.name == assignment.name, api.GradeCell.name == question.grade_id)
        .order_by(api.SubmittedNotebook.id)  # random, so that the order tells nothing of a name
    )  # fmt: skip
    rows = list(session.execute(columns))
    answers = {row[0]: _answer(autograded, assignment, row[0], question.grade_id) for row in rows}
    texts = {student: text for student, (text, _) in answers.items()}
    answered = {student: text for student, text in texts.items() if text}
    groups = {
        student: (number, group.identical)
        for number, group in enumerate(group_answers(answered), 1)
        for student in group.students
    }
    suggest_mark = SUGGESTERS.get(question.grade_id)
    cards = []
    for number, row in enumerate(rows, 1):
        student, first, last, notebook, grade, score, extra, is_open, comment, remark = row
        text = texts[student]
        cards.append(
            AnswerCard(
                number, student, " ".join(filter(None, (first, last))), text, _rendered(text),
                grade, comment or "", score, extra, remark or "", bool(is_open),
                _suggestion(suggest_mark, text, question.points),
                *groups.get(student, (0, False)), answers[student][1],
                f"{base_url}/formgrader/submissions/{notebook}/",
            )
        )  # fmt: skip
    return cards


def render(
    assignment: Assignment, question: Question, cards: list[AnswerCard], guide: QuestionGuide,
    base_url: str, anonymous: bool,
) -> str:  # fmt: skip
    """Return the page of a question as HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    remarks = Counter(card.remark for card in cards if card.remark)
    return environment.get_template("marking.html").render(
        title=assignment.title,
        name=assignment.name,
        questions=[each.grade_id for each in assignment.questions],
        question=question,
        cards=cards,
        open=sum(card.is_open for card in cards),
        guide={
            "Model answer": _rendered(guide.model_answer),
            "Points": _rendered(guide.points),
            "Typical wrong answers": _rendered(guide.wrong_answers),
        },
        remarks=[text for text, _ in remarks.most_common(REUSED)],
        base_url=base_url,
        anonymous=anonymous,
    )


def _suggestion(
    suggest_mark: Callable[[str, float], Suggestion | None] | None, text: str, points: float
) -> Suggestion | None:
    """Return the suggested mark of an answer; None for an answer that no program can read."""
    if suggest_mark is not None and text:
        with contain_failure(lambda reason: None):
            return suggest_mark(text, points)
    return None


def _answer(
    autograded: Path, assignment: Assignment, student: str, grade_id: str
) -> tuple[str, tuple[str, ...]]:
    """Return text and pictures of an answer in a graded notebook."""
    path = autograded / student / assignment.name / assignment.notebook
    try:
        cells = [c for c in parse_cells(path.read_bytes()) if c.grade_id == grade_id]
    except (OSError, NotebookError):
        return "", ()
    if not cells:
        return "", ()
    text, bundles = cells[-1].source, cells[-1].attachments
    pictures = [
        bundles[name]["image/png"] for name in PICTURE.findall(text)
        if isinstance(bundles, dict) and name in bundles
    ]  # fmt: skip
    return PICTURE.sub("", text).strip(), tuple(pictures)


def _rendered(text: str) -> Markup:
    """Render Markdown with its tables; HTML in it is shown as text, and links lead nowhere."""
    parser = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable(["link", "image", "autolink"])
    )
    return Markup(parser.render(text))
