"""A flaw around a student's functions costs nothing, one inside a function only that function."""

from dataclasses import replace

import pytest

from autograder.config import find_assignment
from autograder.grading.grade_submission import grade_source
from autograder.sandbox import Level, Outcome
from helpers.broken_files import AROUND, SOLUTION, around
from helpers.sandboxes import open_sandbox

ASSIGNMENT = find_assignment("gans")


@pytest.fixture(scope="module")
def sandbox():
    """One zygote for all files of this module."""
    with open_sandbox(Level.ZYGOTE) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def grade(sandbox):
    """A function that grades a source; it returns the result and task -> lost points."""

    def run(source: bytes | str, assignment=ASSIGNMENT):
        data = source if isinstance(source, bytes) else source.encode()
        graded = grade_source(assignment, data, "alice", worker=sandbox.run)
        points = {task.name: task.points for task in assignment.tasks}
        lost = {v.task: points[v.task] - v.points(points[v.task]) for v in graded.verdicts}
        return graded, {task: number for task, number in lost.items() if number}

    return run


def texts(graded, task: str) -> str:
    """Return everything that a verdict says."""
    verdict = next(v for v in graded.verdicts if v.task == task)
    return "\n".join("\n".join([f.text, *f.details]) for f in verdict.findings)


@pytest.mark.slow
@pytest.mark.parametrize("name", AROUND)
def test_flaw_around_correct_functions_costs_nothing(grade, name):
    """All ten functions keep their marks, and what was left out is a remark of the first task."""
    graded, lost = grade(around(name))
    assert lost == {}
    codes = {f.code for verdict in graded.verdicts for f in verdict.findings}
    wanted = AROUND[name][2]
    assert codes == ({wanted} if wanted else set())
    assert all(f.remark for verdict in graded.verdicts for f in verdict.findings)


def test_syntax_error_costs_the_function_that_contains_it(grade):
    """The finding has the line and a caret; the instructor's note names the line."""
    broken = SOLUTION.replace("def generator(", "def generator((", 1)
    graded, lost = grade(broken)
    line = broken[: broken.index("def generator((")].count("\n") + 1
    assert lost == {"generator": 10}
    assert f"Python cannot read your generator; line {line}: SyntaxError" in texts(
        graded, "generator"
    )
    assert "^" in texts(graded, "generator")
    assert graded.note.startswith(f"line {line} of the file was left out (SyntaxError")


def test_name_that_a_failed_line_should_have_defined_is_named(grade):
    """A function that needs it loses its marks, and the finding names that line."""
    source = f"SLOPE = int('x')\n{SOLUTION}\n\n\ndef ls_generator_loss(scores_fake):\n"
    source += "    return SLOPE * scores_fake.mean()\n"
    graded, lost = grade(source)
    assert lost == {"ls_generator_loss": 5}
    said = texts(graded, "ls_generator_loss")
    assert "needs SLOPE, which does not exist, because line 1 failed" in said
    assert "SLOPE = int('x')" in said


def test_line_that_overwrites_a_function_is_named(grade):
    """An instance under the function's name, and a stub further down."""
    count = SOLUTION.count("\n")
    graded, lost = grade(f"{SOLUTION}generator = generator()\n")
    assert lost == {"generator": 10}
    assert f"Line {count + 1} gives the name generator another value" in texts(graded, "generator")
    stub = "\n\ndef sample_noise(batch_size, dim, seed=None):\n    raise NotImplementedError\n"
    graded, lost = grade(SOLUTION + stub)
    assert lost == {"sample_noise": 5}
    assert f"Line {count + 3} defines sample_noise again" in texts(graded, "sample_noise")


def test_global_in_a_training_function_is_named(grade):
    """Training at import that assigns to the name of a function."""
    source = f"{SOLUTION}\n\ndef train():\n    global generator\n    generator = 3\n\n\ntrain()\n"
    graded, lost = grade(source)
    assert lost == {"generator": 10}
    assert "inside a function, gives the name generator another value" in texts(graded, "generator")


def test_file_without_any_readable_function_is_an_import_error(grade):
    """Every task says why, and the run counts as one that could not be loaded."""
    graded, lost = grade("this is ( no program\n")
    assert len(lost) == len(ASSIGNMENT.tasks)
    assert {v.findings[0].code for v in graded.verdicts} == {"unreadable_task"}
    assert graded.observations.ended is Outcome.IMPORT_ERROR


def test_instructor_can_switch_the_recovery_off(grade):
    """With recover = false one failing line costs everything, as Python would have it."""
    graded, lost = grade(around("failing assert"), replace(ASSIGNMENT, recover=False))
    assert len(lost) == len(ASSIGNMENT.tasks)
    assert "AssertionError: my own test" in graded.note
