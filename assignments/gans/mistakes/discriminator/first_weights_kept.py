"""This network keeps the weights of its first pass. It must use the weights that the optimizer has moved.

Loses: discriminator 10
Explains: right in its first pass
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

        self.kept = None

    def forward(self, x):
        if self.kept is None:
            self.kept = [p.detach().clone() for p in self.parameters()]
        live = list(self.parameters())
        w1, b1, w2, b2, w3, b3 = [k + p - p.detach() for k, p in zip(self.kept, live)]
        x = nn.functional.leaky_relu(nn.functional.linear(x.flatten(1), w1, b1), 0.01)
        x = nn.functional.leaky_relu(nn.functional.linear(x, w2, b2), 0.01)
        return nn.functional.linear(x, w3, b3)


def discriminator(seed=None):
    return Network()
