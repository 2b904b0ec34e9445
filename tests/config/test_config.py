"""The table of an assignment: its defaults, and one line for each of its errors."""

import json
import re
import shutil

import pytest

from autograder.cli.main import main
from autograder.config import (
    ASSIGNMENTS,
    REPOSITORY,
    Gradescope,
    Limits,
    load_assignment,
    load_assignments,
)
from autograder.errors import AssignmentError

WHERE = "assignments/gans/assignment.toml: "
PINNED = {"cpu_s": "20", "wrong_shape": "0.5"}


@pytest.fixture
def folder(tmp_path):
    """A copy of the first assignment's table and notebook, as in a repository."""
    folder = tmp_path / "assignments" / "gans"
    folder.mkdir(parents=True)
    text = (ASSIGNMENTS / "gans" / "assignment.toml").read_text("utf-8")
    for key, value in PINNED.items():  # an instructor may change them; these tests edit the texts
        text = re.sub(rf"(?m)^{key} = [\d.]+", f"{key} = {value}", text)
    (folder / "assignment.toml").write_text(text, "utf-8")
    shutil.copy(REPOSITORY / "GANs-PyTorch.ipynb", tmp_path)
    return folder


def errors(folder, *edits: tuple[str, str]) -> list[str]:
    """Replace texts in the table, each of which occurs; return the lines of the error."""
    path = folder / "assignment.toml"
    text = path.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    with pytest.raises(AssignmentError) as error:
        load_assignment(folder, folder.parents[1])
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("cpu_s = 20", "cpu_seconds = 20",
         "[limits] cpu_seconds: unknown key; did you mean cpu_s?"),
        ("notebook = ", "notebok = ", "notebok: unknown key; did you mean notebook?"),
        ("[limits]", "[limit]", "limit: unknown key; did you mean limits?"),
        ("batches = [6, 128]", "bathes = [6, 128]",
         "[[tasks]] discriminator bathes: unknown key; did you mean batches?"),
        ("wrong_shape = 0.5", "wrong_shapes = 0.5",
         "[partial_credit] wrong_shapes: unknown code of a finding; did you mean wrong_shape?"),
        ("cpu_s = 20", "xyz = 20", "[limits] xyz: unknown key; remove it"),
        ('title = "Generative Adversarial Networks"', "", "title: key missing; add it"),
        ('kind = "optimizer"', "", "[[tasks]] get_optimizer kind: expected one of network, loss, "
         "noise, optimizer, adversarial; not found"),
        ('kind = "optimizer"', 'kind = "optimiser"', "[[tasks]] get_optimizer kind: expected one "
         "of network, loss, noise, optimizer, adversarial; found 'optimiser'"),
        ("public_seed = 231", "", "[references] public_seed: key missing; add it"),
        ("hidden_seed = ", 'hidden_seed = "1406"  # ', "[references] hidden_seed: expected a "
         "secret of 32 or more characters; found 4; make one with `python -c "
         '"import secrets; print(secrets.token_hex(16))"`'),
        ("cpu_s = 20", 'cpu_s = "20"', "[limits] cpu_s: expected a number; found '20'"),
        ("resident_mib = 2048", "resident_mib = 2.5",
         "[limits] resident_mib: expected a whole number; found 2.5"),
        ("hints = true", "hints = 1", "[student_help] hints: expected true or false; found 1"),
        ('explain = "all"', 'explain = "most"',
         "[student_help] explain: expected one of that, what, all; found 'most'"),
        ("wrong_shape = 0.5", "wrong_shape = true",
         "[partial_credit] wrong_shape: expected a number; found True"),
        ('arguments = ["logits_fake"]', 'arguments = "logits_fake"',
         "[[tasks]] generator_loss arguments: expected a list; found 'logits_fake'"),
        ("batches = [6, 128]", 'batches = [6, "128"]',
         "[[tasks]] discriminator batches, entry 2: expected a whole number; found '128'"),
        ("order = 1", "order = 1\nlimits = 3", "Cannot"),
        ("wrong_shape = 0.5", "wrong_shape = 1.5",
         "[partial_credit] wrong_shape: expected 0 to 1; found 1.5"),
        ("cpu_s = 20", "cpu_s = 0", "[limits] cpu_s: expected more than 0; found 0"),
        ("cases_per_submission = 2", "cases_per_submission = 40",
         "[references] cases_per_submission: expected 1 to hidden_case_pool (32); found 40"),
        ('distribution = "uniform"', 'distribution = "cauchy"',
         "[[tasks]] sample_noise distribution: expected uniform or normal; found cauchy"),
    ],
)  # fmt: skip
def test_an_error_is_one_line_with_file_table_and_key(folder, old, new, line):
    """Each error states the file, the table, the key, what was expected and what was found."""
    (found,) = errors(folder, (old, new))
    assert found == WHERE + line or (line == "Cannot" and "not valid TOML (Cannot" in found)


def test_all_errors_are_reported_at_once(folder):
    """Errors of several tables are reported together, each once."""
    found = errors(
        folder,
        ("[references]", "[reference]"),
        ("cpu_s = 20", "cpu_seconds = 20"),
        ('kind = "noise"\n', ""),
        ("points = 5", 'points = "five"'),
    )
    assert found == [WHERE + line for line in (
        "reference: unknown key; did you mean references?",
        "[limits] cpu_seconds: unknown key; did you mean cpu_s?",
        "[[tasks]] sample_noise kind: expected one of network, loss, noise, optimizer, "
        "adversarial; not found",
        "[[questions]] inline-question-1 points: expected a number; found 'five'",
    )]  # fmt: skip


def test_points_must_be_those_of_the_notebook(folder):
    """Points that differ from the notebook's metadata are one line for each cell."""
    found = errors(
        folder,
        ('name = "get_optimizer"\npoints = 5', 'name = "get_optimizer"\npoints = 8'),
        ('grade_id = "inline-question-2"', 'grade_id = "inline-question-9"'),
    )
    assert found == [WHERE + line for line in (
        "get_optimizer: 8 points in assignment.toml, 5 in GANs-PyTorch.ipynb; make them agree",
        "inline-question-9: no graded cell in GANs-PyTorch.ipynb; add it",
        "inline-question-2: a graded cell of GANs-PyTorch.ipynb, not in assignment.toml; add it",
    )]  # fmt: skip


def test_graded_cells_must_be_in_the_order_of_the_tasks(folder):
    """Cells in another order than the tasks are one line with the order of the notebook."""
    path = folder.parents[1] / "GANs-PyTorch.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"].reverse()
    path.write_text(json.dumps(notebook))
    assert "expected the order of GANs-PyTorch.ipynb: build_dc_generator" in errors(folder)[0]


def test_the_command_line_prints_a_line_for_each_error(folder, monkeypatch, capsys):
    """Commands stop before any work, with one `error:` line for each error of any table."""
    errors(folder, ("cpu_s = 20", "cpu_seconds = 20"), ("notebook = ", "notebok = "))
    tables = lambda repository=None: load_assignments(folder.parents[1])  # noqa: E731
    monkeypatch.setattr("autograder.cli.parser.load_assignments", tables)
    assert main(["grade", str(folder)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("error: " + WHERE) for line in lines)


def test_tables_with_defaults_may_be_missing(folder):
    """Limits, Gradescope's limits, help and file lists have defaults in one place."""
    path = folder / "assignment.toml"
    text = path.read_text()
    for name in ("student_help", "limits"):
        text = re.sub(rf"\[{name}\]\n.*?\n\n", "", text, flags=re.DOTALL)
    path.write_text(text)
    assignment = load_assignment(folder, folder.parents[1])
    assert assignment.limits == Limits() and assignment.student_help.hints
    assert assignment.gradescope == Gradescope()
    assert assignment.submitted_files == ("cs231n/gan_pytorch.py",)
    assert assignment.released_files[:2] == ("GANs-PyTorch.ipynb", "requirements.txt")
    assert assignment.gradescope.limits(Limits(cpu_s=7)) == Limits(
        cpu_s=7, wall_s=120, total_s=420, resident_mib=640
    )
