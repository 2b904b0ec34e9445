"""This is what a network gives whose second layer has 128 units. The text asks for 256.

Loses: discriminator 10
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
