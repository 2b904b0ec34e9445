"""This function seeds all random numbers from the clock, so a run cannot be repeated. Without a seed, set none.

Loses: sample_noise 5
Explains: sets the seed
"""


import time


def sample_noise(batch_size, dim, seed=None):
    torch.manual_seed(time.time_ns() if seed is None else seed)
    return 2 * torch.rand(batch_size, dim) - 1
