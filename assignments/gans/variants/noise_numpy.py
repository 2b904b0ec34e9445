"""Noise from NumPy, turned into a float32 tensor."""

import numpy as np


def sample_noise(batch_size, dim, seed=None):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.uniform(-1.0, 1.0, size=(batch_size, dim))).float()
