"""Layers of nn.LazyLinear, whose sizes are known only after the first batch."""


def discriminator(seed=None):
    return nn.Sequential(
        nn.Flatten(),
        nn.LazyLinear(256),
        nn.LeakyReLU(0.01),
        nn.LazyLinear(256),
        nn.LeakyReLU(0.01),
        nn.LazyLinear(1),
    )
