"""A discriminator with two scores for an image. The assignment asks for one.

Loses: Discriminator 15
Explains: maps 9 -> 2; the assignment has 9 -> 1
"""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=128):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, hidden_dim * 4),
            get_discriminator_block(hidden_dim * 4, hidden_dim * 2),
            get_discriminator_block(hidden_dim * 2, hidden_dim),
            nn.Linear(hidden_dim, 2),
        )

    def forward(self, image):
        return self.disc(image)

    def get_disc(self):
        return self.disc
