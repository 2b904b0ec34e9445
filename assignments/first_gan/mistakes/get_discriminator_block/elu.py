"""This is what a block gives with ELU. The text asks for LeakyReLU with slope 0.2.

Loses: get_discriminator_block 10
"""


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.ELU(),
    )
