"""A class with reshape, functional ReLU and layers registered out of order."""


class Generator(nn.Module):
    def __init__(self, noise_dim):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm1d(1024), nn.BatchNorm1d(6272)
        self.bn3 = nn.BatchNorm2d(64)
        self.up2 = nn.ConvTranspose2d(64, 1, 4, 2, 1)
        self.up1 = nn.ConvTranspose2d(128, 64, 4, 2, 1)
        self.fc2 = nn.Linear(1024, 6272)
        self.fc1 = nn.Linear(noise_dim, 1024)

    def forward(self, z):
        x = self.bn1(torch.relu(self.fc1(z)))
        x = self.bn2(torch.relu(self.fc2(x)))
        x = x.reshape(x.size(0), 128, 7, 7)
        x = self.bn3(torch.relu(self.up1(x)))
        x = torch.tanh(self.up2(x))
        return x.reshape(x.size(0), -1)


def build_dc_generator(noise_dim=96):
    return Generator(noise_dim)
