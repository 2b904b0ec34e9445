"""What a fingerprint covers."""

import pytest

from autograder.errors import AssignmentError
from autograder.grading.fingerprints import RUNNING_FOLDERS, hash_of_folders


@pytest.fixture
def folder(tmp_path):
    """A folder of code."""
    (tmp_path / "code" / "inner").mkdir(parents=True)
    (tmp_path / "code" / "a.py").write_text("a = 1\n")
    (tmp_path / "code" / "inner" / "b.py").write_text("b = 1\n")
    return tmp_path / "code"


def test_every_python_file_of_a_folder_counts(folder):
    """A changed, renamed or new file changes the hash."""
    hashes = {hash_of_folders([folder])}
    (folder / "inner" / "b.py").write_text("b = 2\n")
    hashes.add(hash_of_folders([folder]))
    (folder / "inner" / "b.py").rename(folder / "inner" / "c.py")
    hashes.add(hash_of_folders([folder]))
    (folder / "d.py").write_text("")
    hashes.add(hash_of_folders([folder]))
    assert len(hashes) == 4


def test_an_excluded_folder_does_not_count(folder):
    """A change in it leaves the hash as it was."""
    before = hash_of_folders([folder], [folder / "inner"])
    (folder / "inner" / "b.py").write_text("b = 2\n")
    assert hash_of_folders([folder], [folder / "inner"]) == before


@pytest.mark.parametrize("place", ["folders", "without"])
def test_a_missing_path_is_an_error(folder, place):
    """A path that does not exist is reported instead of being skipped."""
    gone = folder / "renamed"
    folders, without = ([folder, gone], []) if place == "folders" else ([folder], [gone])
    with pytest.raises(AssignmentError, match=f"{gone}: not found"):
        hash_of_folders(folders, without)


def test_the_folders_of_the_running_code_exist():
    """They hold the code that runs and monitors a student's file."""
    assert all(any(path.rglob("*.py")) for path in RUNNING_FOLDERS)
