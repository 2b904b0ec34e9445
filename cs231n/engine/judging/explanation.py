"""Recognise known mistakes by what they lead to."""

import re
from typing import Any

from cs231n.engine.reference_data import KnownMistake, ReferenceData, TaskReference
from cs231n.engine.schema import (
    AdversarialFacts,
    Arrays,
    Case,
    Facts,
    Finding,
    Lost,
    NetworkFacts,
    NoiseFacts,
    Observation,
    Results,
    Shape,
    ValueFacts,
)

from .compare import differing, split_alternatives

FACTS = ("out_shape", "random", "shape", "dtype", "device", "gradients")
NOISE_FACTS = ("spread", "distinct", "independent", "reproduces", "seeds_differ")
ADVERSARIAL_FACTS = ("spared", "frozen", "noise_shapes", "noise_devices", "odd_labels")


def recognise(data: ReferenceData, task: TaskReference, results: Results) -> list[Finding]:
    """Return a finding for every known mistake that leads to exactly these observations.

    Args:
        data: public reference data, which hold what each mistake leads to.
        task: the task's reference data.
        results: case id -> digested observation.
    """
    found = []
    for mistake in task.mistakes:
        cases = [case for case in task.cases if case.id in mistake.facts]
        if cases and all(_matches(data, mistake, case, results.get(case.id)) for case in cases):
            found.append(Finding("mistake", mistake.says, mistake=mistake.name))
    return found


def _matches(
    data: ReferenceData, mistake: KnownMistake, case: Case, result: Observation | Lost | None
) -> bool:
    """Return whether an observation is what a known mistake leads to."""
    if not isinstance(result, Observation) or summary(result.facts) != mistake.facts[case.id]:
        return False
    want = data.arrays_of_mistake(mistake, case.id)
    if case.kind == "adversarial" and _reached(result.arrays) != _reached(want):
        return False  # a mistake that cuts gradients off is not one that has them
    readings = split_alternatives(result)
    return any(not differing(case.kind, reading, want) for reading in readings)


def _reached(arrays: Arrays) -> set[str]:
    """Return the names of the gradients among arrays."""
    return {name for name in arrays if name.startswith("gradient/")}


def summary(facts: Facts) -> dict[str, Any]:
    """Return the facts by which a mistake is recognised; the same on every machine.

    They do not depend on how a mistake is written: names of classes, the order of registration and
    the wording of an exception (but not the numbers in it) are left out.
    """
    statistics = getattr(facts, "statistics", None)
    drawn = {} if statistics is None else statistics.to_json()
    if isinstance(facts, NoiseFacts) and drawn.get("spread") is False:
        return {"spread": False}  # the quantiles hold the rest
    known = _known(facts, drawn)
    is_loss = isinstance(facts, ValueFacts) and not isinstance(facts, NoiseFacts)
    if is_loss and all(length == 1 for length in known.get("shape", ())):
        known = {key: known[key] for key in known if key not in ("shape", "dtype")}
    if isinstance(facts, NetworkFacts) and facts.shapes is not None:
        flat: list[Shape] = [shape for group in facts.shapes for shape in group]
        known["shapes"] = sorted(sorted(s) if len(s) == 2 else list(s) for s in flat)
    elif getattr(facts, "shape", None) is None and facts.stage != "step":
        known["returned"] = facts.returned
    if facts.error is not None:
        figures = re.findall(r"\d+", facts.error.message)
        known["error"] = [facts.error.type, facts.stage, *figures]
    return known


def _known(facts: Facts, drawn: dict[str, Any]) -> dict[str, Any]:
    names: tuple[str, ...] = FACTS
    if isinstance(facts, NetworkFacts):
        names += ("part_is_same",)
    elif isinstance(facts, AdversarialFacts):
        names += ADVERSARIAL_FACTS
        drawn = {key: drawn[key] for key in ("spread",) if key in drawn}
    record = {**facts.to_json(), **_always(facts)}
    known = {name: record[name] for name in names if name in record}
    return known | {name: drawn[name] for name in NOISE_FACTS if name in drawn}


def _always(facts: Facts) -> dict[str, Any]:
    """Return the facts of a called function whose default value means "none", not "unknown"."""
    if isinstance(facts, AdversarialFacts) and facts.returned is not None:
        return {
            "noise_shapes": [list(shape) for shape in facts.noise_shapes],
            "noise_devices": list(facts.noise_devices),
            "odd_labels": list(facts.odd_labels),
        }
    return {}
