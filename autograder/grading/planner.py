"""Decide what is due for each submission of a class, have it done, and store the verdicts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from autograder.config import Assignment
from autograder.errors import AssignmentError, contain_failure
from autograder.sandbox import Outcome
from autograder.submission.reader import Submission

from .fingerprints import Fingerprints
from .grade_submission import plan_cases
from .job import Job, JobResult
from .observation_file import StoredObservations
from .pool import Backend, run_jobs
from .store import Record, Store

MAX_FAULTS = 10  # in a row, before the whole run stops: the cause is not in the submissions


@dataclass(frozen=True)
class RegradeOptions:
    """What is done again although nothing has changed.

    Attributes:
        task: run this task again, and no other task of a submission that has verdicts.
        regrade: judge stored observations again; run only where they do not suffice.
        rerun: run again.
    """

    task: str | None = None
    regrade: bool = False
    rerun: bool = False


@dataclass(frozen=True)
class GradedSubmission:
    """The result for one submission.

    Attributes:
        submission: as it was read.
        record: on disk now, or None.
        ran: the student's code was run.
        fault: why there is no new record, or why it needs a look by hand; else empty.
        unsafe: what was not guaranteed during the run; empty if isolated, or if nothing ran.
        deaths: how many grading processes ended meanwhile.
    """

    submission: Submission
    record: Record | None
    ran: bool = False
    fault: str = ""
    unsafe: str = ""
    deaths: int = 0


@dataclass(frozen=True)
class _Plan:
    """What has to be done for one submission, and the fingerprints of the result.

    Attributes:
        fault: why nothing could be planned; else empty.
    """

    submission: Submission
    old: Record | None = None
    stored: StoredObservations = field(default_factory=StoredObservations)
    run: dict[str, tuple[str, ...]] = field(default_factory=dict)
    judge: tuple[str, ...] = ()
    observation_prints: dict[str, str] = field(default_factory=dict)
    verdict_prints: dict[str, str] = field(default_factory=dict)
    fault: str = ""


def mark_as_due(
    assignment: Assignment, students: Iterable[str], store: Store, options: RegradeOptions
) -> None:
    """Mark as due what the options ask for. Verdicts and marks stay until there are new ones.

    All students are marked before the first one is graded, so a plain run completes an interrupted
    one. What an earlier interrupted call left is marked first.

    Raises:
        StoreError: the folder of verdicts cannot be written.
    """
    store.resume_discard()
    if options != RegradeOptions():
        tasks = [options.task] if options.task else [task.name for task in assignment.tasks]
        observed = options.rerun or not options.regrade
        store.discard(list(students), tasks, observed=observed)


def grade_all(
    assignment: Assignment,
    submissions: Iterable[Submission],
    store: Store,
    backend: Backend,
    fingerprints: Fingerprints,
    task: str | None = None,
    allow_plain: bool = False,
) -> Iterator[GradedSubmission]:
    """Grade what has changed, several submissions at once; a verdict is on disk when it is yielded.

    Args:
        assignment: the assignment to grade.
        submissions: read one by one, as the backend has capacity.
        store: where verdicts are kept.
        backend: where the work is done.
        fingerprints: of the assignment.
        task: of a submission that has verdicts, consider only this task.
        allow_plain: run code without isolation where nothing isolates it.
    Raises:
        StoreError: the verdicts cannot be written.
        AssignmentError: a fault that affects every submission. Verdicts so far are kept.
    """
    retry = backend.survives_crashes
    planner = _Planner(assignment, store, fingerprints, task, retry, allow_plain)
    faults = 0
    for plan, packed in run_jobs(planner.jobs(submissions), backend):
        graded = planner.store_result(plan, packed)
        failed = packed is not None and graded.fault and graded.record is None
        faults = faults + 1 if failed else 0
        yield graded
        if faults == MAX_FAULTS:
            raise AssignmentError(
                f"{MAX_FAULTS} submissions in a row could not be graded ({graded.fault}); stopped; "
                "verdicts so far are kept, run again to go on"
            )


@dataclass
class _Planner:
    """The decisions for a class.

    Attributes:
        retry: try again what ended too many grading processes before.
    """

    assignment: Assignment
    store: Store
    fingerprints: Fingerprints
    task: str | None
    retry: bool
    allow_plain: bool

    def jobs(self, submissions: Iterable[Submission]) -> Iterator[tuple[_Plan, bytes | None]]:
        """Yield each submission's plan and packed job; None if nothing has to be done."""
        for submission in submissions:
            plan, job, reasons = _Plan(submission), None, list[str]()
            with contain_failure(reasons.append):
                plan = self._plan(submission)
                job = self._job(plan).pack() if plan.run or plan.judge else None
            yield replace(plan, fault="".join(reasons)), job

    def store_result(self, plan: _Plan, packed: bytes | str | None) -> GradedSubmission:
        """Store the result of a job.

        Args:
            plan: what was to be done.
            packed: the result; None if nothing had to be done; a text if there is no result.
        Raises:
            AssignmentError: a fault that affects every submission.
        """
        reasons = list[str]()
        with contain_failure(reasons.append):
            return self._store_result(plan, packed)
        return GradedSubmission(plan.submission, None, fault=reasons[0])

    def _store_result(self, plan: _Plan, packed: bytes | str | None) -> GradedSubmission:
        submission = plan.submission
        if packed is None:
            record = None if plan.fault else plan.old
            return GradedSubmission(submission, record, fault=plan.fault)
        if isinstance(packed, str):
            return GradedSubmission(submission, None, fault=packed)
        result = JobResult.unpack(packed)
        if result.affects_all:
            raise AssignmentError(result.fault)
        if result.fault:
            return GradedSubmission(submission, None, fault=result.fault, deaths=result.deaths)
        ran, deaths = bool(plan.run) and submission.source is not None, result.deaths
        if result.given_up and plan.old is not None:  # the old verdicts are on the same file
            fault = f"{result.note}; the old marks stay"
            return GradedSubmission(submission, None, ran, fault, deaths=deaths)
        record = self._record(plan, result)
        self.store.save(record, result.observations)
        fault = f"{result.note}; marked as crashed, look at it by hand" if result.given_up else ""
        return GradedSubmission(submission, record, ran, fault, result.unsafe, deaths)

    def _plan(self, submission: Submission) -> _Plan:
        """Decide for each task: keep the verdict, judge again, or run again."""
        cases = plan_cases(self.assignment, submission.student)
        observation_prints = self.fingerprints.of_observations(submission, cases)
        verdict_prints = self.fingerprints.of_verdicts(observation_prints)
        names, old = list(cases), self.store.load(submission.student)
        if old is not None and (
            old.module != submission.key_of_module() or [v.task for v in old.verdicts] != names
        ):
            old = None
        trusted = old.judged if old is not None and not (old.deaths and self.retry) else {}
        due = [name for name in names if trusted.get(name) != verdict_prints[name]]
        if submission.source is not None and self.task and old is not None:
            due = [name for name in due if name == self.task]
        stored, run, judge = StoredObservations(), due, []
        if submission.source is None:
            run = names if due else []
        elif due:
            stored = self.store.observations(submission.student)
            usable = {n for n in names if stored.fingerprints.get(n) == observation_prints[n]}
            stored = stored.only(usable)
            run = [name for name in due if name not in usable]
            judge = [name for name in due if name in usable]
        wanted = {name: tuple(case.id for case in cases[name]) for name in run}
        return _Plan(
            submission, old, stored, wanted, tuple(judge), observation_prints, verdict_prints
        )

    def _job(self, plan: _Plan) -> Job:
        return Job(
            assignment=self.assignment.name,
            student=plan.submission.student,
            source=plan.submission.source,
            refused=plan.submission.refused,
            run=plan.run,
            judge=plan.judge,
            fingerprints=plan.observation_prints,
            version=self.fingerprints.version,
            allow_plain=self.allow_plain,
            stored=plan.stored.pack() if plan.stored.fingerprints else b"",
        )

    def _record(self, plan: _Plan, result: JobResult) -> Record:
        """Return the record of a submission: new verdicts, and old ones that stay."""
        old, new = plan.old, {verdict.task: verdict for verdict in result.verdicts}
        verdicts = {**({v.task: v for v in old.verdicts} if old else {}), **new}
        ran_all = len(plan.run) == len(self.assignment.tasks)
        record = Record(
            student=plan.submission.student,
            module=plan.submission.key_of_module(),
            verdicts=tuple(verdicts[task.name] for task in self.assignment.tasks),
            judged={
                **(old.judged if old else {}),
                **{name: plan.verdict_prints[name] for name in new},
            },
            note=result.note,
            ended=result.ended,
            cpu_s=result.cpu_s,
            wall_s=result.wall_s,
            deaths=result.deaths if result.given_up else 0,
            isolated=not result.unsafe and (old is None or ran_all or old.isolated),
        )
        if old is None or ran_all:
            return record
        # an ending that belongs to tasks which did not run again stays
        unseen = len({*plan.run, *plan.stored.fingerprints}) < len(self.assignment.tasks)
        ended = old.ended if unseen and result.ended is Outcome.DONE else result.ended
        return replace(record, cpu_s=old.cpu_s, wall_s=old.wall_s, ended=ended)
