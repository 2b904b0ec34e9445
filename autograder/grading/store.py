"""Verdicts and observations on disk: written before anything reaches the gradebook."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from autograder.config import Assignment
from autograder.errors import StoreError
from autograder.fsutil import atomic_write
from autograder.sandbox import Outcome
from autograder.submission.reader import Submission
from cs231n.engine.schema import Verdict

from .observation_file import NOTHING, Kept, pack, unpack

fcntl = None  # where there is none, nothing keeps two graders apart
with suppress(ImportError):
    import fcntl

VERDICTS = ".autograder/verdicts"  # in a course, with a folder for each assignment
AGAIN = ".again"  # in such a folder: what is still to be forgotten


@dataclass(frozen=True)
class Record:
    """What is known about one submission.

    Attributes:
        student: the student id.
        module: hash of the module that was judged.
        verdicts: one for every task.
        judged: task -> key of what its verdict depends on; a task without one is judged again.
        note: one line for the instructor, or None.
        ended: how the run ended, or the first task that ended it.
        cpu_s, wall_s: what the submission's processes used in the last run of all its tasks, by
            the account of the watcher; 0 where nothing ran.
        deaths: grading processes that ended with it until it was given up; 0 if it was not.
        isolated: False if its code last ran with the instructor's own rights.
        recorded: key of the whole submission whose marks are in the gradebook, or None.
    """

    student: str
    module: str
    verdicts: tuple[Verdict, ...]
    judged: dict[str, str] = field(default_factory=dict)
    note: str | None = None
    ended: Outcome = Outcome.DONE
    cpu_s: float = 0.0
    wall_s: float = 0.0
    deaths: int = 0
    isolated: bool = True
    recorded: str | None = None

    def outcome(self) -> str:
        """How the submission fared as a whole, in a word or two: for counts and figures."""
        if self.ended.is_time_limit:
            return "timed out"
        if self.ended not in (Outcome.DONE, Outcome.NO_FILE):
            return "crashed"
        statuses = Counter(verdict.status for verdict in self.verdicts)
        if set(statuses) == {"passed"}:
            return "passed"
        if set(statuses) == {"not_attempted"}:
            return "not attempted"
        return "partial" if any(verdict.fraction for verdict in self.verdicts) else "failed"


class Store:
    """A folder with a verdict file for each student, and beside it what was observed.

    Args:
        folder: made when first written to.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, student: str) -> Path:
        """Where the record of a student lies; two ids never share a file."""
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", student)[:80]
        digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        return self.folder / (f"{plain}.json" if plain == student else f"{plain}-{digest}.json")

    def load(self, student: str) -> Record | None:
        """The record of a student; a damaged or foreign file counts as absent."""
        try:
            table = json.loads(self.path(student).read_text("utf-8"))
            table["verdicts"] = tuple(Verdict.from_json(v) for v in table["verdicts"])
            table["judged"] = dict(table["judged"])
            table["ended"] = Outcome(table["ended"])
            record = Record(**table)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return record if record.student == student else None

    def observations(self, student: str) -> Kept:
        """What was observed of a student's file; a damaged file counts as nothing."""
        try:
            return unpack(self._observed(student).read_bytes())
        except OSError:
            return NOTHING

    def save(self, record: Record, observations: bytes = b"") -> None:
        """Write a record so that a reader finds the old one or the new one, never a part.

        Args:
            observations: packed; written first, so that a record never lacks them. None are
                written if empty.
        Raises:
            StoreError: the disk is full or cannot be written; what was there stays.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._put(record, observations)
        except OSError as error:
            raise self._unwritable(error) from None

    def forget(self, students: list[str], tasks: list[str], observed: bool) -> None:
        """Have tasks judged again by the next run; verdicts stay until then.

        It is written down first: what an interruption leaves, `go_on_forgetting` does.

        Args:
            observed: forget what was observed too, so that they are run again.
        Raises:
            StoreError: the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(self.folder / AGAIN, json.dumps([students, tasks, observed]).encode())
        except OSError as error:
            raise self._unwritable(error) from None
        self.go_on_forgetting()

    def go_on_forgetting(self) -> None:
        """Forget what an interrupted `forget` has left.

        Raises:
            StoreError: the folder cannot be written.
        """
        path = self.folder / AGAIN
        try:
            students, tasks, observed = json.loads(path.read_bytes())
            for student in students:
                self._forget(student, tasks, observed)
        except (FileNotFoundError, ValueError, TypeError):
            pass  # nothing was left, or the file is not ours
        except OSError as error:
            raise self._unwritable(error) from None
        path.unlink(missing_ok=True)

    def _forget(self, student: str, tasks: Collection[str], observed: bool) -> None:
        record = self.load(student)
        if record is None:
            return
        kept = self.observations(student) if observed else NOTHING
        rest = kept.only([name for name in kept.keys if name not in tasks])
        judged = {name: key for name, key in record.judged.items() if name not in tasks}
        # not waited for: if power fails before it is on disk, AGAIN is there, or there is no record
        self._put(replace(record, judged=judged), pack(rest) if kept.keys else b"", wait=False)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other graders out while the block runs, and clear away what a killed one left.

        Raises:
            StoreError: another one is at work, or nothing can be written here.
        """
        with ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context(open(self.folder / ".lock", "w"))
            except OSError as error:
                raise self._unwritable(error) from None
            try:
                if fcntl is not None:  # ends with the process, however it ends
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StoreError(
                    f"{self.folder}: another run is grading this course; wait for it or end it"
                ) from None
            for path in self.folder.glob(".*.part"):
                path.unlink(missing_ok=True)
            yield

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"{self.folder}: verdicts cannot be written ({error.strerror or error}); make room "
            "and run again: the verdicts that are there are kept"
        )

    def mark_recorded(self, record: Record, key: str) -> None:
        """Remember that the gradebook holds the marks of the submission with this key."""
        self.save(replace(record, recorded=key))

    def _observed(self, student: str) -> Path:
        return self.path(student).with_suffix(".observed")

    def _put(self, record: Record, observations: bytes, wait: bool = True) -> None:
        if observations:
            # not waited for: if power fails before they are on disk, they are observed again
            self._write(self._observed(record.student), observations, wait=False)
        text = json.dumps(asdict(record), indent=1)
        self._write(self.path(record.student), text.encode(), wait=wait)

    def _write(self, path: Path, data: bytes, wait: bool = True) -> None:
        atomic_write(path, data, durable=wait, mode=0o600)


def store_of(course: Path, assignment: Assignment) -> Store:
    """Where a course keeps the verdicts on an assignment."""
    return Store(course / VERDICTS / assignment.name)


def lines_about(submission: Submission, record: Record, assignment: Assignment) -> list[str]:
    """Return what the instructor should know about a submission, one line each."""
    lines = list(submission.notes)
    if record.note and record.note not in lines:
        lines.append(record.note)
    return [f"submitted/{record.student}/{assignment.name}: {line}" for line in lines]
