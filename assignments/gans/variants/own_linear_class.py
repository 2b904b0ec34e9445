"""Fully connected layers of a class of one's own, whose weights go from in to out."""


class Affine(nn.Module):
    def __init__(self, fan_in, fan_out):
        super().__init__()
        self.W = nn.Parameter(torch.randn(fan_in, fan_out) * 0.01)
        self.b = nn.Parameter(torch.zeros(fan_out))

    def forward(self, x):
        return x @ self.W + self.b


def discriminator(seed=None):
    return nn.Sequential(
        Flatten(), Affine(784, 256), nn.LeakyReLU(0.01), Affine(256, 256), nn.LeakyReLU(0.01), Affine(256, 1)
    )


def generator(noise_dim=96, seed=None):
    return nn.Sequential(
        Affine(noise_dim, 1024), nn.ReLU(), Affine(1024, 1024), nn.ReLU(), Affine(1024, 784), nn.Tanh()
    )
