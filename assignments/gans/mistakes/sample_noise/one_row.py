"""This is one vector of noise, repeated for the whole batch. Each row must be drawn on its
own.

Loses: sample_noise 5
Explains: Rows 2 to; repeat row 1
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    row = 2 * torch.rand(1, dim) - 1
    return row.repeat(batch_size, 1)
