"""The default of hidden_dim is 64. The assignment has 128.

Loses: Discriminator 3
Explains: other default values
"""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=64):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, hidden_dim * 4),
            get_discriminator_block(hidden_dim * 4, hidden_dim * 2),
            get_discriminator_block(hidden_dim * 2, hidden_dim),
            nn.Linear(hidden_dim, 1),
        )

    def forward(self, image):
        return self.disc(image)

    def get_disc(self):
        return self.disc
