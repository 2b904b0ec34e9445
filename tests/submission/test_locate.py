"""The module of a submission is found by its name; of two that differ none is chosen silently."""

from pathlib import Path

import pytest

from autograder.config import load_assignments
from autograder.submission.file_tree import read_folder
from autograder.submission.locate import locate_module
from helpers.downloads import pack

GANS = load_assignments()[0]
STUB = GANS.stub.read_bytes()
DONE, OTHER = b"def generator():\n    return 1\n", b"def generator():\n    return 2\n"


def find(tmp_path: Path, **files: bytes):
    """Locate the module among files with these names."""
    for name, data in files.items():
        path = tmp_path / "s" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return locate_module(read_folder(tmp_path, tmp_path / "s"), GANS, STUB)


@pytest.mark.parametrize(
    "name",
    [
        "cs231n/gan_pytorch.py", "gan_pytorch.py", "a/b/c/gan_pytorch.py", "gan_pytorch (1).py",
        "gan_pytorch-2.py", "Gan_PyTorch.py", "gan_pytorch.py.txt", "Copy of gan_pytorch.py",
        "gan_pytorch_final.py", "GANs/cs231n/gan_pytorch.py", "gan_pytorch copy 2.py",
    ],
)  # fmt: skip
def test_the_only_file_of_its_name_counts(name, tmp_path):
    """Wherever it lies and whatever a system added to its name, a note says which file it is."""
    found = find(tmp_path, **{name: DONE})
    assert found.source == DONE and found.path == name and found.refused is None
    assert bool(found.notes) == (name != "cs231n/gan_pytorch.py")


@pytest.mark.parametrize(
    "name", ["old_gan.py", "test_gan_pytorch.py", "gan_pytorch_utils.py", "gan_pytorch.pyc"]
)
def test_other_names_do_not_count(name, tmp_path):
    """A file with another name is not the module."""
    assert find(tmp_path, **{name: DONE}).source is None


def test_copy_of_the_stub_is_no_rival(tmp_path):
    """The released stub in its place gives way to the file that the student wrote in."""
    found = find(tmp_path, **{"cs231n/gan_pytorch.py": STUB, "gan_pytorch.py": DONE})
    assert found.source == DONE and "not in its place" in found.notes[0]


def test_file_in_its_place_counts_and_others_are_named(tmp_path):
    """A second file that differs is a note, not a choice."""
    found = find(tmp_path, **{"cs231n/gan_pytorch.py": DONE, "old/gan_pytorch.py": OTHER})
    assert found.source == DONE
    assert found.notes == (
        "also found old/gan_pytorch.py, which differs; cs231n/gan_pytorch.py is graded",
    )


def test_two_that_differ_are_refused(tmp_path):
    """Without a file in its place, two that differ are one line with both names."""
    found = find(tmp_path, **{"a/gan_pytorch.py": DONE, "b/gan_pytorch.py": OTHER})
    assert found.source is None
    assert (
        "expected one gan_pytorch.py, found 2 that differ (a/gan_pytorch.py, b/gan_pytorch.py)"
        in found.refused
    )


def test_two_that_are_the_same_are_one(tmp_path):
    """Line endings, a byte order mark and blanks at the ends of lines make no difference."""
    same = b"\xef\xbb\xbf" + DONE.replace(b"\n", b"  \r\n")
    assert find(tmp_path, **{"a/gan_pytorch.py": DONE, "b/gan_pytorch.py": same}).source == DONE


def test_module_in_a_zip_counts(tmp_path):
    """The zip that submit() makes is looked into."""
    found = find(tmp_path, **{"gans-submission-1.zip": pack({"cs231n/gan_pytorch.py": DONE})})
    assert found.source == DONE and found.path == "gans-submission-1.zip/cs231n/gan_pytorch.py"


def test_virtual_environment_hides_nothing(tmp_path):
    """Two thousand files of an environment are skipped."""
    files = {f"venv/lib/site-packages/p{n}/gan_pytorch.py": OTHER for n in range(300)}
    assert find(tmp_path, **files, **{"gan_pytorch.py": DONE}).source == DONE


def test_unwritten_stub_is_graded_as_such(tmp_path):
    """A submission that holds only the stub has a source: its tasks are not attempted."""
    assert find(tmp_path, **{"cs231n/gan_pytorch.py": STUB}).source == STUB


def test_empty_and_missing_files_are_named(tmp_path):
    """Neither an empty file nor none at all passes without a line."""
    assert "is empty" in find(tmp_path, **{"gan_pytorch.py": b" \n"}).refused
    assert "no file named gan_pytorch.py" in find(tmp_path / "x", **{"readme.txt": b""}).refused


def test_link_is_named(tmp_path):
    """A link in the place of the file is refused with its reason."""
    (tmp_path / "s" / "cs231n").mkdir(parents=True)
    (tmp_path / "s" / "cs231n" / "gan_pytorch.py").symlink_to("/etc/passwd")
    found = locate_module(read_folder(tmp_path, tmp_path / "s"), GANS, STUB)
    assert found.refused.startswith("cs231n/gan_pytorch.py is a link")
