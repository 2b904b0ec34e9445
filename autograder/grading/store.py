"""Verdicts and observations on disk, written before anything reaches the gradebook."""

import errno
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from autograder.errors import StoreError
from autograder.fsutil import atomic_write
from autograder.sandbox import Outcome
from cs231n.engine.schema import Verdict

from .observation_file import StoredObservations

DISCARD = ".discard"  # in the folder: what an interrupted `discard` still has to mark as due
LOCK = ".lock"
SOFT_LOCK = ".lock-holder"
NO_FLOCK = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)  # the file system has no such locks


@dataclass(frozen=True)
class Record:
    """What is known about one submission.

    Attributes:
        student: the student id.
        module: hash of the module that was graded.
        verdicts: one for every task.
        judged: task -> fingerprint of its verdict; a task without one is judged again.
        note: one line for the instructor, or None.
        ended: how the run ended, or the first task that ended it.
        cpu_s, wall_s: what the submission's processes used in the last run of all its tasks, as
            the run monitor counts; 0 if nothing ran.
        deaths: grading processes that ended with it until it was given up; 0 if it was not.
        isolated: False if its code last ran with the instructor's own rights.
        recorded: hash of the whole submission whose marks are in the gradebook, or None.
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
        """Return the result of the submission as a whole in one or two words, for statistics."""
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
    """A folder with one file of verdicts and one of observations for each student.

    Args:
        folder: created with the first file.
        native_lock: creates the lock that keeps a second grader out.
    """

    def __init__(self, folder: Path, native_lock: Callable[[Path], BaseFileLock] | None = None):
        self.folder, self._native_lock = folder, native_lock or _native_lock

    def path(self, student: str) -> Path:
        """Return the file with the record of a student; two ids never share a file."""
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", student)[:80]
        digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        return self.folder / (f"{plain}.json" if plain == student else f"{plain}-{digest}.json")

    def load(self, student: str) -> Record | None:
        """Return the record of a student; a damaged or foreign file counts as absent."""
        try:
            table = json.loads(self.path(student).read_text("utf-8"))
            table["verdicts"] = tuple(Verdict.from_json(v) for v in table["verdicts"])
            table["judged"] = dict(table["judged"])
            table["ended"] = Outcome(table["ended"])
            record = Record(**table)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return record if record.student == student else None

    def observations(self, student: str) -> StoredObservations:
        """Return the observations of a student's file; a damaged file counts as empty."""
        try:
            return StoredObservations.unpack(self._observed(student).read_bytes())
        except OSError:
            return StoredObservations()

    def save(self, record: Record, observations: bytes = b"") -> None:
        """Write a record so that a reader finds the old one or the new one, never a part.

        Args:
            record: the record.
            observations: packed `StoredObservations`; written first, so that a record never lacks
                them. If empty, the stored ones stay.
        Raises:
            StoreError: the disk is full or cannot be written; what was there stays.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._put(record, observations)
        except OSError as error:
            raise self._unwritable(error) from None

    def discard(self, students: list[str], tasks: list[str], observed: bool) -> None:
        """Mark tasks as due, so that the next run judges them again; verdicts stay until then.

        The request is written to disk first: `resume_discard` completes it after an interruption.

        Args:
            students: student ids.
            tasks: names of tasks.
            observed: discard the observations too, so that the tasks run again.
        Raises:
            StoreError: the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(self.folder / DISCARD, json.dumps([students, tasks, observed]).encode())
        except OSError as error:
            raise self._unwritable(error) from None
        self.resume_discard()

    def resume_discard(self) -> None:
        """Complete an interrupted `discard`.

        Raises:
            StoreError: the folder cannot be written.
        """
        path = self.folder / DISCARD
        try:
            students, tasks, observed = json.loads(path.read_bytes())
            for student in students:
                self._discard(student, tasks, observed)
        except (FileNotFoundError, ValueError, TypeError):
            pass  # no discard was interrupted, or the file is damaged
        except OSError as error:
            raise self._unwritable(error) from None
        path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other graders out during the block, and delete what a killed one left half-written.

        Raises:
            StoreError: another grader has the lock, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = self._acquire()
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            for path in self.folder.glob(".*.part"):
                path.unlink(missing_ok=True)
            yield
        finally:
            lock.release()

    def mark_recorded(self, record: Record, key: str) -> None:
        """Note that the gradebook holds the marks of the submission with this hash."""
        self.save(replace(record, recorded=key))

    def _acquire(self) -> BaseFileLock:
        """Return the acquired lock: the kernel's, or a lock file where there is no such lock.

        The kernel's lock ends with its process. A lock file names process and machine; filelock
        removes it if that process of this machine has ended.
        """
        lock = self._native_lock(self.folder / LOCK)
        try:
            lock.acquire(timeout=0)
            return lock
        except Timeout:
            raise StoreError(
                f"{self.folder}: another run is grading this course; wait for it or end it"
            ) from None
        except OSError as error:
            if error.errno not in NO_FLOCK:
                raise
        path = self.folder / SOFT_LOCK
        soft = SoftFileLock(path)
        try:
            soft.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"{self.folder}: another run ({_holder(path)}) is grading this course; wait for it "
                f"or end it; if it has ended already, delete {path}"
            ) from None
        return soft

    def _discard(self, student: str, tasks: Collection[str], observed: bool) -> None:
        record = self.load(student)
        if record is None:
            return
        stored = self.observations(student) if observed else StoredObservations()
        rest = stored.only([name for name in stored.fingerprints if name not in tasks])
        judged = {name: key for name, key in record.judged.items() if name not in tasks}
        # Without fsync: if the power fails before it is on disk, DISCARD is still there.
        packed = rest.pack() if stored.fingerprints else b""
        self._put(replace(record, judged=judged), packed, durable=False)

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"{self.folder}: verdicts cannot be written ({error.strerror or error}); make room "
            "and run again: the verdicts that are there are kept"
        )

    def _observed(self, student: str) -> Path:
        return self.path(student).with_suffix(".observed")

    def _put(self, record: Record, observations: bytes, durable: bool = True) -> None:
        if observations:
            # Without fsync: if the power fails before they are on disk, the code runs again.
            self._write(self._observed(record.student), observations, durable=False)
        text = json.dumps(asdict(record), indent=1)
        self._write(self.path(record.student), text.encode(), durable=durable)

    def _write(self, path: Path, data: bytes, durable: bool = True) -> None:
        atomic_write(path, data, durable=durable, mode=0o600)


def _native_lock(path: Path) -> BaseFileLock:
    return FileLock(path, fallback_to_soft=False)


def _holder(path: Path) -> str:
    """Return process and machine that a lock file names."""
    try:
        process, machine, *_ = [*path.read_text("utf-8", "replace").split("\n"), "", ""]
        return f"process {process} on {machine}" if process and machine else "an unknown process"
    except OSError:
        return "a process that is ending"
