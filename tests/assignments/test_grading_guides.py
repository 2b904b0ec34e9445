"""Every question marked by hand has a guide, and its points add up to those of the question."""

import re

import pytest

from autograder.config import load_assignments

PARTS = ("Model answer", "Points", "Typical wrong answers")


@pytest.mark.parametrize("assignment", load_assignments(), ids=lambda each: each.name)
def test_guide_covers_every_question(assignment):
    """Each question has a model answer, points for its parts, and typical wrong answers."""
    text = (assignment.folder / "grading_guide.md").read_text("utf-8")
    sections = re.split(r"(?m)^## ", text)[1:]
    names = [section.splitlines()[0] for section in sections]
    assert names == [question.grade_id for question in assignment.questions]
    for section, question in zip(sections, assignment.questions, strict=True):
        assert re.findall(r"(?m)^### (.*)$", section) == list(PARTS)
        points = re.findall(r"(?m)^- (\d+) points?:", section.split("### Points")[1])
        assert sum(map(float, points)) == question.points
