"""All networks of this builder share the memory of their parameters. Each call must build a new network.

Loses: discriminator 5
Explains: the same network at every call
"""


FIRST = []


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
    )
    FIRST.append(model)
    for parameter, first in zip(model.parameters(), FIRST[0].parameters()):
        parameter.data = first.data
    return model
