"""A network whose LeakyReLU has negative slope 0.001. The assignment asks for 0.01.

Loses: discriminator 10
Explains: has negative slope 0.001; the assignment asks for 0.01
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.001),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.001),
        nn.Linear(256, 1),
    )
    return model
