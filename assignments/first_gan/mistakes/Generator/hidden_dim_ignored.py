"""A generator that is 128 wide whatever hidden_dim is.

Loses: Generator 15
Explains: does not use the argument hidden_dim
"""


class Generator(nn.Module):
    def __init__(self, z_dim=10, im_dim=784, hidden_dim=128):
        super().__init__()
        self.gen = nn.Sequential(
            get_generator_block(z_dim, 128),
            get_generator_block(128, 256),
            get_generator_block(256, 512),
            get_generator_block(512, 1024),
            nn.Linear(1024, im_dim),
            nn.Sigmoid(),
        )

    def forward(self, noise):
        return self.gen(noise)

    def get_gen(self):
        return self.gen
