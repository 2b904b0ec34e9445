"""This is what a network gives with PReLU, whose slope is learned. The text asks for
LeakyReLU with the fixed slope 0.01.

Loses: discriminator 10
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
