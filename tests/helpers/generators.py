"""Small generators."""

import torch
from torch import nn


class Linear(nn.Module):
    """A generator that shows its noise: pixel k is z[k], the others are black."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.eye(784, 96))

    def forward(self, z):
        return z @ self.weight.T


def make_generator(fixed: int | None = None) -> nn.Module:
    """A small generator with BatchNorm and Dropout, in eval mode, seeded."""
    torch.manual_seed(231)
    layers = nn.Linear(96, 32), nn.ReLU(), nn.BatchNorm1d(32), nn.Dropout(0.0), nn.Linear(32, 784)
    G = nn.Sequential(*layers, nn.Tanh()).eval()
    if fixed:
        G.register_forward_pre_hook(lambda _, z: z[0].view(fixed, 96))
    return G
