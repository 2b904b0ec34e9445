"""This is a NumPy array. The assignment asks for a tensor.

Loses: sample_noise 5
Explains: returned ndarray
"""


def sample_noise(batch_size, dim, seed=None):
    import numpy as np
    rng = np.random.RandomState(seed)
    return rng.uniform(-1, 1, size=(batch_size, dim)).astype(np.float32)
