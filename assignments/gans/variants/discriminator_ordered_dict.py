"""Layers with names in an OrderedDict."""

from collections import OrderedDict


def discriminator(seed=None):
    return nn.Sequential(OrderedDict([
        ("flatten", Flatten()),
        ("fc1", nn.Linear(784, 256)),
        ("leaky1", nn.LeakyReLU(negative_slope=1e-2)),
        ("fc2", nn.Linear(256, 256)),
        ("leaky2", nn.LeakyReLU(negative_slope=1e-2)),
        ("fc3", nn.Linear(256, 1)),
    ]))
