"""Noise from a generator that is seeded with a fixed number at every call, so that it never
changes. Without a seed the assignment asks for new noise each time.

Loses: sample_noise 5
Explains: Each call returns the same numbers; sets the seed itself
"""


def sample_noise(batch_size, dim, seed=None):
    torch.manual_seed(231)
    return 2 * torch.rand(batch_size, dim) - 1
