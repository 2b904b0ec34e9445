"""Convolutions as large as their input, which are fully connected layers by another name."""


def discriminator(seed=None):
    return nn.Sequential(
        nn.Conv2d(1, 256, 28),
        nn.LeakyReLU(0.01),
        nn.Conv2d(256, 256, 1),
        nn.LeakyReLU(0.01),
        nn.Conv2d(256, 1, 1),
        nn.Flatten(),
    )
