"""This is what a block gives without BatchNorm. The text asks for it between the fully connected
layer and ReLU.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.ReLU(inplace=True),
    )
