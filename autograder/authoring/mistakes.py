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
from dataclasses import dataclass, replace
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
from cs231n.engine.reference_data import KnownMistake, ReferenceData, TaskReference
from cs231n.engine.schema import Arrays, Case, NetworkFacts, Observation
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


def with_mistakes(assignment: Assignment, data: ReferenceData, progress: Progress) -> ReferenceData:
    """Return reference data that also hold what known mistakes lead to.

    Every mistake is run on the public cases of the tasks that it spoils. All numbers go into one
    array, in float32: finer than any tolerance.
    """
    parts, size = [np.zeros(0, np.float32)], 0
    mistakes: dict[str, list[KnownMistake]] = {task.name: [] for task in data.tasks}
    for entry in load_known_solutions(assignment, "mistakes"):
        for name in entry.loses if entry.named else ():
            task = data.task(name)
            known = KnownMistake(entry.name, entry.says)
            for case, seen in identifying_cases(assignment, data, task, entry):
                known.facts[case.id] = summary(seen.facts)
                places = known.places.setdefault(case.id, {})
                for key, array in _identifying_arrays(data, task, case, seen).items():
                    places[key] = (size, size := size + array.size)
                    parts.append(array.astype(np.float32))
            mistakes[name].append(known)
    progress(f"{sum(map(len, mistakes.values()))} known mistakes")
    tasks = tuple(replace(task, mistakes=tuple(mistakes[task.name])) for task in data.tasks)
    return replace(data, tasks=tasks, arrays={**data.arrays, "mistakes": np.concatenate(parts)})


def identifying_cases(
    assignment: Assignment, data: ReferenceData, task: TaskReference, entry: KnownSolution
) -> list[tuple[Case, Observation]]:
    """Return the cases, with digested observations, by which a mistake is recognised.

    These are the cases that cost marks; if only a side condition does (scores of 1000), all cases
    but those of remarks.
    """
    costly, rest = [], []
    with quiet():
        module = load_own_source(assignment, entry.source)
        seen = [(case, observe(module, case)) for case in task.cases]
    for case, observation in seen:
        costs = judge_task(data, task.name, {case.id: observation}).fraction < 1
        found = (case, digest(task.distribution, observation))
        if costs and case.side_condition is None:
            costly.append(found)
        if data.partial_credit.get(case.side_condition or "", 0.0) < 1:
            rest.append(found)
    return costly or rest


def _identifying_arrays(
    data: ReferenceData, task: TaskReference, case: Case, seen: Observation
) -> Arrays:
    """Return the few arrays that identify a mistake: those that differ from the reference's.

    A network with other parameters is identified by their shapes, a random one by being random.
    """
    facts, arrays = seen.facts, seen.arrays
    if not isinstance(facts, NetworkFacts):
        return {name: a for name, a in arrays.items() if name.startswith(IDENTIFYING)}
    right = data.expectation(task, case.id)
    known = summary(facts).get("shapes")
    should = summary(NetworkFacts(shapes=right.facts.shapes)).get("shapes")
    if facts.random or known != should or "out" not in arrays:
        return {}
    wrong = [name for name in differing("network", arrays, right.arrays) if name in arrays]
    return {n: arrays[n] for n in (["out"] if "out" in wrong else ["out", *wrong])}
