"""check(...): what a student sees, in the notebook and in a terminal."""

import importlib
import inspect
import shutil
import sys

import numpy as np
import pytest

from autograder.config import find_assignment
from cs231n import checks
from cs231n.checks import __main__ as command
from cs231n.engine import reference_data
from cs231n.engine.loading.load_source import load_source
from cs231n.engine.reference_data import (
    ReferenceDataError,
    load_reference_data,
    save_reference_data,
)

ASSIGNMENT = find_assignment("gans")
TASKS = [task.name for task in ASSIGNMENT.tasks]


def module_of(extra: str = "", base=ASSIGNMENT.solution):
    """The reference solution, or the stubs, with more code at the end."""
    source = base.read_bytes() + extra.encode()
    return load_source(source, "cs231n", "gan_pytorch", "cs231n/gan_pytorch.py")


@pytest.fixture(scope="module")
def check_with():
    """A function that makes a checker of the solution with more code at the end."""
    answers = load_reference_data(ASSIGNMENT.public_checks)
    return lambda extra="", base=ASSIGNMENT.solution: checks.Checker(
        module_of(extra, base), answers
    )


def test_check_passes_the_solution(check_with):
    """The reference solution passes all ten tasks, without a remark."""
    check = check_with()
    assert [check(t).verdict.status for t in TASKS] == ["passed"] * 10
    assert [check(t).verdict.findings for t in TASKS] == [()] * 10


def test_check_says_not_attempted_of_a_stub(check_with):
    """A stub is neither right nor wrong."""
    check = check_with(base=ASSIGNMENT.stub)
    assert {check(t).verdict.status for t in TASKS} == {"not_attempted"}
    assert repr(check("generator")) == (
        "○ generator: not attempted (0/10)\n"
        "  generator still raises NotImplementedError. Replace that line with your code and save "
        "the file."
    )


def test_check_names_a_missing_activation(check_with):
    """The right number of parameters is not enough: the finding shows numbers and the mistake."""
    check = check_with(
        "\ndef discriminator(seed=None):\n    return nn.Sequential(Flatten(), "
        "nn.Linear(784, 256), nn.Linear(256, 256), nn.Linear(256, 1))\n"
    )
    text = repr(check("discriminator"))
    assert "discriminator: not right yet (0/10)" in text
    assert (
        "Your network computes wrong outputs, although all 6 parameter tensors have the right"
        in text
    )
    assert "    expected  [" in text and "    found     [" in text
    assert "Your network has no LeakyReLU; the assignment has LeakyReLU(0.01)." in text


def test_check_shows_shapes_side_by_side(check_with):
    """With parameters of other shapes the table marks the first that differs."""
    check = check_with(
        "\ndef discriminator(seed=None):\n    return nn.Sequential(Flatten(), "
        "nn.Linear(784, 128), nn.LeakyReLU(0.01), nn.Linear(128, 1))\n"
    )
    text = repr(check("discriminator"))
    assert (
        "The parameters of your network do not have the shapes that the assignment asks for."
        in text
    )
    assert "(256, 784)          (128, 784)  <- first difference" in text


def test_check_points_at_the_line_that_raised(check_with):
    """An exception is told with the student's line, not with our traceback."""
    check = check_with("\ndef generator_loss(logits_fake):\n    return logits_fake.average()\n")
    result = check("generator_loss")
    assert result.verdict.status == "crashed"
    assert "return logits_fake.average()" in repr(result)
    assert "Traceback" not in repr(result) and "observe.py" not in repr(result)


def test_check_says_none_returned(check_with):
    """Forgetting `return` gets a sentence of its own."""
    check = check_with("\ndef generator_loss(scores):\n    bce_loss(scores, scores)\n")
    assert "Did you forget `return`?" in repr(check("generator_loss"))


def test_check_of_an_unknown_task_lists_the_tasks(check_with):
    """A typing error in the name gets the names there are."""
    with pytest.raises(KeyError, match="no task 'discriminater'; the tasks are sample_noise"):
        check_with()("discriminater")


def test_check_accepts_the_function_itself(check_with):
    """check(gan_pytorch.generator) is check("generator"), and so is hint."""
    check = check_with()
    assert check(module_of().generator).verdict == check("generator").verdict
    assert repr(check.hint(module_of().generator)) == repr(check_with().hint("generator"))
    with pytest.raises(KeyError, match="no task 'bce_loss'; the tasks are"):
        check(module_of().bce_loss)


def test_check_without_a_task_lists_the_state_of_all(check_with):
    """One line for each task with its points, and the sum at the end."""
    broken = "\ndef generator_loss(scores):\n    bce_loss(scores, scores)\n"
    lines = repr(check_with(broken)()).splitlines()
    assert len(lines) == len(TASKS) + 1
    assert all(task in line for task, line in zip(TASKS, lines, strict=False))
    assert lines[4] == "✕ generator_loss: not right yet (0/10)"
    assert lines[-1] == "75 of 85 points by these checks"


def test_first_hint_starts_from_the_mistake_just_made(check_with):
    """After a check that found a mistake the hint repeats it and asks; then the usual hints."""
    check = check_with("\ndef generator_loss(scores):\n    return scores.averaged()\n")
    assert repr(check.hint("generator_loss")).startswith("Hint 1 of 3: ")
    check("generator_loss")
    first, second = repr(check.hint("generator_loss")), repr(check.hint("generator_loss"))
    assert first.startswith("Your last check: ") and "AttributeError" in first and "sizes" in first
    assert second.startswith("Hint 2 of 3: ")


def test_hint_after_a_passed_check_is_the_usual_one(check_with):
    """A check that finds nothing wrong leaves the hints as they are."""
    check = check_with()
    check("generator_loss")
    assert repr(check.hint("generator_loss")).startswith("Hint 1 of 3: ")


def test_answers_are_the_tensors_that_the_text_mentions(check_with):
    """The stated losses are those of the solution for these scores."""
    answers, solution = check_with().answers, module_of()
    assert sorted(answers) == ["logits_fake", "logits_real"]
    loss = solution.discriminator_loss(answers["logits_real"], answers["logits_fake"])
    assert loss.item() == pytest.approx(1.8423983904443109, rel=1e-12)


def test_missing_reference_data_lead_to_a_message_without_a_traceback(tmp_path):
    """A notebook shows the message alone, which names the file."""
    with pytest.raises(ReferenceDataError) as caught:
        load_reference_data(tmp_path / "gan-checks.npz")
    [line] = caught.value._render_traceback_()
    assert line.startswith("error: ") and "gan-checks.npz" in line


def test_check_folds_the_numbers_below_the_message(check_with):
    """In a notebook the sentence is visible and the table opens on request."""
    check = check_with(
        "\ndef discriminator(seed=None):\n    return nn.Sequential(Flatten(), "
        "nn.Linear(784, 128), nn.LeakyReLU(0.01), nn.Linear(128, 1))\n"
    )
    page = check("discriminator")._repr_html_()
    message, table = page.split("<details><summary>Details</summary>")
    assert "assignment has 784 -&gt; 256" in message and "(256, 784)" not in message
    assert "do not have the shapes" in table and "(256, 784)" in table


def test_check_html_escapes_what_the_student_wrote(check_with):
    """Text from a student's exception cannot become markup."""
    check = check_with("\ndef generator(noise_dim=96):\n    raise ValueError('<b>x</b>')\n")
    html = check("generator")._repr_html_()
    assert "<b>" not in html and "&lt;b&gt;x&lt;/b&gt;" in html


def test_check_leaves_the_random_state_alone(check_with):
    """A check between two training cells does not change what they draw."""
    import torch

    check = check_with()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    check("sample_noise")
    check("build_dc_classifier")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.fixture
def student_folder(tmp_path, monkeypatch):
    """A copy of what a student has, as the current folder and first on the path."""
    shutil.copytree(ASSIGNMENT.repository / "cs231n", tmp_path / "room")
    shutil.copy(ASSIGNMENT.public_checks, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [n for n in sys.modules if n == "room" or n.startswith("room.")]:
        del sys.modules[name]


def test_check_takes_in_a_saved_file(student_folder):
    """Without autoreload a saved change still counts; a syntax error is told with its caret."""
    module = importlib.import_module("room.gan_pytorch")
    check = checks.checker(module, "gan-checks.npz")
    assert check("generator_loss").verdict.status == "not_attempted"
    file = student_folder / "room" / "gan_pytorch.py"
    file.write_bytes(ASSIGNMENT.solution.read_bytes())
    assert check("generator_loss").verdict.status == "passed"
    file.write_text("def generator_loss(:\n    pass\n")
    text = repr(check("generator_loss"))
    assert "line 1: SyntaxError" in text
    assert "    def generator_loss(:\n                       ^" in text


def test_main_checks_all_tasks_and_counts_points(student_folder, capsys):
    """`python -m cs231n.checks` prints every task and the sum; the exit code is 1 for stubs."""
    assert command.main(["--module", "room.gan_pytorch"]) == 1
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("○")][9].startswith(
        "○ build_dc_generator"
    )
    assert out.endswith("0 of 85 points by these checks\n")


def test_main_says_in_one_line_what_is_missing(student_folder, capsys):
    """A missing file of answers and an unknown task are one line on stderr, exit code 2."""
    assert command.main(["--answers", "nowhere.npz"]) == 2
    assert command.main(["sample_nose"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith("error: nowhere.npz: not found; copy it again from the assignment's")
    assert err[1].startswith("error: no task 'sample_nose'; the tasks are")


def test_reference_data_of_another_version_are_refused(tmp_path, monkeypatch):
    """An npz of another format, and one that is no npz, are refused with a reason."""
    answers = load_reference_data(ASSIGNMENT.public_checks)
    path = tmp_path / "other.npz"
    monkeypatch.setattr(reference_data, "FORMAT", 99)
    save_reference_data(path, answers)
    monkeypatch.undo()
    with pytest.raises(ReferenceDataError, match="expected reference data of format 2, found 99"):
        load_reference_data(path)
    np.savez(path, logits_real=np.zeros(3))
    with pytest.raises(ReferenceDataError, match="found none"):
        load_reference_data(path)
    path.write_bytes(b"not an npz")
    with pytest.raises(ReferenceDataError, match="not a readable npz"):
        load_reference_data(path)


def test_reference_data_are_the_same_bytes_twice(tmp_path):
    """Writing the same reference data twice leads to the same file."""
    answers = load_reference_data(ASSIGNMENT.public_checks)
    save_reference_data(tmp_path / "a.npz", answers)
    save_reference_data(tmp_path / "b.npz", answers)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert (tmp_path / "a.npz").read_bytes() == ASSIGNMENT.public_checks.read_bytes()


def test_solution_has_the_signatures_of_the_stubs():
    """The reference can stand in for the stubs: same functions, same arguments, same defaults."""
    stubs = {t: inspect.signature(getattr(module_of(base=ASSIGNMENT.stub), t)) for t in TASKS}
    solved = module_of()
    assert {t: inspect.signature(getattr(solved, t)) for t in TASKS} == stubs
