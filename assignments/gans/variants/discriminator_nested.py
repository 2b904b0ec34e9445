"""Sequentials inside a Sequential, with an Unflatten that only gets in the way."""


def block(n, m):
    return nn.Sequential(nn.Linear(n, m), nn.LeakyReLU(0.01))


def discriminator(seed=None):
    return nn.Sequential(
        nn.Sequential(nn.Flatten(), Unflatten(-1, 1, 28, 28), Flatten()),
        nn.Sequential(block(784, 256), block(256, 256)),
        nn.Linear(256, 1),
    )
