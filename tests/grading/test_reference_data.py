"""The table wins over its copy in the reference data, and stale reference data are refused."""

import shutil
from dataclasses import replace

import pytest

from autograder.authoring.matrix import judge_known_solution
from autograder.authoring.mistakes import load_known_solutions
from autograder.cli.main import main
from autograder.config import PartialCredit, StudentHelp, load_assignments
from autograder.errors import AssignmentError
from autograder.grading.reference_data import reference_data_of, refresh_public_checks
from cs231n.engine.reference_data import load_reference_data
from helpers.course import ASSIGNMENT


@pytest.fixture
def copied(tmp_path):
    """The assignment with its own copies of data folder and reference data."""
    folder = tmp_path / "assignments" / "gans"
    shutil.copytree(ASSIGNMENT.folder, folder)
    public = shutil.copy(ASSIGNMENT.public_checks, tmp_path)
    hidden = folder / ASSIGNMENT.hidden_checks.name
    return replace(ASSIGNMENT, folder=folder, public_checks=tmp_path / public, hidden_checks=hidden)


@pytest.mark.parametrize("assignment", load_assignments(), ids=lambda a: a.name)
def test_stored_reference_data_are_up_to_date(assignment):
    """Solution, table and both files agree; else run the command `references`."""
    current, _ = reference_data_of(assignment)
    assert load_reference_data(assignment.public_checks).tasks == current.tasks


def test_partial_credit_takes_effect_without_new_reference_data():
    """A fraction of the table decides the next verdict."""
    now = ASSIGNMENT.partial_credit.fractions["wrong_shape"]
    credit = {**ASSIGNMENT.partial_credit.fractions, "wrong_shape": now / 2}
    other = replace(ASSIGNMENT, partial_credit=PartialCredit(credit))
    name = "generator/image_shape"
    (entry,) = [e for e in load_known_solutions(ASSIGNMENT, "mistakes") if e.name == name]
    fractions = [
        judge_known_solution(a, entry, ["generator"], *reference_data_of(a))["generator"].fraction
        for a in (ASSIGNMENT, other)
    ]
    assert fractions == [now, now / 2]


def test_points_and_hints_reach_students_without_new_reference_data(copied):
    """Points, partial credit and hints are written into the public file, once."""
    first = replace(copied.tasks[0], points=7, hints=("Which?",))
    changed = replace(copied, tasks=(first, *copied.tasks[1:]))
    assert refresh_public_checks(changed) and not refresh_public_checks(changed)
    task = load_reference_data(copied.public_checks).task(first.name)
    assert (task.points, task.hints) == (7, ("Which?",))
    help_of_table = StudentHelp(hints=False, explain="what")
    assert refresh_public_checks(replace(copied, student_help=help_of_table))
    stored = load_reference_data(copied.public_checks)
    assert stored.task(first.name).hints == () and stored.explain == "what"


def test_a_changed_mistake_leaves_the_reference_data_fresh(copied):
    """The npz does not depend on the known mistakes."""
    path = next((copied.folder / "mistakes").rglob("*.py"))
    path.write_text(path.read_text() + "\n# changed\n")
    assert reference_data_of(copied)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ("solution", ["solution", "solution"]),
        ("public seed", ["seeds", None]),
        ("pool", [None, "seeds"]),
        ("probe", ["task generator", "task generator"]),
    ],
)
def test_stale_reference_data_are_refused(copied, change, reasons):
    """A change of an input is one line for each file that depends on it, with the command."""
    references = copied.references
    if change == "solution":
        copied.solution.write_text(copied.solution.read_text() + "\n# changed\n")
    elif change == "public seed":
        copied = replace(copied, references=replace(references, public_seed=1))
    elif change == "pool":
        copied = replace(copied, references=replace(references, hidden_case_pool=64))
    else:
        tasks = [
            replace(t, probe=replace(t.probe, batches=(7, 128))) if t.name == "generator" else t
            for t in copied.tasks
        ]
        copied = replace(copied, tasks=tuple(tasks))
    with pytest.raises(AssignmentError) as error:
        reference_data_of(copied)
    command = "run `python -m autograder references --assignment gans`"
    files = ("gan-checks.npz", "hidden-checks.npz")
    assert str(error.value).splitlines() == [
        f"{file}: stale, because {reason} changed in gans/; {command}"
        for file, reason in zip(files, reasons, strict=True)
        if reason
    ]


def test_matrix_without_its_reference_data_is_one_line(copied, monkeypatch, capsys):
    """A missing npz is one line that names the command which writes it."""
    copied.hidden_checks.unlink()
    monkeypatch.setattr("autograder.cli.parser.find_assignment", lambda name: copied)
    assert main(["matrix", "--assignment", "gans"]) == 1
    printed = capsys.readouterr().err
    assert "Traceback" not in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("error: ")]
    assert "hidden-checks.npz: not found; write it with" in line
    assert "references --assignment gans" in line
