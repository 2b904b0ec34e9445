"""A network that moves its images from (-1, 1) to (0, 1) in the end. The assignment asks for images
in (-1, 1), as the real ones are.

Loses: generator 10
Explains: computes 0.5 x + 0.5
"""


class Generator(nn.Module):
    def __init__(self, noise_dim):
        super().__init__()
        self.fc1 = nn.Linear(noise_dim, 1024)
        self.fc2 = nn.Linear(1024, 1024)
        self.fc3 = nn.Linear(1024, 784)

    def forward(self, z):
        h = torch.relu(self.fc1(z))
        h = torch.relu(self.fc2(h))
        return (torch.tanh(self.fc3(h)) + 1) / 2


def generator(noise_dim=96, seed=None):
    return Generator(noise_dim)
