"""Observe a loss that takes two networks and a criterion, as those of a GAN written by blocks.

The networks are ours and small. The generator makes its images of its weights and of how many are
asked for, not of the noise itself: so the numbers are known however a student draws his noise, and
the noise is judged apart, by its shape and its distribution.
"""

from contextlib import suppress

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .frozen_random import stream
from .values import describe_value, has_no_numbers

WIDTH = 5  # of the hidden layer of each network
KEPT_CALLS = 4  # of the generator and of the criterion, of which facts are kept

CRITERIA = {  # means over the batch, none of them symmetric in scores and labels
    "cross_entropy": F.binary_cross_entropy_with_logits,
    "squares": lambda scores, labels: (scores - labels + 0.3 * scores * labels).square().mean(),
    "product": lambda scores, labels: ((scores + 0.5) * (labels - 2)).mean(),
    "sum": lambda scores, labels: (scores + 2 * labels).mean(),
}


class _Weights(nn.Module):
    """Four parameters filled from the frozen stream."""

    def __init__(self, seed: int, sizes: tuple[int, int, int]):
        super().__init__()
        a, b, c = sizes
        shapes = {"w": (a, b), "u": (1, b), "v": (b, c), "t": (1, c)}
        for key, (name, shape) in enumerate(shapes.items()):
            values = torch.from_numpy(stream(seed, key, shape, 0.0, 0.7))
            self.register_parameter(name, nn.Parameter(values))

    def layers(self, x: Tensor) -> Tensor:
        return torch.tanh(x @ self.w + self.u) @ self.v + self.t


class Maker(_Weights):
    """A generator that looks at the shape of its noise only, and notes what it was given."""

    def __init__(self, seed: int, im_dim: int):
        super().__init__(seed, (3, WIDTH, im_dim))
        self.seed, self.given = seed, []

    def forward(self, noise: Tensor) -> Tensor:
        self.given.append(noise.detach())
        rows = torch.from_numpy(stream(self.seed, 9, (len(noise), 3)))
        return self.layers(rows.to(self.w))


class Judge(_Weights):
    """A discriminator: (N, im_dim) -> (N, 1)."""

    def __init__(self, seed: int, im_dim: int):
        super().__init__(seed, (im_dim, WIDTH, 1))

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)


class Criterion(nn.Module):
    """One of CRITERIA; notes in what the labels differ from the scores.

    A module whose arguments are called as those of `nn.BCEWithLogitsLoss`.
    """

    def __init__(self, name: str):
        super().__init__()
        self.formula, self.odd = CRITERIA[name], set()

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        self.odd |= {"dtype"} if target.dtype != input.dtype else set()
        self.odd |= {"device"} if target.device != input.device else set()
        return self.formula(input, target)


def observe_adversarial(function, probe: dict, facts: dict, arrays: dict) -> None:
    """Value of a loss, the gradient on the network that learns, and what the other one got.

    Args:
        probe: "takes": names of the arguments in order; "learns", "spares": which network must
            and which must not get a gradient; "criterion": a key of CRITERIA; "count", "z_dim",
            "im_dim", "extra": sizes, `extra` real images more than generated ones; "draws": how
            many calls to collect noise from, 0 for none; "device", "dtype"; "partner": the
            function that the training loop calls in turn with this one, found already, or None;
            "partner_takes": its arguments.
        facts, arrays: filled as far as the function gets, whatever it raises.
    """
    given = _arguments(probe)
    facts["stage"] = "call"
    try:
        value = function(*(given[name] for name in probe["takes"]))
    except RuntimeError as error:
        if not has_no_numbers(error, probe):
            raise
        value = torch.empty((), device=probe["device"])
    describe_value(value, facts)
    _note_noise(given["gen"], facts)
    facts["odd_labels"] = sorted(given["criterion"].odd)
    if not isinstance(value, Tensor) or value.device.type == "meta" or value.numel() != 1:
        return
    arrays["value"] = value.detach().double().reshape(1).numpy()
    facts["stage"] = "backward"
    if value.requires_grad:
        value.reshape(()).backward()
    learner = given[probe["learns"]]
    for index, parameter in enumerate(learner.parameters()):
        if parameter.grad is not None:
            arrays[f"gradient/{index}"] = parameter.grad.double().reshape(-1).numpy()
    if "spares" in probe:
        grads = [p.grad for p in given[probe["spares"]].parameters()]
        facts["spared"] = not any(g is not None and bool(g.any()) for g in grads)
    if probe["draws"]:
        facts["stage"] = "call"
        arrays["noise"] = _collect_noise(function, probe, given)
    facts["frozen"] = _left_frozen(probe, given)


def _arguments(probe: dict) -> dict:
    """Every argument that such a function may take, by name."""
    device, dtype = probe.get("device", "cpu"), getattr(torch, probe.get("dtype", "float32"))
    seed, count, im_dim = probe["seed"], probe["count"], probe["im_dim"]
    real = torch.from_numpy(stream(seed, 5, (count + probe["extra"], im_dim), 0.5, 0.3))
    return {
        "gen": Maker(seed, im_dim).to(device, dtype),
        "disc": Judge(seed + 1, im_dim).to(device, dtype),
        "criterion": Criterion(probe["criterion"]),
        "real": real.to(device, dtype),
        "num_images": count,
        "z_dim": probe["z_dim"],
        "device": device,
    }


def _note_noise(gen: Maker, facts: dict) -> None:
    facts["noise_shapes"] = [list(noise.shape) for noise in gen.given[:KEPT_CALLS]]
    facts["noise_devices"] = sorted({noise.device.type for noise in gen.given})


def _left_frozen(probe: dict, given: dict) -> list[str]:
    """Which networks stay without gradients for good: the partner does not wake them up either.

    Many write pairs of losses of which each freezes the network that the other one trains.
    """
    frozen = _frozen(given)
    if frozen and callable(probe.get("partner")):
        with suppress(Exception, SystemExit):  # it is a task of its own
            probe["partner"](*(given[name] for name in probe["partner_takes"]))
        frozen &= _frozen(given)
    return sorted(frozen)


def _frozen(given: dict) -> set[str]:
    networks = ("gen", "disc")
    return {n for n in networks if not all(p.requires_grad for p in given[n].parameters())}


def _collect_noise(function, probe: dict, given: dict):
    """(n,) float32: the noise of several calls, one after the other."""
    for _ in range(probe["draws"] - 1):
        function(*(given[name] for name in probe["takes"]))
    noise = [noise.float().reshape(-1) for noise in given["gen"].given]
    return torch.cat(noise).numpy() if noise else torch.zeros(0).numpy()
