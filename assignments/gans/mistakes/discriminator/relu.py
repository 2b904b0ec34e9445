"""A network with ReLU for LeakyReLU. The assignment asks for LeakyReLU with slope 0.01.

Loses: discriminator 10
Explains: has ReLU where the assignment has LeakyReLU(0.01)
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 1),
    )
    return model
