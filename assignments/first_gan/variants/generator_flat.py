"""A generator whose sequential has no blocks in it, only their layers.

Remarks: part_children
"""


class Generator(nn.Module):
    def __init__(self, z_dim=10, im_dim=784, hidden_dim=128):
        super().__init__()
        sizes = [z_dim, hidden_dim, 2 * hidden_dim, 4 * hidden_dim, 8 * hidden_dim]
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU(True)]
        self.gen = nn.Sequential(*layers, nn.Linear(sizes[-1], im_dim), nn.Sigmoid())

    def forward(self, noise):
        return self.gen(noise)

    def get_gen(self):
        return self.gen
