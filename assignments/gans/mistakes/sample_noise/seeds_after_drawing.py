"""A function that seeds the generator after drawing: from the second call on the noise is always
the same.

Loses: sample_noise 5
Explains: Each call returns the same numbers; sets the seed itself
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    noise = 2 * torch.rand(batch_size, dim) - 1
    torch.manual_seed(0)
    return noise
