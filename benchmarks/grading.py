"""Processor time per submission: ours, `nbgrader autograde`, and a process of it per submission.

    python -m benchmarks.grading [--quick] [--json FILE]

All grade copies of the reference solution. Ours judges all ten tasks on public and hidden cases in
a child of the fork server: the grader's processor time and that of everything in the sandbox, the
server's forks and the children included; what it takes to warm a server is printed beside it, as it
is paid once for 100 submissions. It does not write a gradebook. nbgrader starts a kernel per
submission that runs ten cells with the public cases alone, which is less work, and writes its
gradebook. One thread each. Ours needs bubblewrap. The figures are medians.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.assignment import load_assignment
from autograder.grading import grade_source
from autograder.launch import usage_of_tree
from autograder.sandbox import Sandbox
from benchmarks.machine import machine

ASSIGNMENT = load_assignment()
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.Autograde.exclude_overwriting = {{"gans": [{module!r}]}}
c.Execute.timeout = c.Execute.startup_timeout = 1200  # seconds of the wall: not of interest here
"""


def ours(count: int) -> list[dict]:
    """Seconds for each of `count` submissions, the server warm."""
    source, found = ASSIGNMENT.solution.read_bytes(), []
    with Sandbox("server") as sandbox:
        grade_source(ASSIGNMENT, source, "first", worker=sandbox.run)
        for number in range(count):
            before = time.process_time() + usage_of_tree(sandbox.pid), time.monotonic()
            graded = grade_source(ASSIGNMENT, source, str(number), worker=sandbox.run)
            after = time.process_time() + usage_of_tree(sandbox.pid), time.monotonic()
            assert all(verdict.status == "passed" for verdict in graded.verdicts)
            found.append({"cpu_s": after[0] - before[0], "wall_s": after[1] - before[1]})
    return found


def start_of_ours() -> dict:
    """Seconds until a fork server is warm; paid once for a class, and after each 100 children."""
    start = time.monotonic()
    with Sandbox("server") as sandbox:
        sandbox.warm()
        return {"cpu_s": usage_of_tree(sandbox.pid), "wall_s": time.monotonic() - start}


def make_course(course: Path, count: int) -> list[str]:
    """An nbgrader course with a notebook that judges the same ten tasks, and submissions."""
    source = course / "source" / "gans"
    source.mkdir(parents=True)
    module = f"{ASSIGNMENT.package}/{ASSIGNMENT.module}.py"
    (course / "nbgrader_config.py").write_text(CONFIG.format(module=module))
    cells = [
        new_code_cell(
            "from cs231n import gan_pytorch\nfrom cs231n.checks import checker\n"
            'check = checker(gan_pytorch, "gan-checks.npz")'
        )
    ]
    for task in ASSIGNMENT.tasks:
        cell = new_code_cell(f'assert check("{task.name}").verdict.fraction == 1.0')
        facts = {"grade": True, "locked": True, "solution": False, "schema_version": 3}
        cell.metadata["nbgrader"] = {
            **facts, "points": task.points, "grade_id": task.name, "task": False,
        }  # fmt: skip
        cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": kernel}), source / "gans.ipynb"
    )
    shutil.copytree(ASSIGNMENT.top / "cs231n", source / "cs231n")
    shutil.copy(ASSIGNMENT.public_checks, source)
    students = [f"s{number:03}" for number in range(count)]
    nbgrader(course, "generate_assignment", "gans")
    for student in students:
        folder = course / "submitted" / student / "gans"
        shutil.copytree(course / "release" / "gans", folder)
        shutil.copy(ASSIGNMENT.solution, folder / module)
    return students


def nbgrader(course: Path, *words: str) -> dict:
    """Run nbgrader; seconds of it and all that it started."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "nbgrader", *words]
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}  # one thread, as ours
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"nbgrader {' '.join(words)}: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": cpu, "wall_s": time.monotonic() - start}


def theirs(count: int, batches: int) -> tuple[list[dict], list[dict]]:
    """Seconds per submission in batches of `count`, and with a process for each."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        students = make_course(course, count)
        batch = []
        for _ in range(batches):
            total = nbgrader(course, "autograde", "gans", "--force")
            batch.append({key: value / count for key, value in total.items()})
        single = [
            nbgrader(course, "autograde", "gans", "--force", "--student", s) for s in students
        ]
    return batch, single


def medians(runs: list[dict]) -> dict:
    """The median of each figure."""
    return {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}


def main() -> None:
    """Measure, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a class of 3 instead of 12")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    options = parser.parse_args()
    count, batches = (3, 1) if options.quick else (12, 3)
    batch, single = theirs(count, batches)
    table = {
        "ours": medians(ours(4 * count)),
        "nbgrader": medians(batch),
        "nbgrader_per_process": medians(single),
    }
    print(
        f"{machine()}, Python "
        f"{platform.python_version()}, torch {version('torch')}, nbgrader {version('nbgrader')}; "
        f"ours: {4 * count} submissions, theirs: {batches} x {count}"
    )
    print(f"{'per submission':24}{'CPU s':>8}{'wall s':>8}{'CPU against ours':>18}")
    for name, row in table.items():
        ratio = row["cpu_s"] / table["ours"]["cpu_s"]
        print(f"{name:24}{row['cpu_s']:8.2f}{row['wall_s']:8.2f}{ratio:17.1f}x")
    start = start_of_ours()
    print(f"once for 100 of ours: {start['cpu_s']:.1f} s of CPU to warm the server")
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
