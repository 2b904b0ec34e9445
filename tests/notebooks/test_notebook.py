"""The notebook of GANs-PyTorch: its form, its text, and a run from start to end."""

import re
import shutil
import sys
import tomllib
import types
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.config import find_assignment
from autograder.release.course import lay_student_folder

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "GANs-PyTorch.ipynb"
ASSIGNMENT = tomllib.loads((ROOT / "assignments" / "gans" / "assignment.toml").read_text("utf-8"))
POINTS = {task["name"]: task["points"] for task in ASSIGNMENT["tasks"]}


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(PATH, as_version=4)


def graded(notebook, kind: str) -> list:
    return [c for c in notebook.cells if "nbgrader" in c.metadata and c.cell_type == kind]


def test_metadata_passes_nbgraders_own_validator(notebook):
    """nbgrader accepts the metadata as of its present schema."""
    MetadataValidator().validate_nb(notebook)


def test_no_solution_is_in_the_notebook(notebook):
    """Code cells define no task's function, and no line of the solution's bodies is in the text."""
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    text = "\n".join(c.source for c in notebook.cells)
    assert not any(f"def {name}" in code for name in POINTS)
    solution = (ROOT / "assignments" / "gans" / "solution" / "gan_pytorch.py").read_text("utf-8")
    stubs = (ROOT / "cs231n" / "gan_pytorch.py").read_text("utf-8").splitlines()
    own = {line.strip() for line in solution.splitlines()} - {line.strip() for line in stubs}
    lines = [line for line in own if len(line) > 8]
    assert len(lines) > 30 and not [line for line in lines if line in text]
    assert not any(word in text for word in ("six steps later", "period six", "cycles"))


def test_every_picture_exists_and_has_a_text_alternative(notebook):
    """Pictures are small files inside the package, named by relative path, with alt text."""
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", text)
    assert len(pictures) >= 3
    for alt, path in pictures:
        assert len(alt) > 30 and path.startswith("cs231n/figures/")
        assert (ROOT / path).stat().st_size < 120_000


def test_printed_results_are_the_known_ones(notebook):
    """The text holds the parameter counts and the losses that the checks compare with."""
    text = "\n".join(c.source for c in notebook.cells)
    for number in (
        "267,009", "1,858,320", "1,102,721", "6,580,801", "1.8423983904443109",
        "0.771286196423346", "1.8770293614440594", "0.816954786997558",
    ):  # fmt: skip
        assert number in text


def colab_cell(notebook) -> str:
    return next(c.source for c in notebook.cells if c.id == "colab")


def test_first_code_cell_does_nothing_outside_of_colab(notebook, tmp_path, monkeypatch, capsys):
    """Where there is no Colab the first cell reads nothing, writes nothing and says nothing."""
    monkeypatch.chdir(tmp_path)
    assert next(c for c in notebook.cells if c.cell_type == "code").id == "colab"
    exec(colab_cell(notebook), {})
    assert Path.cwd() == tmp_path and list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("folder", ["", "gans/"])
def test_first_code_cell_unpacks_an_uploaded_zip_once(
    notebook, tmp_path, monkeypatch, capsys, folder
):
    """On Colab the zip is unpacked and entered; running the cell again keeps the student's work."""
    with zipfile.ZipFile(tmp_path / "gans.zip", "w") as archive:
        archive.writestr(f"{folder}cs231n/gan_pytorch.py", "stub")
        archive.writestr(f"{folder}gan-checks.npz", "answers")
    uploads = []

    def upload():
        uploads.append(1)
        return {"gans.zip": (tmp_path / "gans.zip").read_bytes()}

    colab = types.ModuleType("google.colab")
    colab.drive, colab.files = types.SimpleNamespace(), types.SimpleNamespace(upload=upload)
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "content").mkdir()
    for _ in range(3):
        monkeypatch.chdir(tmp_path / "content")  # a fresh kernel starts here
        exec(colab_cell(notebook), {})
        assert Path.cwd() == (tmp_path / "content" / folder).resolve()
        Path("cs231n/gan_pytorch.py").write_text("the student's work")
    assert uploads == [1] and str(Path.cwd()) in capsys.readouterr().out


@pytest.mark.slow
def test_a_student_can_finish(tmp_path, monkeypatch):
    """With the solution in place all cells run, headless and short, and every check passes."""
    from nbclient import NotebookClient

    lay_student_folder(find_assignment("gans"), tmp_path)
    solution = ROOT / "assignments" / "gans" / "solution" / "gan_pytorch.py"
    shutil.copyfile(solution, tmp_path / "cs231n" / "gan_pytorch.py")
    for name, value in {"GANS_SHORT": "12", "OMP_NUM_THREADS": "2", "PYTHONPATH": ""}.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(tmp_path / PATH.name, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    nbformat.validate(notebook)
    shown = {c.id: str(c.outputs) for c in notebook.cells if c.cell_type == "code"}
    for cell in graded(notebook, "code"):
        assert "passed" in shown[cell.id].lower(), shown[cell.id]
    for name in ("train-vanilla", "train-lsgan", "train-dcgan"):
        assert "step 12 of 12" in shown[name] and "done after" in shown[name]
        assert shown[name].count("data:image/png") == 1
    assert "12,000 training digits" in shown["data"]
    pictures = ("data-show", "show-dcgan", "compare", "show-many", "interpolation", "narrowing")
    assert all("data:image/png" in shown[name] for name in pictures)
    assert all("too early to say" in shown[f"diagnose-{n}"] for n in ("vanilla", "lsgan", "dcgan"))
    assert "<td>dcgan</td>" in shown["compare"]


@pytest.mark.slow
def test_a_saved_change_is_picked_up(tmp_path, notebook):
    """After the student saves the file the kernel uses the new functions without a restart."""
    from nbclient import NotebookClient

    lay_student_folder(find_assignment("gans"), tmp_path)
    solution = ROOT / "assignments" / "gans" / "solution" / "gan_pytorch.py"
    save = f"import shutil; _ = shutil.copyfile({str(solution)!r}, 'cs231n/gan_pytorch.py')"
    setup = next(c.source for c in notebook.cells if c.id == "setup")
    before = 'check("sample_noise")'
    after = "print(gan_pytorch.sample_noise(2, 3).shape)"
    sources = [setup, before, save, after, before]
    trial = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    NotebookClient(trial, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    first, _, shape, second = (str(c.outputs).lower() for c in trial.cells[1:])
    assert "not attempted" in first and "torch.size([2, 3])" in shape and "passed" in second
