"""Weights as bare nn.Parameter, used as x @ W + b, so of shape (in, out)."""


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = nn.Parameter(torch.randn(784, 256) * 0.05)
        self.b1 = nn.Parameter(torch.zeros(256))
        self.W2 = nn.Parameter(torch.randn(256, 256) * 0.05)
        self.b2 = nn.Parameter(torch.zeros(256))
        self.W3 = nn.Parameter(torch.randn(256, 1) * 0.05)
        self.b3 = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h = x.reshape(len(x), -1) @ self.W1 + self.b1
        h = torch.where(h > 0, h, 0.01 * h)
        h = h @ self.W2 + self.b2
        h = torch.maximum(h, 0.01 * h)
        return h @ self.W3 + self.b3


def discriminator(seed=None):
    return Discriminator()
