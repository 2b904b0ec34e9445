"""Invented submissions and a class of them, judged by local processes."""

import random

from autograder.grading.fingerprints import Fingerprints
from autograder.grading.planner import grade_all
from autograder.grading.pool import COMMAND, LocalBackend
from autograder.grading.store import Store
from autograder.submission.reader import Submission
from helpers.course import ASSIGNMENT

NAMES = [task.name for task in ASSIGNMENT.tasks]
FINGERPRINTS = Fingerprints(ASSIGNMENT)


def submission(student: str, words: str = "") -> Submission:
    """Return a submission whose source names the tasks in `words`, which fail in it."""
    return Submission(student, f"{words} of {student}".encode(), None, {}, (), None)


def class_of(count: int) -> list[Submission]:
    """Return `count` submissions; each names other tasks."""
    chance = random.Random(7)
    return [
        submission(f"s{n:02}", " ".join(chance.sample(NAMES, n % len(NAMES)))) for n in range(count)
    ]


def grade_locally(store: Store, submissions, workers: int = 2, command=COMMAND) -> list:
    """Grade a class with local processes and return all results."""
    with LocalBackend(workers, command) as backend:
        return list(grade_all(ASSIGNMENT, submissions, store, backend, FINGERPRINTS))
