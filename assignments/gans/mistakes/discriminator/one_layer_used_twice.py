"""A network that uses one layer 256 -> 256 twice and so lacks a layer 256 -> 1 of its own.

Loses: discriminator 10
Explains: more than once, with the same weights; maps 256 -> 256; the assignment has 256 -> 1
"""


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.fc2 = nn.Linear(256, 256)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.fc1(x.flatten(1)), 0.01)
        x = nn.functional.leaky_relu(self.fc2(x), 0.01)
        return self.fc2(x).sum(1, keepdim=True)


def discriminator(seed=None):
    return Discriminator()
