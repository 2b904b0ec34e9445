"""A network that ends with Tanh. The assignment asks for a score, any real number.

Loses: discriminator 10
Explains: ends with Tanh; the assignment has nothing
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
        nn.Tanh(),
    )
    return model
