"""Right noise from a function that lost its argument seed.

Loses: sample_noise 1
Explains: cannot be called with seed
"""


def sample_noise(batch_size, dim):
    return torch.rand(batch_size, dim) * 2 - 1
