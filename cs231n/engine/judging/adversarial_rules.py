"""Is a loss of two networks right? Its value, whom its gradient reaches, the noise it draws."""

import numpy as np

from .compare import differing
from .messages import expected_and_got, shape
from .problem import Problem, problem

NAMES = {"gen": "the generator", "disc": "the discriminator"}


def judge_adversarial(case, facts, arrays, want_facts, want) -> list[Problem]:
    if "shape" not in facts:
        return [problem("not_a_tensor", found=facts["returned"])]
    elsewhere = case.get("device", "cpu")
    if elsewhere != "cpu":
        return [] if _is_there(facts, elsewhere) else [problem("fixed_device")]
    if "value" not in arrays:
        return [problem("not_a_scalar", found=shape(facts["shape"]))]
    sizes = [case["count"], case["z_dim"]]
    if odd := [found for found in facts["noise_shapes"] if found != sizes]:
        words = {"found": shape(odd[0]), "expected": shape(sizes)}
        return [problem("loss_noise_size", **words)]
    wrong = differing("adversarial", arrays, want)
    if "value" in wrong:
        return [problem("loss_differs", expected_and_got(want["value"], arrays["value"]))]
    if not facts["requires_grad"]:
        return [problem("no_gradient")]
    if wrong:
        got = arrays.get(wrong[0], np.zeros_like(want[wrong[0]]))
        details = expected_and_got(want[wrong[0]], got)
        where = NAMES[case["learns"]]
        return [problem("loss_gradient_differs", details, where=where)]
    return _side_conditions(case, facts)


def _is_there(facts: dict, device: str) -> bool:
    """Whether value, labels and noise are all on the device that the networks are on."""
    return (
        facts["device"] == device
        and set(facts["noise_devices"]) <= {device}
        and "device" not in facts["odd_labels"]
    )


def _side_conditions(case: dict, facts: dict) -> list[Problem]:
    """What is right here: part of the mark, or only a remark."""
    problems = []
    if "spares" in case and facts.get("spared") is not True:
        problems.append(problem("generator_touched"))
    if facts.get("frozen"):
        where = " and ".join(NAMES[name] for name in facts["frozen"])
        problems.append(problem("left_frozen", where=where))
    if case["draws"] and not facts.get("spread"):
        problems.append(problem("loss_noise"))
    elif case["draws"] and not facts["distinct"]:
        problems.append(problem("repeated"))
    if "dtype" in case and "dtype" in facts["odd_labels"]:
        problems.append(problem("remark_float64"))
    return problems
