"""A block whose fully connected layer has its two sizes exchanged.

Loses: get_generator_block 10
Explains: stops at Linear(14, 9); maps 14 -> 9; the assignment has 9 -> 14; The two sizes are exchanged
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(output_dim, input_dim),
        nn.BatchNorm1d(input_dim),
        nn.ReLU(inplace=True),
    )
