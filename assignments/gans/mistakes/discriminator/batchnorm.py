"""This is what a network gives with BatchNorm after its hidden layers. The text asks for
none here.

Loses: discriminator 10
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
