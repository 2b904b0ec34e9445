"""Observe a network: fill its parameters from a frozen stream, run it forward and backward.

The result depends on the function that the network computes, not on how it is written.
"""

import inspect
import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cs231n.engine.operations import Trace
from cs231n.engine.schema import Array, Group, NetworkCase, NetworkFacts, Observation, Stream

from .frozen_random import Wide, make_input, sketch, stream, write_stream
from .parameter_pairing import Pairing, groups_of, pairings
from .recorder import RandomStates, Recorder, Subject, as_plain, random_state
from .trace import trace_network

NEAR = 1e-4  # between a right network and the reference, relative to the output's size
TRACE = 30_000  # characters of a trace
WEIGHTING = 77  # key of the numbers by which the outputs are weighted before the backward pass
NARROW: Mapping[int, tuple[float, Wide]] = {}
LARGE_WEIGHT, LARGE_WEIGHTS_EVERY = 8.0, 499  # every so many of a matrix; training reaches 0.5
LARGE_BIAS, LARGE_BIASES_EVERY = 300.0, 3
LARGE_BIAS_NORMED, LARGE_GAMMA = 20.0, 10.0  # in networks with BatchNorm
NORMED_SCALE = 30.0  # of the weights before BatchNorm
FEW, MANY = 500_000, 3_000_000  # parameters; passes of larger networks cost more
FEW_REPEATS, MANY_REPEATS = 3, 1  # for networks with more parameters than these


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
            with subject.mode.fast_initial_values():
                model = _build(recorder, subject.function, case, batch)
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
    if case.repeat and recorder.facts.error is None and _is_wrong(recorder, case):
        _observe_new_network(recorder, subject, case)
    if case.expected_output and recorder.facts.stage != "build" and _is_wrong(recorder, case):
        with suppress(Exception, SystemExit):  # a trace only explains
            recorder.note(trace=_trace(recorder.facts, subject, case))
    return recorder.observation()


def _observe_new_network(
    recorder: Recorder[NetworkFacts], subject: Subject, case: NetworkCase
) -> None:
    """Store what a new network leads to: "new/...". If that is right, only later passes are not."""
    once = replace(case, repeat=0, observe_once=False, defaults=None, expected_output={})
    for name, array in observe_network(subject, once).arrays.items():
        recorder.store(f"new/{name}", array)


def _is_wrong(recorder: Recorder[NetworkFacts], case: NetworkCase) -> bool:
    """Return whether a network differs from the public reference and has to be explained."""
    facts, arrays = recorder.facts, recorder.arrays
    if facts.error is not None or facts.random or facts.device is not None or "out" not in arrays:
        return True
    reached = 1 + sum(len(group.parameters) for group in case.groups)
    whole = case.backward and not (case.partial or case.plain)
    if whole and (facts.gradients or 0) < reached:
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
    with subject.mode.fast_initial_values():
        model = require_network(call_with(subject.function, case.args_for(batch)))
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
        recorder.note(shared=shares_memory(model, second))
    if case.defaults is not None:
        recorder.note(defaults_work=_works_without_arguments(function, case))
    return model


def _works_without_arguments(function: Callable[..., Any], case: NetworkCase) -> bool | None:
    """Return whether a network that is built without arguments accepts noise of the right length.

    Returns:
        None if the function needs arguments.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
        inspect.signature(function).bind()
    except (TypeError, ValueError):
        return None
    if next((p.default for p in parameters), None) == case.defaults:
        return True
    for batch in case.batches:
        with suppress(Exception), torch.no_grad():
            function()(torch.zeros(batch, case.defaults or 0))
            return True
    return False


def shares_memory(first: nn.Module, second: object) -> bool:
    """Return whether two calls of a builder returned networks with memory in common."""
    return isinstance(second, nn.Module) and not _memory(first).isdisjoint(_memory(second))


def _memory(model: nn.Module) -> set[int]:
    """Return the addresses of the storages of all parameters and buffers."""
    tensors = [p for own, _ in groups_of(model) for p in own]
    tensors += [buffer for module in model.modules() for buffer in module._buffers.values()
                if buffer is not None]  # fmt: skip
    return {
        tensor.untyped_storage().data_ptr()
        for tensor in tensors
        if not nn.parameter.is_lazy(tensor) and tensor.numel()
    }


# --- fill ---------------------------------------------------------------------------------------


def fill(pairing: Pairing, seed: int, widths: Mapping[int, tuple[float, Wide]] = NARROW) -> None:
    """Write the frozen stream into every paired parameter and buffer.

    Args:
        pairing: of a network with the reference.
        seed: of the stream.
        widths: key of a slot -> scale of its numbers, and which are large; see `wide_numbers`.
    """
    with torch.no_grad():
        for pair in pairing.pairs:
            slot, parameter = pair.slot, pair.parameter
            std, wide = widths.get(slot.key, (slot.std, None))
            if pair.transposed or pair.view is not None or not parameter.is_contiguous():
                values = torch.from_numpy(stream(seed, slot.key, slot.shape, slot.mean, std, wide))
                pair.write(values)
            else:
                write_stream(parameter, seed, slot.key, slot.mean, std, wide)
            parameter.grad = None
        fill_buffers(pairing, seed)


def fill_for(pairing: Pairing, case: NetworkCase) -> None:
    """Write the numbers of a case into the parameters and running statistics."""
    fill(pairing, case.seed, wide_numbers(case.groups) if case.wide else NARROW)


def fill_buffers(pairing: Pairing, seed: int) -> None:
    """Write the frozen stream into the running statistics."""
    with torch.no_grad():
        for slot, buffer in pairing.buffers.items():
            values = stream(seed, slot.key, slot.shape, slot.mean, slot.std)
            tensor = buffer.get()
            tensor.copy_(torch.from_numpy(values).reshape(tensor.shape))


def wide_numbers(groups: Sequence[Group]) -> dict[int, tuple[float, Wide]]:
    """Return what makes a network's weights, hidden values and outputs as large as is tested.

    In training, weights reach 0.5 and hidden values 20. Here some weights of each layer reach 5,
    and hidden values 200, by large biases. Where BatchNorm follows, which takes the mean out in
    float32, all weights are larger instead. Small numbers remain as well, of all magnitudes.

    Args:
        groups: parameters of the reference.
    Returns:
        Key of a slot -> scale of its numbers, and which are large.
    """
    slots = [slot for group in groups for slot in group.parameters]
    normed = any(group.buffers for group in groups)
    last = max((slot.key for slot in slots if len(slot.shape) > 1), default=-1)
    found = {}
    for slot in slots:
        if len(slot.shape) > 1:
            scale = NORMED_SCALE if normed and slot.key != last else 1.0
            every = max(1, min(math.prod(slot.shape) // 8, LARGE_WEIGHTS_EVERY))
            found[slot.key] = (scale * slot.std, Wide(LARGE_WEIGHT, every))
        else:
            reach = LARGE_GAMMA if slot.mean else LARGE_BIAS_NORMED if normed else LARGE_BIAS
            found[slot.key] = (slot.std, Wide(reach, LARGE_BIASES_EVERY))
    return found


# --- run ----------------------------------------------------------------------------------------


def _observe_batch(
    recorder: Recorder[NetworkFacts], model: nn.Module, case: NetworkCase, batch: int
) -> None:
    """Run a network with one batch size, once for every way to pair its parameters."""
    leaf = torch.from_numpy(input_for(case, batch)).requires_grad_(not case.plain)
    small = leaf.detach()[:2]
    _materialise(model, leaf)
    if case.repeat:
        _train(recorder, model, case, batch)
    shapes = tuple(tuple(tuple(p.shape) for p in own) for own, _ in groups_of(model) if own)
    recorder.note(shapes=shapes, batch=batch)
    count = 0
    for count, pairing in enumerate(pairings(model, case.groups, (small, leaf))):
        prefix = f"alternative{count}/" if count else ""
        drew = _run(recorder, model, pairing, leaf, case, prefix)
        if not count:
            first = pairing
            recorder.note(complete=pairing.complete, stage="again")
            if drew:
                recorder.note(random=_is_random(recorder, model, leaf, case))
    recorder.note(alternatives=count)
    if case.observe_once:
        recorder.note(stage="again")
        try:
            if count:  # the parameters are those of the last way
                fill_for(first, case)
            _run_in_eval_mode(recorder, model, first, leaf, case)
        except Exception as error:  # eval mode is never needed by the training loop
            recorder.note(again_error=type(error).__name__)
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
    """Run one pass forward and backward; return whether the forward pass drew random numbers.

    The names of the arrays begin with `prefix`.
    """
    fill_for(pairing, case)
    torch.manual_seed(case.seed)
    before = random_state()
    with torch.set_grad_enabled(case.backward):  # else it keeps, and touches, a lot of memory
        out = _forward(model, leaf)
    drew = random_state() != before
    recorder.note(out_shape=tuple(out.shape), out_dtype=str(out.dtype))
    recorder.store(prefix + "out", sketch(_flat(out)))
    for slot, buffer in pairing.buffers.items():
        recorder.store(f"{prefix}statistics/{slot.key}", sketch(_flat(buffer.get())))
    if case.backward:
        recorder.note(stage="backward")
        wanted = _wanted(pairing) if case.partial else None
        _backward(out, leaf, case.seed, wanted)
        for name, gradient in _gradients(pairing, leaf):
            recorder.store(f"{prefix}gradient/{name}", sketch(_flat(gradient)))
        reached = [leaf.grad, *(pair.parameter.grad for pair in pairing.pairs)]
        recorder.note(gradients=sum(gradient is not None for gradient in reached))
        if not prefix:
            recorder.note(hidden_parameters=_hidden_parameters(model, pairing))
    return drew


def _hidden_parameters(model: nn.Module, pairing: Pairing) -> int:
    """Return the number of parameters that learn, but that an optimizer would not be given."""
    given = {id(p) for p in model.parameters()}
    return sum(p.parameter.grad is not None and id(p.parameter) not in given for p in pairing.pairs)


def _wanted(pairing: Pairing) -> list[Tensor]:
    """Return the tensors whose gradients are cheap, and the first, which all layers lead to."""
    pairs = [pair for pair in pairing.pairs if pair.parameter.requires_grad]
    first = min((pair.slot.key for pair in pairs), default=-1)
    return [p.parameter for p in pairs if len(p.slot.shape) < 2 or p.slot.key == first]


def _forward(model: nn.Module, leaf: Tensor) -> Tensor:
    out = model(leaf.clone())
    if not isinstance(out, Tensor):
        raise NoTensor(type(out).__name__)
    return as_plain(out)


def _backward(out: Tensor, leaf: Tensor, seed: int, wanted: list[Tensor] | None = None) -> None:
    weights = torch.from_numpy(stream(seed, WEIGHTING, (out.numel(),)).astype(np.float32))
    leaf.grad = None
    total = (out.reshape(-1) * weights).sum()
    total.backward(inputs=wanted or None)  # type: ignore[no-untyped-call]


def _gradients(pairing: Pairing, leaf: Tensor) -> list[tuple[str, Tensor]]:
    found = [] if leaf.grad is None else [("input", leaf.grad)]
    for pair in pairing.pairs:
        gradient = pair.gradient()
        if gradient is not None:
            found.append((str(pair.slot.key), gradient))
    return found


def _flat(tensor: Tensor) -> Array:
    return tensor.detach().reshape(-1).numpy()


def _is_random(
    recorder: Recorder[NetworkFacts], model: nn.Module, leaf: Tensor, case: NetworkCase
) -> bool:
    """Return whether a pass on other random numbers has another result."""
    with torch.no_grad():
        torch.manual_seed(case.seed + 1)
        second = sketch(_flat(_forward(model, leaf)))
    first = recorder.arrays["out"]
    return bool(np.abs(first - second).max() > 1e-3 * (first[-1] + 1e-30))


def _train(
    recorder: Recorder[NetworkFacts], model: nn.Module, case: NetworkCase, batch: int
) -> None:
    """Take some steps with the initial weights and small batches, as training does.

    A network that changes with the number of its calls, or keeps what it has seen, then differs
    from a new one in the pass that is compared.
    """
    parameters = [p for own, _ in groups_of(model) for p in own if p.requires_grad]
    count = sum(p.numel() for p in parameters)
    repeat = case.repeat if count < FEW else FEW_REPEATS if count < MANY else MANY_REPEATS
    cheap = [p for p in parameters if p.ndim < 2] + parameters[:1]
    leaf = torch.from_numpy(input_for(case, batch))
    leaf = leaf[:2] if batch == case.batches[0] else leaf
    states = RandomStates()
    for step in range(repeat):
        x = leaf.neg().requires_grad_(step % 2 == 1)
        states.before(step)
        try:
            out = _forward(model, x)
        except Exception:  # a network for one fixed batch size
            if step:
                raise
            return
        states.after(step)
        out.sum().backward(inputs=cheap or None)  # type: ignore[no-untyped-call]
    recorder.note(
        reseeds=states.reseeded, frozen_later=not all(p.requires_grad for p in parameters)
    )


def _run_in_eval_mode(
    recorder: Recorder[NetworkFacts],
    model: nn.Module,
    pairing: Pairing,
    leaf: Tensor,
    case: NetworkCase,
) -> None:
    with torch.no_grad():
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
