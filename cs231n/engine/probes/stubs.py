"""Stand-ins for a student's own functions, so that a task that uses them is judged alone.

A stand-in is not what the text asks for: it only takes the same arguments and gives the same kind
of result.
"""

from contextlib import contextmanager

import torch
from torch import Tensor, nn


def affine_tanh(input_dim: int, output_dim: int) -> nn.Module:
    """A block of other layers than those of the text."""
    layer = nn.Linear(in_features=input_dim, out_features=output_dim)
    return nn.Sequential(layer, nn.Tanh())


class FrozenNoise:
    """Noise of the right law, the same in every run; who seeds in between gets the same again."""

    def __init__(self):
        torch.manual_seed(20_061)

    def __call__(self, n_samples: int, z_dim: int, device="cpu") -> Tensor:
        return torch.randn(int(n_samples), int(z_dim)).to(device)


MAKERS = {"affine_tanh": lambda: affine_tanh, "frozen_noise": FrozenNoise}


@contextmanager
def standing_in(module, probe: dict):
    """Put the stand-ins of a probe into the student's module for a while.

    Args:
        module: holds the student's functions.
        probe: "stand_ins": name of a function -> key of MAKERS; may be absent.
    """
    own = {name: vars(module).get(name) for name in probe.get("stand_ins", {})}
    for name, kind in probe.get("stand_ins", {}).items():
        setattr(module, name, MAKERS[kind]())
    try:
        yield
    finally:
        for name, function in own.items():
            if function is None:
                delattr(module, name)
            else:
                setattr(module, name, function)
