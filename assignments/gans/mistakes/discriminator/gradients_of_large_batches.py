"""The gradients of this network have the wrong sign for batches of more than 64 images.

Loses: discriminator 10
Explains: gradients of your network are wrong
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.a(x.flatten(1)), 0.01)
        x = self.c(nn.functional.leaky_relu(self.b(x), 0.01))
        return x if len(x) <= 64 else 2 * x.detach() - x


def discriminator(seed=None):
    return Network()
