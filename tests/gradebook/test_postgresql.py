"""A gradebook on a real PostgreSQL server, started here, that also goes away in the middle."""

import glob
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.plugins import LateSubmissionPlugin

from autograder.cli.main import main
from autograder.errors import GradebookError
from autograder.export import EXPORTERS, ExportOptions
from autograder.gradebook.queries import read_marks
from autograder.nbgrader_bridge.apps import database, generate_feedback
from autograder.release.course import release
from helpers.course import ASSIGNMENT, autograde, autograde_report, grade_course, read_results

psycopg = pytest.importorskip("psycopg", reason="needs psycopg (`pip install -e .[postgresql]`)")


class Server:
    """A PostgreSQL server of our own, on a socket in a folder of its own; it refuses to be root."""

    def __init__(self):
        found = [*glob.glob("/usr/lib/postgresql/*/bin/initdb"), shutil.which("initdb") or ""]
        self.programs = Path(found[0]).parent if found[0] else None
        if self.programs is None:
            pytest.skip("needs PostgreSQL (Debian, Ubuntu: `apt-get install postgresql`)")
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path is short
        self.rights = {}
        if os.geteuid() == 0:
            try:
                who = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("needs a user postgres: the server refuses to run as root")
            os.chown(self.folder, who.pw_uid, who.pw_gid)
            self.rights = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        self._run("initdb", "-U", "grader", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c fsync=off -k {self.folder}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Pull the plug."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def close(self) -> None:
        """End it and remove all of it."""
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, name: str) -> str:
        """The address of a new database, as nbgrader's db_url has it."""
        socket = str(self.folder)
        with psycopg.connect(host=socket, user="grader", dbname="postgres", autocommit=True) as it:
            it.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://grader@/{name}?host={socket}"

    def _run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *words]
        with open(os.devnull, "wb") as nowhere:
            subprocess.run(
                command, check=True, cwd="/", stdout=nowhere, stderr=nowhere, **self.rights
            )


@pytest.fixture(scope="module")
def server():
    """The server, for all tests here."""
    with closing(Server()) as running:
        yield running


@pytest.fixture
def on_server(course, server, request) -> Path:
    """The released course with its gradebook on the server."""
    name = "".join(c for c in request.node.name if c.isalnum()).lower()[:40]
    set_option(course, f"CourseDirectory.db_url = {server.url(name)!r}")
    release(ASSIGNMENT, course)
    return course


def set_option(course: Path, line: str) -> None:
    """Add to what the instructor wrote into nbgrader_config.py."""
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(f"\nc.{line}\n")


def test_marks_on_a_server_equal_those_in_a_file(on_server, hand_in, graded, tmp_path):
    """The same class has the same marks, export and feedback by PostgreSQL and by SQLite."""
    hand_in("alice", b"generator", {ASSIGNMENT.questions[0].grade_id: "D wins \u00e4."})
    (hand_in("bob", b"all") / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    copy = shutil.copytree(on_server, tmp_path / "file")
    set_option(copy, f"CourseDirectory.db_url = 'sqlite:///{copy}/gradebook.db'")
    for course in (on_server, copy):
        assert autograde(course, "gans") == {}
        assert len(generate_feedback(course, "gans")[0]) == 2
    assert database(on_server).startswith("postgresql") and database(copy).startswith("sqlite")
    ours = read_marks(database(on_server), "gans")
    assert ours == read_marks(database(copy), "gans") and set(ours) == {"alice", "bob"}
    pages = [read_results(course) for course in (on_server, copy)]
    render = EXPORTERS["nbgrader"].render
    assert render(pages[0], ExportOptions()) == render(pages[1], ExportOptions())
    assert pages[0].results == pages[1].results and pages[0].problems == ()


class Unplug(LateSubmissionPlugin):
    """Somebody pulls the plug of the server while bob's marks are written."""

    server = None

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "bob" and Unplug.server:
            Unplug.server.stop()


def test_server_that_goes_away_costs_nothing(
    on_server, hand_in, graded, server, monkeypatch, capsys
):
    """One line; what was written stays; the same command writes the rest and runs no code again."""
    from nbgrader.api import Gradebook

    for name in ("alice", "bob", "carol"):
        (hand_in(name, b"all") / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    with Gradebook(database(on_server), "gans") as book:
        book.find_assignment("gans").duedate = datetime(2026, 3, 1)
        book.db.commit()
    here = f"__import__('sys').modules[{__name__!r}]"
    set_option(on_server, f"AssignLatePenalties.plugin_class = {here}.Unplug")
    monkeypatch.setattr(Unplug, "server", server)
    errors = grade_course(on_server, graded, batch=1).problems
    assert len(errors) == 1 and "gradebook cannot be written" in errors[0], errors
    assert "run again: no verdict is lost" in errors[0] and "start its server" in errors[0]
    with pytest.raises(GradebookError, match="cannot be read"):
        read_results(on_server)
    monkeypatch.setattr(Unplug, "server", None)
    server.start()
    assert set(read_marks(database(on_server), "gans")) == {"alice"}
    assert main(["grade", str(on_server), "--workers", "1"]) == 0
    assert set(read_marks(database(on_server), "gans")) == {"alice", "bob", "carol"}
    assert graded == ["alice", "bob", "carol"]


def test_name_that_the_server_refuses_costs_one_student(on_server, hand_in, graded):
    """A student id longer than the server's column is a line; the rest of the batch is written."""
    for name in ("alice", "x" * 140, "zoe"):
        hand_in(name, b"all")
    failed = autograde(on_server, "gans")
    assert list(failed) == ["x" * 140] and "too long" in failed["x" * 140]
    assert set(read_marks(database(on_server), "gans")) == {"alice", "zoe"}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql+psycopg://grader@127.0.0.1:1/none", "start its server"),
        ("postgresql+psycopg2://grader@/none", r"postgresql\+psycopg:// in db_url"),
        ("nonsense", "db_url in nbgrader_config.py: the gradebook cannot be"),
        ("oracle+none://x/y", "the gradebook cannot be"),
    ],
)
def test_address_without_a_server_is_one_line(course, hand_in, graded, url, reason):
    """A server that is not there, a driver that is missing and nonsense: a line, no traceback."""
    hand_in("alice", b"all")
    set_option(course, f"CourseDirectory.db_url = {url!r}")
    with pytest.raises(GradebookError, match=reason) as error:
        read_results(course)
    for line in (str(error.value), *autograde_report(course, "gans").problems):
        assert re.search(reason, line) and "\n" not in line


def test_password_is_not_shown(course, hand_in, graded):
    """A line about the gradebook holds no password."""
    hand_in("alice", b"all")
    url = "postgresql+psycopg://grader:geheim@127.0.0.1:1/none"
    set_option(course, f"CourseDirectory.db_url = {url!r}")
    (line,) = autograde_report(course, "gans").problems
    assert "geheim" not in line and "grader:***@" in line


def test_empty_database_is_one_line(course, hand_in, graded, server):
    """A new database does not know the assignment: `release` writes it there."""
    hand_in("alice", b"all")
    set_option(course, f"CourseDirectory.db_url = {server.url('fresh')!r}")
    (line,) = autograde_report(course, "gans").problems
    assert "run `python -m autograder release`" in line
    release(ASSIGNMENT, course)
    assert autograde(course, "gans") == {}
