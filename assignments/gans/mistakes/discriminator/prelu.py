"""A network with PReLU, whose slope is learned. The assignment asks for LeakyReLU with the fixed
slope 0.01.

Loses: discriminator 10
Explains: has PReLU where the assignment has LeakyReLU(0.01)
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.PReLU(),
        nn.Linear(256, 256),
        nn.PReLU(),
        nn.Linear(256, 1),
    )
    return model
