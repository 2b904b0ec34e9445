"""Noise uniform in (-0.5, 0.5): it was shifted, but not stretched. The assignment asks for numbers
uniform in (-1, 1).

Loses: sample_noise 5
Explains: numbers are uniform in (-0.5, 0.5)
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.rand(batch_size, dim) - 0.5
