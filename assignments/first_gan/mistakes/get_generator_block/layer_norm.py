"""A block with LayerNorm. The assignment asks for BatchNorm.

Loses: get_generator_block 10
Explains: The normalisation after your linear layer is LayerNorm; the assignment has BatchNorm
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.LayerNorm(output_dim),
        nn.ReLU(inplace=True),
    )
