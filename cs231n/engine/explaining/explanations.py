"""Explain a task that is not right, from what the student's code computed.

An explanation never changes a verdict. It is made from the public cases, so that it says nothing of
the hidden ones.
"""

import itertools

import numpy as np

from cs231n.engine.frozen_stream import make_input, stream
from cs231n.engine.reference_data import ReferenceData, TaskReference
from cs231n.engine.schema import (
    AdversarialCase,
    AdversarialFacts,
    Arrays,
    Finding,
    LossCase,
    NetworkCase,
    NetworkFacts,
    NoiseFacts,
    Observation,
    OptimizerCase,
    OptimizerFacts,
    Results,
    Row,
)

from .adversarial_explanation import JudgedCall, explain_adversarial
from .alignment import Block, NetworkReference, explain_network
from .loss_explanation import LossSample, explain_loss
from .optimizer_explanation import explain_optimizer

CODE = "explanation"
LARGE = "unstable_30"  # side condition of the case with scores at which formulas may overflow
STEP = 100  # keys of the stream from one step's gradients to the next's; see probes.optimizer
COUNTED = {1: " One more difference below."}


def explain(data: ReferenceData, task: TaskReference, results: Results) -> list[Finding]:
    """Return one finding that explains what is wrong with a task, or none.

    Args:
        data: the public reference data.
        task: the task's reference data.
        results: case id -> digested observation.
    """
    try:
        return EXPLAIN[task.cases[0].kind](data, task, results)
    except (
        Exception
    ):  # facts are whatever a student's process sent; the marks do not depend on them
        return []


def _finding(
    sentences: tuple[str, ...], rows: tuple[Row, ...] = (), note: str = ""
) -> list[Finding]:
    """Return one finding: the first sentence with the number of the others, and those below."""
    if not sentences and not rows:
        return []
    first, rest = sentences[0] if sentences else note, list(sentences[1:])
    more = COUNTED.get(len(rest), f" {len(rest)} more differences below." if rest else "")
    details = [*rest, note] if note and sentences else rest
    return [Finding(CODE, first + more, tuple(details), rows=rows)]


def _explain_network(data: ReferenceData, task: TaskReference, results: Results) -> list[Finding]:
    for case in task.cases:
        result = results.get(case.id)
        if not isinstance(case, NetworkCase) or not isinstance(result, Observation):
            continue
        facts = result.facts
        if not isinstance(facts, NetworkFacts) or facts.trace is None or not task.asked.layers:
            continue
        batch = facts.trace.input_shape[0]
        values = zip(task.asked.sizes, case.args_for(batch), strict=False)
        sizes = {name: value for name, value in values if isinstance(value, int)}
        blocks = {t.name: Block(list(t.asked.layers), list(t.asked.sizes)) for t in data.tasks}
        reference = NetworkReference(task.asked.layers, sizes, blocks, case.scores)
        found = explain_network(facts.trace, reference)
        if found.differs or found.note:
            return _finding(found.sentences, found.rows, found.note)
    return []


def _explain_loss(data: ReferenceData, task: TaskReference, results: Results) -> list[Finding]:
    samples, asked, names = [], [], task.cases[0]
    assert isinstance(names, LossCase)
    for case in task.cases:
        result = results.get(case.id)
        if not isinstance(case, LossCase) or not isinstance(result, Observation):
            continue
        if case.device != "cpu" or case.side_condition not in (None, LARGE):
            continue
        want = data.expectation(task, case.id).arrays
        if "value" in result.arrays:
            scores = tuple(make_input(spec).reshape(-1).astype(float) for spec in case.inputs)
            large = case.side_condition == LARGE
            samples.append(_sample(scores, result.arrays, large))
            asked.append(_sample(scores, want, large))
    if not samples:
        return []
    found = explain_loss(samples, asked, list(names.arguments))
    if not found.sentences:
        return []
    lines = [f"your loss       {found.found}"] if found.found else []
    lines += [f"the assignment  {found.asked}"] if found.asked else []
    (finding,) = _finding(found.sentences)
    return [Finding(CODE, finding.text, (*finding.details, *lines))]


def _sample(scores: tuple[np.ndarray, ...], arrays: Arrays, large: bool) -> LossSample:
    gradients = tuple(arrays.get(f"gradient/{index}") for index in range(len(scores)))
    return LossSample(scores, float(arrays["value"][0]), gradients, large)


def _explain_noise(data: ReferenceData, task: TaskReference, results: Results) -> list[Finding]:
    result = results.get(task.cases[0].id)
    facts = result.facts if isinstance(result, Observation) else None
    if not isinstance(facts, NoiseFacts) or facts.statistics is None:
        return []
    return _finding(facts.statistics.described)


def _explain_optimizer(data: ReferenceData, task: TaskReference, results: Results) -> list[Finding]:
    case, result = task.cases[0], results.get(task.cases[0].id)
    assert isinstance(case, OptimizerCase)
    if not isinstance(result, Observation) or not isinstance(result.facts, OptimizerFacts):
        return []
    facts = result.facts
    if not facts.settings or not task.asked.optimizer:
        return []
    keys = range(len(facts.sizes))
    shapes = [(size,) for size in facts.sizes]
    gradients = [
        scale * np.concatenate(
            [stream(case.seed, STEP * (step + 1) + key, shapes[key], 0.2) for key in keys]
        )
        for step, scale in enumerate(case.scales)
    ]  # fmt: skip
    steps = itertools.takewhile(result.arrays.__contains__, map("moved/{}".format, range(99)))
    moved = [result.arrays[name] for name in steps]  # not the last step, which is kept alone
    asked = {"class": task.asked.optimizer, **task.asked.settings}
    found = explain_optimizer(facts, asked, moved, gradients)
    rows = tuple(
        Row("same" if own == wish else "changed", f"{name} {own}", "", f"{name} {wish}")
        for name, own, wish in found.rows
    )
    return _finding(found.sentences, rows) if found.sentences else []


def _explain_adversarial(
    data: ReferenceData, task: TaskReference, results: Results
) -> list[Finding]:
    cases: list[JudgedCall] = []
    reached = False
    for case in task.cases:
        result = results.get(case.id)
        plain = isinstance(case, AdversarialCase) and case.side_condition is None
        if not isinstance(case, AdversarialCase) or not plain:
            continue
        if isinstance(result, Observation) and isinstance(result.facts, AdversarialFacts):
            value = result.arrays.get("value")
            cases.append((case, result.facts, None if value is None else float(value[0])))
            reached = reached or any(name.startswith("gradient/") for name in result.arrays)
    return _finding(explain_adversarial(cases, reached)) if cases else []


EXPLAIN = {
    "network": _explain_network,
    "loss": _explain_loss,
    "noise": _explain_noise,
    "optimizer": _explain_optimizer,
    "adversarial": _explain_adversarial,
}
