"""The zygote answers probes of every kind before its first child."""

import pytest

from autograder.authoring.cases import hidden_case, public_cases
from autograder.config import find_assignment
from autograder.sandbox.guest import warmup
from cs231n.engine.probes import KINDS, observe

ASSIGNMENT = find_assignment("gans")


def test_every_kind_of_probe_is_warmed():
    """Networks run with every batch size that a case of the assignment has."""
    probes = warmup.warmup_probes()
    assert {probe["kind"] for probe in probes} == set(KINDS)
    warmed = {batch for probe in probes for batch in probe.get("batches", ())}
    for task in ASSIGNMENT.tasks:
        cases = public_cases(task, 1) + [c for i in range(6) for c in hidden_case(task, 1, i)]
        assert {b for case in cases for b in case.get("batches", ())} <= warmed


@pytest.mark.parametrize("kind", KINDS)
def test_a_warm_up_probe_is_answered_without_an_error(kind):
    """A warm-up probe runs to its end and returns arrays."""
    functions = warmup.stand_in_functions()
    probe = next(probe for probe in warmup.warmup_probes() if probe["kind"] == kind)
    facts, arrays = observe(functions, {**probe, "seed": 0})
    assert "error" not in facts
    assert arrays
