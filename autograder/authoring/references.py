"""Reference solution + known mistakes -> the public and the hidden checks of an assignment.

The only writer of both. The same sources give the same bytes twice.
"""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import torch

from autograder.config import Assignment, LossProbe, Task
from autograder.grading.reference_data import hidden_inputs, public_inputs
from cs231n.engine.probes import observe
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.network import build
from cs231n.engine.probes.stubs import standing_in
from cs231n.engine.reference_data import FORMAT, ReferenceData, save_reference_data

from .cases import hidden_case, public_cases, weight_table
from .outcomes import add_mistakes, load_entry_source
from .stability import is_steady

Progress = Callable[[str], None]
ROUNDING = 1e-5  # of the largest gradient; rounding leaves 1e-7 of it, a real one 1e-2 and more


def write_references(assignment: Assignment, progress: Progress = lambda line: None) -> None:
    """Compute and write both files.

    Args:
        assignment: whose solution and mistakes are run, in this process: they are ours.
        progress: called with a line now and then.
    """
    public = public_reference_data(assignment, progress)
    save_reference_data(assignment.public_checks, public)
    save_reference_data(assignment.hidden_checks, hidden_reference_data(assignment, progress))


def public_reference_data(
    assignment: Assignment, progress: Progress = lambda line: None
) -> ReferenceData:
    """What ships: public cases, expected answers, and what known mistakes give."""
    solution = load_solution(assignment)
    seed = assignment.references.public_seed
    tasks, arrays = [], _given_arrays(assignment, solution)
    for task in assignment.tasks:
        cases = steady_cases(solution, task, seed, None)
        tasks.append(_task_table(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} public cases")
    answers = ReferenceData(_spec(assignment, tasks) | _handed_in(assignment), arrays)
    answers.spec["inputs"] = public_inputs(assignment)
    _add_students_help(assignment, answers, progress)
    return answers


def _add_students_help(assignment: Assignment, answers: ReferenceData, progress: Progress) -> None:
    """Hints and known mistakes, as far as the instructor lets students have them."""
    show = assignment.student_help
    for table, task in zip(answers.spec["tasks"], assignment.tasks, strict=True):
        table["mistakes"] = []
        table["hints"] = list(task.hints) if show.hints else []
    if show.recognition:
        add_mistakes(assignment, answers, progress)


def hidden_reference_data(
    assignment: Assignment, progress: Progress = lambda line: None
) -> ReferenceData:
    """What stays with the instructor: a pool of cases with other seeds, sizes and arguments."""
    solution = load_solution(assignment)
    references = assignment.references
    tasks, arrays = [], {}
    for number, task in enumerate(assignment.tasks):
        cases = []
        for index in range(references.hidden_case_pool):
            seed = references.hidden_seed + 100_000 * number + 1_000 * index
            cases += steady_cases(solution, task, seed, index)
        tasks.append(_task_table(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} hidden cases")
    spec = {**_spec(assignment, tasks), "inputs": hidden_inputs(assignment)}
    return ReferenceData(spec, arrays)


def load_solution(assignment: Assignment) -> ModuleType:
    """The reference solution as a module."""
    return load_entry_source(assignment, assignment.solution.read_bytes())


def _spec(assignment: Assignment, tasks: list[dict]) -> dict:
    kept = dict(assignment.partial_credit.fractions)
    module = f"{assignment.package}.{assignment.module}"
    spec = {"format": FORMAT, "assignment": assignment.name, "module": module}
    return {**spec, "kept": kept, "tasks": tasks}


def _handed_in(assignment: Assignment) -> dict:
    """What the student's folder has to know for handing in, beside the module."""
    questions = [question.grade_id for question in assignment.questions]
    return {"notebook": assignment.notebook, "questions": questions}


def steady_cases(solution, task: Task, seed: int, index: int | None) -> list[dict]:
    """The cases of a task; for a network the first seed from `seed` on that is steady."""
    for attempt in range(200):
        make = public_cases(task, seed + attempt) if index is None else None
        cases = make or hidden_case(task, seed + attempt, index)
        if task.kind != "network":
            return cases
        builder = getattr(solution, task.name)
        for case in cases:
            args = [case["batches"][0] if a == "batch" else a for a in case["args"]]
            with on_cpu(), standing_in(solution, case):
                case["groups"] = weight_table(build(builder, args, {}))
        if is_steady(builder, cases[0]):
            return cases
    raise RuntimeError(f"{task.name}: no steady seed in 200; widen the margins in margins.py")


def _task_table(task: Task, cases: list[dict], solution, arrays: dict) -> dict:
    expected = {}
    for case in cases:
        facts, found = reference_observation(solution, case)
        expected[case["id"]] = facts
        for name, array in found.items():
            kind = np.float64 if case["kind"] in ("loss", "adversarial") else np.float32
            arrays[f"expect|{case['id']}|{name}"] = array.astype(kind)
    table = {"name": task.name, "points": task.points, "cases": cases, "expected": expected}
    return {**table, "mistakes": []}


def reference_observation(solution, case: dict) -> tuple[dict, dict]:
    """What the reference gives for a case; losses in float64, networks for every batch size.

    For the batch sizes that only stand in for the first there are no gradients: over so many
    images some ReLU always changes its mind, so no seed would be steady.
    """
    if case["kind"] == "noise":
        return {}, {}  # judged by its distribution, not by numbers
    if case["kind"] == "loss":
        inputs = [{**spec, "dtype": "float64"} for spec in case["inputs"]]
        facts, arrays = observe(solution, {**case, "inputs": inputs, "device": "cpu"})
        return _plain(case, facts), arrays
    if case["kind"] == "adversarial":
        double = {**case, "dtype": "float64", "device": "cpu", "draws": 0}
        facts, arrays = observe(solution, double)
        return _plain(case, facts), arrays
    facts, arrays = observe(solution, case)
    if case["kind"] == "network":
        arrays = _without_rounding(arrays)
        for batch in case["batches"][1:]:
            _, more = observe(solution, {**case, "batches": [batch]})
            wide = {name: array for name, array in more.items() if "gradient/" not in name}
            arrays.update({f"batch{batch}/{name}": array for name, array in wide.items()})
    return _plain(case, facts), arrays


def _without_rounding(arrays: dict) -> dict:
    """A network's arrays without gradients that are nothing but rounding.

    That of a bias before a BatchNorm is zero: the mean takes the bias out again. In float32 some
    noise is left, which is another one on each machine.
    """
    sizes = {n: float(np.abs(a).max()) for n, a in arrays.items() if n.startswith("gradient/")}
    least = ROUNDING * max(sizes.values(), default=0.0)
    return {name: array for name, array in arrays.items() if sizes.get(name, np.inf) >= least}


def _plain(case: dict, facts: dict) -> dict:
    if "error" in facts:
        raise RuntimeError(f"the reference solution fails at {case['id']}: {facts['error']}")
    return {key: facts[key] for key in ("shapes", "out_shape") if key in facts}


def _given_arrays(assignment: Assignment, solution) -> dict[str, np.ndarray]:
    """The numbers that the text gives, and what the solution makes of them."""
    arrays = {name: np.array(values)[:, None] for name, values in assignment.given.items()}
    for task in assignment.tasks:
        if isinstance(task.probe, LossProbe) and task.probe.classic:
            scores = [torch.from_numpy(arrays[name]) for name in task.probe.arguments]
            value = getattr(solution, task.name)(*scores).item()
            arrays[task.probe.classic] = np.array(value)
    return arrays
