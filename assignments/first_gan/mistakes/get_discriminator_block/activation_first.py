"""This is what a block gives with LeakyReLU before its fully connected layer. The text asks for it
after that layer.

Loses: get_discriminator_block 10
"""


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.LeakyReLU(0.2),
        nn.Linear(input_dim, output_dim),
    )
