"""A network with BatchNorm after its hidden layers. The assignment asks for none here.

Loses: discriminator 10
Explains: Your network has BatchNorm; the assignment has none
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.BatchNorm1d(256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.BatchNorm1d(256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )
    return model
