"""This is normal noise cut off at -1 and 1, which piles up at the ends. The assignment asks for
numbers uniform in (-1, 1).

Loses: sample_noise 5
Explains: cut off at -1 and 1
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.clamp(torch.randn(batch_size, dim), -1, 1)
