"""Load the reference data of an assignment, refuse stale ones, and apply the values of its table.

An npz holds what only the solution can produce: cases and expectations.
Points, partial credit and hints are copied into it for students; here the table always wins, so an
edit of `assignment.toml` takes effect at the next command.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.config import Assignment, Task
from autograder.errors import AssignmentError
from cs231n.engine.reference_data import (
    Asked,
    ReferenceData,
    ReferenceDataError,
    load_reference_data,
    save_reference_data,
)

# Settings of a probe that only explain verdicts.
EXPLAINING = tuple(field.name for field in fields(Asked))


def reference_data_of(assignment: Assignment) -> tuple[ReferenceData, ReferenceData]:
    """Return the public and the hidden reference data of an assignment.

    Raises:
        AssignmentError: a file is missing, damaged or stale.
    """
    command = f"`python -m autograder references --assignment {assignment.name}`"
    paths = assignment.public_checks, assignment.hidden_checks
    try:
        return _load(assignment, command, *(path.stat().st_mtime_ns for path in paths))
    except FileNotFoundError as error:
        raise AssignmentError(f"{error.filename}: not found; write it with {command}") from None
    except ReferenceDataError as error:
        raise AssignmentError(f"{error}; or write it with {command}") from None


@lru_cache(maxsize=8)
def _load(
    assignment: Assignment, command: str, *stamps: int
) -> tuple[ReferenceData, ReferenceData]:
    public = load_reference_data(assignment.public_checks)
    hidden = load_reference_data(assignment.hidden_checks)
    stale = [
        f"{path.name}: {reason}; run {command}"
        for path, data, inputs in (
            (assignment.public_checks, public, public_inputs(assignment)),
            (assignment.hidden_checks, hidden, hidden_inputs(assignment)),
        )
        if (reason := _stale(assignment, data.inputs, inputs))
    ]
    if stale:
        raise AssignmentError("\n".join(stale))
    return with_values_of_table(assignment, public), with_values_of_table(assignment, hidden)


def with_values_of_table(assignment: Assignment, data: ReferenceData) -> ReferenceData:
    """Return reference data with the points, partial credit and help of `assignment.toml`."""
    tables = {task.name: task for task in assignment.tasks}
    tasks = []
    for task in data.tasks:
        table = tables.get(task.name)
        if table is not None:
            hints = table.hints if assignment.student_help.hints else ()
            asked = _asked(table)
            task = replace(
                task, points=table.points, hints=hints if data.notebook else (), asked=asked
            )
        tasks.append(task)
    credit = dict(assignment.partial_credit.fractions)
    explain = assignment.student_help.explain if data.notebook else data.explain
    return replace(data, partial_credit=credit, tasks=tuple(tasks), explain=explain)


def _asked(task: Task) -> Asked:
    """Return what the table says of a task's layers or settings."""
    names = {field.name for field in fields(Asked)}
    return Asked.from_json({n: v for n, v in asdict(task.probe).items() if n in names})


def refresh_public_checks(assignment: Assignment) -> bool:
    """Write the values of the table into the public file, so that a student's check shows them.

    Returns:
        Whether the file changed.
    Raises:
        AssignmentError: it cannot be used.
    """
    current, _ = reference_data_of(assignment)
    if _values(current) == _values(load_reference_data(assignment.public_checks)):
        return False
    save_reference_data(assignment.public_checks, current)
    return True


def _values(data: ReferenceData) -> list[Any]:
    """Return what `with_values_of_table` sets."""
    tasks = [[t.name, t.points, list(t.hints), t.asked.to_json()] for t in data.tasks]
    return [tasks, dict(data.partial_credit), data.explain]


def public_inputs(assignment: Assignment) -> dict[str, Any]:
    """Return hashes of everything that the public reference data are computed from."""
    return {**_common_inputs(assignment), "seeds": [assignment.references.public_seed]}


def hidden_inputs(assignment: Assignment) -> dict[str, Any]:
    """Return hashes of everything that the hidden reference data are computed from."""
    references = assignment.references
    seeds = [_hash([references.hidden_seed]), references.hidden_case_pool]
    return {**_common_inputs(assignment), "seeds": seeds}


def _common_inputs(assignment: Assignment) -> dict[str, Any]:
    solution = assignment.solution
    return {
        "solution": _hash([_read(solution)] if solution.is_file() else []),
        "tasks": {task.name: _hash([task.kind, _probe(task)]) for task in assignment.tasks},
    }


def _probe(task: Task) -> dict[str, Any]:
    """Return the settings of a probe from which cases are made."""
    return {name: value for name, value in asdict(task.probe).items() if name not in EXPLAINING}


def _stale(assignment: Assignment, stored: dict[str, Any], inputs: dict[str, Any]) -> str | None:
    """Return why a file has to be written again, or None."""
    if not assignment.solution.is_file():  # Gradescope's container has no inputs
        return None
    if not stored:
        return "does not state what it was made from"
    tasks = stored["tasks"]
    changed = [f"task {n}" for n, h in inputs["tasks"].items() if tasks.get(n, h) != h]
    changed += [name for name in inputs if name != "tasks" and stored.get(name) != inputs[name]]
    if not changed:
        return None
    return f"stale, because {', '.join(changed)} changed in {assignment.folder.name}/"


def _read(path: Path) -> str:
    return path.read_text("utf-8")  # line ends of the platform do not count


def _hash(values: Iterable[Any]) -> str:
    return hashlib.sha256(json.dumps(list(values), sort_keys=True).encode()).hexdigest()
