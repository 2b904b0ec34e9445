"""Grading one file: what a worker sees, what a lost task costs, what a forged answer earns."""

import numpy as np
import pytest

from autograder.errors import AssignmentError
from autograder.grading import grade_submission as grading
from autograder.sandbox import Outcome, Run, Sandbox
from helpers.course import ASSIGNMENT
from helpers.in_process import SOLUTION, Worker


@pytest.fixture
def worker():
    """A worker without a process of its own."""
    return Worker()


def marks(graded) -> dict[str, float]:
    """Task -> fraction."""
    return {v.task: v.fraction for v in graded.verdicts}


def test_grade_source_gives_the_solution_all_marks_whoever_hands_it_in(worker):
    """The solution earns everything, with every draw of hidden cases tried here."""
    for key in ("alice", "bob", "renamed-notebook"):
        graded = grading.grade_source(ASSIGNMENT, SOLUTION, key, worker=worker)
        assert set(marks(graded).values()) == {1.0}, key
        assert graded.note is None


def test_grade_source_costs_a_lost_task_only_itself(worker):
    """Where a task kills its process, the tasks after it are run again without it."""
    worker.dies = {"generator": Outcome.CPU, "ls_generator_loss": Outcome.CRASH}
    graded = grading.grade_source(ASSIGNMENT, SOLUTION, "alice", worker=worker)
    lost = {name for name, fraction in marks(graded).items() if fraction < 1}
    assert lost == {"generator", "ls_generator_loss"}
    by_task = {v.task: v.status for v in graded.verdicts}
    assert by_task["generator"] == "timed_out"
    assert by_task["ls_generator_loss"] == "crashed"
    assert len(worker.jobs) == 3
    assert "sample_noise" not in {p["function"] for p in worker.jobs[1].probes}


def test_grade_source_shows_a_worker_no_expectation_and_no_secret(worker):
    """A probe says neither which case is hidden nor what is expected."""
    grading.grade_source(ASSIGNMENT, SOLUTION, "alice", worker=worker)
    for probe in worker.jobs[0].probes:
        assert not set(probe) & {"hidden", "side_condition", "requirement", "expected"}
        assert probe["id"].isdigit()


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"shape": "x", "returned": []},
        {"out_shape": [10**9] * 3, "batch": 6, "shapes": 5, "complete": True},
        {"error": 7},
        {"alternatives": 10**12, "out_shape": [6, 1], "batch": 6, "shapes": [], "complete": True},
        {"lost": {"code": "broadcast", "words": {}}},
        {"kind": "lost", "outcome": "cpu", "code": "remark_flat"},
    ],
)
def test_grade_source_survives_facts_that_make_no_sense(worker, facts):
    """Forged facts earn nothing and break nothing; the other tasks keep their marks."""
    worker.forges = {"discriminator": facts or {"nothing": 0}, "generator_loss": {"stage": "call"}}
    found = marks(grading.grade_source(ASSIGNMENT, SOLUTION, "alice", worker=worker))
    assert found.pop("discriminator") == 0 and found.pop("generator_loss") == 0
    assert set(found.values()) == {1.0}


def test_grade_source_tells_what_is_wrong_with_a_file_as_a_whole():
    """A file that cannot be imported loses all, with line and reason; a missing one says why."""
    error = {"type": "SyntaxError", "message": "'(' was never closed", "line": 3}
    answer = {"error": {**error, "text": "f(", "caret": 2, "own": False}}
    run = Run({"ready": ({}, {}), "import": (answer, {})}, Outcome.CRASH, "exit code 0", "")
    graded = grading.grade_source(ASSIGNMENT, b"f(", "alice", worker=lambda job, source: run)
    assert {v.status for v in graded.verdicts} == {"crashed"}
    assert graded.note == "the file cannot be imported: line 3, SyntaxError: '(' was never closed"
    missing = grading.grade_source(ASSIGNMENT, None, "alice", refused="no such file")
    assert {v.status for v in missing.verdicts} == {"not_attempted"}
    assert missing.note == "no such file"


def test_draw_cases_is_repeated_by_a_regrade_and_differs_between_students():
    """The hidden cases hang on the name alone, and the pool is used."""
    public, hidden = grading.reference_data_of(ASSIGNMENT)
    task = ASSIGNMENT.tasks[1]

    def drawn(key):
        cases = grading.draw_cases(public, hidden, task, key, ASSIGNMENT)
        return tuple(case.id for case in cases if case.hidden)

    assert drawn("alice") == drawn("alice")
    assert len(drawn("alice")) == ASSIGNMENT.references.cases_per_submission
    assert len({drawn(f"student{n}") for n in range(40)}) > 30


def test_answers_of_says_what_is_missing(tmp_path):
    """A missing or a foreign npz is one line that says what to do."""
    from dataclasses import replace

    gone = replace(ASSIGNMENT, hidden_checks=tmp_path / "hidden-checks.npz")
    with pytest.raises(AssignmentError, match=r"hidden-checks\.npz: not found; write it with"):
        grading.reference_data_of(gone)
    np.savez(tmp_path / "hidden-checks.npz", a=np.zeros(1))
    with pytest.raises(AssignmentError, match="expected reference data of format 2"):
        grading.reference_data_of(gone)


CARELESS = b"""
import absent_plots as plots
from absent_learning.manifold import Embedding
try:
    import absent_tables
except ImportError:
    absent_tables = None
import numpy as np
answers = dict(np.load("gan-checks.npz"))
assert answers["logits_real"].shape == (10, 1)
torch.set_num_threads(4)


def get_optimizer(model):
    return plots.colours(model)
"""


def test_grade_source_forgives_imports_and_reads_that_no_task_needs():
    """A package that is not installed may be imported, not used; the classic file can be read."""
    with Sandbox() as sandbox:
        graded = grading.grade_source(ASSIGNMENT, SOLUTION + CARELESS, "alice", worker=sandbox.run)
    assert graded.note is None
    lost = {v.task: v for v in graded.verdicts if v.fraction < 1}
    assert list(lost) == ["get_optimizer"]
    finding = lost["get_optimizer"].findings[0]
    assert finding.text == "get_optimizer(...) raised ModuleNotFoundError."
    assert "No module named 'absent_plots' where this is graded" in finding.details
