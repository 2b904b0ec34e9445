"""This is what a network gives that ends with a softmax. Over a single score that is always
1. The text asks for the score itself.

Loses: discriminator 10
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
