"""What a server does before its first child: warm kernels, large pages, libraries let go."""

import ctypes
import mmap
import subprocess
import sys

import pytest

from autograder.authoring.cases import hidden_case, public_cases
from autograder.config import find_assignment
from autograder.sandbox.guest import pages, warmup
from cs231n.engine.probes import KINDS, observe

ASSIGNMENT = find_assignment("gans")


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


LETS_GO = """
import ctypes, mmap, sys
from autograder.sandbox.guest import pages
def resident(start):
    with open("/proc/self/smaps") as table:
        for line in table:
            if line.startswith(f"{start:x}-"):
                return next(int(line.split()[1]) for line in table if line.startswith("Rss:"))
with open(sys.argv[1], "rb") as file:
    maps = [mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) for _ in range(2)]
library = ctypes.CDLL(None)
starts = [ctypes.addressof(ctypes.c_char.from_buffer(each)) for each in maps]
maps[1][5] = 7  # as the loader does, before it makes a page read-only
for start, each in zip(starts, maps):
    assert library.mprotect(ctypes.c_void_p(start), ctypes.c_size_t(len(each)), 1) == 0
    assert sum(each[::4096]) > 0 and resident(start) > 0
pages.settle()
print([resident(start) > 0 for start in starts], [each[:6] for each in maps])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_what_files_hold_is_let_go_and_what_was_written_stays(tmp_path):
    """Of two read-only mappings of a file one was written to before; both read as before."""
    (tmp_path / "library").write_bytes(b"\1" * (1 << 16))
    command = [sys.executable, "-c", LETS_GO, str(tmp_path / "library")]
    done = subprocess.run(command, cwd=ASSIGNMENT.repository, capture_output=True, text=True)
    same, changed = b"\1" * 6, b"\1" * 5 + b"\7"
    assert done.stdout.strip() == f"[False, True] [{same}, {changed}]", done.stderr
