"""Noise of shape (dim, batch_size): the two sizes are the wrong way round.

Loses: sample_noise 2.5
Explains: noise has shape (200, 250)
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return 2 * torch.rand(dim, batch_size) - 1
