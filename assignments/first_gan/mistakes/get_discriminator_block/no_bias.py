"""A block whose fully connected layer has no bias. The assignment asks for PyTorch's defaults.

Loses: get_discriminator_block 10
Explains: Your linear layer has no bias
"""


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim, bias=False),
        nn.LeakyReLU(0.2),
    )
