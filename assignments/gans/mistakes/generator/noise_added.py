"""A network that adds random noise of its own to what it is given. The assignment asks for a
function of z alone.

Loses: generator 10
Explains: draws random numbers itself
"""


class Generator(nn.Module):
    def __init__(self, noise_dim):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(noise_dim, 1024), nn.ReLU(),
            nn.Linear(1024, 1024), nn.ReLU(),
            nn.Linear(1024, 784), nn.Tanh(),
        )

    def forward(self, z):
        return self.net(z + 0.1 * torch.randn_like(z))


def generator(noise_dim=96, seed=None):
    return Generator(noise_dim)
