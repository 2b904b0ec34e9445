"""This is what a block gives with LeakyReLU of PyTorch's default slope. The text asks for ReLU in
the generator.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.LeakyReLU(),
    )
