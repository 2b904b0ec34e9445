"""The network was built on another device than the one on which images come. Build it
without naming a device.

Loses: discriminator 10
Explains: device meta
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
    return model.to("meta")
