"""Grading processes and graders of their own for tests: real processes, and no student's code.

Instead of running a file, a stand-in reads from it which tasks are solved, and what it does to the
process that grades it. Each run leaves a line in the file of runs, so that a test can count them.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from autograder.grading.grade_submission import judge_observations
from autograder.grading.job_worker import main
from autograder.grading.run_probes import Observations
from cs231n.engine.schema import LossFacts, Lost, Observation

TESTS = Path(__file__).resolve().parents[1]
RUNS, PLAN = "runs.txt", "plan.json"  # in the folder of a test


def command(folder: Path, call: str) -> list[str]:
    """The command line of a process that calls a function of this file with the folder."""
    paths = [str(TESTS.parent), str(TESTS)]
    text = f"import sys; sys.path[:0] = {paths!r}; from helpers import stand_in; "
    text += f"{call}({str(folder)!r})"
    return [sys.executable, "-P", "-c", text]


def plan(folder: Path, **facts) -> None:
    """Say what is to happen: "kills_at": audit event of the grader, "every": run
    of a process that kills it, "interrupts": run, of all, at which somebody presses Ctrl-C."""
    (folder / PLAN).write_text(json.dumps(facts))


def runs(folder: Path) -> Counter:
    """How often the code of each student was run."""
    path = folder / RUNS
    return Counter(path.read_text().split()) if path.exists() else Counter()


def grading_process(folder: str) -> None:
    """Be a grading process that invents observations."""
    count = 0

    def grade_source(assignment, source, key, refused, worker, plan, known):
        nonlocal count
        count += 1
        if "kill" in (source or b"").decode() or count == _plan(folder).get("every"):
            os.kill(os.getpid(), signal.SIGKILL)
        if _run_of_all(folder, key) == _plan(folder).get("interrupts"):
            os.killpg(0, signal.SIGINT)
        return invented(assignment, source, plan, known)

    main(grade=grade_source)


def invented(assignment, source: bytes, plan, known: Observations):
    """Judge invented observations: every task is missing, except those that the file names."""
    words, tasks = source.decode().split(), {}
    for name, cases in plan.items():
        lost = Lost(outcome="crash", code="stopped", words={"how": "as planned"})
        result = lost if name in words else Observation(LossFacts(missing=True))
        tasks[name] = {cases[0].id: result}
    if tasks:
        known = known.merge(Observations(tasks, 0.25, 0.5), [t.name for t in assignment.tasks])
    return judge_observations(assignment, known)


def _run_of_all(folder: str, key: str) -> int:
    """Leave a line for this run; the how manyth it is, of all processes."""
    with open(Path(folder, RUNS), "a+b") as file:
        file.write(f"{key}\n".encode())
        file.flush()
        end = file.tell()  # of this line, whatever other processes write
        file.seek(0)
        return file.read(end).count(b"\n")


def _plan(folder: str) -> dict:
    path = Path(folder, PLAN)
    return json.loads(path.read_text()) if path.exists() else {}


def grader(folder: str) -> None:
    """`grade` on the course in the folder; its whole process group dies at a planned event."""
    from autograder.cli import main as cli
    from autograder.grading import pool

    local, processes = pool.LocalBackend, command(Path(folder), "stand_in.grading_process")
    pool.LocalBackend = lambda workers: local(workers, processes)
    course, facts, seen = os.path.join(folder, "course"), _plan(folder), 0

    def watch(event: str, values: tuple) -> None:
        nonlocal seen
        if event in ("open", "os.rename", "os.remove", "sqlite3.connect") and _inside(values):
            seen += 1
            if seen == facts.get("kills_at"):
                os.killpg(0, signal.SIGKILL)

    def _inside(values: tuple) -> bool:
        return any(isinstance(v, str) and v.startswith(course) for v in map(_text, values[:2]))

    sys.addaudithook(watch)
    code = cli.main(["grade", course, "--workers", "2"])
    print(f"events: {seen}")
    sys.exit(code)


def _text(value):
    return os.fspath(value) if isinstance(value, os.PathLike) else value
