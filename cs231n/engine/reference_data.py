"""Reference data in an npz: the cases of each task and what the reference solution computes.

The public file ships with the assignment; the hidden one stays with the instructor. Layout: "spec"
holds JSON (bytes as uint8), "expect|CASE|ARRAY" an array of the reference. All other keys are
numbers that the assignment prints.
"""

import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .operations import Setting
from .records import Record, RecordError
from .schema import Arrays, Case, NetworkCase, Shape, case_from_json

FORMAT = 2
PATTERN = "*-checks.npz"  # names of the public files


class ReferenceDataError(Exception):
    """A file of reference data cannot be used; the message says where and what to do."""

    def _render_traceback_(self) -> list[str]:
        """Return the message only: a notebook then shows no traceback."""
        return [f"error: {self}"]


@dataclass(frozen=True)
class ExpectedFacts(Record):
    """Facts about the reference's result: shapes of parameters and of the output of a network."""

    shapes: tuple[tuple[Shape, ...], ...] = ()
    out_shape: Shape = ()


@dataclass(frozen=True)
class Expectation:
    """What the reference solution leads to in one case."""

    facts: ExpectedFacts
    arrays: Arrays


@dataclass(frozen=True)
class Asked(Record):
    """What the assignment asks for in one task, in the words of its table.

    Attributes:
        layers: of a network, in the words of `engine.operations`; a line can name a block.
        sizes: names in `layers` of the builder's arguments.
        optimizer, settings: class and attributes of an optimizer.
    """

    layers: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    optimizer: str = ""
    settings: dict[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskReference:
    """The reference data of one task.

    Attributes:
        name, points: of the task.
        cases: in the order in which they are judged.
        expected: case id -> facts about the reference's result.
        hints: each stronger than the one before; in public data only.
        asked: what the assignment asks for, to explain a wrong solution; in public data only.
    """

    name: str
    points: float
    cases: tuple[Case, ...]
    expected: dict[str, ExpectedFacts]
    hints: tuple[str, ...] = ()
    asked: Asked = field(default_factory=Asked)

    @property
    def distribution(self) -> str | None:
        """The distribution of the noise that the task draws, if it draws any."""
        return getattr(self.cases[0], "distribution", None)

    def pool(self) -> list[list[Case]]:
        """Return each case that is judged in full, followed by the one that may replace it."""
        entries = {case.id: [case] for case in self.cases if case.instead_of is None}
        for case in self.cases:
            if case.instead_of is not None:
                entries[case.instead_of].append(case)
        return list(entries.values())

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict; `from_json` is its inverse."""
        return {
            "name": self.name,
            "points": self.points,
            "cases": [case.to_json() for case in self.cases],
            "expected": {case: facts.to_json() for case, facts in self.expected.items()},
            "hints": list(self.hints),
            "asked": self.asked.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "TaskReference":
        """Return the task that a dict describes."""
        return cls(
            name=record["name"],
            points=record["points"],
            cases=tuple(case_from_json(case) for case in record["cases"]),
            expected={c: ExpectedFacts.from_json(f) for c, f in record["expected"].items()},
            hints=tuple(record["hints"]),
            asked=Asked.from_json(record.get("asked", {})),
        )


@dataclass(frozen=True)
class ReferenceData:
    """The content of one file of reference data.

    Attributes:
        assignment: name of the assignment.
        module: import name of the student's module.
        partial_credit: code of a finding -> share of the points that it leaves; 1.0 is a remark,
            a code that is absent leaves nothing.
        tasks: in the order of the notebook.
        arrays: npz key -> array.
        notebook: file name of the notebook; in public data only.
        questions: grade_ids of the cells with inline answers, in order; in public data only.
        inputs: hashes of everything that the file was computed from.
        explain: how much a student's check says about a mistake; see `judging.degrees`.
    """

    assignment: str
    module: str
    partial_credit: dict[str, float]
    tasks: tuple[TaskReference, ...]
    arrays: Arrays
    notebook: str = ""
    questions: tuple[str, ...] = ()
    inputs: dict[str, Any] = field(default_factory=dict)
    explain: str = "all"

    @property
    def printed_numbers(self) -> dict[str, list[Any] | float]:
        """The numbers that the assignment prints, such as scores and their losses."""
        return {k: v.tolist() for k, v in self.arrays.items() if "|" not in k}

    def task(self, name: str) -> TaskReference:
        """Return the reference data of one task.

        Raises:
            KeyError: there is no such task; the message lists all tasks.
        """
        for task in self.tasks:
            if task.name == name:
                return task
        known = ", ".join(task.name for task in self.tasks)
        raise KeyError(f"no task {name!r}; the tasks are {known}")

    def cases_to_run(self, name: str) -> list[Case]:
        """Return the cases of a task; a network's first one traces a wrong network.

        Args:
            name: of the task.
        Raises:
            KeyError: there is no such task.
        """
        task, cases = self.task(name), []
        for case in task.cases:
            if isinstance(case, NetworkCase) and case.observe_once and task.asked.layers:
                arrays = self.expectation(task, case.id).arrays.items()
                values = {n: tuple(a.tolist()) for n, a in arrays if n.endswith("out")}
                values |= {n: tuple(a.tolist()) for n, a in arrays if "statistics/" in n}
                values.pop("eval_out", None)
                case = replace(case, expected_output=values)
            cases.append(case)
        return cases

    def expectation(self, task: TaskReference, case: str) -> Expectation:
        """Return what the reference solution leads to in a case, by its id."""
        return Expectation(task.expected[case], self._expected.get(case, {}))

    @cached_property
    def _expected(self) -> dict[str, Arrays]:
        """Case id -> name -> array, found once for a whole class."""
        table: dict[str, Arrays] = {}
        for key, array in self.arrays.items():
            if key.startswith("expect|"):
                _, case, name = key.split("|", 2)
                table.setdefault(case, {})[name] = array
        return table


def load_reference_data(path: Path | str) -> ReferenceData:
    """Read and check a file of reference data.

    Raises:
        ReferenceDataError: the file is missing, damaged, or of another version than this code.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: Arrays = {key: file[key] for key in file.files}
        spec = json.loads(arrays.pop("spec").tobytes()) if "spec" in arrays else {}
    except FileNotFoundError:
        raise ReferenceDataError(
            f"{path}: not found; copy it again from the assignment's zip"
        ) from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ReferenceDataError(
            f"{path}: not a readable npz ({type(error).__name__}); "
            "copy it again from the assignment's zip"
        ) from None
    if spec.get("format") != FORMAT:
        raise ReferenceDataError(
            f"{path}: expected reference data of format {FORMAT}, found "
            f"{spec.get('format', 'none')}; the file and the folder cs231n/ must come from the "
            "same release"
        )
    try:
        return _parse(spec, arrays)
    except (RecordError, KeyError, TypeError, AttributeError) as error:
        raise ReferenceDataError(
            f"{path}: damaged reference data ({error}); copy it again from the assignment's zip"
        ) from None


def _parse(spec: dict[str, Any], arrays: Arrays) -> ReferenceData:
    return ReferenceData(
        assignment=spec["assignment"],
        module=spec["module"],
        partial_credit=spec["partial_credit"],
        tasks=tuple(TaskReference.from_json(task) for task in spec["tasks"]),
        arrays=arrays,
        notebook=spec["notebook"],
        questions=tuple(spec["questions"]),
        inputs=spec["inputs"],
        explain=spec.get("explain", "all"),
    )


def save_reference_data(path: Path | str, data: ReferenceData) -> None:
    """Write reference data as npz."""
    Path(path).write_bytes(pack_reference_data(data))


def pack_reference_data(data: ReferenceData) -> bytes:
    """Return the bytes of an npz; the same reference data produce the same bytes."""
    spec = {
        "format": FORMAT,
        "assignment": data.assignment,
        "module": data.module,
        "partial_credit": data.partial_credit,
        "tasks": [task.to_json() for task in data.tasks],
        "notebook": data.notebook,
        "questions": list(data.questions),
        "inputs": data.inputs,
        "explain": data.explain,
    }
    text = json.dumps(spec, sort_keys=True, separators=(",", ":")).encode()
    arrays: dict[str, Any] = {"spec": np.frombuffer(text, np.uint8)}
    arrays |= dict(sorted(data.arrays.items()))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
