"""Reference solution + known mistakes -> `gan-checks.npz` and `hidden-checks.npz`.

The only writer of both. The same sources give the same bytes twice.
"""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import torch

from cs231n.engine.answers import FORMAT, Answers, load_answers, save_answers
from cs231n.engine.network import build
from cs231n.engine.observe import observe
from cs231n.engine.on_cpu import on_cpu

from .assignment import Assignment, Task
from .cases import LOGITS_FAKE, LOGITS_REAL, hidden_case, public_cases, weight_table
from .margins import is_steady
from .outcomes import add_mistakes, load_entry_source

Progress = Callable[[str], None]


def write_references(assignment: Assignment, progress: Progress = lambda line: None) -> None:
    """Compute and write both files.

    Args:
        assignment: whose solution and mistakes are run, in this process: they are ours.
        progress: called with a line now and then.
    """
    public = public_answers(assignment, progress)
    save_answers(assignment.public_checks, public)
    save_answers(assignment.hidden_checks, hidden_answers(assignment, progress))


def public_answers(assignment: Assignment, progress: Progress = lambda line: None) -> Answers:
    """What ships: public cases, expected answers, and what known mistakes give."""
    solution = load_solution(assignment)
    seed = assignment.settings["references"]["public_seed"]
    tasks, arrays = [], _classic_arrays(solution)
    for task in assignment.tasks:
        cases = steady_cases(solution, task, seed, None)
        tasks.append(_task_table(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} public cases")
    answers = Answers(_spec(assignment, tasks), arrays)
    _add_students_help(assignment, answers, progress)
    return answers


def _add_students_help(assignment: Assignment, answers: Answers, progress: Progress) -> None:
    """Hints and known mistakes, as far as the instructor lets students have them."""
    students = assignment.settings["students"]
    for table, task in zip(answers.spec["tasks"], assignment.tasks, strict=True):
        table["mistakes"] = []
        table["hints"] = list(task.probe.get("hints", ())) if students["hints"] else []
    if students["recognition"]:
        add_mistakes(assignment, answers, progress)


def rewrite_mistakes(assignment: Assignment, progress: Progress = lambda line: None) -> None:
    """Run the known mistakes again and write the public file; cases and answers stay.

    Much faster than `write_references`: enough after a change to `mistakes/` or to a hint.
    """
    old = load_answers(assignment.public_checks)
    arrays = {k: v for k, v in old.arrays.items() if not k.startswith("mistake")}
    answers = Answers(old.spec, arrays)
    _add_students_help(assignment, answers, progress)
    save_answers(assignment.public_checks, answers)


def hidden_answers(assignment: Assignment, progress: Progress = lambda line: None) -> Answers:
    """What stays with the instructor: a pool of cases with other seeds, sizes and arguments."""
    solution = load_solution(assignment)
    settings = assignment.settings["references"]
    tasks, arrays = [], {}
    for number, task in enumerate(assignment.tasks):
        cases = []
        for index in range(settings["pool"]):
            seed = settings["hidden_seed"] + 100_000 * number + 1_000 * index
            cases += steady_cases(solution, task, seed, index)
        tasks.append(_task_table(task, cases, solution, arrays))
        progress(f"{task.name}: {len(cases)} hidden cases")
    return Answers(_spec(assignment, tasks), arrays)


def load_solution(assignment: Assignment) -> ModuleType:
    """The reference solution as a module."""
    return load_entry_source(assignment, assignment.solution.read_bytes())


def _spec(assignment: Assignment, tasks: list[dict]) -> dict:
    kept = assignment.settings["kept"]
    return {"format": FORMAT, "assignment": assignment.name, "kept": kept, "tasks": tasks}


def steady_cases(solution, task: Task, seed: int, index: int | None) -> list[dict]:
    """The cases of a task; for a network the first seed from `seed` on that is steady."""
    for attempt in range(200):
        make = public_cases(task, seed + attempt) if index is None else None
        cases = make or hidden_case(task, seed + attempt, index)
        if task.probe["kind"] != "network":
            return cases
        builder, args = getattr(solution, task.name), cases[0]["args"]
        with on_cpu():
            model = build(
                builder, [cases[0]["batches"][0] if a == "batch" else a for a in args], {}
            )
        for case in cases:
            case["groups"] = weight_table(model)
        if is_steady(builder, cases[0]):
            return cases
    raise RuntimeError(f"{task.name}: no steady seed in 200; widen the margins in margins.py")


def _task_table(task: Task, cases: list[dict], solution, arrays: dict) -> dict:
    expected = {}
    for case in cases:
        facts, found = reference_observation(solution, case)
        expected[case["id"]] = facts
        for name, array in found.items():
            kind = np.float64 if case["kind"] == "loss" else np.float32
            arrays[f"expect|{case['id']}|{name}"] = array.astype(kind)
    table = {"name": task.name, "points": task.points, "cases": cases, "expected": expected}
    return {**table, "mistakes": []}


def reference_observation(solution, case: dict) -> tuple[dict, dict]:
    """What the reference gives for a case; losses in float64, networks for every batch size.

    For the batch sizes that only stand in for the first there are no gradients: over so many
    images some ReLU always changes its mind, so no seed would be steady.
    """
    if case["kind"] == "loss":
        inputs = [{**spec, "dtype": "float64"} for spec in case["inputs"]]
        facts, arrays = observe(solution, {**case, "inputs": inputs, "device": "cpu"})
        return _plain(case, facts), arrays
    facts, arrays = observe(solution, case)
    if case["kind"] == "network":
        for batch in case["batches"][1:]:
            _, more = observe(solution, {**case, "batches": [batch]})
            wide = {name: array for name, array in more.items() if "gradient/" not in name}
            arrays.update({f"batch{batch}/{name}": array for name, array in wide.items()})
    if case["kind"] == "noise":
        return {}, {}  # judged by its distribution, not by numbers
    return _plain(case, facts), arrays


def _plain(case: dict, facts: dict) -> dict:
    if "error" in facts:
        raise RuntimeError(f"the reference solution fails at {case['id']}: {facts['error']}")
    return {key: facts[key] for key in ("shapes", "out_shape") if key in facts}


def _classic_arrays(solution) -> dict[str, np.ndarray]:
    """The keys of the classic npz, for notebooks that read them."""
    real, fake = (np.array(values)[:, None] for values in (LOGITS_REAL, LOGITS_FAKE))
    arrays = {"logits_real": real, "logits_fake": fake}
    pair, single = (torch.from_numpy(real), torch.from_numpy(fake)), (torch.from_numpy(fake),)
    for key, function, given in (
        ("d_loss_true", solution.discriminator_loss, pair),
        ("g_loss_true", solution.generator_loss, single),
        ("d_loss_lsgan_true", solution.ls_discriminator_loss, pair),
        ("g_loss_lsgan_true", solution.ls_generator_loss, single),
    ):
        arrays[key] = np.array(function(*given).item())
    return arrays
