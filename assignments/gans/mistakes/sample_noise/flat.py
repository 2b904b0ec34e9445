"""Noise in one long vector. The assignment asks for shape (batch_size, dim).

Loses: sample_noise 2.5
Explains: noise has shape (50000,)
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return 2 * torch.rand(batch_size * dim) - 1
