"""Right noise whose seed goes to the wrong generator: NumPy's is seeded, but PyTorch draws. The
same seed must give the same noise.

Loses: sample_noise 2
Explains: with the same seed return different noise; does not reach the generator
"""


def sample_noise(batch_size, dim, seed=None):
    import numpy as np
    if seed is not None:
        np.random.seed(seed)
    return 2 * torch.rand(batch_size, dim) - 1
