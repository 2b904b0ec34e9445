"""This is a NumPy array. A network takes tensors.

Loses: get_noise 10
Explains: returned ndarray
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return __import__('numpy').random.randn(n_samples, z_dim)
