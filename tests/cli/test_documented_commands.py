"""Every command that README and docs print runs, in the order of the page."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp

from autograder.cli.commands import COMMANDS
from autograder.cli.main import main
from autograder.cli.parser import parse
from helpers import downloads
from helpers.course import ASSIGNMENT
from helpers.downloads import Student

PAGES = {
    page.relative_to(ASSIGNMENT.repository).as_posix(): page.read_text("utf-8")
    for page in (ASSIGNMENT.repository / "README.md",
                 *sorted((ASSIGNMENT.repository / "docs").glob("*.md")))
}  # fmt: skip
LONG = {"demo", "gradescope", "matrix", "references"}  # have tests of their own
STUDENTS = [Student(1, "Ann", "Bell", {"gan_pytorch.py": b"all"})]


def commands_of(text: str) -> list[str]:
    """Return the arguments of each command of ours that a page prints."""
    found = re.findall(r"\.venv/bin/python -m autograder +([^`\n]+)", text)
    return [command.partition(" #")[0].strip() for command in found if "COMMAND" not in command]


ALL = sorted({command for text in PAGES.values() for command in commands_of(text)})


@pytest.mark.parametrize("command", ALL)
def test_documented_command_is_valid(command):
    """The command line accepts every command in the documentation."""
    assert parse(shlex.split(command.replace("[", "").replace("]", ""))).command in COMMANDS


def fill_in(command: str, course: Path) -> list[str]:
    """Replace the placeholders of a page by files and ids of a test."""
    known = {
        "COURSE": str(course), "FILE": str(course / "list.csv"), "STUDENT": "student01",
        "ID": "student01", "submissions.zip": str(course / "d.zip"),
        "DOWNLOAD...": str(course / "d.zip"), "FOLDER": str(course / "student"),
    }  # fmt: skip
    plain = command.replace("[", "").replace("]", "")
    return [known.get(word, word) for word in shlex.split(plain)]


@pytest.mark.parametrize("page", [p for p in PAGES if set(commands_of(PAGES[p]))])
def test_documented_commands_run(page, released, tmp_path, graded, monkeypatch, capsys):
    """From a download on, each command of the page ends without a usage error or a traceback."""
    course = shutil.copytree(released, tmp_path / "course")
    monkeypatch.chdir(tmp_path)
    (course / "d.zip").write_bytes(downloads.canvas(STUDENTS))
    (course / "list.csv").write_text(downloads.canvas_list(STUDENTS), "utf-8")
    main(["collect", str(course), str(course / "d.zip"), "--class-list", str(course / "list.csv")])
    main(["grade", str(course)])
    for command in commands_of(PAGES[page]):
        words = fill_in(command, course)
        if words[0] in LONG or "--scheduler" in words:
            continue
        if "moodle" in words:
            (course / "list.csv").write_text(downloads.moodle_list(STUDENTS), "utf-8")
        capsys.readouterr()
        status = main(words)
        told = capsys.readouterr().err
        assert status in (0, 1) and "Traceback" not in told, f"{command}: {told}"
        if status == 1:
            assert told or words[0] == "doctor", command


def test_six_commands_of_the_readme_lead_from_download_to_upload(released, tmp_path, graded):
    """Each of them succeeds for a class without open questions, and the files are there."""
    course = shutil.copytree(released, tmp_path / "course")
    (course / "d.zip").write_bytes(downloads.canvas(STUDENTS))
    (course / "list.csv").write_text(downloads.canvas_list(STUDENTS), "utf-8")
    text = PAGES["README.md"]
    block = text[text.index("Six commands") : text.index("In formgrader's address")]
    commands = commands_of(block)
    assert len(commands) == 5 and block.count("../.venv/bin/jupyter lab") == 1
    for command in commands:
        words = fill_in(command, course)
        words += ["--column", "GANs"] if words[0] == "export" else []
        assert main(words) == (1 if words[0] == "doctor" and not isolated() else 0), command
    assert (course / "feedback-gans-canvas.zip").is_file()
    assert "85" in (course / "canvas-gans.csv").read_text("utf-8-sig")


def isolated() -> bool:
    """Return whether this machine has a sandbox; `doctor` says so if it has none."""
    from autograder.sandbox import Level, Sandbox

    with Sandbox() as sandbox:
        return not sandbox.failure(Level.FRESH)


def test_documented_commands_of_nbgrader_exist():
    """Each `nbgrader NAME` of README and docs is a command of nbgrader."""
    text = "\n".join(PAGES.values())
    names = set(re.findall(r"`(?:\.\./)?(?:\.venv/bin/)?nbgrader ([a-z_]+)", text))
    assert {"autograde", "zip_collect"} <= names <= set(NbGraderApp.subcommands)
