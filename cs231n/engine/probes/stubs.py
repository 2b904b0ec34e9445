"""Stubs for a student's own functions, so that a task that uses them is judged alone.

A stub does not do what the assignment asks for: it only accepts the same arguments and returns the
same kind of result.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def affine_tanh(input_dim: int, output_dim: int) -> nn.Module:
    """Return a block of other layers than those of the assignment."""
    layer = nn.Linear(in_features=input_dim, out_features=output_dim)
    return nn.Sequential(layer, nn.Tanh())


class FrozenNoise:
    """Shifted normal noise, the same in every run; code that seeds in between repeats it.

    A student's file can import it, so its mean and deviation are not those of the assignment.
    """

    MEAN, DEVIATION = 3.0, 2.0

    def __init__(self) -> None:
        torch.manual_seed(20_061)

    def __call__(self, n_samples: int, z_dim: int, device: str = "cpu") -> Tensor:
        """Return (n_samples, z_dim) standard normal numbers."""
        noise = torch.randn(int(n_samples), int(z_dim)).to(device)
        return self.MEAN + self.DEVIATION * noise


STUBS: dict[str, Callable[[], Callable[..., Any]]] = {
    "affine_tanh": lambda: affine_tanh,
    "frozen_noise": FrozenNoise,
}


@contextmanager
def stubs_in_place(module: object, stubs: Mapping[str, str]) -> Iterator[None]:
    """Replace functions of a student's module for the duration of the block.

    Args:
        module: holds the student's functions.
        stubs: name of a function -> key of STUBS.
    """
    own = {name: vars(module).get(name) for name in stubs}
    for name, stub in stubs.items():
        setattr(module, name, STUBS[stub]())
    try:
        yield
    finally:
        for name, function in own.items():
            if function is None:
                delattr(module, name)
            else:
                setattr(module, name, function)
