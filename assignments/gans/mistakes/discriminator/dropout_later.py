"""This network drops values from its second pass on. The assignment asks for no Dropout.

Loses: discriminator 10
Explains: different outputs for the same input
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

        self.calls = 0

    def forward(self, x):
        self.calls += 1
        x = nn.functional.leaky_relu(self.a(x.flatten(1)), 0.01)
        x = nn.functional.dropout(x, 0.5, self.calls > 1)
        return self.c(nn.functional.leaky_relu(self.b(x), 0.01))


def discriminator(seed=None):
    return Network()
