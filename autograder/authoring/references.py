"""Compute the public and the hidden reference data from the reference solution and the mistakes."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import torch

from autograder.config import Assignment, LossProbe, Task
from autograder.errors import AssignmentError
from autograder.grading.reference_data import hidden_inputs, public_inputs
from cs231n.engine.probes import observe
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.network import build
from cs231n.engine.probes.stubs import standing_in
from cs231n.engine.reference_data import FORMAT, ReferenceData, save_reference_data

from .cases import hidden_case, public_cases, weight_table
from .mistakes import add_mistakes, load_own_source
from .stability import is_well_conditioned

Progress = Callable[[str], None]
ROUNDING = 1e-5  # of the largest gradient; rounding leaves 1e-7 of it, a real one 1e-2 and more


def write_references(assignment: Assignment, progress: Progress = lambda line: None) -> None:
    """Compute and write both files. The same sources on one machine produce the same bytes.

    Args:
        assignment: its solution and mistakes run in this process: they are part of the repository.
        progress: called with a line after each step.
    """
    public = public_reference_data(assignment, progress)
    save_reference_data(assignment.public_checks, public)
    save_reference_data(assignment.hidden_checks, hidden_reference_data(assignment, progress))


def public_reference_data(
    assignment: Assignment, progress: Progress = lambda line: None
) -> ReferenceData:
    """Return what students get: public cases, expectations, and the results of known mistakes."""
    solution = load_solution(assignment)
    seed = assignment.references.public_seed
    tasks, arrays = [], _given_arrays(assignment, solution)
    for task in assignment.tasks:
        cases = well_conditioned_cases(solution, task, seed, None)
        tasks.append(_task_table(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} public cases")
    answers = ReferenceData(_spec(assignment, tasks) | _submitted_parts(assignment), arrays)
    answers.spec["inputs"] = public_inputs(assignment)
    _add_students_help(assignment, answers, progress)
    return answers


def _add_students_help(assignment: Assignment, answers: ReferenceData, progress: Progress) -> None:
    """Add the hints and the known mistakes that `[student_help]` allows."""
    show = assignment.student_help
    for table, task in zip(answers.spec["tasks"], assignment.tasks, strict=True):
        table["mistakes"] = []
        table["hints"] = list(task.hints) if show.hints else []
    if show.recognition:
        add_mistakes(assignment, answers, progress)


def hidden_reference_data(
    assignment: Assignment, progress: Progress = lambda line: None
) -> ReferenceData:
    """Return what the instructor keeps: a pool of cases with other seeds, sizes and arguments."""
    solution = load_solution(assignment)
    references = assignment.references
    tasks, arrays = [], {}
    for number, task in enumerate(assignment.tasks):
        cases = []
        for index in range(references.hidden_case_pool):
            seed = references.hidden_seed + 100_000 * number + 1_000 * index
            cases += well_conditioned_cases(solution, task, seed, index)
        tasks.append(_task_table(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} hidden cases")
    spec = {**_spec(assignment, tasks), "inputs": hidden_inputs(assignment)}
    return ReferenceData(spec, arrays)


def load_solution(assignment: Assignment) -> ModuleType:
    """Return the reference solution as a module."""
    return load_own_source(assignment, assignment.solution.read_bytes())


def _spec(assignment: Assignment, tasks: list[dict]) -> dict:
    kept = dict(assignment.partial_credit.fractions)
    module = f"{assignment.package}.{assignment.module}"
    spec = {"format": FORMAT, "assignment": assignment.name, "module": module}
    return {**spec, "kept": kept, "tasks": tasks}


def _submitted_parts(assignment: Assignment) -> dict:
    """Return what `submit` needs to know in the student's folder, beside the module."""
    questions = [question.grade_id for question in assignment.questions]
    return {"notebook": assignment.notebook, "questions": questions}


def well_conditioned_cases(solution, task: Task, seed: int, index: int | None) -> list[dict]:
    """Return the cases of a task; a network uses the first well-conditioned seed from `seed`."""
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
        if is_well_conditioned(builder, cases[0]):
            return cases
    raise RuntimeError(
        f"{task.name}: found no well-conditioned seed in 200; widen SHARE in authoring/stability.py"
    )


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
    """Return (facts, arrays) of the reference for a case.

    Losses run in float64, networks with every batch size. Only the first batch size has gradients:
    over more images, some ReLU always switches, so that no seed would be well-conditioned.
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
    """Return a network's arrays without the gradients that consist of rounding.

    The gradient of a bias before a BatchNorm is zero, because the mean removes the bias. In float32
    it is noise that differs between machines.
    """
    sizes = {n: float(np.abs(a).max()) for n, a in arrays.items() if n.startswith("gradient/")}
    least = ROUNDING * max(sizes.values(), default=0.0)
    return {name: array for name, array in arrays.items() if sizes.get(name, np.inf) >= least}


def _plain(case: dict, facts: dict) -> dict:
    if "error" in facts:
        raise AssignmentError(f"the reference solution fails at {case['id']}: {facts['error']}")
    return {key: facts[key] for key in ("shapes", "out_shape") if key in facts}


def _given_arrays(assignment: Assignment, solution) -> dict[str, np.ndarray]:
    """Return the numbers that the assignment prints, and the solution's losses for them."""
    arrays = {name: np.array(values)[:, None] for name, values in assignment.given.items()}
    for task in assignment.tasks:
        if isinstance(task.probe, LossProbe) and task.probe.classic:
            scores = [torch.from_numpy(arrays[name]) for name in task.probe.arguments]
            value = getattr(solution, task.name)(*scores).item()
            arrays[task.probe.classic] = np.array(value)
    return arrays
