"""Read the known solutions of an assignment, and record by which numbers a mistake is recognised.

`mistakes/` holds wrong solutions, `variants/` holds correct ones that are written in another way. A
file contains what differs from the reference solution. Its docstring begins with the sentence that
a student reads; a line `Loses: discriminator 10` states the marks that the file must lose, and
`Named: no` means that a check need not recognise it (if its results are random, for example). A
file whose first line of code is `# whole file` replaces the solution instead of extending it.
"""

import ast
import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from autograder.config import Assignment
from autograder.errors import AssignmentError
from cs231n.engine.judging import judge_task, summary
from cs231n.engine.judging.compare import differing
from cs231n.engine.probes import observe
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.load_source import load_source
from cs231n.engine.reference_data import ReferenceData
from cs231n.engine.statistics import digest

Progress = Callable[[str], None]
IDENTIFYING = ("middle", "value", "gradient/", "moved/")  # arrays that identify a mistake


@dataclass(frozen=True)
class KnownSolution:
    """One wrong or unusual solution.

    Attributes:
        name: such as "discriminator/slope_0_2".
        says: the sentence for the student.
        loses: task -> points; empty for a correct solution.
        named: a check must recognise it.
        source: the bytes of a complete student's file.
    """

    name: str
    says: str
    loses: dict[str, float]
    named: bool
    source: bytes


def load_known_solutions(assignment: Assignment, folder: str) -> list[KnownSolution]:
    """Return all files of the folder `mistakes` or `variants`, sorted by name.

    Raises:
        AssignmentError: a file has no docstring, is not Python, or names an unknown task.
    """
    root = assignment.folder / folder
    solution = assignment.solution.read_text("utf-8")
    return [_load(path, root, solution, assignment) for path in sorted(root.rglob("*.py"))]


def _load(path: Path, root: Path, solution: str, assignment: Assignment) -> KnownSolution:
    text = path.read_text("utf-8")
    try:
        docstring = ast.get_docstring(ast.parse(text)) or ""
    except SyntaxError as error:
        raise AssignmentError(f"{path}:{error.lineno}: {error.msg}; correct that line") from None
    if not docstring:
        raise AssignmentError(f"{path}: expected a docstring that states the mistake; add one")
    sentence = re.split(r"\n\s*\n", docstring)[0].replace("\n", " ")
    loses = _loses(path, docstring, {task.name for task in assignment.tasks})
    source = text if "\n# whole file\n" in text else solution + "\n\n" + text
    name = path.relative_to(root).with_suffix("").as_posix()
    return KnownSolution(name, sentence, loses, "Named: no" not in docstring, source.encode())


def _loses(path: Path, docstring: str, tasks: set[str]) -> dict[str, float]:
    line = re.search(r"^Loses: (.*)$", docstring, re.MULTILINE)
    loses = {}
    for part in line.group(1).split(",") if line else ():
        task, _, points = part.strip().partition(" ")
        if task not in tasks:
            raise AssignmentError(f"{path}: no task {task!r} in assignment.toml; correct `Loses:`")
        try:
            loses[task] = float(points)
        except ValueError:
            raise AssignmentError(
                f"{path}: expected `Loses: TASK POINTS`; found {part.strip()!r}; correct it"
            ) from None
    return loses


def load_own_source(assignment: Assignment, source: bytes) -> ModuleType:
    """Return a complete file of this repository as a module; never one that a student wrote."""
    with on_cpu():
        return load_source(source, assignment.package, assignment.module, "<reference>")


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress what known solutions print and what PyTorch warns of in them."""
    with (
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        yield


def add_mistakes(assignment: Assignment, data: ReferenceData, progress: Progress) -> None:
    """Run every mistake on the public cases of the tasks that it spoils, and store its results.

    All numbers go into one float32 array, which is more exact than any tolerance.
    """
    parts, records, size = [np.zeros(0, np.float32)], [], 0
    for mistake in load_known_solutions(assignment, "mistakes"):
        if not mistake.named:
            continue
        for name in mistake.loses:
            task = data.task(name)
            record = {"name": mistake.name, "says": mistake.says, "facts": {}, "places": {}}
            records.append((task, record))
            for case, (facts, arrays) in identifying_cases(assignment, data, task, mistake):
                record["facts"][case["id"]] = summary(case["kind"], facts)
                places = record["places"][case["id"]] = {}
                for key, array in _identifying_arrays(data, task, case, facts, arrays).items():
                    places[key] = [size, size := size + array.size]
                    parts.append(array.astype(np.float32))
    for task, record in records:
        task["mistakes"].append(record)
    data.arrays["mistakes"] = np.concatenate(parts)
    progress(f"{len(records)} mistakes known by their results")


def identifying_cases(
    assignment: Assignment, data: ReferenceData, task: dict, mistake: KnownSolution
) -> list[tuple]:
    """Return (case, digested observation) for the cases that identify a mistake.

    They are the cases that cost marks. If only a side condition costs marks (scores of 1000), they
    are all cases but remarks.
    """
    fractions, costly, others = data.spec["kept"], [], []
    with quiet():
        module = load_own_source(assignment, mistake.source)
        observed = [(case, observe(module, case)) for case in task["cases"]]
    for case, observation in observed:
        verdict = judge_task(data, task["name"], {case["id"]: observation})
        digested = (case, digest(case, *observation))
        if verdict.fraction < 1 and "role" not in case:
            costly.append(digested)
        if fractions.get(case.get("role"), 0.0) < 1:
            others.append(digested)
    return costly or others


def _identifying_arrays(
    data: ReferenceData, task: dict, case: dict, facts: dict, arrays: dict
) -> dict:
    """Return the few numbers that identify a mistake: those that differ from the reference's.

    The shapes of its parameters identify a network with other parameters; a random network is
    identified by being random.
    """
    right, want = data.expectation(task, case["id"])
    if case["kind"] != "network":
        return {name: a for name, a in arrays.items() if name.startswith(IDENTIFYING)}
    known, should = (summary("network", {"stage": "", **f}) for f in (facts, right))
    if facts.get("random") or known.get("shapes") != should["shapes"] or "out" not in arrays:
        return {}
    wrong = [name for name in differing("network", arrays, want) if name in arrays]
    return {n: arrays[n] for n in (["out"] if "out" in wrong else ["out", *wrong])}
