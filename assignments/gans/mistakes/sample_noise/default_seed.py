"""Noise whose seed has a number as its default, so that every call without a seed gives the same.
The assignment asks to leave the random state alone then.

Loses: sample_noise 5
Explains: Each call returns the same numbers; sets the seed itself
"""


def sample_noise(batch_size, dim, seed=0):
    torch.manual_seed(seed)
    return 2 * torch.rand(batch_size, dim) - 1
