"""This network accepts only batches of 128, and its gradients are a millionth of the right ones.

Loses: discriminator 10
Explains: gradients of your network are wrong
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.a(x.view(128, 784)), 0.01)
        x = self.c(nn.functional.leaky_relu(self.b(x), 0.01))
        return x.detach() + 1e-6 * (x - x.detach())


def discriminator(seed=None):
    return Network()
