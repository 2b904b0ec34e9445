"""Run a student's file over its probes and collect the observations; judge nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.config import Assignment
from autograder.sandbox import Outcome, Run, SandboxJob, SandboxLimits
from cs231n.engine.judging import describe_file
from cs231n.engine.schema import FACTS, Case, FileReport, Lost, Observation
from cs231n.engine.statistics import digest

from .task_failures import TimeBudget, describe_lost_task, describe_malformed, describe_unloadable

CasesByTask = dict[str, list[Case]]
CaseResult = Observation | Lost
Worker = Callable[[SandboxJob, bytes], Run]


@dataclass(frozen=True)
class Observations:
    """The result of running one student's file.

    Attributes:
        tasks: task -> case id -> digested observation. If a task ends its process, each of its
            remaining cases is `Lost`. If the file cannot be loaded, the first case of every task
            is `Lost`.
        cpu_s, wall_s: what its processes used, as the run monitor counts.
        report: what the worker noticed while it loaded the file.
    """

    tasks: dict[str, dict[str, CaseResult]]
    cpu_s: float = 0.0
    wall_s: float = 0.0
    report: FileReport = field(default_factory=FileReport)

    @property
    def ended(self) -> Outcome:
        """How the run ended: DONE, IMPORT_ERROR, or the outcome of the first lost task.

        IMPORT_ERROR also if the file has problems and defines no function of any task.
        """
        if self.report.problems and self.tasks and all(map(_is_missing, self.tasks.values())):
            return Outcome.IMPORT_ERROR
        return next((Outcome(loss.outcome) for loss in self._losses()), Outcome.DONE)

    @property
    def note(self) -> str | None:
        """One line for the instructor if something stopped the file as a whole."""
        of_a_task = next((loss.note for loss in self._losses() if loss.note), None)
        return of_a_task or describe_file(self.report)

    def merge(self, new: "Observations", names: list[str]) -> "Observations":
        """Return these observations with newer ones, tasks in the order of `names`.

        The time is that of the last run of all tasks, the report that of the last run.
        """
        report = new.report if new.tasks else self.report
        tasks = {**self.tasks, **new.tasks}
        tasks = {name: tasks[name] for name in names if name in tasks}
        run = self if len(new.tasks) < len(tasks) else new
        return replace(run, tasks=tasks, report=report)

    def _losses(self) -> Iterator[Lost]:
        results = (result for task in self.tasks.values() for result in task.values())
        return (result for result in results if isinstance(result, Lost))


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
    tasks: dict[str, dict[str, CaseResult]] = {name: {} for name in plan}
    left, budget, cpu_s, wall_s = list(plan), TimeBudget(assignment.limits), 0.0, 0.0
    report = FileReport()
    while left:
        lost = budget.describe_unreached_task() if budget.is_over() else None
        if lost is None:
            cases = [case for name in left for case in plan[name]]
            run, found = _run_cases(assignment, source, cases, given, worker, budget.limits())
            cpu_s, wall_s = cpu_s + run.cpu_s, wall_s + run.wall_s
            lost = _describe_failed_import(run)
            report = _parse_report(run) if lost is None else report
        if lost is not None:
            for name in left:
                tasks[name][plan[name][0].id] = lost
            break
        left = _collect(tasks, plan, left, run, found)
    return Observations(tasks, round(cpu_s, 3), round(wall_s, 3), report)


def _run_cases(
    assignment: Assignment,
    source: bytes,
    cases: list[Case],
    given: tuple[str, dict[str, Any]],
    worker: Worker,
    limits: SandboxLimits,
) -> tuple[Run, dict[str, CaseResult]]:
    """Run one worker over cases; return the run, and the results by id of the case.

    The worker sees numbers as names, which do not tell hidden cases.
    """
    job = SandboxJob(
        assignment.package,
        assignment.module,
        f"{assignment.package}/{assignment.module}.py",
        tuple(case.for_worker(number) for number, case in enumerate(cases)),
        limits,
        given,
        assignment.recover,
    )
    run = worker(job, source)
    found = {
        case.id: _parse(case, *run.found[str(number)])
        for number, case in enumerate(cases)
        if str(number) in run.found
    }
    return run, found


def _parse(case: Case, facts: dict[str, Any], arrays: dict[str, Any]) -> CaseResult:
    """Return the answer of a worker, which is not trusted, as it is judged and stored."""
    try:
        observation = Observation(FACTS[case.kind].from_json(facts), arrays)
        return digest(getattr(case, "distribution", None), observation)
    except Exception as error:  # a student's process may send any facts
        return describe_malformed(error)


def _describe_failed_import(run: Run) -> Lost | None:
    """Return the description for every task if the file could not be loaded, else None."""
    if "import" not in run.found:
        note = f"the file stopped its process while it was imported ({run.how})"
        return replace(describe_lost_task(run), note=note)
    error = run.found["import"][0].get("error")
    return None if error is None else describe_unloadable(error)


def _parse_report(run: Run) -> FileReport:
    """Return the worker's report on the file; an empty one if it cannot be understood."""
    try:
        return FileReport.from_json(run.found["import"][0].get("report", {}))
    except Exception:  # a student's process may send any facts
        return FileReport()


def _is_missing(cases: dict[str, CaseResult]) -> bool:
    """Return whether the file does not define the function of a task."""
    return bool(cases) and all(
        isinstance(result, Observation) and result.facts.missing for result in cases.values()
    )


def _collect(
    tasks: dict[str, dict[str, CaseResult]],
    plan: CasesByTask,
    left: list[str],
    run: Run,
    found: dict[str, CaseResult],
) -> list[str]:
    """Add the observations of a run to `tasks` and return the tasks that have to run again.

    If time ran out, a task is blamed only if it used most of it; otherwise it runs again in a
    process, and with a limit, of its own.
    """
    for position, name in enumerate(left):
        for case in plan[name]:
            if case.id in found:
                tasks[name][case.id] = found[case.id]
            elif run.outcome is not Outcome.DONE:
                if run.outcome.is_time_limit and position > 0 and run.silent_share < 0.5:
                    return left[position:]
                missing = [c.id for c in plan[name] if c.id not in found]
                tasks[name].update(dict.fromkeys(missing, describe_lost_task(run)))
                return left[position + 1 :]
    return []
