"""A subclass of nn.Sequential with a forward of its own."""


class Critic(nn.Sequential):
    def __init__(self):
        super().__init__(
            Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
        )

    def forward(self, input):
        return super().forward(input)


def discriminator(seed=None):
    return Critic()
