"""What a server does before its first child: warm kernels, large pages."""

import ctypes
import mmap
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


@pytest.mark.skipif(sys.platform != "linux", reason="needs mincore")
def test_a_page_that_is_mostly_empty_is_not_gathered():
    """Of three large pages one is in memory by more than half, one by less, one not at all."""
    memory = mmap.mmap(-1, 4 * pages.LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    place = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    first = -place % pages.LARGE
    for page, share in ((0, 0.6), (1, 0.4)):
        for i in range(int(share * pages.LARGE) // pages.SMALL):
            memory[first + page * pages.LARGE + i * pages.SMALL] = 1
    whole = place + first, 3 * pages.LARGE
    assert pages._half_full(ctypes.CDLL(None), *whole) == [place + first]
