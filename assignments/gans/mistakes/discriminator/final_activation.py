"""A network with a LeakyReLU after its last layer too. The assignment asks for a score, any real
number, with nothing after it.

Loses: discriminator 10
Explains: ends with LeakyReLU(0.01); the assignment has nothing
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
