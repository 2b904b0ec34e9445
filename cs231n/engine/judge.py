"""Observation against expectation: what is wrong with one case, and what it leaves of the mark."""

from dataclasses import dataclass

import numpy as np

from .compare import deviation, differing, split_alternatives
from .messages import expected_and_got, say, shape, shape_table
from .records import Finding

NOT_OF_A_ROLE = ("not_attempted", "missing", "broadcast", "changed")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one case; what it leaves of the mark is looked up by its code."""

    code: str
    finding: Finding


def problem(code: str, details=(), **words) -> Problem:
    """A problem with the sentence of its code."""
    return Problem(code, say(code, details, **words))


def judge_case(case: dict, observed: tuple, expected: tuple) -> list[Problem]:
    """Everything that is wrong with one case.

    Args:
        case: the probe.
        observed, expected: (facts, arrays), both digested.
    Returns:
        Problems, the gravest first; none if all is right.
    """
    facts, arrays = observed
    found = _nothing_to_judge(case, facts) or JUDGES[case["kind"]](case, facts, arrays, *expected)
    role = case.get("role")
    if role and any(p.code not in NOT_OF_A_ROLE for p in found):
        return [problem(role)]  # a side condition: one sentence of its own says it all
    return found


def _nothing_to_judge(case: dict, facts: dict) -> list[Problem]:
    if "lost" in facts:  # the process ended or was stopped; the grader says how
        lost = facts["lost"]
        return [problem(lost["code"], **lost["words"])]
    if facts.get("missing"):
        return [problem("missing", task=case["function"])]
    error = facts.get("error")
    if error and error["type"] == "NotImplementedError" and error["own"]:
        return [problem("not_attempted", task=case["function"])]
    if error and not (case["kind"] == "noise" and facts["stage"] == "seed"):
        return [_crash(case, facts, error)]
    if facts.get("returned") == "NoneType":
        return [problem("none_returned")]
    return []


def _crash(case: dict, facts: dict, error: dict) -> Problem:
    where = {
        "forward": "running the network",
        "backward": "the backward pass",
        "step": "optimizer.step()",
    }.get(facts["stage"], f"{case['function']}(...)")
    details = []
    if error["line"]:
        details = [f"line {error['line']}: {error['text'].strip()}"]
    if error["message"] and not case.get("hidden"):
        details.append(error["message"])
    return problem("crashed", details, where=where, error=error["type"])


# --- networks -------------------------------------------------------------------------------------


def _judge_network(case, facts, arrays, want_facts, want) -> list[Problem]:
    if "device" in facts:
        return [problem("wrong_device", found=facts["device"])]
    if "out_shape" not in facts:
        return [problem("not_a_network", found=facts.get("returned", "nothing"))]
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
        return [_table(facts, want_facts) or _values(facts, want_facts, best, want)]
    gradients = [name for name in wrong if name.startswith("gradient/")]
    if gradients:
        return [_gradients(gradients, best, want)]
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


def _values(facts, want_facts, got, want) -> Problem:
    right = len(_flat_shapes(want_facts))
    details = expected_and_got(want["out"][:-1], got["out"][:-1])
    return problem("values_differ", details, right=right, all=right, place=_place(got, want))


def _place(got: dict, want: dict) -> str:
    """Where to look: the first tensor, from the output backwards, whose gradient is wrong."""
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
    if any(name.startswith("statistics/") for name in wrong):
        problems.append(problem("running_statistics"))
    elif "eval_out" in wrong:
        problems.append(problem("eval_differs"))
    if facts["batch"] != case["batches"][0]:
        problems.append(problem("fixed_batch", found=facts["batch"]))
    if len(_flat_shapes(facts)) > len(_flat_shapes(want_facts)):
        problems.append(problem("unused_parameters"))
    return problems


# --- losses ---------------------------------------------------------------------------------------


def _judge_loss(case, facts, arrays, want_facts, want) -> list[Problem]:
    if "shape" not in facts:
        return [problem("not_a_tensor", found=facts["returned"])]
    if facts["device"] == "meta":
        return []
    if "value" not in arrays:
        return [problem("not_a_scalar", found=shape(facts["shape"]))]
    wrong = differing("loss", arrays, want)
    if "value" in wrong:
        return [problem("loss_differs", expected_and_got(want["value"], arrays["value"]))]
    if not facts["requires_grad"]:
        return [problem("no_gradient")]
    if wrong:
        names = [case["arguments"][int(name.split("/")[1])] for name in wrong]
        absent = wrong[0] not in arrays
        got = np.zeros_like(want[wrong[0]]) if absent else arrays[wrong[0]]
        details = expected_and_got(want[wrong[0]], got)
        return [problem("loss_gradient_differs", details, where=" and ".join(names))]
    problems = []
    size = int(np.prod(want["gradient/0"].shape))
    if facts["largest"] >= size * size > 4 * size:
        problems.append(problem("broadcast"))
    if any(facts["changed"]):
        problems.append(problem("changed"))
    return problems


# --- noise ----------------------------------------------------------------------------------------


def _judge_noise(case, facts, arrays, want_facts, want) -> list[Problem]:
    if "shape" not in facts:
        return [problem("not_a_tensor", found=facts["returned"])]
    if "quantiles" not in arrays or not facts["uniform"] or not facts.get("small_uniform", True):
        details = ()
        if "quantiles" in arrays:
            q = arrays["quantiles"][[0, 25, 50, 75, 100]]
            details = (
                "quartiles expected  [-1 -0.5 0 0.5 1]",
                "quartiles got       [" + " ".join(f"{x:.2g}" for x in q) + "]",
            )
        return [problem("not_uniform", details)]
    if not facts["distinct"] or not facts.get("small_distinct", True):
        return [problem("repeated")]
    if not facts["independent"]:
        return [problem("dependent")]
    problems = []
    for found, asked in (("shape", "large"), ("small_shape", "small")):
        if facts.get(found, case[asked]) != case[asked] and not problems:
            words = {"expected": shape(case[asked]), "found": shape(facts[found])}
            problems.append(problem("noise_shape", **words))
    if facts["dtype"] != "torch.float32":
        problems.append(problem("noise_dtype", found=facts["dtype"]))
    if facts["stage"] == "seed" and "error" in facts:
        problems.append(problem("no_seed_argument"))
    elif not (facts["reproduces"] and facts["seeds_differ"] and facts["seeded_uniform"]):
        problems.append(problem("seed_ignored"))
    return problems


# --- optimizers -----------------------------------------------------------------------------------


def _judge_optimizer(case, facts, arrays, want_facts, want) -> list[Problem]:
    if facts["stage"] == "call":
        return [problem("not_an_optimizer", found=facts["returned"])]
    wrong = differing("optimizer", arrays, want)
    if not wrong:
        return []
    got = arrays.get(wrong[0], np.zeros(0))
    details = [f"step {int(wrong[0].split('/')[1]) + 1} moved the weights by"]
    details += expected_and_got(want[wrong[0]], got)
    return [problem("steps_differ", details, asks=case["asks"])]


JUDGES = {
    "network": _judge_network,
    "loss": _judge_loss,
    "noise": _judge_noise,
    "optimizer": _judge_optimizer,
}
