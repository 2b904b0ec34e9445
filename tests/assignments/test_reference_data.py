"""The reference data of every assignment: fresh, small, and far from every tolerance."""

from autograder.authoring import references
from autograder.authoring.matrix import judge_known_solution
from autograder.authoring.mistakes import KnownSolution
from cs231n.engine.judging.compare import differing
from cs231n.engine.probes import observe
from helpers.assignments import (
    each_assignment,
    each_task,
    hidden_data,
    public_data,
    solution_module,
)


@each_assignment
def test_reference_files_are_small(assignment):
    """The public file, which students download, is under 300 KB, the hidden one under 3 MB."""
    assert assignment.public_checks.stat().st_size < 300_000
    assert assignment.hidden_checks.stat().st_size < 3_000_000


@each_task
def test_hidden_cases_are_a_pool_of_their_own(assignment, task):
    """No hidden case repeats another one or a public one, and the pool has its declared size."""
    public, hidden = public_data(assignment).task(task.name), hidden_data(assignment)
    pool = hidden.task(task.name).pool()
    assert len(pool) == assignment.references.hidden_case_pool
    seeds = {_seed(entry[0]) for entry in pool}
    assert len(seeds) == len(pool)
    assert not seeds & {_seed(case) for case in public.cases}


def _seed(case) -> object:
    """Return what two cases with the same numbers have in common."""
    return case.inputs if case.kind == "loss" else case.seed


@each_task
def test_reference_data_are_fresh(assignment, task):
    """Running the reference solution again returns the stored values."""
    solution = solution_module(assignment)
    for data, count in ((public_data(assignment), None), (hidden_data(assignment), 3)):
        table = data.task(task.name)
        for case in table.cases[:count]:
            again = references.reference_result(solution, case)
            stored = data.expectation(table, case.id)
            assert again.facts == stored.facts and again.arrays.keys() == stored.arrays.keys()
            assert differing(case.kind, again.arrays, stored.arrays, 0.1) == []


@each_task
def test_the_solution_is_far_inside_the_tolerance(assignment, task):
    """In float32 the reference solution uses less than a third of the tolerance."""
    solution = solution_module(assignment)
    for data in (public_data(assignment), hidden_data(assignment)):
        table = data.task(task.name)
        for case in table.cases[: 4 if task.kind in ("network", "adversarial") else None]:
            if getattr(case, "device", None) == "meta" or case.kind == "noise":
                continue
            stored = data.expectation(table, case.id).arrays
            stored = {name: array for name, array in stored.items() if "batch" not in name}
            assert differing(case.kind, observe(solution, case).arrays, stored, 0.3) == []


@each_assignment
def test_hidden_cases_pass_the_solution(assignment):
    """On five hidden cases of each task the reference solution earns every mark, unremarked."""
    entry = KnownSolution("solution", "S.", {}, False, assignment.solution.read_bytes())
    names = [task.name for task in assignment.tasks]
    data = public_data(assignment), hidden_data(assignment)
    verdicts = judge_known_solution(assignment, entry, names, *data, 5)
    assert {(v.status, v.findings) for v in verdicts.values()} == {("passed", ())}
