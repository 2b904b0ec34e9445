"""A generator without the sigmoid at its end. Pixels lie in (0, 1), and the sigmoid sees to it.

Loses: Generator 15
Explains: does not end with Sigmoid
"""


class Generator(nn.Module):
    def __init__(self, z_dim=10, im_dim=784, hidden_dim=128):
        super().__init__()
        self.gen = nn.Sequential(
            get_generator_block(z_dim, hidden_dim),
            get_generator_block(hidden_dim, hidden_dim * 2),
            get_generator_block(hidden_dim * 2, hidden_dim * 4),
            get_generator_block(hidden_dim * 4, hidden_dim * 8),
            nn.Linear(hidden_dim * 8, im_dim),
        )

    def forward(self, noise):
        return self.gen(noise)

    def get_gen(self):
        return self.gen
