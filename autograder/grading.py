"""Submission -> observations -> verdicts: the student computes, the grader compares."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from cs231n.checks import import_code, import_words, source_lines
from cs231n.engine.answers import Answers, AnswersError, load_answers
from cs231n.engine.records import Verdict
from cs231n.engine.verdict import judge_task, verdict_without_run

from .assignment import Assignment, AssignmentError, Task
from .runs import Clock, lost, mute
from .sandbox import Run, run_worker

PRIVATE = ("hidden", "role", "asks", "arguments")  # of a case: not for the student's process


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave.

    Attributes:
        verdicts: one for every task of the assignment, in its order.
        note: one line for the instructor if something stopped the file as a whole, else None.
    """

    verdicts: tuple[Verdict, ...]
    note: str | None


def grade_source(
    assignment: Assignment,
    source: bytes | None,
    key: str,
    refused: str | None = None,
    worker: Callable[[dict, bytes], Run] = run_worker,
) -> Graded:
    """Judge every task of one student's file.

    A task whose code kills or stalls its process costs only itself: the others are run again
    without it, as long as the time for the whole submission lasts.

    Args:
        assignment: whose tasks.
        source: bytes of the student's module, or None if nothing usable was handed in.
        key: stable name of the submission; chooses the hidden cases, the same at each regrade.
        refused: why `source` is None.
        worker: runs a job; `sandbox.Sandbox(...).run` for a sandbox of one's own.
    Raises:
        AssignmentError: the reference answers cannot be used, or the worker cannot be started.
    """
    if source is None:
        reason = refused or "No file was handed in."
        return Graded(_for_all(assignment, "no_file", reason=reason), reason)
    public, hidden = answers_of(assignment)
    plan = {t.name: draw_cases(public, hidden, t, key, assignment) for t in assignment.tasks}
    observed: dict[str, dict] = {name: {} for name in plan}
    left, clock = list(plan), Clock(assignment.settings["limits"])
    while left:
        if clock.is_over():
            _lose(plan, left, observed, clock.lost())
            break
        cases = [case for name in left for case in plan[name]]
        run = _run(assignment, source, cases, worker, clock.limits())
        stopped = _stopped_as_a_whole(assignment, run)
        if stopped:
            return stopped
        left = _collect(plan, left, run, observed)
    verdicts = [_judge(public, hidden, name, observed[name]) for name in plan]
    return Graded(tuple(verdicts), None)


def _for_all(assignment: Assignment, code: str, details=(), **words) -> tuple[Verdict, ...]:
    return tuple(verdict_without_run(t.name, code, details, **words) for t in assignment.tasks)


def answers_of(assignment: Assignment) -> tuple[Answers, Answers]:
    """Public and hidden answers, read once.

    Raises:
        AssignmentError: one is missing, damaged, or made for other tasks.
    """
    try:
        stamps = [
            p.stat().st_mtime_ns for p in (assignment.public_checks, assignment.hidden_checks)
        ]
        return _load_both(assignment.public_checks, assignment.hidden_checks, *stamps)
    except FileNotFoundError as error:
        raise AssignmentError(
            f"{error.filename}: not found; write it with `python -m autograder references`"
        ) from None
    except AnswersError as error:
        raise AssignmentError(
            f"{error}; or write it with `python -m autograder references`"
        ) from None


@lru_cache(maxsize=4)
def _load_both(public: Path, hidden: Path, *stamps: int) -> tuple[Answers, Answers]:
    return load_answers(public), load_answers(hidden)


def draw_cases(
    public: Answers, hidden: Answers, task: Task, key: str, assignment: Assignment
) -> list[dict]:
    """The public cases of a task and those hidden ones that fall to this submission.

    Probes can be read by the student's code, so hidden cases are a pool: which of them a
    submission meets depends on a keyed hash of its name, not on chance.
    """
    secret = hashlib.sha256(repr(sorted(hidden.spec["tasks"][0]["cases"][0].items())).encode())
    pool = list(hidden.task(task.name)["cases"])

    def rank(case: dict) -> bytes:
        text = f"{key}|{case['id']}".encode("utf-8", "surrogateescape")
        return hmac.digest(secret.digest(), text, "sha256")

    drawn = sorted(pool, key=rank)[: assignment.settings["references"]["drawn"]]
    return public.task(task.name)["cases"] + drawn


def _run(assignment: Assignment, source: bytes, cases: list[dict], worker, limits: dict) -> Run:
    """One worker over these cases. It sees numbers for names: nothing says which are hidden."""
    probes = []
    for number, case in enumerate(cases):
        shown = {k: v for k, v in case.items() if k not in PRIVATE}
        probes.append({**shown, "id": str(number)})
    file = f"{assignment.package}/{assignment.module}.py"
    job = {"package": assignment.package, "module": assignment.module, "file": file}
    job["classic"] = answers_of(assignment)[0].classic()
    run = worker({**job, "probes": probes, "limits": limits}, source)
    found = {case["id"]: run.found[str(i)] for i, case in enumerate(cases) if str(i) in run.found}
    marks = {name: run.found[name] for name in ("import", "end") if name in run.found}
    return replace(run, found={**found, **marks})


def _stopped_as_a_whole(assignment: Assignment, run: Run) -> Graded | None:
    """The verdicts if the file could not even be loaded."""
    if "import" not in run.found:
        why = lost(run)
        verdicts = _for_all(assignment, why["code"], **why["words"])
        return Graded(verdicts, f"the file stopped its process while it was imported ({run.how})")
    error = run.found["import"][0].get("error")
    if error is None:
        return None
    words = import_words(error)
    verdicts = _for_all(assignment, import_code(error), source_lines(error), **words)
    return Graded(verdicts, f"the file cannot be imported: line {words['line']}, {words['error']}")


def _collect(plan, left, run: Run, observed) -> list[str]:
    """Store what a run observed; the tasks that have to be run again.

    Where time ran out, a task is blamed only if it took most of it: else it gets a process, and a
    limit, of its own.
    """
    for position, name in enumerate(left):
        for case in plan[name]:
            if case["id"] in run.found:
                observed[name][case["id"]] = run.found[case["id"]]
            elif run.outcome != "done":
                if run.outcome in ("cpu", "wall") and position > 0 and run.last < 0.5:
                    return left[position:]
                observed[name][case["id"]] = ({"lost": lost(run)}, {})
                return left[position + 1 :]
    return []


def _lose(plan, left, observed, why: dict) -> None:
    """Mark the tasks that were not reached."""
    for name in left:
        observed[name][plan[name][0]["id"]] = ({"lost": why}, {})


def _judge(public: Answers, hidden: Answers, name: str, observed: dict) -> Verdict:
    """The verdict on one task; an observation that makes no sense is a finding, not our crash."""
    known = {case["id"] for case in public.task(name)["cases"]}
    try:
        told = {case: found if case in known else mute(found) for case, found in observed.items()}
        return judge_task(public, name, told, hidden)
    except Exception as error:  # facts are whatever a student's process sent
        how = f"its answer makes no sense ({type(error).__name__})"
        return verdict_without_run(name, "stopped", how=how)


def fingerprint(assignment: Assignment) -> str:
    """Hash of all that verdicts depend on beside the submission: checks, references, limits."""
    paths = [
        assignment.public_checks,
        assignment.hidden_checks,
        assignment.room / "assignment.toml",
    ]
    paths += sorted((assignment.top / assignment.package).rglob("*.py"))
    paths += sorted(assignment.room.glob("*.py"))
    total = hashlib.sha256()
    for path in paths:
        if path != assignment.stub and path.is_file():
            total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
