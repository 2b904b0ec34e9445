"""A network without Flatten: images come as (N, 1, 28, 28), and a fully connected layer needs (N,
784).

Loses: discriminator 10
Explains: stops at Linear(784, 256); flattens its input first; your network does not
"""


def discriminator(seed=None):
    model = nn.Sequential(
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )
    return model
