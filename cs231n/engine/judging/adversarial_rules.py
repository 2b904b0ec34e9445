"""Rules for a loss of two networks: its value, the networks its gradient reaches, its noise."""

import numpy as np

from cs231n.engine.reference_data import Expectation
from cs231n.engine.schema import AdversarialCase, AdversarialFacts, Finding, Observation

from .compare import differing
from .messages import expected_and_found, format_shape, say

NAMES = {"gen": "the generator", "disc": "the discriminator"}


def judge_adversarial(
    case: AdversarialCase, seen: Observation, expected: Expectation
) -> list[Finding]:
    """Return everything that is wrong with one case of a loss of two networks."""
    facts, arrays, want = seen.facts, seen.arrays, expected.arrays
    assert isinstance(facts, AdversarialFacts)
    if facts.shape is None:
        return [say("not_a_tensor", found=facts.returned)]
    if case.device != "cpu":
        return [] if _is_on(facts, case.device) else [say("fixed_device")]
    if "value" not in arrays:
        return [say("not_a_scalar", found=format_shape(facts.shape))]
    sizes = (case.count, case.z_dim)
    if odd := [found for found in facts.noise_shapes if found != sizes]:
        words = {"found": format_shape(odd[0]), "expected": format_shape(sizes)}
        return [say("loss_noise_size", **words)]
    wrong = differing("adversarial", arrays, want)
    if "value" in wrong:
        return [say("loss_differs", expected_and_found(want["value"], arrays["value"]))]
    if not facts.requires_grad:
        return [say("no_gradient")]
    if wrong:
        found = arrays.get(wrong[0], np.zeros_like(want[wrong[0]]))
        details = expected_and_found(want[wrong[0]], found)
        return [say("loss_gradient_differs", details, where=NAMES[case.trains])]
    if facts.reseeds:
        return [say("reseeds", what="loss")]
    again = {n.removeprefix("again/"): a for n, a in arrays.items() if n.startswith("again/")}
    if later := again and differing("adversarial", again, want):
        found = again.get(later[0], np.zeros_like(want[later[0]]))
        return [say("later_call_differs", expected_and_found(want[later[0]], found))]
    return _side_conditions(case, facts)


def _is_on(facts: AdversarialFacts, device: str) -> bool:
    """Return whether value, labels and noise are on the device that the networks are on."""
    return (
        facts.device == device
        and set(facts.noise_devices) <= {device}
        and "device" not in facts.odd_labels
    )


def _side_conditions(case: AdversarialCase, facts: AdversarialFacts) -> list[Finding]:
    """Return findings on code with the right value and gradient: part of the mark, or remarks."""
    findings = []
    if case.spares is not None and facts.spared is not True:
        findings.append(say("generator_touched"))
    if facts.frozen:
        where = " and ".join(NAMES[name] for name in facts.frozen)
        findings.append(say("left_frozen", where=where))
    if facts.in_eval_mode:
        where = " and ".join(NAMES[name] for name in facts.in_eval_mode)
        findings.append(say("left_in_eval_mode", where=where))
    if case.draws and not (facts.statistics and facts.statistics.spread):
        findings.append(say("loss_noise"))
    elif case.draws and facts.statistics and not facts.statistics.distinct:
        findings.append(say("repeated"))
    if case.dtype != "float32" and "dtype" in facts.odd_labels:
        findings.append(say("remark_float64"))
    return findings
