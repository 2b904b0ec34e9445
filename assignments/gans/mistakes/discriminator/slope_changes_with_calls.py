"""The slope of these activations changes with each call. It must stay 0.01.

Loses: discriminator 10
Explains: right in its first pass
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

        self.calls = 0

    def forward(self, x):
        self.calls += 1
        slope = 0.01 * self.calls
        x = nn.functional.leaky_relu(self.a(x.flatten(1)), slope)
        return self.c(nn.functional.leaky_relu(self.b(x), slope))


def discriminator(seed=None):
    return Network()
