"""This is what a block gives whose fully connected layer has no bias. The text asks for PyTorch's
defaults.

Loses: get_discriminator_block 10
"""


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim, bias=False),
        nn.LeakyReLU(0.2),
    )
