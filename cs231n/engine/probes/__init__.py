"""Probe -> observation: call one student function as a probe says and note what came out.

An observation is (facts, arrays): plain JSON and plain numbers. It holds no judgement.
"""

import traceback
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from .adversarial import observe_adversarial
from .force_cpu import on_cpu
from .frozen_random import make_input, stream
from .network import NotANetwork, call_with, observe_network
from .stubs import standing_in
from .values import describe_value, has_no_numbers

WEIGHTS = 0.1  # scale of what an optimizer moves by 0.001: little of a step is rounded away
STEP = 100  # keys of the stream from one step's gradients to the next's
MESSAGE = 300  # characters kept of an error message


def observe(module, probe: dict) -> tuple[dict, dict[str, np.ndarray]]:
    """Run one probe against the student's module.

    Args:
        module: holds the student's functions; its `__file__` marks his lines in a traceback.
        probe: one case of an assignment: "kind", "function" and what that kind needs.
    Returns:
        (facts, arrays). An exception of the student's code is a fact, never raised.
    """
    facts: dict = {"stage": "look"}
    arrays: dict[str, np.ndarray] = {}
    function = getattr(module, probe["function"], None)
    if not callable(function):
        return {**facts, "missing": True}, {}
    partner = getattr(module, probe.get("partner", ""), None)
    with on_cpu() as mode, standing_in(module, probe):
        try:
            given = {**probe, "mode": mode, "partner": partner}
            KINDS[probe["kind"]](function, given, facts, arrays)
        except NotANetwork:
            pass
        except (Exception, SystemExit) as error:
            facts["error"] = describe_error(error, getattr(module, "__file__", None))
    return facts, arrays


def describe_error(error: BaseException, file: str | None) -> dict:
    """What a person needs to know of an exception, and nothing of ours.

    Args:
        error: as caught.
        file: the student's file, to find the last of his lines in the traceback.
    Returns:
        {"type", "message", "line", "text", "own": raised by his own line, "caret"}.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if file and frame.filename == file]
    line, text, caret = (own[-1].lineno, own[-1].line or "", None) if own else (None, "", None)
    if isinstance(error, SyntaxError):
        line, text, caret = error.lineno, (error.text or "").rstrip("\n"), error.offset
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        message = "" if message in ("None", None) else str(message)
    except Exception:
        message = ""
    return {
        "type": type(error).__name__[:80],
        "message": "\n".join(message.splitlines()[:4])[:MESSAGE],
        "line": line,
        "text": text[:200],
        "caret": caret,
        "own": bool(own) and frames[-1].filename == file,
    }


def observe_loss(function, probe: dict, facts: dict, arrays: dict) -> None:
    """Value of a loss and its gradient on every argument.

    Args:
        probe: "inputs": one array description per argument; "device": "cpu" or "meta".
    """
    leaves = []
    for spec in probe["inputs"]:
        leaf = torch.from_numpy(make_input(spec)).to(probe.get("device", "cpu"))
        leaves.append(leaf.requires_grad_())
    given = [leaf.clone() for leaf in leaves]
    versions = [tensor._version for tensor in given]
    facts["stage"] = "call"
    probe["mode"].largest = 0
    try:
        value = function(*given)
    except RuntimeError as error:
        if not has_no_numbers(error, probe):
            raise
        value = torch.empty((), device=probe["device"])
    facts["largest"] = probe["mode"].largest
    facts["changed"] = [t._version != v for t, v in zip(given, versions, strict=True)]
    describe_value(value, facts)
    if not isinstance(value, Tensor):
        if isinstance(value, (int, float, np.number, np.ndarray)) and np.size(value) == 1:
            arrays["value"] = np.array([float(np.asarray(value).reshape(-1)[0])])
        return
    if value.device.type == "meta" or value.numel() != 1:
        return
    arrays["value"] = value.detach().double().reshape(1).numpy()
    facts["stage"] = "backward"
    if value.requires_grad:
        value.reshape(()).backward()
    for index, leaf in enumerate(leaves):
        if leaf.grad is not None:
            arrays[f"gradient/{index}"] = leaf.grad.double().reshape(-1).numpy()
    facts["gradients"] = [leaf.grad is not None for leaf in leaves]


def observe_noise(function, probe: dict, facts: dict, arrays: dict) -> None:
    """One large draw, many small ones, and draws with seeds.

    Args:
        probe: "seed", "large": [batch, dim], "small": [batch, dim], "draws": how many small ones,
            "seeds": list of ints, each drawn twice; "device": where one more draw is asked for.
    """
    facts["stage"] = "call"
    torch.manual_seed(probe["seed"])
    value = function(*probe["large"])
    describe_value(value, facts)
    if not isinstance(value, Tensor):
        return
    arrays["large"] = value.detach().float().reshape(-1).numpy()
    small = []
    for _ in range(probe["draws"]):  # seeded once, above: who seeds again repeats himself
        small.append(function(*probe["small"]))
    facts["small_shape"] = list(small[0].shape)
    arrays["small"] = torch.stack([s.detach().float().reshape(-1) for s in small]).numpy()
    facts["stage"] = "device"
    if "device" in probe:
        try:
            facts["made_on"] = function(*probe["small"], device=probe["device"]).device.type
        except RuntimeError as error:
            if not has_no_numbers(error, probe):
                raise
            facts["made_on"] = probe["device"]
    facts["stage"] = "seed"
    if probe["seeds"]:
        _draw_with_seeds(function, probe, arrays)
    facts["stage"] = "done"


def _draw_with_seeds(function, probe: dict, arrays: dict) -> None:
    draws = []
    for seed in probe["seeds"]:
        draws.append(function(*probe["small"], seed=seed).detach().float().reshape(-1))
    again = []
    for seed in probe["seeds"]:
        function(*probe["small"])
        again.append(function(*probe["small"], seed=seed).detach().float().reshape(-1))
    zero = []
    for _ in range(2):
        function(*probe["small"])
        zero.append(function(*probe["small"], seed=0).detach().float().reshape(-1))
    arrays["zero"] = torch.stack(zero).numpy()
    arrays["seeded"] = torch.stack(draws).numpy()
    arrays["seeded_again"] = torch.stack(again).numpy()


def observe_optimizer(function, probe: dict, facts: dict, arrays: dict) -> None:
    """How three steps with given gradients move the weights of a small nested network.

    Args:
        probe: "seed", "sizes": widths of the layers, "scales": gradient scale of each step.
    """
    sizes, seed = probe["sizes"], probe["seed"]
    layers = [nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b)) for a, b in pairwise(sizes)]
    model = nn.Sequential(*layers, nn.Conv2d(2, 3, 2), nn.ConvTranspose2d(3, 2, 2))
    parameters = list(model.parameters())
    with torch.no_grad():
        for key, parameter in enumerate(parameters):
            parameter.copy_(torch.from_numpy(stream(seed, key, parameter.shape, std=WEIGHTS)))
    before = torch.cat([p.detach().reshape(-1) for p in parameters])
    facts["stage"] = "call"
    optimizer = call_with(function, [model])
    facts["returned"] = type(optimizer).__name__[:80]
    if not callable(getattr(optimizer, "step", None)):
        return
    facts["stage"] = "step"
    for step, scale in enumerate(probe["scales"]):
        for key, parameter in enumerate(parameters):
            values = scale * stream(seed, STEP * (step + 1) + key, parameter.shape, 0.2)
            parameter.grad = torch.from_numpy(values.astype(np.float32))
        optimizer.step()
        after = torch.cat([p.detach().reshape(-1) for p in parameters])
        arrays[f"moved/{step}"] = (after - before).double().numpy()


KINDS = {
    "network": observe_network,
    "loss": observe_loss,
    "noise": observe_noise,
    "optimizer": observe_optimizer,
    "adversarial": observe_adversarial,
}
