"""This is what a network gives with two outputs, one for each class. The text asks for one
score.

Loses: discriminator 10
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 2),
    )
    return model
