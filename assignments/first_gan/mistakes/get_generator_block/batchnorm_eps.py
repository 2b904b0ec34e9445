"""The second argument of BatchNorm is eps, and 0.8 is far too large for it. The assignment asks for
PyTorch's defaults.

Loses: get_generator_block 10
Explains: has eps 0.8; the assignment asks for PyTorch's default, 1e-05
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim, 0.8),
        nn.ReLU(inplace=True),
    )
