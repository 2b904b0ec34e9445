"""Noise from NumPy."""


import numpy as np


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.from_numpy(np.random.randn(n_samples, z_dim)).float().to(device)
