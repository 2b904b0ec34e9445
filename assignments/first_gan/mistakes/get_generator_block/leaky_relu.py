"""A block with LeakyReLU of slope 0.2. The assignment asks for ReLU in the generator.

Loses: get_generator_block 10
Explains: ends with LeakyReLU(0.2); the assignment ends with ReLU
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.LeakyReLU(0.2),
    )
