"""What a student hands in: the zip, its receipt, and what it says is missing."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest

from autograder.config import ASSIGNMENTS, load_assignment
from autograder.release.course import lay_student_folder
from autograder.submission import locate
from autograder.submission import reader as submission
from autograder.submission.reader import read_submission, released_answers
from cs231n import submit
from cs231n.checks import Result
from cs231n.checks.subprocess_runner import NoResults
from cs231n.engine.judging.messages import say
from cs231n.engine.schema import Verdict
from cs231n.submit import SubmitError, preflight
from cs231n.submit import __main__ as command
from cs231n.submit.preflight import find_handins
from helpers.course import ASSIGNMENT, edit_cells

HANDINS = {found.name: found for found in find_handins(ASSIGNMENT.repository)[0]}
GANS = HANDINS[ASSIGNMENT.name]
ANSWERS = {f"inline-question-{n}": f"Because of reason {n}." for n in (1, 2, 3)}


@pytest.fixture
def folder(tmp_path):
    """A student's folder with all questions answered."""
    lay_student_folder(ASSIGNMENT, tmp_path / "work")
    edit_cells(tmp_path / "work", ANSWERS)
    return tmp_path / "work"


@pytest.fixture
def judged(monkeypatch):
    """The student's file is not run; the tests put verdicts into this list, or an exception."""
    found = [Result(Verdict(task.name, "passed", 1.0), task.points) for task in ASSIGNMENT.tasks]

    def check_in_subprocess(folder, module, answers):
        if isinstance(found[0], Exception):
            raise found[0]
        return found

    monkeypatch.setattr(preflight, "check_in_subprocess", check_in_subprocess)
    return found


FOLDERS = sorted(path.parent for path in ASSIGNMENTS.glob("*/assignment.toml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_submit_hands_in_what_the_autograder_reads(folder):
    """The two files, the questions and the sizes equal those of the assignment's table."""
    wanted = load_assignment(folder)
    found = HANDINS[wanted.name]
    assert found.notebook == wanted.notebook and found.answers == wanted.public_checks.name
    assert (found.module,) == wanted.submitted_files
    assert found.questions == tuple(q.grade_id for q in wanted.questions)
    assert found.dotted == f"{wanted.package}.{wanted.module}"
    released = released_answers(wanted.repository / wanted.notebook, wanted)
    assert all(text.startswith(preflight.BLANK) for text in released.values())
    assert preflight.MAX_MODULE == locate.MAX_MODULE
    assert preflight.MAX_NOTEBOOK == submission.MAX_NOTEBOOK


def test_the_assignment_is_found_by_its_checks(folder, judged, tmp_path):
    """A folder with the checks of one assignment is that one's; else its name must be given."""
    assert submit.submit(folder).archive.name.startswith("gans-submission-")
    shutil.copy(ASSIGNMENT.repository / "first-gan-checks.npz", folder)
    with pytest.raises(SubmitError, match=r"found 2 of them; .*--assignment first-gan or gans"):
        submit.submit(folder)
    assert submit.submit(folder, assignment="gans").archive.is_file()
    with pytest.raises(SubmitError, match=r"expected First-GAN\.ipynb; it is not there"):
        submit.submit(folder, assignment="first-gan")
    with pytest.raises(SubmitError, match="found no assignment 'gan'"):
        submit.submit(folder, assignment="gan")
    with pytest.raises(SubmitError, match=r"found no \*-checks\.npz; go to the folder of the n"):
        submit.submit(tmp_path)
    (tmp_path / "GANs-PyTorch.ipynb").touch()
    with pytest.raises(SubmitError, match=r"copy this file from the assignment's zip"):
        submit.submit(tmp_path)


def test_checks_that_cannot_be_read_are_named(folder, judged):
    """A damaged file of checks or one of an old release is named, with where to get another."""
    other = folder / "other-checks.npz"
    other.write_bytes(b"")
    for name in (None, "other"):
        with pytest.raises(SubmitError, match=r"other-checks\.npz: not a readable npz"):
            submit.submit(folder, assignment=name)
    assert submit.submit(folder, assignment="gans").archive.is_file()
    with np.load(folder / GANS.answers) as file:
        arrays = dict(file)
    spec = json.loads(arrays.pop("spec").tobytes())
    del spec["questions"]
    np.savez(other, spec=np.frombuffer(json.dumps(spec).encode(), np.uint8), **arrays)
    with pytest.raises(SubmitError, match=r"other-checks\.npz: damaged reference data"):
        submit.submit(folder)


def test_unpacked_zip_is_a_submission(folder, judged, tmp_path):
    """Unzipped into submitted/ID/gans the zip is read whole and without a remark."""
    (folder / GANS.module).write_text("mine = 1\n")
    receipt = submit.submit(folder)
    place = tmp_path / "submitted" / "alice" / "gans"
    with zipfile.ZipFile(receipt.archive) as file:
        assert file.namelist() == [GANS.notebook, GANS.module]
        file.extractall(place)
    released = released_answers(ASSIGNMENT.repository / ASSIGNMENT.notebook, ASSIGNMENT)
    found = read_submission(tmp_path / "submitted", "alice", ASSIGNMENT, released)
    assert found.source == b"mine = 1\n" and found.refused is None
    assert found.answers == ANSWERS and found.notes == ()


def test_receipt_says_what_is_in_the_zip(folder, judged):
    """The receipt has the zip's hash and both files with their sizes, and lies beside the zip."""
    receipt = submit.submit(folder)
    text = repr(receipt)
    assert receipt.sha256 == hashlib.sha256(receipt.archive.read_bytes()).hexdigest()
    assert receipt.sha256 in text and str(receipt.archive) in text
    size = (folder / GANS.module).stat().st_size
    assert f"{GANS.module:<24}{size:>10,} bytes" in text
    assert "Checks: 10 of 10 passed, 85 of 85 points" in text
    assert text.startswith("Ready to hand in: all checks pass") and "To fix" not in text
    assert receipt.archive.with_suffix(".txt").read_text() == text + "\n"


def test_receipt_counts_what_is_to_fix(folder, judged):
    """The headline of a receipt with problems says how many there are, and never "ready"."""
    judged[2] = Result(Verdict("generator", "not_attempted", 0.0), 10)
    assert repr(submit.submit(folder)).startswith("Packed, but not ready: 1 thing to fix\n")
    edit_cells(folder, {"inline-question-1": "", "inline-question-2": ""})
    text = repr(submit.submit(folder))
    assert text.startswith("Packed, but not ready: 3 things to fix\n")
    assert text.count("\n  - ") == 3 and "Ready to hand in" not in text


def test_the_command_needs_no_torch(folder):
    """Without torch there is still a zip; the receipt says that the checks need torch."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from cs231n.submit.__main__ import main; sys.exit(main([]))"
    )
    (folder / "torch.py").write_text("raise ModuleNotFoundError('No module named torch')\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Packed, but not ready: ")
    assert "No module named torch" in done.stdout
    assert len(list(folder.glob("gans-submission-*.zip"))) == 1


def test_no_zip_is_ever_overwritten(folder, judged, monkeypatch):
    """New contents get a new name, in the same second too; the same contents keep their zip."""

    class Now(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)

    monkeypatch.setattr(submit, "datetime", Now)
    first = submit.submit(folder)
    kept = first.archive.read_bytes()
    (folder / GANS.module).write_text("more = 1\n")
    second, third = submit.submit(folder), submit.submit(folder)
    assert first.archive.read_bytes() == kept and len(list(folder.glob("*.zip"))) == 2
    assert second.archive == third.archive != first.archive
    assert "Earlier zips, left unchanged: 1." in repr(second)
    assert "This zip already existed: neither file has changed since." in repr(third)


def test_unanswered_questions_are_named(folder, judged):
    """A blank, an unchanged and a deleted answer cell are each named by their number."""
    edit_cells(folder, {"inline-question-1": "  \n", "inline-question-2": "Your answer here."})
    path = folder / GANS.notebook
    notebook = json.loads(path.read_text())
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") != "inline-question-3"
    ]
    path.write_text(json.dumps(notebook))
    assert submit.submit(folder).to_fix == (
        'question 1: not answered, or it still begins with "Your answer here"',
        'question 2: not answered, or it still begins with "Your answer here"',
        "question 3: its answer cell is missing from the notebook",
    )


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"cells": 3}', b'{"cells": [{}]}', b"\xff\xfe"]
)
def test_a_damaged_notebook_is_named_and_packed_all_the_same(folder, judged, raw):
    """What is no notebook is said to be none; the zip holds it as it is, beside the code."""
    (folder / GANS.notebook).write_bytes(raw)
    receipt = submit.submit(folder)
    [line] = receipt.to_fix
    assert line.startswith("GANs-PyTorch.ipynb is damaged or not a notebook: open it")
    with zipfile.ZipFile(receipt.archive) as file:
        assert file.read(GANS.notebook) == raw


def test_checks_that_are_not_passed_are_named(folder, judged):
    """Each task that is not passed has its line, with its marks and where to read more."""
    judged[1] = Result(Verdict("discriminator", "failed", 0.0, (say("none_returned"),)), 10)
    judged[2] = Result(Verdict("generator", "not_attempted", 0.0), 10)
    receipt = submit.submit(folder)
    assert receipt.checks.startswith("8 of 10 passed, 65 of 85 points")
    assert receipt.to_fix == (
        '\N{MULTIPLICATION X} discriminator: not right yet (0/10); see check("discriminator")',
        '\N{WHITE CIRCLE} generator: not attempted (0/10); see check("generator")',
    )


def test_checks_that_cannot_be_run_are_no_obstacle(folder, judged):
    """Where the checks give no result there is a zip all the same, and a line that says why."""
    judged[0] = NoResults("the checks did not finish within 300 s")
    receipt = submit.submit(folder)
    assert receipt.archive.is_file() and receipt.checks == "not run"
    assert receipt.to_fix == (
        "cs231n/gan_pytorch.py: the checks did not finish within 300 s; run "
        "`python -m cs231n.checks` in a terminal to see more",
    )


def test_receipt_says_when_the_files_were_saved(folder, judged):
    """The receipt always gives the time at which each packed file was saved, however recent."""
    notebook, module = folder / GANS.notebook, folder / GANS.module
    today, earlier = datetime.now().replace(microsecond=0), datetime(2025, 3, 4, 14, 4, 10)
    for path, moment in ((notebook, earlier), (module, today)):
        os.utime(path, (moment.timestamp(), moment.timestamp()))
    receipt = submit.submit(folder)
    assert receipt.files[0].endswith("bytes, saved at 2025-03-04 14:04:10")
    assert f"bytes, saved at {today:%H:%M:%S}" in receipt.files[1]
    assert receipt.to_fix == () and "save them and run this again" in receipt.notes[0]


def test_receipt_shows_the_first_words_of_each_answer(folder, judged):
    """A student sees which version of an answer is in the zip; a blank one is said to be none."""
    long = "Because " + "the orbit returns to its start " * 5
    edit_cells(folder, {"inline-question-1": "", "inline-question-3": long})
    assert submit.submit(folder).answers == (
        "question 1: no answer",
        'question 2: "Because of reason 2."',
        'question 3: "Because the orbit returns to its start the orbit returns to ..."',
    )


def test_files_that_are_too_large_are_named(folder, judged, monkeypatch):
    """A file that the autograder would refuse for its size is named beforehand."""
    monkeypatch.setattr(preflight, "MAX_MODULE", 100)
    monkeypatch.setattr(preflight, "MAX_NOTEBOOK", 1000)
    module, notebook = submit.submit(folder).to_fix
    assert module.startswith("cs231n/gan_pytorch.py is larger than")
    assert "Clear Outputs of All Cells" in notebook


def test_missing_and_renamed_files_are_a_clear_line(folder, judged):
    """A file that is not there is named, with the files that may be meant; no zip is made."""
    (folder / GANS.notebook).rename(folder / "GANs-PyTorch (1).ipynb")
    with pytest.raises(SubmitError) as refused:
        submit.submit(folder)
    assert str(refused.value) == (
        f"{folder}: expected GANs-PyTorch.ipynb; it is not there (found GANs-PyTorch (1).ipynb); "
        "put it there under this name, or go to the folder that has it, and run this again"
    )
    assert refused.value._render_traceback_() == [f"error: {refused.value}"]
    (folder / "GANs-PyTorch (1).ipynb").rename(folder / GANS.notebook)
    (folder / GANS.module).rename(folder / "gan_pytorch.py")
    with pytest.raises(
        SubmitError, match=r"expected cs231n/gan_pytorch.py; .*\(found gan_pytorch.py\)"
    ):
        submit.submit(folder)
    (folder / GANS.module).mkdir()
    with pytest.raises(SubmitError, match=r"it cannot be read \(Is a directory\)"):
        submit.submit(folder)
    assert list(folder.glob("*.zip")) == []


def test_a_folder_that_cannot_be_written_is_a_clear_line(folder, judged, tmp_path, monkeypatch):
    """Where the zip cannot be written the message gives the reason and the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SubmitError, match=r"cannot be written \(Not a directory\).*--to FOLDER"):
        submit.submit(folder, to=tmp_path / "file")
    monkeypatch.chdir(folder)
    assert command.main(["--to", str(tmp_path / "nowhere")]) == 2
    (tmp_path / "elsewhere").mkdir()
    assert command.main(["--to", str(tmp_path / "elsewhere")]) == 0
    assert len(list((tmp_path / "elsewhere").glob("gans-submission-*.zip"))) == 1


@pytest.mark.slow
def test_command_line_makes_a_zip_of_a_file_that_python_cannot_read(folder):
    """A syntax error still gives a zip and a receipt, with the line and a caret; exit code 1."""
    module = folder / GANS.module
    shutil.copyfile(ASSIGNMENT.solution, module)
    module.write_text(module.read_text() + "\ndef broken(:\n    pass\n")
    words = [sys.executable, "-m", "cs231n.submit"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "Checks: 10 of 10 passed, 85 of 85 points by the checks of the notebook" in lines
    at = next(i for i, x in enumerate(lines) if "Python cannot read the code at line 225" in x)
    assert lines[at + 1].strip() == "def broken(:"
    assert lines[at + 2].index("^") - lines[at + 1].index("def broken") == len("def broken(")
    assert len(list(folder.glob("gans-submission-*.zip"))) == 1


@pytest.mark.slow
def test_receipt_names_a_function_that_is_only_in_the_notebook(folder):
    """A stub in the file and the code in a cell: the receipt says where the code belongs."""
    path = folder / GANS.notebook
    notebook = json.loads(path.read_text("utf-8"))
    source = "%matplotlib inline\ndef discriminator(seed=None):\n    return None\n"
    notebook["cells"].append(
        {"cell_type": "code", "id": "extra", "metadata": {}, "outputs": [],
         "execution_count": None, "source": source}
    )  # fmt: skip
    path.write_text(json.dumps(notebook), "utf-8")
    lines = submit.submit(folder).to_fix
    line = next(line for line in lines if " discriminator: " in line)
    assert "a cell of GANs-PyTorch.ipynb defines it" in line and "move it there" in line
    assert all("defines it" not in other for other in lines if other != line)
