"""A network whose parameters method has no argument recurse."""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(784, 256), nn.Linear(256, 256), nn.Linear(256, 1)

    def parameters(self):
        return [p for layer in (self.a, self.b, self.c) for p in layer.parameters()]

    def forward(self, x):
        x = nn.functional.leaky_relu(self.a(x.flatten(1)), 0.01)
        return self.c(nn.functional.leaky_relu(self.b(x), 0.01))


def discriminator(seed=None):
    return Network()
