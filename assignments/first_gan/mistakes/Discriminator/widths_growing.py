"""A discriminator whose blocks grow, as the generator's do. The text lets them shrink.

Loses: Discriminator 15
Explains: maps 50 -> 9; the assignment has 50 -> 36
"""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=128):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, hidden_dim),
            get_discriminator_block(hidden_dim, hidden_dim * 2),
            get_discriminator_block(hidden_dim * 2, hidden_dim * 4),
            nn.Linear(hidden_dim * 4, 1),
        )

    def forward(self, image):
        return self.disc(image)

    def get_disc(self):
        return self.disc
