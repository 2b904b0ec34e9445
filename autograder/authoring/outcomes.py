"""What known mistakes give: stored in the public reference data to name them."""

import io
import warnings
from collections.abc import Callable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import ModuleType

import numpy as np

from autograder.config import Assignment
from cs231n.engine.judging import judge_task, summary
from cs231n.engine.judging.compare import differing
from cs231n.engine.probes import observe
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.load_source import load_source
from cs231n.engine.reference_data import ReferenceData
from cs231n.engine.statistics import digest

from .mistakes import Entry, load_entries

Progress = Callable[[str], None]
TELLING = ("middle", "value", "gradient/", "moved/")  # arrays by which a mistake is known again


@contextmanager
def quiet():
    """What the entries print, and what PyTorch warns of in them, is no news."""
    with (
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        yield


def load_entry_source(assignment: Assignment, source: bytes) -> ModuleType:
    """A complete student's file of ours as a module; never one that a student wrote."""
    with on_cpu():
        return load_source(source, assignment.package, assignment.module, "<reference>")


def add_mistakes(assignment: Assignment, answers: ReferenceData, progress: Progress) -> None:
    """Run every known mistake on the public cases of the tasks that it spoils; store the outcome.

    All numbers go into one array, in float32: finer than any tolerance.
    """
    parts, records, size = [np.zeros(0, np.float32)], [], 0
    for entry in load_entries(assignment, "mistakes"):
        if not entry.named:
            continue
        for name in entry.loses:
            task = answers.task(name)
            record = {"name": entry.name, "says": entry.says, "facts": {}, "places": {}}
            records.append((task, record))
            for case, (facts, arrays) in telling_cases(assignment, answers, task, entry):
                record["facts"][case["id"]] = summary(case["kind"], facts)
                places = record["places"][case["id"]] = {}
                for key, array in _telling_arrays(answers, task, case, facts, arrays).items():
                    places[key] = [size, size := size + array.size]
                    parts.append(array.astype(np.float32))
    for task, record in records:
        task["mistakes"].append(record)
    answers.arrays["mistakes"] = np.concatenate(parts)
    progress(f"{len(records)} mistakes known by outcome")


def telling_cases(assignment, answers: ReferenceData, task: dict, entry: Entry) -> list[tuple]:
    """(case, digested observation) by which a mistake is known again.

    The cases that cost marks; where only a side condition does (scores of 1000), all but remarks.
    """
    kept, costly, rest = answers.spec["kept"], [], []
    with quiet():
        module = load_entry_source(assignment, entry.source)
        seen = [(case, observe(module, case)) for case in task["cases"]]
    for case, found in seen:
        costs = judge_task(answers, task["name"], {case["id"]: found}).fraction < 1
        found = (case, digest(case, *found))
        if costs and "role" not in case:
            costly.append(found)
        if kept.get(case.get("role"), 0.0) < 1:
            rest.append(found)
    return costly or rest


def _telling_arrays(
    answers: ReferenceData, task: dict, case: dict, facts: dict, arrays: dict
) -> dict:
    """Few numbers are enough to know a mistake again: those that differ from the reference's.

    A network with other parameters is known by their shapes, a random one by being random.
    """
    right, want = answers.expectation(task, case["id"])
    if case["kind"] != "network":
        return {name: a for name, a in arrays.items() if name.startswith(TELLING)}
    known, should = (summary("network", {"stage": "", **f}) for f in (facts, right))
    if facts.get("random") or known.get("shapes") != should["shapes"] or "out" not in arrays:
        return {}
    wrong = [name for name in differing("network", arrays, want) if name in arrays]
    return {n: arrays[n] for n in (["out"] if "out" in wrong else ["out", *wrong])}
