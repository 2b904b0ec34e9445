"""A discriminator that takes images too."""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=128):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, 4 * hidden_dim),
            get_discriminator_block(4 * hidden_dim, 2 * hidden_dim),
            get_discriminator_block(2 * hidden_dim, hidden_dim),
            nn.Linear(hidden_dim, 1),
        )

    def forward(self, image):
        return self.disc(image.view(image.shape[0], -1))

    def get_disc(self):
        return self.disc
