"""This is what a network gives whose layers have no bias. The text asks for one in each
fully connected layer.

Loses: discriminator 10
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256, bias=False),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256, bias=False),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1, bias=False),
    )
    return model
