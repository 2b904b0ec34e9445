"""This network sets the seed in each pass, so the noise repeats in each step of training.

Loses: discriminator 10
Explains: sets the seed
"""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 256), nn.Linear(256, 256)
        self.c = nn.Linear(256, 1)

    def forward(self, x):
        torch.manual_seed(0)
        x = nn.functional.leaky_relu(self.a(x.flatten(1)), 0.01)
        return self.c(nn.functional.leaky_relu(self.b(x), 0.01))


def discriminator(seed=None):
    return Network()
