"""Shared by the tests of the instructor's room: one released course, copied for each test."""

import importlib.util
import json
import shutil
import sys
import types
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
import pytest

from autograder.assignment import load_assignment
from cs231n.engine.records import Finding, Verdict

ASSIGNMENT = load_assignment()


@dataclass(frozen=True)
class Graded:
    """Stands in for `autograder.grading.Graded`."""

    verdicts: tuple
    note: str | None = None


def _stand_in(name: str, **members) -> None:
    if importlib.util.find_spec(name) is None:
        module = types.ModuleType(name)
        vars(module).update(members)
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        setattr(importlib.import_module(parent), last, module)


_stand_in(
    "autograder.grading",
    grade_source=lambda *a, **k: None,
    fingerprint=lambda assignment: "fingerprint",
)


def verdicts_for(marks: dict[str, float], otherwise: float = 0.0) -> Graded:
    """Verdicts with these fractions; every other task gets `otherwise`."""
    verdicts = []
    for task in ASSIGNMENT.tasks:
        part = marks.get(task.name, otherwise)
        status = "passed" if part == 1 else "partial" if part else "failed"
        finding = Finding("test", f"{task.name} got {part} <b>&amp;")
        verdicts.append(Verdict(task.name, status, part, () if part == 1 else (finding,)))
    return Graded(tuple(verdicts))


def fake_grade_source(assignment, source, key, refused=None):
    """A source names the tasks that it solves: b"all", b"none" or b"discriminator generator"."""
    words = (source or b"").decode().split()
    return verdicts_for({word: 1.0 for word in words}, 1.0 if "all" in words else 0.0)


@pytest.fixture
def graded(monkeypatch):
    """The student's code is not run: `fake_grade_source` reads the marks out of the file.

    Yields:
        The list of students whose code would have been run.
    """
    from autograder import grading

    run = []

    def grade_source(assignment, source, key, refused=None):
        run.append(key)
        return fake_grade_source(assignment, source, key, refused)

    monkeypatch.setattr(grading, "grade_source", grade_source)
    monkeypatch.setattr(grading, "fingerprint", lambda assignment: "fingerprint")
    return run


@pytest.fixture(scope="session")
def assignment(tmp_path_factory):
    """The real assignment; while its notebook or npz is not written yet, with small ones."""
    real = [ASSIGNMENT.top / ASSIGNMENT.notebook, ASSIGNMENT.public_checks]
    if all(path.exists() for path in real):
        return ASSIGNMENT
    top = tmp_path_factory.mktemp("top")
    shutil.copytree(ASSIGNMENT.top / "cs231n", top / "cs231n")
    shutil.copy(ASSIGNMENT.top / "requirements.txt", top)
    if real[0].exists():
        shutil.copy(real[0], top)
    else:
        (top / ASSIGNMENT.notebook).write_text(json.dumps(small_notebook(), indent=1) + "\n")
    numpy.savez(top / "gan-checks.npz", public=numpy.arange(9.0))
    return replace(ASSIGNMENT, top=top, public_checks=top / "gan-checks.npz")


def small_notebook() -> dict:
    """Ten graded cells and three answer cells, with the metadata of the real notebook."""

    def cell(kind: str, name: str, source: str, facts: dict | None) -> dict:
        code = {"execution_count": None, "outputs": []} if kind == "code" else {}
        facts = facts and {"grade_id": name, "schema_version": 3, "task": False, **facts}
        metadata = {"nbgrader": facts} if facts else {}
        return {"cell_type": kind, "id": name, "metadata": metadata, "source": source, **code}

    cells = [
        cell("markdown", "title", "# GANs", None),
        cell("code", "setup", 'SUPPORT_ZIP = ""\nfrom cs231n.checks import check', None),
    ]
    for task in ASSIGNMENT.tasks:
        facts = {"grade": True, "locked": True, "solution": False, "points": task.points}
        cells.append(cell("code", task.name, f'check("{task.name}")', facts))
    for question in ASSIGNMENT.questions:
        facts = {"grade": True, "locked": False, "solution": True, "points": question.points}
        cells.append(cell("markdown", question.grade_id, "**Your answer:** ", facts))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="session")
def released(assignment, tmp_path_factory) -> Path:
    """A course directory made by `release`, to be copied and not written to."""
    from autograder.release import release

    course = tmp_path_factory.mktemp("course") / "course"
    release(assignment, course)
    return course


@pytest.fixture
def course(released, tmp_path) -> Path:
    """A fresh copy of the released course."""
    return shutil.copytree(released, tmp_path / "course")


@pytest.fixture
def hand_in(course):
    """A function that puts a submission into the course: hand_in("alice", b"source", {...})."""

    def put(student: str, source: bytes | None = b"all", answers: dict | None = None) -> Path:
        folder = course / "submitted" / student / "gans"
        shutil.copytree(course / "release" / "gans", folder, dirs_exist_ok=True)
        module = folder / "cs231n" / "gan_pytorch.py"
        module.unlink() if source is None else module.write_bytes(source)
        edit_cells(folder, answers or {})
        return folder

    return put


def edit_cells(folder: Path, sources: dict[str, str]) -> None:
    """Write into cells of a student's notebook, by grade_id."""
    path = folder / ASSIGNMENT.notebook
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in sources:
            cell["source"] = sources[name]
    path.write_text(json.dumps(notebook))
