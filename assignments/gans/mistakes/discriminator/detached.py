"""A network that detaches the numbers between its layers, so that its first layers are never
trained.

Loses: discriminator 10
Explains: .detach() in line; stops the gradient
"""


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.fc2 = nn.Linear(256, 256)
        self.fc3 = nn.Linear(256, 1)

    def forward(self, x):
        h = nn.functional.leaky_relu(self.fc1(x.view(x.size(0), -1)), 0.01)
        h = nn.functional.leaky_relu(self.fc2(h), 0.01).detach()
        return self.fc3(h)


def discriminator(seed=None):
    return Discriminator()
