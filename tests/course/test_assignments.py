"""The folder assignments/: each assignment is found by its name, and no code knows a name."""

import re
import shutil

import pytest

from autograder.config import find_assignment, load_assignments
from autograder.errors import AssignmentError

ASSIGNMENT = find_assignment("first-gan")
POINTS = {task.name: task.points for task in ASSIGNMENT.tasks}


def test_an_assignment_is_found_by_its_name():
    """Each folder below assignments/ is one assignment; `order` decides which is first."""
    names = [assignment.name for assignment in load_assignments()]
    assert names[0] == "gans" and "first-gan" in names and len(set(names)) == len(names)
    with pytest.raises(AssignmentError, match="no assignment 'gan'; there are gans, first-gan"):
        find_assignment("gan")


def test_two_assignments_cannot_share_a_module(tmp_path):
    """Two assignments with one module are refused, because students would overwrite their work."""
    for folder in (tmp_path / "assignments" / name for name in ("first", "copy")):
        folder.mkdir(parents=True)
        shutil.copy(ASSIGNMENT.table, folder)
    text = ASSIGNMENT.table.read_text()
    other = text.replace('"first-gan"', '"other"').replace("First-GAN.ipynb", "Other.ipynb")
    (folder / "assignment.toml").write_text(other)
    with pytest.raises(AssignmentError, match="two assignments have module = first_gan"):
        load_assignments(tmp_path)


def test_no_code_asks_for_an_assignments_name():
    """Engine and grader compare with no assignment's, task's or module's name."""
    names = "|".join([*POINTS, "first.gan", "first_gan", "gans?", "gan_pytorch", "discriminator"])
    files = [*(ASSIGNMENT.repository / "cs231n" / "engine").rglob("*.py")]
    for package in ("authoring", "grading"):
        files += (ASSIGNMENT.repository / "autograder" / package).rglob("*.py")
    for path in files:
        assert not re.search(rf"""(==|!=|\bin)\s*["'({{\[]*({names})["']""", path.read_text()), path
