"""A network that has no layer 256 -> 256.

Loses: discriminator 10
Explains: A linear layer is missing after your first linear layer
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )
    return model
