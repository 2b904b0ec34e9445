"""A network that has no activation between its layers. The assignment asks for LeakyReLU after the
first and the second.

Loses: discriminator 10
Explains: has no LeakyReLU; the assignment has LeakyReLU(0.01)
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.Linear(256, 256),
        nn.Linear(256, 1),
    )
    return model
