"""A network that ends with a sigmoid. The assignment asks for a score, any real number; the loss
applies the sigmoid.

Loses: discriminator 10
Explains: ends with Sigmoid; the assignment has nothing
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
        nn.Sigmoid(),
    )
    return model
