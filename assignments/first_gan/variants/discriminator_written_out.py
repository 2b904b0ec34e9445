"""A discriminator that does not use the blocks' function."""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=128):
        super().__init__()
        layers = []
        for a, b in ((im_dim, 4 * hidden_dim), (4 * hidden_dim, 2 * hidden_dim), (2 * hidden_dim, hidden_dim)):
            layers.append(nn.Sequential(nn.Linear(a, b), nn.LeakyReLU(negative_slope=0.2)))
        self.disc = nn.Sequential(*layers, nn.Linear(hidden_dim, 1))

    def forward(self, image):
        return self.disc(image)

    def get_disc(self):
        return self.disc
