"""Noise as 1 - 2 u."""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return 1 - 2 * torch.rand((batch_size, dim))
