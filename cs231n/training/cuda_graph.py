"""A training step as one CUDA graph: launched at once instead of kernel by kernel.

A step of these small networks is some 300 kernels of a few microseconds; launching them from Python
takes longer than computing them. A graph records them once and is launched whole. Recording fixes
all that Python decided, so it is tried, compared with the step as written, and given up with the
reason if anything differs.
"""

import warnings
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from .gan_step import GanStep, Outcome

WARM = 3  # steps before recording: libraries choose their kernels, optimizers make their state


class GraphedStep:
    """A `GanStep` that records itself after a few steps and is replayed from then on.

    Args:
        step: the step as written. It is used as it is as long as, or as soon as, no graph fits.
        record: (function without arguments) -> (replay, its outcome's tensors); CUDA's own.
    """

    def __init__(self, step: GanStep, record: Callable | None = None):
        self.step, self.record = step, record or record_on_cuda
        self.done, self.replay = 0, None
        self.given_up = capturable(step)

    def __call__(self, real: Tensor, noise: Callable[[], Tensor]) -> Outcome:
        """As `GanStep`; both draws of noise come before the replay."""
        self.done += 1
        if self.given_up is None and self.done > WARM:
            if self.replay is None:
                return self._try(real, noise)
            if self.settings == settings(self.step) and real.shape == self.inputs[0].shape:
                return self._run(real, noise(), noise())
            self._give_up("the optimizer's settings, the network's mode or the batch changed")
        return self.step(real, noise)

    def _try(self, real: Tensor, noise: Callable[[], Tensor]) -> Outcome:
        """One step as written and once more as a graph from the same state; keep what agrees."""
        inputs = [real, noise(), noise()]
        self.inputs, self.settings = [x.clone() for x in inputs], settings(self.step)
        before = snapshot(self.step)
        written = self._written(inputs)
        after = snapshot(self.step)
        try:
            restore(self.step, before)
            self.replay, self.outcome = self.record(lambda: self._written(self.inputs))
            restore(self.step, before)  # a record may have computed
            replayed = self._run(*inputs)
        except Exception as error:  # anything in a student's code that cannot be recorded
            reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        else:
            if alike(written, replayed) and alike(after, snapshot(self.step)):
                return replayed
            reason = "replaying it gave other numbers"
        self._give_up(reason)
        restore(self.step, after)
        return written

    def _written(self, inputs: list[Tensor]) -> Outcome:
        real, *draws = inputs
        return self.step(real, iter(draws).__next__)

    def _run(self, *inputs: Tensor) -> Outcome:
        for static, new in zip(self.inputs, inputs, strict=True):
            static.copy_(new)
        self.replay()
        return Outcome(*(x.clone() for x in self.outcome))  # the next replay overwrites it

    def _give_up(self, reason: str) -> None:
        self.replay, self.given_up = None, reason
        warnings.warn(
            f"train_gan: no CUDA graph ({reason}); training goes on, but slower", stacklevel=4
        )


def capturable(step: GanStep) -> str | None:
    """Make both optimizers ready to be recorded; a reason if one cannot be."""
    for optimizer in (step.D_optimizer, step.G_optimizer):
        for group in optimizer.param_groups:
            if "capturable" not in group and not group.get("fused"):
                return f"{type(optimizer).__name__} cannot be recorded"
        counts = [s["step"] for s in optimizer.state.values() if "step" in s]
        if any(not isinstance(n, Tensor) or n.device.type == "cpu" for n in counts):
            return "the optimizer counts its steps on the CPU"
    for optimizer in (step.D_optimizer, step.G_optimizer):
        for group in optimizer.param_groups:
            if "capturable" in group:
                group["capturable"] = True
    return None


def settings(step: GanStep) -> list:
    """All that a record fixes and a student may change between two steps."""
    groups = [g for o in (step.D_optimizer, step.G_optimizer) for g in o.param_groups]
    numbers = [[v for k, v in g.items() if k != "params"] for g in groups]
    modes = [m.training for model in (step.D, step.G) for m in model.modules()]
    return [numbers, modes]


def state(step: GanStep) -> Iterable[Tensor]:
    """Every tensor that a step changes, gradients excepted."""
    models: tuple[nn.Module, ...] = (step.D, step.G)
    for model in models:
        yield from model.parameters()
        yield from model.buffers()
    for optimizer in (step.D_optimizer, step.G_optimizer):
        for values in optimizer.state.values():
            yield from (v for v in values.values() if isinstance(v, Tensor))


def snapshot(step: GanStep) -> list[Tensor]:
    """A copy of `state`."""
    return [x.detach().clone() for x in state(step)]


def restore(step: GanStep, values: list[Tensor]) -> None:
    """Write a snapshot back in place: a graph knows the tensors by their address."""
    with torch.no_grad():
        for x, value in zip(state(step), values, strict=True):
            x.copy_(value)


def alike(a: Iterable[Tensor], b: Iterable[Tensor]) -> bool:
    """Equal up to the order in which a GPU adds up."""
    pairs = zip(a, b, strict=True)
    return all(torch.allclose(x, y, rtol=1e-3, atol=1e-4, equal_nan=True) for x, y in pairs)


def record_on_cuda(function: Callable[[], Outcome]) -> tuple[Callable[[], None], Outcome]:
    """Record what a function launches, without running it."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        function()  # on this stream once, as PyTorch asks before a record
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outcome = function()
    return graph.replay, outcome
