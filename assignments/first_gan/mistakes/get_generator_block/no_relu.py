"""A block without ReLU. The assignment asks for it at the end.

Loses: get_generator_block 10
Explains: does not end with ReLU
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
    )
