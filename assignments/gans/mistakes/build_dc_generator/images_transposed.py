"""A network that turns its images: rows and columns are exchanged before they are flattened.

Loses: build_dc_generator 10
Explains: exchanges axes (permute)
"""


class Generator(nn.Module):
    def __init__(self, noise_dim):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(noise_dim, 1024), nn.ReLU(), nn.BatchNorm1d(1024),
            nn.Linear(1024, 6272), nn.ReLU(), nn.BatchNorm1d(6272),
        )
        self.conv = nn.Sequential(
            nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
            nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(),
        )

    def forward(self, z):
        x = self.fc(z).view(-1, 128, 7, 7)
        x = self.conv(x)
        return x.transpose(2, 3).reshape(-1, 784)


def build_dc_generator(noise_dim=96):
    return Generator(noise_dim)
