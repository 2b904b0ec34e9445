"""The zygote answers probes of every kind before its first child."""

import pytest

from autograder.authoring.cases import public_cases
from autograder.config import find_assignment
from autograder.sandbox.guest import warmup
from cs231n.engine.probes import PROBES, observe

ASSIGNMENT = find_assignment("gans")


def test_every_kind_of_probe_is_warmed():
    """Warm-up covers every kind, and networks with every batch size of the public cases."""
    warm = warmup.warmup_cases()
    assert {case.kind for case in warm} == set(PROBES)
    warmed = {batch for case in warm for batch in getattr(case, "batches", ())}
    for task in ASSIGNMENT.tasks:
        cases = public_cases(task, 1)
        assert {b for case in cases for b in getattr(case, "batches", ())} <= warmed


@pytest.mark.parametrize("kind", PROBES)
def test_a_warm_up_probe_is_answered_without_an_error(kind):
    """A case that warms up a kind of probe runs to its end."""
    case = next(case for case in warmup.warmup_cases() if case.kind == kind)
    seen = observe(warmup.stand_in_functions(), case)
    assert seen.facts.error is None
    assert seen.arrays
