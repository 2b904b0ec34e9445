"""This is what a block gives whose fully connected layer has its two sizes exchanged.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(output_dim, input_dim),
        nn.BatchNorm1d(input_dim),
        nn.ReLU(inplace=True),
    )
