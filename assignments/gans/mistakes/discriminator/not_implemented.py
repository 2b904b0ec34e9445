"""The line `raise NotImplementedError` still stands at the end, after the code.

Loses: discriminator 10
Explains: still raises NotImplementedError
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )
    raise NotImplementedError
    return model
