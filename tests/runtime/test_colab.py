"""The notebook on a replacement for Colab: fetching the files, keeping them, handing in."""

import json
import os
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import pytest

from cs231n import runtime, submit
from helpers.colab import ASSIGNMENT, FAKE, Colab, again, solve

ANSWERS = {f"inline-question-{n}": f"Because of reason {n}." for n in (1, 2, 3)}


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A Colab machine, with its modules in place of the real ones, in this process."""
    machine = Colab(tmp_path / "colab", ANSWERS)
    for name, value in machine.environment().items():
        monkeypatch.setenv(name, value)
    for name in ("google", "google.colab", "google.colab.drive", "google.colab.files"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "google.colab._message", types.ModuleType("_message"))
    for name in ("drive", "files", "_message"):
        module = sys.modules[f"google.colab.{name}"]
        exec(FAKE[f"google/colab/{name}.py"], vars(module))
        setattr(sys.modules["google.colab"], name, module)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(machine.content)
    return machine


def run_first_cell(machine, **settings) -> Path:
    """Run the first cell as a fresh kernel would, with lines of it set; the folder it went to."""
    os.chdir(machine.content)
    [cell] = machine.cells("colab")
    source = cell.source
    for name, value in settings.items():
        assert source.count(f'{name} = ""') == 1
        source = source.replace(f'{name} = ""', f"{name} = {value!r}")
    exec(source, {})
    return Path.cwd()


def test_files_come_from_an_address_and_are_kept(machine, capsys):
    """With SUPPORT_URL the zip is fetched once; running the cell again keeps the student's work."""
    folder = run_first_cell(machine, SUPPORT_URL=machine.zip.as_uri())
    assert folder == machine.content / "gans" and sys.path[0] == str(folder)
    (folder / "cs231n" / "gan_pytorch.py").write_text("mine")
    machine.zip.unlink()
    assert run_first_cell(machine, SUPPORT_URL=machine.zip.as_uri()) == folder
    assert (folder / "cs231n" / "gan_pytorch.py").read_text() == "mine"
    assert sys.path.count(str(folder)) == 1 and str(folder) in capsys.readouterr().out


def test_files_come_from_a_repository(machine, tmp_path):
    """An address that ends in .git is cloned."""
    with zipfile.ZipFile(machine.zip) as file:
        file.extractall(tmp_path)
    name = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_CONFIG_GLOBAL": os.devnull}
    name |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "files"]):
        subprocess.run(["git", *words], cwd=tmp_path / "gans", check=True, env=os.environ | name)
    (tmp_path / "gans").rename(tmp_path / "gans.git")
    folder = run_first_cell(machine, SUPPORT_URL=f"{(tmp_path / 'gans.git').as_uri()}")
    assert folder == machine.content / "gans" and (folder / "gan-checks.npz").is_file()


def test_a_drive_folder_is_made_filled_and_found_again(machine):
    """With DRIVE_FOLDER the files go to Drive; the next session finds the work of the last."""
    settings = {"DRIVE_FOLDER": "MyDrive/course/gans"}
    folder = run_first_cell(machine, **settings)
    assert folder == machine.content / "drive" / "MyDrive" / "course" / "gans" / "gans"
    (folder / "cs231n" / "gan_pytorch.py").write_text("mine")
    machine.zip.unlink()  # an upload would fail now
    assert run_first_cell(machine, **settings) == folder
    assert (folder / "cs231n" / "gan_pytorch.py").read_text() == "mine"


def test_another_assignment_beside_it_is_not_mistaken_for_it(machine):
    """A folder of another assignment has the same package, but not this one's checks."""
    other = machine.content / "another" / "cs231n"
    other.mkdir(parents=True)
    (other / "gan_pytorch.py").write_text("stub")
    assert run_first_cell(machine) == machine.content / "gans"


def test_what_is_no_zip_is_a_clear_error(machine):
    """A page in place of the zip, as a sharing link gives, is an error that names the address."""
    machine.zip.write_text("<html>sign in</html>")
    with pytest.raises(FileNotFoundError, match=r"gans-student.zip: not the assignment's files"):
        run_first_cell(machine, SUPPORT_URL=machine.zip.as_uri())
    with pytest.raises(FileNotFoundError, match="what was uploaded: not the assignment's files"):
        run_first_cell(machine)


@pytest.fixture
def passes(monkeypatch):
    """All checks pass, without running them."""
    monkeypatch.setattr("cs231n.submit.check_module", lambda *arguments: ("all", [], []))


def test_the_notebook_of_the_browser_is_handed_in(machine, passes):
    """On Colab the zip holds the notebook as it is in the browser, and is offered as a download."""
    folder = run_first_cell(machine)
    receipt = submit.submit(folder)
    assert receipt.to_fix == () and "Your browser saves it to your computer." in receipt.notes
    assert machine.downloads.read_text().split() == [str(receipt.archive)]
    with zipfile.ZipFile(receipt.archive) as file:
        packed = json.loads(file.read(ASSIGNMENT.notebook))
    assert packed == json.loads(machine.browser.read_text())
    released = (ASSIGNMENT.repository / ASSIGNMENT.notebook).read_bytes()
    assert (folder / ASSIGNMENT.notebook).read_bytes() == released  # that file is left alone


def test_without_the_browser_the_receipt_says_what_to_do(machine, passes, monkeypatch):
    """If Colab gives no notebook, the file is taken, and the receipt warns that it may be blank."""
    folder = run_first_cell(machine)
    message = sys.modules["google.colab"]._message
    monkeypatch.setattr(message, "blocking_request", lambda *a, **k: None)
    monkeypatch.setattr(sys.modules["google.colab"].files, "download", None)
    receipt = submit.submit(folder)
    assert "perhaps not the notebook that you see: choose File > Download" in receipt.to_fix[0]
    assert all("not answered" in line for line in receipt.to_fix[1:])
    assert receipt.notes[-1].endswith("in the Files panel.")


def test_a_terminal_of_colab_is_known_as_such(monkeypatch):
    """In a program on Colab's machine there is no browser to ask, but it is Colab all the same."""
    assert not runtime.on_colab() and runtime.current_notebook() is None
    assert not runtime.offer_download(Path("x.zip"))
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab_2026")
    assert runtime.on_colab() and runtime.current_notebook() is None


@pytest.mark.slow
def test_a_session_on_colab(tmp_path):
    """From nothing to the zip in a real kernel: fetch, set up, edit, check, train, hand in."""
    machine = Colab(tmp_path / "colab", ANSWERS)
    cells = machine.cells("colab", "setup", "data", "check-sample-noise", "train-vanilla", "submit")
    done = machine.run([*cells[:2], again(cells[3]), solve(), *cells[2:]])
    shown = [str(cell.outputs) for cell in done.cells]
    assert "content/gans" in shown[0] and "Training on" in shown[1]
    assert "not attempted" in shown[2] and "passed" in shown[5]  # the saved file was taken in
    assert "step 3 of 3" in shown[6] and "Ready to hand in" in shown[7]
    [archive] = (machine.content / "gans").glob("gans-submission-*.zip")
    assert machine.downloads.read_text().split() == [str(archive)]
