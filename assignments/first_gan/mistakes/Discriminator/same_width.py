"""A discriminator whose blocks are all of one width. The text halves it from block to block.

Loses: Discriminator 15
Explains: maps 50 -> 9; the assignment has 50 -> 36
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
