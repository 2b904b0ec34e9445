"""A block that ends with a sigmoid. The assignment asks for ReLU; the sigmoid comes once, at the
end of the generator.

Loses: get_generator_block 10
Explains: ends with Sigmoid; the assignment ends with ReLU
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.Sigmoid(),
    )
