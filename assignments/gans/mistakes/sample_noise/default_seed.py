"""This is noise whose seed has a number as its default, so that every call without a seed
gives the same. The text asks to leave the random state alone then.

Loses: sample_noise 5
"""


def sample_noise(batch_size, dim, seed=0):
    torch.manual_seed(seed)
    return 2 * torch.rand(batch_size, dim) - 1
