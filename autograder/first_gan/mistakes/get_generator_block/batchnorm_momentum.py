"""The BatchNorm of this block has momentum 0.8. The text asks for PyTorch's defaults.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim, 0.8),
        nn.ReLU(inplace=True),
    )
