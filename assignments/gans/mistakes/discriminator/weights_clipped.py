"""This network clips its weights to 0.5, as the first Wasserstein GAN does. The assignment does not ask for that.

Loses: discriminator 10
Explains: wrong outputs
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

    def forward(self, x):
        x = x.flatten(1)
        for layer in (self.a, self.b, self.c):
            x = nn.functional.linear(x, layer.weight.clamp(-0.5, 0.5), layer.bias)
            x = x if layer is self.c else nn.functional.leaky_relu(x, 0.01)
        return x


def discriminator(seed=None):
    return Network()
