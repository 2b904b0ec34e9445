"""This is what a block gives without ReLU. The text asks for it at the end.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
    )
