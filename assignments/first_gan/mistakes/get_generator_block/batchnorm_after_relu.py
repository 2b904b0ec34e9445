"""This is what a block gives with ReLU before BatchNorm. The text asks for the other order.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.ReLU(inplace=True),
        nn.BatchNorm1d(output_dim),
    )
