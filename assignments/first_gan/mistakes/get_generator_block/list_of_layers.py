"""This is a plain list of layers. The assignment asks for a network, as nn.Sequential makes of
them.

Loses: get_generator_block 10
Explains: returned list; must return a network
"""


def get_generator_block(input_dim, output_dim):
    return [nn.Linear(input_dim, output_dim), nn.BatchNorm1d(output_dim), nn.ReLU(inplace=True)]
