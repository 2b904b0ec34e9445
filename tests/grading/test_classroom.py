"""What is done again after a change, and what is judged from stored observations instead."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from autograder.errors import AssignmentError
from autograder.grading import fingerprints
from autograder.grading import grade_submission as grading
from autograder.grading import store as store_module
from autograder.grading.fingerprints import Fingerprints
from autograder.grading.job import Job, JobResult
from autograder.grading.observation_file import StoredObservations
from autograder.grading.planner import RegradeOptions, grade_all, mark_as_due
from autograder.grading.pool import InProcessBackend
from autograder.grading.run_probes import Observations
from autograder.grading.store import Record, Store
from autograder.sandbox import Outcome
from autograder.submission.reader import Submission
from cs231n.engine.judging import verdict_without_run
from cs231n.engine.schema import LossFacts, Lost, Observation
from helpers import stand_in
from helpers.course import ASSIGNMENT
from helpers.in_process import SOLUTION, Worker
from helpers.submissions import NAMES, submission


class InventedRuns(list):
    """The tasks of each run, in order; runs are invented."""

    def __call__(self, assignment, source, key, refused, worker, plan, known):
        """Stand in for `grade_source`."""
        if plan:
            self.append(list(plan))
        return stand_in.invented(assignment, source, plan, known)


@pytest.fixture
def ran():
    """A list of the tasks of each run."""
    return InventedRuns()


@pytest.fixture
def judge(ran):
    """A function that grades alice's file in this process and returns its record."""

    def grade(
        store: Store,
        words: str = "",
        options: RegradeOptions = RegradeOptions(),  # noqa: B008
        assignment=ASSIGNMENT,
    ) -> Record:
        mark_as_due(assignment, ["alice"], store, options)
        (graded,) = grade_all(
            assignment,
            [submission("alice", words)],
            store,
            InProcessBackend(ran),
            Fingerprints(assignment),
            options.task,
        )
        return graded.record

    return grade


def patch_reference_data(monkeypatch, public, hidden) -> None:
    """Use these reference data."""
    for module in (grading, fingerprints):
        monkeypatch.setattr(module, "reference_data_of", lambda assignment: (public, hidden))


def test_a_fixed_check_is_judged_from_stored_observations(tmp_path, ran, monkeypatch, judge):
    """Other judging code or other expectations change verdicts without running anything."""
    store, other = Store(tmp_path), NAMES[3]
    first = judge(store, other)
    monkeypatch.setattr(fingerprints, "judging_code", lambda assignment: "a fixed check")
    second = judge(store, other)
    assert second.judged != first.judged and ran == [NAMES]
    assert dataclasses.replace(second, judged=first.judged) == first
    public, hidden = grading.reference_data_of(ASSIGNMENT)
    credit = {**public.partial_credit, "stopped": 0.5}
    kinder = dataclasses.replace(public, partial_credit=credit)
    patch_reference_data(monkeypatch, kinder, hidden)
    third = judge(store, other)
    assert ran == [NAMES]
    assert [v.task for v in third.verdicts if v.fraction == 0.5] == [other]


def test_regrade_judges_all_again_and_marks_are_written_again(tmp_path, ran, judge):
    """Nothing has to run for that; rerun runs everything."""
    store = Store(tmp_path)
    store.mark_recorded(judge(store), "key")
    assert judge(store).recorded == "key"
    assert judge(store, options=RegradeOptions(regrade=True)).recorded is None and ran == [NAMES]
    judge(store, options=RegradeOptions(rerun=True))
    assert ran == [NAMES, NAMES]


def test_a_task_alone_is_run_again_and_the_others_stay(tmp_path, ran, judge):
    """Their verdicts, their observations, and the time that the whole file took."""
    store = Store(tmp_path)
    first = judge(store, NAMES[0])
    assert judge(store, NAMES[0], RegradeOptions(task=NAMES[2])) == first
    assert judge(store, NAMES[0], RegradeOptions(task=NAMES[2], regrade=True)) == first
    assert ran == [NAMES, [NAMES[2]]]
    judge(store, NAMES[1], RegradeOptions(task=NAMES[2]))  # another file
    assert ran[2:] == [NAMES]


def test_what_was_to_be_done_again_is_done_by_the_next_run(tmp_path, ran, judge):
    """An interrupted --rerun, --regrade or --task has changed no verdict, and is not forgotten."""
    store = Store(tmp_path)
    first = judge(store, NAMES[0])
    for options, run in {
        RegradeOptions(rerun=True): [NAMES],
        RegradeOptions(regrade=True): [],
        RegradeOptions(task=NAMES[2]): [[NAMES[2]]],
        RegradeOptions(task=NAMES[2], regrade=True): [],
    }.items():
        ran.clear()
        mark_as_due(ASSIGNMENT, ["alice", "bob"], store, options)
        assert store.load("alice").verdicts == first.verdicts and store.load("bob") is None
        assert judge(store, NAMES[0]) == first and ran == run
        assert judge(store, NAMES[0]) == first and ran == run


def test_an_interrupted_discard_is_completed_first(tmp_path, ran, monkeypatch, judge):
    """Killed after it had forgotten one student of three, the next run forgets the others."""
    store, students = Store(tmp_path), ["zoe", "alice", "bob"]
    first = judge(store, NAMES[0])
    really = Store._discard

    def once(self, student, *what):
        if student != "zoe":
            raise KeyboardInterrupt
        really(self, student, *what)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Store, "_discard", once)
        mark_as_due(ASSIGNMENT, students, store, RegradeOptions(rerun=True))
    assert store.load("alice") == first
    assert judge(store, NAMES[0]) == first and ran == [NAMES, NAMES]
    assert judge(store, NAMES[0]) == first and ran == [NAMES, NAMES]
    (tmp_path / store_module.DISCARD).write_text('["cut off')
    assert judge(store, NAMES[0]) == first and ran == [NAMES, NAMES]


def test_another_limit_or_probe_runs_what_it_meets(tmp_path, ran, monkeypatch, judge):
    """Observations under other limits do not count; other probes of one task run that task."""
    store = Store(tmp_path)
    judge(store)
    public, hidden = grading.reference_data_of(ASSIGNMENT)
    first, task, *rest = public.tasks
    cases = (dataclasses.replace(task.cases[0], seed=1), *task.cases[1:])
    tasks = (first, dataclasses.replace(task, cases=cases), *rest)
    probed = dataclasses.replace(public, tasks=tasks)
    with monkeypatch.context() as patch:
        patch_reference_data(patch, probed, hidden)
        judge(store)
    assert ran == [NAMES, [NAMES[1]]]
    limits = dataclasses.replace(ASSIGNMENT.limits, cpu_s=21)
    judge(store, assignment=dataclasses.replace(ASSIGNMENT, limits=limits))
    assert ran[2:] == [NAMES]


def test_points_and_hints_change_no_verdict():
    """They are for the gradebook, and for the notebook."""
    dearer = tuple(dataclasses.replace(t, points=2 * t.points) for t in ASSIGNMENT.tasks)
    before, after = (
        Fingerprints(ASSIGNMENT),
        Fingerprints(dataclasses.replace(ASSIGNMENT, tasks=dearer)),
    )
    assert before.version == after.version
    public, _ = grading.reference_data_of(ASSIGNMENT)
    task, *rest = public.tasks
    dearer = dataclasses.replace(task, points=99, hints=())
    changed = dataclasses.replace(public, tasks=(dearer, *rest))
    before = fingerprints._expected_values(public, task.name)
    assert fingerprints._expected_values(changed, task.name) == before


def test_answers_for_other_tasks_are_one_line():
    """A task that the reference data do not know stops everything, and it says what to do."""
    other = dataclasses.replace(ASSIGNMENT.tasks[0], name="encoder")
    with pytest.raises(AssignmentError, match=r"no task 'encoder'; .*`python -m autograder ref"):
        Fingerprints(dataclasses.replace(ASSIGNMENT, tasks=(other,)))


def test_damaged_observations_count_as_none(tmp_path, ran, monkeypatch, judge):
    """A file that was cut, forged or is of another format means: run again."""
    store = Store(tmp_path)
    judge(store)
    path = tmp_path / "alice.observed"
    whole = path.read_bytes()
    for number, data in enumerate([b"", b"x", whole[:-5], whole[:40], bytes(100)]):
        path.write_bytes(data)
        assert store.observations("alice") == StoredObservations()
        monkeypatch.setattr(fingerprints, "judging_code", lambda assignment, n=number: str(n))
        judge(store)
        assert len(ran) == number + 2


def test_a_verdict_lost_after_its_observations_is_judged_without_a_run(tmp_path, ran, judge):
    """A grader that was killed between the two files does not run the code twice."""
    store = Store(tmp_path)
    first = judge(store, NAMES[0])
    (tmp_path / "alice.json").unlink()
    assert judge(store, NAMES[0]) == first and ran == [NAMES]


def test_stored_observations_give_the_verdicts_of_the_run(tmp_path):
    """What is kept of real code, right and wrong, is judged as it was at first."""
    wrong = SOLUTION.replace(b"nn.LeakyReLU(0.01)", b"nn.LeakyReLU(0.2)") + (
        b"\ndef sample_noise(batch_size, dim, seed=None):\n    return torch.rand(batch_size, dim)\n"
        b"\ndef ls_generator_loss(scores):\n    raise ValueError('a' * 900)\n"
    )
    for source in (SOLUTION, wrong):
        graded = grading.grade_source(ASSIGNMENT, source, "alice", worker=Worker())
        names = dict.fromkeys(graded.observations.tasks, "key")
        packed = StoredObservations(graded.observations, names).pack()
        assert len(packed) < 100_000  # noise is kept as its quantiles
        again = grading.judge_observations(
            ASSIGNMENT, StoredObservations.unpack(packed).observations
        )
        assert again.verdicts == graded.verdicts
        assert again.verdicts[0].status == ("passed" if source is SOLUTION else "failed")


def test_too_much_to_keep_is_not_kept():
    """Observations that could not be read back are run again instead."""
    found = {"case": Observation(LossFacts(), {"a": np.random.default_rng(0).random(2_200_000)})}
    assert StoredObservations(Observations({"task": found}), {"task": "key"}).pack() == b""


def lost(outcome: str) -> Lost:
    words = {"how": "x"} if outcome not in ("cpu", "wall") else {"limit": "x"}
    return Lost(outcome=outcome, code="stopped" if "how" in words else "timed_out", words=words)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_record_says_how_its_run_ended(outcome):
    """By the first task that was lost; a file that nobody could run has its own word."""
    tasks = {
        "a": {"1": Observation(LossFacts())},
        "b": {"2": lost(outcome)},
        "c": {"3": lost("crash")},
    }
    if outcome == "done":
        tasks = {"a": {"1": Observation(LossFacts())}}
    assert Observations(tasks).ended == outcome
    words = {"cpu": "timed out", "wall": "timed out", "done": "failed", "no_file": "failed"}
    verdict = verdict_without_run("a", lost("crash"))
    record = Record("alice", "module", (verdict,), ended=outcome)
    assert record.outcome() == words.get(outcome, "crashed")


def test_a_missing_file_has_a_record_without_a_run(tmp_path):
    """It says so, and is not judged again."""
    store, backend = Store(tmp_path), InProcessBackend()
    handed_in = Submission("bob", None, "no such file", {}, ("no such file",), None)
    for _ in range(2):
        (judged,) = grade_all(ASSIGNMENT, [handed_in], store, backend, Fingerprints(ASSIGNMENT))
        assert (judged.record.ended, judged.record.outcome()) == ("no_file", "not attempted")
        assert not judged.ran


def test_a_job_and_its_result_survive_the_way():
    """Bytes there and back; an empty file is not a missing one."""
    for source, stored in ((b"a\nb", b"c"), (b"", b""), (None, b"\n")):
        run, prints = {"a": ("1", "2")}, {"a": "k"}
        job = Job(
            "gans", "alice \udcff", source, "why", run, ("b",), prints, "version", True, stored
        )
        assert Job.unpack(job.pack()) == job
    verdict = verdict_without_run("a", lost("crash"))
    result = JobResult((verdict,), "note", Outcome.CRASH, 1.5, 2.5, observations=b"\n{")
    assert JobResult.unpack(result.pack()) == result


def test_what_observes_is_no_part_of_the_judging():
    """Files that a change of which only judges again are not imported by what runs in the sandbox;
    and what judges does without torch, which would cost each grading process 300 MB."""
    code = "import sys; {}; print(*(m for m in sys.modules if 'cs231n' in m or m == 'torch'))"
    imports = {
        "observing": "import cs231n.engine.loading.load_source, cs231n.engine.statistics",
        "judging": "import autograder.grading.job_worker, autograder.grading.planner",
    }
    loaded = {}
    for name, line in imports.items():
        command = [sys.executable, "-c", code.format(line)]
        done = subprocess.run(command, cwd=ASSIGNMENT.repository, capture_output=True, text=True)
        loaded[name] = done.stdout.split()
    assert not [name for name in loaded["observing"] if name.startswith("cs231n.engine.judging")]
    assert "torch" not in loaded["judging"]
