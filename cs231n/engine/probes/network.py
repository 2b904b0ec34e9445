"""Observe a network: fill its weights from a frozen stream, run it forward and backward.

What comes out depends on the function that the network computes, not on how it is written.
"""

import inspect
import random

import numpy as np
import torch
from torch import Tensor, nn

from .frozen_random import make_input, sketch, stream, write_stream
from .parameter_pairing import Pairing, groups_of, pairings


class NoTensor(Exception):
    """A network's forward returned something else; the message names its type."""


class NotANetwork(Exception):
    """The student's function did not return a network on the CPU."""


def call_with(function, args: list):
    """Call a builder with as many of `args` as it takes; old solutions take fewer."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function(*args)
    for count in range(len(args), -1, -1):
        try:
            signature.bind(*args[:count])
        except TypeError:
            continue
        return function(*args[:count])
    return function(*args)


def build(function, args: list, facts: dict) -> nn.Module:
    """Call the builder and note what it returned.

    Raises:
        NotANetwork: it is no `nn.Module`, or its weights are not on the CPU.
    """
    model = call_with(function, args)
    facts["returned"] = type(model).__name__
    if not isinstance(model, nn.Module):
        raise NotANetwork
    facts["training"] = bool(model.training)
    devices = {str(p.device) for p in model.parameters()}
    if devices - {"cpu"}:
        facts["device"] = sorted(devices - {"cpu"})[0]
        raise NotANetwork
    return model


def shares_parameters(first: nn.Module, second: nn.Module) -> bool:
    """Whether two calls of a builder gave networks that train each other."""
    own = {id(p) for p in first.parameters()}
    return isinstance(second, nn.Module) and any(id(p) in own for p in second.parameters())


def fill(pairing: Pairing, seed: int) -> None:
    """Write the frozen stream into every paired parameter and buffer."""
    with torch.no_grad():
        for pair in pairing.pairs:
            slot, parameter = pair.slot, pair.parameter
            scale = slot.key, slot.mean, slot.std
            if pair.transposed or not parameter.is_contiguous():
                values = torch.from_numpy(stream(seed, slot.key, slot.shape, slot.mean, slot.std))
                values = values.T if pair.transposed else values
                parameter.copy_(values.reshape(parameter.shape))
            else:
                write_stream(parameter, seed, *scale)
            parameter.grad = None
        fill_buffers(pairing, seed)


def fill_buffers(pairing: Pairing, seed: int) -> None:
    """Write the frozen stream into the running statistics."""
    with torch.no_grad():
        for slot, buffer in pairing.buffers.items():
            values = stream(seed, slot.key, slot.shape, slot.mean, slot.std)
            buffer.copy_(torch.from_numpy(values))


def _forward(model: nn.Module, leaf: Tensor) -> Tensor:
    out = model(leaf.clone())
    if not isinstance(out, Tensor):
        raise NoTensor(type(out).__name__)
    return out


def _flat(tensor: Tensor) -> np.ndarray:
    return tensor.detach().reshape(-1).numpy()


def _run(model, pairing, leaf, probe, prefix, facts, arrays) -> None:
    """One pass forward and backward with one pairing; its arrays go under `prefix`."""
    seed = probe["seed"]
    fill(pairing, seed)
    torch.manual_seed(seed)
    before = _random_state()
    backward = probe.get("backward", True)
    with torch.set_grad_enabled(backward):  # else it keeps, and touches, a lot of memory
        out = _forward(model, leaf)
    facts["drew"] = _random_state() != before
    facts["out_shape"] = list(out.shape)
    facts["out_dtype"] = str(out.dtype)
    arrays[prefix + "out"] = sketch(_flat(out))
    for slot, buffer in pairing.buffers.items():
        arrays[f"{prefix}statistics/{slot.key}"] = sketch(_flat(buffer))
    if not backward:
        return
    weights = torch.from_numpy(stream(seed, 77, (out.numel(),)).astype(np.float32))
    leaf.grad = None
    facts["stage"] = "backward"
    (out.reshape(-1) * weights).sum().backward()
    if leaf.grad is not None:
        arrays[prefix + "gradient/input"] = sketch(_flat(leaf.grad))
    for pair in pairing.pairs:
        grad = pair.parameter.grad
        if grad is not None:
            grad = grad.T if pair.transposed else grad
            arrays[f"{prefix}gradient/{pair.slot.key}"] = sketch(_flat(grad))
    reached = [leaf.grad, *(pair.parameter.grad for pair in pairing.pairs)]
    facts["gradients"] = sum(grad is not None for grad in reached)


def _random_state() -> tuple:
    """Where the streams of random numbers stand that a network may draw from."""
    legacy = np.random.get_state()
    return (
        torch.get_rng_state().numpy().tobytes(),
        legacy[1].tobytes(),
        legacy[2:],
        random.getstate(),
    )


def _again(model, pairing, leaf, probe, facts, arrays) -> None:
    """If it drew numbers, a pass with others (is it random?); if asked to, one in eval mode."""
    with torch.no_grad():
        facts["random"] = False
        if facts.pop("drew"):
            torch.manual_seed(probe["seed"] + 1)
            second = sketch(_flat(_forward(model, leaf)))
            first = arrays["out"]
            facts["random"] = bool(np.abs(first - second).max() > 1e-3 * (first[-1] + 1e-30))
        if not probe.get("aside", False):
            return
        fill_buffers(pairing, probe["seed"])
        model.eval()
        try:
            arrays["eval_out"] = sketch(_flat(_forward(model, leaf)))
        finally:
            model.train(facts["training"])


def _built(function, args: list, probe: dict, facts: dict) -> nn.Module:
    """The network, and whether a second call gives another."""
    model = build(function, args, facts)
    if probe.get("aside", False):
        facts["shared"] = shares_parameters(model, call_with(function, args))
    return model


def _ready(model: nn.Module, batch: np.ndarray) -> None:
    """Give lazy layers their shapes by one pass; all they computed is overwritten later."""
    if any(nn.parameter.is_lazy(p) for p in model.parameters()):
        with torch.no_grad():
            model(torch.from_numpy(batch))


def observe_network(function, probe: dict, facts: dict, arrays: dict) -> None:
    """Build and run the network as `probe` says; note everything in `facts` and `arrays`.

    Args:
        function: the student's builder.
        probe: "args", "seed", "groups", "input", "batches": sizes to try until one works;
            "backward": gradients too, true unless told; "aside": also build it twice and run it in
            eval mode, which is enough to see once.
        facts, arrays: filled as far as the network gets, whatever it raises.
    """
    last: Exception | None = None
    for batch in probe["batches"]:
        args = [batch if a == "batch" else a for a in probe["args"]]
        facts["stage"] = "build"
        probe["mode"].building = True
        try:
            model = _built(function, args, probe, facts)
        except (ArithmeticError, AssertionError, RuntimeError, ValueError):
            probe["mode"].building = False  # the builder may look at the initial values
            model = _built(function, args, probe, facts)
        probe["mode"].building = False
        spec = {**probe["input"], "shape": [batch, *probe["input"]["shape"]]}
        leaf = torch.from_numpy(make_input(spec)).requires_grad_()
        try:
            facts["stage"] = "forward"
            _ready(model, make_input(spec))
            facts["shapes"] = [[list(p.shape) for p in own] for own, _ in groups_of(model) if own]
            facts["batch"] = batch
            _observe_built(model, leaf, probe, facts, arrays)
            return
        except Exception as error:  # a network for one fixed batch size refuses the others
            last = last or error
            if facts["stage"] != "forward":
                raise
    raise last


def _look_at_part(model, leaf, probe, facts) -> None:
    """Whether a method of the network gives the module that does its work, and of how many parts.

    It must compute the same with the same weights; an exception means that it does not.
    """
    facts["part_is_same"] = False
    try:
        part = getattr(model, probe["part"])()
        facts["children"] = len(list(part.children()))
        same_weights = {id(p) for p in part.parameters()} == {id(p) for p in model.parameters()}
        with torch.no_grad():
            near = torch.allclose(part(leaf), model(leaf), rtol=1e-3, atol=1e-5)
        facts["part_is_same"] = near and same_weights
    except Exception as error:
        facts["part_error"] = type(error).__name__


def _observe_built(model, leaf, probe, facts, arrays) -> None:
    count = 0
    for count, pairing in enumerate(pairings(model, probe["groups"])):
        prefix = f"alternative{count}/" if count else ""
        _run(model, pairing, leaf, probe, prefix, facts, arrays)
        if not count:
            facts["complete"] = pairing.complete
        if not count:
            facts["stage"] = "again"
            try:
                _again(model, pairing, leaf, probe, facts, arrays)
            except Exception as error:  # eval mode is never needed by the training loop
                facts["again_error"] = type(error).__name__
    facts["alternatives"] = count
    if "part" in probe:
        _look_at_part(model, leaf, probe, facts)
    facts.pop("drew", None)
