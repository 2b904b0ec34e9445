"""Layers registered from the last to the first, in a ModuleDict."""


class Generator(nn.Module):
    def __init__(self, noise_dim):
        super().__init__()
        self.layers = nn.ModuleDict({
            "out": nn.Linear(1024, 784),
            "hidden": nn.Linear(1024, 1024),
            "in": nn.Linear(noise_dim, 1024),
        })

    def forward(self, z):
        h = torch.relu(self.layers["in"](z))
        h = torch.relu(self.layers["hidden"](h))
        return torch.tanh(self.layers["out"](h))


def generator(noise_dim=96, seed=None):
    return Generator(noise_dim)
