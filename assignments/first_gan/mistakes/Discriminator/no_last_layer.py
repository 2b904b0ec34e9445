"""A discriminator without the fully connected layer to one score.

Loses: Discriminator 15
Explains: A linear layer is missing after your third linear layer
"""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=128):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, hidden_dim * 4),
            get_discriminator_block(hidden_dim * 4, hidden_dim * 2),
            get_discriminator_block(hidden_dim * 2, hidden_dim),
        )

    def forward(self, image):
        return self.disc(image)

    def get_disc(self):
        return self.disc
