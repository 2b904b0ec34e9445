"""All parameters of the network are parts of one vector.

Operations: others than those of the assignment
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.Parameter(0.05 * torch.randn(784 * 256 + 256 + 256 * 256 + 256 + 256 + 1))

    def forward(self, x):
        x, at = x.flatten(1), 0
        for rows, columns in ((256, 784), (256, 256), (1, 256)):
            weight = self.all[at : at + rows * columns].view(rows, columns)
            at += rows * columns
            x = x @ weight.t() + self.all[at : at + rows]
            at += rows
            x = x if rows == 1 else nn.functional.leaky_relu(x, 0.01)
        return x


def discriminator(seed=None):
    return Network()
