"""Each bias is a further row of the weights, used with a column of ones.

Operations: others than those of the assignment
"""


class Layer(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weights = nn.Parameter(0.05 * torch.randn(inputs + 1, outputs))

    def forward(self, x):
        return torch.cat([x, x.new_ones(len(x), 1)], 1) @ self.weights


def discriminator(seed=None):
    return nn.Sequential(
        Flatten(), Layer(784, 256), nn.LeakyReLU(0.01), Layer(256, 256), nn.LeakyReLU(0.01), Layer(256, 1)
    )
