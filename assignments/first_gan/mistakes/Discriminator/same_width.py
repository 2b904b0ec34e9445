"""This is what a discriminator gives whose blocks are all of one width. The text halves it from
block to block.

Loses: Discriminator 15
"""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=128):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, hidden_dim),
            get_discriminator_block(hidden_dim, hidden_dim),
            get_discriminator_block(hidden_dim, hidden_dim),
            nn.Linear(hidden_dim, 1),
        )

    def forward(self, image):
        return self.disc(image)

    def get_disc(self):
        return self.disc
