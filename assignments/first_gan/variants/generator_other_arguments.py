"""A generator that calls its arguments and its attribute otherwise, and gives blocks by keyword."""


class Generator(nn.Module):
    def __init__(self, z=10, pixels=784, h=128):
        super(Generator, self).__init__()
        self.network = nn.Sequential(
            get_generator_block(input_dim=z, output_dim=h),
            get_generator_block(input_dim=h, output_dim=h * 2),
            get_generator_block(input_dim=h * 2, output_dim=h * 4),
            get_generator_block(input_dim=h * 4, output_dim=h * 8),
            nn.Linear(h * 8, pixels),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.network(x)

    def get_gen(self):
        return self.network
