"""Rules for a network, by what it computes: outputs, gradients, running statistics."""

import math
from collections.abc import Iterable

import numpy as np

from cs231n.engine.reference_data import Expectation, ExpectedFacts
from cs231n.engine.schema import Arrays, Finding, NetworkCase, NetworkFacts, Observation, Shape

from .compare import deviation, differing, split_alternatives
from .messages import expected_and_found, format_shape, say, shape_table

DETACHED = "some tensors have none (is something detached?)"


def judge_network(case: NetworkCase, seen: Observation, expected: Expectation) -> list[Finding]:
    """Return everything that is wrong with one case of a network."""
    facts = seen.facts
    assert isinstance(facts, NetworkFacts)
    if facts.device is not None:
        return [say("wrong_device", found=facts.device)]
    if facts.out_shape is None or facts.batch is None:
        return [say("not_a_network", found=facts.returned or "nothing")]
    asked = [name for name in expected.arrays if name.startswith("gradient/")]
    expected = _for_batch(facts.batch, expected)
    want = expected.arrays
    size = _judge_shape(facts.out_shape, expected.facts.out_shape)
    findings = [] if size is None else [size]
    if size is not None and size.code == "wrong_output_shape":
        return [_compare_shapes(facts, expected.facts) or size]
    readings = split_alternatives(seen)
    best = min(readings, key=lambda reading: deviation(reading["out"], want["out"]))
    loose = case.wide or facts.batch != case.batches[0]
    wrong = differing("network", best, want, loose=loose)
    if facts.random:
        return [say("random")]
    if any(n == "out" or n.startswith("gradient/") for n in wrong) and _is_right_when_new(
        case, readings[0], want
    ):
        return [say("later_pass_differs")]
    if "out" in wrong:
        shapes = _compare_shapes(facts, expected.facts)
        return [shapes or _wrong_values(case, expected, best)]
    gradients = [name for name in wrong if name.startswith("gradient/")]
    if gradients:
        return [_wrong_gradients(gradients, best, want)]
    if not all(name in best and best[name].any() for name in asked):  # at another batch size
        return [say("gradients_differ", where=DETACHED)]
    if facts.hidden_parameters:
        return [say("parameters_hidden")]
    if facts.reseeds:
        return [say("reseeds", what="network")]
    if facts.frozen_later:
        return [say("later_pass_differs")]
    if best is not readings[0]:  # eval mode was observed for the first reading only
        wrong = [name for name in wrong if name != "eval_out"]
    return findings + _side_conditions(case, facts, expected.facts, wrong)


def _for_batch(batch: int, expected: Expectation) -> Expectation:
    """Return the reference's result for the batch size that the network worked with."""
    prefix = f"batch{batch}/"
    arrays = expected.arrays
    if not any(name.startswith(prefix) for name in arrays):
        plain = {k: v for k, v in arrays.items() if not k.startswith("batch")}
        return Expectation(expected.facts, plain)
    facts = ExpectedFacts(expected.facts.shapes, (batch, *expected.facts.out_shape[1:]))
    wide = {k[len(prefix) :]: v for k, v in arrays.items() if k.startswith(prefix)}
    return Expectation(facts, wide)


def _is_right_when_new(case: NetworkCase, arrays: Arrays, want: Arrays) -> bool:
    """Return whether a network is right in its first pass, unlike in the one that was judged."""
    new = {n.removeprefix("new/"): a for n, a in arrays.items() if n.startswith("new/")}
    names = [n for n in want if n == "out" or n.startswith("gradient/")]
    return "out" in new and not differing("network", new, {n: want[n] for n in names}, loose=True)


def _judge_shape(found: Shape, expected: Shape) -> Finding | None:
    words = {"found": format_shape(found), "expected": format_shape(expected)}
    if found == expected:
        return None
    if int(np.prod(found)) != int(np.prod(expected)):
        return say("wrong_output_shape", **words)
    if expected[-1] == 1 and found == expected[:-1]:
        return say("flat_scores")
    return say("wrong_shape", **words)


def _flat_shapes(facts: NetworkFacts | ExpectedFacts) -> list[Shape]:
    return sorted(shape for group in facts.shapes or () for shape in group)


def _compare_shapes(facts: NetworkFacts, expected: ExpectedFacts) -> Finding | None:
    found, want = _flat_shapes(facts), _flat_shapes(expected)
    if found == want or (facts.complete and len(found) == len(want)):
        return None
    return say("parameters_differ", shape_table(expected.shapes, facts.shapes or ()))


def _wrong_values(case: NetworkCase, expected: Expectation, found: Arrays) -> Finding:
    want = expected.arrays
    count = len(_flat_shapes(expected.facts))
    details = expected_and_found(want["out"][:-1], found["out"][:-1])
    return say("values_differ", details, count=count, place=_place(case, found, want))


def _place(case: NetworkCase, found: Arrays, want: Arrays) -> str:
    """Return where to look: the first tensor, from the output backwards, with a wrong gradient.

    If the network ends in an activation, one fault changes all gradients, so the place is unknown.
    """
    if not case.scores or not any(name.startswith("gradient/") for name in want):
        return ""
    return f" Going backwards from the output, look first at {_first_wrong(found, want)}."


def _first_wrong(found: Arrays, want: Arrays) -> str:
    slots = [name for name in want if name.startswith("gradient/") and name != "gradient/input"]
    slots.sort(key=lambda name: int(name.split("/")[1]))
    wrong = set(differing("network", found, {name: want[name] for name in slots}))
    if slots and slots[-1] in wrong:
        return "the end: what comes after the last layer with parameters"
    for name in reversed(slots):
        if name in wrong:
            number = slots.index(name) + 1
            return (
                f"the input of parameter tensor {number} of {len(slots)}, and the layers before it"
            )
    return "the input of the last layer"


def _wrong_gradients(names: list[str], found: Arrays, want: Arrays) -> Finding:
    if any(name not in found for name in names):
        return say("gradients_differ", where=DETACHED)
    where = "already on the input" if "gradient/input" in names else "on some parameters"
    details = expected_and_found(want[names[0]][:-1], found[names[0]][:-1])
    return say("gradients_differ", details, where=where)


def _side_conditions(
    case: NetworkCase, facts: NetworkFacts, expected: ExpectedFacts, wrong: Iterable[str]
) -> list[Finding]:
    """Return findings on a network with the right outputs: part of the mark, or remarks."""
    findings = []
    if case.part is not None and not facts.part_is_same:
        findings.append(say("part_wrong", part=case.part))
    elif case.part is not None and facts.children != case.children:
        words = {"part": case.part, "found": facts.children, "expected": case.children}
        findings.append(say("part_children", **words))
    if facts.shared:
        findings.append(say("shared"))
    if facts.defaults_work is False:
        findings.append(say("wrong_defaults"))
    found, want = _flat_shapes(facts), _flat_shapes(expected)
    missing = sum(map(math.prod, want)) - sum(map(math.prod, found))
    if missing > 0:  # and yet the same outputs: its statistics are those of other numbers
        findings.append(say("fewer_parameters"))
    elif any(name.startswith("statistics/") for name in wrong):
        findings.append(say("running_statistics"))
    elif "eval_out" in wrong:
        findings.append(say("eval_differs"))
    if facts.batch != case.batches[0]:
        findings.append(say("fixed_batch", found=facts.batch))
    if len(found) > len(want):
        findings.append(say("unused_parameters"))
    return findings
