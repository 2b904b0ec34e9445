"""Reference data in an npz: what to ask of each task, what is right, what known mistakes give.

Layout: "spec" holds JSON (bytes as uint8); "expect|CASE|ARRAY" what the reference gave;
"mistakes" what known mistakes give, end to end. All other keys are numbers that the text gives.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

FORMAT = 1
PATTERN = "*-checks.npz"  # files of public reference data


class ReferenceDataError(Exception):
    """The file of reference data cannot be used; the message says where and what to do."""


@dataclass(frozen=True)
class ReferenceData:
    """One npz of reference data.

    Attributes:
        spec: {"format", "assignment", "module": name to import, "kept": code -> fraction,
            "tasks": [...]}; a task has "name", "points", "cases", "expected" (case id -> facts),
        spec: {"format", "assignment", "module": its import name, "kept": code -> fraction,
            grade_ids of the cells with inline answers, in order.
        arrays: npz key -> array.
    """

    spec: dict
    arrays: dict[str, np.ndarray]

    def given(self) -> dict[str, list | float]:
        """The numbers that the assignment's text prints, such as scores and their losses."""
        own = ("|", "mistakes")
        return {k: v.tolist() for k, v in self.arrays.items() if not any(o in k for o in own)}

    def task(self, name: str) -> dict:
        """The table of one task.

        Raises:
            KeyError: there is no such task; the message lists those there are.
        """
        for task in self.spec["tasks"]:
            if task["name"] == name:
                return task
        known = ", ".join(t["name"] for t in self.spec["tasks"])
        raise KeyError(f"no task {name!r}; the tasks are {known}")

    def pool(self, name: str) -> list[list[dict]]:
        """The cases of a task, each with the one that may be judged in its stead."""
        entries = {case["id"]: [case] for case in self.task(name)["cases"] if not _stands_in(case)}
        for case in filter(_stands_in, self.task(name)["cases"]):
            entries[case["instead_of"]].append(case)
        return list(entries.values())

    def expectation(self, task: dict, case: str) -> tuple[dict, dict[str, np.ndarray]]:
        """(facts, arrays) that the reference gave for a case."""
        return task["expected"][case], self._expected.get(case, {})

    def mistake(self, mistake: dict, case: str) -> tuple[dict, dict[str, np.ndarray]]:
        """(facts, arrays) that a known mistake gives for a case."""
        places = mistake["places"][case]
        arrays = {name: self.arrays["mistakes"][a:b] for name, (a, b) in places.items()}
        return mistake["facts"][case], arrays

    @cached_property
    def _expected(self) -> dict[str, dict[str, np.ndarray]]:
        """case -> name -> array, found once for a whole class."""
        table: dict[str, dict[str, np.ndarray]] = {}
        for key, array in self.arrays.items():
            if key.startswith("expect|"):
                _, case, name = key.split("|", 2)
                table.setdefault(case, {})[name] = array
        return table


def _stands_in(case: dict) -> bool:
    return "instead_of" in case


def load_reference_data(path: Path | str) -> ReferenceData:
    """Read and check an npz of reference data.

    Raises:
        ReferenceDataError: it is missing, damaged, or of another version than this code.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        spec = json.loads(arrays.pop("spec").tobytes()) if "spec" in arrays else {}
    except FileNotFoundError:
        raise ReferenceDataError(
            f"{path}: not found; take it again from the assignment's zip"
        ) from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ReferenceDataError(
            f"{path}: not a readable npz ({type(error).__name__}); "
            "take it again from the assignment's zip"
        ) from None
    if spec.get("format") != FORMAT:
        raise ReferenceDataError(
            f"{path}: expected reference data of format {FORMAT}, found "
            f"{spec.get('format', 'none')}; the file and the folder cs231n/ must come from the "
            "same release"
        )
    return ReferenceData(spec, arrays)


def save_reference_data(path: Path | str, answers: ReferenceData) -> None:
    """Write `answers` as npz; the same answers give the same bytes."""
    Path(path).write_bytes(pack_reference_data(answers))


def pack_reference_data(answers: ReferenceData) -> bytes:
    """Return the bytes of an npz; the same reference data produce the same bytes."""
    text = json.dumps(answers.spec, sort_keys=True, separators=(",", ":")).encode()
    arrays = {"spec": np.frombuffer(text, np.uint8), **dict(sorted(answers.arrays.items()))}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
