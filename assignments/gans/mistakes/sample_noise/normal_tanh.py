"""This is normal noise sent through Tanh. Its range is right, but not its distribution. The
assignment asks for numbers uniform in (-1, 1).

Loses: sample_noise 5
Explains: sent through Tanh
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.tanh(torch.randn(batch_size, dim))
