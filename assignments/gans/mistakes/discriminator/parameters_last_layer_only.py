"""This network lists only its last layer in parameters(), so an optimizer trains nothing else.

Loses: discriminator 10
Explains: leaves out parameters
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

    def parameters(self, recurse=True):
        return self.c.parameters()

    def forward(self, x):
        x = nn.functional.leaky_relu(self.a(x.flatten(1)), 0.01)
        return self.c(nn.functional.leaky_relu(self.b(x), 0.01))


def discriminator(seed=None):
    return Network()
