"""This is what a block gives with Dropout. The text asks for none.

Loses: get_discriminator_block 10
"""


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.3),
    )
