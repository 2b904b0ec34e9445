"""A block with Dropout. The assignment asks for none.

Loses: get_generator_block 10
Explains: There is a Dropout(0.3) after your linear layer
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.ReLU(inplace=True),
        nn.Dropout(0.3),
    )
