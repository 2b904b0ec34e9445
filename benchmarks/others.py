"""Other graders on the same ten tasks: nbgrader alone and, where it is installed, otter-grader.

Both run the public cases in a notebook's kernel, one cell or test for each task; nbgrader writes
its gradebook, otter-grader a JSON file for each submission. One thread each.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.config import find_assignment

ASSIGNMENT = find_assignment("gans")
MODULE = f"{ASSIGNMENT.package}/{ASSIGNMENT.module}.py"
PATIENT = "c.Execute.timeout = c.Execute.startup_timeout = 1200  # the clock is not of interest\n"
CONFIG = f"""c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.Autograde.exclude_overwriting = {{"gans": [{MODULE!r}]}}
"""
SET_UP = f"""from cs231n import {ASSIGNMENT.module}
from cs231n.checks import checker
check = checker({ASSIGNMENT.module}, "{ASSIGNMENT.public_checks.name}")"""
OTTER_TEST = """from otter.test_files import test_case

OK_FORMAT, name, points = False, "{name}", {points}


@test_case()
def judged(env):
    assert env["check"]("{name}").verdict.fraction == 1.0
"""


@dataclass(frozen=True)
class Run:
    """A command that has ended.

    Attributes:
        cpu_s: processor time of it and all that it started.
        wall_s: seconds by the clock.
        lines: what it printed, each with the second at which it came.
        code: its exit status.
    """

    cpu_s: float
    wall_s: float
    lines: tuple[tuple[float, str], ...]
    code: int

    def seconds(self) -> dict:
        """The two figures that a table shows."""
        return {"cpu_s": self.cpu_s, "wall_s": self.wall_s}


def run(folder: Path, *words: str, may_fail: bool = False) -> Run:
    """Run a Python module as a command, with one thread.

    Args:
        folder: where.
        words: the module and its command line.
        may_fail: return although it ended with an error, which otherwise ends the benchmark.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    environment.pop("PYTHONPATH", None)  # a kernel would import the stub in it, not the submission
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, cwd=folder, env=environment, **pipes) as process:
        lines = tuple((time.monotonic() - start, line.rstrip()) for line in process.stdout)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode and not may_fail:
        raise SystemExit(f"{' '.join(words)}: " + "\n".join(line for _, line in lines[-30:]))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(cpu, wall, lines, process.returncode)


def make_course(course: Path, handed_in: Mapping[str, bytes | None], options: str = "") -> None:
    """An nbgrader course with a notebook that judges the ten tasks, and submissions.

    Args:
        handed_in: student -> the file with their code; None if it is missing.
        options: further lines of nbgrader_config.py.
    """
    source = course / "source" / "gans"
    _lay_files(source, [new_code_cell(SET_UP), *(_graded_cell(task) for task in ASSIGNMENT.tasks)])
    (course / "nbgrader_config.py").write_text(CONFIG + options)
    run(course, "nbgrader", "generate_assignment", "gans")
    for student, code in handed_in.items():
        folder = course / "submitted" / student / "gans"
        shutil.copytree(course / "release" / "gans", folder)
        (folder / MODULE).unlink()
        if code is not None:
            (folder / MODULE).write_bytes(code)


def nbgrader(count: int, batches: int) -> tuple[list[dict], list[dict]]:
    """Seconds per submission in batches of `count`, and with a process for each."""
    students = {f"s{number:03}": ASSIGNMENT.solution.read_bytes() for number in range(count)}
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        make_course(course, students, PATIENT)
        words = ("nbgrader", "autograde", "gans", "--force")
        batch = []
        for _ in range(batches):
            total = run(course, *words).seconds()
            batch.append({key: value / count for key, value in total.items()})
        single = [run(course, *words, "--student", s).seconds() for s in students]
        for graded in (course / "autograded").rglob("gans.ipynb"):
            cells = nbformat.read(graded, as_version=4).cells
            assert not any(cell.outputs for cell in cells), f"{graded}: the solution fails"
    return batch, single


def otter(count: int) -> list[dict]:
    """Seconds per submission of `otter run`, a process for each, as it has no other way.

    It takes one file, so that the student's module lies among the autograder's own files.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _lay_files(folder, [new_code_cell("import otter\ngrader = otter.Notebook()\n" + SET_UP)])
        shutil.copy(ASSIGNMENT.solution, folder / MODULE)
        for part in ("tests", "results"):
            (folder / part).mkdir()
        for task in ASSIGNMENT.tasks:
            text = OTTER_TEST.format(name=task.name, points=task.points)
            (folder / "tests" / f"{task.name}.py").write_text(text)
        files = ("cs231n", ASSIGNMENT.public_checks.name)
        run(folder, "otter", "generate", "-t", "tests", "-o", "autograder.zip", *files)
        words = ("otter", "run", "gans.ipynb", "-a", "autograder.zip", "-o", "results", "--no-logo")
        runs = [run(folder, *words) for _ in range(count)]
    for done in runs:
        assert any("(100.000%)" in line for _, line in done.lines), done.lines
    return [done.seconds() for done in runs]


def _lay_files(folder: Path, cells: list) -> None:
    """The package, the public cases and a notebook with these cells."""
    shutil.copytree(ASSIGNMENT.repository / "cs231n", folder / "cs231n", dirs_exist_ok=True)
    shutil.copy(ASSIGNMENT.public_checks, folder)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "gans.ipynb")


def _graded_cell(task):
    """A cell that nbgrader gives the task's points for."""
    cell = new_code_cell(f'assert check("{task.name}").verdict.fraction == 1.0')
    cell.metadata["nbgrader"] = {
        "grade": True, "locked": True, "solution": False, "schema_version": 3,
        "points": task.points, "grade_id": task.name, "task": False,
    }  # fmt: skip
    return cell
