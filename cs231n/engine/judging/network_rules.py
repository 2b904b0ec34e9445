"""Is a network right? By what it computes: outputs, gradients, running statistics."""

import numpy as np

from .compare import deviation, differing, split_alternatives
from .messages import expected_and_got, shape, shape_table
from .problem import Problem, problem


def judge_network(case, facts, arrays, want_facts, want) -> list[Problem]:
    if "device" in facts:
        return [problem("wrong_device", found=facts["device"])]
    if "out_shape" not in facts:
        return [problem("not_a_network", found=facts.get("returned", "nothing"))]
    asked = [name for name in want if name.startswith("gradient/")]
    want_facts, want = _for_batch(facts["batch"], want_facts, want)
    size = _network_shape(facts, want_facts)
    problems = [] if size is None else [size]
    if size is not None and size.code == "wrong_output_shape":
        return [_table(facts, want_facts) or size]
    readings = split_alternatives(facts, arrays)
    best = min(readings, key=lambda r: deviation(r["out"], want["out"]))
    wrong = differing("network", best, want)
    if facts.get("random"):
        return [problem("random")]
    if "out" in wrong:
        return [_table(facts, want_facts) or _values(case, facts, want_facts, best, want)]
    gradients = [name for name in wrong if name.startswith("gradient/")]
    if gradients:
        return [_gradients(gradients, best, want)]
    if not all(name in best and best[name].any() for name in asked):  # at another batch size
        return [problem("gradients_differ", where="some tensors get none (is something detached?)")]
    if best is not readings[0]:  # eval mode was observed for the first reading only
        wrong = [name for name in wrong if name != "eval_out"]
    return problems + _side_conditions(case, facts, want_facts, wrong)


def _for_batch(batch: int, want_facts: dict, want: dict) -> tuple[dict, dict]:
    """What the reference gave for the batch size that the network worked with."""
    prefix = f"batch{batch}/"
    if not any(name.startswith(prefix) for name in want):
        return want_facts, {k: v for k, v in want.items() if not k.startswith("batch")}
    shown = {**want_facts, "out_shape": [batch, *want_facts["out_shape"][1:]]}
    return shown, {k[len(prefix) :]: v for k, v in want.items() if k.startswith(prefix)}


def _network_shape(facts, want_facts) -> Problem | None:
    found, expected = facts["out_shape"], want_facts["out_shape"]
    words = {"found": shape(found), "expected": shape(expected)}
    if found == expected:
        return None
    if int(np.prod(found)) != int(np.prod(expected)):
        return problem("wrong_output_shape", **words)
    if expected[-1] == 1 and found == expected[:-1]:
        return problem("flat_scores")
    return problem("wrong_shape", **words)


def _flat_shapes(facts) -> list:
    return sorted(s for group in facts["shapes"] for s in group)


def _table(facts, want_facts) -> Problem | None:
    found, expected = _flat_shapes(facts), _flat_shapes(want_facts)
    if found == expected or (facts["complete"] and len(found) == len(expected)):
        return None
    details = shape_table(want_facts["shapes"], facts["shapes"])
    return problem("parameters_differ", details)


def _values(case, facts, want_facts, got, want) -> Problem:
    right = len(_flat_shapes(want_facts))
    details = expected_and_got(want["out"][:-1], got["out"][:-1])
    return problem("values_differ", details, right=right, all=right, place=_place(case, got, want))


def _place(case: dict, got: dict, want: dict) -> str:
    """Where to look: the first tensor, from the output backwards, whose gradient is wrong.

    Says nothing of a network that ends in an activation: its slope passes on every fault.
    """
    if not case.get("scores") or not any(name.startswith("gradient/") for name in want):
        return ""
    return f" Seen from the output backwards, look first at {_first_wrong(got, want)}."


def _first_wrong(got: dict, want: dict) -> str:
    slots = [name for name in want if name.startswith("gradient/") and name != "gradient/input"]
    slots.sort(key=lambda name: int(name.split("/")[1]))
    wrong = set(differing("network", got, {n: want[n] for n in slots}))
    if slots and slots[-1] in wrong:
        return "the end: what comes after the last layer with parameters"
    for name in reversed(slots):
        if name in wrong:
            number = slots.index(name) + 1
            return f"what feeds parameter tensor {number} of {len(slots)}, and the layers before it"
    return "what the last layer is given"


def _gradients(names, got, want) -> Problem:
    absent = [name for name in names if name not in got]
    if absent:
        return problem("gradients_differ", where="some tensors get none (is something detached?)")
    where = "already on the input" if "gradient/input" in names else "on some parameters"
    details = expected_and_got(want[names[0]][:-1], got[names[0]][:-1])
    return problem("gradients_differ", details, where=where)


def _side_conditions(case, facts, want_facts, wrong) -> list[Problem]:
    """What is right here: part of the mark, or only a remark."""
    problems = []
    if "part" in case and not facts.get("part_is_same"):
        problems.append(problem("part_wrong", part=case["part"]))
    elif "part" in case and facts["children"] != case["children"]:
        words = {"part": case["part"], "found": facts["children"], "expected": case["children"]}
        problems.append(problem("part_children", **words))
    if facts.get("shared"):
        problems.append(problem("shared"))
    fewer = len(_flat_shapes(facts)) < len(_flat_shapes(want_facts))
    if fewer:  # and yet the same outputs: its statistics are those of other numbers
        problems.append(problem("fewer_parameters"))
    elif any(name.startswith("statistics/") for name in wrong):
        problems.append(problem("running_statistics"))
    elif "eval_out" in wrong:
        problems.append(problem("eval_differs"))
    if facts["batch"] != case["batches"][0]:
        problems.append(problem("fixed_batch", found=facts["batch"]))
    if len(_flat_shapes(facts)) > len(_flat_shapes(want_facts)):
        problems.append(problem("unused_parameters"))
    return problems
