"""Observe a loss: its value and its gradient with respect to every argument."""

import numpy as np
import torch
from torch import Tensor

from cs231n.engine.schema import LossCase, LossFacts, Observation

from .frozen_random import make_input
from .recorder import RandomStates, Recorder, Subject, as_plain, has_no_numbers, note_value


def observe_loss(subject: Subject, case: LossCase) -> Observation:
    """Return the value of a loss and its gradient with respect to every argument.

    Arrays: "value" (1,), and "gradient/i" (N,) for argument i, all float64; "again/..." for the
    same inputs after `case.repeat` calls with others.
    """
    recorder = Recorder(LossFacts(), subject.file)
    with recorder:
        inputs = [torch.from_numpy(make_input(spec)).to(case.device) for spec in case.inputs]
        leaves = [tensor.clone().requires_grad_() for tensor in inputs]
        arguments = [leaf.clone() for leaf in leaves]
        versions = [tensor._version for tensor in arguments]
        recorder.note(stage="call")
        subject.mode.largest = 0
        try:
            value = subject.function(*arguments)
        except RuntimeError as error:
            if not has_no_numbers(error, case.device):
                raise
            value = torch.empty((), device=case.device)
        changed = tuple(t._version != v for t, v in zip(arguments, versions, strict=True))
        recorder.note(largest=subject.mode.largest, changed=changed)
        note_value(recorder, value)
        if not isinstance(value, Tensor):
            if isinstance(value, int | float | np.number | np.ndarray) and np.size(value) == 1:
                recorder.store("value", np.array([float(np.asarray(value).reshape(-1)[0])]))
        elif value.device.type != "meta" and value.numel() == 1:
            _observe_gradients(recorder, as_plain(value), leaves)
            if case.repeat and recorder.facts.requires_grad:
                _repeat(recorder, subject, inputs, case.repeat)
    return recorder.observation()


def _repeat(
    recorder: Recorder[LossFacts], subject: Subject, inputs: list[Tensor], count: int
) -> None:
    """Call the loss on other scores, as training does, and then once more on the first ones."""
    states = RandomStates()
    for step in range(count + 1):
        last = step == count
        scale = 1.0 if last else 0.5 + 0.1 * step
        leaves = [(scale * tensor).requires_grad_() for tensor in inputs]
        states.before(step)
        value = as_plain(subject.function(*(leaf.clone() for leaf in leaves)))
        states.after(step)
        if last:
            _observe_gradients(recorder, value, leaves, "again/")
        elif value.requires_grad:
            value.reshape(()).backward()  # type: ignore[no-untyped-call]
    recorder.note(reseeds=states.reseeded)


def _observe_gradients(
    recorder: Recorder[LossFacts], value: Tensor, leaves: list[Tensor], prefix: str = ""
) -> None:
    recorder.store(f"{prefix}value", value.detach().double().reshape(1).numpy())
    recorder.note(stage="backward")
    if value.requires_grad:
        value.reshape(()).backward()  # type: ignore[no-untyped-call]
    for index, leaf in enumerate(leaves):
        if leaf.grad is not None:
            recorder.store(f"{prefix}gradient/{index}", leaf.grad.double().reshape(-1).numpy())
    if not prefix:
        recorder.note(gradients=tuple(leaf.grad is not None for leaf in leaves))
