"""Read the grading guide of an assignment: a model answer, points and typical wrong answers."""

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.config import Assignment

GUIDE = "grading_guide.md"


@dataclass(frozen=True)
class QuestionGuide:
    """What a grader reads beside an answer, as Markdown.

    Attributes:
        model_answer, points, wrong_answers: the three parts; empty if the guide lacks one.
    """

    model_answer: str = ""
    points: str = ""
    wrong_answers: str = ""


HEADINGS = {
    "Model answer": "model_answer",
    "Points": "points",
    "Typical wrong answers": "wrong_answers",
}


def read_guide(assignment: Assignment) -> dict[str, QuestionGuide]:
    """Return grade_id -> guide; an assignment without a guide has none."""
    path: Path = assignment.folder / GUIDE
    if not path.is_file():
        return {}
    guides = {}
    for section in re.split(r"(?m)^## ", path.read_text("utf-8"))[1:]:
        name, _, body = section.partition("\n")
        parts = re.split(r"(?m)^### ", body)[1:]
        texts = dict(part.partition("\n")[::2] for part in parts)
        known = {
            HEADINGS[title]: text.strip() for title, text in texts.items() if title in HEADINGS
        }
        guides[name.strip()] = QuestionGuide(**known)
    return guides
