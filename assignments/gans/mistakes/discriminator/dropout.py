"""A network with Dropout. The assignment asks for none.

Loses: discriminator 10
Explains: Your network has Dropout; the assignment has none
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Dropout(0.3),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Dropout(0.3),
        nn.Linear(256, 1),
    )
    return model
