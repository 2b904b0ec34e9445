"""`python -m cs231n.checks` checks the assignments of the current folder."""

import shutil
import sys

from autograder.config import find_assignment
from cs231n.checks import __main__ as command


def test_checks_find_the_assignments_of_a_folder(tmp_path, monkeypatch, capsys):
    """`python -m cs231n.checks` checks what lies in the folder; a name picks its assignment."""
    monkeypatch.chdir(tmp_path)
    for name in ("first_gan", "gan_pytorch"):  # other tests put solutions in their place
        monkeypatch.delitem(sys.modules, f"cs231n.{name}", raising=False)
    assert command.main([]) == 2
    assert "no *-checks.npz in" in capsys.readouterr().err
    shutil.copy(find_assignment("first-gan").public_checks, tmp_path)
    shutil.copy(find_assignment("gans").public_checks, tmp_path)
    assert command.main(["get_noise", "sample_noise"]) == 1
    out = capsys.readouterr().out
    assert "get_noise: not attempted (0/10)" in out and "sample_noise: not attempted (0/5)" in out
    assert command.main(["get_noize"]) == 2
    assert (
        "error: no task 'get_noize'; the tasks are get_generator_block" in capsys.readouterr().err
    )
