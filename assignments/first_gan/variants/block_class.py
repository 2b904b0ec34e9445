"""A generator block as a class of its own."""


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm = nn.BatchNorm1d(o)
        self.linear = nn.Linear(i, o)

    def forward(self, x):
        return torch.relu(self.norm(self.linear(x)))


def get_generator_block(input_dim, output_dim):
    return Block(input_dim, output_dim)
