"""This is what a network gives that has no activation between its layers.

Loses: discriminator 10
"""


def discriminator(seed=None):
    return nn.Sequential(Flatten(), nn.Linear(784, 256), nn.Linear(256, 256), nn.Linear(256, 1))
