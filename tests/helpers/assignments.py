"""Every assignment of the repository: its entries, reference data and solution, for its tests."""

import re
from functools import cache

import pytest

from autograder.authoring import references
from autograder.authoring.matrix import judge_known_solution
from autograder.authoring.mistakes import KnownSolution, load_known_solutions
from autograder.config import Assignment, load_assignments
from cs231n.engine.reference_data import load_reference_data
from cs231n.engine.schema import Verdict

ASSIGNMENTS = load_assignments()
each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda a: a.name)
each_task = pytest.mark.parametrize(
    ("assignment", "task"),
    [
        pytest.param(assignment, task, id=f"{assignment.name}-{task.name}")
        for assignment in ASSIGNMENTS
        for task in assignment.tasks
    ],
)


def each_entry(*folders: str):
    """Parametrise a test over (assignment, entry) of `mistakes`, `variants` or both."""
    return pytest.mark.parametrize(
        ("assignment", "entry"),
        [
            pytest.param(assignment, entry, id=f"{assignment.name}-{entry.name}")
            for assignment in ASSIGNMENTS
            for folder in folders
            for entry in load_known_solutions(assignment, folder)
        ],
    )


@cache
def public_data(assignment: Assignment):
    """Return the public reference data as they stand in the repository."""
    return load_reference_data(assignment.public_checks)


@cache
def hidden_data(assignment: Assignment):
    """Return the hidden reference data as they stand in the repository."""
    return load_reference_data(assignment.hidden_checks)


@cache
def solution_module(assignment: Assignment):
    """Return the reference solution as a module."""
    return references.load_solution(assignment)


def expected_remarks(entry: KnownSolution) -> list[str]:
    """Return the codes in the line `Remarks: CODE, CODE` of a variant's file."""
    line = re.search(r"^Remarks: (.*)$", entry.source.decode(), re.MULTILINE)
    return sorted(line.group(1).split(", ")) if line else []


def verdict_on(assignment: Assignment, text: str, task: str) -> Verdict:
    """Return the verdict on the reference solution followed by `text`, by the public cases."""
    source = assignment.solution.read_bytes() + b'\n\n"""Added."""\n' + text.encode()
    entry = KnownSolution("added", "Added.", {}, False, source)
    return judge_known_solution(assignment, entry, [task], public_data(assignment))[task]
