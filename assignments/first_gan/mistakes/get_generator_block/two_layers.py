"""A block with two fully connected layers. The assignment asks for one.

Loses: get_generator_block 10
Explains: linear layer too many: Linear(14, 14)
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.Linear(output_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.ReLU(inplace=True),
    )
