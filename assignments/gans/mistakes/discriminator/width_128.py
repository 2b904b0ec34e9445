"""A network whose second layer has 128 units. The assignment asks for 256.

Loses: discriminator 10
Explains: maps 256 -> 128; the assignment has 256 -> 256
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 128),
        nn.LeakyReLU(0.01),
        nn.Linear(128, 1),
    )
    return model
