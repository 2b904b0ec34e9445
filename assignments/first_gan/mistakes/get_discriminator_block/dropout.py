"""A block with Dropout. The assignment asks for none.

Loses: get_discriminator_block 10
Explains: There is a Dropout(0.3) after your linear layer
"""


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.3),
    )
