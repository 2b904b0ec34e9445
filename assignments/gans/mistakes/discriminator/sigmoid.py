"""A network with a sigmoid between its layers. The assignment asks for LeakyReLU with slope 0.01.

Loses: discriminator 10
Explains: has Sigmoid where the assignment has LeakyReLU(0.01)
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.Sigmoid(),
        nn.Linear(256, 256),
        nn.Sigmoid(),
        nn.Linear(256, 1),
    )
    return model
