"""A generator block without the bias that its BatchNorm takes out again.

Remarks: fewer_parameters
"""


def get_generator_block(input_dim, output_dim):
    return nn.Sequential(
        nn.Linear(input_dim, output_dim, bias=False), nn.BatchNorm1d(output_dim), nn.ReLU()
    )
