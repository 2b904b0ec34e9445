"""Blocks within blocks, activations not in place."""


def get_generator_block(input_dim, output_dim):
    inner = nn.Sequential(nn.Linear(input_dim, output_dim), nn.BatchNorm1d(output_dim))
    return nn.Sequential(inner, nn.ReLU())


def get_discriminator_block(input_dim, output_dim):
    return nn.Sequential(nn.Sequential(nn.Linear(input_dim, output_dim)), nn.LeakyReLU(0.2))
