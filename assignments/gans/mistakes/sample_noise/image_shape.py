"""Noise of shape (batch_size, dim, 1, 1), as convolutional generators elsewhere take it. The
assignment asks for (batch_size, dim).

Loses: sample_noise 2.5
Explains: noise has shape (250, 200, 1, 1)
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.rand(batch_size, dim, 1, 1) * 2 - 1
