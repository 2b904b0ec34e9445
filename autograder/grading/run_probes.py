"""Run a student's file over its probes and collect the observations; judge nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder.config import Assignment
from autograder.sandbox import Outcome, Run, SandboxJob, SandboxLimits
from cs231n.engine.statistics import digest

from .task_failures import TimeBudget, describe_lost_task, describe_malformed, describe_unloadable

PRIVATE = ("hidden", "role", "asks", "arguments")  # keys of a case that students' code never sees

Case = dict[str, Any]
CasesByTask = dict[str, list[Case]]
CaseObservation = tuple[dict[str, Any], dict[str, Any]]  # facts, arrays
Worker = Callable[[SandboxJob, bytes], Run]


@dataclass(frozen=True)
class Observations:
    """The result of running one student's file.

    Attributes:
        tasks: task -> case id -> (facts, arrays), digested. A task that ended its process has the
            fact "lost" in every case that is left; a file that could not be loaded, in the first.
        cpu_s, wall_s: what its processes used, as the run monitor counts.
    """

    tasks: dict[str, dict[str, CaseObservation]]
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def ended(self) -> Outcome:
        """How the run ended: DONE, IMPORT_ERROR, or the outcome of the first lost task."""
        return next((Outcome(loss["outcome"]) for loss in self._losses()), Outcome.DONE)

    @property
    def note(self) -> str | None:
        """One line for the instructor if something stopped the file as a whole."""
        return next((loss["note"] for loss in self._losses() if "note" in loss), None)

    def merge(self, new: "Observations", names: list[str]) -> "Observations":
        """Return these observations with newer ones, tasks in the order of `names`.

        The time is that of the last run of all tasks.
        """
        tasks = {**self.tasks, **new.tasks}
        tasks = {name: tasks[name] for name in names if name in tasks}
        return replace(self if len(new.tasks) < len(tasks) else new, tasks=tasks)

    def _losses(self) -> Iterator[dict[str, Any]]:
        cases = (facts for task in self.tasks.values() for facts, _ in task.values())
        return (facts["lost"] for facts in cases if "lost" in facts)


def observe_source(
    assignment: Assignment,
    source: bytes,
    plan: CasesByTask,
    given: tuple[str, dict[str, Any]],
    worker: Worker,
) -> Observations:
    """Run a student's file over the cases of its tasks.

    A task whose code kills or stalls its process costs only itself: the others are run again
    without it, as long as the time for the whole submission lasts.

    Args:
        assignment: the assignment.
        source: bytes of the student's module.
        plan: task -> its cases.
        given: a file and the numbers in it that the assignment prints, for code that reads them.
        worker: runs a job in a sandbox.
    Raises:
        WorkerError: the autograder failed, and nothing was observed.
    """
    tasks: dict[str, dict[str, CaseObservation]] = {name: {} for name in plan}
    left, budget, cpu_s, wall_s = list(plan), TimeBudget(assignment.limits), 0.0, 0.0
    while left:
        lost = budget.describe_unreached_task() if budget.is_over() else None
        if lost is None:
            cases = [case for name in left for case in plan[name]]
            run = _run_cases(assignment, source, cases, given, worker, budget.limits())
            cpu_s, wall_s = cpu_s + run.cpu_s, wall_s + run.wall_s
            lost = _describe_failed_import(run)
        if lost is not None:
            for name in left:
                tasks[name][plan[name][0]["id"]] = ({"lost": lost}, {})
            break
        left = _collect(tasks, plan, left, run)
    return Observations(tasks, round(cpu_s, 3), round(wall_s, 3))


def public_part(case: Case) -> Case:
    """Return what a student's process sees of a case, except its id."""
    return {key: value for key, value in case.items() if key not in (*PRIVATE, "id")}


def _run_cases(
    assignment: Assignment,
    source: bytes,
    cases: list[Case],
    given: tuple[str, dict[str, Any]],
    worker: Worker,
    limits: SandboxLimits,
) -> Run:
    """Run one worker over cases. It sees numbers as names, which do not tell hidden cases."""
    job = SandboxJob(
        assignment.package,
        assignment.module,
        f"{assignment.package}/{assignment.module}.py",
        tuple({**public_part(case), "id": str(n)} for n, case in enumerate(cases)),
        limits,
        given,
    )
    run = worker(job, source)
    found: dict[str, CaseObservation] = {}
    found.update({name: run.found[name] for name in ("import", "end") if name in run.found})
    for number, case in enumerate(cases):
        if str(number) in run.found:
            found[case["id"]] = _digest(case, *run.found[str(number)])
    return replace(run, found=found)


def _digest(case: Case, facts: dict[str, Any], arrays: dict[str, Any]) -> CaseObservation:
    """Return an observation as it is judged and stored. Only this module may set "lost"."""
    facts = {key: value for key, value in facts.items() if key != "lost"}
    try:
        return digest(case, facts, arrays)
    except Exception as error:  # a student's process may send any facts
        return {"lost": describe_malformed(error)}, {}


def _describe_failed_import(run: Run) -> dict[str, Any] | None:
    """Return the description for every task if the file could not be loaded, else None."""
    if "import" not in run.found:
        note = f"the file stopped its process while it was imported ({run.how})"
        return {**describe_lost_task(run), "note": note}
    error = run.found["import"][0].get("error")
    return None if error is None else describe_unloadable(error)


def _collect(
    tasks: dict[str, dict[str, CaseObservation]], plan: CasesByTask, left: list[str], run: Run
) -> list[str]:
    """Add the observations of a run to `tasks` and return the tasks that have to run again.

    If time ran out, a task is blamed only if it used most of it; otherwise it runs again in a
    process, and with a limit, of its own.
    """
    for position, name in enumerate(left):
        for case in plan[name]:
            if case["id"] in run.found:
                tasks[name][case["id"]] = run.found[case["id"]]
            elif run.outcome is not Outcome.DONE:
                if run.outcome.is_time_limit and position > 0 and run.last < 0.5:
                    return left[position:]
                missing = [c["id"] for c in plan[name] if c["id"] not in run.found]
                lost = describe_lost_task(run)
                tasks[name].update({case_id: ({"lost": lost}, {}) for case_id in missing})
                return left[position + 1 :]
    return []
