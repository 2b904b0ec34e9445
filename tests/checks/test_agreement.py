"""The student's check and the grader read a file in the same way and come to the same marks."""

import pytest

from cs231n.checks import check_source
from cs231n.engine.judging import FILE_REMARKS
from helpers.assignments import ASSIGNMENTS, each_entry, public_data
from helpers.broken_files import AROUND, around

GANS = next(assignment for assignment in ASSIGNMENTS if assignment.name == "gans")


def check(assignment, source: bytes) -> list:
    """Check a source as `python -m cs231n.checks` does."""
    module = f"{assignment.package}.{assignment.module}"
    return check_source(source, f"{assignment.module}.py", module, public_data(assignment))


@pytest.mark.slow
@pytest.mark.parametrize("name", AROUND)
def test_check_forgives_what_the_grader_forgives(name):
    """All tasks pass, with the remark that the grader makes (tests/grading/test_recovery.py)."""
    results = check(GANS, around(name))
    assert {result.verdict.status for result in results} == {"passed"}
    codes = {f.code for result in results for f in result.verdict.findings} & FILE_REMARKS
    wanted = AROUND[name][2]
    assert codes == SAME_HERE.get(name, {wanted} if wanted else set())


# A student's computer can start threads, and perhaps has a GPU.
SAME_HERE = {"thread": set()}


@pytest.mark.slow
@each_entry("variants")
def test_check_passes_every_correct_variant(assignment, entry):
    """Read as the grader reads it, each correct variant gets full marks."""
    results = check(assignment, entry.source)
    assert {result.verdict.status for result in results} == {"passed"}
