"""Observations -> verdicts: the student computes, the grader compares."""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from autograder.config import Assignment, Task
from autograder.sandbox import Run, SandboxJob
from cs231n.engine.judging import judge_digested, verdict_without_run
from cs231n.engine.reference_data import ReferenceData
from cs231n.engine.schema import Verdict

from .reference_data import reference_data_of
from .run_probes import Observed, observe_source
from .task_failures import mute, nonsense


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave.

    Attributes:
        verdicts: one for every task that was asked for, in the order of the assignment.
        note: one line for the instructor if something stopped the file as a whole, else None.
        observed: what the verdicts were judged from; None if there was no file.
    """

    verdicts: tuple[Verdict, ...]
    note: str | None
    observed: Observed | None = None


def grade_source(
    assignment: Assignment,
    source: bytes | None,
    key: str,
    refused: str | None = None,
    worker: Callable[[SandboxJob, bytes], Run] | None = None,
    run: Collection[str] | None = None,
    known: Observed | None = None,
) -> Graded:
    """Judge every task of one student's file, or some of them.

    Args:
        assignment: whose tasks.
        source: bytes of the student's module, or None if nothing usable was handed in.
        key: stable name of the submission; chooses the hidden cases, the same at each regrade.
        refused: why `source` is None.
        worker: runs a job, such as `Sandbox.run`; needed only if something has to be run.
        run: names of the tasks to run; None for all.
        known: earlier observations of other tasks, which are judged without running them.
    Raises:
        AssignmentError: the reference data cannot be used, or the worker cannot be started.
    """
    if source is None:
        reason = refused or "No file was handed in."
        words = {"reason": reason}
        names = [task.name for task in assignment.tasks]
        return Graded(tuple(verdict_without_run(n, "no_file", **words) for n in names), reason)
    observed = known or Observed({})
    if run is None or run:
        if worker is None:
            raise TypeError("grade_source needs a worker to run a file")
        plan = {n: c for n, c in plan_of(assignment, key).items() if run is None or n in run}
        given = assignment.public_checks.name, reference_data_of(assignment)[0].given()
        new = observe_source(assignment, source, plan, given, worker)
        observed = _joined(assignment, observed, new)
    return judge_observed(assignment, observed)


def judge_observed(assignment: Assignment, observed: Observed) -> Graded:
    """The verdicts on what was observed, without running anything."""
    public, hidden = reference_data_of(assignment)
    verdicts = [_judge(public, hidden, name, found) for name, found in observed.tasks.items()]
    return Graded(tuple(verdicts), observed.note, observed)


def _joined(assignment: Assignment, known: Observed, new: Observed) -> Observed:
    """Old and new observations; time used is that of the last run of all tasks."""
    tasks = {**known.tasks, **new.tasks}
    tasks = {task.name: tasks[task.name] for task in assignment.tasks if task.name in tasks}
    return replace(known if len(new.tasks) < len(tasks) else new, tasks=tasks)


def plan_of(assignment: Assignment, key: str) -> dict[str, list[dict]]:
    """Task -> the cases that one submission meets."""
    public, hidden = reference_data_of(assignment)
    return {t.name: draw_cases(public, hidden, t, key, assignment) for t in assignment.tasks}


def draw_cases(
    public: ReferenceData, hidden: ReferenceData, task: Task, key: str, assignment: Assignment
) -> list[dict]:
    """The public cases of a task and those hidden ones that fall to this submission.

    Probes can be read by the student's code, so hidden cases are a pool: which of them a
    submission meets depends on a keyed hash of its name, not on chance. Of n one is drawn from
    each n-th part of the pool: a network meets one with gradients and one without.
    """
    secret = hashlib.sha256(repr(sorted(hidden.spec["tasks"][0]["cases"][0].items())).encode())

    def rank(entry: list[dict]) -> bytes:
        text = f"{key}|{entry[0]['id']}".encode("utf-8", "surrogateescape")
        return hmac.digest(secret.digest(), text, "sha256")

    pool, count = hidden.pool(task.name), assignment.references.cases_per_submission
    drawn = [min(pool[part::count], key=rank) for part in range(count)]
    return public.task(task.name)["cases"] + [case for entry in drawn for case in entry]


def _judge(public: ReferenceData, hidden: ReferenceData, name: str, observed: dict) -> Verdict:
    """The verdict on one task; an observation that makes no sense is a finding, not our crash."""
    known = {case["id"] for case in public.task(name)["cases"]}
    try:
        told = {case: found if case in known else mute(found) for case, found in observed.items()}
        return judge_digested(public, name, told, hidden)
    except Exception as why:  # facts are whatever a student's process sent
        said = nonsense(why)
        return verdict_without_run(name, said["code"], **said["words"])
