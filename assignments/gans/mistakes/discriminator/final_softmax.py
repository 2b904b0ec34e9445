"""A network that ends with a softmax. Over a single score that is always 1. The assignment asks for
the score itself.

Loses: discriminator 10
Explains: ends with Softmax(dim=1); the assignment has nothing
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
        nn.Softmax(dim=1),
    )
    return model
