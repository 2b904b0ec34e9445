"""What has to be done again for each submission of a class; verdicts on disk as they come."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace

from autograder.config import Assignment
from autograder.errors import AssignmentError
from autograder.sandbox import Outcome, Sandbox, plain_is_allowed
from autograder.submission.reader import Submission

from . import job as judging
from .fingerprints import Keys
from .job import Answer, Job
from .observation_file import NOTHING, Kept, pack
from .pool import Crew, run_all
from .store import Record, Store

FAULTS = 10  # in a row, before the whole run stops: then it is not the submissions


@dataclass(frozen=True)
class Wish:
    """What is to be done beyond what has changed.

    Attributes:
        task: run this task again, and nothing else of a submission that was judged before.
        regrade: judge again what was observed; run only where that does not suffice.
        rerun: run again.
    """

    task: str | None = None
    regrade: bool = False
    rerun: bool = False


@dataclass(frozen=True)
class Judged:
    """What came of one submission.

    Attributes:
        submission: as it was read.
        record: on disk now, or None.
        ran: the student's code was run.
        fault: why there is no new record, or why it should not be trusted for long; else empty.
        unsafe: what was not guaranteed while it ran; empty if isolated, or if nothing ran.
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
    """What has to be done for one submission, and what it is known by."""

    submission: Submission
    old: Record | None
    kept: Kept
    run: tuple[str, ...]
    judge: tuple[str, ...]
    observing: dict[str, str]
    judging: dict[str, str]


def forget(assignment: Assignment, students: Iterable[str], store: Store, wish: Wish) -> None:
    """Forget what is to be done again. Verdicts and marks stay until there are new ones.

    All of it is forgotten before anything is done, so that an interrupted run goes on with the rest
    like any other. What an interrupted wish before this one has left is forgotten first.

    Raises:
        StoreError: the folder of verdicts cannot be written.
    """
    store.go_on_forgetting()
    if wish != Wish():
        tasks = [wish.task] if wish.task else [task.name for task in assignment.tasks]
        store.forget(list(students), tasks, observed=wish.rerun or not wish.regrade)


def judge_class(
    assignment: Assignment,
    submissions: Iterable[Submission],
    store: Store,
    crew: Crew,
    keys: Keys,
    task: str | None = None,
    given_up: bool = True,
) -> Iterator[Judged]:
    """Judge what is not judged yet, several at once; each verdict is on disk before it is yielded.

    Args:
        submissions: read one by one, as there is room for them.
        crew: who does the work.
        task: of a submission that was judged before, look at this task only.
        given_up: try again what ended too many grading processes before.
    Raises:
        StoreError: the verdicts cannot be written.
        AssignmentError: a fault that meets every submission. What was yielded is kept.
    """

    def jobs():
        for submission in submissions:
            plan = _plan(submission, store, keys, task, given_up)
            yield plan, _job(plan, keys)

    faults = 0
    for plan, answer in run_all(jobs(), crew):
        judged = _taken(assignment, plan, answer, store)
        faults = faults + 1 if judged.fault and judged.record is None else 0
        yield judged
        if faults == FAULTS:
            raise AssignmentError(
                f"{FAULTS} submissions in a row could not be graded ({judged.fault}); stopped; "
                "verdicts so far are kept, run again to go on"
            )


def judge(
    assignment: Assignment,
    submission: Submission,
    store: Store,
    anew: bool = False,
    keys: Keys | None = None,
) -> Record:
    """The verdicts on one submission, judged in this process if anything has changed.

    Args:
        anew: run the student's code again even if nothing changed.
        keys: of the assignment; made if not given.
    Raises:
        ValueError: there are no new verdicts; the message says why.
    """
    keys = keys or Keys(assignment)
    forget(assignment, [submission.student], store, Wish(rerun=anew))
    with here() as crew:
        (judged,) = judge_class(assignment, [submission], store, crew, keys, given_up=False)
    if judged.record is None:
        raise ValueError(judged.fault)
    return judged.record


def here() -> Crew:
    """A crew of one: this process."""
    sandbox = Sandbox()
    return Crew(_Here(sandbox), lambda: 1, sandbox.close)


class _Here(Executor):
    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox

    def submit(self, act, job: bytes) -> Future:
        done: Future = Future()
        done.set_result(judging.work(job, self._sandbox))
        return done


def _plan(submission: Submission, store: Store, keys: Keys, task, given_up: bool) -> _Plan:
    """Decide for each task: keep the verdict, judge again, or run again."""
    observing = keys.observations(submission)
    judging_keys = keys.verdicts(observing)
    old, module = store.load(submission.student), submission.key_of_module()
    names = [each.name for each in keys.assignment.tasks]
    if old is not None and [verdict.task for verdict in old.verdicts] != names:
        old = None
    old = old if old is not None and old.module == module else None
    trusted = old is not None and not (old.deaths and given_up)
    done = {n for n in names if trusted and old.judged.get(n) == judging_keys[n]}
    if submission.source is None:
        again = () if done == set(names) else tuple(names)
        return _Plan(submission, old, NOTHING, again, (), observing, judging_keys)
    open_ = ({task} if task and old is not None else set(names)) - done
    kept = store.observations(submission.student) if open_ else NOTHING
    fresh = {n for n in names if kept.keys.get(n) == observing[n]}
    run = tuple(n for n in names if n in open_ and n not in fresh)
    again = tuple(n for n in names if n in open_ and n in fresh)
    return _Plan(submission, old, kept.only(fresh), run, again, observing, judging_keys)


def _job(plan: _Plan, keys: Keys) -> bytes | None:
    """The packed job; None if nothing has to be done."""
    if not plan.run and not plan.judge:
        return None
    unsafe = plain_is_allowed()
    known = pack(plan.kept) if plan.kept.keys else b""
    handed_in = plan.submission
    source = handed_in.student, handed_in.source, handed_in.refused
    todo = plan.run, plan.judge, plan.observing
    return judging.pack_job(Job(keys.assignment.name, *source, *todo, keys.version, unsafe, known))


def _taken(assignment, plan: _Plan, packed: bytes | str | None, store: Store) -> Judged:
    """Put what came of a job on disk."""
    submission = plan.submission
    if packed is None:
        return Judged(submission, plan.old)
    answer = Answer(fault=packed) if isinstance(packed, str) else judging.unpack_answer(packed)
    if answer.everywhere:
        raise AssignmentError(answer.fault)
    if answer.fault:
        return Judged(submission, None, fault=answer.fault, deaths=answer.deaths)
    ran = bool(plan.run) and submission.source is not None
    if answer.given_up and plan.old is not None:  # the old verdicts are on the same file
        return Judged(
            submission, None, ran, f"{answer.note}; the old marks stay", "", answer.deaths
        )
    record = _record(assignment, plan, answer)
    store.save(record, answer.observations)
    fault = f"{answer.note}; marked as crashed, look at it by hand" if answer.given_up else ""
    return Judged(submission, record, ran, fault, answer.unsafe, answer.deaths)


def _record(assignment: Assignment, plan: _Plan, answer: Answer) -> Record:
    """The record of a submission: new verdicts, and those that stay."""
    old, new = plan.old, {verdict.task: verdict for verdict in answer.verdicts}
    verdicts = {**({v.task: v for v in old.verdicts} if old else {}), **new}
    anew = old is None or len(plan.run) == len(assignment.tasks)
    record = Record(
        plan.submission.student,
        plan.submission.key_of_module(),
        tuple(verdicts[task.name] for task in assignment.tasks),
        {**(old.judged if old else {}), **{name: plan.judging[name] for name in new}},
        answer.note,
        answer.ended,
        answer.cpu_s,
        answer.wall_s,
        answer.deaths if answer.given_up else 0,
        not answer.unsafe and (anew or old.isolated),
    )
    if anew:
        return record
    unseen = len({*plan.run, *plan.kept.keys}) < len(assignment.tasks)
    ended = old.ended if unseen and answer.ended is Outcome.DONE else answer.ended
    return replace(record, cpu_s=old.cpu_s, wall_s=old.wall_s, ended=ended)
