"""The class of the benchmark of grading: its mix, and how nbgrader's sample stands for it."""

from collections import Counter

import pytest

from benchmarks import others, whole_class
from benchmarks.others import Run
from benchmarks.whole_class import (
    SAMPLE,
    SHARES,
    SMALL_SAMPLE,
    extrapolated_s,
    hand_in,
    seconds_by_student,
)
from helpers.course import ASSIGNMENT


def test_class_has_its_shares(tmp_path):
    """Of a hundred at most two hang, every kind is there in its share, twice it is the same."""
    assert sum(SHARES.values()) == 100 and SHARES["endless"] <= 2
    made = hand_in(tmp_path / "a", 100)
    assert made == Counter(SHARES) == hand_in(tmp_path / "b", 100)
    modules = [*tmp_path.rglob(f"{ASSIGNMENT.module}.py")]
    assert len(modules) == 2 * (100 - SHARES["nothing"])
    assert len({path.read_bytes() for path in modules}) > 30


@pytest.mark.parametrize("sample", [SAMPLE, SMALL_SAMPLE])
def test_sample_has_every_kind(sample):
    """A kind without a submission in nbgrader's sample could not be extrapolated."""
    assert set(sample) == set(SHARES) and min(sample.values()) >= 1


def test_only_the_unreadable_is_no_python():
    """One kind is no Python; the others are, so that what is wrong shows when they run."""
    (unreadable,) = whole_class.sources("unreadable")
    with pytest.raises(SyntaxError):
        compile(unreadable, "unreadable", "exec")
    for kind in ("ends", "endless", "blank"):
        (source,) = whole_class.sources(kind)
        compile(source, kind, "exec")
    assert whole_class.sources("nothing") == [None]


def test_extrapolation_weighs_kinds_by_their_number():
    """The start is paid once, each kind's seconds as often as it is in the class."""
    theirs = {"start_s": 3.0, "seconds": {"right": 6.0, "endless": 40.0}}
    assert extrapolated_s(theirs, {"right": 90, "endless": 1}) == 3 + 540 + 40


def test_seconds_of_each_submission_are_read_from_the_log():
    """A submission takes from its first line to the next one's; the last one to the end."""
    log = (
        (1.0, "[AutogradeApp | INFO] starts"),
        (2.0, "Copying /c/submitted/b-0/gans/x -> /c/autograded/b-0/gans/x"),
        (4.5, "Autograding /c/autograded/b-0/gans/gans.ipynb"),
        (5.0, "Copying /c/submitted/a-0/gans/x -> /c/autograded/a-0/gans/x"),
    )
    done = Run(0.0, 9.0, log, 1)
    assert seconds_by_student(done, ["a-0", "b-0"]) == (2.0, {"b-0": 3.0, "a-0": 4.0})
    with pytest.raises(SystemExit, match="names 2 of 3"):
        seconds_by_student(done, ["a-0", "b-0", "c-0"])


def test_other_graders_do_not_see_our_path(tmp_path, monkeypatch):
    """With the repository on PYTHONPATH a kernel would judge its stub instead of submissions."""
    monkeypatch.setenv("PYTHONPATH", str(ASSIGNMENT.repository))
    (tmp_path / "say.py").write_text("import os; print(os.environ.get('PYTHONPATH'))")
    done = others.run(tmp_path, "say")
    assert [line for _, line in done.lines] == ["None"] and done.code == 0
    (tmp_path / "fail.py").write_text("raise SystemExit('no')")
    with pytest.raises(SystemExit, match="no"):
        others.run(tmp_path, "fail")
    assert others.run(tmp_path, "fail", may_fail=True).code == 1
