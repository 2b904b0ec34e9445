"""Observe a loss that takes two networks and a criterion, as in a GAN written by blocks.

The networks are small and built here. The images of the generator depend on its weights and on the
number of noise vectors, not on the noise itself. The expected numbers are therefore known however
the student draws the noise, and the noise is judged separately, by its shape and distribution.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cs231n.engine.schema import (
    AdversarialCase,
    AdversarialFacts,
    Array,
    CriterionCall,
    Observation,
)

from .frozen_random import stream
from .recorder import RandomStates, Recorder, Subject, as_plain, has_no_numbers, note_value
from .stubs import FrozenNoise

STUB = "frozen_noise"  # in place of the student's own noise
WIDTH = 5  # of the hidden layer of each network
NOTED_CALLS = 4  # of the generator, whose noise shapes are noted

CRITERIA: dict[
    str, Callable[[Tensor, Tensor], Tensor]
] = {  # means over the batch, none of them symmetric in scores and labels
    "cross_entropy": F.binary_cross_entropy_with_logits,
    "squares": lambda scores, labels: (scores - labels + 0.3 * scores * labels).square().mean(),
    "product": lambda scores, labels: ((scores + 0.5) * (labels - 2)).mean(),
    "sum": lambda scores, labels: (scores + 2 * labels).mean(),
}


class _Weights(nn.Module):
    """Four parameters filled from the frozen stream."""

    w: Tensor
    u: Tensor
    v: Tensor
    t: Tensor

    def __init__(self, seed: int, sizes: tuple[int, int, int]):
        super().__init__()
        a, b, c = sizes
        shapes = {"w": (a, b), "u": (1, b), "v": (b, c), "t": (1, c)}
        for key, (name, shape) in enumerate(shapes.items()):
            values = torch.from_numpy(stream(seed, key, shape, 0.0, 0.7))
            self.register_parameter(name, nn.Parameter(values))

    def layers(self, x: Tensor) -> Tensor:
        """Return tanh(x w + u) v + t."""
        return torch.tanh(x @ self.w + self.u) @ self.v + self.t


class ProbeGenerator(_Weights):
    """A generator that uses only the shape of its noise, and keeps all noise that it is given."""

    def __init__(self, seed: int, im_dim: int):
        super().__init__(seed, (3, WIDTH, im_dim))
        self.seed = seed
        self.noise: list[Tensor] = []
        self.of_this_call: list[Tensor] = []
        self.fakes: list[Tensor] = []

    def forward(self, noise: Tensor) -> Tensor:
        """Return (N, im_dim) images for (N, z_dim) noise."""
        if not any(_is_same(noise, earlier) for earlier in self.of_this_call):
            self.noise.append(noise.detach())
            self.of_this_call.append(noise)
        rows = torch.from_numpy(stream(self.seed, 9, (len(noise), 3)))
        fakes = self.layers(rows.to(self.w))
        if len(self.fakes) < NOTED_CALLS:
            self.fakes.append(fakes.detach())
        return fakes


class ProbeDiscriminator(_Weights):
    """A discriminator: (N, im_dim) -> (N, 1); it keeps its first images and scores."""

    def __init__(self, seed: int, im_dim: int):
        super().__init__(seed, (im_dim, WIDTH, 1))
        self.seen: list[tuple[Tensor, Tensor]] = []

    def forward(self, images: Tensor) -> Tensor:
        """Return (N, 1) scores."""
        scores = self.layers(images)
        if len(self.seen) < NOTED_CALLS:
            self.seen.append((images.detach(), scores.detach()))
        return scores


class Criterion(nn.Module):
    """One of CRITERIA, with the argument names of `nn.BCEWithLogitsLoss`.

    Attributes:
        odd_labels: in what the labels of any call differed from the scores: "dtype", "device".
    """

    def __init__(self, name: str):
        super().__init__()
        self.formula = CRITERIA[name]
        self.odd_labels: set[str] = set()
        self.calls: list[tuple[Tensor, Tensor, Tensor, bool]] = []

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss, a scalar."""
        self.odd_labels |= {"dtype"} if target.dtype != input.dtype else set()
        self.odd_labels |= {"device"} if target.device != input.device else set()
        value = self.formula(input, target)
        if len(self.calls) < NOTED_CALLS:
            gradient = bool(input.requires_grad)
            self.calls.append((input.detach(), target.detach(), value.detach(), gradient))
        return value


@dataclass(frozen=True)
class Arguments:
    """Every argument that a loss of two networks may take."""

    gen: ProbeGenerator
    disc: ProbeDiscriminator
    criterion: Criterion
    real: Tensor
    num_images: int
    z_dim: int
    device: str

    def named(self, names: tuple[str, ...]) -> list[Any]:
        """Return the arguments with these names, in this order."""
        return [getattr(self, name) for name in names]

    def network(self, name: str) -> nn.Module:
        """Return "gen" or "disc"."""
        return {"gen": self.gen, "disc": self.disc}[name]

    def frozen(self) -> set[str]:
        """Return the names of the networks with a parameter that requires no gradient."""
        names = ("gen", "disc")
        return {n for n in names if not all(p.requires_grad for p in self.network(n).parameters())}

    def in_eval_mode(self) -> set[str]:
        """Return the names of the networks that are in eval mode."""
        return {name for name in ("gen", "disc") if not self.network(name).training}


def observe_adversarial(subject: Subject, case: AdversarialCase) -> Observation:
    """Return the value of a loss and the gradient on the network that learns.

    Arrays: "value" (1,) float64, "gradient/i" (n,) float64 of parameter i of that network, and
    "noise" (n,) float32 that the generator was given.
    """
    recorder = Recorder(AdversarialFacts(), subject.file)
    with recorder:
        arguments = _arguments(case)
        recorder.note(stage="call")
        try:
            value = subject.function(*arguments.named(case.arguments))
        except RuntimeError as error:
            if not has_no_numbers(error, case.device):
                raise
            value = torch.empty((), device=case.device)
        note_value(recorder, value)
        noise = arguments.gen.noise
        recorder.note(
            noise_shapes=tuple(tuple(array.shape) for array in noise[:NOTED_CALLS]),
            noise_devices=tuple(sorted({array.device.type for array in noise})),
            odd_labels=tuple(sorted(arguments.criterion.odd_labels)),
        )
        if case.device == "cpu":
            recorder.note(**_uses(arguments))
        if isinstance(value, Tensor) and value.device.type != "meta" and value.numel() == 1:
            _observe_gradients(recorder, as_plain(value), case, arguments)
            if case.draws:
                recorder.note(stage="call")
                recorder.store("noise", _collect_noise(subject, case, arguments))
            recorder.note(**_state_after(subject, case, arguments))
            if case.repeat:
                _repeat(recorder, subject, case)
    return recorder.observation()


def _uses(arguments: Arguments) -> dict[str, Any]:
    """Return facts about what the discriminator and the criterion were given."""
    scores: list[tuple[str, Tensor]] = []
    judged = []
    for images, result in arguments.disc.seen:
        name = "other"
        if _equal(images, arguments.real):
            name = "real"
        elif any(_equal(images, fakes) for fakes in arguments.gen.fakes):
            name = "fake"
        judged.append(name)
        scores += [(name, result), (f"sigmoid {name}", torch.sigmoid(result))]
    calls = tuple(
        CriterionCall(
            scores=_what(first, scores),
            labels=_what(second, scores),
            value=float(value.double().sum()),
            gradient=gradient,
        )
        for first, second, value, gradient in arguments.criterion.calls
    )
    return {"calls": calls, "judged": tuple(judged)}


def _what(tensor: Tensor, scores: list[tuple[str, Tensor]]) -> str:
    """Return the name of the scores that a tensor equals, or the number that fills it."""
    for name, known in scores:
        if _equal(tensor, known) and not name.endswith("other"):
            return name
    flat = tensor.reshape(-1).double()
    if flat.numel() and bool((flat == flat[0]).all()):
        return f"{float(flat[0]):.6g}"
    return "other"


def _is_same(a: Tensor, b: Tensor) -> bool:
    """Return whether two tensors are one: code may print gen(z) before it uses gen(z)."""
    return a is b or (
        a.device.type == "cpu" and a.data_ptr() == b.data_ptr() and a.shape == b.shape
    )


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.numel() == b.numel() and torch.equal(a.reshape(-1).double(), b.reshape(-1).double())


def _arguments(case: AdversarialCase) -> Arguments:
    dtype = getattr(torch, case.dtype)
    images = stream(case.seed, 5, (case.count + case.extra, case.im_dim), 0.5, 0.3)
    return Arguments(
        gen=ProbeGenerator(case.seed, case.im_dim).to(case.device, dtype),
        disc=ProbeDiscriminator(case.seed + 1, case.im_dim).to(case.device, dtype),
        criterion=Criterion(case.criterion),
        real=torch.from_numpy(images).to(case.device, dtype),
        num_images=case.count,
        z_dim=case.z_dim,
        device=case.device,
    )


def _observe_gradients(
    recorder: Recorder[AdversarialFacts],
    value: Tensor,
    case: AdversarialCase,
    arguments: Arguments,
    prefix: str = "",
) -> None:
    recorder.store(prefix + "value", value.detach().double().reshape(1).numpy())
    recorder.note(stage="backward")
    if value.requires_grad:
        value.reshape(()).backward()  # type: ignore[no-untyped-call]
    for index, parameter in enumerate(arguments.network(case.trains).parameters()):
        if parameter.grad is not None:
            recorder.store(f"{prefix}gradient/{index}", parameter.grad.double().reshape(-1).numpy())
    if case.spares is not None and not prefix:
        grads = [p.grad for p in arguments.network(case.spares).parameters()]
        recorder.note(spared=not any(g is not None and bool(g.any()) for g in grads))


def _state_after(
    subject: Subject, case: AdversarialCase, arguments: Arguments
) -> dict[str, tuple[str, ...]]:
    """Return the networks that stay frozen, or in eval mode, even after the partner's call.

    Many students write pairs of losses in which each freezes the network that the other trains.
    """
    frozen, in_eval_mode = arguments.frozen(), arguments.in_eval_mode()
    if (frozen or in_eval_mode) and subject.partner is not None:
        with suppress(Exception, SystemExit):  # the partner is a task of its own
            subject.partner(*arguments.named(case.partner_arguments))
        frozen &= arguments.frozen()
        in_eval_mode &= arguments.in_eval_mode()
    return {"frozen": tuple(sorted(frozen)), "in_eval_mode": tuple(sorted(in_eval_mode))}


def _repeat(recorder: Recorder[AdversarialFacts], subject: Subject, case: AdversarialCase) -> None:
    """Call the loss on other networks, as training does, and then once more on the first ones."""
    states = RandomStates()
    for step in range(case.repeat + 1):
        last = step == case.repeat
        arguments = _arguments(case if last else replace(case, seed=case.seed + 2 + step))
        states.before(step)
        value = as_plain(subject.function(*arguments.named(case.arguments)))
        states.after(step)
        if last:
            _observe_gradients(recorder, value, case, arguments, "again/")
        elif value.requires_grad:
            value.reshape(()).backward()  # type: ignore[no-untyped-call]
    recorder.note(reseeds=states.reseeded)


def _collect_noise(subject: Subject, case: AdversarialCase, arguments: Arguments) -> Array:
    """Return the noise of all calls, one after the other: (n,) float32."""
    for _ in range(case.draws - 1):
        arguments.gen.of_this_call.clear()
        subject.function(*arguments.named(case.arguments))
    noise = [array.float().reshape(-1) for array in arguments.gen.noise]
    joined = torch.cat(noise) if noise else torch.zeros(0)
    if STUB in case.stubs.values() and float(joined.mean()) > FrozenNoise.MEAN / 2:
        joined = (joined - FrozenNoise.MEAN) / FrozenNoise.DEVIATION
    return joined.numpy()
