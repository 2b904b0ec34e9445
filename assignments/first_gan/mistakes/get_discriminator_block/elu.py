"""A block with ELU. The assignment asks for LeakyReLU with slope 0.2.

Loses: get_discriminator_block 10
Explains: ends with ELU; the assignment ends with LeakyReLU(0.2)
"""


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.ELU(),
    )
