"""This is what a block gives with BatchNorm before its fully connected layer. The text asks for it
after that layer.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.BatchNorm1d(input_dim),
        nn.Linear(input_dim, output_dim),
        nn.ReLU(inplace=True),
    )
