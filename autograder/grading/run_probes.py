"""Submission -> observations: a student's file runs over its probes, here nothing is judged."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from autograder.config import Assignment
from autograder.sandbox import Outcome, Run, SandboxJob, SandboxLimits
from cs231n.engine.statistics import digest

from .task_failures import Clock, lost, nonsense, unloaded

PRIVATE = ("hidden", "role", "asks", "arguments")  # of a case: not for the student's process


@dataclass(frozen=True)
class Observed:
    """What running one student's file gave.

    Attributes:
        tasks: task -> case id -> (facts, arrays), digested. A task that ended its process has the
            fact "lost" in every case that is left; a file that could not be loaded, in the first.
        cpu_s, wall_s: what its processes used, by the watcher's account.
    """

    tasks: dict[str, dict[str, tuple[dict, dict]]]
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def ended(self) -> Outcome:
        """Return how the run ended: DONE, IMPORT_ERROR, or the outcome of the first lost task."""
        return next((Outcome(loss["outcome"]) for loss in self._losses()), Outcome.DONE)

    @property
    def note(self) -> str | None:
        """One line for the instructor if something stopped the file as a whole."""
        return next((loss["note"] for loss in self._losses() if "note" in loss), None)

    def _losses(self):
        cases = (facts for task in self.tasks.values() for facts, _ in task.values())
        return (facts["lost"] for facts in cases if "lost" in facts)


@dataclass
class _Running:
    """The state of one submission while its tasks are run."""

    plan: dict[str, list[dict]]
    found: dict[str, dict] = field(default_factory=dict)
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def lose(self, names, why: dict) -> None:
        """Mark tasks that gave nothing."""
        for name in names:
            self.found[name][self.plan[name][0]["id"]] = ({"lost": why}, {})


def observe_source(
    assignment: Assignment,
    source: bytes,
    plan: dict[str, list[dict]],
    given: tuple[str, dict],
    worker: Callable[[SandboxJob, bytes], Run],
) -> Observed:
    """Run a student's file over the cases of its tasks.

    A task whose code kills or stalls its process costs only itself: the others are run again
    without it, as long as the time for the whole submission lasts.

    Args:
        source: bytes of the student's module.
        plan: task -> its cases.
        given: a file and the numbers in it that the text prints, for code that reads them.
        worker: runs a job.
    Raises:
        WorkerError: our own fault: nothing was observed.
    """
    state = _Running(plan, {name: {} for name in plan})
    left, clock = list(plan), Clock(assignment.limits)
    while left:
        if clock.is_over():
            state.lose(left, clock.lost())
            break
        cases = [case for name in left for case in plan[name]]
        run = _run(assignment, source, cases, given, worker, clock.limits())
        state.cpu_s, state.wall_s = state.cpu_s + run.cpu_s, state.wall_s + run.wall_s
        stopped = _stopped_as_a_whole(run)
        if stopped:
            state.lose(left, stopped)
            break
        left = _collect(state, left, run)
    return Observed(state.found, round(state.cpu_s, 3), round(state.wall_s, 3))


def shown(case: dict) -> dict:
    """What a student's process is told of a case, but for its id."""
    return {key: value for key, value in case.items() if key not in (*PRIVATE, "id")}


def _run(assignment, source: bytes, cases: list[dict], given, worker, limits: SandboxLimits) -> Run:
    """One worker over these cases. It sees numbers for names: nothing says which are hidden."""
    probes = [{**shown(case), "id": str(number)} for number, case in enumerate(cases)]
    file = f"{assignment.package}/{assignment.module}.py"
    job = SandboxJob(assignment.package, assignment.module, file, tuple(probes), limits, given)
    run = worker(job, source)
    found = {
        case["id"]: _digested(case, *run.found[str(number)])
        for number, case in enumerate(cases)
        if str(number) in run.found
    }
    marks = {name: run.found[name] for name in ("import", "end") if name in run.found}
    return replace(run, found={**found, **marks})


def _digested(case: dict, facts: dict, arrays: dict) -> tuple[dict, dict]:
    """An observation in the form that is judged and kept. What was lost, only the grader says."""
    facts = {key: value for key, value in facts.items() if key != "lost"}
    try:
        return digest(case, facts, arrays)
    except Exception as why:  # facts are whatever a student's process sent
        return {"lost": nonsense(why)}, {}


def _stopped_as_a_whole(run: Run) -> dict | None:
    """What to say of every task if the file could not even be loaded."""
    if "import" not in run.found:
        note = f"the file stopped its process while it was imported ({run.how})"
        return {**lost(run), "note": note}
    error = run.found["import"][0].get("error")
    return None if error is None else unloaded(error)


def _collect(state: _Running, left: list[str], run: Run) -> list[str]:
    """Keep what a run observed; the tasks that have to be run again.

    Where time ran out, a task is blamed only if it took most of it: else it gets a process, and a
    limit, of its own.
    """
    for position, name in enumerate(left):
        for case in state.plan[name]:
            if case["id"] in run.found:
                state.found[name][case["id"]] = run.found[case["id"]]
            elif run.outcome is not Outcome.DONE:
                if run.outcome.is_time_limit and position > 0 and run.last < 0.5:
                    return left[position:]
                rest = [c["id"] for c in state.plan[name] if c["id"] not in run.found]
                state.found[name].update({id_: ({"lost": lost(run)}, {}) for id_ in rest})
                return left[position + 1 :]
    return []
