"""This is right noise from a function that lost its argument seed.

Loses: sample_noise 1
"""


def sample_noise(batch_size, dim):
    return torch.rand(batch_size, dim) * 2 - 1
