"""Noise with the normal distribution. The assignment asks for numbers uniform in (-1, 1).

Loses: sample_noise 5
Explains: standard normal (mean 0
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.randn(batch_size, dim)
