"""A network whose layers have no bias. The assignment asks for one in each fully connected layer.

Loses: discriminator 10
Explains: Your linear layers have no bias
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
