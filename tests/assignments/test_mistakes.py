"""The catalogue of every assignment: mistakes lose marks and are explained, variants keep them.

A new file in mistakes/ or variants/, and a new folder in assignments/, is tested without a change
here.
"""

import re

import pytest

from autograder.authoring.matrix import text_of
from autograder.authoring.mistakes import load_known_solutions
from cs231n.checks import Checker
from helpers.assignments import (
    each_assignment,
    each_entry,
    each_task,
    expected_remarks,
    public_data,
)
from helpers.course import points_lost, public_verdicts


@pytest.mark.slow
@each_entry("mistakes")
def test_a_mistake_loses_exactly_its_marks_and_is_explained(assignment, entry):
    """A mistake costs the points that its file names; findings contain the words of its file."""
    verdicts = public_verdicts(assignment, entry, public_data(assignment))
    assert points_lost(assignment, verdicts) == entry.loses
    texts = [text_of(verdicts[task]) for task in entry.loses]
    lacking = [[word for word in entry.explains if word not in text] for text in texts]
    assert min(lacking, key=len, default=[]) == [], texts


@each_entry("variants")
def test_a_variant_keeps_every_mark_and_gets_its_remarks(assignment, entry):
    """A correct solution passes however it is written; its file lists the remarks that it gets."""
    assert entry.loses == {}
    verdicts = public_verdicts(assignment, entry, public_data(assignment)).values()
    assert {v.status for v in verdicts} == {"passed"}
    findings = [f for v in verdicts for f in v.findings]
    assert all(f.remark for f in findings)
    assert sorted({f.code for f in findings}) == expected_remarks(entry)


@each_task
def test_every_task_has_mistakes(assignment, task):
    """At least five mistakes cost points of a task."""
    mistakes = load_known_solutions(assignment, "mistakes")
    assert sum(task.name in entry.loses for entry in mistakes) >= 5


@each_assignment
def test_every_sentence_is_one_short_paragraph_without_code(assignment):
    """Sentences for students start with a capital, end with a full stop and contain no code."""
    wrong = {
        entry.name: entry.says
        for folder in ("mistakes", "variants")
        for entry in load_known_solutions(assignment, folder)
        if not re.fullmatch(r"[A-Z].*\.", entry.says)
        or len(entry.says) >= 260
        or "  " in entry.says
        or (
            folder == "mistakes"
            and re.search(r"\bnn\.\w+\([^)]|\boptim\.\w+\(|\breturn\b|\bself\.", entry.says)
        )
    }
    assert wrong == {}


@each_assignment
def test_almost_every_mistake_states_how_it_is_explained(assignment):
    """At least 98% of the mistakes that cost marks state words; the others state the reason."""
    costly = [e for e in load_known_solutions(assignment, "mistakes") if e.loses]
    silent = [e for e in costly if not e.explains]
    assert len(silent) <= 0.02 * len(costly)
    assert [e.name for e in silent if b"\nExplains: no, because " not in e.source] == []


@each_task
def test_hints_come_in_three_steps_without_code(assignment, task):
    """The first hint is a question, the second names the place, and none contains code."""
    assert task.hints == public_data(assignment).task(task.name).hints
    assert len(task.hints) == 3
    assert task.hints[0].endswith("?") and task.hints[1].startswith("Check")
    for text in task.hints:
        assert not re.search(r"\w\(|[=\[\]`]|\bnn\.|\boptim\.", text), text


@each_task
def test_check_hint_shows_one_hint_at_a_time(assignment, task):
    """`check.hint` shows the three hints in turn and then repeats the last one."""
    check = Checker(pytest, public_data(assignment))
    shown = [repr(check.hint(task.name)) for _ in range(4)]
    for number, (text, hint) in enumerate(zip(shown[:3], task.hints, strict=True), 1):
        assert text.startswith(f"Hint {number} of 3: {hint}")
    assert shown[3] == shown[2]


@each_assignment
def test_the_docs_list_every_mistake(assignment):
    """The page of mistakes contains a row for each file, and rows for no others."""
    page = "mistakes.md" if assignment.name == "gans" else f"{assignment.name}-mistakes.md"
    text = (assignment.repository / "docs" / page).read_text("utf-8")
    mistakes = load_known_solutions(assignment, "mistakes")
    assert len(re.findall(r"^\| `\w+` \|", text, re.MULTILINE)) == len(mistakes)
    assert [e.name for e in mistakes if f"| `{e.name.partition('/')[2]}` |" not in text] == []
    variants = load_known_solutions(assignment, "variants")
    assert [e.name for e in variants if f"- `{e.name}`: {e.says}" not in text] == []
