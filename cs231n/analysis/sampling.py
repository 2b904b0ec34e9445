"""Samples of a trained generator, drawn as in training and without a trace."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from cs231n.runtime import step_limit

BATCH = 128  # as in training: BatchNorm works with the statistics of the batch at hand
SEED = 231
FEW, TRIAL = 200, 200  # samples of a trial run, and steps below which a run is one


def usual(count: int) -> int:
    """`count` samples, or no more than 200 in a trial run (GANS_SHORT below 200 steps)."""
    limit = step_limit()
    return min(count, FEW) if limit and limit < TRIAL else count


def draw_noise(count: int, noise_dim: int = 96, seed: int = SEED) -> Tensor:
    """(count, noise_dim) float32 uniform in (-1, 1), the same for the same seed."""
    source = torch.Generator().manual_seed(seed)
    return torch.empty(count, noise_dim).uniform_(-1, 1, generator=source)


def draw_samples(G: nn.Module, count: int, noise_dim: int = 96, seed: int = SEED) -> Tensor:
    """Images of a generator for `count` noise vectors, (count, 784) float32 on the CPU."""
    return generate(G, draw_noise(count, noise_dim, seed))


def generate(G: nn.Module, noise: Tensor, at_once: int = BATCH) -> Tensor:
    """Images of a generator in train mode; nothing about it changes, running statistics included.

    Args:
        G: noise (N, noise_dim) -> images (N, 784) or (N, 1, 28, 28), on any device.
        noise: (N, noise_dim) float, of any N.
        at_once: rows of `noise` in a batch of 128; the others are ordinary noise. Needed for noise
            that is out of the ordinary: BatchNorm would take its peculiarity for the usual case.
    Returns:
        (N, 784) float32 on the CPU.
    """
    weights, parts = next(G.parameters()), []
    with torch.no_grad(), unchanged(G):
        G.train()
        for i, rows in enumerate(noise.split(at_once)):
            others = draw_noise(BATCH - len(rows), noise.shape[1], SEED + 1 + i)
            images = G(torch.cat([rows, others]).to(weights)).float().cpu()
            parts.append(images.reshape(BATCH, -1)[: len(rows)])
    return torch.cat(parts)


@contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """Give the model back its buffers and modes after a while, also when the while ends badly."""
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        for module, mode in modes:
            module.training = mode
