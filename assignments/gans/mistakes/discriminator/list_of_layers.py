"""This is a list of layers. The assignment asks for a network: put the layers into one module.

Loses: discriminator 10
Explains: returned list; must return a network
"""


def discriminator(seed=None):
    model = [
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    ]
    return model
