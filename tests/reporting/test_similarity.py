"""Submissions that are alike: copies are named, honest likeness is not, nothing is executed."""

import pytest

from autograder.reporting.similarity import (
    MAX_BYTES,
    MAX_LINE,
    MIN_HASHES,
    compare,
    normalise_lines,
)
from benchmarks.similarity import make_class
from helpers.course import ASSIGNMENT

KNOWN = [ASSIGNMENT.stub.read_bytes(), ASSIGNMENT.solution.read_bytes()]
OLD = (ASSIGNMENT.folder / "demo" / "old_style.py").read_bytes()


def named(sources: dict) -> dict:
    """students -> share, of all that is found."""
    return {found.students: found.share for found in compare(sources, KNOWN).groups}


def test_copy_with_other_names_and_order_is_named():
    """A copy under other names, with other comments and order, is named; honest pairs are not."""
    sources, pairs = make_class(30, 6, seed=1)
    copies = {students for students, anew in pairs.items() if anew == 0}
    found = named(sources)
    assert copies and copies <= set(found)
    assert all(students[1].startswith("t") for students in found)


def test_same_text_of_many_is_one_line():
    """However many hand in the same text, it is named once, with all of them."""
    sources, _ = make_class(12, 0)
    sources |= {f"ring{n:03}": OLD + b"# %d" % n for n in range(150)}
    (found,) = compare(sources, KNOWN).groups
    assert found.students == tuple(f"ring{n:03}" for n in range(150)) and found.share == 1


def test_released_file_and_solution_are_no_sign():
    """Blank files and copies of the published solution have nothing of their own to compare."""
    sources = {"a": KNOWN[0], "b": KNOWN[0], "c": KNOWN[1], "d": KNOWN[1] + b"\n# mine\n"}
    found = compare(sources, KNOWN)
    assert (found.groups, found.compared, found.left_out) == ((), 0, 4)


def test_functions_are_named():
    """The hint says in which functions to look."""
    sources = {"ann": OLD, "bob": OLD.replace(b"noise", b"z")}
    (found,) = compare(sources, KNOWN).groups
    assert found.students == ("ann", "bob")
    assert "build_dc_generator" in found.functions


def test_same_class_gives_the_same_hints():
    """Neither the order of students nor Python's random hashes change what is found."""
    sources, _ = make_class(20, 6)
    backwards = dict(reversed(sources.items()))
    assert compare(sources, KNOWN) == compare(backwards, KNOWN)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\0" * 9000,
        bytes(range(256)) * 40,
        b"(" * 30_000,
        b"x" * MAX_BYTES,
        b" \n" * 15_000,
        b"match" + b" " * 30_000,
        b"'%" + b"0" * 30_000,
        b"raise SystemExit(3)\n" * 900,
        "def \ud800".encode("utf-8", "surrogatepass") * 900,
        b"a" * (MAX_BYTES + 1),
    ],
    ids=lambda source: repr(source[:8]),
)
def test_hostile_files_cost_little(source):
    """Whatever a file holds, it is compared or left out, not executed, and cut for the lexer."""
    for line in normalise_lines(source.decode("utf-8", "replace")).split("\n"):
        assert len(line) <= MAX_LINE and "  " not in line
    found = compare({"eve": source, "ann": OLD}, KNOWN)
    assert found.groups == () and found.compared + found.left_out == 2


def test_small_files_are_left_out():
    """With little of one's own, chance looks like copying: it is not compared."""
    text = b"def discriminator_loss(a, b):\n    return (a * a + 17 * b).mean() / 31\n"
    found = compare({"a": text, "b": text}, KNOWN)
    assert MIN_HASHES > 0 and found == type(found)((), 0, 2)
