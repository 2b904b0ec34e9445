"""Noise from NumPy's global generator, which PyTorch does not seed."""

import numpy as np


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        np.random.seed(seed)
    return torch.tensor(np.random.rand(batch_size, dim) * 2 - 1, dtype=torch.float32)
