"""What observations and verdicts depend on, as hashes: what has to be done again after a change.

An observation of a task hangs on the student's file, on the probes that fall to him and on the
code and limits under which they run; a verdict on that, on what is expected and on the code that
judges. Points and hints change neither.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from autograder.config import Assignment, load_assignments
from autograder.errors import AssignmentError
from autograder.submission.reader import Submission
from cs231n.engine.reference_data import ReferenceData

from . import grade_submission as grading
from .run_probes import shown

AUTOGRADER = Path(__file__).resolve().parents[1]
OURS = (AUTOGRADER / "sandbox", AUTOGRADER / "grading")


class Keys:
    """The hashes of one state of assignment, answers and code.

    Attributes:
        assignment: whose.
        version: of all of it; machines that grade together must agree on it.
    Raises:
        AssignmentError: the answers cannot be used, or are those of other tasks.
    """

    def __init__(self, assignment: Assignment):
        public, hidden = grading.reference_data_of(assignment)
        self.assignment = assignment
        limits, given = assignment.limits.to_json(), public.given()
        told = [assignment.public_checks.name, given]
        self._running = _hash([_running_code(assignment), limits, told])
        self._judging = judging_code(assignment)
        try:
            self._answers = {
                task.name: _hash([_expected(part, task.name) for part in (public, hidden)])
                for task in assignment.tasks
            }
        except KeyError as error:
            raise AssignmentError(
                f"{assignment.public_checks.name} and {assignment.hidden_checks.name}: "
                f"{error.args[0]}; write them with `python -m autograder references`"
            ) from None
        self._cases = {
            case["id"]: _hash(shown(case))
            for part in (public, hidden)
            for task in part.spec["tasks"]
            for case in task["cases"]
        }
        self.version = _hash([self._running, self._judging, self._answers, self._cases])

    def observations(self, submission: Submission) -> dict[str, str]:
        """Task -> hash of what an observation of it depends on."""
        plan = grading.plan_of(self.assignment, submission.student)
        common = [submission.key_of_module(), self._running]
        return {
            name: _hash([*common, [self._cases[case["id"]] for case in cases]])
            for name, cases in plan.items()
        }

    def verdicts(self, observations: dict[str, str]) -> dict[str, str]:
        """Task -> hash of what the verdict on it depends on."""
        return {
            name: _hash([key, self._answers[name], self._judging])
            for name, key in observations.items()
        }


def hash_of_folders(folders: Iterable[Path], without: Iterable[Path] = ()) -> str:
    """Return a hash of the names and contents of all code and tables in some folders.

    Args:
        without: files and folders in them that do not count.
    Raises:
        AssignmentError: one of the paths does not exist, so the hash would miss code.
    """
    folders, without = list(folders), list(without)
    for path in (*folders, *without):
        if not path.exists():
            raise AssignmentError(f"{path}: not found; restore it from the repository")
    paths = (
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".py", ".csv")
    )
    counted = [p for p in paths if not any(p == o or o in p.parents for o in without)]
    return _hash([(_relative(p), hashlib.sha256(p.read_bytes()).hexdigest()) for p in counted])


def judging_code(assignment: Assignment) -> str:
    """Return a hash of the code that turns observations into verdicts."""
    return hash_of_folders([_package(assignment) / "engine" / "judging"])


def _running_code(assignment: Assignment) -> str:
    """Return a hash of the code that a student's file meets, and of the code that watches it."""
    stubs = [each.stub for each in load_assignments(assignment.repository)]
    judging = _package(assignment) / "engine" / "judging"
    return hash_of_folders([_package(assignment), *OURS], [judging, *stubs])


def _relative(path: Path) -> str:
    return "/".join(path.parts[-3:])  # the same on every machine


def _package(assignment: Assignment) -> Path:
    return assignment.repository / assignment.package


def _expected(answers: ReferenceData, name: str) -> list:
    """All of a file of answers that a verdict on one task can depend on."""
    task = answers.task(name)
    left = {k: v for k, v in task.items() if k not in ("points", "hints", "mistakes")}
    total = hashlib.sha256()
    for case in task["cases"]:
        _add(total, answers.expectation(task, case["id"])[1])
    mistakes = []
    for mistake in task.get("mistakes", ()):
        mistakes.append({k: v for k, v in mistake.items() if k != "places"})
        for case in mistake["places"]:
            _add(total, answers.mistake(mistake, case)[1])
    return [left, mistakes, answers.spec["kept"], total.hexdigest()]


def _add(total, arrays: dict) -> None:
    for name, array in arrays.items():
        total.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())


def _hash(value) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
