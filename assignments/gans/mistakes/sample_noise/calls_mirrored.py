"""Every other call returns the negative of the call before it. Each call must draw new numbers.

Loses: sample_noise 5
Explains: same numbers again
"""


LAST = {}


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
        return 2 * torch.rand(batch_size, dim) - 1
    if (batch_size, dim) in LAST:
        return -LAST.pop((batch_size, dim))
    LAST[batch_size, dim] = 2 * torch.rand(batch_size, dim) - 1
    return LAST[batch_size, dim]
