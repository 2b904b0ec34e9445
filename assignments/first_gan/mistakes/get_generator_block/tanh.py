"""A block with Tanh. The assignment asks for ReLU.

Loses: get_generator_block 10
Explains: ends with Tanh; the assignment ends with ReLU
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.Tanh(),
    )
