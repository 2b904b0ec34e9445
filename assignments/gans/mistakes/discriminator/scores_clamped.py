"""These scores are clamped to 3, which scores pass in training. Nothing may follow the last layer.

Loses: discriminator 10
Explains: what comes after the last layer
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.a(x.flatten(1)), 0.01)
        return self.c(nn.functional.leaky_relu(self.b(x), 0.01)).clamp(-3, 3)


def discriminator(seed=None):
    return Network()
