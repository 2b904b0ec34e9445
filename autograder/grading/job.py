"""One submission as bytes to a grading process, and its verdicts as bytes back.

Both directions are one line of JSON followed by raw bytes, never a pickled object. A grading
process may run on this machine or on another one.
"""

import json
from dataclasses import dataclass

from autograder.sandbox import Outcome
from cs231n.engine.judging import verdict_without_run
from cs231n.engine.schema import Lost, Verdict


@dataclass(frozen=True)
class Job:
    """What has to be done with one submission.

    Attributes:
        assignment: its name.
        student: the student id.
        source, refused: see `submission.Submission`.
        run: task -> ids of the cases over which its code has to run.
        judge: names of the tasks to judge from `stored` observations.
        fingerprints: task -> fingerprint of its observations.
        version: `Fingerprints.version` of the grader.
        allow_plain: the instructor agreed to run the code without isolation.
        stored: packed `StoredObservations` of an earlier run.
    """

    assignment: str
    student: str
    source: bytes | None
    refused: str | None
    run: dict[str, tuple[str, ...]]
    judge: tuple[str, ...]
    fingerprints: dict[str, str]
    version: str
    allow_plain: bool = False
    stored: bytes = b""

    def pack(self) -> bytes:
        """Return the bytes of the job."""
        source = self.source if self.source is not None else b""
        size = None if self.source is None else len(source)
        head = {**vars(self), "source": size, "stored": None}
        return json.dumps(head).encode() + b"\n" + source + self.stored

    @classmethod
    def unpack(cls, data: bytes) -> "Job":
        """Return the job that `pack` turned into bytes."""
        line, _, rest = data.partition(b"\n")
        head = json.loads(line)
        size = head["source"]
        head["source"], head["stored"] = None if size is None else rest[:size], rest[size or 0 :]
        head["run"] = {task: tuple(cases) for task, cases in head["run"].items()}
        return cls(**{**head, "judge": tuple(head["judge"])})


@dataclass(frozen=True)
class JobResult:
    """The result of a job.

    Attributes:
        verdicts: one for every task that was run or judged; empty if there is a `fault`.
        note, ended, cpu_s, wall_s: see `store.Record`.
        unsafe: what was not guaranteed during the run; empty if isolated.
        fault: why there are no verdicts, if the autograder failed and not the student; else empty.
        affects_all: the fault would occur with every submission.
        deaths: how many grading processes ended during this job.
        given_up: too many of them ended; the verdicts say that.
        observations: packed `StoredObservations`; empty if nothing was run.
    """

    verdicts: tuple[Verdict, ...] = ()
    note: str | None = None
    ended: Outcome = Outcome.DONE
    cpu_s: float = 0.0
    wall_s: float = 0.0
    unsafe: str = ""
    fault: str = ""
    affects_all: bool = False
    deaths: int = 0
    given_up: bool = False
    observations: bytes = b""

    def pack(self) -> bytes:
        """Return the bytes of the result."""
        verdicts = [verdict.to_json() for verdict in self.verdicts]
        head = {**vars(self), "verdicts": verdicts, "observations": None}
        return json.dumps(head).encode() + b"\n" + self.observations

    @classmethod
    def unpack(cls, data: bytes) -> "JobResult":
        """Return the result that `pack` turned into bytes."""
        line, _, rest = data.partition(b"\n")
        head = json.loads(line)
        head["verdicts"] = tuple(Verdict.from_json(verdict) for verdict in head["verdicts"])
        return cls(**{**head, "ended": Outcome(head["ended"]), "observations": rest})


def result_given_up(job: Job, how: str, deaths: int) -> JobResult:
    """Return the result of a job during which too many grading processes ended."""
    reason = f"and the grading process with it, {deaths} times: {how}"
    lost = Lost(outcome=Outcome.CRASH, code="stopped", words={"how": reason})
    names = (*job.run, *job.judge)
    return JobResult(
        verdicts=tuple(verdict_without_run(name, lost) for name in names),
        note=f"the grading process ended {deaths} times while it had this file ({how})",
        ended=Outcome.CRASH,
        deaths=deaths,
        given_up=True,
    )
