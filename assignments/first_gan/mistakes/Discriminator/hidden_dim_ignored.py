"""A discriminator that is 128 wide whatever hidden_dim is.

Loses: Discriminator 15
Explains: does not use the argument hidden_dim
"""


class Discriminator(nn.Module):
    def __init__(self, im_dim=784, hidden_dim=128):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, 512),
            get_discriminator_block(512, 256),
            get_discriminator_block(256, 128),
            nn.Linear(128, 1),
        )

    def forward(self, image):
        return self.disc(image)

    def get_disc(self):
        return self.disc
