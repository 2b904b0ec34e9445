"""Observation against expectation: what is wrong with one case, and what it leaves of the mark."""

import numpy as np

from .adversarial_rules import judge_adversarial
from .compare import differing
from .messages import expected_and_got, shape
from .network_rules import judge_network
from .problem import Problem, problem

QUARTILES = {"uniform": "[-1 -0.5 0 0.5 1]", "normal": "[-inf -0.67 0 0.67 inf]"}
NOT_OF_A_ROLE = (  # all else is right, and the plain cases say this
    "broadcast", "changed", "generator_touched", "left_frozen", "loss_noise",
    "wrong_shape", "flat_scores", "fixed_batch", "fewer_parameters", "unused_parameters",
    "running_statistics",
)  # fmt: skip


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
    if "role" not in case:
        return found
    # a side condition: one sentence of its own says it all
    return [problem(case["role"])] if any(p.code not in NOT_OF_A_ROLE for p in found) else []


def _nothing_to_judge(case: dict, facts: dict) -> list[Problem]:
    if "lost" in facts:  # the process ended or was stopped; the grader says how
        lost = facts["lost"]
        return [problem(lost["code"], lost.get("details", ()), **lost["words"])]
    if facts.get("missing"):
        return [problem("missing", task=case["function"])]
    error = facts.get("error")
    if error and error["type"] == "NotImplementedError" and error["own"]:
        return [problem("not_attempted", task=case["function"])]
    if error and not (case["kind"] == "noise" and facts["stage"] in ("seed", "device")):
        return [_crash(case, facts, error)]
    if facts.get("returned") == "NoneType":
        return [problem("none_returned")]
    return []


def _crash(case: dict, facts: dict, error: dict) -> Problem:
    if error["type"] == "NoTensor":
        return problem("no_output", found=error["message"])
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


# --- losses ---------------------------------------------------------------------------------------


def _judge_loss(case, facts, arrays, want_facts, want) -> list[Problem]:
    if "shape" not in facts:
        return [problem("not_a_tensor", found=facts["returned"])]
    if case.get("device") == "meta":  # numbers are not asked for there
        return [] if facts["device"] == "meta" else [problem("loss_differs")]
    if facts["device"] != "cpu":
        return [problem("loss_differs", [f"it is on the device {facts['device']}"])]
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
    if "quantiles" not in arrays or not facts["spread"] or not facts.get("small_spread"):
        details = ()
        if "quantiles" in arrays:
            q = arrays["quantiles"][[0, 25, 50, 75, 100]]
            details = (
                f"quartiles expected  {QUARTILES[case['law']]}",
                "quartiles got       [" + " ".join(f"{x:.2g}" for x in q) + "]",
            )
        return [problem(f"not_{case['law']}", details)]
    if not facts["distinct"] or not facts.get("small_distinct"):
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
    if case.get("device") and facts.get("made_on") != case["device"]:
        problems.append(problem("noise_device"))
    if not case["seeds"]:
        return problems
    if facts["stage"] == "seed" and "error" in facts:
        problems.append(problem("no_seed_argument"))
    elif not all(facts.get(name) for name in ("reproduces", "seeds_differ", "seeded_spread")):
        problems.append(problem("seed_ignored"))
    elif not facts.get("zero_reproduces"):
        problems.append(problem("remark_seed_zero"))
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
    "network": judge_network,
    "loss": _judge_loss,
    "noise": _judge_noise,
    "optimizer": _judge_optimizer,
    "adversarial": judge_adversarial,
}
