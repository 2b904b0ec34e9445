"""This is what a network gives with a LeakyReLU after its last layer too. The text asks for
a score, any real number, with nothing after it.

Loses: discriminator 10
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
        nn.LeakyReLU(0.01),
    )
    return model
