"""Verdicts on disk: written before anything reaches the gradebook, reused while nothing changed."""

import hashlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cs231n.engine.records import Verdict

from . import grading
from .assignment import Assignment
from .submission import Submission


@dataclass(frozen=True)
class Record:
    """What is known about one submission.

    Attributes:
        student: the student id.
        judged: key of what the verdicts depend on: the module and the grader's fingerprint.
        verdicts: one for every task.
        note: one line for the instructor, or None.
        recorded: key of the whole submission whose marks are in the gradebook, or None.
    """

    student: str
    judged: str
    verdicts: tuple[Verdict, ...]
    note: str | None
    recorded: str | None = None


class Store:
    """A folder with one JSON file for each student.

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
            record = Record(**table)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return record if record.student == student else None

    def save(self, record: Record) -> None:
        """Write a record so that a reader finds the old one or the new one, never a part."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(record), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path(record.student))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def mark_recorded(self, record: Record, key: str) -> None:
        """Remember that the gradebook holds the marks of the submission with this key."""
        self.save(replace(record, recorded=key))


def judge(
    assignment: Assignment, submission: Submission, store: Store, anew: bool = False
) -> Record:
    """The verdicts on a submission: from disk if nothing changed, else judged now and put on disk.

    Args:
        anew: run the student's code again even if nothing changed.
    Raises:
        ValueError: the grader did not give exactly one verdict for every task.
    """
    facts = [submission.key_of_module(), grading.fingerprint(assignment)]
    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    record = store.load(submission.student)
    if record is not None and record.judged == key and not anew:
        return record
    graded = grading.grade_source(
        assignment, submission.source, submission.student, submission.refused
    )
    found, expected = [v.task for v in graded.verdicts], [t.name for t in assignment.tasks]
    if found != expected:
        raise ValueError(f"verdicts on {submission.student}: expected {expected}; found {found}")
    record = Record(submission.student, key, tuple(graded.verdicts), graded.note)
    store.save(record)
    return record


def lines_about(submission: Submission, record: Record, assignment: Assignment) -> list[str]:
    """What the instructor should know of a submission, a line each."""
    lines = list(submission.notes)
    if record.note and record.note != submission.refused:
        lines.append(f"submitted/{record.student}/{assignment.name}: {record.note}")
    return lines
