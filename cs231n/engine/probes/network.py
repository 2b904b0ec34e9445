"""Observe a network: fill its parameters from a frozen stream, run it forward and backward.

The result depends on the function that the network computes, not on how it is written.
"""

import inspect
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cs231n.engine.operations import Trace
from cs231n.engine.schema import Array, NetworkCase, NetworkFacts, Observation, Stream

from .frozen_random import make_input, sketch, stream, write_stream
from .parameter_pairing import Pairing, groups_of, pairings
from .recorder import Recorder, Subject
from .trace import trace_network

NEAR = 1e-4  # between a right network and the reference, relative to the output's size
TRACE = 30_000  # characters of a trace
WEIGHTING = 77  # key of the numbers by which the outputs are weighted before the backward pass


class NoTensor(Exception):
    """A network's forward returned something else; the message names its type."""


class NotANetwork(Exception):
    """The student's function did not return a network on the CPU."""


def observe_network(subject: Subject, case: NetworkCase) -> Observation:
    """Return what a network computes with the parameters of the frozen stream.

    The first batch size of the case that works is used. Arrays, all sketches: "out",
    "gradient/input", "gradient/KEY" and "statistics/KEY" of a parameter's or buffer's key in the
    stream, "eval_out"; "alternativeN/..." for further ways to pair the parameters.
    """
    recorder = Recorder(NetworkFacts(), subject.file)
    with recorder, suppress(NotANetwork):
        last: Exception | None = None
        for batch in case.batches:
            recorder.note(stage="build")
            model = _build_without_initial_values(recorder, subject, case, batch)
            try:
                recorder.note(stage="forward")
                _observe_batch(recorder, model, case, batch)
                break
            except Exception as error:  # a network for one fixed batch size refuses the others
                last = last or error
                if recorder.facts.stage != "forward":
                    raise
        else:
            assert last is not None
            raise last
    if case.expected_output and recorder.facts.stage != "build" and _is_wrong(recorder, case):
        with suppress(Exception, SystemExit):  # a trace only explains
            recorder.note(trace=_trace(recorder.facts, subject, case))
    return recorder.observation()


def _is_wrong(recorder: Recorder[NetworkFacts], case: NetworkCase) -> bool:
    """Return whether a network differs from the public reference and has to be explained."""
    facts, arrays = recorder.facts, recorder.arrays
    if facts.error is not None or facts.random or facts.device is not None or "out" not in arrays:
        return True
    reached = 1 + sum(len(group.parameters) for group in case.groups)
    if case.backward and (facts.gradients or 0) < reached:
        return True
    prefix = f"batch{facts.batch}/"
    wide = {n.removeprefix(prefix): v for n, v in case.expected_output.items() if prefix in n}
    want = wide or {n: v for n, v in case.expected_output.items() if not n.startswith("batch")}
    ways = ["", *(f"alternative{n + 1}/" for n in range(facts.alternatives))]
    return not any(
        all(_near(arrays.get(way + name), values) for name, values in want.items()) for way in ways
    )


def _near(found: Array | None, want: tuple[float, ...]) -> bool:
    if found is None or found.shape != (len(want),):
        return False
    return bool(np.abs(found - np.array(want)).max() <= NEAR * (abs(want[-1]) + 1e-30))


def _trace(facts: NetworkFacts, subject: Subject, case: NetworkCase) -> Trace:
    """Build the network again and return its operations."""
    failed = facts.error is not None or facts.batch is None
    batch = case.batches[0] if failed or facts.batch is None else facts.batch
    subject.mode.building = True  # the trace writes weights of its own
    try:
        model = require_network(call_with(subject.function, case.args_for(batch)))
    finally:
        subject.mode.building = False
    leaf = torch.from_numpy(input_for(case, batch))
    if not failed:
        _materialise(model, leaf)
    trace = trace_network(model, leaf, subject.file)
    if len(json.dumps(trace.to_json())) > TRACE:
        why = f"it has {len(trace.steps)} operations, too many to show"
        return Trace(trace.input_shape, (), trace.failure, why, trace.facts)
    return trace


def input_for(case: NetworkCase, batch: int, dtype: str = "float32") -> Array:
    """Return the input of a case for one batch size."""
    spec: Stream = replace(case.input, shape=(batch, *case.input.shape), dtype=dtype)
    return make_input(spec)


# --- build --------------------------------------------------------------------------------------


def call_with(function: Callable[..., Any], args: Sequence[object]) -> Any:
    """Call a builder with as many of `args` as it accepts; old solutions accept fewer."""
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


def require_network(value: object) -> nn.Module:
    """Return `value` if it is a network on the CPU.

    Raises:
        NotANetwork: `value` is no `nn.Module`, or its parameters are on another device.
    """
    if not isinstance(value, nn.Module) or _other_devices(value):
        raise NotANetwork
    return value


def _other_devices(model: nn.Module) -> list[str]:
    return sorted({str(p.device) for p in model.parameters()} - {"cpu"})


def _build_without_initial_values(
    recorder: Recorder[NetworkFacts], subject: Subject, case: NetworkCase, batch: int
) -> nn.Module:
    """Build the network without drawing the parameters' initial values, if the builder allows."""
    subject.mode.building = True
    try:
        return _build(recorder, subject.function, case, batch)
    except (ArithmeticError, AssertionError, RuntimeError, ValueError):
        subject.mode.building = False  # the builder may look at the initial values
        return _build(recorder, subject.function, case, batch)
    finally:
        subject.mode.building = False


def _build(
    recorder: Recorder[NetworkFacts], function: Callable[..., Any], case: NetworkCase, batch: int
) -> nn.Module:
    value = call_with(function, case.args_for(batch))
    recorder.note(returned=type(value).__name__)
    if isinstance(value, nn.Module):
        recorder.note(training=bool(value.training))
        if devices := _other_devices(value):
            recorder.note(device=devices[0])
    model = require_network(value)
    if case.observe_once:
        second = call_with(function, case.args_for(batch))
        recorder.note(shared=shares_parameters(model, second))
    return model


def shares_parameters(first: nn.Module, second: object) -> bool:
    """Return whether two calls of a builder returned networks with a parameter in common."""
    own = {id(p) for p in first.parameters()}
    return isinstance(second, nn.Module) and any(id(p) in own for p in second.parameters())


# --- fill ---------------------------------------------------------------------------------------


def fill(pairing: Pairing, seed: int) -> None:
    """Write the frozen stream into every paired parameter and buffer."""
    with torch.no_grad():
        for pair in pairing.pairs:
            slot, parameter = pair.slot, pair.parameter
            if pair.transposed or not parameter.is_contiguous():
                values = torch.from_numpy(stream(seed, slot.key, slot.shape, slot.mean, slot.std))
                values = values.T if pair.transposed else values
                parameter.copy_(values.reshape(parameter.shape))
            else:
                write_stream(parameter, seed, slot.key, slot.mean, slot.std)
            parameter.grad = None
        fill_buffers(pairing, seed)


def fill_buffers(pairing: Pairing, seed: int) -> None:
    """Write the frozen stream into the running statistics."""
    with torch.no_grad():
        for slot, buffer in pairing.buffers.items():
            values = stream(seed, slot.key, slot.shape, slot.mean, slot.std)
            buffer.copy_(torch.from_numpy(values))


# --- run ----------------------------------------------------------------------------------------


def _observe_batch(
    recorder: Recorder[NetworkFacts], model: nn.Module, case: NetworkCase, batch: int
) -> None:
    """Run a network with one batch size, once for every way to pair its parameters."""
    leaf = torch.from_numpy(input_for(case, batch)).requires_grad_()
    _materialise(model, leaf)
    shapes = tuple(tuple(tuple(p.shape) for p in own) for own, _ in groups_of(model) if own)
    recorder.note(shapes=shapes, batch=batch)
    count = 0
    for count, pairing in enumerate(pairings(model, case.groups)):
        prefix = f"alternative{count}/" if count else ""
        drew = _run(recorder, model, pairing, leaf, case, prefix)
        if not count:
            recorder.note(complete=pairing.complete, stage="again")
            try:
                _run_again(recorder, model, pairing, leaf, case, drew)
            except Exception as error:  # eval mode is never needed by the training loop
                recorder.note(again_error=type(error).__name__)
    recorder.note(alternatives=count)
    if case.part is not None:
        recorder.note(**_look_at_part(model, case.part, leaf))


def _materialise(model: nn.Module, leaf: Tensor) -> None:
    """Give lazy layers their shapes by one pass; all values that it sets are overwritten later."""
    if any(nn.parameter.is_lazy(p) for p in model.parameters()):
        with torch.no_grad():
            model(leaf.detach().clone())


def _run(
    recorder: Recorder[NetworkFacts],
    model: nn.Module,
    pairing: Pairing,
    leaf: Tensor,
    case: NetworkCase,
    prefix: str,
) -> bool:
    """Run one pass forward and backward; return whether the forward pass drew random numbers."""
    fill(pairing, case.seed)
    torch.manual_seed(case.seed)
    before = _random_state()
    with torch.set_grad_enabled(case.backward):  # else it keeps, and touches, a lot of memory
        out = _forward(model, leaf)
    drew = _random_state() != before
    recorder.note(out_shape=tuple(out.shape), out_dtype=str(out.dtype))
    recorder.store(prefix + "out", sketch(_flat(out)))
    for slot, buffer in pairing.buffers.items():
        recorder.store(f"{prefix}statistics/{slot.key}", sketch(_flat(buffer)))
    if case.backward:
        recorder.note(stage="backward")
        _backward(out, leaf, case.seed)
        for name, gradient in _gradients(pairing, leaf):
            recorder.store(f"{prefix}gradient/{name}", sketch(_flat(gradient)))
        reached = [leaf.grad, *(pair.parameter.grad for pair in pairing.pairs)]
        recorder.note(gradients=sum(gradient is not None for gradient in reached))
    return drew


def _forward(model: nn.Module, leaf: Tensor) -> Tensor:
    out = model(leaf.clone())
    if not isinstance(out, Tensor):
        raise NoTensor(type(out).__name__)
    return out


def _backward(out: Tensor, leaf: Tensor, seed: int) -> None:
    weights = torch.from_numpy(stream(seed, WEIGHTING, (out.numel(),)).astype(np.float32))
    leaf.grad = None
    (out.reshape(-1) * weights).sum().backward()  # type: ignore[no-untyped-call]


def _gradients(pairing: Pairing, leaf: Tensor) -> list[tuple[str, Tensor]]:
    found = [] if leaf.grad is None else [("input", leaf.grad)]
    for pair in pairing.pairs:
        gradient = pair.parameter.grad
        if gradient is not None:
            found.append((str(pair.slot.key), gradient.T if pair.transposed else gradient))
    return found


def _flat(tensor: Tensor) -> Array:
    return tensor.detach().reshape(-1).numpy()


def _random_state() -> tuple[Any, ...]:
    """Return the states of all random generators that a network may draw from."""
    legacy: Any = np.random.get_state()
    return (
        torch.get_rng_state().numpy().tobytes(),
        legacy[1].tobytes(),
        legacy[2:],
        random.getstate(),
    )


def _run_again(
    recorder: Recorder[NetworkFacts],
    model: nn.Module,
    pairing: Pairing,
    leaf: Tensor,
    case: NetworkCase,
    drew: bool,
) -> None:
    """Compare with a pass on other random numbers if the first drew any; if asked, run in eval."""
    with torch.no_grad():
        recorder.note(random=False)
        if drew:
            torch.manual_seed(case.seed + 1)
            second = sketch(_flat(_forward(model, leaf)))
            first = recorder.arrays["out"]
            random_ = bool(np.abs(first - second).max() > 1e-3 * (first[-1] + 1e-30))
            recorder.note(random=random_)
        if case.observe_once:
            fill_buffers(pairing, case.seed)
            model.eval()
            try:
                recorder.store("eval_out", sketch(_flat(_forward(model, leaf))))
            finally:
                model.train(bool(recorder.facts.training))


def _look_at_part(model: nn.Module, name: str, leaf: Tensor) -> dict[str, Any]:
    """Return facts about the method that returns the module that does the network's work.

    It must compute the same with the same parameters; an exception means that it does not.
    """
    facts: dict[str, Any] = {"part_is_same": False}
    try:
        part = getattr(model, name)()
        facts["children"] = len(list(part.children()))
        same_weights = {id(p) for p in part.parameters()} == {id(p) for p in model.parameters()}
        with torch.no_grad():
            near = torch.allclose(part(leaf), model(leaf), rtol=1e-3, atol=1e-5)
        facts["part_is_same"] = near and same_weights
    except Exception as error:
        facts["part_error"] = type(error).__name__
    return facts
