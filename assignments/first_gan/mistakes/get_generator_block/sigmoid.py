"""This is what a block gives that ends with a sigmoid. The text asks for ReLU; the sigmoid comes
once, at the end of the generator.

Loses: get_generator_block 10
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.Sigmoid(),
    )
