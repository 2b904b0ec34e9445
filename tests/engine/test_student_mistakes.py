"""Mistakes as students make them: a check explains each in the words that its entry requires."""

import tomllib
from pathlib import Path

import pytest

from autograder.config import find_assignment
from autograder.grading.reference_data import reference_data_of
from cs231n.checks import Checker
from helpers.explanations import load

TABLE = tomllib.loads(Path(__file__).with_name("student_mistakes.toml").read_text("utf-8"))


@pytest.mark.parametrize("mistake", TABLE["mistakes"], ids=lambda mistake: mistake["name"])
def test_a_mistake_is_explained(mistake):
    """The explanation comes first and contains the required words; the mistake costs marks."""
    assignment = find_assignment(mistake.get("assignment", "gans"))
    source = assignment.solution.read_bytes() + b"\n\nimport torch.nn.functional as F\n"
    module = load(assignment, source + mistake["code"].encode())
    check = Checker(module, reference_data_of(assignment)[0])
    verdict = check(mistake["task"]).verdict
    assert verdict.fraction < 1
    assert verdict.findings[0].code == "explanation"
    text = " ".join([verdict.findings[0].text, *verdict.findings[0].details])
    assert [words for words in mistake["explains"] if words not in text] == [], text
