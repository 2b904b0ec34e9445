"""Compute the public and the hidden reference data of an assignment.

This is the only writer of both files. The same sources lead to the same bytes.
"""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import torch

from autograder.config import Assignment, LossProbe, References, Task
from autograder.errors import AssignmentError
from autograder.grading.reference_data import (
    hidden_inputs,
    public_inputs,
    with_values_of_table,
)
from cs231n.engine.probes import observe
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.network import call_with, require_network
from cs231n.engine.probes.stubs import stubs_in_place
from cs231n.engine.reference_data import (
    Expectation,
    ExpectedFacts,
    ReferenceData,
    TaskReference,
    save_reference_data,
)
from cs231n.engine.schema import (
    AdversarialCase,
    Arrays,
    Case,
    LossCase,
    NetworkCase,
    NetworkFacts,
    NoiseCase,
    Observation,
)

from .cases import hidden_case, public_cases, weight_table
from .mistakes import load_own_source
from .stability import is_well_conditioned

Progress = Callable[[str], None]
MAX_SEED = 2**31  # a probe adds less than 1,000 to a seed, and NumPy accepts 2**32
ROUNDING = 1e-5  # of the largest gradient; rounding leaves 1e-7 of it, a real one 1e-2 and more


def write_references(assignment: Assignment, progress: Progress = lambda line: None) -> None:
    """Compute and write both files. The same sources on one machine produce the same bytes.

    Args:
        assignment: its solution runs in this process: it is part of the repository.
        progress: called with a line after each step.
    """
    save_reference_data(assignment.public_checks, public_reference_data(assignment, progress))
    save_reference_data(assignment.hidden_checks, hidden_reference_data(assignment, progress))


def public_reference_data(
    assignment: Assignment, progress: Progress = lambda line: None
) -> ReferenceData:
    """Return what ships: public cases, the reference's results, and the values of the table."""
    solution = load_solution(assignment)
    seed = assignment.references.public_seed
    tasks, arrays = [], _printed_arrays(assignment, solution)
    for task in assignment.tasks:
        cases = well_conditioned_cases(solution, task, seed, None)
        tasks.append(_task_reference(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} public cases")
    data = replace(
        _reference_data(assignment, tasks, arrays),
        notebook=assignment.notebook,
        questions=tuple(question.grade_id for question in assignment.questions),
        inputs=public_inputs(assignment),
    )
    return with_values_of_table(assignment, data)


def hidden_reference_data(
    assignment: Assignment, progress: Progress = lambda line: None
) -> ReferenceData:
    """Return what stays with the instructor: cases with other seeds, sizes and arguments."""
    solution = load_solution(assignment)
    settings = assignment.references
    tasks: list[TaskReference] = []
    arrays: Arrays = {}
    for task in assignment.tasks:
        cases = []
        for index in range(settings.hidden_case_pool):
            seed = _hidden_seed(settings, task, index)
            cases += well_conditioned_cases(solution, task, seed, index)
        tasks.append(_task_reference(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} hidden cases")
    data = _reference_data(assignment, tasks, arrays)
    return replace(data, inputs=hidden_inputs(assignment))


def _hidden_seed(settings: References, task: Task, index: int) -> int:
    """Return the first seed that a hidden case may use; it reveals no seed of another case."""
    return int.from_bytes(settings.keyed_hash("seed", task.name, index)[:4]) % MAX_SEED


def load_solution(assignment: Assignment) -> ModuleType:
    """Return the reference solution as a module."""
    return load_own_source(assignment, assignment.solution.read_bytes())


def _reference_data(
    assignment: Assignment, tasks: list[TaskReference], arrays: Arrays
) -> ReferenceData:
    return ReferenceData(
        assignment=assignment.name,
        module=f"{assignment.package}.{assignment.module}",
        partial_credit=dict(assignment.partial_credit.fractions),
        tasks=tuple(tasks),
        arrays=arrays,
    )


def well_conditioned_cases(
    solution: ModuleType, task: Task, seed: int, index: int | None
) -> list[Case]:
    """Return the cases of a task; for a network with the first well-conditioned seed.

    Args:
        solution: the reference solution.
        task: whose cases to make.
        seed: the first one that is tried.
        index: of the entry in the hidden pool; None for the public cases.
    Raises:
        RuntimeError: none of 200 seeds is well-conditioned.
    """
    for attempt in range(200):
        if index is None:
            cases = public_cases(task, seed + attempt)
        else:
            cases = hidden_case(task, seed + attempt, index)
        if task.kind != "network":
            return cases
        cases = [_with_groups(solution, case) for case in cases]
        builder = getattr(solution, task.name)
        if all(is_well_conditioned(builder, case) for case in cases[:1] + _wide(cases)):
            return cases
    raise RuntimeError(
        f"{task.name}: no well-conditioned seed in 200; widen the margins in stability.py"
    )


def _wide(cases: list[Case]) -> list[Case]:
    return [case for case in cases if isinstance(case, NetworkCase) and case.wide][:1]


def _with_groups(solution: ModuleType, case: Case) -> Case:
    """Return a network's case with the parameters of the reference."""
    assert isinstance(case, NetworkCase)
    builder = getattr(solution, case.function)
    with on_cpu(), stubs_in_place(solution, case.stubs):
        model = require_network(call_with(builder, case.args_for(case.batches[0])))
        return replace(case, groups=weight_table(model))


def _task_reference(
    task: Task, cases: list[Case], solution: ModuleType, arrays: Arrays
) -> TaskReference:
    """Return the reference data of one task; its arrays are added to `arrays`."""
    expected = {}
    for case in cases:
        expectation = reference_result(solution, case)
        expected[case.id] = expectation.facts
        for name, array in expectation.arrays.items():
            kind = np.float64 if isinstance(case, LossCase | AdversarialCase) else np.float32
            arrays[f"expect|{case.id}|{name}"] = array.astype(kind)
    return TaskReference(task.name, task.points, tuple(cases), expected)


def reference_result(solution: ModuleType, case: Case) -> Expectation:
    """Return the reference's result; losses in float64, networks for every batch size."""
    if isinstance(case, NoiseCase):
        return Expectation(ExpectedFacts(), {})  # judged by its distribution, not by numbers
    if isinstance(case, LossCase):
        inputs = tuple(replace(spec, dtype="float64") for spec in case.inputs)
        case = replace(case, inputs=inputs, device="cpu")
    if isinstance(case, AdversarialCase):
        case = replace(case, dtype="float64", device="cpu", draws=0)
    seen = _observe_solution(solution, case)
    own = {name: array for name, array in seen.arrays.items() if not name.startswith("again/")}
    if not isinstance(seen.facts, NetworkFacts) or not isinstance(case, NetworkCase):
        return Expectation(ExpectedFacts(), own)
    arrays = _without_rounding(own)
    for batch in case.batches[1:]:
        once = replace(case, batches=(batch,), repeat=0)
        more = _without_rounding(_observe_solution(solution, once).arrays)
        arrays.update({f"batch{batch}/{name}": array for name, array in more.items()})
    facts = ExpectedFacts(seen.facts.shapes or (), seen.facts.out_shape or ())
    return Expectation(facts, arrays)


def _observe_solution(solution: ModuleType, case: Case) -> Observation:
    seen = observe(solution, case)
    if seen.facts.error is not None:
        raise AssignmentError(f"the reference solution fails at {case.id}: {seen.facts.error}")
    return seen


def _without_rounding(arrays: Arrays) -> Arrays:
    """Return a network's arrays without gradients that consist of rounding errors.

    The gradient of a bias before a BatchNorm is zero, because the mean removes the bias again. In
    float32 some noise remains, which differs between machines.
    """
    sizes = {n: float(np.abs(a).max()) for n, a in arrays.items() if n.startswith("gradient/")}
    least = ROUNDING * max(sizes.values(), default=0.0)
    return {name: array for name, array in arrays.items() if sizes.get(name, np.inf) >= least}


def _printed_arrays(assignment: Assignment, solution) -> dict[str, np.ndarray]:
    """Return the numbers in the assignment's text, and what the solution computes from them."""
    arrays = {name: np.array(values)[:, None] for name, values in assignment.given.items()}
    for task in assignment.tasks:
        if isinstance(task.probe, LossProbe) and task.probe.classic:
            scores = [torch.from_numpy(arrays[name]) for name in task.probe.arguments]
            value = getattr(solution, task.name)(*scores).item()
            arrays[task.probe.classic] = np.array(value)
    return arrays
