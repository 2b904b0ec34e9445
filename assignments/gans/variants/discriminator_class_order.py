"""A class that registers its layers in another order than it uses them."""


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(256, 1)
        self.middle = nn.Linear(256, 256)
        self.first = nn.Linear(784, 256)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.first(x.flatten(1)), 0.01)
        return self.last(nn.functional.leaky_relu(self.middle(x), 0.01))


def discriminator(seed=None):
    return Critic()
