"""The block is built but not returned.

Loses: get_generator_block 10
Explains: Did you forget `return`
"""


def get_generator_block(input_dim, output_dim):
    block = nn.Sequential(nn.Linear(input_dim, output_dim), nn.BatchNorm1d(output_dim), nn.ReLU(inplace=True))
