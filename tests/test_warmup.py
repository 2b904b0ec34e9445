"""What a server does before its first child: warm kernels, large pages."""

import sys

import pytest

from autograder import pages, warmup
from autograder.assignment import load_assignment
from autograder.cases import hidden_case, public_cases
from cs231n.engine.observe import KINDS, observe

ASSIGNMENT = load_assignment()


def test_every_kind_of_probe_is_warmed():
    """And networks with every batch that a case of the assignment has."""
    probes = warmup._probes()
    assert {probe["kind"] for probe in probes} == set(KINDS)
    warmed = {batch for probe in probes for batch in probe.get("batches", ())}
    for task in ASSIGNMENT.tasks:
        cases = public_cases(task, 1) + [c for i in range(6) for c in hidden_case(task, 1, i)]
        assert {b for case in cases for b in case.get("batches", ())} <= warmed


@pytest.mark.parametrize("kind", KINDS)
def test_a_warm_up_probe_is_answered_without_an_error(kind):
    """What warms a kind of probe goes all the way."""
    functions = warmup._functions()
    probe = next(probe for probe in warmup._probes() if probe["kind"] == kind)
    facts, arrays = observe(functions, {**probe, "seed": 0})
    assert "error" not in facts
    assert arrays


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_only_whole_large_pages_are_gathered():
    """A range begins and ends where a large page does."""
    for start, length in pages._ranges():
        assert start % pages.LARGE == 0
        assert length % pages.LARGE == 0
        assert length > 0
