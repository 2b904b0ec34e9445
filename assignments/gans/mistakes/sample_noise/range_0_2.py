"""Noise uniform in (0, 2): it was stretched, but not shifted. The assignment asks for numbers
uniform in (-1, 1).

Loses: sample_noise 5
Explains: numbers are uniform in (0, 2)
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.rand(batch_size, dim) * 2
