"""A network that first moves the pixels from [-1, 1] to [0, 1]. The assignment asks for the images
as they are.

Loses: discriminator 10
Explains: computes 0.5 x + 0.5
"""


class Discriminator(nn.Module):
    def __init__(self):
        super(Discriminator, self).__init__()
        self.fc1 = nn.Linear(784, 256)
        self.fc2 = nn.Linear(256, 256)
        self.fc3 = nn.Linear(256, 1)
        self.act = nn.LeakyReLU(0.01)

    def forward(self, x):
        x = (x.view(-1, 784) + 1) / 2
        x = self.act(self.fc1(x))
        x = self.act(self.fc2(x))
        return self.fc3(x)


def discriminator(seed=None):
    return Discriminator()
