"""Fingerprints: hashes of what observations and verdicts depend on, to find what must be redone.

An observation of a task depends on the student's file, on the probes of its cases and on the code
and limits under which they run. A verdict depends on that, on the expected values and on the code
that judges. Points and hints change neither.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.config import Assignment, load_assignments
from autograder.errors import AssignmentError
from autograder.submission.reader import Submission
from cs231n.engine.reference_data import ReferenceData

from .reference_data import reference_data_of
from .run_probes import CasesByTask

AUTOGRADER = Path(__file__).resolve().parents[1]
RUNNING_FOLDERS = (AUTOGRADER / "sandbox", AUTOGRADER / "grading")


class Fingerprints:
    """The fingerprints of one state of assignment, reference data and code.

    Attributes:
        version: of everything; machines that grade together must agree on it.
    Raises:
        AssignmentError: the reference data cannot be used, or are those of other tasks.
    """

    def __init__(self, assignment: Assignment):
        public, hidden = reference_data_of(assignment)
        limits, given = assignment.limits.to_json(), public.printed_numbers
        file = [assignment.public_checks.name, given]
        self._running = _hash([running_code(assignment), limits, file])
        self._judging = judging_code(assignment)
        try:
            self._expected = {
                task.name: _hash([_expected_values(part, task.name) for part in (public, hidden)])
                for task in assignment.tasks
            }
        except KeyError as error:
            raise AssignmentError(
                f"{assignment.public_checks.name} and {assignment.hidden_checks.name}: "
                f"{error.args[0]}; write them with `python -m autograder references`"
            ) from None
        self._cases = {
            case.id: _hash(case.for_worker(0))
            for part in (public, hidden)
            for task in part.tasks
            for case in task.cases
        }
        self.version = _hash([self._running, self._judging, self._expected, self._cases])

    def of_observations(self, submission: Submission, plan: CasesByTask) -> dict[str, str]:
        """Return task -> fingerprint of its observations over these cases."""
        common = [submission.key_of_module(), self._running]
        return {
            name: _hash([*common, [self._cases[case.id] for case in cases]])
            for name, cases in plan.items()
        }

    def of_verdicts(self, observations: dict[str, str]) -> dict[str, str]:
        """Return task -> fingerprint of its verdict, from those of the observations."""
        return {
            name: _hash([fingerprint, self._expected[name], self._judging])
            for name, fingerprint in observations.items()
        }


def hash_of_folders(folders: Iterable[Path], without: Iterable[Path] = ()) -> str:
    """Return a hash of the names and contents of all code and tables in some folders.

    Args:
        folders: searched recursively.
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
    return hash_of_folders(_judging_folders(assignment))


def running_code(assignment: Assignment) -> str:
    """Return a hash of the code that a student's file meets, and of the code that monitors it."""
    stubs = [each.stub for each in load_assignments(assignment.repository)]
    judging = _judging_folders(assignment)
    return hash_of_folders([_package(assignment), *RUNNING_FOLDERS], [*judging, *stubs])


def _relative(path: Path) -> str:
    return "/".join(path.parts[-3:])  # the same on every machine


def _judging_folders(assignment: Assignment) -> list[Path]:
    return [_package(assignment) / "engine" / name for name in ("judging", "explaining")]


def _package(assignment: Assignment) -> Path:
    return assignment.repository / assignment.package


def _expected_values(data: ReferenceData, name: str) -> list[Any]:
    """Return everything in the reference data that a verdict on one task can depend on."""
    task = data.task(name)
    rest = {k: v for k, v in task.to_json().items() if k not in ("points", "hints")}
    arrays = hashlib.sha256()
    for case in task.cases:
        _add(arrays, data.expectation(task, case.id).arrays)
    return [rest, data.partial_credit, arrays.hexdigest()]


def _add(total: Any, arrays: dict[str, Any]) -> None:
    for name, array in arrays.items():
        total.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
