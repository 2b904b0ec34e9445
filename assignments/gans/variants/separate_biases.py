"""Each bias in a module of its own, as a row."""


class Bias(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.b = nn.Parameter(torch.zeros(1, n))

    def forward(self, x):
        return x + self.b


def discriminator(seed=None):
    def layer(a, b):
        return nn.Sequential(nn.Linear(a, b, bias=False), Bias(b))

    return nn.Sequential(
        Flatten(), layer(784, 256), nn.LeakyReLU(), layer(256, 256), nn.LeakyReLU(), layer(256, 1)
    )
