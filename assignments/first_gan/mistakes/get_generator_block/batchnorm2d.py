"""A block with BatchNorm2d, which is for images. The assignment asks for BatchNorm1d on vectors.

Loses: get_generator_block 10
Explains: stops at BatchNorm2d(14)
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm2d(output_dim),
        nn.ReLU(inplace=True),
    )
