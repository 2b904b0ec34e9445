"""A network with two outputs, one for each class. The assignment asks for one score.

Loses: discriminator 10
Explains: maps 256 -> 2; the assignment has 256 -> 1
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 2),
    )
    return model
