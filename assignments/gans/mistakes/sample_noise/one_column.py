"""This is one number for each row, repeated along it. Each number must be drawn on its own.

Loses: sample_noise 5
Explains: Within each row, all numbers are the same
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return (2 * torch.rand(batch_size, 1) - 1).expand(batch_size, dim)
