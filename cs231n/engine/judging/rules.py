"""Observation against expectation: what is wrong with one case."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.engine.reference_data import Expectation
from cs231n.engine.schema import (
    Case,
    ErrorFacts,
    Facts,
    Finding,
    LossCase,
    LossFacts,
    Lost,
    NoiseCase,
    NoiseFacts,
    NoiseStatistics,
    Observation,
    OptimizerCase,
    OptimizerFacts,
)

from .adversarial_rules import judge_adversarial
from .compare import differing
from .messages import expected_and_found, explain_lost, format_shape, say
from .network_rules import judge_network

QUARTILES = {"uniform": "[-1 -0.5 0 0.5 1]", "normal": "[-inf -0.67 0 0.67 inf]"}
REPORTED_BY_MAIN_CASES = (  # findings that a side condition ignores
    "broadcast", "changed", "generator_touched", "left_frozen", "loss_noise",
    "wrong_shape", "flat_scores", "fixed_batch", "fewer_parameters", "unused_parameters",
    "running_statistics",
)  # fmt: skip
STAGES = {
    "forward": "The forward pass of your network",
    "backward": "The backward pass",
    "later": "A later pass of your network",
    "step": "optimizer.step()",
}


def judge_case(case: Case, result: Observation | Lost, expected: Expectation) -> list[Finding]:
    """Return everything that is wrong with one case, the gravest first.

    Args:
        case: what was done.
        result: the digested observation.
        expected: the reference's result, digested.
    """
    if isinstance(result, Lost):
        findings = [explain_lost(result)]
    else:
        early = _nothing_to_judge(case, result.facts)
        findings = early or JUDGES[case.kind](case, result, expected)
    if case.side_condition is None:
        return findings
    costly = any(finding.code not in REPORTED_BY_MAIN_CASES for finding in findings)
    return [say(case.side_condition)] if costly else []


def _nothing_to_judge(case: Case, facts: Facts) -> list[Finding]:
    if facts.missing:
        return [say("missing", task=case.function)]
    error = facts.error
    if error and error.type == "NotImplementedError" and error.own:
        return [_unwritten(case, error)]
    if error and not (case.kind == "noise" and facts.stage in ("seed", "device")):
        return [_crash(case, facts, error)]
    if facts.returned == "NoneType":
        return [say("none_returned")]
    return []


def _unwritten(case: Case, error: ErrorFacts) -> Finding:
    if error.raised_in in (None, case.function):
        return say("not_attempted", task=case.function)
    return say("calls_unwritten", task=case.function, other=error.raised_in)


def _crash(case: Case, facts: Facts, error: ErrorFacts) -> Finding:
    if error.type == "NoTensor":
        return say("no_output", found=error.message)
    where = STAGES.get(facts.stage, f"{case.function}(...)")
    details = []
    if error.line:
        details = [f"line {error.line}: {error.text.strip()}"]
    if error.message and not case.hidden:
        details.append(error.message)
    return say("crashed", details, where=where, error=error.type)


# --- losses ---------------------------------------------------------------------------------------


def _judge_loss(case: LossCase, seen: Observation, expected: Expectation) -> list[Finding]:
    facts, arrays, want = seen.facts, seen.arrays, expected.arrays
    assert isinstance(facts, LossFacts)
    if facts.shape is None:
        return [say("not_a_tensor", found=facts.returned)]
    if case.device == "meta":  # which holds no numbers
        return [] if facts.device == "meta" else [say("loss_differs")]
    if facts.device != "cpu":
        return [say("loss_differs", [f"it is on the device {facts.device}"])]
    if "value" not in arrays:
        return [say("not_a_scalar", found=format_shape(facts.shape))]
    wrong = differing("loss", arrays, want)
    if "value" in wrong:
        return [say("loss_differs", expected_and_found(want["value"], arrays["value"]))]
    if not facts.requires_grad:
        return [say("no_gradient")]
    if wrong:
        names = [case.arguments[int(name.split("/")[1])] for name in wrong]
        found = arrays.get(wrong[0], np.zeros_like(want[wrong[0]]))
        details = expected_and_found(want[wrong[0]], found)
        return [say("loss_gradient_differs", details, where=" and ".join(names))]
    findings = []
    size = int(np.prod(want["gradient/0"].shape))
    if (facts.largest or 0) >= size * size > 4 * size:
        findings.append(say("broadcast"))
    if any(facts.changed or ()):
        findings.append(say("changed"))
    if facts.reseeds:
        return [say("reseeds", what="loss")]
    again = {n.removeprefix("again/"): a for n, a in arrays.items() if n.startswith("again/")}
    if later := again and differing("loss", again, want):
        found = again.get(later[0], np.zeros_like(want[later[0]]))
        return [say("later_call_differs", expected_and_found(want[later[0]], found))]
    return findings


# --- noise ----------------------------------------------------------------------------------------


def _judge_noise(case: NoiseCase, seen: Observation, expected: Expectation) -> list[Finding]:
    facts = seen.facts
    assert isinstance(facts, NoiseFacts)
    if facts.shape is None:
        return [say("not_a_tensor", found=facts.returned)]
    numbers = facts.statistics or NoiseStatistics()
    quantiles = seen.arrays.get("quantiles")
    if quantiles is None or not numbers.spread:
        return [_wrong_law(case, seen)]
    if not numbers.distinct or not numbers.small_distinct:
        return [say("repeated")]
    if not numbers.small_spread:
        return [_wrong_law(case, seen)]
    if not (numbers.independent and numbers.even):
        return [say("dependent")]
    if facts.reseeds:
        return [say("reseeds", what="function")]
    findings: list[Finding] = []
    for found, asked in ((facts.shape, case.large), (facts.small_shape, case.small)):
        if found not in (None, asked) and not findings:
            words = {"expected": format_shape(asked), "found": format_shape(found or ())}
            findings.append(say("noise_shape", **words))
    if facts.dtype != "torch.float32":
        findings.append(say("noise_dtype", found=facts.dtype))
    if case.device and facts.made_on != case.device:
        findings.append(say("noise_device"))
    return findings + (_judge_seeds(facts, numbers) if case.seeds else [])


def _wrong_law(case: NoiseCase, seen: Observation) -> Finding:
    details: tuple[str, ...] = ()
    if "quantiles" in seen.arrays:
        quartiles = seen.arrays["quantiles"][[0, 25, 50, 75, 100]]
        details = (
            f"quartiles expected  {QUARTILES[case.distribution]}",
            "quartiles found     [" + " ".join(f"{x:.2g}" for x in quartiles) + "]",
        )
    return say(f"not_{case.distribution}", details)


def _judge_seeds(facts: NoiseFacts, numbers: NoiseStatistics) -> list[Finding]:
    if facts.stage == "seed" and facts.error is not None:
        return [say("no_seed_argument")]
    if not (numbers.reproduces and numbers.seeds_differ and numbers.seeded_spread):
        return [say("seed_ignored")]
    if not numbers.zero_reproduces:
        return [say("remark_seed_zero")]
    return []


# --- optimizers -----------------------------------------------------------------------------------


def _judge_optimizer(
    case: OptimizerCase, seen: Observation, expected: Expectation
) -> list[Finding]:
    if seen.facts.stage == "call":
        return [say("not_an_optimizer", found=seen.facts.returned)]
    assert isinstance(seen.facts, OptimizerFacts)
    wrong = differing("optimizer", seen.arrays, expected.arrays)
    if not wrong:
        return _judge_rest_of_optimizer(seen.facts)
    found = seen.arrays.get(wrong[0], np.zeros(0))
    details = [f"step {int(wrong[0].split('/')[1]) + 1} moved the weights by"]
    details += expected_and_found(expected.arrays[wrong[0]], found)
    return [say("steps_differ", details, requirement=case.requirement)]


def _judge_rest_of_optimizer(facts: OptimizerFacts) -> list[Finding]:
    if facts.cleared is False:
        return [say("gradients_kept")]
    if facts.learning is False:
        return [say("model_frozen")]
    if facts.training is False:
        return [say("model_in_eval_mode")]
    return []


JUDGES: dict[str, Callable[[Any, Observation, Expectation], list[Finding]]] = {
    "network": judge_network,
    "loss": _judge_loss,
    "noise": _judge_noise,
    "optimizer": _judge_optimizer,
    "adversarial": judge_adversarial,
}
