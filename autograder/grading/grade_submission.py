"""Grade one source file: run it over its cases and compare the observations with references."""

from dataclasses import dataclass

from autograder.config import Assignment, Task
from autograder.sandbox import Outcome
from cs231n.engine.judging import add_file_findings, judge_digested, verdict_without_run
from cs231n.engine.reference_data import ReferenceData
from cs231n.engine.schema import Case, Lost, Verdict

from .reference_data import reference_data_of
from .run_probes import CaseResult, CasesByTask, Observations, Worker, observe_source
from .task_failures import describe_malformed, redact


@dataclass(frozen=True)
class GradingResult:
    """The result of grading one source file.

    Attributes:
        verdicts: one for every task, in the order of the assignment.
        note: one line for the instructor if something stopped the file as a whole, else None.
        observations: what the verdicts were judged from; None if there was no file.
    """

    verdicts: tuple[Verdict, ...]
    note: str | None
    observations: Observations | None = None


def grade_source(
    assignment: Assignment,
    source: bytes | None,
    key: str,
    refused: str | None = None,
    worker: Worker | None = None,
    plan: CasesByTask | None = None,
    known: Observations | None = None,
) -> GradingResult:
    """Grade one student's file.

    Args:
        assignment: the assignment to grade.
        source: bytes of the student's module, or None if nothing usable was submitted.
        key: stable name of the submission; selects the same hidden cases at each regrade.
        refused: why `source` is None.
        worker: runs a job, such as `Sandbox.run`; needed only if something has to run.
        plan: task -> cases to run; by default, all tasks over the cases of this key.
        known: earlier observations of other tasks, which are judged without a run.
    Raises:
        AssignmentError: the reference data cannot be used, or the worker cannot be started.
    """
    if source is None:
        reason = refused or "No file was handed in."
        names = [task.name for task in assignment.tasks]
        lost = Lost(outcome=Outcome.NO_FILE, code="no_file", words={"reason": reason})
        verdicts = tuple(verdict_without_run(name, lost) for name in names)
        return GradingResult(verdicts, reason)
    observations = known or Observations({})
    plan = plan_cases(assignment, key) if plan is None else plan
    if plan:
        if worker is None:
            raise TypeError("grade_source needs a worker to run a file")
        given = assignment.public_checks.name, reference_data_of(assignment)[0].printed_numbers
        new = observe_source(assignment, source, plan, given, worker)
        observations = observations.merge(new, [task.name for task in assignment.tasks])
    return judge_observations(assignment, observations)


def judge_observations(assignment: Assignment, observations: Observations) -> GradingResult:
    """Judge observations without running anything."""
    public, hidden = reference_data_of(assignment)
    verdicts = [_judge(public, hidden, name, cases) for name, cases in observations.tasks.items()]
    carrier = assignment.tasks[0].name
    explained = add_file_findings(verdicts, observations.report, observations.tasks, carrier)
    return GradingResult(explained, observations.note, observations)


def plan_cases(assignment: Assignment, key: str) -> CasesByTask:
    """Return task -> the cases over which one submission runs.

    Args:
        assignment: the assignment.
        key: stable name of the submission.
    """
    public, hidden = reference_data_of(assignment)
    return {t.name: draw_cases(public, hidden, t, key, assignment) for t in assignment.tasks}


def draw_cases(
    public: ReferenceData, hidden: ReferenceData, task: Task, key: str, assignment: Assignment
) -> list[Case]:
    """Return the public cases of a task and the hidden ones of this submission.

    A student's code can read its probes. Hidden cases are therefore a pool, and a keyed hash of the
    submission's name selects one from each n-th part of it: a small network meets one case with
    gradients and one without.
    """

    def rank(entry: list[Case]) -> bytes:
        return assignment.references.keyed_hash("draw", key, entry[0].id)

    pool = hidden.task(task.name).pool()
    own = getattr(task.probe, "hidden_cases", None)
    count = own or assignment.references.cases_per_submission
    drawn = [min(pool[part::count], key=rank) for part in range(count)]
    return [*public.cases_to_run(task.name), *(case for entry in drawn for case in entry)]


def cases_of(assignment: Assignment, ids: dict[str, tuple[str, ...]]) -> CasesByTask:
    """Return task -> cases for task -> ids of cases that another process has drawn."""
    plan: CasesByTask = {}
    for name, wanted in ids.items():
        known: dict[str, Case] = {}
        for part in reference_data_of(assignment):
            known.update({case.id: case for case in part.task(name).cases})
        plan[name] = [known[case_id] for case_id in wanted]
    return plan


def _judge(
    public: ReferenceData, hidden: ReferenceData, name: str, cases: dict[str, CaseResult]
) -> Verdict:
    """Judge one task. An observation that makes no sense is a finding, not a crash."""
    known = {case.id for case in public.task(name).cases}
    try:
        observed = {
            case: result if case in known or isinstance(result, Lost) else redact(result)
            for case, result in cases.items()
        }
        return judge_digested(public, name, observed, hidden)
    except Exception as error:  # a student's process may send any facts
        return verdict_without_run(name, describe_malformed(error))
