"""This is the class of a network and not a network: it was not called.

Loses: discriminator 10
Explains: returned type; must return a network
"""


class Critic(nn.Sequential):
    def __init__(self):
        super().__init__(
            Flatten(),
            nn.Linear(784, 256),
            nn.LeakyReLU(0.01),
            nn.Linear(256, 256),
            nn.LeakyReLU(0.01),
            nn.Linear(256, 1),
        )


def discriminator(seed=None):
    return Critic
