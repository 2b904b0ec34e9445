"""A generator that does not use the blocks' function."""


class Generator(nn.Module):
    def __init__(self, z_dim=10, im_dim=784, hidden_dim=128):
        super().__init__()
        layers, width = [], z_dim
        for factor in (1, 2, 4, 8):
            new = factor * hidden_dim
            layers.append(nn.Sequential(nn.Linear(width, new), nn.BatchNorm1d(new), nn.ReLU()))
            width = new
        self.gen = nn.Sequential(*layers, nn.Linear(width, im_dim), nn.Sigmoid())

    def forward(self, noise):
        return self.gen(noise)

    def get_gen(self):
        return self.gen
